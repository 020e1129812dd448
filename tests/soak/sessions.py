"""Many readers at once for half an hour: no wrong answer, no error, no slower than twice one reader, no memory lost.

A rerun's server time is what passes, at the client, from the message sent until the script has finished. One reader
is measured first, in the same run and with the same mix, but hardly pausing, so that there are enough of each.
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak import tabs
from tests.soak.visits import Crowd, Log

ROOT = Path(__file__).resolve().parents[2]
THINK_S = (5.0, 15.0)
"""How long a person looks before the next click; half as long where a format has just been chosen."""
HASTE_S = (0.1, 0.3)
WARM_S, ALONE_S = 20, 180
SHORT_SESSIONS, SHORT_S = 5, 10
MAX_RATIO = 2.0
OF_EXPORTS = ("preview", "format")
SAMPLE_S = 10
SETTLED_MIN = 10
MAX_GROWTH = 1.05
MAX_FAULTS_TOLD = 8
START_S = 60


@dataclass
class App:
    """One process of the app."""

    url: str
    process: subprocess.Popen[bytes]
    output: Path

    def errors(self) -> list[str]:
        """Return the lines in which the app tells of an error."""
        lines = self.output.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if '"level": "error"' in line or line.startswith("Traceback")]

    def memory_mib(self) -> float:
        """Return the memory of the process and of all that it has started, what they share counted once (PSS)."""
        return sum(map(pss_mib, [self.process.pid, *descendants(self.process.pid)]))


def descendants(pid: int) -> Iterator[int]:
    children = ""
    with suppress(OSError):  # it has ended
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += " " + (task / "children").read_text() if task.name != str(pid) else ""
    for child in map(int, children.split()):
        yield child
        yield from descendants(child)


def pss_mib(pid: int) -> float:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
    return 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_app(folder: Path, *, settings: Mapping[str, str] = {}) -> Iterator[App]:
    """Start the app as it is started in production, with what it remembers in `folder`, and stop it afterwards."""
    port = free_port()
    own = {"XIGANG_STATE_DIR": str(folder), "PYTHONUTF8": "1"}
    output = folder / f"server-{port}.log"
    with output.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "--port", str(port)],
            cwd=ROOT, env={**os.environ, **own, **settings}, stdout=out, stderr=out,
        )  # fmt: skip
    path = settings.get("XIGANG_BASE_PATH", "")
    app = App(f"http://localhost:{port}/{path}".rstrip("/"), process, output)
    try:
        wait_for(app)
        yield app
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(app: App) -> None:
    until = time.monotonic() + START_S
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=1)
            return
        if app.process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the app did not start: {app.output.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


@dataclass
class Memory:
    """The memory of the app and of what it has started in MiB, by minutes since the readers came."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    @property
    def by_minute(self) -> list[float]:
        """The median of each minute, so that a process of a few seconds, as of a long export, does not count."""
        minutes: dict[int, list[float]] = {}
        for at, mib in self.samples:
            minutes.setdefault(int(at), []).append(mib)
        return [statistics.median(each) for each in minutes.values()]

    @property
    def slope_mib_min(self) -> float:
        settled = self.by_minute[SETTLED_MIN:]
        return statistics.linear_regression(range(len(settled)), settled).slope

    @property
    def growth(self) -> float:
        """The last five minutes beside the first five that were to be settled."""
        minutes = self.by_minute
        return statistics.median(minutes[-5:]) / statistics.median(minutes[SETTLED_MIN : SETTLED_MIN + 5])


@contextmanager
def watched_memory(app: App) -> Iterator[Memory]:
    memory, over, began = Memory(), threading.Event(), time.monotonic()

    def watch() -> None:
        while True:
            memory.samples.append(((time.monotonic() - began) / 60, app.memory_mib()))
            if over.wait(SAMPLE_S):
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def run(folder: Path, *, minutes: float, sessions: int) -> bool:
    """Run it all, print the figures and say whether every bar holds."""
    with running_app(folder) as app:
        asyncio.run(Crowd(app.url, seed=1, think_s=HASTE_S).stay(1, WARM_S))
        one = asyncio.run(Crowd(app.url, seed=2, think_s=HASTE_S).stay(1, min(ALONE_S, minutes * 60)))
        crowd = Crowd(app.url, seed=3, think_s=THINK_S)
        with tabs.watched(app.url, minutes * 60, folder) as tab, watched_memory(app) as memory:
            many = asyncio.run(crowd.stay(sessions, minutes * 60))
        what = f"{sessions} sessions, {minutes:g} min"
        thought = "think time {:g} to {:g} s".format(*crowd.think_s)
        print(f"      {thought}; {many.visits} visits, {files_in_words(many)}")
        print(f"      {tab.in_words()}")
        results = [
            judge_answers(what, many, [*app.errors(), *tab.faults, *(f"alone: {each}" for each in one.faults)]),
            judge_times(what, one, many, crowd.late_s),
            judge_memory(what, memory),
        ]
    return all(results)


