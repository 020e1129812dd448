"""Another district from the same code: its map opens at its place, draws its own, and says its own name."""

import json
from pathlib import Path

import pytest

from tests.browser.conftest import running_app

pytestmark = pytest.mark.browser
DEMO = Path(__file__).resolve().parents[1] / "districts" / "demo"


def test_the_map_opens_at_the_other_place(new_app, tmp_path):
    projects = json.loads((DEMO / "projects.geojson").read_text(encoding="utf-8"))["features"]
    (lon, lat) = json.loads((DEMO / "district.json").read_text(encoding="utf-8"))["centre"]
    with running_app(tmp_path, data=DEMO) as server:
        app = new_app(server.url).open("/?lang=en")
        shown_lat, shown_lon = app.map("[m.map.getCenter().lat, m.map.getCenter().lng]")
        assert abs(shown_lat - lat) < 0.02 and abs(shown_lon - lon) < 0.02
        app.page.wait_for_function("() => document.title.includes('Demo 16th Five-Year Plan Map')")
        assert "Demo Survey Office" in app.map("w.document.querySelector('.leaflet-control-attribution').innerText")
        app.move(lat, lon, 14)
        app.click_site("rice-lake-park")
        app.panel().get_by_role("heading", name="Rice Lake Park").wait_for()
        placed = [each["id"] for each in projects if each["geometry"]]
        pixels = app.map("a.map(id => m.pixelOf(id))", placed)
        assert len(pixels) == len(placed) == 8 and all(pixels)
        assert app.outside == [] and app.errors == []
