"""Files belong to the user that the app runs as, also where root writes them."""

import os

import pytest

from geo.store.author import Role
from geo.store.database import connect
from geo.store.editors.people import Editors
from geo.whole_file import write_whole

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
