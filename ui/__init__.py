"""What the pages share: session state, filters, the map's frame, the list and the words."""
