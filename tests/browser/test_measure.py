"""Measure and find: shapes drawn with the mouse, kept through filters and pages; places found by name."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pyproj import Geod
from shapely.geometry import MultiLineString, Point, Polygon, shape

from layers.style import DRAWING

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
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
    expect(app.panel()).to_contain_text(f"当前筛选中有 {len(inside)} 个项目")
    rows = app.panel().locator(".picks li")
    expect(rows).to_have_count(len(inside))
    expect(rows.first.locator("svg")).to_have_count(1)
    assert rows.first.bounding_box()["height"] <= 32
    app.page.wait_for_function("() => document.querySelector('.stMain').scrollHeight < 930")
    app.page.locator(".filter-search").fill("zzzz")
    app.panel().get_by_text("当前筛选中有 0 个项目").wait_for()
    app.page.locator(".filter-search").fill("")
    app.panel().get_by_text(f"当前筛选中有 {len(inside)} 个项目").wait_for()
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
    expect(label).to_have_count(1)

    def stands_beside_the_end_of_a_line_that_goes_east():
        end = app.map("m.map.latLngToContainerPoint([38.90, 121.62])")
        frame = app.page.locator("iframe.map-frame").bounding_box()
        return label.bounding_box()["x"] - frame["x"] >= end["x"]

    app.eventually(stands_beside_the_end_of_a_line_that_goes_east)
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
    expect(app.page.frame_locator("iframe.map-frame").locator(".drawing-label")).to_have_count(0)


def test_a_click_while_drawing_picks_nothing(app):
    app.open()
    app.move(38.90688, 121.61742, 16)
    frame = app.page.frame_locator("iframe.map-frame")
    frame.locator(".map-button[aria-pressed]").nth(0).click()
    app.wait_map("m.map.pm && m.map.pm.globalDrawModeEnabled()")
    app.click_site("huizhi-yunding")
    app.page.keyboard.press("Escape")
    assert app.panel().locator(".detail h2").count() == 0


LABELS = "w.document.querySelectorAll('.drawing-label').length"
HIGHLIGHT = (
    f"Object.values(m.map._layers).filter(l => l.getLatLngs && l.options.color === '{DRAWING}')"
    ".flatMap(l => l.getLatLngs())"
)


def to_measure(app):
    app.panel().get_by_role("radio", name="量算与查找").click()
    app.panel().get_by_role("combobox").wait_for()


def open_drawings(app, path):
    app.page.locator(".file-button input").set_input_files(path)


def test_drawings_outlive_a_reload_and_clearing_is_for_good(app):
    app.open()
    app.move(38.905, 121.61, 14)
    draw(app, "line", [(38.91, 121.60), (38.90, 121.62)])
    draw(app, "circle", [(38.905, 121.61), (38.905, 121.615)])
    app.wait_map(f"{LABELS} === 2")
    before = saved(app)
    app.page.reload()
    app.settle()
    app.wait_map(f"{LABELS} === 2")
    app.panel().get_by_role("combobox").wait_for()
    app.eventually(lambda: saved(app), before)
    app.panel().get_by_role("button", name="全部清除").click()
    app.wait_map(f"{LABELS} === 0")
    app.page.reload()
    app.settle()
    to_measure(app)
    app.panel().get_by_text("用地图右上角的工具").wait_for()
    app.wait_map(f"{LABELS} === 0")
    assert app.errors == []


def test_what_a_browser_kept_is_trusted_no_more_than_a_strangers_file(app):
    app.open()
    line = {"type": "LineString", "coordinates": [[121.60, 38.91], [121.62, 38.90]]}
    hostile = {"name": "<img src=x onerror=document.title='taken'>"}
    kept = [{"type": "Feature", "properties": hostile, "geometry": {"type": "Point", "coordinates": [1, 2]}},
            {"type": "Feature", "properties": hostile, "geometry": line}]  # fmt: skip
    for text, labels in ((json.dumps({"type": "FeatureCollection", "features": kept}), 1), ("{" * 5000, 0)):
        app.page.evaluate("text => sessionStorage.setItem('xigang-drawings', text)", text)
        app.page.reload()
        app.settle()
        app.wait_map(f"{LABELS} === {labels}")
        to_measure(app)
        app.panel().get_by_text("浏览器里保留的图形有 1 处未能恢复").wait_for()
        assert app.page.title() != "taken" and app.errors == []


def test_a_saved_file_opened_again_gives_the_same_drawings(app, tmp_path):
    app.open()
    app.move(38.905, 121.61, 14)
    draw(app, "outline", [(38.91, 121.60), (38.91, 121.625), (38.895, 121.625)])
    draw(app, "circle", [(38.905, 121.61), (38.905, 121.615)])
    app.wait_map(f"{LABELS} === 2")
    before = saved(app)
    path = tmp_path / "saved.geojson"
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [121.6, 38.9]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [point, *before]}), encoding="utf-8")
    app.panel().get_by_role("button", name="全部清除").click()
    app.wait_map(f"{LABELS} === 0")
    app.move(38.95, 121.5, 14)
    open_drawings(app, path)
    app.panel().get_by_text("已从“saved.geojson”打开 2 个图形").wait_for()
    app.panel().get_by_text("要素 #1 没有线或面").wait_for()
    app.wait_map(f"{LABELS} === 2 && m.map.getBounds().contains([38.91, 121.61])")
    after = saved(app)
    for was, now in zip(before, after, strict=True):
        assert was["properties"] == now["properties"]
        assert Polygon(was["geometry"]["coordinates"][0]).equals_exact(
            Polygon(now["geometry"]["coordinates"][0]), 2e-7, normalize=True
        )


def test_a_file_that_is_too_large_or_no_geojson_is_refused_in_words(app, tmp_path):
    app.open()
    to_measure(app)
    path = tmp_path / "large.geojson"
    path.write_bytes(b" " * (2 * 1024 * 1024 + 1))
    open_drawings(app, path)
    app.panel().get_by_text("文件超过 2 MB").wait_for()
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    open_drawings(app, path)
    app.panel().get_by_text("不是可读的 GeoJSON").wait_for()
    assert app.map(LABELS) == 0 and app.errors == []


@pytest.mark.parametrize("typed", ["高尔基路", "gaoerji", "Gaoerji road"])
def test_a_street_is_found_in_any_spelling_and_shown_whole(app, typed):
    roads = json.loads((ROOT / "data/base/roads.geojson").read_text(encoding="utf-8"))["features"]
    its = [shape(f["geometry"]) for f in roads if f["properties"]["name"] == "高尔基路"]
    lines = [line for part in its for line in getattr(part, "geoms", [part])]
    west, south, east, north = MultiLineString(lines).bounds
    app.open()
    to_measure(app)
    box = app.panel().get_by_role("combobox")
    box.fill(typed)
    app.page.get_by_role("option", name="高尔基路 · 道路").click()
    app.wait_map("m.map.getBounds().contains(a) && m.map.getZoom() > 13.5", [[south, west], [north, east]])
    points = sorted(len(line.coords) for line in lines)
    app.eventually(lambda: sorted(len(line) for line in app.map(HIGHLIGHT)), points)
    app.panel().get_by_text("2026年9月29日").wait_for()
    app.panel().get_by_role("button", name="清除查找").click()
    app.wait_map(f"{HIGHLIGHT}.length === 0")
    expect(box).to_have_value("")


def test_a_point_is_said_to_be_one_and_what_is_not_there_is_told(app):
    app.open()
    to_measure(app)
    box = app.panel().get_by_role("combobox")
    box.fill("日新街道")
    app.panel().get_by_text("底图没有收录这个名称").wait_for()
    box.fill("一二九")
    box.press("ArrowDown")
    box.press("Enter")
    app.panel().get_by_text("底图只有一个点（误差约 ± 25 米）").wait_for()
    app.panel().get_by_text("2018年7月").wait_for()
    app.wait_map("m.map.getZoom() >= 15")
    box.fill("没有的地方")
    app.panel().get_by_text("底图没有收录这个名称").wait_for()
    app.panel().get_by_text("底图只有一个点").wait_for(state="detached")
    app.wait_map("!w.document.querySelector('.leaflet-tooltip')")
    expect(box).to_have_value("没有的地方")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_outside_is_asked_for_by_the_drawing_tools(app, language):
    app.open(f"/?lang={language}")
    app.page.frame_locator("iframe.map-frame").locator(".map-button[aria-pressed]").nth(1).click()
    app.wait_map("m.map.pm && m.map.pm.globalDrawModeEnabled()")
    assert app.outside == [] and app.failed == [] and app.errors == []
