"""Saving in the record: what is kept, what is refused, and what is told to the second of two editors."""

import json

import pytest

from geo.store.author import ANYONE, Author, NotAllowedError, Role
from geo.store.changes import ConflictError, Edit, InvalidError, Kind, Source
from geo.store.merge import merge
from geo.store.record import ABSENT
from tests.data.samples import both, project_feature

LI = Author("李", Role.EDITOR)
WANG = Author("王", Role.EDITOR)
ADMIN = Author("赵", Role.ADMIN)


def record(identity="park", **changes):
    feature = json.loads(json.dumps(project_feature(identity, **changes)))
    return {"id": identity, "geometry": feature["geometry"], "properties": feature["properties"]}


def named(name, identity="park"):
    return record(identity, names={"en": name})


def saved(store, *records, author=LI, why="test"):
    """Save records over what is there."""
    now = store.entries()
    edits = [Edit(one["id"], one, now[one["id"]].version if one["id"] in now else 0) for one in records]
    return store.save(author, edits, why=why)


def everything(store):
    return store.entries(), store.revisions(), store.head()


# ---- what is kept ----


def test_a_new_project_is_there_and_in_the_log_as_a_whole(store):
    change = store.save(LI, [Edit("park", named("Park"), 0)], why=" minutes 12 ", kind=Kind.ADD)
    assert (change.id, change.author, change.kind, change.why) == (1, "李", Kind.ADD, "minutes 12")
    entry = store.entry("park")
    assert (entry.version, entry.retired, entry.record) == (1, False, named("Park"))
    [line] = store.revisions()
    assert (line.change, line.project_id, line.path, line.version) == (change, "park", "", 1)
    assert line.was is ABSENT and line.became == named("Park")


def test_an_edit_is_logged_field_by_field_and_only_where_it_differs(store):
    saved(store, named("Park"), named("Quay", "quay"))
    moved = {**named("Garden"), "geometry": {"type": "Point", "coordinates": [121.62, 38.92]}}
    change = saved(store, moved, named("Quay", "quay"))
    told = {(one.project_id, one.path): (one.was, one.became, one.version) for one in store.revisions(after=1)}
    assert told == {
        ("park", "geometry"): (named("Park")["geometry"], moved["geometry"], 2),
        ("park", "names.en"): ("Park", "Garden", 2),
    }
    assert change.id == 2
    assert {each: entry.version for each, entry in store.entries().items()} == {"park": 2, "quay": 1}


def test_null_and_absent_are_told_apart(store):
    saved(store, record(current_status=None))
    status = {"value": "已开工", "date": "2026-01-02", "source": "office"}
    saved(store, record(current_status=status))
    [line] = store.revisions(after=1)
    assert (line.path, line.was, line.became) == ("current_status", None, status)
    saved(store, record(current_status=status, offer={"plot_ratio": 2, "date": "2026-01-02", "source": "office"}))
    [line] = store.revisions(after=2)
    assert (line.path, line.was) == ("offer", ABSENT)


def test_what_changes_nothing_makes_no_change(store):
    saved(store, named("Park"))
    assert saved(store, named("Park")) is None
    assert store.save(LI, [], why="") is None
    assert store.head() == 1


def test_whole_numbers_for_the_same_point_are_no_change_and_leave_what_is_stored(store):
    saved(store, {**record(), "geometry": {"type": "Point", "coordinates": [121.0, 38.9]}})
    change = {**named("Other"), "geometry": {"type": "Point", "coordinates": [121, 38.9]}}
    saved(store, change)
    assert {one.path for one in store.revisions(after=1)} == {"names.en"}
    assert str(store.entry("park").record["geometry"]["coordinates"][0]) == "121.0"


def test_only_id_geometry_and_properties_of_a_feature_are_kept(store):
    feature = {"type": "Feature", "bbox": [1, 2, 3, 4], **named("Park")}
    store.save(LI, [Edit("park", feature, 0)], why="")
    assert store.entry("park").record == named("Park")
    assert store.save(LI, [Edit("park", {**feature, "type": "Feature"}, 1)], why="") is None


