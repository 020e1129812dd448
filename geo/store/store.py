"""The record itself: read the projects as they are, change them, and know every state they were in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from geo.audit_log import tell
from geo.store.author import Author, Role
from geo.store.changes import Change, Conflict, ConflictError, Edit, Entry, Kind, Revision, Source
from geo.store.database import open_database, reading, writing
from geo.store.history import entries_at, revisions
from geo.store.merge import merge
from geo.store.model import ChangeRow, FeatureRow, RevisionRow
from geo.store.rows import change_of, entry_of
from geo.store.shipped import follow
from geo.store.write import Progress, check, conflict, entries_of, write_change

MOST_TOLD: Final = 10
"""So many projects of a change are named in the log."""


class Store:
    """The projects of record in one database; safe to share among threads, processes and servers."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = open_database(url)

    # ---- reading ----

    def head(self) -> int:
        """Return the number of the latest change, 0 where there is none."""
        with reading(self.engine) as connection:
            return _head(connection)

    def entries(self, *, at: int | None = None) -> dict[str, Entry]:
        """Return every project by its id, in order, retired ones too; as it was just after change `at`, if given."""
        with reading(self.engine) as connection:
            return entries_at(connection, at)

    def entry(self, project_id: str) -> Entry | None:
        """Return one project, None where there is none."""
        with reading(self.engine) as connection:
            return entries_of(connection, [project_id]).get(project_id)

    def entries_since(self, change_id: int) -> tuple[int, dict[str, Entry]]:
        """Return the latest change's number, and the projects changed after change `change_id`, by id."""
        with reading(self.engine) as connection:
            touched = select(RevisionRow.feature_id).where(RevisionRow.change_id > change_id)
            rows = connection.execute(
                select(FeatureRow.__table__).where(FeatureRow.id.in_(touched)).order_by(FeatureRow.position)
            )
            return _head(connection), {row.id: entry_of(row) for row in rows}

    def revisions(
        self, *, after: int = 0, until: int | None = None, project_id: str | None = None, limit: int | None = None
    ) -> list[Revision]:
        """Return what was changed after change `after` up to change `until`, latest first."""
        with reading(self.engine) as connection:
            return revisions(connection, after=after, until=until, project_id=project_id, limit=limit)

    def changes(self, *, after: int = 0, limit: int | None = None) -> list[Change]:
        """Return the changes after change `after`, latest first."""
        with reading(self.engine) as connection:
            asked = select(ChangeRow.__table__).where(ChangeRow.id > after).order_by(ChangeRow.id.desc())
            return [change_of(row) for row in connection.execute(asked.limit(limit))]

    def last_change_at(self, when: datetime) -> int:
        """Return the number of the last change made at or before `when`, 0 where none was."""
        with reading(self.engine) as connection:
            return connection.execute(select(func.max(ChangeRow.id)).where(ChangeRow.at <= when)).scalar() or 0

    # ---- writing ----

    def follow(self, folder: Path) -> None:
        """Take over what is new in the projects file of a data folder, beside all that was edited here."""
        follow(self.engine, folder)

    def save(
        self,
        author: Author,
        edits: Sequence[Edit],
        *,
        why: str,
        kind: Kind = Kind.EDIT,
        source: Source | None = None,
        progress: Progress | None = None,
    ) -> Change | None:
        """Save all edits in one change, or none; return the change, None where nothing differs.

        Raises
        ------
        NotAllowedError : where the author is no editor
        InvalidError : where a record breaks the rules of the model
        ConflictError : where somebody has changed one of the projects since the version that the editor saw
        """
        author.require(Role.EDITOR)
        check(edits, progress)
        return self._write(author, lambda _: edits, why, kind, source=source)

    def undo(self, author: Author, change_id: int, *, why: str) -> Change | None:
        """Take back a change by a new one, and leave alone what was changed since; what it added is retired.

        Raises
        ------
        NotAllowedError : where the author is no editor
        ConflictError : where a field that it changed has been changed again since
        InvalidError : where the model refuses the result
        """
        author.require(Role.EDITOR)

        def undoing(connection: Connection) -> list[Edit]:
            edits = _undoing(connection, change_id)
            check(edits)
            return edits

        return self._write(author, undoing, why, Kind.UNDO, of=change_id)

    def restore(self, author: Author, change_id: int, *, why: str) -> Change | None:
        """Bring every project back to the state just after change `change_id`, by a new change.

        Raises
        ------
        NotAllowedError : where the author is no administrator
        """
        author.require(Role.ADMIN)

        def restoring(connection: Connection) -> list[Edit]:
            then, now = entries_at(connection, change_id), entries_at(connection, None)
            return [_back_to(entry, then.get(each)) for each, entry in now.items()]

        return self._write(author, restoring, why, Kind.RESTORE, of=change_id)

    def _write(
        self,
        author: Author,
        edits_in: Callable[[Connection], Sequence[Edit]],
        why: str,
        kind: Kind,
        *,
        source: Source | None = None,
        of: int | None = None,
    ) -> Change | None:
        """Write the edits as one change, and tell the log of it once it is confirmed."""
        with writing(self.engine) as connection:
            change = write_change(
                connection, author.name, edits_in(connection), why=why, kind=kind, source=source, of=of
            )
            number, some = _touched(connection, change) if change else (0, [])
        if change:
            tell("changed", author=change.author, change=change.id, kind=change.kind.value, of=change.of,
                 file=change.source.name, projects=number, ids=some)  # fmt: skip
        return change


def _head(connection: Connection) -> int:
    return connection.execute(select(func.max(ChangeRow.id))).scalar() or 0


def _touched(connection: Connection, change: Change) -> tuple[int, list[str]]:
    """Return how many projects a change is about, and the ids of the first of them."""
    ids = select(RevisionRow.feature_id).where(RevisionRow.change_id == change.id).distinct().subquery()
    number = connection.execute(select(func.count()).select_from(ids)).scalar_one()
    some = connection.execute(select(ids.c.feature_id).order_by(ids.c.feature_id).limit(MOST_TOLD)).scalars()
    return number, list(some)


def _undoing(connection: Connection, change_id: int) -> list[Edit]:
    touched = {one.project_id for one in revisions(connection, after=change_id - 1, until=change_id)}
    now = entries_of(connection, touched)
    before, after = (entries_at(connection, at, only=touched) for at in (change_id - 1, change_id))
    edits: list[Edit] = []
    clashing: list[Conflict] = []
    for each, entry in now.items():
        wanted = before.get(each, replace(after[each], retired=True))
        together = merge(after[each].record, entry.record, wanted.record)
        if together.clashes:
            clashing.append(conflict(connection, Edit(each, wanted.record, after[each].version), now))
            continue
        retired = wanted.retired if wanted.retired != after[each].retired else None
        edits.append(Edit(each, together.record, entry.version, retired))
    if clashing:
        raise ConflictError(clashing)
    return edits


def _back_to(entry: Entry, before: Entry | None) -> Edit:
    """Return the edit that makes a project what it was, retired where it was not there."""
    if before is None:
        return Edit(entry.id, entry.record, entry.version, True)
    return Edit(entry.id, before.record, entry.version, before.retired)
