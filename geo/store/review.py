"""What was changed over a while: every change with its projects, what it comes to in numbers, and ways back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from geo.store.changes import Change, Conflict, Entry, Kind, Revision
from geo.store.database import reading
from geo.store.history import each_revision, entries_at
from geo.store.merge import merge, overlap
from geo.store.record import Difference
from geo.store.rows import chunks
from geo.store.store import Store
from geo.vocabulary import Grade

FOLDED_AFTER: Final = 20
"""So many projects of one change are told, where the rest of them is only counted."""


@dataclass(frozen=True)
class Period:
    """The days from `since` to `until`, both included, in this machine's time zone.

    Without `since` they begin with the record itself, without `until` they go on to now.
    """

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Touched:
    """A project of a change: as it is after the period, and its fields before and after the change."""

    entry: Entry
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class ReviewedChange:
    """A change with its projects; of `more` others only their number is told."""

    change: Change
    touched: tuple[Touched, ...]
    more: int

    @property
    def is_beginning(self) -> bool:
        """Whether the record began with it: the delivered data, which is no change to anything."""
        return _is_beginning(self.change)


@dataclass(frozen=True)
class Totals:
    """What a period comes to; a project that ends as it began counts nowhere.

    `changes` counts changes, the others projects: each stands under one of added, retired, revived and changed.
    `confirmed` are those whose place ends with a better grade than it had.
    """

    changes: int = 0
    added: int = 0
    changed: int = 0
    retired: int = 0
    revived: int = 0
    confirmed: int = 0


@dataclass(frozen=True)
class Review:
    """The changes of a period, latest first; `project_ids` are the projects that they touch, the beginning aside."""

    changes: tuple[ReviewedChange, ...] = ()
    totals: Totals = Totals()
    project_ids: frozenset[str] = frozenset()


@dataclass
class _Tally:
    """What is noted in passing, so that not every line of a large import is held."""

    began: bool = False
    changes: int = 0
    touched: set[str] = field(default_factory=set)


def review(store: Store, period: Period, *, project_id: str | None = None, most: int | None = FOLDED_AFTER) -> Review:
    """Return what was changed in a period, to one project if `project_id` is given.

    Parameters
    ----------
    most : int or None
        So many projects of each change are told, all of them where None.
    """
    after = _last_before(store, period.since) if period.since else 0
    until = _last_before(store, period.until + timedelta(days=1)) if period.until else store.head()
    tally, kept = _Tally(), []
    with reading(store.engine) as connection:
        lines = each_revision(connection, after=after, until=until, project_id=project_id)
        for change, its in groupby(lines, key=lambda one: one.change):
            kept.append((change, *_first_projects(change, its, most, tally)))
        told = {each for _, projects, _ in kept for each in projects}
        entries = entries_at(connection, until, only=told)
        totals = _totals(connection, tally, after, until)
    changes = tuple(
        ReviewedChange(change, tuple(Touched(entries[each], tuple(its)) for each, its in projects.items()), more)
        for change, projects, more in kept
    )
    return Review(changes, totals, frozenset(tally.touched))


def _last_before(store: Store, day: date) -> int:
    midnight = datetime.combine(day, time.min).astimezone()
    return store.last_change_at(midnight - timedelta(microseconds=1))


def _is_beginning(change: Change) -> bool:
    return change.id == 1 and change.kind is Kind.SHIPPED


def _first_projects(
    change: Change, lines: Iterable[Revision], most: int | None, tally: _Tally
) -> tuple[dict[str, list[Difference]], int]:
    """Return the first projects of a change with their lines, and how many more it has."""
    kept: dict[str, list[Difference]] = {}
    more = 0
    if _is_beginning(change):
        tally.began = True
    else:
        tally.changes += 1
    for project_id, its in groupby(lines, key=lambda one: one.project_id):
        if not _is_beginning(change):
            tally.touched.add(project_id)
        if most is None or len(kept) < most:
            kept[project_id] = [Difference(one.path, one.was, one.became) for one in its]
        else:
            more += 1
    return kept, more


def _totals(connection: Connection, tally: _Tally, after: int, until: int) -> Totals:
    """Return the totals: of the states after changes `after` and `until`; the beginning is the first state of all."""
    first = max(after, int(tally.began))
    counted: Counter[str] = Counter(changes=tally.changes)
    for some in chunks(tally.touched):
        before, then = (entries_at(connection, at, only=some) for at in (first, until))
        counted.update(fate for each in some for fate in _fates(before.get(each), then[each]))
    return Totals(**counted)


def _fates(before: Entry | None, then: Entry) -> list[str]:
    """Return under which totals a project counts."""
    if before is None:
        return [] if then.retired else ["added"]
    if then.retired:
        return [] if before.retired else ["retired"]
    confirmed = ["confirmed"] if _rank(then) < _rank(before) else []
    if before.retired:
        return ["revived", *confirmed]
    return ["changed", *confirmed] if then.record != before.record else []


def _rank(entry: Entry) -> int:
    """Return how well a project's place is known: 0 is best."""
    return list(Grade).index(entry.record["properties"]["location"]["grade"])


def restored(store: Store, change_id: int) -> list[Entry]:
    """Return the projects, as they are, that would be others if the state after change `change_id` were restored."""
    then = store.entries(at=change_id)
    return [entry for entry in store.entries().values() if _differs(entry, then.get(entry.id))]


def _differs(now: Entry, then: Entry | None) -> bool:
    return not now.retired if then is None else (now.record, now.retired) != (then.record, then.retired)


def changed_again(store: Store, change_id: int, conflict: Conflict) -> list[tuple[str, Change]]:
    """Return the fields of a change that cannot be taken back, each with the latest change that changed it again."""
    if conflict.base is None:
        return []
    since = store.revisions(after=change_id, project_id=conflict.project_id)
    return [
        (clash.path, next(one.change for one in since if overlap(one.path, clash.path)))
        for clash in merge(conflict.base, conflict.theirs.record, conflict.mine).clashes
    ]
