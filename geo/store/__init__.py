"""The data of record: what holds now, and everything that was ever changed."""
