"""The delivered projects file and the record: what follows it, what keeps its edit, what is retired."""

import json

import pytest

from geo.store.author import Author, Role
from geo.store.changes import Edit, Kind
from geo.store.current import RecordOfFiles
from tests.data.samples import both, collection, project_feature, sample_files, write

LI = Author("李", Role.EDITOR)


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "data", sample_files())


def deliver(folder, *features, version="2"):
    text = json.dumps(collection(*features, version=version), ensure_ascii=False)
    (folder / "projects.geojson").write_text(text, encoding="utf-8")


def edit(store, identity, **changes):
    entry = store.entry(identity)
    record = {**entry.record, "properties": {**entry.record["properties"], **changes}}
    return store.save(LI, [Edit(identity, record, entry.version)], why="edited")


def field(store, name, identity="park"):
    return store.entry(identity).record["properties"][name]


def test_a_first_start_takes_over_the_file_and_a_second_does_nothing(store, folder):
    deliver(folder, project_feature("park"), project_feature("quay"), version="2026.11")
    store.follow(folder)
    [change] = store.changes()
    assert (change.author, change.kind, change.why, change.source.name) == (
        "",
        Kind.SHIPPED,
        "2026.11",
        "projects.geojson",
    )
    assert list(store.entries()) == ["park", "quay"]
    store.follow(folder)
    assert store.head() == 1


def test_an_edited_field_stays_and_one_that_was_not_follows(store, folder):
    deliver(folder, project_feature("park"))
    store.follow(folder)
    edit(store, "park", summary=both("ours"))
    deliver(folder, project_feature("park", summary=both("theirs"), names={"en": "New Name"}))
    store.follow(folder)
    assert field(store, "summary") == both("ours")
    assert field(store, "names") == {"en": "New Name"}
    deliver(folder, project_feature("park", summary=both("theirs"), names={"en": "Newer Name"}), version="3")
    store.follow(folder)
    assert (field(store, "summary"), field(store, "names")) == (both("ours"), {"en": "Newer Name"})


def test_what_the_file_no_longer_has_is_retired_unless_it_was_edited(store, folder):
    deliver(folder, project_feature("park"), project_feature("quay"), project_feature("zoo"))
    store.follow(folder)
    edit(store, "quay", summary=both("ours"))
    deliver(folder, project_feature("park"))
    store.follow(folder)
    assert {each: entry.retired for each, entry in store.entries().items()} == {
        "park": False,
        "quay": False,
        "zoo": True,
    }


def test_an_edit_taken_back_leaves_no_trace_that_keeps_a_project(store, folder):
    deliver(folder, project_feature("park"), project_feature("quay"))
    store.follow(folder)
    feature = {"type": "Feature", **store.entry("quay").record}
    store.save(LI, [Edit("quay", {**feature, "geometry": None} | unlocated(feature), 1)], why="")
    store.save(LI, [Edit("quay", feature, 2)], why="")
    deliver(folder, project_feature("park"))
    store.follow(folder)
    assert store.entry("quay").retired


def unlocated(feature):
    properties = {**feature["properties"], "location": project_feature("x", None)["properties"]["location"]}
    return {"properties": properties}


def test_what_comes_back_is_as_the_new_file_has_it(store, folder):
    deliver(folder, project_feature("park"), project_feature("quay"))
    store.follow(folder)
    deliver(folder, project_feature("park"))
    store.follow(folder)
    deliver(folder, project_feature("park"), project_feature("quay", names={"en": "New Quay"}), version="3")
    store.follow(folder)
    assert not store.entry("quay").retired and field(store, "names", "quay") == {"en": "New Quay"}


def test_what_an_editor_retired_stays_retired(store, folder):
    deliver(folder, project_feature("park"))
    store.follow(folder)
    entry = store.entry("park")
    store.save(LI, [Edit("park", entry.record, entry.version, True)], why="", kind=Kind.RETIRE)
    deliver(folder, project_feature("park", names={"en": "New"}))
    store.follow(folder)
    assert store.entry("park").retired and field(store, "names") == {"en": "New"}


def test_a_project_of_ours_stays_when_the_plan_takes_up_its_identifier(store, folder):
    deliver(folder, project_feature("park"))
    store.follow(folder)
    ours = project_feature("quay", names={"en": "Ours"})
    store.save(LI, [Edit("quay", ours, 0)], why="", kind=Kind.ADD)
    deliver(folder, project_feature("park"), project_feature("quay", names={"en": "Theirs"}))
    store.follow(folder)
    assert field(store, "names", "quay") == {"en": "Ours"}


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        b"",
        b"[]",
        json.dumps(collection(project_feature("park"), project_feature("quay", sector="x"))).encode(),
        json.dumps(collection(project_feature("park"), {**project_feature("quay"), "id": ["a"]})).encode(),
        json.dumps(collection(project_feature("park"), {**project_feature("quay"), "id": {}})).encode(),
        json.dumps(collection(project_feature("park"), None, 7)).encode(),
        json.dumps(collection(project_feature("park"), project_feature("park"))).encode(),
        b"\xff\xfe\x00",
    ],
)
def test_a_broken_file_takes_nothing_away(store, folder, broken):
    deliver(folder, project_feature("park"), project_feature("quay"))
    store.follow(folder)
    before = store.entries()
    (folder / "projects.geojson").write_bytes(broken)
    store.follow(folder)
    assert {each: entry.retired for each, entry in store.entries().items()} == dict.fromkeys(before, False)
    assert store.entry("quay") == before["quay"]
    deliver(folder, project_feature("park", names={"en": "Mended"}), version="3")
    store.follow(folder)
    assert field(store, "names") == {"en": "Mended"} and store.entry("quay").retired


