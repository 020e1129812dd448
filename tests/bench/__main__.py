"""Measure the peer and the app in turn, print figures and ratios, and fail where a bar is missed."""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from layers.webassets import LEAFLET
from tests.bench import exports

ROOT = Path(__file__).resolve().parents[2]
LEAFLET_DIR = ROOT / "static" / LEAFLET
REPEATS = 11
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
IDLE = '.stApp[data-test-script-state="notRunning"]'
SITES = ("huizhi-yunding", "huijing-tiandi")
CLOCK = """
(doneBody) => {
  const done = new Function("return " + doneBody);
  window.pending = new Promise(resolve => {
    let start;
    const begin = () => { if (start === undefined) start = performance.now(); };
    document.addEventListener("click", begin, {capture: true, once: true});
    const frame = window.mapFrame();
    if (frame) frame.contentDocument.addEventListener("click", begin, {capture: true, once: true});
    const tick = () => {
      if (start !== undefined && done()) {
        return requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
      }
      requestAnimationFrame(tick);
    };
    tick();
  });
}
"""


@dataclass(frozen=True)
class Way:
    """One app under measurement, and how to see into its map from the page (JavaScript expressions)."""

    name: str
    script: str
    frame: str
    ready: str
    drawn: str
    pixel: str
    view: str
    set_view: str
    pill: str
    opens: str | None = None


OURS = Way(
    name="ours",
    script="app.py",
    frame="document.querySelector('iframe.map-frame')",
    ready="window.mapFrame()?.contentWindow.planMap?.applied > 0",
    drawn="window.mapFrame().contentWindow.planMap.drawn().length",
    pixel="window.mapFrame().contentWindow.planMap.map.latLngToContainerPoint([%s, %s])",
    view="(m => [m.getZoom(), m.getCenter().lat])(window.mapFrame().contentWindow.planMap.map)",
    set_view="window.mapFrame().contentWindow.planMap.map.setView([%s, %s], %s, {animate: false})",
    pill="#filter-popup-phase input[value=completed]",
    opens="[data-menu=phase]",
)
PEER = Way(
    name="peer",
    script="tests/bench/peer_app.py",
    frame="[...document.querySelectorAll('iframe')].find(f => f.title.includes('folium'))",
    ready="window.mapFrame()?.contentWindow?.map?._loaded",
    drawn="Object.values(window.mapFrame()?.contentWindow?.map?._layers || {})"
    ".filter(l => l._radius === 7 && l._tooltip).length",
    pixel="window.mapFrame().contentWindow.map.latLngToContainerPoint([%s, %s])",
    view="(m => [m.getZoom(), m.getCenter().lat])(window.mapFrame().contentWindow.map)",
    set_view="window.mapFrame().contentWindow.map.setView([%s, %s], %s, {animate: false})",
    pill=".st-key-phase button:has-text('完工达效')",
)


@dataclass
class Figures:
    """What was measured of one way: times in ms, sizes in bytes."""

    cold_ms: float = 0
    warm_ms: float = 0
    filter_ms: list[float] = field(default_factory=list)
    click_ms: list[float] = field(default_factory=list)
    rerun_ms: list[float] = field(default_factory=list)
    bytes_a_filter: list[int] = field(default_factory=list)
    remounted: bool = False
    view_kept: bool = True

    def summary(self) -> dict[str, float | bool]:
        medians = {name: statistics.median(value) for name, value in vars(self).items() if isinstance(value, list)}
        return {**vars(self), **medians}


