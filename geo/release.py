"""Which release of the app this is."""

from functools import cache
from pathlib import Path

FILE_NAME = "VERSION"
_FILE = Path(__file__).resolve().parent.parent / FILE_NAME


@cache
def version() -> str:
    """Return the release's number, such as 1.0.0, from the file ``VERSION``."""
    return _FILE.read_text(encoding="ascii").strip()


def order(number: str) -> tuple[int, ...]:
    """Return a release's number as what sorts: 1.10.0 after 1.9.2, and what is no number before all."""
    parts = number.split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else ()
