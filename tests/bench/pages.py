"""The planner's pages: how soon each is drawn on a warm server, and how soon each answers, beside a plain table app."""

import json
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from geo.store.author import Role
from geo.store.editors.people import Editors
from tests.bench.driver import IDLE, OURS, PEER, Tab, served

REPEATS = 10
DRAW_BAR_MS, ANSWER_BAR_MS, EDIT_BAR_MS = 1000, 300, 500
INSIDE = ((38.8920, 121.6095), (38.8975, 121.6095))  # of the district, with no marker near
EDITED, EDITOR, PASSWORD = "huizhi-yunding", "bench", "bench password"
TABLE_PEER = replace(PEER, name="table peer", script="tests/bench/peer_table_app.py")

# Page, its link in the navigation, and what shows that it is drawn (JavaScript in the page).
PAGES = {
    "structure": ("空间结构", "document.querySelector('.st-key-stage-panel h2, .st-key-stage-panel h1') !== null"),
    "projects": ("项目库", "document.querySelectorAll('tr[data-id]').length > 10"),
    "opportunities": ("招商", "document.querySelectorAll('.cards .card').length > 10"),
    "indicators": ("指标", "document.body.innerText.includes('地区生产总值增长')"),
    "export": ("出图", "(i => i && i.complete && i.naturalWidth > 0)(document.querySelector('.st-key-x-preview img'))"),
    "data": ("数据", "document.querySelectorAll('tr[data-id]').length > 10"),
    "about": (
        "数据说明",
        "document.body.innerText.includes('落图精度等级') || document.querySelector('.prose') !== null",
    ),
    "help": ("帮助", "document.querySelector('.guide') !== null"),
}


def link(tab: Tab, name: str):
    return tab.page.get_by_test_id("stTopNav").get_by_role("link", name=name, exact=True)


def first_draws(browser, url: str) -> dict[str, float]:
    """Return the median from a click in the navigation to the page drawn, coming from the map each time."""
    tab = Tab(browser, OURS, url)
    figures = {}
    for page, (name, drawn) in PAGES.items():
        took = []
        for number in range(REPEATS + 1):
            took.append(tab.timed(drawn, link(tab, name).click))
            link(tab, "地图").click()
            tab.page.wait_for_function("() => document.querySelector('.filter-row') !== null")
            tab.page.wait_for_selector(IDLE)
            if number == 0:
                took.clear()  # the first draw fills caches
        figures[page] = statistics.median(took)
    tab.page.close()
    return figures


def answers(browser, url: str) -> dict[str, float]:
    """Return the median from a click to its answer on the pages that are worked with."""
    tab = Tab(browser, OURS, url)
    figures = {}

    def repeat(name: str, done: Callable[[int], str], act: Callable[[int], object]) -> None:
        took = []
        for number in range(REPEATS + 1):
            expected = done(number)
            took.append(tab.timed(expected, lambda n=number: act(n)))
        figures[name] = statistics.median(took[1:])

    def changed(value: str) -> Callable[[int], str]:
        return lambda _: f"{value} !== {tab.page.evaluate('() => JSON.stringify(' + value + ' ?? null)')}"

    titles = "document.querySelector('.st-key-stage-panel h2, .st-key-stage-panel h1').innerText"
    link(tab, "空间结构").click()
    tab.page.wait_for_function("() => " + PAGES["structure"][1])
    tab.page.wait_for_selector(IDLE)

    keys = ["ArrowRight", "ArrowLeft"]
    repeat("structure: next by keyboard", changed(titles), lambda n: tab.page.keyboard.press(keys[n % 2]))
    link(tab, "项目库").click()
    tab.page.wait_for_function("() => " + PAGES["projects"][1])
    tab.page.wait_for_selector(IDLE)
    tab.page.locator("[data-menu=phase]").click()
    shown = "document.querySelector('.filter-shown').innerText"
    option = tab.page.locator("#filter-popup-phase input[value=completed]")
    repeat("projects: filter to counted", changed(shown), lambda _: option.click())
    tab.page.keyboard.press("Escape")
    picked = "document.querySelector('.st-key-under-map h2')?.innerText"
    rows = tab.page.locator("tr[data-id] .is-name")
    repeat("projects: row to details", changed(picked), lambda n: rows.nth(n % 2).click())
    views = tab.page.locator(".st-key-library").get_by_role("radio")
    has_matrix = "(document.querySelector('.matrix') !== null)"
    repeat("projects: table or matrix", changed(has_matrix), lambda n: views.nth(1 - n % 2).click())
    tab.page.close()
    return figures


