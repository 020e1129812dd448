"""Two people have edited one project: what both did put together, and the fields in which they disagree."""

from dataclasses import dataclass
from typing import Any

from geo.store.record import Difference, Record, differ, differences, value_at, with_values


@dataclass(frozen=True)
class Clash:
    """A field that both have changed, each to something else."""

    path: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True)
class Merge:
    """`record` holds what both did, and theirs where they clash."""

    record: Record
    clashes: tuple[Clash, ...]


def merge(base: Record, theirs: Record, mine: Record) -> Merge:
    """Return both sets of changes to `base` in one record, theirs where they touch the same field."""
    their_changes = differences(base, theirs)
    ours: list[Difference] = []
    clashes: list[Clash] = []
    for change in differences(base, mine):
        met = [one for one in their_changes if overlap(one.path, change.path)]
        if not met:
            ours.append(change)
        elif differ(value := value_at(theirs, change.path), change.became):
            clashes.append(Clash(change.path, change.was, value, change.became))
    return Merge(with_values(theirs, ((one.path, one.became) for one in ours)), tuple(clashes))


def overlap(one: str, other: str) -> bool:
    """Return whether two paths name the same field, or one of them a part of the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")
