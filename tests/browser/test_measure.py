"""Measure and find: shapes drawn with the mouse, kept through filters and pages; places found by name."""

import json

import pytest
from pyproj import Geod
from shapely.geometry import Point, Polygon

pytestmark = pytest.mark.browser
ELLIPSOID = Geod(ellps="GRS80")
TOOL = {"line": 0, "outline": 1, "circle": 2}


def draw(app, tool, places):
    """Draw with the mouse through places (lat, lon); an outline is closed on its first point, a line on its last."""
    frame = app.page.locator("iframe.map-frame").bounding_box()
    buttons = app.page.frame_locator("iframe.map-frame").locator(".map-button[aria-pressed]")
    buttons.nth(TOOL[tool]).click()
    app.wait_map("m.map.pm && m.map.pm.globalDrawModeEnabled()")
    ends = {"line": places[-1:], "outline": places[:1], "circle": []}[tool]
    for lat, lon in [*places, *ends]:
        at = app.map("m.map.latLngToContainerPoint(a)", [lat, lon])
        app.page.mouse.move(frame["x"] + at["x"], frame["y"] + at["y"])
        app.page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])
    app.wait_map("!m.map.pm.globalDrawModeEnabled()")


def saved(app):
    with app.page.expect_download() as download:
        app.panel().get_by_role("button", name="存为 GeoJSON").click()
    return json.loads(open(download.value.path(), encoding="utf-8").read())["features"]


def test_what_is_drawn_is_measured_and_says_what_lies_inside(app, features):
    app.open()
    app.move(38.905, 121.61, 14)
    corners = [(38.91, 121.60), (38.91, 121.625), (38.895, 121.625), (38.895, 121.60)]
    draw(app, "outline", corners)
    app.panel().get_by_text("个项目落在其中").wait_for()
    (outline,) = saved(app)
    ring = Polygon(outline["geometry"]["coordinates"][0])
    assert outline["properties"]["area_m2"] == pytest.approx(abs(ELLIPSOID.geometry_area_perimeter(ring)[0]), rel=0.001)
    inside = [f for f in features if f["geometry"] and ring.contains(Point(f["geometry"]["coordinates"]))]
    assert len(inside) > 5
    assert f"当前筛选中有 {len(inside)} 个项目" in app.panel().inner_text()
    app.panel().get_by_role("button", name="导出这些项目").click()
    app.page.get_by_text(f"含 {len(inside)} 项").wait_for()
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="地图", exact=True).click()
    app.page.locator("iframe.map-frame").wait_for(state="visible")
    app.settle()
    app.choose("phase", "completed")
    completed = sum(f["properties"]["phase"] == "completed" for f in inside)
    app.panel().get_by_text(f"当前筛选中有 {completed} 个项目").wait_for()


def test_a_line_outlives_filter_page_and_language_and_can_be_deleted(app):
    app.open()
    app.move(38.905, 121.61, 14)
    draw(app, "line", [(38.91, 121.60), (38.90, 121.62)])
    app.panel().get_by_role("heading", name="距离 ").wait_for()
    text = app.panel().get_by_role("heading", name="距离 ").inner_text()
    true_m = ELLIPSOID.inv(121.60, 38.91, 121.62, 38.90)[2]
    assert float(text.removeprefix("距离 ").removesuffix(" 公里")) == pytest.approx(true_m / 1000, rel=0.01)
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="数据说明").click()
    app.page.get_by_text("数据来源、许可与已知不足").wait_for()
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="地图").click()
    app.page.locator("iframe.map-frame").wait_for(state="visible")
    label = app.page.frame_locator("iframe.map-frame").locator(".drawing-label")
    assert label.count() == 1
    app.page.get_by_role("radio", name="English").click()
    app.panel().get_by_role("heading", name="Distance ").wait_for()
    app.panel().get_by_role("button", name="Delete").click()
    app.wait_map("w.document.querySelectorAll('.drawing-label').length === 0")


def test_a_circle_of_a_given_radius_needs_no_mouse(app):
    app.open("/?site=huizhi-yunding")
    app.panel().get_by_role("radio", name="量算与查找").click()
    app.panel().get_by_role("spinbutton").fill("800")
    app.page.keyboard.press("Enter")
    app.settle()
    app.panel().get_by_role("button", name="画圆").click()
    app.panel().get_by_role("heading", name="圆：半径 800 米").wait_for()
    (circle,) = saved(app)
    assert circle["properties"]["radius_m"] == pytest.approx(800, abs=0.01)


def test_a_shape_that_crosses_itself_is_refused_in_words(app):
    app.open()
    app.move(38.905, 121.61, 14)
    draw(app, "outline", [(38.91, 121.60), (38.90, 121.62), (38.91, 121.62), (38.90, 121.60)])
    app.panel().get_by_text("这个图形不能量算").wait_for()
    assert app.page.frame_locator("iframe.map-frame").locator(".drawing-label").count() == 0


def test_a_click_while_drawing_picks_nothing(app):
    app.open()
    app.move(38.90688, 121.61742, 16)
    frame = app.page.frame_locator("iframe.map-frame")
    frame.locator(".map-button[aria-pressed]").nth(0).click()
    app.wait_map("m.map.pm && m.map.pm.globalDrawModeEnabled()")
    app.click_site("huizhi-yunding")
    app.page.keyboard.press("Escape")
    assert app.panel().locator(".detail h2").count() == 0


def test_the_map_goes_to_a_street_by_its_name(app):
    app.open()
    app.panel().get_by_role("radio", name="量算与查找").click()
    box = app.panel().get_by_role("combobox")
    box.fill("高尔基路")
    app.page.get_by_role("option", name="高尔基路 · 道路").click()
    app.wait_map("m.map.getZoom() > 13.5")
    assert app.page.frame_locator("iframe.map-frame").get_by_text("高尔基路", exact=True).count() >= 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_outside_is_asked_for_by_the_drawing_tools(app, language):
    app.open(f"/?lang={language}")
    app.page.frame_locator("iframe.map-frame").locator(".map-button[aria-pressed]").nth(1).click()
    app.wait_map("m.map.pm && m.map.pm.globalDrawModeEnabled()")
    assert app.outside == [] and app.failed == [] and app.errors == []
