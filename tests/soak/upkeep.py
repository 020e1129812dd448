"""Kill a restore or an upgrade at any moment: done again it is whole, and the old release serves or is still there."""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, text

from geo.store.author import Author, Role
from geo.store.changes import Edit
from geo.store.record import with_values
from geo.store.store import Store
from server import serving
from server.archive import make
from server.office import office_in
from server.restore import restore
from tests.soak.proof import Proof
from tests.upkeep import releases
from tests.upkeep.conftest import everything, files_in, office_at, write_files

FORKED = multiprocessing.get_context("fork")
AUTHOR = Author("kept", Role.EDITOR)
LONGEST_S = {"restore": 0.9, "upgrade": 10.0}
"""So long each takes, and a little."""
KILLED_SERVER_S = 10


def work(url: str) -> None:
    """Let an editor have worked with a record."""
    store = Store(url)
    for number, (each, entry) in enumerate([*store.entries().items()][:30]):
        record = with_values(entry.record, [("names.en", f"Kept {number}")])
        store.save(AUTHOR, [Edit(each, record, entry.version)], why=f"{number}")
    store.engine.dispose()


def empty_like(url: str, folder: Path, number: int) -> str:
    """Return the URL of an empty database of the same kind."""
    if url.startswith("sqlite"):
        return f"sqlite:///{folder}/empty-{number}.sqlite"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE empty_{number}"))
    engine.dispose()
    return engine.url.set(database=f"empty_{number}").render_as_string(hide_password=False)


def restores(new_record: Callable[[], str], folder: Path, kills: int) -> tuple[Proof, Counter[str]]:
    """Kill so many restores, each into an empty place, and do each again."""
    os.environ.pop("XIGANG_STATE_DIR", None)  # it would win over the settings that are brought back
    whole = Proof()
    counts: Counter[str] = Counter()
    url = new_record()
    work(url)
    office = office_at(folder / "kept", url=url)
    write_files(office)
    with office.settings.open("a") as settings:
        settings.write('state_dir = "state"\n')
    make(office, folder / "kept.zip")
    files = {name: content for name, content in files_in(office.root).items() if "sqlite" not in name}
    reference = everything(Store(url))
    for number in range(kills):
        there = office_at(folder / f"there-{number}")
        to = empty_like(url, folder, number)
        process = FORKED.Process(target=restore, args=(folder / "kept.zip", there), kwargs={"to": to})
        process.start()
        time.sleep(random.Random(number).uniform(0, LONGEST_S["restore"]))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        found = Store(to)
        head = found.head()
        whole.expect(head in (0, reference[1][0].id), f"restore {number}: by halves, {head} changes")
        counts["killed before the record was"] += not head
        if not head:
            found.engine.dispose()
            restore(folder / "kept.zip", there, to=to)
        whole.expect(everything(Store(to)) == reference, f"restore {number}: not what was backed up")
        back = {name: content for name, content in files_in(there.root).items() if not name.startswith("settings")}
        missing = [name for name in files if name != "settings.toml" and back.get(name) != files[name]]
        whole.expect(not missing, f"restore {number}: {missing}")
        whole.lost += bool(missing)
    return whole, counts


def upgrades(new_record: Callable[[], str], folder: Path, kills: int) -> tuple[Proof, Counter[str]]:
    """Kill so many upgrades and run each again; PostgreSQL is shared by both releases, an SQLite file is each one's."""
    whole = Proof()
    counts: Counter[str] = Counter()
    for number in range(kills):
        port, old = releases.free_port(), releases.release(folder / f"old-{number}", "0.9.0")
        new = releases.with_next_tables(releases.release(folder / f"new-{number}", "1.5.0"))
        url, lines = new_record(), f"port = {port}\n"
        is_shared = not url.startswith("sqlite")
        if is_shared:
            lines += f'database_url = "{url}"\n'
        else:
            (old / "var").mkdir()
            shutil.move(url.removeprefix("sqlite:///"), old / "var" / "record.sqlite")
            url = f"sqlite:///{old}/var/record.sqlite"
        (old / "settings.toml").write_text(lines)
        with releases.served(old, port):
            work(url)
            before = log_of(url)
            was_killed = kill_upgrade(new, old, random.Random(number).uniform(0, LONGEST_S["upgrade"]))
            said = serving.health(releases.address(port))
            counts[f"served by {said.get('version', 'none')} then"] += 1
            if was_killed:
                done = releases.upgrade(new, old)
                whole.expect(done.returncode == 0, f"upgrade {number}: {done.stdout[-600:]}")
            said = serving.health(releases.address(port))
            whole.expect(said.get("version") == "1.5.0" and said.get("status") == "ok", f"upgrade {number}: {said}")
            serving.stop(serving.running(office_in(new)))
        left = serving.wait_stopped(office_in(new), KILLED_SERVER_S)
        whole.expect(not left, f"upgrade {number}: {left} goes on")
        after = log_of(url if is_shared else f"sqlite:///{new}/var/record.sqlite")
        whole.lost += len(set(before) - set(after))
        whole.expect(after[: len(before)] == before, f"upgrade {number}: the log is another")
        shutil.rmtree(new)
        shutil.rmtree(old)
    return whole, counts


def kill_upgrade(new: Path, old: Path, after_s: float) -> bool:
    """Kill an upgrade after so long; return whether it had not ended by then."""
    command = [sys.executable, "-m", "server", "upgrade", str(old), "--leave"]
    with (new / "killed.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=new, env=releases.environment(), stdout=log, stderr=log)
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True
    return False


def log_of(url: str) -> list[tuple[int, str, str]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id, author, why FROM change ORDER BY id")).all()
    engine.dispose()
    return [tuple(row) for row in rows]
