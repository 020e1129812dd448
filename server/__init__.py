"""The app as a service: checked at start, watched over, and its commands for those who run it."""
