"""What a period comes to, against projects whose fate is known by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

import geo.store.write
from geo.store.author import Author, Role
from geo.store.changes import ConflictError, Edit, Kind, Source
from geo.store.record import with_values
from geo.store.review import Period, Totals, changed_again, restored, review
from tests.data.samples import collection, project_feature, write

LI, ADMIN = Author("李", Role.EDITOR), Author("赵", Role.ADMIN)
IDS = ("park", "pier", "clinic")
DAY = datetime(2026, 11, 25, 12).astimezone()


class Clock(datetime):
    at = DAY

    @classmethod
    def now(cls, tz=None):
        return cls.at.astimezone(tz)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(geo.store.write, "datetime", Clock)
    Clock.at = DAY - timedelta(days=100)
    return Clock


@pytest.fixture
def begun(store, tmp_path, clock):
    """A record that began a hundred days ago with three projects."""
    features = [project_feature(each) for each in IDS]
    store.follow(write(tmp_path, {"projects.geojson": collection(*features, version="1")}))
    return store


def edit(store, project_id, retired=None, **values):
    entry = store.entry(project_id)
    pairs = [(path.replace("__", "."), value) for path, value in values.items()]
    return Edit(project_id, with_values(entry.record, pairs), entry.version, retired)


def save(store, *edits, why="x", kind=Kind.EDIT, **more):
    return store.save(LI, edits, why=why, kind=kind, **more)


def new(identity):
    feature = project_feature(identity)
    return Edit(identity, {"id": identity, "geometry": feature["geometry"], "properties": feature["properties"]}, 0)


def test_the_beginning_is_told_and_counts_for_nothing(begun):
    found = review(begun, Period())
    [one] = found.changes
    assert one.is_beginning and one.change.kind is Kind.SHIPPED
    assert {each.entry.id for each in one.touched} == set(IDS)
    assert found.totals == Totals() and found.project_ids == frozenset()


def test_each_project_counts_under_its_fate(begun, clock):
    clock.at = DAY
    save(begun, edit(begun, "park", location__grade="exact", location__accuracy_m=10), new("zoo"), new("gone"))
    save(begun, edit(begun, "pier", name="码头二期"))
    save(begun, edit(begun, "clinic", True), edit(begun, "gone", True), kind=Kind.RETIRE)
    found = review(begun, Period())
    assert found.totals == Totals(changes=3, added=1, changed=2, retired=1, confirmed=1)
    assert found.project_ids == {"park", "pier", "clinic", "zoo", "gone"}
    assert [one.change.id for one in found.changes] == [4, 3, 2, 1]
    save(begun, edit(begun, "clinic", False), kind=Kind.REVIVE)
    assert review(begun, Period()).totals.retired == 0


def test_what_ends_as_it_began_counts_as_a_change_and_as_no_project(begun):
    change = save(begun, edit(begun, "park", location__grade="exact", location__accuracy_m=10))
    begun.undo(LI, change.id, why="wrong")
    found = review(begun, Period())
    assert found.totals == Totals(changes=2)
    assert [one.change.kind for one in found.changes] == [Kind.UNDO, Kind.EDIT, Kind.SHIPPED]


def test_a_worse_grade_confirms_nothing(begun):
    save(begun, edit(begun, "park", location__grade="area"))
    assert review(begun, Period()).totals == Totals(changes=1, changed=1)


def test_one_that_comes_back_counts_as_such(begun, clock):
    save(begun, edit(begun, "park", True))
    clock.at = DAY
    save(begun, edit(begun, "park", False, location__grade="exact", location__accuracy_m=10))
    assert review(begun, Period(since=DAY.date())).totals == Totals(changes=1, revived=1, confirmed=1)


def midnight(day: date, microseconds=0):
    return datetime(day.year, day.month, day.day).astimezone() + timedelta(microseconds=microseconds)


def test_a_period_takes_its_days_whole_and_no_others(begun, clock):
    first, last = date(2026, 11, 20), date(2026, 11, 22)
    moments = [midnight(first, -1), midnight(first), midnight(last), midnight(last + timedelta(days=1), -1),
               midnight(last + timedelta(days=1))]  # fmt: skip
    for number, moment in enumerate(moments):
        clock.at = moment
        save(begun, edit(begun, "park", name=f"name {number}"))
    found = review(begun, Period(first, last))
    assert [one.touched[0].differences[0].became for one in found.changes] == ["name 3", "name 2", "name 1"]
    assert found.totals == Totals(changes=3, changed=1)
    assert review(begun, Period(since=last + timedelta(days=2))).changes == ()
    assert len(review(begun, Period(until=first)).changes) == 3


def test_the_history_of_one_project(begun):
    save(begun, edit(begun, "park", name="甲"), edit(begun, "pier", name="乙"))
    save(begun, edit(begun, "pier", name="丙"))
    found = review(begun, Period(), project_id="park")
    assert [one.change.id for one in found.changes] == [2, 1]
    assert {each.entry.id for one in found.changes for each in one.touched} == {"park"}
    assert found.totals == Totals(changes=1, changed=1)


@pytest.mark.parametrize(("most", "told", "more"), [(20, 20, 15), (None, 35, 0), (35, 35, 0)])
def test_a_long_import_is_folded(begun, most, told, more):
    save(begun, *(new(f"n{i:02}") for i in range(35)), kind=Kind.IMPORT, source=Source("a.xlsx"))
    found = review(begun, Period(), most=most)
    assert (len(found.changes[0].touched), found.changes[0].more) == (told, more)
    assert found.totals == Totals(changes=1, added=35) and len(found.project_ids) == 35


def test_what_restoring_would_change_is_known_before(begun):
    save(begun, edit(begun, "park", name="甲"), new("zoo"))
    save(begun, edit(begun, "pier", True))
    assert {entry.id for entry in restored(begun, 1)} == {"park", "zoo", "pier"}
    assert {entry.id for entry in restored(begun, 2)} == {"pier"} and restored(begun, 3) == []
    begun.restore(ADMIN, 1, why="back")
    assert restored(begun, 1) == []


def test_a_clash_names_the_field_and_the_latest_who_changed_it(begun):
    change = save(begun, edit(begun, "park", name="甲", sector="health"))
    save(begun, edit(begun, "park", name="乙"))
    latest = begun.save(ADMIN, [edit(begun, "park", name="丙")], why="y")
    begun.save(ADMIN, [edit(begun, "park", summary={"zh": "z", "en": "z"})], why="z")
    with pytest.raises(ConflictError) as error:
        begun.undo(LI, change.id, why="wrong")
    [conflict] = error.value.conflicts
    assert changed_again(begun, change.id, conflict) == [("name", latest)]


def test_moments_of_the_record_are_in_utc(begun):
    assert review(begun, Period()).changes[0].change.at.tzinfo == UTC
