"""A district's map on the office's own tiles, from a server and from a file; no other server is asked."""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from pmtiles.tile import zxy_to_tileid

from tests.browser.conftest import running_app
from tests.browser.test_tiles import TILES_SHOWN, world_px
from tests.data.tile_files import write_tiles
from tests.districts.test_demo import DEMO

pytestmark = pytest.mark.browser
ZOOM, TILE_PX = 15, 256
COLOURS = ((200, 40, 40), (40, 40, 200))
SETTINGS = """public_tiles = false
[[tiles]]
id = "aerial"
name = "影像"
name_en = "Aerial pictures"
url = "%s/{z}/{x}/{y}.png"
attribution = "Demo Survey"
[[tiles]]
id = "file"
name = "影像文件"
kind = "pmtiles"
file = "a.pmtiles"
attribution = "Demo File"
"""


def picture(x: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (TILE_PX, TILE_PX), COLOURS[x % 2]).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def tile_server():
    """A server of tiles in two colours; yields its address and the paths that it was asked for."""
    asked = []

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = picture(int(self.path.split("/")[2]))
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://localhost:{serving.server_port}", asked
    serving.shutdown()


def colour_at(app, lon, lat):
    """Return the colour that the screen shows near a place, off its symbols and names."""
    frame = app.page.locator("iframe.map-frame").bounding_box()
    at = app.map("m.map.latLngToContainerPoint(a)", [lat, lon])
    shot = Image.open(io.BytesIO(app.page.screenshot())).convert("RGB")
    return shot.getpixel((round(frame["x"] + at["x"]), round(frame["y"] + at["y"])))


def test_own_tiles_are_drawn_from_a_server_and_from_a_file(new_app, tmp_path, tile_server, monkeypatch):
    address, asked = tile_server
    lon, lat = json.loads((DEMO / "district.json").read_text(encoding="utf-8"))["centre"]
    column, row = (int(px // TILE_PX) for px in world_px(lon, lat, ZOOM))
    around = {
        zxy_to_tileid(ZOOM, column + i, row + j): picture(column + i + 1) for i in range(-4, 5) for j in range(-4, 5)
    }
    write_tiles(tmp_path / "a.pmtiles", around)
    (tmp_path / "settings.toml").write_text(SETTINGS % address, encoding="utf-8")
    monkeypatch.setenv("XIGANG_SETTINGS", str(tmp_path))
    at = f"hide=structure,sites,labels,roads,metro,landmarks,boundary&lang=en&view={ZOOM}/{lat}/{lon}"
    with running_app(tmp_path, data=DEMO, base_path="map") as server:
        app = new_app(server.url).open(f"/?tiles=aerial&{at}")
        app.wait_map(f"{TILES_SHOWN} > 3")
        app.eventually(lambda: colour_at(app, lon, lat), COLOURS[column % 2])
        assert f"/{ZOOM}/{column}/{row}.png" in asked
        assert "Demo Survey" in app.map("w.document.querySelector('.leaflet-control-attribution').innerText")
        asked.clear()
        app.open(f"/?tiles=file&{at}")
        app.eventually(lambda: colour_at(app, lon, lat), COLOURS[(column + 1) % 2])
        app.page.get_by_role("button", name="Layers").click()
        app.page.get_by_text("Aerial pictures").wait_for()
        assert app.page.get_by_text("OpenStreetMap", exact=True).count() == 0
        assert asked == [] and app.outside == [] and app.errors == [] and server.outside_connections() == ""
