"""Files belong to the user that the app runs as, also where root writes them."""

import logging
import os

import pytest

from geo.reference import folder
from geo.store.author import Role
from geo.store.database import connect
from geo.store.editors.people import Editors
from geo.whole_file import write_whole
from server.logs import OwnFile
from tests.districts.test_demo import DEMO

SERVICE = (4321, 4322)

only_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")


def owner(path):
    return path.stat().st_uid, path.stat().st_gid


def everything_below(folder):
    return {str(path.relative_to(folder)): owner(path) for path in folder.rglob("*")}


@only_root
def test_what_root_makes_belongs_to_whom_the_folder_belongs_to(tmp_path):
    os.chown(tmp_path, *SERVICE)
    Editors(tmp_path / "state" / "editors.json").add("li@office.example", Role.EDITOR, None)
    write_whole(tmp_path / "backups" / "a" / "b.zip", lambda path: None)
    with connect(f"sqlite:///{tmp_path}/state/record.sqlite").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    made = everything_below(tmp_path)
    assert {"state/editors.json", "state/editors.lock", "state/record.sqlite", "backups/a/b.zip"} <= made.keys()
    assert set(made.values()) == {SERVICE}


@only_root
def test_a_copy_of_the_data_that_root_makes_and_changes_belongs_to_the_services_user(tmp_path):
    os.chown(tmp_path, *SERVICE)
    data = tmp_path / "maps" / "data"
    folder.make_copy(DEMO, data)
    for text in ("{}", "[]"):
        folder.write(data, {"base/new.json": text, "sources.json": text}, layer="new", source_file="new.zip")
    folder.undo(data)
    made = everything_below(tmp_path)
    assert {"maps", "maps/data/former", "maps/data/base/new.json", "maps/data/district.json"} <= made.keys()
    assert any(name.endswith("-new/sources.json") for name in made) and set(made.values()) == {SERVICE}


@only_root
def test_the_log_that_root_begins_belongs_to_the_services_user(tmp_path):
    os.chown(tmp_path, *SERVICE)
    handler = OwnFile(tmp_path / "xigang-8501.log", maxBytes=10, backupCount=2, encoding="utf-8")
    for _ in range(3):
        handler.handle(logging.makeLogRecord({"msg": "a line that fills it"}))
    handler.close()
    made = everything_below(tmp_path)
    assert len(made) == 3 and set(made.values()) == {SERVICE}


@only_root
def test_a_file_that_root_replaces_keeps_its_owner(tmp_path):
    file = tmp_path / "presets.json"
    file.touch()
    os.chown(file, *SERVICE)
    write_whole(file, lambda path: path.write_text("{}") and None)
    assert owner(file) == SERVICE and file.read_text() == "{}"


def test_others_cannot_read_a_new_record(tmp_path):
    old = os.umask(0)
    try:
        with connect(f"sqlite:///{tmp_path}/record.sqlite").begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
            modes = {path.name: path.stat().st_mode & 0o027 for path in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert modes["record.sqlite"] == 0 and set(modes.values()) == {0}
