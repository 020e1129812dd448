"""Kill a process at any moment of a save or an import: what it was told is saved is there, and nothing by halves."""

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

from geo.store.author import Author, Role
from geo.store.changes import Edit, Kind
from geo.store.store import Store
from tests.data.samples import project_feature
from tests.soak.editors import save
from tests.soak.proof import Confirmed, Proof, compare, prove

FORKED = multiprocessing.get_context("fork")
AUTHOR = Author("killed", Role.EDITOR)
IMPORTED = 400
"""Projects in one import."""
LONGEST_S = 0.4
KILLS_A_DATABASE = 5


def saves(store: Store, tell: Callable[[Confirmed | int], None], seed: int) -> None:
    chance = random.Random(seed)
    projects = list(store.entries())
    for number in range(1_000_000):
        seen = store.entry(chance.choice(projects))
        tell(save(store, AUTHOR, seen, chance.choice(("names.en", "summary.en")), f"{seed}-{number}", Counter()))


def imports(store: Store, tell: Callable[[Confirmed | int], None], seed: int) -> None:
    for number in range(1_000_000):
        added = (project_feature(f"killed-{seed}-{number}-{each}") for each in range(IMPORTED))
        edits = [Edit(one["id"], json.loads(json.dumps(one)), 0) for one in added]
        tell(store.save(AUTHOR, edits, why="soak", kind=Kind.IMPORT).id)


def child(url: str, work: Callable[..., None], seed: int, pipe: int) -> None:
    store = Store(url)
    store.head()

    def tell(one: Confirmed | int) -> None:
        os.write(pipe, (json.dumps(one if isinstance(one, int) else asdict(one)) + "\n").encode())

    os.write(pipe, b"null\n")
    work(store, tell, seed)


def kill_once(url: str, work: Callable[..., None], seed: int) -> list[Confirmed | int]:
    """Start a child, kill it at a random moment, and return what it was told is saved."""
    reading, writing = os.pipe()
    process = FORKED.Process(target=child, args=(url, work, seed, writing))
    process.start()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        pipe.readline()
        time.sleep(random.Random(seed).uniform(0, LONGEST_S))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        lines = [json.loads(line) for line in pipe if line.endswith(b"\n")]
    return [one if isinstance(one, int) else Confirmed(**one) for one in lines]


def run(new_record: Callable[[], str], work: Callable[..., None], kills: int) -> tuple[Proof, Counter[str]]:
    """Kill so many children one after the other, and look at the record after each."""
    whole, counts = Proof(), Counter(kills=kills)
    confirmed: list[Confirmed] = []
    url = ""
    for number in range(kills):
        if number % KILLS_A_DATABASE == 0:
            url, confirmed = new_record(), []
        told = kill_once(url, work, number)
        store = Store(url)
        proof = prove(store)
        confirmed += [one for one in told if isinstance(one, Confirmed)]
        compare(proof, confirmed)
        lines = Counter(line.change.id for line in proof.revisions if line.change.kind is Kind.IMPORT)
        by_halves = [one for one, count in lines.items() if count != IMPORTED]
        missing = [one for one in told if isinstance(one, int) and one not in lines]
        proof.lost += len(missing)
        proof.expect(not by_halves and not missing, f"imports by halves {by_halves}, missing {missing}")
        counts["confirmed"] += len(told)
        counts["inside a change"] += not told
        whole.lost += proof.lost
        whole.overwritten += proof.overwritten
        whole.faults += [f"kill {number}: {fault}" for fault in proof.faults]
        store.engine.dispose()
    return whole, counts
