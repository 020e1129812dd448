"""A project that changes while the map is open: its site moves, and everything else stays as the reader left it."""

import json
import shutil
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError

from tests.browser.conftest import ROOT, running_app
from tests.data.samples import square

pytestmark = pytest.mark.browser
SITE = "huizhi-yunding"
TRIES, A_LOOK_MS = 30, 1_000
WATCH = """() => {
  window.frameLoads = 0;
  const frame = document.querySelector('iframe.map-frame');
  frame.addEventListener('load', () => { window.frameLoads += 1; });
  frame.contentWindow.stillTheSame = true;
  const map = frame.contentWindow.planMap, replace = map.replaceSites;
  window.replaced = [];
  map.replaceSites = next => { replace(next); requestAnimationFrame(() => window.replaced.push(performance.now())); };
}"""


@pytest.fixture
def data(tmp_path):
    return shutil.copytree(ROOT / "data", tmp_path / "data")


@pytest.fixture
def app(new_app, tmp_path, data):
    with running_app(tmp_path, data=data) as server:
        yield new_app(server.url)


def change(data, **of_site):
    """Write the projects' file anew, with the properties and the geometry of one site changed."""
    path = data / "projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    (site,) = (each for each in collection["features"] if each["id"] == SITE)
    site["geometry"] = of_site.pop("geometry", site["geometry"])
    site["properties"].update(of_site)
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def place_of(app, site=SITE):
    """Where the marker is, in degrees: what the map itself makes of its pixel."""
    return app.map(
        "(p => { const at = m.map.containerPointToLatLng(p); return [at.lng, at.lat]; })(m.pixelOf(a))", site
    )


def at(lon, lat):
    return pytest.approx([lon, lat], abs=2e-5)


def run_again(app):
    """Let the app run again until the server has seen the changed file and the map is drawn with its sites."""
    for _ in range(TRIES):
        app.page.keyboard.press("r")
        with suppress(TimeoutError):
            app.page.wait_for_function("() => window.replaced.length > 0", timeout=A_LOOK_MS)
            break
    app.page.evaluate("window.replaced.shift()")


def test_a_changed_project_moves_on_the_map_that_stays(app, data):
    app.open(f"/?sector=business,housing,commerce&site={SITE}")
    old = place_of(app)
    app.move(old[1], old[0], 15)
    app.page.evaluate(WATCH)
    before = app.map("[m.map.getZoom(), m.map.getCenter().lat, m.map.getCenter().lng]")
    shown = sorted(app.map("m.drawn()"))
    new = [round(old[0] + 0.002, 6), round(old[1] + 0.001, 6)]
    change(data, geometry={"type": "Point", "coordinates": new})

    run_again(app)
    assert place_of(app) == at(*new)
    assert app.map("[m.map.getZoom(), m.map.getCenter().lat, m.map.getCenter().lng]") == before
    assert sorted(app.map("m.drawn()")) == shown
    assert app.page.evaluate("window.frameLoads") == 0
    assert app.map("w.stillTheSame") is True
    app.page.locator(".detail h2").wait_for()
    assert f"site={SITE}" in app.page.url and "sector=" in app.page.url

    # And back: the frame's own page was made with the old place, so that it must be told of it again.
    change(data, geometry={"type": "Point", "coordinates": [round(each, 5) for each in old]})
    run_again(app)
    assert place_of(app) == at(*old)
    assert app.errors == []


def test_what_is_filtered_and_searched_in_the_browser_is_the_new_record(app, data):
    app.open("/")
    app.page.evaluate(WATCH)
    change(data, name="全新名称大厦", sector="health")
    run_again(app)
    app.page.locator("input[type=search]").first.fill("全新名称")
    app.eventually(lambda: app.map("m.drawn()"), [SITE])
    app.choose("sector", "health")
    assert app.map("m.drawn()") == [SITE]


def test_sites_travel_once_for_each_change(app, data):
    sent = []
    app.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(len(frame))))
    app.open("/")
    app.page.evaluate(WATCH)
    change(data, name="全新名称大厦")
    sent.clear()
    run_again(app)
    app.settle()
    first = max(sent)
    sent.clear()
    app.page.locator(f".site-row[data-id={SITE}]").click()
    app.at_address(f"site={SITE}")
    app.settle()
    assert max(sent) < first - 10_000  # the sites alone are some 30 kB
    assert app.page.evaluate("window.replaced.length") == 0


def test_a_parcel_is_drawn_clicked_and_hidden_with_its_site(app, data):
    app.open("/?layers=")
    lon, lat = place_of(app)
    west, south, east, north = (round(each, 6) for each in (lon - 0.002, lat - 0.001, lon + 0.002, lat + 0.001))
    parcel = {"geometry": square(west, south, east, north), "source": "survey", "date": "2026-05-06"}
    app.page.evaluate(WATCH)
    assert app.map("m.drawnParcels()") == []
    change(data, parcel=parcel)
    run_again(app)
    assert app.map("m.drawnParcels()") == [SITE]
    app.move(lat, lon, 17)
    corner = app.map("m.map.latLngToContainerPoint([a[1], a[0]])", [west + 0.0002, south + 0.0002])
    frame = app.page.locator("iframe.map-frame").bounding_box()
    app.page.mouse.click(frame["x"] + corner["x"], frame["y"] + corner["y"])
    app.at_address(f"site={SITE}")
    app.page.locator("input[type=search]").first.fill("奥特莱斯")
    app.eventually(lambda: app.map("m.drawnParcels()"), [])
    assert app.errors == []
