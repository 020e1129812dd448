"""Upgrades: tried on a copy, then switched; whatever is made to fail, the old release serves on or serves again."""

import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from geo.release import version
from geo.store.backup import BackupError
from geo.store.changes import Edit
from geo.store.model import SCHEMA
from geo.store.record import with_values
from geo.store.store import Store
from server import archive, launch, serving
from server.office import office_in
from server.upgrade import UNFINISHED, Upgrade
from tests.upkeep.conftest import LI, OLD, ROOT, files_in, office_at
from tests.upkeep.releases import NEXT, Watch, address, free_port, release, served, upgrade, with_next_tables

SITE = "bainian-gangwan-outlets"


def set_up(folder, port, **settings):
    """Make an old release of an office that has worked with it."""
    release(folder, "0.9.0")
    lines = [f"port = {port}", *(f'{key} = "{value}"' for key, value in settings.items())]
    (folder / "settings.toml").write_text("\n".join(lines) + "\n")
    (folder / "template").mkdir()
    (folder / "template" / "template.json").write_text('{"contact": "甲科"}', encoding="utf-8")
    (folder / "var").mkdir()
    if "database_url" not in settings:
        shutil.copyfile(OLD / "record-0001.sqlite", folder / "var" / "record.sqlite")
    return folder


def rename(url, name):
    store = Store(url)
    entry = store.entry(SITE)
    store.save(LI, [Edit(SITE, with_values(entry.record, [("names.en", name)]), entry.version)], why=name)
    store.engine.dispose()


