"""Take the README's pictures: the first screen in Chinese and English at 1440×900, and three printed sheets."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from exports.picture import save_png
from exports.request import ExportRequest, Extent
from exports.sheet import make_sheet
from geo.load import load_dataset

ROOT = Path(__file__).resolve().parents[1]
MAP_IS_DRAWN = "() => document.querySelector('iframe.map-frame')?.contentWindow.planMap?.labels.placed.length >= 10"
SCRIPT_IS_DONE = '.stApp[data-test-script-state="notRunning"]'
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SHOTS = {"map-zh.png": "/", "map-en.png": "/?lang=en"}
SHEETS = {
    "sheet-overview.png": ExportRequest(),
    "sheet-a3.png": ExportRequest(size="a3-landscape", language="en"),
    "sheet-site.png": ExportRequest(size="a4-landscape", extent=Extent(kind="site", id="huizhi-yunding")),
}
SHEET_DPI = 90
WAIT_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"the app did not answer at {url} within {WAIT_S} s")


def draw_sheets() -> None:
    data = load_dataset(ROOT / "data")
    for name, request in SHEETS.items():
        save_png(make_sheet(data, request).figure, ROOT / "docs" / name, dpi=SHEET_DPI)


def main() -> None:
    draw_sheets()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium is needed: see tools/ensure_chromium.sh")
    port = free_port()
    command = [sys.executable, "-m", "server", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        url = f"http://localhost:{port}"
        wait_until_healthy(url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
            for name, path in SHOTS.items():
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(url + path)
                page.wait_for_selector(SCRIPT_IS_DONE)
                page.wait_for_function(MAP_IS_DRAWN)
                page.evaluate("() => document.fonts.ready")
                page.screenshot(path=ROOT / "docs" / name)
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
