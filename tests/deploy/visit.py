"""A visit in Chromium: the map is looked at, a picture taken away, a file brought in. It fails where any of it does.

``python -m tests.deploy.visit URL CHROMIUM FOLDER``, as a process of its own: it goes where the tests themselves
cannot, into a network without a way out.
"""

import json
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from layers.words import words_in
from tests.browser.conftest import ARGS, ROOT, App
from tests.browser.test_editing import sign_in

ZH = words_in("zh")
NEW = {"名称": "离线新地块", "领域": "commerce", "阶段": "proposed"}
PLACE = [121.6174, 38.9069]
WHY = "安装后试用"


def look(tab: App) -> None:
    features = json.loads((ROOT / "data/projects.geojson").read_text(encoding="utf-8"))["features"]
    placed = sorted(each["id"] for each in features if each["geometry"])
    tab.open()
    tab.eventually(lambda: sorted(tab.map("m.drawn()")), placed)
    assert len(tab.map("m.drawnElements()")) == 10


def take_away(tab: App, folder: Path) -> None:
    tab.page.locator(".filter-export").click()
    tab.page.locator(".st-key-x-preview img").wait_for()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="下载").click()
    download.value.save_as(folder / "map.png")
    with Image.open(folder / "map.png") as picture:
        picture.load()
        assert picture.size == (2000, 1125) and len(picture.convert("RGB").getcolors(2000 * 1125)) > 100


def bring_in(tab: App) -> None:
    page = tab.page
    tab.open("/data?task=import")
    sign_in(tab)
    feature = {"type": "Feature", "properties": NEW, "geometry": {"type": "Point", "coordinates": PLACE}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    file = {"name": "新地块.geojson", "mimeType": "application/geo+json", "buffer": content}
    page.locator(".st-key-import-file input[type=file]").set_input_files([file])
    page.get_by_text("WGS 84", exact=False).and_(page.locator("label *")).first.click()
    for label, text in (("import.source", "测绘院"), ("table.accuracy_m", "5")):
        field = page.locator(".st-key-stage-panel").get_by_label(ZH(label), exact=True).last
        field.fill(text)
        field.press("Tab")
        tab.settle()
    page.locator("[class*=default-location-grade] input").click()
    page.get_by_role("option", name=ZH("grade.exact")).click()
    page.locator(".st-key-import_try button").click()
    expect(page.locator(".import-rows tbody tr").first).to_be_visible()
    why = page.locator(".st-key-stage-panel").get_by_label(ZH("edit.why"), exact=True)
    why.fill(WHY)
    why.press("Tab")
    tab.settle()
    page.locator(".st-key-import_save button").click()
    expect(page.get_by_text(ZH("import.see_changes"))).to_be_visible()


def main(url: str, chromium: str, folder: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        tab = App(browser.new_page(viewport={"width": 1440, "height": 900}), url)
        try:
            look(tab)
            take_away(tab, Path(folder))
            bring_in(tab)
        except BaseException:
            tab.page.screenshot(path=Path(folder) / "failed.png")
            raise
        assert (tab.outside, tab.failed, tab.errors) == ([], [], [])
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
