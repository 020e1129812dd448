"""The opportunities in a browser: cards side by side, on the map, unfolded, collected; on a telephone; the list."""

import pypdfium2
import pytest
from playwright.sync_api import expect

from layers.words import words_in

pytestmark = pytest.mark.browser
ZH = words_in("zh")
TOPS_OF_FACTS = """all => all.slice(0, 2).map(
    card => [...card.querySelectorAll(":scope > dl > div")].map(fact => fact.getBoundingClientRect().y))"""
NO_SIDEWAYS = "() => document.documentElement.scrollWidth <= window.innerWidth"


def card(app, site):
    return app.page.locator(f'.opportunities .card:has([data-id="{site}"])')


def cards(app):
    return app.page.locator(".opportunities .card")


def open_page(app, query=""):
    app.open("/opportunities" + query)
    cards(app).first.wait_for()
    return app


def boxes(app):
    return cards(app).evaluate_all("all => all.map(c => { const b = c.getBoundingClientRect(); return [b.x, b.y]; })")


@pytest.fixture
def sites(features):
    """A placed and an unplaced site whose plan wording leaves them open."""
    proposed = [f for f in features if f["properties"]["phase"] == "proposed"]
    return next(f["id"] for f in proposed if f["geometry"]), next(f["id"] for f in proposed if not f["geometry"])


def test_cards_stand_three_beside_each_other_and_their_parts_on_one_line(app):
    open_page(app)
    app.eventually(lambda: len({y for _, y in boxes(app)[:2]}), 1)
    found = boxes(app)
    assert sum(y == found[0][1] for _, y in found) in (2, 3)
    tops = cards(app).evaluate_all(TOPS_OF_FACTS)
    assert tops[0] == tops[1] and len(tops[0]) == 5


def test_a_placed_site_is_shown_on_the_map_and_in_the_link(app, sites):
    placed, unplaced = sites
    open_page(app)
    assert card(app, unplaced).get_by_role("button", name=ZH("opportunity.on_map")).count() == 0
    card(app, placed).get_by_role("button", name=ZH("opportunity.on_map")).click()
    app.page.wait_for_url(f"**site={placed}**")
    app.page.locator(f'.card[aria-current="true"] [data-id="{placed}"]').first.wait_for()
    app.wait_map("m.pixelOf(a) !== null", placed)


def test_collecting_keeps_what_is_unfolded_where_the_reader_is_and_the_focus(app, sites):
    _, site = sites
    open_page(app)
    card(app, site).locator("summary").click()
    scroller = app.page.locator(".st-key-opportunity-cards")
    before = scroller.evaluate("node => node.scrollTop")
    button = card(app, site).get_by_role("button", name=ZH("compare.collect"))
    button.press("Enter")
    app.page.wait_for_url(f"**list={site}**")
    taken_off = card(app, site).get_by_role("button", name=ZH("opportunity.drop"))
    taken_off.wait_for()
    app.eventually(lambda: card(app, site).locator("details").evaluate("node => node.open"))
    app.eventually(lambda: scroller.evaluate("node => node.scrollTop"), before)
    expect(taken_off).to_be_focused()
    taken_off.click()
    app.page.wait_for_function("() => !location.search.includes('list=')")


def test_order_and_reach_are_in_the_link_and_a_fresh_browser_opens_the_same(app, new_app):
    open_page(app)
    app.page.get_by_role("radio", name=ZH("opportunity.reach_open")).click()
    app.page.wait_for_url("**reach=open**")
    app.page.get_by_role("radio", name=ZH("opportunity.order_sector")).click()
    app.page.wait_for_url("**order=sector**")
    app.settle()
    other = new_app(app.url)
    other.page.goto(app.page.url)
    cards(other).first.wait_for()
    headings = ".opportunities h2"
    expect(cards(other)).to_have_count(25)
    other.eventually(
        lambda: other.page.locator(headings).all_inner_texts(), app.page.locator(headings).all_inner_texts()
    )


def test_on_a_telephone_cards_stand_below_each_other_and_nothing_sticks_out(new_app, server, sites):
    app = open_page(new_app(server.url, 390, 844), "?lang=en")
    app.eventually(lambda: len({x for x, _ in boxes(app)}), 1)
    app.page.wait_for_function(NO_SIDEWAYS)
    card(app, sites[0]).get_by_role("button", name=words_in("en")("opportunity.on_map")).click()
    app.page.wait_for_function(
        "() => { const b = document.querySelector('iframe.map-frame').getBoundingClientRect();"
        " return b.top < window.innerHeight && b.bottom > 0; }"
    )


def test_the_list_downloads_as_one_page(app, tmp_path):
    open_page(app, "?reach=open")
    with app.page.expect_download() as download:
        app.page.get_by_role("button", name=ZH("export.format_opportunities")).click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with pypdfium2.PdfDocument(path) as document:
        text = "".join(document[0].get_textpage().get_text_bounded().split())
        assert len(document) == 1 and "待推进25处" in text and "推进中0处" in text