def test_the_source_file_is_kept(store):
    source = Source("宗地.gpkg", "0" * 64)
    store.save(LI, [Edit("park", named("Park"), 0)], why="", kind=Kind.IMPORT, source=source)
    assert store.changes()[0].source == source


def test_texts_that_a_database_refuses_are_trimmed_not_fatal(store):
    odd = Author("n" * 300, Role.EDITOR)
    change = store.save(odd, [Edit("park", record(name="a\0b"), 0)], why="x\0y\ud800", source=Source("f" * 300))
    assert (change.author, change.why, change.source.name) == ("n" * 120, "xy?", "f" * 200)
    assert store.changes() == [change]
    assert store.entry("park").record["properties"]["name"] == "a\0b"


def test_projects_stand_in_the_order_in_which_they_came(store):
    saved(store, named("1", "zoo"), named("2", "park"))
    saved(store, named("3", "axis"))
    saved(store, named("4", "zoo"))
    assert list(store.entries()) == list(store.entries(at=2)) == ["zoo", "park", "axis"]


def test_entries_since_a_change_are_those_touched_after_it(store):
    saved(store, named("1", "zoo"), named("2", "park"))
    saved(store, named("3", "axis"))
    assert [*store.entries_since(1)[1]] == ["axis"]
    assert store.entries_since(2) == (2, {})


# ---- what is refused ----


@pytest.mark.parametrize("author", [ANYONE, Author("孙", Role.VIEWER)])
def test_who_may_not_write_writes_nothing(store, author):
    saved(store, named("Park"))
    before = everything(store)
    for attempt in (
        lambda: store.save(author, [Edit("park", named("X"), 1)], why=""),
        lambda: store.undo(author, 1, why=""),
        lambda: store.restore(author, 0, why=""),
    ):
        with pytest.raises(NotAllowedError):
            attempt()
    with pytest.raises(NotAllowedError) as refused:
        store.restore(LI, 0, why="")
    assert refused.value.needed is Role.ADMIN
    assert everything(store) == before


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Edit("quay", record("quay", phase="building"), 0), "rule_broken"),
        (Edit("quay", record("quay", sector="x"), 0), "field_invalid"),
        (Edit("quay", record("quay", colour="red"), 0), "field_unknown"),
        (Edit("quay", record("park"), 0), "id_repeated"),
        (Edit("park", named("twice"), 1), "id_repeated"),
        (Edit("quay", {"id": "quay", "geometry": None, "properties": None}, 0), "rule_broken"),
        (Edit("quay", {}, 0), "id_repeated"),
        (Edit("Quay 1", record("Quay 1"), 0), "field_invalid"),
        (Edit("quay", record("quay", name="\ud800"), 0), "field_invalid"),
        (Edit("nowhere", record("nowhere"), 3), "project_unknown"),
    ],
)
def test_one_wrong_record_keeps_all_out(store, edit, code):
    saved(store, named("Park"))
    before = everything(store)
    with pytest.raises(InvalidError) as refused:
        store.save(LI, [Edit("park", named("Garden"), 1), edit], why="")
    assert code in {problem.code for problem in refused.value.problems}
    assert everything(store) == before


@pytest.mark.parametrize("at", [0, 1], ids=["before the first is checked", "when all are checked"])
def test_who_cancels_saves_nothing(store, at):
    class CancelledError(Exception):
        pass

    def progress(done, total):
        if (done, total) == (at, 1):
            raise CancelledError

    with pytest.raises(CancelledError):
        store.save(LI, [Edit("park", named("Park"), 0)], why="", progress=progress)
    assert everything(store) == ({}, [], 0)


# ---- two editors ----


def test_the_second_of_two_is_told_what_the_first_has_done(store):
    saved(store, named("Park"))
    saved(store, named("Theirs"), author=WANG)
    other_edit = Edit("quay", named("Quay", "quay"), 0)
    with pytest.raises(ConflictError) as told:
        store.save(LI, [other_edit, Edit("park", named("Mine"), 1)], why="")
    [conflict] = told.value.conflicts
    assert (conflict.base, conflict.mine, conflict.theirs.record) == (named("Park"), named("Mine"), named("Theirs"))
    assert [change.author for change in conflict.since] == ["王"]
    assert store.entry("quay") is None, "nothing of the change is saved"


