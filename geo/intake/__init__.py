"""Files that others made, read as they are: every row kept, every fault named, nothing transformed."""
