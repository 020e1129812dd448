"""The map, measured beside a plain streamlit-folium app: filter to drawn, click to panel, reruns, starts."""

import json
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.driver import IDLE, OURS, PEER, ROOT, Tab, Way, served, server_mb


@dataclass
class Figures:
    """What was measured of one way: times in ms, sizes in bytes; memory in MB, of the server at its most."""

    cold_ms: float = 0
    warm_ms: float = 0
    filter_ms: list[float] = field(default_factory=list)
    click_ms: list[float] = field(default_factory=list)
    rerun_ms: list[float] = field(default_factory=list)
    bytes_a_filter: list[int] = field(default_factory=list)
    server_mb: float = 0
    page_mb: float = 0
    remounted: bool = False
    view_kept: bool = True

    def summary(self) -> dict[str, float | bool]:
        medians = {name: statistics.median(value) for name, value in vars(self).items() if isinstance(value, list)}
        return {**vars(self), **medians}


@dataclass(frozen=True)
class Measured:
    """The data that is measured: its folder, the two sites that are clicked, at which zoom, and how often."""

    data: Path = ROOT / "data"
    sites: tuple[str, ...] = ("huizhi-yunding", "huijing-tiandi")
    zoom: int = 16
    repeats: int = 11
    peer_repeats: int = 11
    limit_s: float = 30

    def repeated_by(self, way: Way, number: int) -> bool:
        """Return whether a way is still measured a `number`-th time, from 0."""
        return number < 2 * (self.peer_repeats if way is PEER else self.repeats)


def expected_counts(measured: Measured) -> tuple[int, int, dict[str, tuple[float, float, str]]]:
    features = json.loads((measured.data / "projects.geojson").read_text(encoding="utf-8"))["features"]
    placed = [f for f in features if f["geometry"]]
    completed = [f for f in placed if f["properties"]["phase"] == "completed"]
    sites = {
        f["id"]: (f["geometry"]["coordinates"][1], f["geometry"]["coordinates"][0], f["properties"]["name"])
        for f in placed
        if f["id"] in measured.sites
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


def measure(
    browser, ways: list[Way], *, collect_garbage: bool, folder: Path, measured: Measured | None = None
) -> dict[str, Figures]:
    measured = measured or Measured()
    all_sites, completed, sites = expected_counts(measured)
    figures = {way.name: Figures() for way in ways}
    with ExitStack() as stack:
        tabs = {}
        logs = {}
        for way in ways:
            logs[way.name] = folder / f"{way.name}-{collect_garbage}.log"
            state = folder / f"{way.name}-{collect_garbage}-state"
            serving = served(way, collect_garbage=collect_garbage, log=logs[way.name], state=state, data=measured.data)
            url, start = stack.enter_context(serving)
            Tab(browser, way, url, limit_s=measured.limit_s).page.close()
            figures[way.name].cold_ms = (time.perf_counter() - start) * 1000
            start = time.perf_counter()
            tabs[way.name] = Tab(browser, way, url, limit_s=measured.limit_s)
            figures[way.name].warm_ms = (time.perf_counter() - start) * 1000
        for way in ways:
            if way.opens:
                tabs[way.name].page.locator(way.opens).first.click()
                tabs[way.name].page.locator(way.pill).wait_for()
            timed_pill(tabs[way.name], completed)
            timed_pill(tabs[way.name], all_sites)
            logs[way.name].write_text("")
        for number in range(2 * measured.repeats):
            for way in (each for each in ways if measured.repeated_by(each, number)):
                filter_once(tabs[way.name], figures[way.name], completed if number % 2 == 0 else all_sites)
        for way in ways:
            figures[way.name].server_mb, figures[way.name].page_mb = server_mb(way), tabs[way.name].heap_mb()
            figures[way.name].rerun_ms = [float(line) for line in logs[way.name].read_text().split()]
            tabs[way.name].page.keyboard.press("Escape")
        for number in range(2 * measured.repeats):
            lat, lon, name = sites[measured.sites[number % 2]]
            for way in (each for each in ways if measured.repeated_by(each, number)):
                tab = tabs[way.name]
                tab.page.evaluate(f"({way.set_view % (lat, lon, measured.zoom)}, true)")
                tab.page.wait_for_selector(IDLE)
                done = f"document.querySelector('.st-key-stage-panel')?.innerText.includes({json.dumps(name)}"
                done += ") && document.querySelector('.st-key-stage-panel h2') !== null"
                done += f" && document.querySelector('.st-key-stage-panel h2').innerText.includes({json.dumps(name)})"
                figures[way.name].click_ms.append(tab.timed(done, lambda t=tab, a=lat, o=lon: t.click_at(a, o)))
    return figures


def run(browser, folder: Path) -> tuple[dict[str, dict[str, Figures]], bool]:
    """Measure with garbage collection tamed and with Streamlit's defaults, print and judge."""
    results = {
        setting: measure(browser, [PEER, OURS], collect_garbage=collect, folder=folder)
        for setting, collect in (("garbage collection tamed", False), ("Streamlit's defaults", True))
    }
    return results, report(results)


def ratio(figures: dict[str, Figures], key: str) -> float:
    return figures["ours"].summary()[key] / figures["peer"].summary()[key]


def print_beside(title: str, figures: dict[str, Figures]) -> None:
    print(f"\n{title}")
    print(f"  {'median':28}{'peer':>12}{'ours':>12}{'ours/peer':>12}")
    peer, ours = figures["peer"].summary(), figures["ours"].summary()
    for key in ("filter_ms", "click_ms", "rerun_ms", "bytes_a_filter", "cold_ms", "warm_ms", "server_mb", "page_mb"):
        print(f"  {key:28}{peer[key]:12.0f}{ours[key]:12.0f}{ours[key] / peer[key]:12.2f}")
    for key in ("remounted", "view_kept"):
        print(f"  {key:28}{peer[key]!s:>12}{ours[key]!s:>12}")


def report(results: dict[str, dict[str, Figures]]) -> bool:
    for setting, figures in results.items():
        print_beside(setting, figures)
    tamed, default = results["garbage collection tamed"], results["Streamlit's defaults"]

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
