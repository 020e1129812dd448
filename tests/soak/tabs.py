"""A real Chromium among the readers: how long from a click until the map is drawn, while the others go on.

Run as ``python -m tests.soak.tabs URL SECONDS FILE`` in a process of its own.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.driver import ARGS, OURS, Tab
from tests.bench.map import Measured, expected_counts, timed_pill
from tests.conftest import find_chromium

THINK_S = (5.0, 15.0)


@dataclass
class Watched:
    """What the tab found once its time was up."""

    times_ms: list[float] = field(default_factory=list)
    problem: str = ""

    @property
    def faults(self) -> list[str]:
        """What went wrong; that there is no Chromium is no fault of the app."""
        return [f"the Chromium tab: {self.problem}"] if self.problem and find_chromium() else []

    def in_words(self) -> str:
        if not self.times_ms:
            return f"NO Chromium among them: {self.problem}"
        slow = max(self.times_ms)
        told = f"median {statistics.median(self.times_ms):.0f} ms, slowest {slow:.0f} ms, n={len(self.times_ms)}"
        return f"one Chromium tab among them, click to drawn: {told}{'; ' + self.problem if self.problem else ''}"


@contextmanager
def watched(url: str, seconds: float, folder: Path) -> Iterator[Watched]:
    """Let a browser filter for so long; what it found is there afterwards."""
    found, told = Watched(), folder / "tab.json"
    if find_chromium() is None:
        found.problem = "it is not installed (tools/ensure_chromium.sh)"
        yield found
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.soak.tabs", url, str(seconds), str(told)], stderr=subprocess.PIPE, text=True
    )
    try:
        yield found
        _, errors = process.communicate(timeout=60)
        found.problem = errors.strip()[-300:]
    except subprocess.TimeoutExpired:
        found.problem = "it did not come to an end"
    finally:
        process.kill()
        if told.exists():
            found.times_ms = json.loads(told.read_text())


def main(url: str, seconds: float, told: Path) -> None:
    from playwright.sync_api import sync_playwright

    until, all_sites, completed = time.monotonic() + seconds, *expected_counts(Measured())[:2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)
        tab = Tab(browser, OURS, url)
        tab.page.locator(OURS.opens).first.click()
        times: list[float] = []
        while time.monotonic() < until:
            times.append(timed_pill(tab, completed if len(times) % 2 == 0 else all_sites))
            told.write_text(json.dumps(times))
            tab.page.wait_for_timeout(1000 * random.uniform(*THINK_S))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
