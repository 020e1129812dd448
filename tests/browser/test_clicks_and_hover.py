"""The canvas under the mouse: structure elements, tooltips, the choice of several sites, and the map's furniture."""

import json
import re
import shutil
from math import cos, radians

import pytest
from playwright.sync_api import expect
from shapely import MultiPoint, Point, maximum_inscribed_circle, union_all
from shapely.geometry import shape

from layers.words import words_in
from tests.browser.conftest import ROOT, running_app

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="window.top.hacked=1">'
ALONE = "huizhi-yunding"
ELEMENT = "district-129"
CLEAR_DEGREES = 0.0012  # about 100 m: no marker reaches so far at zoom 16
EQUATOR_M_PER_PX = 156_543.034  # at zoom 0


@pytest.fixture(scope="module")
def elements():
    layout = json.loads((ROOT / "data/layout.geojson").read_text(encoding="utf-8"))
    return {f["id"]: (f["properties"]["name"], shape(f["geometry"])) for f in layout["features"]}


@pytest.fixture(scope="module")
def near_sites(features):
    return MultiPoint([f["geometry"]["coordinates"] for f in features if f["geometry"]]).buffer(CLEAR_DEGREES)


def inner_point(elements, near_sites, element_id, under=None) -> Point:
    """Return a point of an element, away from every site and from all others but `under`, which it is in if given."""
    others = [g.buffer(CLEAR_DEGREES) for other, (_, g) in elements.items() if other not in (element_id, under)]
    free = elements[element_id][1].difference(union_all([near_sites, *others]))
    if under:
        free = free.intersection(elements[under][1])
    assert not free.is_empty, f"{element_id} has no such place"
    largest = max(getattr(free, "geoms", [free]), key=lambda part: (part.area, part.length))
    if largest.geom_type == "LineString":
        return largest.interpolate(0.5, normalized=True)
    return Point(maximum_inscribed_circle(largest).coords[0])


def frame_of(app):
    return app.page.frame_locator("iframe.map-frame")


def to_page(app, at):
    box = app.page.locator("iframe.map-frame").bounding_box()
    return box["x"] + at["x"], box["y"] + at["y"]


def pixel_at(app, point):
    return to_page(app, app.map("m.map.latLngToContainerPoint(a)", [point.y, point.x]))


def degrees_in(text) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d{5}", text)]


def rest(app):
    """Let two frames pass, so that what a markup would start has started."""
    app.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


# ---- structure elements ----


def click_element(app, point):
    app.move(point.y, point.x, 16)
    app.page.mouse.click(*pixel_at(app, point))


def test_a_click_on_an_element_opens_its_card(app, elements, near_sites):
    app.open()
    for element_id, (name, _) in elements.items():
        click_element(app, inner_point(elements, near_sites, element_id))
        app.panel().get_by_role("heading", name=name, exact=True).wait_for()
        app.page.wait_for_function("id => location.search.includes('element=' + id)", arg=element_id)
    assert app.errors == []


@pytest.mark.parametrize(
    ("upper", "lower"), [("axis", "bay-south"), ("axis", "district-olympic"), ("district-xianglujiao", "bay-north")]
)
def test_where_two_elements_overlap_a_click_opens_the_upper(app, elements, near_sites, upper, lower):
    app.open()
    click_element(app, inner_point(elements, near_sites, upper, under=lower))
    expect(app.panel().locator(".detail h2")).to_have_text(elements[upper][0])


def test_a_click_on_the_empty_sea_picks_nothing(app):
    app.open()
    app.move(38.955, 121.63, 16)
    app.page.mouse.click(*pixel_at(app, Point(121.63, 38.955)))
    rest(app)
    assert app.map("m.heard.filter(event => event.type === 'pick')") == []


# ---- tooltips and the chooser ----


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, features):
    """A server whose data hold markup in the name of every site and element."""
    folder = tmp_path_factory.mktemp("hostile")
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    projects = json.loads((data / "projects.geojson").read_text(encoding="utf-8"))
    for project in projects["features"]:
        properties = project["properties"]
        properties["name"] = properties["names"]["en"] = HOSTILE + project["id"]
    (data / "projects.geojson").write_text(json.dumps(projects), encoding="utf-8")
    layout = json.loads((data / "layout.geojson").read_text(encoding="utf-8"))
    for element in layout["features"]:
        element["properties"]["name"] = element["properties"]["names"]["en"] = HOSTILE + element["id"]
    (data / "layout.geojson").write_text(json.dumps(layout), encoding="utf-8")
    with running_app(folder, data=data) as server:
        yield server


def nothing_ran(app):
    rest(app)
    assert app.page.evaluate("() => window.hacked") is None
    assert app.map("w.document.querySelectorAll('.leaflet-tooltip img, .leaflet-popup img').length") == 0
    assert app.failed == [] and app.outside == [] and app.errors == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tooltips_show_markup_as_text(new_app, hostile, features, elements, near_sites, language):
    app = new_app(hostile.url).open(f"/?lang={language}")
    names = frame_of(app).locator(".leaflet-tooltip .tip-name")
    lon, lat = next(f for f in features if f["id"] == ALONE)["geometry"]["coordinates"]
    app.move(lat, lon, 16)
    app.page.mouse.move(*pixel_at(app, Point(lon, lat)))
    names.get_by_text(HOSTILE + ALONE, exact=True).wait_for()
    nothing_ran(app)
    point = inner_point(elements, near_sites, ELEMENT)
    app.move(point.y, point.x, 16)
    app.page.mouse.move(*pixel_at(app, point))
    names.get_by_text(HOSTILE + ELEMENT, exact=True).wait_for()
    names.get_by_text(HOSTILE + ALONE, exact=True).wait_for(state="detached")
    nothing_ran(app)


