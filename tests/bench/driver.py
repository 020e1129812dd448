"""What every measurement in a browser needs: a served app, a tab that sees into its map, an in-page clock."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from layers.webassets import LEAFLET

ROOT = Path(__file__).resolve().parents[2]
LEAFLET_DIR = ROOT / "static" / LEAFLET
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
START_LIMIT_S = 60
IDLE = '.stApp[data-test-script-state="notRunning"]'
CLOCK = """
(doneBody) => {
  const done = new Function("return " + doneBody);
  window.pending = new Promise(resolve => {
    let start;
    const begin = () => { if (start === undefined) start = performance.now(); };
    for (const kind of ["click", "keydown"]) {
      document.addEventListener(kind, begin, {capture: true, once: true});
      window.mapFrame()?.contentDocument.addEventListener(kind, begin, {capture: true, once: true});
    }
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


@contextmanager
def served(way: Way, *, collect_garbage: bool, log: Path, state: Path | None = None, data: Path | None = None):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "RERUN_LOG": str(log), "PYTHONPATH": str(ROOT)}
    environment["STREAMLIT_RUNNER_POST_SCRIPT_GC"] = str(collect_garbage).lower()
    if state:
        environment["XIGANG_STATE_DIR"] = str(state)
    if data:
        environment["XIGANG_DATA_DIR"] = str(data)
    command = [sys.executable, "-m", "tests.bench.timed_server", way.script, str(port)]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://localhost:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - start > START_LIMIT_S:
                    raise RuntimeError(f"{way.script} did not start") from None
                time.sleep(0.05)
        yield url, start
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # in the midst of a long rerun
            process.kill()
            process.wait()


def server_mb(way: Way) -> float:
    """Return the most memory that the server of a way has used; it must be running."""
    for name in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        process = Path("/proc") / name
        if way.script.encode() in (process / "cmdline").read_bytes().split(b"\0"):
            peak = next(line for line in (process / "status").read_text().splitlines() if line.startswith("VmHWM"))
            return int(peak.split()[1]) / 1024
    raise RuntimeError(f"{way.script} is not served")


class Tab:
    """One way in one browser tab."""

    def __init__(self, browser, way: Way, url: str, *, limit_s: float = 30) -> None:
        self.way = way
        # The clock is compiled in the page, which the app's policy forbids.
        self.page: Page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        self.page.set_default_timeout(limit_s * 1000)
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

    def heap_mb(self) -> float:
        """Return what the page's scripts hold, its frames included."""
        return self.page.context.new_cdp_session(self.page).send("Runtime.getHeapUsage")["usedSize"] / 1e6

    def click_at(self, lat: float, lon: float) -> None:
        at = self.page.evaluate(self.way.pixel % (lat, lon))
        box = self.page.evaluate("(b => [b.x, b.y])(window.mapFrame().getBoundingClientRect())")
        self.page.mouse.click(box[0] + at["x"] + 1, box[1] + at["y"] + 1)
