"""Offices to be backed up and upgraded, and the databases of the record's own tests."""

import dataclasses
import json
from pathlib import Path

import pytest

from geo.settings import VARIABLES
from geo.store.author import Author, Role
from geo.store.changes import Edit
from geo.store.store import Store
from server.office import Office, sqlite_url
from tests.data.samples import project_feature
from tests.geo.conftest import (  # noqa: F401
    new_database,
    new_postgresql_database,
    new_sqlite_database,
    postgres_server,
    store,
    url,
)

OLD = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[2]
LI = Author("李", Role.EDITOR)


def office_at(root: Path, **more) -> Office:
    """Return an office whose things are all in one folder, none of which is there yet."""
    state = root / "state"
    office = Office(
        root, ROOT, root / "settings.toml", root / "secrets.toml", state, root / "template", root / "data",
        root / "logs", sqlite_url(state / "record.sqlite"), None, 8501, "",
    )  # fmt: skip
    return dataclasses.replace(office, **more)


def record(name, identity="park"):
    feature = json.loads(json.dumps(project_feature(identity, names={"en": name})))
    return {"id": identity, "geometry": feature["geometry"], "properties": feature["properties"]}


def fill(kept):
    kept.save(LI, [Edit("park", record("Park"), 0), Edit("quay", record("Quay", "quay"), 0)], why="一\n二")
    kept.save(LI, [Edit("park", record("“Garden”, Ж"), 1)], why="renamed")
    kept.save(LI, [Edit("quay", record("Quay", "quay"), 1, retired=True)], why="gone")


def everything(kept):
    return kept.entries(), kept.changes(), kept.revisions(), [kept.entries(at=n) for n in (1, 2, 3)]


def write_files(office: Office) -> None:
    """Give an office all that one can have beside the record."""
    files = {
        office.settings: 'port = 8600\ntianditu_key = "secret"\n',
        office.secrets: "[auth]\n",
        office.state / "editors.json": '{"李": 1}',
        office.state / "presets.json": "{}",
        office.template / "logo.png": "\x89PNG",
        office.template / "字体" / "标题 1.txt": "版式",
        office.data / "district.json": "{}",
        office.data / "base" / "roads.geojson": "[]" * 1000,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    """Let nothing in the environment say where an office's things are."""
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def filled(tmp_path) -> Office:
    """An office with a small record and everything else."""
    office = office_at(tmp_path / "office 甲")
    write_files(office)
    kept = Store(office.url)
    fill(kept)
    kept.engine.dispose()
    return office
