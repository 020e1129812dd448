"""A server that is killed and started again: the tabs that were open find their way back by themselves."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running_app

pytestmark = pytest.mark.browser


def test_a_tab_goes_on_after_its_server_was_killed_and_started_again(new_app, tmp_path):
    with running_app(tmp_path) as server:
        app = new_app(server.url).open("/?phase=key&site=huizhi-yunding&lang=en")
        server.process.kill()
        told = app.page.get_by_role("dialog")
        expect(told).to_be_visible()
    with running_app(tmp_path, port=urlsplit(server.url).port):
        expect(told).to_be_hidden()
        app.settle()
        expect(app.page.locator("[data-menu=phase]")).to_have_text("Phase · 1")
        app.panel().get_by_text("List", exact=True).click()
        row = app.page.locator(".site-row").nth(3)
        name = row.inner_text().split("\n")[0]
        row.click()
        expect(app.panel().locator(".detail h2")).to_have_text(name)
        app.choose("phase", "key", "proposed")
        app.at_address("phase=proposed", "lang=en")
