"""Files for meetings, timed warm, beside the folium way: a screenshot of the same map in headless Chromium."""

import io
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import folium

from exports.formats import export
from exports.picture import save_png
from exports.request import ExportRequest
from exports.sheet import make_sheet
from geo.load import Dataset, load_dataset
from geo.vocabulary import PLACED_GRADES
from layers import style
from layers.webassets import LEAFLET
from layers.words import words_in

ROOT = Path(__file__).resolve().parents[2]
REPEATS = 10
SLOW_REPEATS = 3
WIDTH_PX, HEIGHT_PX = 2000, 1125
LABELS_DRAWN = "() => document.querySelectorAll('.site-name').length > 40"
LABEL_BOXES = """() => [...document.querySelectorAll('.site-name')]
    .map(n => n.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"""

# What is made, within how many seconds, and how.
BARS = {
    "preview": 0.5,
    "16:9 PNG, 150 dpi": 0.7,
    "A3 PNG, 300 dpi": 2.0,
    "A3 PDF": 3.0,
    "deck of all located sites": 20.0,
    "atlas of all located sites": 20.0,
}


def median_s(make: Callable[[], object], repeats: int) -> float:
    make()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        make()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def preview(data: Dataset) -> None:
    sheet = make_sheet(data, ExportRequest())
    save_png(sheet.figure, io.BytesIO(), dpi=96)


def longest_pause_s(make: Callable[[], object]) -> tuple[float, float]:
    """Return how long `make` took in a thread, and the longest that another thread had to wait meanwhile."""
    pauses, running = [], True

    def beat() -> None:
        last = time.perf_counter()
        while running:
            time.sleep(0.01)
            pauses.append(time.perf_counter() - last - 0.01)
            last = time.perf_counter()

    heart = threading.Thread(target=beat)
    heart.start()
    start = time.perf_counter()
    make()
    took = time.perf_counter() - start
    running = False
    heart.join()
    return took, max(pauses)


def measure_ours(folder: Path) -> dict[str, float]:
    from ui.export_job import ExportJob

    data = load_dataset(ROOT / "data")
    located = ExportRequest.model_validate({"filter": {"grades": sorted(PLACED_GRADES)}, "size": "a4-landscape"})
    big = ExportRequest(size="a3-landscape", dpi=300)

    def one(code: str, request: ExportRequest) -> Callable[[], object]:
        return lambda: export(data, request, code, folder / f"bench-{code}")

    def job(code: str) -> float:
        """Time the file as the page makes it: in a process of its own, its start included."""
        start = time.perf_counter()
        made = ExportJob(code, f"file-{code}", located, ROOT / "data").start()
        while not made.finished:
            time.sleep(0.05)
        took = time.perf_counter() - start
        if made.error:
            raise RuntimeError(made.error)
        made.cancel()
        return took

    return {
        "preview": median_s(lambda: preview(data), REPEATS),
        "16:9 PNG, 150 dpi": median_s(one("png", ExportRequest()), REPEATS),
        "A3 PNG, 300 dpi": median_s(one("png", big), REPEATS),
        "A3 PDF": median_s(one("pdf", big), REPEATS),
        "deck of all located sites": statistics.median(job("pptx") for _ in range(SLOW_REPEATS)),
        "atlas of all located sites": statistics.median(job("atlas") for _ in range(SLOW_REPEATS)),
    }


def folium_page(path: Path) -> None:
    """Save the same map as most would: a folium map with a permanent label at every site."""
    data, words = load_dataset(ROOT / "data"), words_in("zh")
    leaflet = (ROOT / "static" / LEAFLET).as_uri()

    class LocalMap(folium.Map):
        default_js = (("leaflet", f"{leaflet}/leaflet.js"),)
        default_css = (("leaflet_css", f"{leaflet}/leaflet.css"),)

    made = LocalMap([38.907, 121.615], zoom_start=14, tiles=None, zoom_control=False)
    for name in ("land", "boundary", "neighbours", "roads"):
        folium.GeoJson(data.base[name], style_function=lambda _: {"weight": 1, "color": "#999"}).add_to(made)
    for project in data.projects:
        if project.placed:
            folium.CircleMarker(
                [project.lat, project.lon], radius=7, color=style.SECTORS[project.sector].outline, fill=True,
                tooltip=folium.Tooltip(project.name_in(words.language), permanent=True, class_name="site-name"),
            ).add_to(made)  # fmt: skip
    made.save(str(path))


def measure_peer(browser, folder: Path) -> tuple[float, int]:
    """Return the median seconds of a screenshot, with the browser already running, and how many labels collide."""
    page_file = folder / "peer.html"
    collisions = 0

    def shoot() -> None:
        nonlocal collisions
        folium_page(page_file)
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX})
        page.goto(page_file.as_uri())
        page.wait_for_function(LABELS_DRAWN)
        page.screenshot(path=folder / "peer.png")
        boxes = page.evaluate(LABEL_BOXES)
        page.close()
        collisions = sum(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in combinations(boxes, 2))

    return median_s(shoot, REPEATS), collisions


def our_collisions() -> int:
    """Count labels on our sheet that lie over one another, by the boxes they were placed in."""
    drawn = make_sheet(load_dataset(ROOT / "data"), ExportRequest()).drawn
    boxes = [(label.key, box) for label in drawn.labels for box in label.boxes]
    return sum(
        key != other and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for (key, a), (other, b) in combinations(boxes, 2)
    )


def run(browser) -> tuple[dict[str, float], bool]:
    """Measure, print and judge the exports."""
    with tempfile.TemporaryDirectory() as folder:
        ours = measure_ours(Path(folder))
        peer_s, peer_collisions = measure_peer(browser, Path(folder))
    collisions = our_collisions()
    print("\nexports (medians, seconds)")
    passed = True
    for name, took in ours.items():
        passed &= took <= BARS[name]
        print(f"  {'PASS' if took <= BARS[name] else 'FAIL'}  {name:30}{took:8.2f}   bar {BARS[name]:.1f}")
    png = ours["16:9 PNG, 150 dpi"]
    faster = png < peer_s and collisions == 0
    verdict = "PASS" if faster else "FAIL"
    print(f"  {verdict}  beside a folium screenshot of equal pixels")
    print(f"        ours {png:.2f} s, {collisions} label collisions; the peer {peer_s:.2f} s, {peer_collisions}")
    return {**ours, "peer": peer_s}, passed and faster
