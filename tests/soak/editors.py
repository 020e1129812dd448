"""Many people at one record at once: each reads a project, changes a field, saves, and merges where they must."""

import json
import multiprocessing
import random
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from geo.store.author import Author, Role
from geo.store.changes import ConflictError, Edit, Entry
from geo.store.merge import merge
from geo.store.record import ABSENT, Record, value_at, with_values
from geo.store.store import Store
from tests.soak.proof import Confirmed, Proof, compare, prove

EDITORS = 20
PROJECTS = 20
"""So few that the editors keep meeting."""
PATHS = ("names.en", "names.ko", "summary.zh", "summary.en", "location.basis.en")
FORKED = multiprocessing.get_context("fork")


def edited(entry: Entry, path: str, value: str) -> Record:
    return with_values(entry.record, [(path, value)])


def work(url: str, folder: Path, number: int, until: float) -> None:
    """Edit until the time is up; write down every confirmed save, and count what else happened."""
    store, chance, author = Store(url), random.Random(number), Author(f"editor-{number}", Role.EDITOR)
    projects = list(store.entries())[:PROJECTS]
    counts: Counter[str] = Counter()
    with (folder / f"{number}.jsonl").open("w") as told:
        while time.time() < until:
            seen = store.entry(chance.choice(projects))
            path = chance.choice(PATHS)
            value = f"{number}-{counts['saves']}"
            time.sleep(chance.uniform(0, 0.05))  # an editor thinks
            one = save(store, author, seen, path, value, counts)
            counts["saves"] += 1
            told.write(json.dumps({**asdict(one), "seen": None if one.seen is ABSENT else [one.seen]}) + "\n")
    (folder / f"{number}.counts").write_text(json.dumps(counts))
    store.engine.dispose()


def save(store: Store, author: Author, seen: Entry, path: str, value: str, counts: Counter[str]) -> Confirmed:
    """Save one field; where somebody else was first, put both together, having read theirs, and try again."""
    mine = edited(seen, path, value)
    while True:
        try:
            change = store.save(author, [Edit(seen.id, mine, seen.version)], why="soak")
            return Confirmed(change.id, seen.id, path, value_at(seen.record, path), value)
        except ConflictError as error:
            [conflict] = error.conflicts
            together = merge(conflict.base, conflict.theirs.record, mine)
            counts["conflicts"] += 1
            counts["clashes"] += len(together.clashes)
            seen = conflict.theirs
            # Where both changed this field, the editor reads theirs and decides for the own value.
            mine = edited(seen, path, value) if together.clashes else together.record


def confirmed_in(folder: Path) -> list[Confirmed]:
    lines = (json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text().splitlines())
    return [Confirmed(**{**line, "seen": ABSENT if line["seen"] is None else line["seen"][0]}) for line in lines]


def run(url: str, folder: Path, seconds: float) -> tuple[Proof, Counter[str]]:
    """Let the editors work for so long, then prove that nothing was lost."""
    folder.mkdir()
    until = time.time() + seconds
    workers = [FORKED.Process(target=work, args=(url, folder, number, until)) for number in range(EDITORS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store = Store(url)
    proof = prove(store)
    compare(proof, confirmed_in(folder), by="editor-")
    store.engine.dispose()
    counts: Counter[str] = Counter()
    for path in folder.glob("*.counts"):
        counts.update(json.loads(path.read_text()))
    failed = sum(worker.exitcode != 0 for worker in workers)
    proof.expect(not failed, f"{failed} editors were turned away by an error")
    return proof, counts
