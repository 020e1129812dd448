"""From the map to a file in the reader's hands: view brought along, preview, download, long jobs, clipboard."""

import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import SIZES

pytestmark = pytest.mark.browser


def choose_format(app, name):
    app.page.get_by_role("combobox", name="格式").click()
    app.page.get_by_role("option", name=name).click()
    app.page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')


def preview_of(app):
    picture = app.page.locator(".st-key-x-preview img")
    picture.wait_for()
    return picture


def test_one_click_brings_filter_and_view_to_a_picture(new_app, server, tmp_path):
    app = new_app(server.url).open("/?phase=key")
    app.move(38.915, 121.61, 14.5)
    app.page.locator(".filter-export").click()
    preview_of(app)
    app.at_address("/export", "phase=key")
    expect(app.page.get_by_role("radio", name="当前视图")).to_be_checked()
    with app.page.expect_download() as download:
        app.page.get_by_role("button", name="下载").click()
    name = download.value.suggested_filename
    assert name.startswith("西岗区_当前视图_规划图_重点实施_") and name.endswith(".png")
    download.value.save_as(tmp_path / "map.png")
    assert Image.open(tmp_path / "map.png").size == (2000, 1125)
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="地图").click()
    app.page.locator("iframe.map-frame").wait_for(state="visible")
    app.wait_map("Math.abs(m.map.getZoom() - 14.5) < 0.01")
    assert app.errors == [] and app.outside == []


def test_a_long_export_tells_its_progress_and_can_be_cancelled(new_app, server):
    app = new_app(server.url).open("/export?sector=technology")
    choose_format(app, "图集 PDF")
    app.page.get_by_role("button", name="开始制作").click()
    app.page.get_by_text("正在制作：").wait_for()
    app.page.get_by_role("button", name="取消").click()
    app.page.get_by_role("button", name="开始制作").wait_for()
    assert app.errors == []


def test_the_meeting_pack_is_made_and_downloaded(new_app, server, tmp_path):
    app = new_app(server.url).open("/export?q=汇智云顶")
    choose_format(app, "会议材料包 ZIP")
    app.page.get_by_role("button", name="开始制作").click()
    ready = app.page.get_by_role("button", name="下载")
    ready.wait_for(timeout=90_000)
    with app.page.expect_download() as download:
        ready.click()
    download.value.save_as(tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as packed:
        assert packed.testzip() is None
        assert sorted(name.rsplit(".", 1)[1] for name in packed.namelist()) == ["html", "pdf", "png", "pptx", "xlsx"]
        assert all("西岗区" in name and "汇智云顶" in name for name in packed.namelist())


def test_the_picture_is_copied(browser, server):
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto(server.url + "/export")
    page.locator(".copy-picture button").click()
    page.get_by_text("已复制").wait_for(timeout=30_000)
    assert page.evaluate("() => navigator.clipboard.read().then(items => items[0].types)") == ["image/png"]
    context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_fits_every_screen(new_app, server, language):
    app = new_app(server.url, *SIZES[0])
    app.page.goto(f"{server.url}/export?lang={language}")
    preview_of(app)
    for width, _ in app.at_sizes(*SIZES):
        app.page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
