"""The project library in a browser: sort, columns, ticks, row and map both ways, matrix, keyboard, sizes, many rows."""

import copy
import json
import re
import shutil
from collections import Counter

import pytest
from playwright.sync_api import expect

from layers.words import words_in
from tests.browser.conftest import ROOT, SIZES, WAIT_MS, App, running_app

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="window.top.hacked=1">'
PLACED, UNPLACED = "huizhi-yunding", "xiangshuiwan"
MANY = 10_000
NO_SIDEWAYS = """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
    .every(node => node.scrollWidth <= node.clientWidth)"""
FITS = (
    "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollHeight <= m.clientHeight + 2; }"
)


def row(app, project_id):
    return app.page.locator(f'tr[data-id="{project_id}"]')


def shown(app):
    return app.page.locator("tr[data-id]").evaluate_all("rows => rows.map(row => row.dataset.id)")


def grid(app):
    return app.page.locator("[role=grid]")


def has_rows(app, n):
    expect(grid(app)).to_have_attribute("aria-rowcount", str(n + 1))


def active(app, project_id):
    """Wait until a row is the one that the keys act on."""
    app.page.wait_for_function(
        "id => document.querySelector('[role=grid]').getAttribute('aria-activedescendant')?.endsWith(id)"
        " && document.querySelector('tr.is-active')?.dataset.id === id",
        arg=project_id,
    )


def first_rows(app, order):
    """Wait until the rows in sight are the first of an order."""
    app.eventually(lambda: (rows := shown(app)) and rows == order[: len(rows)])


def view(app, name):
    app.page.locator(".st-key-library").get_by_role("radio", name=name).click()
    app.settle()


def sort(app, name):
    app.page.locator("thead").get_by_role("button", name=name).click()


def headings(app):
    return app.page.locator("thead th[data-code]").evaluate_all("cells => cells.map(cell => cell.dataset.code)")


# ---- the table ----


def test_a_column_sorts_up_then_down_then_as_the_plan_does(app, features):
    app.open("/projects")
    plan = [f["id"] for f in features]
    first_rows(app, plan)
    accuracy = {f["id"]: f["properties"]["location"] for f in features}
    grades = ["exact", "near", "street", "area", "districtwide", "unlocated"]
    order = sorted(plan, key=lambda i: (grades.index(accuracy[i]["grade"]), accuracy[i]["accuracy_m"] or 0))
    head = app.page.locator("th[data-code=grade]")
    sort(app, "落图精度")
    expect(head).to_have_attribute("aria-sort", "ascending")
    first_rows(app, order)
    sort(app, "落图精度")
    expect(head).to_have_attribute("aria-sort", "descending")
    app.eventually(lambda: accuracy[shown(app)[0]]["grade"], "unlocated")
    sort(app, "落图精度")
    expect(head).not_to_have_attribute("aria-sort", re.compile(""))
    first_rows(app, plan)
    sort(app, "项目")
    expect(app.page.locator("th[data-code=name]")).to_have_attribute("aria-sort", "ascending")
    names = app.page.locator("tr[data-id] .library-name").all_inner_texts()
    assert names == app.page.evaluate(
        "names => [...names].sort(new Intl.Collator('zh-CN', {numeric: true}).compare)", names
    )


def test_columns_are_chosen_and_remembered(app):
    app.open("/projects")
    assert "stage" not in headings(app) and "plans" in headings(app)
    app.page.locator("summary", has_text="选择列").click()
    choices = app.page.locator(".library-choices")
    choices.get_by_text("进度").click()
    choices.get_by_text("十三五→十四五").click()
    app.eventually(lambda: "stage" in headings(app) and "plans" not in headings(app))
    app.page.keyboard.press("Escape")
    choices.wait_for(state="hidden")
    app.page.reload()
    app.settle()
    app.page.locator("th[data-code=stage]").wait_for()
    assert "plans" not in headings(app)


def test_a_row_picks_its_project_on_the_map_and_tells_its_story(app):
    app.open("/projects")
    row(app, PLACED).locator(".is-name").click()
    app.page.wait_for_function(f"() => location.search.includes('site={PLACED}')")
    expect(row(app, PLACED)).to_have_attribute("aria-current", "true")
    under = app.page.locator(".st-key-under-map")
    expect(under.locator(".timeline > li")).to_have_count(2)
    expect(under.locator(".timeline")).to_contain_text("专栏1")


