"""Edit, kill, import and read until something would give; print figures and fail where a bar does not hold.

The full bars take an hour, half of it the readers' (``sessions``); ``--short`` is the form within ``make test``.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.store.store import Store
from tests import postgres
from tests.soak import editors, imports, killed, kills, sessions, upkeep
from tests.soak.proof import Proof

DATA = Path(__file__).resolve().parents[2] / "data"
PARTS = ("editors", "kills", "import", "sessions", "killed", "upkeep")
SHORT_PARTS = ("editors", "kills", "upkeep")
FULL_S, SHORT_S = 120, 5
FULL_KILLS = {"saves": 70, "imports": 50, "saves pg": 50, "imports pg": 30}
SHORT_KILLS = {"saves": 7, "imports": 5, "saves pg": 5, "imports pg": 3}
FULL_UPKEEP = {"restores": 25, "upgrades": 10}
SHORT_UPKEEP = {"restores": 4, "upgrades": 1}
MAX_FAULTS_TOLD = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"{sum(SHORT_KILLS.values())} kills, loads of {SHORT_S} s")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--minutes", type=float, default=30, help="how long the sessions' load lasts (default 30)")
    parser.add_argument("--sessions", type=int, default=50, help="how many sessions there are at once (default 50)")
    asked = parser.parse_args()
    parts = [asked.only] if asked.only else SHORT_PARTS if asked.short else PARTS
    passed = True
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as new_records:
        if "editors" in parts:
            for kind, new_record in new_records.items():
                passed &= edit(kind, new_record(), Path(name) / kind, SHORT_S if asked.short else FULL_S)
        if "kills" in parts:
            passed &= kill(new_records, SHORT_KILLS if asked.short else FULL_KILLS)
        if "import" in parts:
            passed &= imports.run(Path(name))
        if "sessions" in parts:
            passed &= read(new_folder(Path(name)), asked)
        if "killed" in parts:
            passed &= killed.run(new_folder(Path(name)), short=asked.short)
        if "upkeep" in parts:
            for kind, new_record in new_records.items():
                for what, count in (SHORT_UPKEEP if asked.short else FULL_UPKEEP).items():
                    passed &= keep(what, count, kind, new_record, new_folder(Path(name)))
    return 0 if passed else 1


def keep(what: str, count: int, kind: str, new_record: Callable[[], str], folder: Path) -> bool:
    proof, counts = getattr(upkeep, what)(new_record, folder, count)
    told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
    return judged(f"{count} kill -9, {what}, {kind}", proof, told)


def read(folder: Path, asked: argparse.Namespace) -> bool:
    if asked.short:
        return sessions.run_short(folder)
    return sessions.run(folder, minutes=asked.minutes, sessions=asked.sessions)


def new_folder(parent: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=parent))


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """Give for each kind of database a function that makes a record of the delivered projects in it."""
    seed = folder / "seed.sqlite"
    seeded(f"sqlite:///{seed}")
    made = iter(range(1_000_000))

    def new_file() -> str:
        return f"sqlite:///{shutil.copyfile(seed, folder / f'record-{next(made)}.sqlite')}"

    if not postgres.can_run():
        print("NOT RUN on PostgreSQL: there is none (tools/ensure_postgres.sh)", flush=True)
        yield {"SQLite": new_file}
        return
    with postgres.running_server() as server:
        yield {"SQLite": new_file, "PostgreSQL": lambda: seeded(server.new_database())}


def seeded(url: str) -> str:
    store = Store(url)
    store.follow(DATA)
    store.engine.dispose()
    return url


def edit(kind: str, url: str, folder: Path, seconds: int) -> bool:
    proof, counts = editors.run(url, folder, seconds)
    told = f"{counts['saves']} saves, {counts['conflicts']} conflicts merged, {counts['clashes']} fields in dispute"
    return judged(f"{editors.EDITORS} editors, {seconds} s, {kind}", proof, told)


def kill(new_records: dict[str, Callable[[], str]], how_many: dict[str, int]) -> bool:
    passed = True
    for name, count in how_many.items():
        what, _, on_postgres = name.partition(" ")
        kind = "PostgreSQL" if on_postgres else "SQLite"
        if kind not in new_records:
            continue
        proof, counts = kills.run(new_records[kind], getattr(kills, what), count)
        told = f"{counts['confirmed']} confirmed, {counts['inside a change']} killed before the first was"
        passed &= judged(f"{count} kill -9, {what}, {kind}", proof, told)
    return passed


def judged(what: str, proof: Proof, told: str) -> bool:
    good = not (proof.faults or proof.lost or proof.overwritten)
    figures = f"{proof.lost} lost, {proof.overwritten} silently overwritten; {told}"
    print(f"{'PASS' if good else 'FAIL'}  {what:<36} {figures}", flush=True)
    for fault in proof.faults[:MAX_FAULTS_TOLD]:
        print(f"      {fault}")
    return good


if __name__ == "__main__":
    sys.exit(main())
