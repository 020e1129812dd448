"""The main paths in a real browser: draw, filter, pick, link, leave and come back."""

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES

pytestmark = pytest.mark.browser
ALONE = "huizhi-yunding"


def ids(features, **wanted):
    return sorted(
        f["id"] for f in features
        if f["geometry"] and all(f["properties"][key] == value for key, value in wanted.items())
    )  # fmt: skip


def feature(features, project_id):
    return next(f for f in features if f["id"] == project_id)


def test_the_map_draws_every_layer_and_every_placed_project(app, features):
    app.open()
    app.eventually(lambda: sorted(app.map("m.drawn()")), ids(features))
    elements = app.map("m.drawnElements()")
    assert len(elements) == 10
    app.wait_map("a.every(id => m.labels.placed.includes(id))", elements)
    assert app.map("Object.values(m.map._layers).filter(l => l.options && l.options.pane === 'roads').length") > 200
    expect(app.page.locator(".filter-shown")).to_contain_text("未落图")
    assert app.errors == []


def test_a_filter_changes_what_is_drawn_without_reloading_or_moving(app, features):
    app.open()
    app.move(38.915, 121.61, 14)
    app.map("(w.sameWindow = true)")
    app.choose("phase", "proposed")
    expected = ids(features, phase="proposed")
    app.wait_map("JSON.stringify(m.drawn().sort()) === a", json.dumps(expected, separators=(",", ":")))
    assert app.map("w.sameWindow") is True
    assert app.map("[m.map.getZoom(), m.map.getCenter().lat, m.map.getCenter().lng]") == pytest.approx(
        [14, 38.915, 121.61], abs=1e-4
    )
    app.page.locator(".filter-clear").click()
    app.wait_map("m.drawn().length === a", len(ids(features)))


def test_a_click_on_a_site_opens_its_evidence(app, features):
    app.open()
    site = feature(features, ALONE)
    lon, lat = site["geometry"]["coordinates"]
    app.move(lat, lon, 16)
    app.click_site(ALONE)
    panel = app.panel()
    panel.get_by_role("heading", name=site["properties"]["name"]).wait_for()
    expect(panel.get_by_text(site["properties"]["location"]["basis"]["zh"])).to_be_visible()
    for mention in site["properties"]["mentions"]:
        expect(panel.locator(".verbatim").get_by_text(mention["name"], exact=True)).to_be_visible()
    expect(panel).to_contain_text("已确认地点 ± ")


def test_several_sites_at_one_place_offer_a_choice(app, features):
    app.open()
    app.move(38.90903, 121.60444, 17)
    app.click_site("city-music-hall")
    frame = app.page.frame_locator("iframe.map-frame")
    choices = frame.locator(".stack-list button")
    choices.first.wait_for()
    assert choices.count() >= 4
    name = choices.nth(1).inner_text()
    choices.nth(1).click()
    app.panel().get_by_role("heading", name=name).wait_for()


def test_the_list_picks_on_the_map_by_mouse_and_keyboard(app, features):
    app.open()
    rows = app.page.locator(".site-row")
    expect(rows).to_have_count(len(features))
    rows.filter(has_text="汇智云顶").click()
    app.panel().get_by_role("heading", name="汇智云顶").wait_for()
    app.wait_map("m.labels.placed.includes(a)", ALONE)
    app.panel().get_by_role("radio", name="列表").click()
    listbox = app.page.get_by_role("listbox")
    listbox.focus()
    app.page.keyboard.press("ArrowDown")
    app.page.keyboard.press("Enter")
    app.panel().locator(".detail h2").wait_for()
    expect(app.panel().locator(".detail h2")).not_to_have_text("汇智云顶")


def test_an_element_shows_its_card_and_only_its_projects(app, features):
    app.open("/?element=district-olympic")
    app.panel().get_by_role("heading", name="奥林匹克时尚商业片区").wait_for()
    app.page.locator(".st-key-show_only button").click()
    expected = ids(features, element="district-olympic")
    app.wait_map("JSON.stringify(m.drawn().sort()) === a", json.dumps(expected, separators=(",", ":")))


def test_a_pasted_link_restores_the_state(app, new_app, server, features):
    app.open(f"/?phase=completed,key&site={ALONE}&hide=metro&lang=en")
    app.move(38.9072, 121.6174, 15.5)
    app.page.wait_for_function("() => location.search.includes('view=15.5/')")
    link = urlsplit(app.page.url)
    other = new_app(server.url).open(f"{link.path}?{link.query}")
    passing = sorted(ids(features, phase="completed") + ids(features, phase="key"))
    other.eventually(lambda: sorted(other.map("m.drawn()")), passing)
    expect(other.panel().locator(".detail h2")).to_contain_text(feature(features, ALONE)["properties"]["names"]["en"])
    other.wait_map("Math.abs(m.map.getZoom() - 15.5) < 0.01 && Math.abs(m.map.getCenter().lat - 38.9072) < 1e-4")
    legend = other.page.frame_locator("iframe.map-frame").locator(".map-legend")
    expect(legend).to_contain_text("Legend")
    expect(legend).not_to_contain_text("Metro")


def test_leaving_the_page_and_coming_back_keeps_everything(app, features):
    app.open("/?phase=key")
    app.move(38.92, 121.61, 14.5)
    app.map("(w.sameWindow = true)")
    app.page.get_by_role("link", name="数据说明").click()
    app.page.get_by_text("数据来源、许可与已知不足").wait_for()
    expect(app.page.locator("iframe.map-frame")).to_be_hidden()
    app.page.get_by_role("link", name="地图").click()
    app.page.locator("iframe.map-frame").wait_for(state="visible")
    app.settle()
    assert app.map("w.sameWindow") is True
    app.eventually(lambda: app.map("[m.map.getZoom(), m.map.getCenter().lat]"), pytest.approx([14.5, 38.92], abs=1e-4))
    app.eventually(lambda: sorted(app.map("m.drawn()")), ids(features, phase="key"))


def test_the_language_changes_and_nothing_else(app, features):
    app.open("/?phase=key&site=" + ALONE)
    app.map("(w.sameWindow = true)")
    app.page.get_by_role("radio", name="English").click()
    app.page.get_by_role("button", name="Clear filters").wait_for()
    app.page.frame_locator("iframe.map-frame").locator(".map-legend summary", has_text="Legend").wait_for()
    assert app.map("w.sameWindow") is True
    assert sorted(app.map("m.drawn()")) == ids(features, phase="key")
    app.panel().get_by_role("heading", name=feature(features, ALONE)["properties"]["names"]["en"]).wait_for()
    app.at_address("lang=en")


def test_a_hidden_layer_leaves_map_and_legend(app):
    app.open("/?hide=structure,sites")
    app.wait_map("!m.drawn().length && !m.drawnElements().length")
    legend = app.page.frame_locator("iframe.map-frame").locator(".map-legend")
    expect(legend).to_contain_text("道路")
    assert "两湾" not in legend.inner_text() and "商贸商业" not in legend.inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_screen_scrolls_sideways(new_app, server, language):
    app = new_app(server.url, *SIZES[0]).open(f"/?lang={language}")
    for width, _ in app.at_sizes(*SIZES):
        app.page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        app.page.locator(".site-list").scroll_into_view_if_needed()
        app.eventually(lambda: app.page.locator("iframe.map-frame").bounding_box()["width"] > 300)
