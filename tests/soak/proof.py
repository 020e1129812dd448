"""What must hold of a record whatever happened to it: worked out from the log alone, beside the table of today."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from geo.store.changes import Change, Revision
from geo.store.database import writing
from geo.store.record import ABSENT, RETIRED, WHOLE, value_at, with_values
from geo.store.store import Store


@dataclass(frozen=True)
class Confirmed:
    """A save that the store has confirmed to its editor: the one field changed, what was seen there, what was put."""

    change: int
    project: str
    path: str
    seen: Any
    put: Any


@dataclass
class Proof:
    """What was found. `faults` is empty where nothing is wrong."""

    changes: list[Change] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    lost: int = 0
    overwritten: int = 0
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(what)


def prove(store: Store) -> Proof:
    """Check that the log has no gaps, that it leads from nothing to today's table, and the file itself."""
    with writing(store.engine) as connection:  # waits for a change that the server has not ended yet
        if store.engine.dialect.name == "sqlite":
            sound = connection.execute(text("PRAGMA integrity_check")).scalar()
            dangling = connection.execute(text("PRAGMA foreign_key_check")).all()
        else:
            sound, dangling = "ok", []
    proof = Proof(store.changes()[::-1], store.revisions()[::-1])
    proof.expect(sound == "ok" and not dangling, f"the file is damaged: {sound}, {dangling}")
    numbers = [change.id for change in proof.changes]
    proof.expect(numbers == [*range(1, len(numbers) + 1)], "the changes have gaps")
    proof.expect(
        {one.change.id for one in proof.revisions} == set(numbers), "changes without lines, or lines without one"
    )
    state: dict[str, tuple[Any, bool, int]] = {}
    change_of_version: dict[tuple[str, int], int] = {}
    for line in proof.revisions:
        record, retired, version = state.get(line.project_id, (None, False, 0))
        of_change = change_of_version.setdefault((line.project_id, line.version), line.change.id)
        proof.expect(of_change == line.change.id, f"{line.project_id}: two changes made version {line.version}")
        proof.expect(line.version in (version, version + 1), f"{line.project_id}: no version {version + 1}")
        if line.path == WHOLE:
            was, record = (ABSENT if record is None else record), line.became
        elif line.path == RETIRED:
            was, retired = retired, line.became
        else:
            was, record = value_at(record, line.path), with_values(record, [(line.path, line.became)])
        proof.expect(was == line.was, f"{line.project_id} {line.path}: the log says {line.was}, it was {was}")
        state[line.project_id] = (record, retired, line.version)
    today = {each: (one.record, one.retired, one.version) for each, one in store.entries().items()}
    proof.expect(state == today, "the log does not lead to the table")
    return proof


def compare(proof: Proof, confirmed: list[Confirmed], *, by: str = "") -> None:
    """Look for every confirmed save in the log: there once, as it was put, on top of what its editor had seen.

    Where `by` is given, every change of authors so named must be confirmed too.
    """
    lines: dict[int, list[Revision]] = {}
    for line in proof.revisions:
        lines.setdefault(line.change.id, []).append(line)
    for one in confirmed:
        found = lines.get(one.change, [])
        if [(line.project_id, line.path, line.became) for line in found] != [(one.project, one.path, one.put)]:
            proof.lost += 1
            proof.faults.append(f"lost: {one}")
        elif found[0].was != one.seen:
            proof.overwritten += 1
            proof.faults.append(f"overwritten unseen: {one}, there was {found[0].was}")
    numbers = [one.change for one in confirmed]
    proof.expect(len(set(numbers)) == len(numbers), "one change was confirmed twice")
    if by:
        theirs = {change.id for change in proof.changes if change.author.startswith(by)}
        proof.expect(theirs == set(numbers), "a change that nobody was told of")
