"""Backup and restore: what comes back is what was, on the same kind of database or the other, or nothing comes back."""

import json
import zipfile

import pytest

from geo.store.author import Author, Role
from geo.store.backup import BackupError, back_up, bring_back
from geo.store.changes import Edit
from geo.store.model import SCHEMA
from geo.store.store import Store
from tests.data.samples import project_feature

LI = Author("李", Role.EDITOR)


def record(name, identity="park"):
    feature = json.loads(json.dumps(project_feature(identity, names={"en": name})))
    return {"id": identity, "geometry": feature["geometry"], "properties": feature["properties"]}


def fill(store):
    store.save(LI, [Edit("park", record("Park"), 0), Edit("quay", record("Quay", "quay"), 0)], why="一\n二")
    store.save(LI, [Edit("park", record("“Garden”, Ж"), 1)], why="renamed")
    store.save(LI, [Edit("quay", record("Quay", "quay"), 1, retired=True)], why="gone")


def everything(store):
    return store.entries(), store.changes(), store.revisions(), [store.entries(at=n) for n in (1, 2, 3)]


@pytest.fixture
def state(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "editors.json").write_text('{"李": 1}', encoding="utf-8")
    return tmp_path / "state"


@pytest.fixture
def kept(new_sqlite_database, state, tmp_path):
    """A backup of a small record."""
    store = Store(new_sqlite_database())
    fill(store)
    back_up(store.engine, state, tmp_path / "kept.zip")
    return tmp_path / "kept.zip"


def test_a_record_of_either_database_comes_back_whole_and_goes_on(store, state, new_sqlite_database, tmp_path):
    fill(store)
    counts = back_up(store.engine, state, tmp_path / "kept.zip")
    assert (counts["feature"], counts["change"], counts["revision"]) == (2, 3, 4)
    url = new_sqlite_database()
    assert bring_back(url, tmp_path / "elsewhere", tmp_path / "kept.zip") == counts
    again = Store(url)
    assert everything(again) == everything(store)
    assert again.save(LI, [Edit("park", record("Square"), 2)], why="goes on").id == 4
    editors = tmp_path / "elsewhere" / "editors.json"
    assert editors.read_text(encoding="utf-8") == '{"李": 1}'
    assert editors.stat().st_mode & 0o077 == 0


def test_a_record_moves_to_either_database(kept, url, tmp_path, new_sqlite_database):
    bring_back(url, tmp_path / "there", kept)
    reference = Store(new_sqlite_database())
    fill(reference)
    moved = Store(url)
    assert moved.entries() == reference.entries()
    assert [(one.author, one.why) for one in moved.changes()] == [("李", "gone"), ("李", "renamed"), ("李", "一\n二")]


def test_nothing_is_written_over_a_record(kept, store, tmp_path):
    store.save(LI, [Edit("park", record("Mine"), 0)], why="mine")
    before = store.entries()
    with pytest.raises(BackupError, match="already holds"):
        bring_back(store.engine.url.render_as_string(hide_password=False), tmp_path / "there", kept)
    assert store.entries() == before
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("damage", ["cut", "line changed", "line missing", "no manifest", "newer"])
def test_a_damaged_backup_brings_nothing_back(kept, new_sqlite_database, tmp_path, damage):
    with zipfile.ZipFile(kept) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if damage == "line changed":
        members["feature.jsonl"] = members["feature.jsonl"].replace(b"Garden", b"Gerden")
    elif damage == "line missing":
        members["revision.jsonl"] = b"".join(members["revision.jsonl"].splitlines(keepends=True)[1:])
    elif damage == "no manifest":
        del members["manifest.json"]
    elif damage == "newer":
        members["manifest.json"] = members["manifest.json"].replace(SCHEMA.encode(), b"9999")
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    if damage == "cut":
        bad.write_bytes(bad.read_bytes()[:-40])
    url = new_sqlite_database()
    with pytest.raises(BackupError):
        bring_back(url, tmp_path / "there", bad)
    assert Store(url).entries() == {}
    assert not (tmp_path / "there").exists()
