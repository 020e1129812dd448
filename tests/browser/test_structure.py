"""The structure page in a real browser: the tour by keys, the presentation, its link, the table, and every screen."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from shapely.geometry import shape

from tests.browser.conftest import ROOT, SIZES

pytestmark = pytest.mark.browser
LAYOUT = json.loads((ROOT / "data/layout.geojson").read_text(encoding="utf-8"))["features"]
IDS = [feature["id"] for feature in LAYOUT]
NAMES = {feature["id"]: feature["properties"]["name"] for feature in LAYOUT}
BOX = {feature["id"]: shape(feature["geometry"]).bounds for feature in LAYOUT}


def stands_at(app, element_id):
    """Wait until card, map and address are at an element, the map fitting it."""
    app.page.locator(".board h2", has_text=NAMES[element_id]).wait_for()
    app.page.wait_for_function("id => location.search.includes('element=' + id)", arg=element_id)
    west, south, east, north = BOX[element_id]
    fits = "m.map.getBounds().contains(a) && m.map.getZoom() >= m.map.getBoundsZoom(a) - 2"
    app.wait_map(fits, [[south, west], [north, east]])


def is_at(app, number):
    expect(app.page.locator(".tour-at")).to_have_text(re.compile(f"^{number} / {len(IDS)}"))


def test_keys_lead_through_the_tour_and_the_map_follows(app):
    app.open("/structure")
    stands_at(app, "axis")
    for element_id in IDS[1:]:
        app.page.keyboard.press("ArrowRight")
        stands_at(app, element_id)
    app.page.keyboard.press("ArrowRight")
    app.page.keyboard.press("ArrowLeft")
    stands_at(app, IDS[-2])
    is_at(app, 9)
    assert app.errors == []


def test_quick_keys_are_all_counted(app):
    app.open("/structure?element=axis")
    stands_at(app, "axis")
    for _ in range(4):
        app.page.keyboard.press("ArrowRight")
    stands_at(app, IDS[4])
    is_at(app, 5)


def test_other_keys_are_left_alone(app):
    app.open("/structure?element=bay-north")
    stands_at(app, "bay-north")
    for key in ("PageDown", "PageUp", "Escape"):
        app.page.keyboard.press(key)
    app.page.keyboard.press("ArrowRight")
    stands_at(app, IDS[IDS.index("bay-north") + 1])


@pytest.mark.parametrize("present", ["", "&present=1"])
def test_home_and_end_lead_to_the_first_and_the_last_element(app, present):
    app.open(f"/structure?element=bay-south{present}")
    stands_at(app, "bay-south")
    app.page.keyboard.press("End")
    stands_at(app, IDS[-1])
    app.page.locator("iframe.map-frame").focus()
    app.page.keyboard.press("Home")
    stands_at(app, IDS[0])
    app.page.keyboard.press("End")
    stands_at(app, IDS[-1])


def test_escape_leaves_the_presentation_from_within_the_map(app):
    app.open("/structure?element=bay-south&present=1")
    stands_at(app, "bay-south")
    app.page.locator("iframe.map-frame").focus()
    app.page.keyboard.press("Escape")
    app.page.locator(".compare").wait_for()
    stands_at(app, "bay-south")


def test_a_filter_of_the_row_is_counted_in_the_card_and_keeps_the_tour(app, features):
    app.open("/structure?element=district-olympic")
    stands_at(app, "district-olympic")
    app.choose("phase", "key")
    own = [f for f in features if f["properties"]["element"] == "district-olympic"]
    passing = [f["id"] for f in own if f["properties"]["phase"] == "key" and f["geometry"]]
    app.page.locator(".figures", has_text=f"共 {len(own)} 项，筛选后 {len(passing)} 项").wait_for()
    app.at_address("phase=key")
    is_at(app, 8)
    app.wait_map("a.every(id => m.labels.placed.includes(id))", passing)


@pytest.mark.parametrize("present", ["", "&present=1"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_project_of_the_element_is_named_on_the_map_and_no_other(app, features, language, present):
    app.open(f"/structure?element=axis&lang={language}{present}")
    every = {f["id"] for f in features}
    for element_id in IDS:
        app.page.wait_for_function("id => location.search.includes('element=' + id)", arg=element_id)
        own = [f["id"] for f in features if f["properties"]["element"] == element_id and f["geometry"]]
        app.wait_map("m.labels.placed.includes(a)", element_id)
        app.eventually(lambda own=own: sorted(every & set(app.map("m.labels.placed"))), sorted(own))
        app.page.keyboard.press("ArrowRight")


def test_the_readers_own_drawings_are_not_shown_on_the_tour(app):
    frame = app.open("/").page.frame_locator("iframe.map-frame")
    box = app.page.locator("iframe.map-frame").bounding_box()
    frame.locator(".map-button[aria-pressed]").first.click()
    app.wait_map("m.map.pm && m.map.pm.globalDrawModeEnabled()")
    for x in (400, 520, 520):
        app.page.mouse.click(box["x"] + x, box["y"] + 300)
    frame.locator(".drawing-label").wait_for()
    app.page.get_by_role("link", name="空间结构").first.click()
    stands_at(app, "axis")
    expect(frame.locator(".drawing-label")).to_have_count(0)
    expect(frame.locator(".map-button[aria-pressed]").first).to_be_hidden()
    app.page.get_by_role("link", name="地图").first.click()
    frame.locator(".drawing-label").wait_for()


def test_buttons_menu_and_neighbours_lead_on_and_keep_the_focus(app):
    app.open("/structure?element=bay-north")
    following = app.page.get_by_role("button", name="下一处")
    following.focus()
    app.page.keyboard.press("Enter")
    stands_at(app, "bay-south")
    app.page.wait_for_function("() => document.activeElement.dataset.by === '1'")
    app.page.locator(".tour select").select_option("district-129")
    stands_at(app, "district-129")
    app.page.locator(".picks [data-do=element][data-id=street-dongguan]").click()
    stands_at(app, "street-dongguan")


def test_a_project_of_the_list_is_ringed_on_the_map_and_leads_to_its_evidence(app):
    app.open("/structure?element=district-olympic")
    app.page.locator("[data-do=site][data-id=hang-lung-plaza]").click()
    app.page.locator(".picked").wait_for()
    app.wait_map("m.labels.placed.includes(a)", "hang-lung-plaza")
    app.at_address("site=hang-lung-plaza")
    is_at(app, 8)
    app.page.locator(".picked [data-do=map]").click()
    app.panel().get_by_role("heading", name="恒隆广场").wait_for()
    app.page.wait_for_function("() => location.pathname === '/'")


def test_only_these_projects_are_shown_on_the_map_page_and_back(app, features):
    app.open("/structure?element=district-olympic")
    app.page.locator("[data-do=only]").click()
    app.page.locator(".site-list").wait_for()
    expected = sorted(f["id"] for f in features if f["properties"]["element"] == "district-olympic" and f["geometry"])
    app.wait_map("JSON.stringify(m.drawn().sort()) === a", json.dumps(expected, separators=(",", ":")))
    app.panel().get_by_role("radio", name="详情").click()
    app.panel().get_by_role("link", name="在空间结构页查看").click()
    stands_at(app, "district-olympic")
    app.page.locator(".filtered [data-do=clear]").click()
    app.page.locator(".filtered").wait_for(state="detached")


def test_the_table_sorts_and_leads_to_an_element(app):
    app.open("/structure")
    rows = app.page.locator(".compare tbody tr")
    heading = app.page.locator(".compare thead th").nth(3)

    def order():
        return rows.evaluate_all("rows => rows.map(row => row.dataset.id)")

    def counts():
        return [int(cell) for cell in app.page.locator(".compare tbody td:nth-child(4)").all_inner_texts()]

    app.eventually(order, IDS)
    up = sorted(counts())
    heading.locator("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    app.eventually(counts, up)
    heading.locator("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    app.eventually(counts, up[::-1])
    app.page.locator(".compare tbody [data-id=street-fengming] button").click()
    stands_at(app, "street-fengming")
    expect(app.page.locator(".compare tr[aria-current]")).to_have_attribute("data-id", "street-fengming")
    app.eventually(counts, up[::-1])
    heading.locator("button").click()
    expect(heading).not_to_have_attribute("aria-sort", re.compile(""))
    app.eventually(order, IDS)


# ---- the presentation ----


def test_a_presenter_leads_through_the_presentation_and_leaves_it(new_app, server):
    app = new_app(server.url, 1920, 1080).open("/structure?element=bay-north")
    app.page.get_by_role("button", name="会议演示").click()
    app.page.locator(".slide").wait_for()
    stands_at(app, "bay-north")
    app.at_address("present=1")
    for hidden in (".stAppHeader", ".st-key-shell-header"):
        expect(app.page.locator(hidden)).to_be_hidden()
    buttons = ["‹上一处", "下一处›", "退出演示（Esc）"]
    app.eventually(lambda: app.page.locator("button:visible").all_inner_texts(), buttons)
    app.page.keyboard.press("PageDown")
    stands_at(app, "bay-south")
    app.page.locator("iframe.map-frame").focus()  # the keys now go to the map's own page; a click may pick an element
    app.page.keyboard.press("PageDown")
    stands_at(app, "street-dongguan")
    app.page.keyboard.press("PageUp")
    stands_at(app, "bay-south")
    app.page.keyboard.press("Escape")
    app.page.locator(".compare").wait_for()
    app.page.wait_for_function("() => !location.search.includes('present')")
    expect(app.page.locator(".stAppHeader")).to_be_visible()
    stands_at(app, "bay-south")


# Nothing is cut, lines and heading are large enough, and names left out are few and told of.
FILLS_THE_SCREEN = """([line, heading, left_out]) => {
  const slide = document.querySelector(".slide"), size = node => parseFloat(getComputedStyle(node).fontSize);
  const lines = [...slide.querySelectorAll("p:not(.slide-note):not(.plan-name), dd, dt, li")];
  const seen = node => Boolean(node && node.checkVisibility());
  const hidden = [...slide.querySelectorAll(".slide-names li:not(.more)")].filter(name => !seen(name)).length;
  return slide.scrollHeight <= slide.clientHeight + 2 && Math.min(...lines.map(size)) >= line
    && size(slide.querySelector("h2")) >= heading
    && hidden <= left_out && (hidden > 0) === seen(slide.querySelector(".slide-names .more"));
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_presentation_is_large_and_fits_the_screen(new_app, server, language):
    app = new_app(server.url, 1920, 1080).open(f"/structure?element=axis&present=1&lang={language}")
    for feature in LAYOUT:
        properties = feature["properties"]
        name = properties["name"] if language == "zh" else properties["names"][language]
        app.page.locator(".slide h2", has_text=name).wait_for()
        app.page.wait_for_function(FILLS_THE_SCREEN, arg=[1080 / 50, 37, 9])
        app.page.keyboard.press("PageDown")
    assert app.page.evaluate("() => document.documentElement.scrollWidth") <= 1920
    assert app.page.locator("iframe.map-frame").bounding_box()["width"] > 1100


def test_a_small_screen_in_a_meeting_room_names_every_project_of_the_axis(new_app, server, features):
    own = [f for f in features if f["properties"]["element"] == "axis"]
    app = new_app(server.url, 1024, 768).open("/structure?element=axis&present=1")
    names = "[...document.querySelectorAll('.slide-names li:not(.more)')]"
    shown = f"n => {names}.filter(li => li.offsetWidth).length === n"
    for width, height in ((1024, 768), (1920, 1080), (1024, 768)):
        app.page.set_viewport_size({"width": width, "height": height})
        app.page.wait_for_function(shown, arg=len(own))
        marks = app.page.locator(".slide-names small")
        expect(marks.filter(visible=True)).to_have_count(sum(f["geometry"] is None for f in own))


def test_a_pasted_link_restores_element_presentation_and_view(app, new_app, server):
    app.open("/structure?element=district-129&present=1")
    stands_at(app, "district-129")
    app.move(38.9132, 121.621, 15.25)
    app.page.wait_for_function("() => location.search.includes('view=15.25/')")
    link = urlsplit(app.page.url)
    other = new_app(server.url).open(f"{link.path}?{link.query}")
    other.page.locator(".slide h2", has_text=NAMES["district-129"]).wait_for()
    other.wait_map("Math.abs(m.map.getZoom() - 15.25) < 0.01 && Math.abs(m.map.getCenter().lat - 38.9132) < 1e-4")


def test_other_pages_are_never_presented(app):
    app.open("/structure?element=axis&present=1")
    app.page.locator(".slide").wait_for()
    app.open("/?element=axis&present=1")
    expect(app.page.locator(".stAppHeader")).to_be_visible()
    app.page.wait_for_function("() => !location.search.includes('present')")


@pytest.mark.parametrize("present", ["", "&present=1"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_screen_scrolls_sideways(new_app, server, language, present):
    app = new_app(server.url, *SIZES[0]).open(f"/structure?element=district-olympic&lang={language}{present}")
    app.page.locator(".board h2").wait_for()
    sideways = "w => document.documentElement.scrollWidth <= w && document.querySelector('.stMain').scrollWidth <= w"
    for width, _ in app.at_sizes(*SIZES):
        app.page.wait_for_function(sideways, arg=width)
        app.eventually(lambda: app.page.locator("iframe.map-frame").bounding_box()["width"] > 300)


def test_the_keys_step_on_after_a_click_into_the_map(app):
    app.open("/structure?element=axis")
    stands_at(app, "axis")
    frame = app.page.locator("iframe.map-frame").bounding_box()
    app.page.mouse.click(frame["x"] + frame["width"] - 120, frame["y"] + frame["height"] - 80)
    app.page.wait_for_function("() => document.activeElement.matches('iframe.map-frame')")
    app.page.keyboard.press("ArrowRight")
    stands_at(app, IDS[1])


def test_a_key_in_the_map_is_one_step_though_its_page_was_heard_before_it_had_loaded(app):
    app.open("/structure?element=axis")
    stands_at(app, "axis")
    frame = app.page.locator("iframe.map-frame")
    frame.evaluate("frame => frame.dispatchEvent(new Event('load'))")
    frame.focus()
    app.page.keyboard.press("ArrowRight")
    stands_at(app, IDS[1])
    is_at(app, 2)