@contextmanager
def served(way: Way, *, collect_garbage: bool, log: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true"]
    options += ["--runner.postScriptGC", str(collect_garbage).lower()]
    environment = {**os.environ, "RERUN_LOG": str(log), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.bench.timed_server", way.script, *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - start > 60:
                    raise RuntimeError(f"{way.script} did not start") from None
                time.sleep(0.05)
        yield url, start
    finally:
        process.terminate()
        process.wait(10)


class Tab:
    """One way in one browser tab."""

    def __init__(self, browser, way: Way, url: str) -> None:
        self.way = way
        self.page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
        self.received = 0
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        self.page.route("**/leaflet-bundle/*", self._send_leaflet)
        self.page.add_init_script(f"window.mapFrame = () => {way.frame}")
        self.page.goto(url)
        self.page.wait_for_selector(IDLE)
        self.page.wait_for_function(way.ready)
        self.page.wait_for_function(f"({way.drawn}) > 0")

    def _count(self, payload) -> None:
        self.received += len(payload)

    def _send_leaflet(self, route) -> None:
        route.fulfill(path=LEAFLET_DIR / route.request.url.rsplit("/", 1)[1], headers={"Cache-Control": "max-age=3600"})

    def timed(self, done: str, act) -> float:
        self.page.evaluate(CLOCK, done)
        act()
        took = self.page.evaluate("window.pending")
        self.page.wait_for_selector(IDLE)
        return took

    def click_at(self, lat: float, lon: float) -> None:
        at = self.page.evaluate(self.way.pixel % (lat, lon))
        box = self.page.evaluate("(b => [b.x, b.y])(window.mapFrame().getBoundingClientRect())")
        self.page.mouse.click(box[0] + at["x"] + 1, box[1] + at["y"] + 1)


def expected_counts() -> tuple[int, int, dict[str, tuple[float, float, str]]]:
    features = json.loads((ROOT / "data/projects.geojson").read_text(encoding="utf-8"))["features"]
    placed = [f for f in features if f["geometry"]]
    completed = [f for f in placed if f["properties"]["phase"] == "completed"]
    sites = {
        f["id"]: (f["geometry"]["coordinates"][1], f["geometry"]["coordinates"][0], f["properties"]["name"])
        for f in placed
        if f["id"] in SITES
    }
    return len(placed), len(completed), sites


def filter_once(tab: Tab, figures: Figures, wanted: int) -> None:
    tab.page.evaluate("window.mapFrame().contentWindow.before = true")
    before = tab.page.evaluate(tab.way.view)
    received = tab.received
    figures.filter_ms.append(timed_pill(tab, wanted))
    figures.bytes_a_filter.append(tab.received - received)
    figures.remounted |= not tab.page.evaluate("window.mapFrame().contentWindow.before === true")
    figures.view_kept &= tab.page.evaluate(tab.way.view) == before


def timed_pill(tab: Tab, wanted: int) -> float:
    """Click the pill and wait until the map holds `wanted` sites."""
    return tab.timed(f"({tab.way.drawn}) === {wanted}", tab.page.locator(tab.way.pill).click)


def measure(browser, ways: list[Way], *, collect_garbage: bool, folder: Path) -> dict[str, Figures]:
    all_sites, completed, sites = expected_counts()
    figures = {way.name: Figures() for way in ways}
    with ExitStack() as stack:
        tabs = {}
        logs = {}
        for way in ways:
            logs[way.name] = folder / f"{way.name}-{collect_garbage}.log"
            url, start = stack.enter_context(served(way, collect_garbage=collect_garbage, log=logs[way.name]))
            Tab(browser, way, url).page.close()
            figures[way.name].cold_ms = (time.perf_counter() - start) * 1000
            start = time.perf_counter()
            tabs[way.name] = Tab(browser, way, url)
            figures[way.name].warm_ms = (time.perf_counter() - start) * 1000
        for way in ways:
            if way.opens:
                tabs[way.name].page.locator(way.opens).first.click()
                tabs[way.name].page.locator(way.pill).wait_for()
            timed_pill(tabs[way.name], completed)
            timed_pill(tabs[way.name], all_sites)
            logs[way.name].write_text("")
        for number in range(2 * REPEATS):
            for way in ways:
                filter_once(tabs[way.name], figures[way.name], completed if number % 2 == 0 else all_sites)
        for way in ways:
            figures[way.name].rerun_ms = [float(line) for line in logs[way.name].read_text().split()]
            tabs[way.name].page.keyboard.press("Escape")
        for number in range(2 * REPEATS):
            lat, lon, name = sites[SITES[number % 2]]
            for way in ways:
                tab = tabs[way.name]
                tab.page.evaluate(f"({way.set_view % (lat, lon, 16)}, true)")
                tab.page.wait_for_selector(IDLE)
                done = f"document.querySelector('.st-key-stage-panel')?.innerText.includes({json.dumps(name)}"
                done += ") && document.querySelector('.st-key-stage-panel h2') !== null"
                done += f" && document.querySelector('.st-key-stage-panel h2').innerText.includes({json.dumps(name)})"
                figures[way.name].click_ms.append(tab.timed(done, lambda t=tab, a=lat, o=lon: t.click_at(a, o)))
    return figures


def report(results: dict[str, dict[str, Figures]]) -> bool:
    for setting, figures in results.items():
        print(f"\n{setting}")
        print(f"  {'median':28}{'peer':>12}{'ours':>12}{'ours/peer':>12}")
        peer, ours = figures["peer"].summary(), figures["ours"].summary()
        for key in ("filter_ms", "click_ms", "rerun_ms", "bytes_a_filter", "cold_ms", "warm_ms"):
            print(f"  {key:28}{peer[key]:12.0f}{ours[key]:12.0f}{ours[key] / peer[key]:12.2f}")
        for key in ("remounted", "view_kept"):
            print(f"  {key:28}{peer[key]!s:>12}{ours[key]!s:>12}")
    tamed, default = results["garbage collection tamed"], results["Streamlit's defaults"]

    def ratio(figures: dict[str, Figures], key: str) -> float:
        return figures["ours"].summary()[key] / figures["peer"].summary()[key]

    bars = [
        ("filter to drawn, tamed: at most 1/2 of the peer", ratio(tamed, "filter_ms") <= 1 / 2),
        ("filter to drawn, defaults: at most 1/4 of the peer", ratio(default, "filter_ms") <= 1 / 4),
        ("map click to panel: at most 1/4 of the peer", ratio(tamed, "click_ms") <= 1 / 4),
        ("no remount, view kept", not tamed["ours"].remounted and tamed["ours"].view_kept),
    ]
    print()
    for text, passed in bars:
        print(f"  {'PASS' if passed else 'FAIL'}  {text}")
    return all(passed for _, passed in bars)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=("map", "exports"), help="measure one part")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    arguments = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium is needed: see tools/ensure_chromium.sh")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        results, files, passed = {}, {}, True
        if arguments.only != "exports":
            for setting, collect in (("garbage collection tamed", False), ("Streamlit's defaults", True)):
                results[setting] = measure(browser, [PEER, OURS], collect_garbage=collect, folder=Path(folder))
            passed = report(results)
        if arguments.only != "map":
            files, files_passed = exports.run(browser)
            passed &= files_passed
        browser.close()
    if arguments.json:
        figures = {setting: {name: vars(f) for name, f in by.items()} for setting, by in results.items()}
        arguments.json.write_text(json.dumps({**figures, "exports": files}, indent=1))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