def test_two_who_add_one_identifier_meet(store):
    saved(store, named("Theirs"), author=WANG)
    with pytest.raises(ConflictError) as told:
        store.save(LI, [Edit("park", named("Mine"), 0)], why="")
    assert told.value.conflicts[0].base is None


def test_the_base_of_a_conflict_is_what_the_editor_saw_however_much_has_happened_since(store):
    offer = {"plot_ratio": 2, "date": "2026-01-02", "source": "office"}
    for state in (record(), record(offer=offer), record(offer={**offer, "plot_ratio": 3}), record(), named("Last")):
        saved(store, state)
    for version, seen in enumerate((record(), record(offer=offer), record(offer={**offer, "plot_ratio": 3})), start=1):
        with pytest.raises(ConflictError) as told:
            store.save(LI, [Edit("park", named("Mine"), version)], why="")
        assert told.value.conflicts[0].base == seen
        assert [change.id for change in told.value.conflicts[0].since] == [*range(5, version, -1)]


def test_who_merges_saves_on_top(store):
    saved(store, named("Park"))
    saved(store, record(names={"en": "Park", "ko": "공원"}), author=WANG)
    mine = {**named("Park"), "properties": {**named("Park")["properties"], "summary": both("mine")}}
    with pytest.raises(ConflictError) as told:
        store.save(LI, [Edit("park", mine, 1)], why="")
    conflict = told.value.conflicts[0]
    together = merge(conflict.base, conflict.theirs.record, conflict.mine)
    assert not together.clashes
    store.save(LI, [Edit("park", together.record, conflict.theirs.version)], why="")
    kept = store.entry("park").record["properties"]
    assert kept["names"] == {"en": "Park", "ko": "공원"} and kept["summary"] == both("mine")


# ---- undo and restore ----


def test_undo_takes_back_one_change_and_leaves_what_came_after(store):
    saved(store, named("Park"))
    saved(store, named("Wrong"))
    saved(store, record(names={"en": "Wrong"}, summary=both("later")))
    change = store.undo(WANG, 2, why="typed wrong")
    assert (change.kind, change.id) == (Kind.UNDO, 4)
    assert store.entry("park").record == record(names={"en": "Park"}, summary=both("later"))
    assert store.undo(WANG, 2, why="") is None, "it is taken back by now"


def test_undo_of_what_was_changed_again_is_a_conflict_that_names_each_project(store):
    saved(store, named("1"), named("1", "quay"), named("1", "zoo"))
    saved(store, named("2"), named("2", "quay"), named("2", "zoo"))
    saved(store, named("3"), named("3", "quay"))
    before = everything(store)
    with pytest.raises(ConflictError) as told:
        store.undo(LI, 2, why="")
    assert {(one.project_id, one.base["properties"]["names"]["en"]) for one in told.value.conflicts} == {
        ("park", "2"),
        ("quay", "2"),
    }
    assert everything(store) == before


def test_undo_of_an_addition_retires_and_undo_of_that_revives(store):
    saved(store, named("Park"))
    store.undo(LI, 1, why="")
    assert store.entry("park").retired and store.entry("park").record == named("Park")
    store.undo(LI, 2, why="")
    assert not store.entry("park").retired
    assert [store.entries(at=at).get("park") and store.entries(at=at)["park"].retired for at in range(4)] == [
        None,
        False,
        True,
        False,
    ]


def test_undo_of_a_change_that_is_not_there_does_nothing(store):
    assert store.undo(LI, 7, why="") is None


def test_restore_brings_back_every_project_as_it_was(store):
    saved(store, named("1"), named("1", "quay"))
    store.save(LI, [Edit("quay", named("1", "quay"), 1, True), Edit("zoo", named("1", "zoo"), 0)], why="")
    saved(store, named("9"))
    change = store.restore(ADMIN, 1, why="the meeting's state")
    assert change.kind is Kind.RESTORE
    shown = {each: entry.record for each, entry in store.entries().items() if not entry.retired}
    assert shown == {"park": named("1"), "quay": named("1", "quay")}
    assert store.entry("zoo").retired
    assert store.restore(ADMIN, store.head(), why="") is None
    assert store.entries(at=3)["park"].record == named("9"), "what was taken back stays in the history"