def schema(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    return found


# ---- what fails before the old one is stopped ----


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """An old release that serves, and its port."""
    port = free_port()
    folder = set_up(tmp_path_factory.mktemp("upgrades") / "old 旧", port)
    with served(folder, port):
        yield folder, port


@pytest.fixture
def serves_on(old):
    """Hold that the old release has served all the time, that its folder is as it was, and its record complete."""
    folder, port = old
    before = files_in(folder)
    with Watch(port) as watch:
        yield
    assert watch.asked and not watch.gaps
    assert files_in(folder) == before
    assert serving.health(address(port))["version"] == "0.9.0"


def test_the_disk_is_too_full(old, serves_on, tmp_path, monkeypatch):
    monkeypatch.setattr("server.upgrade.shutil.disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    refused(old, tmp_path, "the disk is too full")


def test_the_disk_fills_up_during_the_backup(old, serves_on, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_add", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    new = refused(old, tmp_path, "No space left", OSError)
    assert not any(new.root.rglob("*.zip"))


def test_the_backup_is_damaged_when_it_is_brought_back(old, serves_on, tmp_path, monkeypatch):
    from server import upgrade as module

    def damaged(office, folder):
        path, manifest = back_up(office, folder)
        content = path.read_bytes()
        path.write_bytes(content[:900] + bytes([content[900] ^ 255]) + content[901:])
        return path, manifest

    back_up = module.back_up
    monkeypatch.setattr(module, "back_up", damaged)
    refused(old, tmp_path, "damaged")


def test_the_migration_fails(old, serves_on, tmp_path, monkeypatch):
    from geo.store import backup as module

    def failing(connection, to="head"):
        if to == "head":
            raise OperationalError("ALTER TABLE", {}, Exception("no such column"))
        migrate(connection, to)

    migrate = module.migrate
    monkeypatch.setattr(module, "migrate", failing)
    refused(old, tmp_path, "no such column", OperationalError)


def test_the_counts_differ(old, serves_on, tmp_path, monkeypatch):
    @contextmanager
    def losing(trial, log):
        with sqlite3.connect(trial.state / "record.sqlite") as database:
            database.execute("DROP TRIGGER revision_no_delete")
            database.execute("DELETE FROM revision WHERE change_id = 4")
        database.close()
        yield {"version": version()}

    monkeypatch.setattr(launch, "running", losing)
    refused(old, tmp_path, "counts in the new release differ")


def refused(old, tmp_path, why, error=BackupError):
    """Try the upgrade within this process; return the new office, which holds no more than the backups."""
    new = office_at(tmp_path / "new", data=ROOT / "data")
    new.root.mkdir()
    with pytest.raises(error, match=why):
        Upgrade(office_in(old[0]), new, say=lambda _: None).run()
    assert {path.name for path in new.root.iterdir()} <= {"backups"}
    return new


def test_the_new_tables_cannot_be_made(old, serves_on, tmp_path):
    """A migration that has done half of its work when it fails."""
    new = with_next_tables(release(tmp_path / "new", "1.5.0"), 'op.execute("UPDATE feature SET nothing = 1")')
    done = upgrade(new, old[0])
    assert done.returncode == 1 and "the old release stays" in done.stdout and "nothing" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (new / "var").exists() and not (new / "settings.toml").exists()


def test_the_new_server_does_not_come_up(old, serves_on, tmp_path):
    new = release(tmp_path / "new", "1.5.0")
    (new / "server" / "run.py").write_text("raise SystemExit('out of order')\n")
    done = upgrade(new, old[0])
    assert done.returncode == 1 and "did not come up" in done.stdout and "out of order" in done.stdout
    assert not (new / "var").exists()


def test_a_newer_release_or_its_own_folder_is_refused(old, serves_on, tmp_path):
    older = release(tmp_path / "older", "0.8.9")
    assert "the old release is newer" in upgrade(older, old[0]).stdout
    assert "this is the old release's own folder" in upgrade(older, older).stdout
    assert "is no folder of this system" in upgrade(older, tmp_path).stdout
    (older / "VERSION").write_text("0.9.1\n")
    (older / "SHA256SUMS").write_text(f"{'0' * 64}  VERSION\n")
    assert "the new release is incomplete" in upgrade(older, old[0]).stdout


def test_settings_that_name_the_old_folder_are_refused(tmp_path):
    old = set_up(tmp_path / "old", 1)
    (old / "settings.toml").write_text(f'state_dir = "{old}/var"\n')
    new = release(tmp_path / "new", "1.5.0")
    assert "make it relative" in upgrade(new, old).stdout


# ---- all goes well ----

SERVICE = """#!/bin/sh
# A service's manager: runs what the link names.
cd {folder} || exit 1
if [ "$1" = stop ]; then
    {before_stop}
    kill "$(cat pid)"
    while grep -s State "/proc/$(cat pid)/status" | grep -vq Z; do sleep 0.1; done
    {after_stop}
else
    {before_start}
    cd -P current || exit 1
    {python} -m server > ../service.log 2>&1 &
    echo $! > ../pid
fi
"""


@contextmanager
def service(folder, port, **lines):
    """Serve the old release by a service's manager through a link; yield its commands."""
    (folder / "current").symlink_to(folder / "old")
    script = folder / "service.sh"
    hooks = dict.fromkeys(("before_stop", "after_stop", "before_start"), ":") | lines
    script.write_text(SERVICE.format(folder=folder, python=sys.executable, **hooks), encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    with served(folder / "old", port) as process:
        (folder / "pid").write_text(str(process.pid))
        try:
            yield ("--stop", f"{script} stop", "--start", f"{script} start")
        finally:
            subprocess.run([script, "stop"], check=False, timeout=30)


def test_the_new_release_takes_over_with_the_last_changes(tmp_path):
    """A service behind a link, new tables, and a change saved after the first backup."""
    port = free_port()
    old = set_up(tmp_path / "old", port)
    (old / "var" / "logs").mkdir(parents=True)
    (old / "var" / "logs" / "xigang-8501.log.1").write_text("who did what\n")
    new = with_next_tables(release(tmp_path / "new", "1.5.0"))
    last = f"{sys.executable} {tmp_path / 'last.py'}"
    (tmp_path / "last.py").write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tests.upkeep.test_upgrade import rename\n"
        f"rename('sqlite:///{old}/var/record.sqlite', 'The last change')\n"
    )
    with service(tmp_path, port, before_stop=last) as commands:
        done = upgrade(new, tmp_path / "current", *commands)
        assert done.returncode == 0, done.stdout
        assert serving.health(address(port))["version"] == "1.5.0"
        assert (tmp_path / "current").resolve() == new
        again = upgrade(new, old, *commands)
        assert again.returncode == 1 and "is running already" in again.stdout
        assert serving.health(address(port))["version"] == "1.5.0"
    assert "has a record already" in upgrade(new, old).stdout
    assert (new / "settings.toml").read_bytes() == (old / "settings.toml").read_bytes()
    assert (new / "template" / "template.json").read_bytes() == (old / "template" / "template.json").read_bytes()
    assert schema(f"sqlite:///{new}/var/record.sqlite") == NEXT
    assert schema(f"sqlite:///{old}/var/record.sqlite") == SCHEMA
    rows = log_of(new / "var" / "record.sqlite")
    assert rows == log_of(old / "var" / "record.sqlite")
    assert [row[3] for row in rows[:5]] == ["2026.11.24", "据实测\n第二行 “引号” Ж", "重复", "", "弄错了"]
    assert rows[-1][3] == "The last change"
    assert not any(path.name.startswith(".upgrade") for path in new.iterdir())
    assert (new / "var" / "logs" / "xigang-8501.log.1").read_text() == "who did what\n"
    goes_on = (new / "var" / "logs" / f"xigang-{port}.log").read_text().splitlines()
    assert [json.loads(line)["version"] for line in goes_on if '"started"' in line] == ["0.9.0", "1.5.0"]


def log_of(file):
    with sqlite3.connect(file) as database:
        rows = database.execute("SELECT id, author, kind, why, source_sha256 FROM change ORDER BY id").fetchall()
    database.close()
    return rows


# ---- what fails after the old one is stopped ----


@pytest.mark.postgresql
def test_the_new_server_fails_at_its_place_and_the_old_one_serves_the_same_database_again(postgres_server, tmp_path):
    """Its tables have been changed by then, and are changed back."""
    port, url = free_port(), postgres_server.new_database()
    old = set_up(tmp_path / "old", port, database_url=url)
    new = with_next_tables(release(tmp_path / "new", "1.5.0"))
    run = new / "server" / "run.py"
    broken = f"    if read.port == {port}:\n        raise SystemExit('not here')\n"
    run.write_text(
        run.read_text(encoding="utf-8").replace("def run(read: Settings) -> None:\n", f"def run(read):\n{broken}")
    )
    with served(old, port):
        rename(url, "Before")
        before = {name: data for name, data in files_in(old).items() if not name.startswith(("var/", "server.log"))}
        done = upgrade(new, old)
        assert done.returncode == 1 and "did not come up" in done.stdout and "the old release serves" in done.stdout
        try:
            assert serving.health(address(port)) | {"version": "0.9.0", "record": "ok"} == serving.health(address(port))
        finally:
            serving.stop(serving.running(office_in(old)))
    assert schema(url) == SCHEMA
    kept = Store(url)
    assert kept.head() == 2 and kept.changes()[0].why == "Before"
    rename(url, "After")
    after = files_in(old)
    assert {name: after[name] for name in before} == before
    assert not (new / UNFINISHED).exists()


def test_the_port_is_taken_once_the_old_one_is_stopped(tmp_path):
    port = free_port()
    old = set_up(tmp_path / "old", port)
    new = release(tmp_path / "new", "1.5.0")
    thief = f"{sys.executable} -m http.server --bind 127.0.0.1 {port} > /dev/null 2>&1 & echo $! > thief; sleep 1"
    caught = "[ -f thief ] && kill $(cat thief); rm -f thief; sleep 0.5"
    with service(tmp_path, port, after_stop=thief, before_start=caught) as commands:
        done = upgrade(new, tmp_path / "current", *commands)
        assert done.returncode == 1 and f"port {port} is taken" in done.stdout, done.stdout
        assert "the old release serves" in done.stdout
        assert serving.health(address(port))["version"] == "0.9.0"
        assert (tmp_path / "current").resolve() == old
    if (tmp_path / "thief").exists():
        subprocess.run(["kill", (tmp_path / "thief").read_text().strip()], check=False)
    assert not (new / "var").exists()
    assert json.loads((old / "template" / "template.json").read_text(encoding="utf-8"))
