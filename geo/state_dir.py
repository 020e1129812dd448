"""The folders that the app reads its data from and keeps what it must remember in."""

from pathlib import Path

from geo.settings import settings


def state_dir() -> Path:
    """Return the folder of what the app remembers; it need not exist yet."""
    return settings().state_dir


def data_dir() -> Path:
    """Return the folder of the district's data."""
    return settings().data_dir
