"""A map of thousands: symbols shrink until they stand apart, and are whole again where they have room."""

import math

import pytest

from exports.request import ExportRequest
from exports.webpage import write_webpage
from geo.load import load_dataset
from layers import style
from tests.browser.test_webpage import Sheet
from tests.made_up import write_many

pytestmark = pytest.mark.browser
SYMBOLS = """() => {
    let symbols;
    planMap.map.eachLayer(layer => { if (layer.looks) symbols = layer; });
    return symbols.looks.map((look, k) => look && [look.radius, look.count, ...Object.values(
        planMap.map.latLngToContainerPoint(symbols._latLngs[k]))]).filter(Boolean);
}"""
PX_A_DEGREE = 256 * 2**12 / 360, 256 * 2**12 / 360 / math.cos(math.radians(38.9))
"""At zoom 12, of longitude and latitude."""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return load_dataset(write_many(tmp_path_factory.mktemp("made-up") / "data", 1_000))


@pytest.fixture(scope="module")
def page(many, browser, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "many.html"
    write_webpage(many, ExportRequest(), path)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    sheet = Sheet(context.new_page(), path).open()
    sheet.page.wait_for_function("() => planMap.drawn().length > 0")
    yield sheet
    context.close()
    assert sheet.errors == []


def move(sheet, project, zoom):
    sheet.page.evaluate(f"() => {{ planMap.map.setView([{project.lat}, {project.lon}], {zoom}, {{animate: false}}) }}")
    sheet.page.wait_for_function(f"() => planMap.map.getZoom() === {zoom}")
    return sheet.page.evaluate(SYMBOLS)


def test_symbols_shrink_where_they_are_many_and_are_whole_again_closer_and_after_a_filter(many, page):
    placed = [project for project in many.projects if project.placed]
    places = {(project.lon, project.lat) for project in placed}
    far = move(page, placed[0], 12)
    assert len(far) == len(places)
    radius = far[0][0]
    assert 1 < radius <= 0.6 * style.SITE_RADIUS_PX
    near = {math.dist(far[i][2:], far[j][2:]) for i in range(200) for j in range(i)}
    assert sum(apart < 2 * style.SITE_RADIUS_PX for apart in near) > 2 * sum(apart < 2 * radius for apart in near)
    assert {count for _, count, *_ in far} == {1}, "no number has room on a dot"
    close = move(page, placed[0], 17)
    assert min(each[0] for each in close) == style.SITE_RADIUS_PX
    assert max(count for _, count, *_ in close) > 1
    move(page, placed[0], 12)
    page.page.locator("input[type=search]").first.fill("测试项目11")
    page.page.wait_for_function("() => planMap.drawn().length > 0 && planMap.drawn().length < 100")
    assert min(each[0] for each in page.page.evaluate(SYMBOLS)) == style.SITE_RADIUS_PX


def test_of_dots_that_touch_the_nearest_to_the_click_is_picked(many, page):
    placed = [project for project in many.projects if project.placed]

    def apart_px(one, other):
        return math.hypot((one.lon - other.lon) * PX_A_DEGREE[0], (one.lat - other.lat) * PX_A_DEGREE[1])

    site = next(
        one
        for i, one in enumerate(placed)
        if one.added and 2 < min(apart_px(one, other) for k, other in enumerate(placed) if k != i) < 3.5
    )
    page.page.locator("input[type=search]").first.fill("")
    page.page.wait_for_function("() => planMap.drawn().length > 100")
    move(page, site, 12)
    at = page.page.evaluate(f"() => planMap.pixelOf({site.id!r})")
    box = page.page.locator(".leaflet-container").bounding_box()
    page.page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    page.page.wait_for_function("() => document.querySelector('.detail-box h2')")
    assert site.name in page.detail()
