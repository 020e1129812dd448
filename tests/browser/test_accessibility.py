"""No page breaks a serious rule of accessibility, by axe-core, in any state a reader often meets."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from layers.words import words_in

pytestmark = pytest.mark.browser
AXE = next(Path(__file__).parent.glob("axe-*/axe.min.js"))
RUN = """async () => {
    const found = await axe.run(document, {resultTypes: ["violations"], iframes: true});
    return found.violations.filter(v => ["serious", "critical"].includes(v.impact))
        .map(v => ({rule: v.id, nodes: v.nodes.slice(0, 4).map(n => n.target.join(" ") + " " + n.failureSummary)}));
}"""
LANGUAGES = ("zh", "en")
STATES = {
    "map": "/",
    "filtered": "/?phase=key&q=街",
    "site": "/?site=huizhi-yunding",
    "element": "/?element=bay-north",
    "nothing": "/?q=zzzz",
    "wrong link": "/?phase=nonsense&view=1/2/3",
    "structure": "/structure?element=district-olympic",
    "structure, a project picked": "/structure?site=hang-lung-plaza&phase=key",
    "presentation": "/structure?element=axis&present=1",
    "show": "/?show=1&site=city-music-hall",
    "show, a site without a place": "/?show=1&site=gas-holder-plot",
    "projects": "/projects",
    "shortlist": "/compare?list=huizhi-yunding,hang-lung-plaza,zhongrui-plaza&site=huizhi-yunding",
    "empty shortlist": "/compare",
    "opportunities": "/opportunities?order=sector",
    "indicators": "/indicators",
    "export": "/export",
    "about": "/about",
    "help": "/help",
}


# English pages hold the Chinese ones' markup and the plan's own names beside it; the others' is the same.
IN_CHINESE = ("map", "site", "projects", "export")


@pytest.mark.parametrize(
    ("state", "language"), [*((each, "en") for each in STATES), *((each, "zh") for each in IN_CHINESE)]
)
def test_no_serious_violation(app, state, language):
    path = STATES[state]
    app.page.add_init_script(path=str(AXE))
    app.open(path + ("&" if "?" in path else "?") + f"lang={language}")
    app.page.wait_for_function("code => window.axe && document.documentElement.lang.startsWith(code)", arg=language)
    found = app.page.evaluate(RUN)
    assert found == [], json.dumps(found, ensure_ascii=False, indent=1)


def test_no_serious_violation_in_an_open_menu(app):
    app.page.add_init_script(path=str(AXE))
    app.open("/")
    for menu in ("phase", "sector", "place", "grade", "layers"):
        app.page.locator(f"[data-menu={menu}]").click()
        app.page.locator(f"#filter-popup-{menu}").wait_for()
        found = app.page.evaluate(RUN)
        assert found == [], menu + json.dumps(found, ensure_ascii=False, indent=1)
        app.page.keyboard.press("Escape")


def test_a_narrow_screen_shows_links_to_all_pages_and_they_keep_the_filter(app):
    app.page.set_viewport_size({"width": 390, "height": 844})
    app.page.add_init_script(path=str(AXE))
    app.open("/?phase=key")
    links = app.page.locator(".st-key-page-links").get_by_role("link")
    names = ["地图", "空间结构", "项目库", "招商", "备选比选", "出图", "指标", "数据", "数据说明", "帮助"]
    expect(links).to_have_text(names, use_inner_text=True)
    said = app.page.locator(".filter-summary").inner_text()
    links.filter(has_text="项目库").press("Enter")
    app.page.wait_for_url("**/projects**")
    app.settle()
    expect(app.page.locator(".filter-summary")).to_have_text(said, use_inner_text=True)
    assert app.page.evaluate(RUN) == []
    app.page.set_viewport_size({"width": 800, "height": 844})
    app.page.get_by_test_id("stTopNav").wait_for()
    expect(links.first).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_serious_violation_while_finding_a_place_and_after_a_bad_file(app, language, tmp_path):
    app.page.add_init_script(path=str(AXE))
    app.open(f"/?lang={language}")
    app.panel().get_by_role("radio", name=words_in(language)("panel.measure")).click()
    (tmp_path / "bad.geojson").write_text("{")
    app.page.locator(".file-button input").set_input_files(tmp_path / "bad.geojson")
    app.panel().get_by_text("bad.geojson").wait_for()
    app.panel().get_by_role("combobox").fill("zhong")
    app.page.keyboard.press("ArrowDown")
    app.panel().get_by_role("option", selected=True).wait_for()
    found = app.page.evaluate(RUN)
    assert found == [], json.dumps(found, ensure_ascii=False, indent=1)
