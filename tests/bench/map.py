"""The map, measured beside a plain streamlit-folium app: filter to drawn, click to panel, reruns, starts."""

import json
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.driver import IDLE, OURS, PEER, ROOT, Tab, Way, served

REPEATS = 11
SITES = ("huizhi-yunding", "huijing-tiandi")


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


def run(browser, folder: Path) -> tuple[dict[str, dict[str, Figures]], bool]:
    """Measure with garbage collection tamed and with Streamlit's defaults, print and judge."""
    results = {
        setting: measure(browser, [PEER, OURS], collect_garbage=collect, folder=folder)
        for setting, collect in (("garbage collection tamed", False), ("Streamlit's defaults", True))
    }
    return results, report(results)


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
