"""What was changed over a while: every change with its projects, what it comes to in numbers, and ways back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from geo.store.changes import Change, Conflict, Entry, Kind, Revision
from geo.store.database import reading
from geo.store.history import before_these, each_history, each_revision, entries_at
from geo.store.merge import merge, overlap
from geo.store.record import Difference
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


def review(store: Store, period: Period, *, project_id: str | None = None, most: int | None = FOLDED_AFTER) -> Review:
    """Return what was changed in a period, to one project if `project_id` is given.

    Parameters
    ----------
    most : int or None
        So many projects of each change are told, all of them where None.
    """
    after = _last_before(store, period.since) if period.since else 0
    until = _last_before(store, period.until + timedelta(days=1)) if period.until else store.head()
    kept = []
    with reading(store.engine) as connection:
        lines = each_revision(connection, after=after, until=until, project_id=project_id)
        for change, its in groupby(lines, key=lambda one: one.change):
            kept.append((change, *_first_projects(its, most)))
        told = {each for _, projects, _ in kept for each in projects}
        entries = entries_at(connection, until, only=told)
        began = [change for change, _, _ in kept if _is_beginning(change)]
        since = began[0].id if began else after
        fates = {
            now.id: _fates(before_these(now, its), before_these(now, [one for one in its if one.change.id > until]))
            for now, its in each_history(connection, after=since, project_id=project_id)
            if any(one.change.id <= until for one in its)
        }
    counted = Counter(fate for found in fates.values() for fate in found)
    changes = tuple(
        ReviewedChange(change, tuple(Touched(entries[each], tuple(its)) for each, its in projects.items()), more)
        for change, projects, more in kept
    )
    return Review(changes, Totals(len(kept) - len(began), **counted), frozenset(fates))


def _last_before(store: Store, day: date) -> int:
    midnight = datetime.combine(day, time.min).astimezone()
    return store.last_change_at(midnight - timedelta(microseconds=1))


def _is_beginning(change: Change) -> bool:
    return change.id == 1 and change.kind is Kind.SHIPPED


def _first_projects(lines: Iterable[Revision], most: int | None) -> tuple[dict[str, list[Difference]], int]:
    """Return the first projects of a change with their lines, and how many more it has."""
    kept: dict[str, list[Difference]] = {}
    more = 0
    for project_id, its in groupby(lines, key=lambda one: one.project_id):
        if most is None or len(kept) < most:
            kept[project_id] = [Difference(one.path, one.was, one.became) for one in its]
        else:
            more += 1
    return kept, more


def _fates(before: Entry | None, then: Entry | None) -> list[str]:
    """Return under which totals a project counts that was one thing before a period and another after it."""
    if then is None:
        return []
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