def run_short(folder: Path) -> bool:
    """Look at the answers alone: a few sessions that hardly pause, for some seconds."""
    with running_app(folder) as app:
        log = asyncio.run(Crowd(app.url, seed=1, think_s=HASTE_S).stay(SHORT_SESSIONS, SHORT_S))
        return judge_answers(f"{SHORT_SESSIONS} sessions, {SHORT_S} s", log, app.errors())


def files_in_words(log: Log) -> str:
    kinds = ", ".join(f"{number} {code}" for code, number in log.files.most_common())
    slowest = f", median {statistics.median(log.file_s):.1f} s" if log.file_s else ""
    return f"{len(log.file_s)} files ({kinds}){slowest}"


def verdict(good: bool, what: str, figures: str, faults: Sequence[str] = ()) -> bool:
    print(f"{'PASS' if good else 'FAIL'}  {what:<36} {figures}", flush=True)
    for fault in faults[:MAX_FAULTS_TOLD]:
        print(f"      {fault[:1000]}")
    return good


def judge_answers(what: str, log: Log, others: Sequence[str] = ()) -> bool:
    faults = [*log.faults, *others]
    figures = f"{len(log.reruns)} reruns, {log.checked} answers checked, {len(faults)} faults"
    return verdict(not faults and bool(log.reruns), f"{what}: no error", figures, faults)


def ms(values: Sequence[float], share: float) -> float:
    return 1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]


def judge_times(what: str, one: Log, many: Log, late_s: Sequence[float]) -> bool:
    """Judge the clicks and, apart from them, what draws a sheet or asks for one, which is another order of time."""
    print(f"      {'server time of a rerun, ms':<34}{'1 session':>22}{'all sessions':>22}{'ratio':>14}")
    kinds = {kind: (kind,) for kind in sorted({kind for kind, _, _ in many.reruns})}
    judged = {"clicks": (*(kind for kind in kinds if kind not in OF_EXPORTS),), "exports": OF_EXPORTS}
    ratios = {}
    for name, its in (kinds | judged).items():
        alone, crowded = ([s for kind, _, s in log.reruns if kind in its] for log in (one, many))
        if alone and crowded:
            both = [(ms(alone, share), ms(crowded, share)) for share in (0.5, 0.95)]
            ratios[name] = [theirs / base for base, theirs in both]
            halves = [f"{both[0][i]:.0f} / {both[1][i]:.0f} (n={len(each)})" for i, each in enumerate((alone, crowded))]
            line = f"{halves[0]:>22}{halves[1]:>22}{ratios[name][0]:>8.2f} /{ratios[name][1]:5.2f}"
            print(f"      {name + ' (median / 95 %)':<34}{line}")
    told = "; ".join(f"{name} {median:.2f} / {most:.2f}" for name, (median, most) in ratios.items() if name in judged)
    late = f"the client is {ms(late_s, 0.5):.0f} ms late, {ms(late_s, 0.95):.0f} at 95 %"
    good = all(ratio <= MAX_RATIO for name in judged for ratio in ratios.get(name, ()))
    return verdict(good, f"{what}: server time", f"{told} times one session's (bar {MAX_RATIO:g}); {late}")


def judge_memory(what: str, memory: Memory) -> bool:
    minutes = memory.by_minute
    most = max(mib for _, mib in memory.samples)
    figures = f"{' '.join(f'{mib:.0f}' for mib in minutes)} MiB by the minute, at most {most:.0f}"
    if len(minutes) < SETTLED_MIN + 10:
        return verdict(True, f"{what}: memory", f"{figures}; NOT JUDGED, too short: at least {SETTLED_MIN + 10} min")
    slope, growth = memory.slope_mib_min, memory.growth
    figures += f"; after {SETTLED_MIN} min {slope:+.2f} MiB/min, {growth:.3f} times (bar {MAX_GROWTH})"
    grown_by_slope = 1 + slope * (len(minutes) - SETTLED_MIN) / minutes[SETTLED_MIN]
    return verdict(max(growth, grown_by_slope) <= MAX_GROWTH, f"{what}: memory", figures)