def test_a_site_picked_on_the_map_lights_up_and_scrolls_to_its_row(app, features):
    app.open("/projects?q=&lang=en")
    last = [f for f in features if f["geometry"]][-1]
    lon, lat = last["geometry"]["coordinates"]
    assert last["id"] not in shown(app), "the row must be out of sight to begin with"
    app.move(lat, lon, 17)
    app.click_site(last["id"])
    found = row(app, last["id"])
    found.wait_for()
    app.page.wait_for_function(f"() => document.querySelector('tr[aria-current]')?.dataset.id === '{last['id']}'")

    def in_sight():
        box, table = found.bounding_box(), app.page.locator(".library-scroll").bounding_box()
        return table["y"] < box["y"] and box["y"] + box["height"] <= table["y"] + table["height"] + 1

    app.eventually(in_sight)


def test_the_filter_row_and_the_table_go_together(app, features):
    app.open("/projects")
    app.choose("phase", "key")
    wanted = {f["id"] for f in features if f["properties"]["phase"] == "key"}
    has_rows(app, len(wanted))
    app.eventually(lambda: set(shown(app)), wanted)
    app.page.locator(".filter-search").fill("zzzz")
    app.page.get_by_text("没有项目同时符合这些条件").wait_for()
    app.eventually(lambda: shown(app), [])


# ---- ticks ----


def test_ticked_projects_alone_go_to_the_export(app, features):
    app.open("/projects?phase=completed")
    row(app, PLACED).locator(".is-tick").click()
    row(app, UNPLACED).locator(".is-tick").click()
    said = app.page.locator(".library-said")
    expect(said).to_have_text("已勾选 2 项")
    app.page.get_by_role("button", name="在地图上看").click()
    (name,) = [f["properties"]["name"] for f in features if f["id"] == UNPLACED]
    expect(said).to_have_text(re.compile(f"地图上圈出 1 项.*：{re.escape(name)}$"))
    app.wait_map("m.map.getZoom() > 15")
    app.page.get_by_role("button", name="导出所选").click()
    app.page.get_by_text("选定的 2 项").wait_for()
    app.page.get_by_text("含 2 项：已落图 1 项，未落图 1 项").wait_for()
    app.page.get_by_role("button", name="改为按筛选导出").click()
    app.page.get_by_text("阶段：完工达效").first.wait_for()
    assert app.errors == []


def test_one_click_ticks_all_that_are_shown_and_the_ticks_outlast_the_filter(app, features):
    app.open("/projects?phase=key")
    app.page.get_by_label("勾选表中全部项目").check()
    n = sum(f["properties"]["phase"] == "key" for f in features)
    said = app.page.locator(".library-said")
    expect(said).to_have_text(f"已勾选 {n} 项")
    app.page.locator(".filter-clear").click()
    has_rows(app, len(features))
    expect(said).to_have_text(f"已勾选 {n} 项")
    view(app, "未落图")
    app.page.locator("tr.is-group").first.wait_for()
    gone = sum(f["properties"]["phase"] == "key" and bool(f["geometry"]) for f in features)
    expect(said).to_have_text(f"已勾选 {n} 项，其中 {gone} 项不在当前表中")
    app.page.get_by_role("button", name="清除勾选").click()
    expect(said).to_have_text("已勾选 0 项")


# ---- by keyboard ----


def test_the_table_works_by_keyboard_alone(app, features):
    app.open("/projects")
    plan, keys = [f["id"] for f in features], app.page.keyboard
    grid(app).focus()
    active(app, plan[0])
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    active(app, plan[2])
    keys.press("Space")
    keys.press("Shift+ArrowDown")
    ticked = app.page.locator("tr[aria-selected=true]")
    app.eventually(lambda: ticked.evaluate_all("rows => rows.map(row => row.dataset.id)"), plan[2:4])
    keys.press("Enter")
    app.at_address(f"site={plan[3]}")
    keys.press("End")
    active(app, plan[-1])
    keys.press("Home")
    active(app, plan[0])
    app.page.locator("th[data-code=name] button").focus()
    keys.press("Enter")
    expect(app.page.locator("th[data-code=name]")).to_have_attribute("aria-sort", "ascending")


def test_an_answer_that_comes_late_undoes_nothing_done_since(app, features):
    app.open("/projects")
    plan, keys = [f["id"] for f in features], app.page.keyboard
    grid(app).focus()
    active(app, plan[0])
    for key in ("Enter", "ArrowDown", "Enter", "End"):  # faster than the server answers
        keys.press(key)
    app.at_address(f"site={plan[1]}")
    app.page.locator(".st-key-under-map h2", has_text=features[1]["properties"]["name"]).wait_for()
    app.settle()
    active(app, plan[-1])
    app.page.locator(".library-scroll").evaluate("node => { node.scrollTop = 0; }")
    expect(row(app, plan[1])).to_have_attribute("aria-current", "true")


