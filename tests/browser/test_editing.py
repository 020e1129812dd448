"""An editor moves a pin and saves: the map shows it at once, to everybody, and the form keeps what is typed."""

import pytest
from playwright.sync_api import expect

from geo.store.author import Role
from geo.store.editors.people import Editors
from geo.store.store import Store
from layers.words import words_in
from tests.browser.conftest import running_app

pytestmark = pytest.mark.browser
ZH = words_in("zh")
PASSWORD = "correct horse 电池"
SITE = "huizhi-yunding"
INSIDE = [38.8920, 121.6095]  # of the district, with no marker near
WATCH = """site => {
  const map = document.querySelector('iframe.map-frame').contentWindow.planMap, replace = map.replaceSites;
  window.drawnAt = [];
  map.replaceSites = next => { replace(next);
    requestAnimationFrame(() => requestAnimationFrame(() => window.drawnAt.push(performance.now()))); };
}"""


@pytest.fixture
def office(tmp_path):
    """The folder of an app, with its editors' file."""
    Editors(tmp_path / "state" / "editors.json").add("张三", Role.EDITOR, PASSWORD)
    return tmp_path


def sign_in(tab):
    page = tab.page
    page.locator(".st-key-login-in").get_by_role("button").click()
    page.get_by_label(ZH("login.name")).fill("张三")
    page.get_by_label(ZH("login.password"), exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-login-out")).to_contain_text("张三")
    tab.settle()


def field(tab, label: str):
    return tab.page.locator(".st-key-stage-panel").get_by_label(label, exact=True)


def typed(tab, label: str, text: str):
    field(tab, label).fill(text)
    field(tab, label).press("Tab")
    tab.settle()


def test_a_moved_pin_is_saved_and_drawn_for_everybody(office, new_app):
    with running_app(office) as server:
        reader = new_app(server.url).open(f"/?site={SITE}")
        old = reader.map("m.pixelOf(a)", SITE)
        tab = new_app(server.url).open(f"/data?task=edit&site={SITE}")
        sign_in(tab)
        tab.wait_map("document.querySelector('iframe.map-frame').contentWindow.document.querySelector('.map-pin')")
        frame = tab.page.locator("iframe.map-frame").bounding_box()
        at = tab.map("m.map.latLngToContainerPoint(a)", INSIDE)
        tab.page.mouse.click(frame["x"] + at["x"], frame["y"] + at["y"])
        expect(tab.page.locator(".st-key-edit_save")).to_be_visible()
        wanted = [float(field(tab, ZH(f"edit.{axis}")).input_value()) for axis in ("lon", "lat")]
        tab.page.locator(".st-key-edit_save button").click()
        expect(tab.page.get_by_text(ZH("edit.why_missing"))).to_be_visible()
        typed(tab, ZH("edit.why"), "据实测")
        tab.page.evaluate(WATCH, SITE)
        tab.page.locator(".st-key-edit_save button").click()
        tab.page.wait_for_function("() => window.drawnAt.length > 0")
        store = Store(f"sqlite:///{office / 'state' / 'record.sqlite'}")
        entry = store.entry(SITE)
        assert entry
        assert entry.record["geometry"]["coordinates"] == pytest.approx(wanted, abs=1e-6)
        assert store.changes()[0].author == "张三"
        drawn = tab.map(
            "(p => { const at = m.map.containerPointToLatLng(p); return [at.lng, at.lat]; })(m.pixelOf(a))", SITE
        )
        assert drawn == pytest.approx(wanted, abs=2e-4)
        reader.page.keyboard.press("r")
        reader.wait_map("(p => Math.hypot(p.x - a[1].x, p.y - a[1].y) > 5)(m.pixelOf(a[0]))", [SITE, old])


def test_what_is_typed_outlasts_a_look_at_another_page(office, new_app):
    with running_app(office) as server:
        tab = new_app(server.url).open(f"/data?task=edit&site={SITE}")
        sign_in(tab)
        typed(tab, ZH("table.address"), "五四路 1 号")
        expect(tab.page.locator(".st-key-edit_save")).to_be_visible()
        tab.page.get_by_role("link", name=ZH("page.indicators"), exact=True).first.click()
        tab.settle()
        tab.page.get_by_role("link", name=ZH("page.data"), exact=True).first.click()
        tab.settle()
        expect(field(tab, ZH("table.address"))).to_have_value("五四路 1 号")
        assert tab.errors == [] and tab.outside == []
