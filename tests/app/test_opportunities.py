"""The opportunities: a card for each site that the file leaves open, in every language, placed or not."""

import base64
import re

import pytest

from layers.opportunity_wording import ORDERS
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import GROUP_OF_ELEMENT, IDENTIFIER, all_text, component, features, open_app, plain
from tests.languages import name_in, strangers

PAGE = "pages/opportunities.py"
OPEN_PHASES = ("proposed", "revitalise", "preparing")
WANTED = {f["id"]: f for f in features() if f["properties"]["phase"] in (*OPEN_PHASES, "key")}
CARD = re.compile(r'<li class="card".*?</li>', re.DOTALL)
BUTTON = re.compile(r'data-do="(\w+)" data-id="([^"]+)"')


def board_of(app):
    return component(app, "opportunities")["html"]


def cards(app):
    """Return the HTML of each card by its site's id."""
    found = {}
    for card in CARD.findall(board_of(app)):
        found[BUTTON.search(card).group(2)] = card
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_open_site_has_a_card_as_complete_as_any_other(language):
    app, words = open_app(PAGE, lang=language), words_in(language)
    assert not app.exception and IDENTIFIER.findall(plain(board_of(app) + all_text(app))) == []
    assert strangers(board_of(app), language) == set()
    found = cards(app)
    assert set(found) == set(WANTED)
    facts = ["detail.structure", "detail.functions", "detail.leading_sectors", "opportunity.wording", "detail.grade"]
    for site, card in found.items():
        p, text = WANTED[site]["properties"], plain(re.sub("<[^>]+>", " ", card))
        assert p["name"] in text and (language == "zh" or name_in(p, language) in text)
        assert words("opportunity.open" if p["phase"] in OPEN_PHASES else "opportunity.under_way") in text
        assert words(f"phase.{p['phase']}") in text and words(f"sector.{p['sector']}") in text
        assert [fact for fact in facts if f"<dt>{words(fact)}</dt>" not in plain(card)] == []
        assert all(m["name"] in text for m in p["mentions"])
        assert words(f"grade.{p['location']['grade']}") in text
        assert 'data-do="site"' in card and (words("opportunity.on_map") in text) is bool(WANTED[site]["geometry"])
        assert (words("opportunity.no_point", basis="").strip() in text) is not bool(WANTED[site]["geometry"])
    unplaced = sum(not f["geometry"] for f in WANTED.values())
    assert words("opportunity.count", n=45, open=25, under_way=20, unplaced=unplaced) in plain(all_text(app))


def test_a_card_says_what_the_plan_says_of_its_element():
    elements = {f["id"]: f["properties"] for f in features("layout")}
    for site, card in cards(open_app(PAGE)).items():
        if element := elements.get(WANTED[site]["properties"]["element"]):
            terms = [term["zh"] for term in (*element["functions"], *element["leading_sectors"])]
            assert element["name"] in card and [term for term in terms if term not in card] == []


@pytest.mark.parametrize("order", ORDERS)
def test_headings_hold_their_sites_in_every_order(order):
    html = board_of(open_app(PAGE, order=order))
    sections = re.findall(r"<h2[^>]*>(.*?)</h2>(.*?)</section>", html, re.DOTALL)
    zh = words_in("zh")
    assert sum(len(CARD.findall(body)) for _, body in sections) == len(WANTED)
    for title, body in sections:
        held = [WANTED[BUTTON.search(card).group(2)]["properties"] for card in CARD.findall(body)]
        assert title.endswith(f"（{len(held)}）")
        match order:
            case "sector":
                assert {zh(f"sector.{p['sector']}") for p in held} == {title.rpartition("（")[0]}
            case "phase":
                assert len({p["phase"] for p in held}) == 1 and zh(f"phase.{held[0]['phase']}") in title
            case _:
                tied = {p["element"] or p["group"] for p in held}
                assert len(tied) == 1
                group = GROUP_OF_ELEMENT.get(held[0]["element"]) or held[0]["group"]
                assert title.startswith(group or zh("detail.no_element"))


def test_the_filter_and_the_reach_leave_out_and_the_link_keeps_both():
    app = open_app(PAGE, sector="land", reach="open", order="phase")
    wanted = {i for i, f in WANTED.items()
              if f["properties"]["sector"] == "land" and f["properties"]["phase"] in OPEN_PHASES}  # fmt: skip
    assert set(cards(app)) == wanted
    query = component(app, "map_frame")["query"]
    assert "reach=open" in query and "order=phase" in query
    app.segmented_control(key="opportunity_reach").set_value("all").run()
    assert {WANTED[i]["properties"]["phase"] for i in cards(app)} >= {"key", "proposed"}
    assert "reach" not in component(app, "map_frame")["query"]


def test_the_map_shows_the_sites_of_the_cards_and_no_others():
    app = open_app(PAGE, reach="open", sector="land")
    mask = base64.b64decode(component(app, "map_frame")["state"]["mask"])
    placed = [i for i in cards(app) if WANTED[i]["geometry"]]
    assert placed and sum(byte.bit_count() for byte in mask) == len(placed)


def test_where_nothing_is_open_the_page_says_so_and_offers_no_list():
    app = open_app(PAGE, phase="completed")
    assert words_in("zh")("opportunity.none") in all_text(app)
    assert not app.get("download_button")


def test_a_site_on_the_shortlist_can_be_taken_off_on_its_card():
    site = next(iter(WANTED))
    card = cards(open_app(PAGE, list=site))[site]
    assert ("drop", site) in BUTTON.findall(card) and words_in("zh")("opportunity.drop") in card
    assert ("collect", site) not in BUTTON.findall(card)


def test_of_very_many_the_first_have_cards_and_the_others_are_counted(monkeypatch):
    monkeypatch.setattr("ui.opportunity_cards.CARD_LIMIT", 10)
    words, full = words_in("zh"), open_app(PAGE)
    assert len(cards(full)) == 10
    assert words("list.more", n=len(WANTED) - 10) in board_of(full)
    assert "共 45 处" in all_text(full)
    monkeypatch.setattr("ui.opportunity_cards.CARD_LIMIT", len(WANTED))
    whole = open_app(PAGE)
    assert set(cards(whole)) == set(WANTED)
    assert "未列出" not in board_of(whole)
