"""The longer languages on screen: no page scrolls sideways, no button or heading is cut."""

import pytest

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/?site=huizhi-yunding", "/structure", "/projects", "/opportunities",
    "/compare?list=huizhi-yunding,hang-lung-plaza", "/export", "/indicators", "/help",
)  # fmt: skip
CUT = """() => [...document.querySelectorAll(".stMain :is(button, h1, h2, h3, [role=radio], a)")]
    .filter(e => e.offsetWidth && getComputedStyle(e).overflow !== "visible" && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.innerText.trim()).filter(Boolean)"""


@pytest.mark.parametrize(("language", "width"), [("ja", 1440), ("ko", 1440), ("ru", 1440), ("ru", 390)])
def test_nothing_is_cut_and_no_page_scrolls_sideways(app, language, width):
    app.page.set_viewport_size({"width": width, "height": 900})
    found = {}
    for path in PAGES:
        app.open(path + ("&" if "?" in path else "?") + f"lang={language}")
        sideways = app.page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
        found[path] = (sideways, app.page.evaluate(CUT))
    assert {path: what for path, what in found.items() if what != (False, [])} == {}
