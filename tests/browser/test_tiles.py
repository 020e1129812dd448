"""Online base maps, answered or refused here: the datum they are drawn in, and the way back when they fail."""

import io
import re
from math import asinh, hypot, pi, radians, tan
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from geo.datum import wgs84_to_gcj02
from layers.words import words_in

pytestmark = pytest.mark.browser
TILE_PX = 256
ZOOM = 16
TILE_HOSTS = re.compile(r"^https://[^/]*(autonavi\.com|openstreetmap\.org)/")
# Each stands alone at its place.
SITES = ("huizhi-yunding", "hang-lung-plaza", "russian-street", "bayi-road-220-plot")
TILE_AT = """(() => {
  const image = w.document.querySelector(".leaflet-tiles-pane img.leaflet-tile-loaded");
  const box = image.getBoundingClientRect();
  return [image.src, box.left, box.top];
})()"""
GROUND_SHAPES = "Object.values(m.map._layers).filter(l => l.feature && l.options.pane === 'ground').length"
TILES_SHOWN = "w.document.querySelectorAll('.leaflet-tiles-pane img.leaflet-tile-loaded').length"


def tile_png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (TILE_PX, TILE_PX), "#d0e0d0").save(file, "PNG")
    return file.getvalue()


def answer_tiles(app):
    png = tile_png()
    app.page.route(TILE_HOSTS, lambda route: route.fulfill(body=png, content_type="image/png"))


def world_px(lon, lat, zoom):
    """Return where Web Mercator puts a point, in pixels from the world's upper left corner."""
    size_px = TILE_PX * 2**zoom
    return size_px * (lon + 180) / 360, size_px * (1 - asinh(tan(radians(lat))) / pi) / 2


def tile_numbers(address):
    """Return x, y and zoom of a tile from its address."""
    parts = urlsplit(address)
    if parts.query:
        query = parse_qs(parts.query)
        return [int(query[name][0]) for name in "xyz"]
    zoom, x, y = (int(number) for number in re.findall(r"\d+", parts.path))
    return [x, y, zoom]


def place_of(features, site_id):
    return next(f for f in features if f["id"] == site_id)["geometry"]["coordinates"]


def name_of(features, site_id):
    return next(f for f in features if f["id"] == site_id)["properties"]["name"]


def pixel_by_the_tiles(app, lon, lat):
    """Return the pixel in the frame at which the tiles show lon, lat of their own datum."""
    address, left, top = app.map(TILE_AT)
    x, y, zoom = tile_numbers(address)
    assert zoom == ZOOM
    east, south = world_px(lon, lat, zoom)
    return left + east - TILE_PX * x, top + south - TILE_PX * y


@pytest.mark.parametrize(("tiles", "shifted"), [("amap", True), ("osm", False)])
def test_a_site_lies_where_its_place_is_on_the_tiles(app, features, tiles, shifted):
    answer_tiles(app)
    app.open(f"/?tiles={tiles}")
    for site_id in SITES:
        lon, lat = place_of(features, site_id)
        app.move(lat, lon, ZOOM)
        app.wait_map(f"{TILES_SHOWN} > 0")
        at = app.map("m.pixelOf(a)", site_id)
        expected = pixel_by_the_tiles(app, *(wgs84_to_gcj02(lon, lat) if shifted else (lon, lat)))
        other = pixel_by_the_tiles(app, *((lon, lat) if shifted else wgs84_to_gcj02(lon, lat)))
        assert (at["x"], at["y"]) == pytest.approx(expected, abs=1)
        assert hypot(at["x"] - other[0], at["y"] - other[1]) > 100
    app.wait_map(f"{GROUND_SHAPES} === 0")
    assert all(TILE_HOSTS.match(address) for address in app.outside) and app.errors == []


@pytest.mark.parametrize("tiles", ["amap", "osm"])
def test_clicks_and_coordinates_hold_on_tiles(app, features, tiles):
    answer_tiles(app)
    app.open(f"/?tiles={tiles}")
    frame = app.page.locator("iframe.map-frame").bounding_box()
    pointer = app.page.frame_locator("iframe.map-frame").locator(".map-pointer")
    for site_id in SITES:
        lon, lat = place_of(features, site_id)
        app.move(lat, lon, ZOOM)
        at = app.map("m.pixelOf(a)", site_id)
        app.page.mouse.move(frame["x"] + at["x"], frame["y"] + at["y"])
        app.eventually(
            lambda: [float(number) for number in re.findall(r"\d+\.\d{5}", pointer.inner_text())],
            pytest.approx([lon, lat], abs=1e-4),
        )
        expect(pointer).to_have_text(re.compile("WGS 84$"))
        app.click_site(site_id)
        app.panel().get_by_role("heading", name=name_of(features, site_id)).wait_for()
    assert app.errors == []


@pytest.mark.parametrize(("tiles", "language"), [("amap", "zh"), ("osm", "en")])
def test_tiles_that_fail_give_way_to_the_own_ground(app, features, tiles, language):
    words = words_in(language)
    lon, lat = place_of(features, SITES[0])
    own = app.open().map(GROUND_SHAPES)
    assert own > 0
    app.open(f"/?tiles={tiles}&lang={language}&view={ZOOM}/{lat}/{lon}")
    app.page.get_by_test_id("stToast").get_by_text(words("tiles.failed")).wait_for()
    app.page.wait_for_function("() => !location.search.includes('tiles=')")
    app.wait_map(f"{GROUND_SHAPES} === a", own)
    assert app.outside and all(TILE_HOSTS.match(address) for address in app.outside)
    app.wait_map("!w.document.querySelectorAll('.leaflet-tiles-pane img').length")
    # The view stays, and the shift goes with the tiles.
    view = "[m.map.getZoom(), m.map.getCenter().lat, m.map.getCenter().lng]"
    app.eventually(lambda: app.map(view), pytest.approx([ZOOM, lat, lon], abs=1e-4))
    at, corner = app.map("[m.pixelOf(a), m.map.getPixelBounds().min]", SITES[0])
    assert (at["x"] + corner["x"], at["y"] + corner["y"]) == pytest.approx(world_px(lon, lat, ZOOM), abs=1)
    app.click_site(SITES[0])
    app.panel().locator(".detail h2").wait_for()
    assert app.errors == []
