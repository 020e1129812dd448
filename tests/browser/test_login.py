"""Signing in by keyboard with a password, and through an OIDC provider of this machine."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geo.store.author import Role
from geo.store.editors.people import Editors
from layers.words import words_in
from tests.browser.conftest import running_app
from tests.browser.oidc_provider import CLIENT_ID, CLIENT_SECRET, running_provider
from tests.browser.test_accessibility import AXE, RUN

pytestmark = pytest.mark.browser
ZH = words_in("zh")
PASSWORD = "correct horse 电池"
SIGNED_OUT, SIGNED_IN = ".st-key-login-in", ".st-key-login-out"


@pytest.fixture
def office(tmp_path):
    """The folder of an app, with its editors' file."""
    editors = Editors(tmp_path / "state" / "editors.json")
    editors.add("张三", Role.EDITOR, PASSWORD)
    editors.add("wang@office.example", Role.ADMIN, None)
    return tmp_path


def written_by(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.txt"))


def test_signing_in_and_out_by_keyboard_on_a_phone(office, new_app):
    with running_app(office) as server:
        tab = new_app(server.url, 390, 844)
        page, sent = tab.page, []
        page.on("request", lambda request: sent.append(request.url))
        page.add_init_script(path=str(AXE))
        tab.open("/?phase=key")
        page.locator(SIGNED_OUT).get_by_role("button").focus()
        page.keyboard.press("Enter")
        name, password = page.get_by_label(ZH("login.name")), page.get_by_label(ZH("login.password"), exact=True)
        name.fill("张三")
        password.fill("a wrong password")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(ZH("login.wrong"))
        expect(password).to_have_value("")
        found = page.evaluate(RUN)
        assert found == [], json.dumps(found, ensure_ascii=False, indent=1)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

        password.fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(SIGNED_IN)).to_contain_text("张三")
        tab.settle()
        expect(password).to_have_count(0)
        assert "phase=key" in page.url, "the state stays"
        page.locator(SIGNED_IN).get_by_role("button").press("Enter")
        expect(page.get_by_text(ZH("role.editor"))).to_be_visible()
        assert page.evaluate(RUN) == []
        page.get_by_role("button", name=ZH("login.out")).press("Enter")
        expect(page.locator(SIGNED_OUT)).to_be_visible()
        assert not any("password" in url or "horse" in url for url in sent) and tab.errors == tab.failed == []
    assert "horse" not in written_by(office)


def test_through_the_offices_login(office, new_app, monkeypatch):
    with running_provider("wang@office.example") as provider:
        secrets = office / "secrets.toml"
        settings = {
            "redirect_uri": "http://localhost:{port}/oauth2callback",
            "cookie_secret": "0123456789abcdef0123456789abcdef",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "server_metadata_url": f"{provider.url}/.well-known/openid-configuration",
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        secrets.write_text("\n".join(["[auth]", *lines]), encoding="utf-8")
        monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
        with running_app(office) as server:
            tab = new_app(server.url)
            page = tab.page
            tab.open("/")
            page.locator(SIGNED_OUT).get_by_role("button").click()
            expect(page.get_by_label(ZH("login.password"), exact=True)).to_have_count(0)
            page.get_by_role("button", name=ZH("login.oidc")).click()
            expect(page.locator(SIGNED_IN)).to_contain_text("wang@office")
            page.reload()
            page.locator(SIGNED_IN).get_by_role("button").click()
            expect(page.get_by_text(f"wang@office.example · {ZH('role.admin')}")).to_be_visible()
            page.get_by_role("button", name=ZH("login.out")).click()
            expect(page.locator(SIGNED_OUT)).to_be_visible()
            reached = server.outside_connections().splitlines()  # the log takes names in bytes for outside ones
            assert tab.outside == [] and all(line.startswith("(b'localhost',") for line in reached)
