"""Earlier states, worked out from the projects of today by taking back what the log says was changed since."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from geo.store.changes import Entry, Revision
from geo.store.model import ChangeRow, FeatureRow, RevisionRow
from geo.store.record import RETIRED, WHOLE, Record, from_json, with_values
from geo.store.rows import CHUNK, change_of, chunks, entry_of

_NOW: Final = FeatureRow.version.label("version_now")


def revisions(
    connection: Connection,
    *,
    after: int = 0,
    until: int | None = None,
    project_id: str | None = None,
    only: Collection[str] | None = None,
    limit: int | None = None,
) -> list[Revision]:
    """Return the log's lines after change `after` up to change `until`, latest change first."""
    asked = _revisions_asked(after, until, project_id).limit(limit)
    if only is not None:
        asked = asked.where(RevisionRow.feature_id.in_(only))
    return [_revision_of(row) for row in connection.execute(asked)]


def each_revision(
    connection: Connection, *, after: int, until: int | None, project_id: str | None = None
) -> Iterator[Revision]:
    """Yield what ``revisions`` returns, without holding all of it."""
    asked = _revisions_asked(after, until, project_id).execution_options(yield_per=CHUNK)
    yield from map(_revision_of, connection.execute(asked))


def each_history(
    connection: Connection, *, after: int, project_id: str | None = None
) -> Iterator[tuple[Entry, list[Revision]]]:
    """Yield each project changed after change `after` as it is now, with what was changed since, latest first."""
    asked = (
        select(RevisionRow.__table__, ChangeRow.__table__, FeatureRow.record, FeatureRow.retired, _NOW)
        .join(ChangeRow, ChangeRow.id == RevisionRow.change_id)
        .join(FeatureRow, FeatureRow.id == RevisionRow.feature_id)
        .where(RevisionRow.change_id > after)
        .order_by(RevisionRow.feature_id, RevisionRow.version.desc(), RevisionRow.path)
        .execution_options(yield_per=CHUNK)
    )
    if project_id is not None:
        asked = asked.where(RevisionRow.feature_id == project_id)
    for each, rows in groupby(connection.execute(asked), key=lambda row: row.feature_id):
        its = list(rows)
        entry = Entry(each, its[0].version_now, its[0].retired, json.loads(its[0].record))
        yield entry, [_revision_of(row) for row in its]


def _revisions_asked(after: int, until: int | None, project_id: str | None) -> Select[Any]:
    asked = (
        select(RevisionRow.__table__, ChangeRow.__table__)
        .join(ChangeRow, ChangeRow.id == RevisionRow.change_id)
        .where(RevisionRow.change_id > after)
        .order_by(RevisionRow.change_id.desc(), RevisionRow.feature_id, RevisionRow.path)
    )
    if until is not None:
        asked = asked.where(RevisionRow.change_id <= until)
    return asked if project_id is None else asked.where(RevisionRow.feature_id == project_id)


def _revision_of(row: Any) -> Revision:
    return Revision(change_of(row), row.feature_id, row.path, from_json(row.was), from_json(row.became), row.version)


def entries_at(connection: Connection, at: int | None, *, only: Collection[str] | None = None) -> dict[str, Entry]:
    """Return the projects (`only` these) as they were just after change `at`, as they are where it is None."""
    if only is None:
        return _entries_at(connection, at)
    return {each: entry for some in chunks(only) for each, entry in _entries_at(connection, at, some).items()}


def _entries_at(connection: Connection, at: int | None, only: Collection[str] | None = None) -> dict[str, Entry]:
    asked = select(FeatureRow.__table__).order_by(FeatureRow.position)
    rows = connection.execute(asked if only is None else asked.where(FeatureRow.id.in_(only)))
    entries = {row.id: entry_of(row) for row in rows}
    if at is None:
        return entries
    since: dict[str, list[Revision]] = {}
    for one in revisions(connection, after=at, only=only):
        since.setdefault(one.project_id, []).append(one)
    for project_id in since.keys() & entries.keys():
        before = before_these(entries[project_id], since[project_id])
        if before:
            entries[project_id] = before
        else:
            del entries[project_id]
    return entries


def record_at_version(record: Record, since: Iterable[Revision]) -> Record:
    """Return a record with these revisions taken back, latest first."""
    return with_values(record, ((one.path, one.was) for one in since if one.path not in (WHOLE, RETIRED)))


def before_these(entry: Entry, since: Collection[Revision]) -> Entry | None:
    """Return the project with these revisions taken back, latest first; None where one of them began it."""
    if not since:
        return entry
    if any(one.path == WHOLE for one in since):
        return None
    retired = next((one.was for one in reversed(list(since)) if one.path == RETIRED), entry.retired)
    version = min(one.version for one in since) - 1
    return replace(entry, record=record_at_version(entry.record, since), retired=retired, version=version)
