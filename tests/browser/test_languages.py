"""The longer languages on screen: no page scrolls sideways, no button or heading is cut."""

import pytest

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/?site=huizhi-yunding", "/structure", "/projects", "/opportunities",
    "/compare?list=huizhi-yunding,hang-lung-plaza", "/export", "/indicators", "/help",
)  # fmt: skip
SIDEWAYS = "() => document.documentElement.scrollWidth > innerWidth"
CUT = """() => [...document.querySelectorAll(".stMain :is(button, h1, h2, h3, [role=radio], a)")]
    .filter(e => e.offsetWidth && getComputedStyle(e).overflow !== "visible" && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.innerText.trim()).filter(Boolean)"""


@pytest.mark.parametrize("language", ["ja", "ko", "ru"])
def test_nothing_is_cut_and_no_page_scrolls_sideways(app, language):
    for path in PAGES:
        app.open(path + ("&" if "?" in path else "?") + f"lang={language}")
        for width, _ in app.at_sizes((390, 900), (1440, 900)):
            place = (path, width)
            app.eventually(
                lambda place=place: (place, app.page.evaluate(SIDEWAYS), app.page.evaluate(CUT)), (place, False, [])
            )