def test_the_matrix_filters_by_keyboard_and_by_click(app, features):
    app.open("/projects?library=matrix")
    counted = Counter((f["properties"]["sector"], f["properties"]["phase"]) for f in features)
    first = app.page.locator(".matrix tbody button[tabindex='0']")
    first.focus()
    expect(first).to_have_text(str(counted["commerce", "completed"]))
    app.page.keyboard.press("ArrowDown")
    app.page.keyboard.press("Enter")
    n = counted["health", "completed"]
    has_rows(app, n)
    expect(app.page.locator(".filter-shown")).to_contain_text(f"显示 {n} / {len(features)} 项")
    app.at_address("library=matrix")
    pressed = app.page.locator(".matrix button[aria-pressed=true]")
    expect(pressed).to_be_focused()
    expect(pressed).to_have_attribute("title", re.compile("未落图"))
    pressed.click()
    has_rows(app, len(features))


# ---- views and sizes ----


def test_the_map_is_loaded_once_for_all_pages_and_keeps_its_view(app):
    app.open("/")
    app.map("(w.sameMap = 1)")
    app.move(38.915, 121.61, 15)
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="项目库").click()
    row(app, PLACED).wait_for()
    assert app.map("w.sameMap") == 1
    app.wait_map("Math.abs(m.map.getZoom() - 15) < 0.01 && Math.abs(m.map.getCenter().lat - 38.915) < 0.001")
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="地图").click()
    app.page.locator(".site-row").first.wait_for()
    assert app.map("w.sameMap") == 1

    def has_the_most_room():
        frame, panel = (app.page.locator(s).bounding_box() for s in ("iframe.map-frame", ".st-key-stage-panel"))
        return frame["width"] > 2 * panel["width"] and frame["height"] > 600

    app.eventually(has_the_most_room)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_view_scrolls_sideways(new_app, server, language):
    app = new_app(server.url, *SIZES[0]).open(f"/projects?lang={language}&site={PLACED}")
    for code in ("table", "matrix", "unplaced", "programmes"):
        view(app, words_in(language)(f"library.view_{code}"))
        app.at_address("" if code == "table" else f"library={code}")
        for width, _ in app.at_sizes(*SIZES):
            app.page.wait_for_function(NO_SIDEWAYS)
            if width > 1200 or (width > 700 and code != "matrix"):  # the page fits: what is long scrolls inside
                app.page.wait_for_function(FITS)
    assert app.errors == [] and app.outside == []


# ---- hostile and many ----


@pytest.fixture(scope="module")
def many(tmp_path_factory, features, browser):
    """A district of ten thousand projects, all with names that are markup."""
    folder = tmp_path_factory.mktemp("many")
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    made = []
    for i in range(MANY):
        feature = copy.deepcopy(features[i % len(features)])
        feature["id"] = f"{feature['id'][:50]}-{i}"
        feature["properties"]["name"] = feature["properties"]["names"]["en"] = HOSTILE + str(i)
        feature["properties"]["location"]["basis"] = {"zh": HOSTILE, "en": HOSTILE}
        made.append(feature)
    collection = json.loads((data / "projects.geojson").read_text(encoding="utf-8"))
    (data / "projects.geojson").write_text(json.dumps({**collection, "features": made}), encoding="utf-8")
    with running_app(folder, data=data) as server:
        first = App(browser.new_page(), server.url)
        first.page.set_default_timeout(6 * WAIT_MS)  # so much data is read once, and long on a busy machine
        first.open("/projects").page.close()
        yield server


@pytest.mark.parametrize("name", ["table", "matrix", "unplaced"])
def test_names_that_are_markup_are_shown_as_text(new_app, many, name):
    app = new_app(many.url).open(f"/projects?library={name}")
    app.page.locator("tr[data-id]").first.wait_for()
    expect(app.page.locator("tr[data-id] .library-name").first).to_contain_text(HOSTILE)
    app.page.locator("tr[data-id] .library-name").first.click()
    app.page.locator(".st-key-under-map h2", has_text="<img").wait_for()
    assert app.page.evaluate("() => window.hacked") is None
    assert app.page.locator(".library img").count() == 0
    assert app.errors == [] and app.outside == []


def test_ten_thousand_rows_are_drawn_a_screen_at_a_time(new_app, many):
    app = new_app(many.url).open("/projects")
    app.page.locator("tr[data-id]").first.wait_for()
    has_rows(app, MANY)
    assert app.page.locator("tr[data-id]").count() < 60
    first = shown(app)[0]
    app.page.evaluate("() => document.querySelector('th[data-code=grade] button').click()")
    app.page.evaluate(
        "() => { const box = document.querySelector('.library-scroll'); box.scrollTop = box.scrollHeight; }"
    )
    app.page.wait_for_function("id => document.querySelector(`tr[data-id='${id}']`) === null", arg=first)
    assert app.page.locator("tr[data-id]").count() < 60
    app.page.evaluate("() => document.querySelector('thead input').click()")
    expect(app.page.locator(".library-said")).to_contain_text(f"{MANY}")
