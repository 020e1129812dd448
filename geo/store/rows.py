"""From the database's rows to what the record speaks of."""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from geo.store.changes import Change, Entry, Kind, Source

CHUNK: Final = 500
"""So many values go into one query: databases allow only so many."""


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
    return Change(row.id, row.at, row.author, Kind(row.kind), row.why, Source(row.source_file, row.source_sha256))
