"""Show mode in a real browser: keys, touch, the link, what the map shows, the language, and the way back."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pyproj import Geod

from tests.browser.conftest import SIZES, App

pytestmark = pytest.mark.browser
ELLIPSOID = Geod(ellps="GRS80")
SHORTLIST = ("hang-lung-plaza", "city-music-hall", "gas-holder-plot", "nanlou-haijing")
KNOWN, VAGUE, IN_ELEMENT, NOWHERE = SHORTLIST
LINK = f"/?show=1&list={','.join(SHORTLIST)}"


@pytest.fixture
def tablet(browser, server):
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    yield App(context.new_page(), server.url)
    context.close()


SIX_FRAMES = """() => new Promise(done => {
  let left = 6;
  const next = () => left-- ? requestAnimationFrame(next) : done();
  next();
})"""


@pytest.fixture(scope="session")
def site(features):
    return {feature["id"]: feature for feature in features}


def stands_at(app, site, site_id):
    """Wait until the panel, the map and the address are at a site."""
    app.page.locator(".of-site", has_text=site[site_id]["properties"]["name"]).wait_for()
    app.page.wait_for_function("id => location.search.includes('site=' + id)", arg=site_id)
    app.page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')


def swipe(app, by_x, by_y=0):
    """Put a finger on the panel, move it, hold it still and lift it.

    A finger lifted as it moves lets the panel glide on, and a browser takes the next tap to stop that, not as a click.
    """
    box = app.page.locator(".of-site").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 200
    touch = app.page.context.new_cdp_session(app.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in (0.5, 1):
        at = {"x": x + part * by_x, "y": y + part * by_y}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    app.page.evaluate(SIX_FRAMES)
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_keys_lead_through_the_shortlist_and_out_to_the_page_it_was_opened_on(app, site):
    app.open(f"/compare?list={','.join(SHORTLIST)}")
    app.page.get_by_role("button", name="展示", exact=True).click()
    stands_at(app, site, SHORTLIST[0])
    for key, at in (("ArrowRight", 1), ("PageDown", 2), ("PageUp", 1), ("End", 3), ("Home", 0), ("ArrowLeft", 0)):
        app.page.keyboard.press(key)
        stands_at(app, site, SHORTLIST[at])
        expect(app.page.locator(".tour-at")).to_have_text(re.compile(f"^{at + 1} / 4"))
    app.page.locator("iframe.map-frame").focus()
    app.page.keyboard.press("PageDown")
    stands_at(app, site, SHORTLIST[1])
    app.page.keyboard.press("Escape")
    app.page.locator(".of-site").wait_for(state="detached")
    app.page.wait_for_function("() => location.pathname === '/compare' && !location.search.includes('show=')")
    expect(app.page.locator(".st-key-shell-header")).to_be_visible()
    assert app.errors == []


def test_nothing_of_the_app_but_the_next_step_the_language_and_the_way_out_is_to_be_seen(app, site):
    app.open(f"/about?show=1&list={','.join(SHORTLIST)}")
    stands_at(app, site, KNOWN)
    buttons = ["‹上一处", "下一处›", "退出演示（Esc）"]
    app.eventually(lambda: app.page.locator("button:visible").all_inner_texts(), buttons)
    expect(app.page.locator("select:visible, input:visible")).to_have_count(1)
    expect(app.page.locator("a:visible:not([data-testid=stSkipToContent]), [role=radio]:visible")).to_have_count(0)
    frame = app.page.frame_locator("iframe.map-frame")
    expect(frame.locator("button:visible, .map-pointer:visible, .map-legend:visible")).to_have_count(0)
    app.eventually(lambda: app.page.locator("iframe.map-frame").bounding_box()["width"] >= 1440 * 0.66)


def test_a_tablet_steps_by_swipe_and_by_buttons_large_enough_for_a_finger(tablet, site):
    tablet.open(LINK)
    stands_at(tablet, site, SHORTLIST[0])
    for button in tablet.page.locator(".board button:visible, .board select:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 44
    swipe(tablet, -150)
    stands_at(tablet, site, SHORTLIST[1])
    swipe(tablet, -150, 20)
    stands_at(tablet, site, SHORTLIST[2])
    swipe(tablet, 20, -150)  # reading on, not stepping
    swipe(tablet, 150)
    stands_at(tablet, site, SHORTLIST[1])
    tablet.page.get_by_role("button", name="下一处").tap()
    stands_at(tablet, site, SHORTLIST[2])
    tablet.page.get_by_role("button", name="退出").tap()
    tablet.page.locator(".of-site").wait_for(state="detached")


def test_a_sent_link_opens_the_same(app, new_app, server, site):
    app.open(f"{LINK}&phase=key&lang=en")
    app.page.keyboard.press("End")
    stands_at(app, site, SHORTLIST[-1])
    link = urlsplit(app.page.url)
    other = new_app(server.url).open(f"{link.path}?{link.query}")
    stands_at(other, site, SHORTLIST[-1])
    expect(other.page.locator(".tour-at")).to_have_text(re.compile("^4 / 4"))
    expect(other.page.locator(".of-site .plan-name")).to_have_text(site[SHORTLIST[-1]]["properties"]["name"])


def test_the_map_goes_to_the_site_names_it_and_shows_how_well_it_is_known(app, site):
    app.open(f"{LINK}&site={VAGUE}")
    stands_at(app, site, VAGUE)
    lon, lat = site[VAGUE]["geometry"]["coordinates"]
    radius_m = site[VAGUE]["properties"]["location"]["accuracy_m"]
    app.wait_map("m.labels.placed.includes(a)", VAGUE)

    def fits():
        bounds = "(b => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()])(m.map.getBounds())"
        west, south, east, north = app.map(bounds)
        edges = ((west, lat), (east, lat), (lon, south), (lon, north))
        return all(radius_m <= ELLIPSOID.inv(lon, lat, *edge)[2] <= 4 * radius_m for edge in edges)

    app.eventually(fits)
    circles = "Object.values(m.map._layers).filter(l => l instanceof w.L.Circle).map(l => l.getRadius())"
    app.eventually(lambda: set(app.map(circles)), {radius_m})
    app.page.keyboard.press("ArrowLeft")
    stands_at(app, site, KNOWN)
    app.wait_map("m.labels.placed.includes(a)", KNOWN)
    app.wait_map("!m.labels.placed.includes(a)", VAGUE)


@pytest.mark.parametrize("where", [IN_ELEMENT, NOWHERE])
def test_of_a_site_without_a_place_the_map_shows_its_element_or_the_whole_district(app, site, where):
    app.open(f"{LINK}&site={where}")
    stands_at(app, site, where)
    element = site[where]["properties"]["element"]
    app.wait_map("a.every(id => m.labels.placed.includes(id))", [element] if element else ["axis", "bay-south"])
    app.wait_map("!a.some(id => m.labels.placed.includes(id))", list(SHORTLIST))
    said = "地图所示为规划将其列入的" if element else "地图所示为全区"
    expect(app.page.locator(".of-site")).to_contain_text(said)


def test_the_language_is_changed_without_leaving(app, site):
    app.open(LINK)
    stands_at(app, site, KNOWN)
    app.page.get_by_role("combobox", name="语言").select_option("ru")
    app.page.locator(".of-site:lang(ru)").wait_for()
    app.page.wait_for_function("() => document.documentElement.lang === 'ru-RU'")
    app.page.keyboard.press("PageDown")
    stands_at(app, site, VAGUE)
    app.page.keyboard.press("Escape")
    app.page.get_by_role("button", name="Показ", exact=True).wait_for()
    russian = app.page.locator(".st-key-shell-header").get_by_role("radio", name="Русский")
    expect(russian).to_have_attribute("aria-checked", "true")


def test_a_site_touched_on_the_map_is_shown(app, site):
    app.open(f"/?show=1&list={KNOWN},{VAGUE}")
    stands_at(app, site, KNOWN)
    app.click_site(VAGUE)
    stands_at(app, site, VAGUE)


HOLDS = """node => node.scrollHeight <= node.clientHeight + 2
    && [...node.querySelectorAll("dd, dt, td, p:not(.slide-note)")].every(
        line => parseFloat(getComputedStyle(line).fontSize) >= 16)"""


@pytest.mark.parametrize("language", ["zh", "en", "ru"])
def test_every_screen_holds_a_site_without_scrolling_sideways(new_app, server, site, language):
    app = new_app(server.url, *SIZES[0]).open(f"{LINK}&site={VAGUE}&lang={language}")
    stands_at(app, site, VAGUE)
    for width, height in app.at_sizes(*SIZES, (1920, 1080)):
        app.page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
        if width > height:
            app.eventually(lambda: app.page.locator(".of-site").evaluate(HOLDS))
