"""The filter row: it answers in the browser at once, by the same rules as the server."""

import random

import pytest
from playwright.sync_api import expect

from geo.filter import FACETS, ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Grade, Phase, Sector
from layers.filter_panel import filter_from_values
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser
TEXTS = ("", "", "东关", "hotel", "HOTEL  街", "地块 改造", "no such project")


@pytest.fixture(scope="module")
def index():
    return load_dataset(ROOT / "data").index


def some_filters(index, count=400):
    """Draw filters at random, the same ones every time; some facets are left open."""
    pick = random.Random(4550)
    codes = {"phase": list(Phase), "sector": list(Sector), "grade": list(Grade),
             "place": list(index.memberships["place"].codes)}  # fmt: skip
    for _ in range(count):
        chosen = {facet: pick.sample(of, pick.choice((0, 0, 1, 2, 4))) for facet, of in codes.items()}
        yield {**chosen, "any_wording": pick.random() < 0.5, "text": pick.choice(TEXTS), "hidden": [], "tiles": "none"}


def test_the_browser_filters_and_counts_as_the_server_does(app, index):
    app.open()
    asked = list(some_filters(index))
    counted = "Object.fromEntries(w.planFilters.FACETS.map(facet => [facet, m.engine.counts(facet, f)]))"
    script = f"a.map(f => [[...m.engine.mask(f)], {counted}])"
    passed_sizes = set()
    for values, (mask, counts) in zip(asked, app.map(script, asked), strict=True):
        wanted = filter_from_values(values, index.memberships["place"].codes)
        assert mask == index.mask(wanted).astype(int).tolist(), values
        assert counts == {facet: index.counts(facet, wanted) for facet in FACETS}, values
        passed_sizes.add(sum(mask))
    assert len(passed_sizes) > 20, "filters that all pass the same number prove little"
    assert index.mask(ProjectFilter()).all()


def test_the_map_and_the_counts_follow_before_the_server_answers(app):
    app.open()
    app.page.locator("[data-menu=phase]").click()
    app.page.context.set_offline(True)
    app.page.locator("#filter-popup-phase input[value='key']").click()
    shown = app.page.locator(".filter-shown")
    expect(shown).to_contain_text("显示 20 / 113 项")
    expect(shown).to_contain_text(f"未落图 {20 - app.map('m.drawn().length')} 项")
    expect(app.page.locator("[data-menu=phase]")).to_have_text("阶段 · 1")
    app.page.context.set_offline(False)


def test_a_click_on_the_words_of_an_option_picks_it_and_leaves_the_menu_open(app, index):
    app.open()
    app.page.locator("[data-menu=phase]").click()
    popup = app.page.locator("#filter-popup-phase")
    popup.get_by_text("拟推进", exact=True).click()
    popup.get_by_text("力争盘活", exact=True).click()
    wanted = ProjectFilter(phases=frozenset({Phase.PROPOSED, Phase.REVITALISE}))
    expect(app.page.locator(".site-row")).to_have_count(int(index.mask(wanted).sum()))
    expect(popup).to_be_visible()


def test_a_search_turns_to_the_list_and_an_empty_one_says_so(app):
    app.open("/?site=huizhi-yunding")
    app.panel().locator(".detail h2").wait_for()
    app.page.locator(".filter-search").fill("八一路")
    app.page.locator(".site-row").first.wait_for()
    app.page.locator(".filter-search").fill("zzzz")
    app.panel().get_by_text("没有项目同时符合这些条件").wait_for()


def test_quick_changes_end_where_the_reader_left_them(app, index):
    app.open()
    app.page.locator("[data-menu=sector]").click()
    for code in ("health", "culture", "land", "health", "commerce"):
        app.page.locator(f"#filter-popup-sector input[value='{code}']").click()
    app.page.keyboard.press("Escape")
    wanted = ProjectFilter(sectors=frozenset({Sector.CULTURE, Sector.LAND, Sector.COMMERCE}))
    expected = int(index.mask(wanted).sum())
    expect(app.page.locator(".site-row")).to_have_count(expected)
    app.at_address("sector=commerce,culture,land")
    expect(app.page.locator(".filter-shown")).to_contain_text(f"显示 {expected} / ")


def test_the_row_works_by_keyboard_alone(app, index):
    app.open()
    app.page.locator("[data-menu=phase]").focus()
    app.page.keyboard.press("Enter")
    popup = app.page.locator("#filter-popup-phase")
    popup.wait_for()
    app.page.keyboard.press("Tab")
    expect(popup.locator(".filter-shortcut").first).to_be_focused()
    app.page.keyboard.press("Enter")
    done = int(index.mask(ProjectFilter(phases=frozenset({Phase.COMPLETED}))).sum())
    expect(app.page.locator(".site-row")).to_have_count(done)
    app.page.keyboard.press("Escape")
    popup.wait_for(state="hidden")
    expect(app.page.locator("[data-menu=phase]")).to_be_focused()


def test_the_search_and_the_layers_are_part_of_the_link(app):
    app.open()
    app.page.locator(".filter-search").fill("东关")
    expect(app.page.locator(".site-row")).to_have_count(1)
    app.choose("layers", "metro")
    app.page.wait_for_function("() => location.search.includes('hide=metro') && location.search.includes('q=')")
    app.wait_map("!Object.values(m.map._layers).some(l => l.options && l.options.name === 'metro')")
    app.page.locator(".filter-clear").click()
    app.page.wait_for_function("() => !location.search.includes('q=') && location.search.includes('hide=metro')")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1024, 768)])
def test_an_open_menu_stays_on_the_screen(new_app, server, width, height):
    app = new_app(server.url, width, height).open("/?lang=en")
    for menu in ("phase", "sector", "place", "grade", "layers"):
        app.page.locator(f"[data-menu={menu}]").click()
        box = app.page.locator(f"#filter-popup-{menu}").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
        app.page.keyboard.press("Escape")
