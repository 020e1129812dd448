"""From the database's rows to what the record speaks of."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from geo.store.changes import Change, Entry, Kind, Source

CHUNK: Final = 500
"""So many values go into one query: databases allow only so many."""

_ABOUT: Final = re.compile(r"#([0-9]{1,18})(?: |$)")


def chunks(values: Collection[str]) -> Iterator[list[str]]:
    """Yield the values, a few hundred at a time."""
    listed = list(values)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]


def entry_of(row: Any) -> Entry:
    """Return the project that a row of ``feature`` holds."""
    return Entry(row.id, row.version, row.retired, json.loads(row.record))


def change_of(row: Any) -> Change:
    """Return the change that a row of ``change`` holds."""
    kind, source = Kind(row.kind), Source(row.source_file, row.source_sha256)
    about = _ABOUT.match(row.why) if kind in (Kind.UNDO, Kind.RESTORE) else None
    of, why = (int(about[1]), row.why[about.end() :]) if about else (None, row.why)
    return Change(row.id, row.at, row.author, kind, why, source, of)


def stored_why(why: str, of: int | None) -> str:
    """Return a reason as ``change.why`` keeps it: the number of the change that it is about stands before it."""
    return why if of is None else f"#{of} {why}"
