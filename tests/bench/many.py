"""The map with 10,000 and 100,000 projects, beside the streamlit-folium app with the same data."""

import json
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import TimeoutError as DrawnTooLateError
from shapely import Point, STRtree

from tests.bench.driver import OURS, PEER, Tab, served
from tests.bench.map import Figures, Measured, measure, print_beside, ratio
from tests.made_up import write_many

MANY, VERY_MANY = 10_000, 100_000
BAR_MS: Final = 1_500
PEER_LIMIT_S: Final = 120
START_LIMIT_S: Final = 600
CLEAR_DEGREES: Final = 0.00012
"""So far, about 10 m, no symbol reaches at the closest zoom."""


def _alone(folder: Path) -> tuple[str, ...]:
    """Return two sites that no other one stands near, so that a click means them."""
    features = json.loads((folder / "projects.geojson").read_text(encoding="utf-8"))["features"]
    placed = [Point(f["geometry"]["coordinates"]) for f in features if f["geometry"]]
    ids = [f["id"] for f in features if f["geometry"]]
    tree = STRtree(placed)
    alone = (ids[i] for i, at in enumerate(placed) if len(tree.query(at.buffer(CLEAR_DEGREES))) == 1)
    return tuple(next(alone) for _ in range(2))


def _measured(folder: Path) -> Measured:
    return Measured(folder, _alone(folder), zoom=18, repeats=5, peer_repeats=1, limit_s=START_LIMIT_S)


def peer_s(browser, data: Path, folder: Path) -> float | None:
    """Return how long the peer takes until its map is drawn the first time, None where it takes too long."""
    with served(PEER, collect_garbage=False, log=folder / "peer.log", data=data) as (url, _):
        start = time.perf_counter()
        try:
            Tab(browser, PEER, url, limit_s=PEER_LIMIT_S).page.close()
        except DrawnTooLateError:
            return None
        return time.perf_counter() - start


def run(browser) -> tuple[dict[str, Any], bool]:
    """Measure both, the peer at 100,000 by its first map alone; print and judge."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = write_many(folder / "many", MANY)
        many = measure(browser, [PEER, OURS], collect_garbage=False, folder=folder, measured=_measured(data))
        print_beside(f"{MANY:,} projects (the peer: two of each)", many)
        data, folder = write_many(folder / "very-many", VERY_MANY), folder / "of-very-many"
        folder.mkdir()
        ours = measure(browser, [OURS], collect_garbage=False, folder=folder, measured=_measured(data))["ours"]
        took_s = peer_s(browser, data, folder)
    return report(many, ours, took_s)


def report(many: dict[str, Figures], ours: Figures, took_s: float | None) -> tuple[dict[str, Any], bool]:
    of_very_many = ours.summary()
    print(f"\n{VERY_MANY:,} projects")
    for key, value in of_very_many.items():
        print(f"  {key:28}{value:12.0f}")
    told = f"not drawn within {PEER_LIMIT_S} s" if took_s is None else f"drawn after {took_s:.0f} s"
    print(f"  the peer's first map: {told}, the reading of its data included")
    bars = [
        (f"{MANY:,}: filter to drawn at most 1/3 of the peer", ratio(many, "filter_ms") <= 1 / 3),
        (f"{MANY:,}: map click to panel at most 1/3 of the peer", ratio(many, "click_ms") <= 1 / 3),
        (f"{VERY_MANY:,}: filter to drawn under {BAR_MS} ms", of_very_many["filter_ms"] < BAR_MS),
        (f"{VERY_MANY:,}: map click to panel under {BAR_MS} ms", of_very_many["click_ms"] < BAR_MS),
        (f"{VERY_MANY:,}: the peer takes over 10 s", took_s is None or took_s > 10),
    ]
    for text, passed in bars:
        print(f"  {'PASS' if passed else 'FAIL'}  {text}")
    figures = {"many": {name: vars(each) for name, each in many.items()}, "very_many": vars(ours), "peer_s": took_s}
    return figures, all(passed for _, passed in bars)