def test_the_choice_of_several_sites_shows_markup_as_text(new_app, hostile, features):
    app = new_app(hostile.url).open()
    lon, lat = next(f for f in features if f["id"] == "city-music-hall")["geometry"]["coordinates"]
    here = {f["id"] for f in features if f["geometry"] and f["geometry"]["coordinates"] == [lon, lat]}
    app.move(lat, lon, 17)
    app.page.mouse.move(*pixel_at(app, Point(lon, lat)))
    frame_of(app).locator(".leaflet-tooltip .tip-name").first.wait_for()
    nothing_ran(app)
    app.click_site("city-music-hall")
    choices = frame_of(app).locator(".stack-list button")
    choices.first.wait_for()
    app.eventually(lambda: set(choices.all_inner_texts()), {HOSTILE + site_id for site_id in here})
    nothing_ran(app)
    choices.first.click()
    app.panel().locator(".detail h2").get_by_text(HOSTILE).wait_for()
    nothing_ran(app)


def test_a_tooltip_leaves_with_the_pointer(app, features):
    app.open()
    site = next(f for f in features if f["id"] == ALONE)
    lon, lat = site["geometry"]["coordinates"]
    app.move(lat, lon, 16)
    x, y = pixel_at(app, Point(lon, lat))
    tooltip = frame_of(app).locator(".leaflet-tooltip")
    app.page.mouse.move(x, y)
    tooltip.get_by_text(site["properties"]["name"]).wait_for()
    app.page.mouse.move(x + 60, y + 60)
    tooltip.get_by_text(site["properties"]["name"]).wait_for(state="detached")


# ---- furniture ----


@pytest.mark.parametrize(
    ("language", "zoom", "unit", "unit_m"),
    [("zh", 17, "米", 1), ("zh", 12, "公里", 1000), ("en", 15, "m", 1), ("ru", 12, "км", 1000)],
)
def test_the_scale_is_metric_and_right(app, language, zoom, unit, unit_m):
    app.open(f"/?lang={language}")
    app.move(38.9, 121.61, zoom)
    lines = frame_of(app).locator(".leaflet-control-scale-line")
    assert lines.count() == 1
    number, shown_unit = re.fullmatch(r"(\d+)\s(\w+)", lines.inner_text()).groups()
    assert shown_unit == unit
    m_per_px = EQUATOR_M_PER_PX * cos(radians(38.9)) / 2**zoom
    assert lines.bounding_box()["width"] * m_per_px == pytest.approx(int(number) * unit_m, rel=0.03)


def test_home_brings_the_whole_district_back(app):
    boundary = json.loads((ROOT / "data/base/boundary.geojson").read_text(encoding="utf-8"))
    west, south, east, north = union_all([shape(f["geometry"]) for f in boundary["features"]]).bounds
    app.open()
    view = "[m.map.getZoom(), m.map.getCenter().lat, m.map.getCenter().lng]"
    first = app.map(view)
    app.move(38.95, 121.7, 17)
    shows_all = "m.map.getBounds().contains([[a[0], a[1]], [a[2], a[3]]])"
    assert app.map(shows_all, [south, west, north, east]) is False
    frame_of(app).get_by_role("button", name=words_in("zh")("map.home"), exact=True).click()
    app.wait_map(shows_all, [south, west, north, east])
    app.eventually(lambda: app.map(view), pytest.approx(first, abs=1e-3))


def test_the_pointer_tells_where_it_is(app):
    app.open()
    app.move(38.9, 121.61, 16)
    pointer = frame_of(app).locator(".map-pointer")
    expect(pointer).to_have_text("")
    for lon, lat in ((121.61, 38.9), (121.614, 38.9015)):
        app.page.mouse.move(*pixel_at(app, Point(lon, lat)))
        app.eventually(lambda: degrees_in(pointer.inner_text()), pytest.approx([lon, lat], abs=6e-5))
        assert re.fullmatch(r"\d+\.\d{5}° E +\d+\.\d{5}° N +WGS 84", pointer.inner_text())


def test_the_coordinates_go_when_the_pointer_leaves(app):
    app.open()
    x, y = to_page(app, {"x": 300, "y": 300})
    app.page.mouse.move(x, y)
    pointer = frame_of(app).locator(".map-pointer")
    expect(pointer).to_have_text(re.compile("WGS 84$"))
    app.page.mouse.move(*to_page(app, {"x": 300, "y": -20}))
    expect(pointer).to_have_text("")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_full_screen_button_asks_for_full_screen(app, language):
    app.open(f"/?lang={language}")
    assert app.map("w.document.fullscreenEnabled") is True
    app.map("(m.map.getContainer().requestFullscreen = () => { w.asked = (w.asked || 0) + 1; }, 1)")
    frame_of(app).get_by_role("button", name=words_in(language)("map.fullscreen"), exact=True).click()
    app.wait_map("w.asked === 1")