def saved_edit(browser, url: str) -> float:
    """Return the median from the click on save to the moved project drawn on the map."""
    tab = Tab(browser, OURS, f"{url}/data?task=edit&site={EDITED}")
    page = tab.page
    page.locator(".st-key-login-in").get_by_role("button").click()
    page.locator("input[autocomplete=username]").fill(EDITOR)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".st-key-login-out").wait_for()
    page.wait_for_selector(IDLE)
    frame = page.locator("iframe.map-frame").bounding_box()
    place = f"JSON.stringify(window.mapFrame().contentWindow.planMap.pixelOf('{EDITED}'))"
    took = []
    for number in range(REPEATS + 1):
        at = page.evaluate(OURS.pixel % INSIDE[number % 2])
        page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])
        why = page.locator("[class*=st-key-edit-why] input")
        why.fill("bench")
        why.press("Tab")
        save = page.locator(".st-key-edit_save button:not([disabled])")
        save.wait_for()
        page.wait_for_selector(IDLE)
        took.append(tab.timed(f"{place} !== {json.dumps(page.evaluate(place))}", save.click))
        page.locator(".st-key-edit_save").wait_for(state="detached")
    page.close()
    return statistics.median(took[1:])


def peer_answer(browser, url: str) -> float:
    """Return the median from the peer's filter to its count and map drawn again."""
    tab = Tab(browser, TABLE_PEER, url)
    count = "document.querySelector('[data-testid=stMarkdown] strong')?.innerText"
    pill = tab.page.locator(TABLE_PEER.pill)
    took = []
    for _ in range(REPEATS + 1):
        before = tab.page.evaluate(f"() => {count}")
        took.append(tab.timed(f"{count} !== '{before}' && ({TABLE_PEER.drawn}) > 0", pill.click))
        tab.page.wait_for_selector(IDLE)
    tab.page.close()
    return statistics.median(took[1:])


def run(browser) -> tuple[dict[str, float], bool]:
    """Measure, print and judge the pages."""
    with tempfile.TemporaryDirectory() as folder:
        with served(OURS, collect_garbage=False, log=Path(folder) / "ours.log") as (url, _):
            draws, answered = first_draws(browser, url), answers(browser, url)
        state = Path(folder) / "state"
        Editors(state / "editors.json").add(EDITOR, Role.EDITOR, PASSWORD)
        with served(OURS, collect_garbage=False, log=Path(folder) / "edits.log", state=state) as (url, _):
            edited = {"data: saved edit to drawn": saved_edit(browser, url)}
        with served(TABLE_PEER, collect_garbage=False, log=Path(folder) / "peer.log") as (url, _):
            peer_ms = peer_answer(browser, url)
    print("\npages (medians, milliseconds)")
    passed = True
    judged = ((draws, DRAW_BAR_MS, "first draw"), (answered, ANSWER_BAR_MS, "answer"), (edited, EDIT_BAR_MS, "edit"))
    for figures, bar, what in judged:
        for name, took in figures.items():
            passed &= took <= bar
            print(f"  {'PASS' if took <= bar else 'FAIL'}  {name:32}{took:8.0f}   {what}, bar {bar}")
    for name, took in answered.items():
        print(f"        {name:32}{took / peer_ms:8.2f}   of the table peer's {peer_ms:.0f} ms")
    return {**draws, **answered, **edited, "peer": peer_ms}, passed