def test_without_a_file_nothing_happens(store, folder):
    (folder / "projects.geojson").unlink()
    store.follow(folder)
    assert store.head() == 0


# ---- what the app shows of it ----


def test_the_dataset_shows_each_edit_and_leaves_out_the_retired(url, store, folder):
    deliver(folder, project_feature("park"), project_feature("quay"))
    record = RecordOfFiles(folder, url)
    first = record.dataset()
    assert [project.id for project in first.projects] == ["park", "quay"]
    assert record.dataset() is first, "nothing is worked out again"
    edit(store, "park", names={"en": "Edited"})
    entry = store.entry("quay")
    store.save(LI, [Edit("quay", entry.record, entry.version, True)], why="")
    second = record.dataset()
    assert [(project.id, project.names["en"]) for project in second.projects] == [("park", "Edited")]
    assert second.fingerprint != first.fingerprint


@pytest.mark.parametrize("wrong", ["mysql://host/db", "rubbish", "sqlite://", "sqlite:///{folder}/district.json",
                                   "postgresql:///x?host=/nowhere", "sqlite:////proc/none/x.sqlite"])  # fmt: skip
def test_without_a_database_the_file_is_shown_with_a_word_on_it(folder, wrong):
    deliver(folder, project_feature("park"))
    record = RecordOfFiles(folder, wrong.format(folder=folder))
    data = record.dataset()
    assert [project.id for project in data.projects] == ["park"] and record.store is None
    assert "store_unavailable" in {problem.code for problem in data.problems}


def test_a_database_that_comes_up_later_is_found(folder, tmp_path, monkeypatch):
    deliver(folder, project_feature("park"))
    place = tmp_path / "var"
    place.write_text("in the way")
    record = RecordOfFiles(folder, f"sqlite:///{place}/record.sqlite")
    assert record.store is None
    place.unlink()
    record.dataset()
    assert record.store is None, "not tried at every draw"
    monkeypatch.setattr("geo.store.current.RETRY_S", 0)
    assert "store_unavailable" not in {problem.code for problem in record.dataset().problems}
    assert record.store.head() == 1


# ---- servers of several releases at one record ----


@pytest.fixture
def running(monkeypatch):
    """Return a function that makes this a release of another number."""
    return lambda number: monkeypatch.setattr("geo.store.shipped.version", lambda: number)


def test_an_older_release_does_not_follow_its_file_over_that_of_a_newer(store, folder, running, caplog):
    files = {number: project_feature("park", names={"en": f"Park {number}"}) for number in ("1.9.0", "1.10.0")}
    told = []
    for number in ("1.9.0", "1.10.0", "1.9.0", "1.10.0", "1.9.0"):
        running(number)
        deliver(folder, files[number], version=number)
        caplog.clear()
        store.follow(folder)
        told.append(caplog.text)
    assert field(store, "names") == {"en": "Park 1.10.0"} and store.head() == 2
    assert [("1.10.0 has been at this record" in text) for text in told] == [False, False, True, False, True]


def test_a_newer_release_with_the_same_file_is_remembered_and_changes_nothing(store, folder, running, caplog):
    running("1.0.0")
    deliver(folder, project_feature("park"))
    store.follow(folder)
    running("1.1.0")
    store.follow(folder)
    running("1.0.0")
    store.follow(folder)
    assert store.head() == 1 and not caplog.text
    deliver(folder, project_feature("park", names={"en": "Older"}))
    store.follow(folder)
    assert store.head() == 1 and "1.1.0 has been at this record" in caplog.text


def test_the_same_release_follows_its_data_folder_as_it_is_edited(store, folder, running):
    for name in ("A", "B"):
        deliver(folder, project_feature("park", names={"en": name}), version=name)
        store.follow(folder)
    assert field(store, "names") == {"en": "B"}


def test_what_a_release_without_a_number_followed_is_older_than_all(store, folder, running):
    running("")
    deliver(folder, project_feature("park"))
    store.follow(folder)
    running("0.0.1")
    deliver(folder, project_feature("park", names={"en": "New"}))
    store.follow(folder)
    assert field(store, "names") == {"en": "New"}
