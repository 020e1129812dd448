"""Importing in a real browser: the points before and after on the map, the uploader in our words, calling it off."""

import json

import pytest
from playwright.sync_api import expect

from geo.datum import wgs84_to_gcj02
from geo.store.author import Role
from geo.store.editors.people import Editors
from geo.store.store import Store
from layers.words import words_in
from tests.browser.conftest import running_app
from tests.browser.test_accessibility import AXE, RUN
from tests.browser.test_editing import PASSWORD, sign_in

pytestmark = pytest.mark.browser
ZH = words_in("zh")
NEW = "新测地块"
CANCEL, SAVE = ".st-key-import_cancel", ".st-key-import_save"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    Editors(folder / "state" / "editors.json").add("张三", Role.EDITOR, PASSWORD)
    with running_app(folder) as running:
        running.folder = folder
        yield running


@pytest.fixture
def tab(server, new_app):
    opened = new_app(server.url).open("/data?task=import")
    sign_in(opened)
    return opened


def from_a_map_service(features) -> bytes:
    """Return known places as somebody clicks them on a Chinese map service: in GCJ-02; and a new one."""
    places = {
        each["properties"]["name"]: each["geometry"]["coordinates"]
        for each in features
        if each["geometry"] and each["properties"]["location"]["grade"] in ("exact", "near")
    }
    lines = ["名称,经度,纬度,领域,阶段"]
    for name, place in {**places, NEW: next(iter(places.values()))}.items():
        lon, lat = wgs84_to_gcj02(*place)
        codes = "," if name in places else "commerce,proposed"
        lines.append(f"{name},{float(lon):.6f},{float(lat):.6f},{codes}")
    return "\n".join(lines).encode()


def upload(tab, name: str, content: bytes):
    files = [{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    tab.page.locator(".st-key-import-file input[type=file]").set_input_files(files)


def typed(tab, label: str, text: str):
    field = tab.page.locator(".st-key-stage-panel").get_by_label(label, exact=True).last
    field.fill(text)
    field.press("Tab")
    tab.settle()


def test_the_points_are_drawn_before_and_after_and_imported(server, tab, features):
    upload(tab, "高德.csv", from_a_map_service(features))
    expect(tab.page.get_by_text("GCJ-02").first).to_be_visible()
    tab.eventually(lambda: tab.map("m.drawnSketch()"), ["before", "after"])
    expect(tab.page.locator(".import-key")).to_contain_text(ZH("legend.sketch_after"))
    typed(tab, ZH("import.source"), "测绘院")
    typed(tab, ZH("table.accuracy_m"), "5")
    tab.page.locator("[class*=default-location-grade] input").click()
    tab.page.get_by_role("option", name=ZH("grade.exact")).click()
    tab.page.locator(".st-key-import_try button").click()
    expect(tab.page.locator(".import-rows tbody tr").first).to_be_visible()
    expect(tab.page.locator(f"{SAVE} button")).to_be_disabled()
    typed(tab, ZH("edit.why"), "点位复核")
    tab.page.locator(f"{SAVE} button").click()
    expect(tab.page.get_by_text(ZH("import.see_changes"))).to_be_visible()
    tab.eventually(lambda: tab.map("m.drawnSketch()"), [])
    kept = Store(f"sqlite:///{server.folder / 'state' / 'record.sqlite'}")
    assert kept.changes(limit=1)[0].why == "点位复核"
    kept.engine.dispose()
    assert tab.errors == []


def test_the_sketch_goes_when_the_task_is_left_and_the_browser_can_ask_for_it_again(tab, features):
    upload(tab, "a.csv", from_a_map_service(features))
    tab.eventually(lambda: tab.map("m.drawnSketch()"), ["before", "after"])
    tab.page.get_by_text("English", exact=True).click()
    expect(tab.page.get_by_text(words_in("en")("import.step_columns")).first).to_be_visible()
    tab.eventually(lambda: tab.map("m.drawnSketch()"), ["before", "after"])
    tab.page.get_by_text(words_in("en")("task.verify"), exact=True).click()
    tab.eventually(lambda: tab.map("m.drawnSketch()"), [])


def test_the_uploader_speaks_the_reader_s_language_and_refuses_what_is_too_large(tab, tmp_path):
    button = tab.page.locator(".st-key-import-file button").first
    shown = "e => getComputedStyle(e, '::after').content"
    assert ZH("import.choose") in button.locator("p").evaluate(shown)
    assert button.locator("p").evaluate("e => getComputedStyle(e).fontSize") == "0px"
    large = tmp_path / "large.gpkg"
    with large.open("wb") as file:
        file.truncate(201 * 1024**2)
    tab.page.locator(".st-key-import-file input[type=file]").set_input_files(large)
    expect(tab.page.locator(".st-key-import-file [aria-invalid=true]")).to_be_visible()
    assert ZH("import.refused") in tab.page.locator(".st-key-import-file").evaluate(shown)


def test_a_large_file_can_be_called_off_while_others_go_on_working(server, tab, new_app):
    point = '{"type":"Feature","properties":{"name":"P%d"},"geometry":{"type":"Point","coordinates":[121.6,38.9]}}'
    content = ('{"type":"FeatureCollection","features":[' + ",".join(point % n for n in range(120_000)) + "]}").encode()
    reader = new_app(server.url).open()
    before = len(reader.map("m.drawn()"))
    upload(tab, "large.geojson", content)
    expect(tab.page.locator(CANCEL)).to_be_visible()
    reader.choose("phase", "key")
    assert 0 < len(reader.map("m.drawn()")) < before
    tab.page.locator(f"{CANCEL} button").click()
    expect(tab.page.locator(CANCEL)).to_have_count(0)
    expect(tab.page.locator(".st-key-import-file [data-testid=stFileChip]")).to_have_count(0)
    upload(tab, "good.geojson", json.dumps({"type": "FeatureCollection", "features": []}).encode())
    expect(tab.page.get_by_text(ZH("import.unusable"))).to_be_visible()


def test_the_legend_folds_on_the_narrow_map_and_comes_back_on_the_wide_one(server, new_app):
    app = new_app(server.url).open()
    legend = app.page.frame_locator("iframe.map-frame").locator(".map-legend")
    expect(legend).to_have_attribute("open", "")
    app.page.get_by_role("link", name=ZH("page.data"), exact=True).click()
    expect(legend).not_to_have_attribute("open", "")
    app.page.get_by_role("link", name=ZH("page.map"), exact=True).click()
    expect(legend).to_have_attribute("open", "")


def test_on_a_phone_nothing_is_cut_off_or_out_of_reach(server, new_app, features):
    phone = new_app(server.url, 390, 844)
    phone.page.add_init_script(path=str(AXE))
    phone.open("/data?task=import")
    sign_in(phone)
    upload(phone, "a.csv", from_a_map_service(features))
    expect(phone.page.get_by_text(ZH("import.step_columns"))).to_be_attached()
    assert phone.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    found = phone.page.evaluate(RUN)
    assert found == [], json.dumps(found, ensure_ascii=False, indent=1)
    assert phone.errors == []
