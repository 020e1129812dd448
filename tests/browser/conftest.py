"""A real server whose own connections are logged, and a browser that reaches nothing else."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
WAIT_MS = 30_000
expect.set_options(timeout=WAIT_MS)
FRAME = "iframe.map-frame"
IN_MAP = f"a => {{ const w = document.querySelector('{FRAME}').contentWindow, m = w.planMap; return (%s); }}"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]  # fmt: skip
# What the policy of `server.headers` refuses is told by each document, the map's in its frame as well.
NOTE_REFUSED = """() => document.addEventListener("securitypolicyviolation", event =>
  console.error(`REFUSED ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""
# What a page can leave behind, but not what the browser has fetched and compiled.
STORED = "cookies,local_storage,indexeddb,cache_storage,service_workers"
CONNECTION_LOG = """
import os, socket

def _is_local(address):
    host = address[0] if isinstance(address, tuple) else address
    return str(host).startswith("127.") or str(host) in ("::1", "localhost", "::", "0.0.0.0", "")

def _note(address):
    if isinstance(address, tuple) and not _is_local(address):
        with open(os.environ["CONNECTION_LOG"], "a") as log:
            log.write(f"{address}\\n")

for _name in ("connect", "connect_ex", "sendto"):
    def _wrap(original, name=_name):
        def call(self, *args):
            _note(args[-1] if name == "sendto" else args[0])
            return original(self, *args)
        return call
    setattr(socket.socket, _name, _wrap(getattr(socket.socket, _name)))

_getaddrinfo = socket.getaddrinfo
def getaddrinfo(host, *args, **kwargs):
    if host is not None and not _is_local((host,)):
        _note((host, "getaddrinfo"))
    return _getaddrinfo(host, *args, **kwargs)
socket.getaddrinfo = getaddrinfo
"""


class Server:
    """The app under test. `url` ends without a slash."""

    def __init__(self, url: str, log: Path, process: subprocess.Popen) -> None:
        self.url = url
        self.process = process
        self._log = log

    def outside_connections(self) -> str:
        return self._log.read_text() if self._log.exists() else ""


@contextmanager
def running_app(folder: Path, *, base_path: str = "", data: Path | None = None, port: int | None = None):
    """Start the app, at a free port where none is given, and stop it afterwards."""
    (folder / "sitecustomize.py").write_text(CONNECTION_LOG)
    log = folder / "connections.txt"
    if port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(folder), "CONNECTION_LOG": str(log)}
    environment |= {"XIGANG_STATE_DIR": str(folder / "state"), "XIGANG_BASE_PATH": base_path}
    if data:
        environment["XIGANG_DATA_DIR"] = str(data)
    command = [sys.executable, "-m", "server", "--port", str(port)]
    with (folder / "server.txt").open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    url = f"http://localhost:{port}" + (f"/{base_path}" if base_path else "")
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                break
            except OSError:
                assert process.poll() is None, (folder / "server.txt").read_text()
                assert time.monotonic() < deadline, "the app did not start"
                time.sleep(0.1)
        yield Server(url, log, process)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright, chromium):
    """A browser that knows nothing, for contexts that share nothing."""
    launched = playwright.chromium.launch(executable_path=chromium, args=ARGS)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def profile(playwright, chromium, tmp_path_factory):
    """A browser that keeps Streamlit's scripts compiled, which makes a page cost two thirds of what it does anew."""
    folder = tmp_path_factory.mktemp("profile")
    context = playwright.chromium.launch_persistent_context(folder, executable_path=chromium, args=ARGS)
    yield context
    context.close()


def forget(profile, origin: str):
    """Close the tabs of a test and forget all that its pages have stored and were allowed."""
    blank, *tabs = profile.pages
    for tab in tabs:
        tab.close()
    profile.set_offline(False)
    profile.clear_permissions()
    session = profile.new_cdp_session(blank)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    session.detach()


def eventually(page, look, wanted):
    """Wait until `look()` equals `wanted`: the answer of a server or a frame may come late."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while (found := look()) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)  # lets the browser's own events through
    assert found == wanted


# A telephone's is the first: it is the size that pages are opened at where all are looked at.
SIZES = ((390, 844), (1024, 768), (1440, 900))


class App:
    """One tab of the app."""

    def __init__(self, page, url: str) -> None:
        self.page = page
        self.url = url
        self.outside: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        self.refused: list[str] = []
        page.on("request", self._note_outside)  # a route would do without the browser's cache
        page.on("websocket", self._note_outside)
        page.on("response", self._note_failure)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note_refusal)
        page.add_init_script(f"({NOTE_REFUSED})()")
        page.set_default_timeout(WAIT_MS)

    def _note_outside(self, request):
        if "//localhost" not in request.url and not request.url.startswith(("data:", "blob:", "about:")):
            self.outside.append(request.url)

    def _note_failure(self, response):
        if response.status >= 400 and "/_stcore/" not in response.url:
            self.failed.append(response.url)

    def _note_refusal(self, message):
        # Streamlit's long numbers try WebAssembly, and do without it where it is refused.
        if message.text.startswith("REFUSED") and " wasm-eval " not in message.text:
            self.refused.append(message.text)

    def open(self, path: str = "/") -> "App":
        self.page.goto(self.url + path)
        return self.settle()

    def at_sizes(self, *sizes: tuple[int, int]):
        """Go through sizes of the window, giving each (width, height) once the page has been laid out for it."""
        for width, height in sizes:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            yield width, height

    def settle(self) -> "App":
        """Wait until the script has run and the map holds the last state."""
        self.page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')
        self.page.wait_for_function(
            "() => document.querySelector('iframe.map-frame')?.contentWindow.planMap?.applied > 0"
        )
        return self

    def eventually(self, look, wanted=True):
        eventually(self.page, look, wanted)

    def at_address(self, *parts: str):
        """Wait until the address holds all of these."""
        self.page.wait_for_function("parts => parts.every(part => location.href.includes(part))", arg=list(parts))

    def map(self, expression: str, argument=None):
        """Evaluate an expression of ``m`` (window.planMap) and ``a``."""
        return self.page.evaluate(IN_MAP % expression, argument)

    def wait_map(self, predicate: str, argument=None):
        self.page.wait_for_function(IN_MAP % predicate, arg=argument)

    def move(self, lat: float, lon: float, zoom: float):
        self.map("(m.map.setView([a[0], a[1]], a[2], {animate: false}), 1)", [lat, lon, zoom])

    def click_site(self, site_id: str):
        at = self.map("m.pixelOf(a)", site_id)
        frame = self.page.locator("iframe.map-frame").bounding_box()
        self.page.mouse.click(frame["x"] + at["x"] + 1, frame["y"] + at["y"] + 1)

    def choose(self, menu: str, *codes: str):
        """Open a menu of the filter row, click the options and close it."""
        self.page.locator(f"[data-menu={menu}]").click()
        for code in codes:
            self.page.locator(f"#filter-popup-{menu} input[value='{code}']").click()
        self.page.keyboard.press("Escape")
        self.settle()

    def panel(self):
        return self.page.locator(".st-key-stage-panel")


@pytest.fixture
def app(new_app, server):
    return new_app(server.url)


@pytest.fixture
def new_app(profile, request):
    """Make tabs, ``new_app(url, width, height)``: the first where nothing is stored, each further one of a browser of
    its own."""
    tabs = []

    def make(url: str, width: int = 1440, height: int = 900) -> App:
        context = request.getfixturevalue("browser").new_context() if tabs else profile
        tabs.append(App(context.new_page(), url))
        tabs[-1].page.set_viewport_size({"width": width, "height": height})
        return tabs[-1]

    yield make
    refused, errors = [each for tab in tabs for each in tab.refused], [each for tab in tabs for each in tab.errors]
    for tab in tabs[1:]:
        tab.page.context.close()
    if tabs:
        parts = urlsplit(tabs[0].url)
        forget(profile, f"{parts.scheme}://{parts.netloc}")
    if errors:  # no busy machine is to blame for these
        request.node.add_marker(pytest.mark.flaky(condition=False), append=False)
    assert (refused, errors) == ([], [])


@pytest.fixture(scope="session")
def features():
    return json.loads((ROOT / "data/projects.geojson").read_text(encoding="utf-8"))["features"]
