"""Backup and restore: what comes back is what was, on the same kind of database or the other, or nothing comes back."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
import zipfile

import pytest
from sqlalchemy import text

from geo.store.backup import BackupError
from geo.store.changes import Edit
from geo.store.model import SCHEMA
from geo.store.store import Store
from server import archive, restore
from server.backup import back_up
from server.restore import ASIDE
from tests.upkeep.conftest import LI, OLD, ROOT, everything, files_in, fill, office_at, record, write_files


def password_shown(url):
    return url.render_as_string(hide_password=False)


@pytest.fixture
def there(tmp_path):
    """An office with nothing in it yet."""
    return office_at(tmp_path / "there")


def is_bare(office):
    return not office.root.exists() or not any(office.root.rglob("*"))


def repacked(file, change):
    """Write a zip anew with its members, a dict of name to content, changed."""
    with zipfile.ZipFile(file) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as whole, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members.items():
            whole.writestr(name, content)
    return file


# ---- what comes back ----


def test_everything_of_the_offices_comes_back_to_the_letter_and_the_record_goes_on(filled, there, tmp_path):
    before = files_in(filled.root)
    file, manifest = back_up(filled, tmp_path / "kept.zip")
    assert file.stat().st_mode & 0o077 == 0, "it holds passwords"
    assert files_in(filled.root) == before, "nothing is changed by looking"
    told, left = restore.restore(file, there)
    assert (told, left) == (manifest, [])
    back = files_in(there.root)
    assert {name: back[name] for name in before if "sqlite" not in name} == {
        name: content for name, content in before.items() if "sqlite" not in name
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in there.root.rglob("*.toml"))
    again = Store(there.url)
    assert everything(again) == everything(Store(filled.url))
    assert again.save(LI, [Edit("park", record("Square"), 2)], why="goes on").id == 4


def test_a_record_of_either_database_comes_back_to_either(store, new_sqlite_database, filled, there, url, tmp_path):
    """SQLite to SQLite and PostgreSQL to PostgreSQL by way of the other."""
    fill(store)
    first, _ = back_up(dataclasses.replace(filled, url=password_shown(store.engine.url)), tmp_path / "1.zip")
    reference = everything(store)
    other = new_sqlite_database()
    restore.restore(first, there, to=other)
    assert everything(Store(other)) == reference
    second, _ = back_up(dataclasses.replace(filled, url=other), tmp_path / "2.zip")
    with store.engine.begin() as connection:
        emptied(connection)
    restore.restore(second, there, to=url)
    assert everything(Store(url)) == reference


def emptied(connection):
    tables = ("revision", "change", "feature", "followed", "shipped")
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {', '.join(tables)}"))
    else:
        connection.execute(text("DROP TRIGGER revision_no_delete"))
        connection.execute(text("DROP TRIGGER change_no_delete"))
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))


def test_a_backup_of_the_first_format_and_tables_comes_back(there, url):
    """Written by the code that first made backups, of tables that have changed since."""
    manifest, left = restore.restore(OLD / "backup-1.zip", there, to=url)
    assert manifest.format == 1 and manifest.tables_of == "0001" < SCHEMA
    assert left and "first format" in left[0]
    store = Store(url)
    assert [change.why for change in store.changes()] == ["弄错了", "", "重复", "据实测\n第二行 “引号” Ж", "2026.11.24"]
    assert list(store.entries())[-1] == "old-office-site" and len(store.entries()) == 7
    assert json.loads((there.state / "editors.json").read_text(encoding="utf-8"))["李四"]["role"] == "editor"
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT release FROM followed")).scalar() == ""
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA
    with pytest.raises(Exception, match="append-only"), store.engine.begin() as connection:
        connection.execute(text("DELETE FROM revision"))


def test_a_backup_can_be_made_of_an_older_releases_record_which_stays_as_it_is(filled, there, tmp_path):
    shutil.copyfile(OLD / "record-0001.sqlite", filled.record_file)
    before = filled.record_file.read_bytes()
    _, manifest = back_up(filled, tmp_path / "kept.zip")
    assert manifest.tables_of == "0001" and filled.record_file.read_bytes() == before
    restore.restore(tmp_path / "kept.zip", there)
    assert len(Store(there.url).entries()) == 7 and Store(there.url).head() == 5


# ---- where it goes ----


def test_nothing_is_written_over_a_record(filled, there, store, tmp_path):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    store.save(LI, [Edit("park", record("Mine"), 0)], why="mine")
    before = store.entries()
    with pytest.raises(BackupError, match="already holds"):
        restore.restore(file, there, to=password_shown(store.engine.url))
    assert store.entries() == before and is_bare(there)


@pytest.mark.parametrize("name", ["state/editors.json", "template/logo.png", "data/base/roads.geojson"])
def test_nothing_is_written_over_a_file_that_is_another(filled, there, tmp_path, name):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    mine = there.place_of(name)
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(BackupError, match="writes over nothing"):
        restore.restore(file, there)
    assert files_in(there.root) == {name: b"mine"}


def test_settings_that_are_there_stay_and_the_others_are_put_beside(filled, there, tmp_path):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    there.root.mkdir()
    there.settings.write_text("port = 1\n")
    _, [hint] = restore.restore(file, there)
    assert there.settings.read_text() == "port = 1\n" and ASIDE in hint
    assert (there.root / ASIDE).read_bytes() == filled.settings.read_bytes()


def test_settings_of_the_backup_say_where_the_record_goes(filled, there, tmp_path):
    filled.settings.write_text('state_dir = "elsewhere"\n')
    file, _ = back_up(filled, tmp_path / "kept.zip")
    restore.restore(file, there)
    assert (there.root / "elsewhere" / "record.sqlite").exists()
    assert (there.root / "elsewhere" / "editors.json").exists() and not there.state.exists()


@pytest.mark.parametrize(
    "before", ['# ours\ndatabase_url = "postgresql://a:b@old/map"  # the old\nport = 8600\n', "port = 8600\n", None]
)
def test_into_another_database_the_settings_name_it_where_there_are_none(filled, there, tmp_path, before):
    filled.settings.unlink()
    file, _ = back_up(filled, tmp_path / "kept.zip")
    if before is not None:
        filled.settings.write_text(before)
        file, _ = back_up(filled, tmp_path / "kept-too.zip")
    to = f"sqlite:///{tmp_path}/other/map.sqlite"
    _, left = restore.restore(file, there, to=to)
    told = tomllib.loads(there.settings.read_text())
    assert told == ({"port": 8600} if before else {}) | {"database_url": to} and left == []
    assert there.settings.stat().st_mode & 0o077 == 0 and not (there.root / ASIDE).exists()
    assert Store(to).head() == 3 and not there.record_file.exists()


def test_into_another_database_settings_that_are_there_are_to_be_changed(filled, there, tmp_path):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    there.root.mkdir()
    there.settings.write_text("port = 1\n")
    to = f"sqlite:///{tmp_path}/other.sqlite"
    _, left = restore.restore(file, there, to=to)
    assert there.settings.read_text() == "port = 1\n"
    assert any(f'{there.settings}: database_url = "{to}"' in line for line in left)


def test_a_password_is_not_printed_with_the_line_for_the_settings():
    said = restore.setting_of("postgresql://map:kept-secret@h/x")
    assert said.startswith('database_url = "postgresql://map:***@h/x"') and "write the password" in said
    among = restore.setting_of("postgresql://map@h/x?password=kept-secret")
    assert "kept-secret" not in among and "write the password" in among
    assert restore.setting_of("postgresql://map@h/x") == 'database_url = "postgresql://map@h/x"'


def test_where_the_record_cannot_be_filled_no_settings_are_left(filled, there, tmp_path):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    with pytest.raises(BackupError, match="already holds"):
        restore.restore(file, there, to=filled.url)
    assert is_bare(there)


def test_what_was_broken_off_can_be_done_again(filled, there, tmp_path):
    """Killed after the files and before the record was confirmed."""
    file, _ = back_up(filled, tmp_path / "kept.zip")
    write_files(there)
    restore.restore(file, there)
    assert Store(there.url).head() == 3 and not (there.root / ASIDE).exists()


@pytest.mark.parametrize("step", ["files", "record", "compared"])
def test_what_fails_on_the_way_leaves_nothing(filled, there, tmp_path, monkeypatch, step):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    if step == "files":
        real, calls = restore.write_whole, []

        def full(path, write, **more):
            calls.append(path)
            if len(calls) == 4:
                raise OSError(28, "No space left on device")
            return real(path, write, **more)

        monkeypatch.setattr(restore, "write_whole", full)
    elif step == "record":
        monkeypatch.setattr("geo.store.backup._insert", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    else:
        monkeypatch.setattr("geo.store.backup._insert", lambda *_: None)
    with pytest.raises((BackupError, OSError), match=r"No space|nothing is kept"):
        restore.restore(file, there)
    assert is_bare(there)


def test_a_full_disk_is_told_of_before_anything_is_written(filled, there, tmp_path, monkeypatch):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    monkeypatch.setattr("server.restore.shutil.disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    with pytest.raises(BackupError, match="disk is too full"):
        restore.restore(file, there)
    assert is_bare(there)


# ---- what is no good ----


def manifest_with(**changed):
    def change(members):
        members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **changed}).encode()

    return change


def listed(name, content=b"x"):
    """Return a change that adds a file to a backup, and tells of it as a backup should."""

    def change(members):
        manifest = json.loads(members["manifest.json"])
        manifest["files"][name] = {"bytes": len(content), "sha256": archive.sha256(iter([content]))}
        members["manifest.json"] = json.dumps(manifest).encode()
        members[name] = content

    return change


def replaced(name, old, new):
    return lambda members: members.update({name: members[name].replace(old, new)})


def without_first_line(members):
    members["revision.jsonl"] = b"".join(members["revision.jsonl"].splitlines(keepends=True)[1:])


SPOILT = {
    "a line changed": (replaced("feature.jsonl", b"Garden", b"Gerden"), "damaged"),
    "a line missing": (without_first_line, "damaged"),
    "a table missing": (lambda members: members.pop("shipped.jsonl"), "damaged"),
    "a file changed": (replaced("template/logo.png", b"PNG", b"GIF"), "damaged"),
    "a file missing": (lambda members: members.pop("state/editors.json"), "damaged"),
    "no manifest": (lambda members: members.pop("manifest.json"), "no backup of this system"),
    "a manifest of another kind": (lambda members: members.update({"manifest.json": b"[1]"}), "damaged"),
    "a manifest that is no JSON": (lambda members: members.update({"manifest.json": b"[" * 100_000}), "damaged"),
    "a manifest without tables": (manifest_with(tables={}), "damaged"),
    "newer tables": (manifest_with(schema="9999"), "newer release"),
    "a newer form": (manifest_with(format=3), "newer release"),
    "tables of no release": (manifest_with(schema="head"), "damaged"),
    "an untold file": (lambda members: members.update({"data/more.txt": b"x"}), "no backup holds"),
    "out of the folder": (listed("data/../../evil.txt"), "no backup holds"),
    "from the root": (listed("/etc/evil"), "no backup holds"),
    "a drive": (listed("data/C:/evil"), "no backup holds"),
    "a back stroke": (listed("data/..\\evil"), "no backup holds"),
    "a script": (listed("app.py"), "no backup holds"),
    "a folder up": (listed("template/./x"), "no backup holds"),
    "names that are one on Windows": (listed("template/LOGO.PNG"), "no backup holds"),
    "a bomb": (listed("data/bomb", bytes(archive.MOST_AT_A_TENTH // 1024 + 1)), "no backup holds"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_backup_brings_nothing_back_and_says_why(filled, there, tmp_path, spoilt, monkeypatch):
    change, why = SPOILT[spoilt]
    monkeypatch.setattr(archive, "MOST_AT_A_TENTH", archive.MOST_AT_A_TENTH // 1024)
    file = repacked(back_up(filled, tmp_path / "kept.zip")[0], change)
    with pytest.raises(BackupError, match=why):
        restore.restore(file, there)
    assert is_bare(there) and not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("cut", [0, 1, 100, -40, "half"])
def test_a_truncated_backup_says_so(filled, there, tmp_path, cut):
    file, _ = back_up(filled, tmp_path / "kept.zip")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2 if cut == "half" else cut])
    with pytest.raises(BackupError, match=r"damaged|no backup of this system"):
        restore.restore(file, there)
    assert is_bare(there)


def test_a_backup_with_any_byte_changed_comes_back_whole_or_not_at_all(filled, tmp_path):
    """Bytes that no checksum covers, such as a member's date, may change; what is brought back may not."""
    file, _ = back_up(filled, tmp_path / "kept.zip")
    reference, whole = everything(Store(filled.url)), file.read_bytes()
    refused = 0
    for number, place in enumerate(range(7, len(whole), len(whole) // 60)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        there = office_at(tmp_path / str(number))
        try:
            restore.restore(file, there)
        except BackupError:
            refused += 1
            assert is_bare(there)
        else:
            assert everything(Store(there.url)) == reference
            assert (there.state / "editors.json").read_bytes() == (filled.state / "editors.json").read_bytes()
    assert refused > 40


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04rubbish", b"\x7fELF", b"%PDF", None])
def test_what_is_no_backup_is_called_so(there, tmp_path, content):
    file = tmp_path / "kept.zip"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BackupError, match=r"no backup of this system|damaged|cannot be read"):
        restore.restore(file, there)


def test_another_zip_is_called_no_backup(there, tmp_path):
    file = tmp_path / "letters.zip"
    with zipfile.ZipFile(file, "w") as letters:
        letters.writestr("letter.txt", "Dear")
    with pytest.raises(BackupError, match="no backup of this system"):
        restore.restore(file, there)


# ---- making them ----


def test_a_backup_that_fails_leaves_no_file_and_deletes_none(filled, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    first, _ = back_up(filled, folder, keep=1)
    monkeypatch.setattr(archive, "_require_whole", lambda _: (_ for _ in ()).throw(BackupError("it is damaged")))
    with pytest.raises(BackupError):
        back_up(filled, folder, keep=1)
    assert list(folder.iterdir()) == [first]


def test_so_many_backups_are_kept_and_nothing_else_is_touched(filled, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    for name in ("xigang-20200101-000000.zip", "xigang-20200102-000000.zip", "letters.zip", "xigang-mine.zip"):
        (folder / name).write_text("x")
    path, _ = back_up(filled, folder, keep=2)
    assert {each.name for each in folder.iterdir()} == {
        "xigang-20200102-000000.zip", path.name, "letters.zip", "xigang-mine.zip"
    }  # fmt: skip
    again, _ = back_up(filled, folder, keep=2)
    assert again != path and sorted(folder.glob("xigang-2*")) == sorted([path, again])


def test_a_backup_writes_over_nothing(filled, tmp_path):
    (tmp_path / "kept.zip").write_text("mine")
    with pytest.raises(BackupError, match="writes over nothing"):
        back_up(filled, tmp_path / "kept.zip")
    assert (tmp_path / "kept.zip").read_text() == "mine"


def test_where_the_app_starts_and_changes_the_record_meanwhile_the_backup_is_refused(filled, tmp_path, monkeypatch):
    def started_meanwhile(connection, zipped):
        told = dump(connection, zipped)
        store = Store(filled.url)
        store.save(LI, [Edit("park", record("Square"), 2)], why="meanwhile")
        store.engine.dispose()
        return told

    dump = archive.dump
    with monkeypatch.context() as patch, pytest.raises(BackupError, match="back up again"):
        patch.setattr(archive, "dump", started_meanwhile)
        back_up(filled, tmp_path / "kept.zip")
    assert not (tmp_path / "kept.zip").exists()
    _, manifest = back_up(filled, tmp_path / "kept.zip")
    assert manifest.tables["change"].rows == 4


def test_where_there_is_no_record_there_is_no_backup(there, tmp_path):
    with pytest.raises(BackupError, match="no record"):
        back_up(there, tmp_path / "kept.zip")
    assert not (tmp_path / "kept.zip").exists() and is_bare(there)


def test_the_shipped_data_are_not_the_offices_own(filled):
    shipped = dataclasses.replace(filled, data=filled.app / "data")
    assert not any(name.startswith("data/") for name, _ in shipped.files())
    assert any(name.startswith("data/") for name, _ in filled.files())


# ---- the commands ----


def run(*arguments, state, **more):
    environment = {**os.environ, "XIGANG_STATE_DIR": str(state), **more}
    command = [sys.executable, "-m", "server", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.postgresql
def test_the_commands_keep_a_record_move_it_to_postgresql_and_back(filled, postgres_server, tmp_path):
    reference = everything(Store(filled.url))
    made = run("backup", tmp_path / "kept.zip", state=filled.state)
    assert made.returncode == 0 and "projects 2, changes 3" in made.stdout, made.stderr
    database = postgres_server.new_database()
    moved = run("move", database, state=filled.state)
    assert moved.returncode == 0 and "database_url = " in moved.stdout, moved.stderr
    assert everything(Store(database)) == reference
    [kept] = map(str, re.findall(r"kept: (.+)", moved.stdout))
    back = tmp_path / "back"
    home = run("move", "sqlite", state=back, XIGANG_DATABASE_URL=database)
    assert home.returncode == 0, home.stderr
    assert everything(Store(f"sqlite:///{back}/record.sqlite")) == reference
    twice = run("move", database, state=filled.state)
    assert twice.returncode == 1 and "already holds" in twice.stderr
    for file in (kept, *re.findall(r"kept: (.+)", home.stdout)):
        assert run("restore", "--check", file, state=back).returncode == 0
        os.unlink(file)


def test_the_command_says_what_is_wrong(filled, tmp_path):
    file = repacked(back_up(filled, tmp_path / "kept.zip")[0], SPOILT["a line changed"][0])
    told = run("restore", file, state=tmp_path / "there")
    assert told.returncode == 1 and "Nothing was restored" in told.stderr and "take another backup" in told.stderr
    assert "Traceback" not in told.stderr
