"""Show mode in a real browser: keys, touch, the link, what the map shows, the language, and the way back."""

from urllib.parse import urlsplit

import pytest
from pyproj import Geod

from tests.browser.conftest import App

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


@pytest.fixture(scope="session")
def site(features):
    return {feature["id"]: feature for feature in features}


def stands_at(app, site, site_id):
    """Wait until the panel, the map and the address are at a site."""
    app.page.locator(".of-site", has_text=site[site_id]["properties"]["name"]).wait_for()
    app.page.wait_for_function("id => location.search.includes('site=' + id)", arg=site_id)
    app.page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')


def swipe(app, by_x, by_y=0):
    """Put a finger on the panel, move it and lift it."""
    box = app.page.locator(".of-site").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 200
    touch = app.page.context.new_cdp_session(app.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for part in (0.5, 1):
        at = {"x": x + part * by_x, "y": y + part * by_y}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_keys_lead_through_the_shortlist_and_out_to_the_page_it_was_opened_on(app, site):
    app.open(f"/compare?list={','.join(SHORTLIST)}")
    app.page.get_by_role("button", name="展示", exact=True).click()
    stands_at(app, site, SHORTLIST[0])
    for key, at in (("ArrowRight", 1), ("PageDown", 2), ("PageUp", 1), ("End", 3), ("Home", 0), ("ArrowLeft", 0)):
        app.page.keyboard.press(key)
        stands_at(app, site, SHORTLIST[at])
        assert app.page.locator(".tour-at").inner_text().startswith(f"{at + 1} / 4")
    app.page.locator("iframe.map-frame").focus()
    app.page.keyboard.press("PageDown")
    stands_at(app, site, SHORTLIST[1])
    app.page.keyboard.press("Escape")
    app.page.locator(".of-site").wait_for(state="detached")
    assert urlsplit(app.page.url).path == "/compare"
    app.page.wait_for_function("() => !location.search.includes('show=')")
    assert app.page.locator(".st-key-shell-header").is_visible() and app.errors == []


def test_nothing_of_the_app_but_the_next_step_the_language_and_the_way_out_is_to_be_seen(app, site):
    app.open(f"/about?show=1&list={','.join(SHORTLIST)}")
    stands_at(app, site, KNOWN)
    assert app.page.locator("button:visible").all_inner_texts() == ["‹上一处", "下一处›", "退出演示（Esc）"]
    assert app.page.locator("select:visible, input:visible").count() == 1
    assert app.page.locator("a:visible:not([data-testid=stSkipToContent]), [role=radio]:visible").count() == 0
    frame = app.page.frame_locator("iframe.map-frame")
    assert frame.locator("button:visible, .map-pointer:visible, .map-legend:visible").count() == 0
    assert app.page.locator("iframe.map-frame").bounding_box()["width"] >= 1440 * 0.66


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
    assert other.page.locator(".tour-at").inner_text().startswith("4 / 4")
    assert other.page.locator(".of-site .plan-name").inner_text() == site[SHORTLIST[-1]]["properties"]["name"]


def test_the_map_goes_to_the_site_names_it_and_shows_how_well_it_is_known(app, site):
    app.open(f"{LINK}&site={VAGUE}")
    stands_at(app, site, VAGUE)
    lon, lat = site[VAGUE]["geometry"]["coordinates"]
    radius_m = site[VAGUE]["properties"]["location"]["accuracy_m"]
    app.wait_map("m.labels.placed.includes(a)", VAGUE)
    west, south, east, north = app.map(
        "(b => [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()])(m.map.getBounds())"
    )
    for edge in ((west, lat), (east, lat), (lon, south), (lon, north)):
        assert radius_m <= ELLIPSOID.inv(lon, lat, *edge)[2] <= 4 * radius_m
    circles = app.map("Object.values(m.map._layers).filter(l => l instanceof w.L.Circle).map(l => l.getRadius())")
    assert circles and set(circles) == {radius_m}
    app.page.keyboard.press("ArrowLeft")
    stands_at(app, site, KNOWN)
    app.wait_map("m.labels.placed.includes(a)", KNOWN)
    assert VAGUE not in app.map("m.labels.placed")


@pytest.mark.parametrize("where", [IN_ELEMENT, NOWHERE])
def test_of_a_site_without_a_place_the_map_shows_its_element_or_the_whole_district(app, site, where):
    app.open(f"{LINK}&site={where}")
    stands_at(app, site, where)
    placed = app.map("m.labels.placed")
    assert not set(SHORTLIST) & set(placed)
    element = site[where]["properties"]["element"]
    app.wait_map("a.every(id => m.labels.placed.includes(id))", [element] if element else ["axis", "bay-south"])
    said = "地图所示为规划将其列入的" if element else "地图所示为全区"
    assert said in app.page.locator(".of-site").inner_text()


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
    assert (
        app.page.locator(".st-key-shell-header").get_by_role("radio", name="Русский").get_attribute("aria-checked")
        == "true"
    )


def test_a_site_touched_on_the_map_is_shown(app, site):
    app.open(f"/?show=1&list={KNOWN},{VAGUE}")
    stands_at(app, site, KNOWN)
    app.click_site(VAGUE)
    stands_at(app, site, VAGUE)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1440, 900), (1024, 768), (390, 844)])
@pytest.mark.parametrize("language", ["zh", "en", "ru"])
def test_every_screen_holds_a_site_without_scrolling_sideways(new_app, server, site, width, height, language):
    app = new_app(server.url, width, height).open(f"{LINK}&site={VAGUE}&lang={language}")
    stands_at(app, site, VAGUE)
    assert app.page.evaluate("() => document.documentElement.scrollWidth") <= width
    if width > height:
        slide = app.page.locator(".of-site")
        assert slide.evaluate("node => node.scrollHeight <= node.clientHeight + 2")
        smallest = slide.evaluate(
            "node => Math.min(...[...node.querySelectorAll('dd, dt, td, p:not(.slide-note)')]"
            ".map(line => parseFloat(getComputedStyle(line).fontSize)))"
        )
        assert smallest >= 16
