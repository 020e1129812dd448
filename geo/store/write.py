"""One change of the record: its edits checked, then written with their log in the transaction at hand."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from geo.load import parse_project
from geo.problem import Problem, field_problems
from geo.store.changes import Change, Conflict, ConflictError, Edit, Entry, InvalidError, Kind, Source
from geo.store.history import record_at_version, revisions
from geo.store.model import ChangeRow, FeatureRow, RevisionRow
from geo.store.record import (
    ABSENT,
    RETIRED,
    WHOLE,
    Difference,
    Record,
    as_json,
    differences,
    plain,
    with_values,
)
from geo.store.rows import chunks, entry_of, stored_why

Progress = Callable[[int, int], None]
"""Told how many records are checked, of how many; whatever it raises stops the change. Told that all are, it has the
last word before they are written.
"""
CHECKED_AT_ONCE: Final = 1_000
WRITTEN_AT_ONCE: Final = 2_000
"""So many projects' rows are held in memory beside the records."""


def check(edits: Sequence[Edit], progress: Progress | None = None) -> None:
    """Do nothing where every record keeps the rules of the model.

    Raises
    ------
    InvalidError : with all that is wrong
    """
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, edit in enumerate(edits):
        if progress and number % CHECKED_AT_ONCE == 0:
            progress(number, len(edits))
        if edit.project_id in seen or edit.record.get("id") != edit.project_id:
            problems.append(Problem("id_repeated", edit.project_id, edit.project_id))
        seen.add(edit.project_id)
        problems.extend(problems_of_record(edit.record))
    if problems:
        raise InvalidError(problems)
    if progress:
        progress(len(edits), len(edits))


def problems_of_record(record: Record) -> list[Problem]:
    """Return what the model finds wrong with a record."""
    try:
        parse_project(record)
    except ValidationError as error:
        return list(field_problems(str(record.get("id")), error))
    except ValueError as error:
        return [Problem("rule_broken", str(record.get("id")), str(error))]
    return []


def entries_of(connection: Connection, project_ids: Collection[str]) -> dict[str, Entry]:
    """Return these projects as they are, by id; those that there are."""
    found: dict[str, Entry] = {}
    for some in chunks(project_ids):
        rows = connection.execute(select(FeatureRow.__table__).where(FeatureRow.id.in_(some)))
        found |= {row.id: entry_of(row) for row in rows}
    return found


def write_change(
    connection: Connection,
    author: str,
    edits: Sequence[Edit],
    *,
    why: str,
    kind: Kind,
    source: Source | None = None,
    of: int | None = None,
) -> Change | None:
    """Write the edits and their log as one change; return it, None where nothing differs.

    Parameters
    ----------
    of : the change that an undo or a restoration is about

    Raises
    ------
    ConflictError : where one of the projects is no longer at the version that the editor saw
    """
    now = entries_of(connection, [edit.project_id for edit in edits])
    conflicts = [conflict(connection, edit, now) for edit in edits if _is_stale(edit, now)]
    if conflicts:
        raise ConflictError(conflicts)
    changed = [pair for edit in edits if (pair := _as_logged(edit, now.get(edit.project_id)))[1]]
    if not changed:
        return None
    change = _next_change(connection, author, why, kind, source or Source(), of)
    position = connection.execute(select(func.max(FeatureRow.position))).scalar() or 0
    for start in range(0, len(changed), WRITTEN_AT_ONCE):
        some = changed[start : start + WRITTEN_AT_ONCE]
        stored = {edit.project_id: as_json(edit.record) for edit, _ in some}
        position += _write_features(connection, [edit for edit, _ in some], now, stored, position)
        lines = [row for edit, found in some for row in _log(change, edit, found, stored[edit.project_id])]
        connection.execute(insert(RevisionRow), lines)
    return change


def conflict(connection: Connection, edit: Edit, now: dict[str, Entry]) -> Conflict:
    """Return what has happened to a project since the version that its editor saw.

    Raises
    ------
    InvalidError : where there is no such project
    """
    theirs = now.get(edit.project_id)
    if theirs is None:
        raise InvalidError([Problem("project_unknown", edit.project_id)])
    since = [one for one in revisions(connection, project_id=edit.project_id) if one.version > edit.base_version]
    base = record_at_version(theirs.record, since) if edit.base_version else None
    return Conflict(edit.project_id, base, theirs, edit.record, tuple(dict.fromkeys(one.change for one in since)))


def _is_stale(edit: Edit, now: dict[str, Entry]) -> bool:
    current = now.get(edit.project_id)
    return (current.version if current else 0) != edit.base_version


def _as_logged(edit: Edit, current: Entry | None) -> tuple[Edit, list[Difference]]:
    """Return the edit with the record that the log leads to, to the letter, and the lines of the log."""
    wanted = plain(edit.record)
    if current is None:
        found, record = [Difference(WHOLE, ABSENT, wanted)], wanted
    else:
        found = differences(current.record, wanted)
        record = with_values(current.record, ((one.path, one.became) for one in found)) if found else current.record
    was = bool(current and current.retired)
    if edit.retired is not None and edit.retired != was:
        found.append(Difference(RETIRED, was, edit.retired))
    return replace(edit, record=record), found


def _next_change(connection: Connection, author: str, why: str, kind: Kind, source: Source, of: int | None) -> Change:
    latest = connection.execute(select(ChangeRow.id, ChangeRow.at).order_by(ChangeRow.id.desc()).limit(1)).first()
    now = datetime.now(UTC)
    number, at = (latest.id + 1, max(now, latest.at)) if latest else (1, now)
    change = Change(number, at, _kept(author, ChangeRow.author), kind, _kept(why, ChangeRow.why).strip(),
                    Source(_kept(source.name, ChangeRow.source_file), source.sha256), of)  # fmt: skip
    row = {"id": number, "at": at, "author": change.author, "kind": kind.value, "why": stored_why(change.why, of)}
    connection.execute(insert(ChangeRow), {**row, "source_file": change.source.name, "source_sha256": source.sha256})
    return change


def _kept(text: str, column: InstrumentedAttribute[str]) -> str:
    """Return a text as every database takes it: no longer than its column, without null bytes and half characters."""
    whole = text.replace("\0", "").encode(errors="replace").decode()
    return whole[: column.type.length]


def _write_features(
    connection: Connection, edits: Sequence[Edit], now: dict[str, Entry], stored: dict[str, str | None], last: int
) -> int:
    """Write the projects as they become; return how many are new, which stand after position `last`."""
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for edit in edits:
        current = now.get(edit.project_id)
        row = {"record": stored[edit.project_id], "version": edit.base_version + 1}
        row["retired"] = edit.retired if edit.retired is not None else bool(current and current.retired)
        if current is None:
            added.append({**row, "id": edit.project_id, "position": last + len(added) + 1})
        else:
            changed.append({**row, "key": edit.project_id})
    if added:
        connection.execute(insert(FeatureRow), added)
    if changed:
        connection.execute(update(FeatureRow).where(FeatureRow.id == bindparam("key")), changed)
    return len(added)


def _log(change: Change, edit: Edit, found: Iterable[Difference], stored: str | None) -> list[dict[str, Any]]:
    return [
        {
            "change_id": change.id,
            "feature_id": edit.project_id,
            "version": edit.base_version + 1,
            "path": one.path,
            "was": as_json(one.was),
            "became": stored if one.path == WHOLE else as_json(one.became),
        }
        for one in found
    ]
