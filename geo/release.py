"""Which release of the app this is."""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).resolve().parent.parent / "VERSION"


@cache
def version() -> str:
    """Return the release's number, such as 1.0.0, from the file ``VERSION``."""
    return _FILE.read_text(encoding="ascii").strip()
