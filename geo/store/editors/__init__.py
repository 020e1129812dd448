"""Who may sign in: the file of people, and the limit on attempts."""
