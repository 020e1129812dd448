"""Nothing asks an outside host for anything: not the browser, not the server, not under a proxy path."""

import json
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, running_app

pytestmark = pytest.mark.browser
HOSTILE = (
    '<img src=x onerror="window.top.hacked=1">"><script>window.top.hacked=1</script>![x](http://evil.example/x.png)'
)


def walk(app):
    """Go through the whole app as a curious reader would."""
    for path in ("/", "/?lang=en", "/about", "/about?lang=en"):
        app.open(path)
    app.open("/")
    for menu in ("phase", "sector", "place", "grade", "layers"):
        app.page.locator(f"[data-menu={menu}]").click()
        app.page.locator(f"#filter-popup-{menu}").wait_for()
        app.page.keyboard.press("Escape")
        app.page.locator(f"#filter-popup-{menu}").wait_for(state="hidden")
    app.page.get_by_role("searchbox").or_(app.page.locator("input[type=search]")).first.fill("东关")
    app.page.wait_for_function("() => document.querySelectorAll('.site-row').length === 1")
    app.page.locator(".site-row").click()
    app.panel().locator(".detail h2").wait_for()


def test_nothing_outside_is_asked_for(app, server):
    walk(app)
    assert app.outside == []
    assert app.failed == []
    assert server.outside_connections() == ""


def test_nothing_outside_is_asked_for_under_a_proxy_path(new_app, tmp_path):
    with running_app(tmp_path, base_path="xigang") as server:
        app = new_app(server.url)
        app.open("")
        walk(app)
        assert app.outside == [] and app.failed == []
        assert server.outside_connections() == ""


def test_a_link_to_a_page_opens_it_on_a_server_just_started(new_app, tmp_path):
    with running_app(tmp_path) as server:
        app = new_app(server.url).open("/about?lang=en")
        app.page.get_by_text("Sources, licences and known gaps").wait_for()
        assert "/about" in app.page.url and "lang=en" in app.page.url
        app.page.get_by_role("link", name="Map").click()
        app.page.locator("iframe.map-frame").wait_for(state="visible")


def test_html_in_the_data_is_shown_and_never_run(new_app, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    projects = json.loads((data / "projects.geojson").read_text(encoding="utf-8"))
    bad = next(f for f in projects["features"] if f["id"] == "huizhi-yunding")["properties"]
    bad["name"] = bad["names"]["en"] = bad["mentions"][0]["name"] = HOSTILE
    bad["summary"] = bad["location"]["basis"] = {"zh": HOSTILE, "en": HOSTILE}
    bad["location"]["address"] = bad["location"]["source"] = HOSTILE
    (data / "projects.geojson").write_text(json.dumps(projects), encoding="utf-8")
    layout = json.loads((data / "layout.geojson").read_text(encoding="utf-8"))
    element = layout["features"][-1]["properties"]
    element["name"] = element["names"]["en"] = HOSTILE
    element["summary"] = element["basis"] = {"zh": HOSTILE, "en": HOSTILE}
    element["functions"] = [{"zh": HOSTILE, "en": HOSTILE}]
    (data / "layout.geojson").write_text(json.dumps(layout), encoding="utf-8")
    for name in ("roads", "road_labels", "landmarks", "metro", "neighbours"):
        path = data / "base" / f"{name}.geojson"
        base = json.loads(path.read_text(encoding="utf-8"))
        base["features"][0]["properties"]["name"] = HOSTILE
        path.write_text(json.dumps(base), encoding="utf-8")
    with running_app(tmp_path, data=data) as server:
        app = new_app(server.url)
        for path in ("/?site=huizhi-yunding", f"/?element={layout['features'][-1]['id']}", "/about"):
            for language in ("zh", "en"):
                app.open(path + ("&" if "?" in path else "?") + f"lang={language}")
                app.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                assert app.page.evaluate("() => window.hacked") is None
        app.open("/?site=huizhi-yunding")
        expect(app.panel()).to_contain_text(HOSTILE[:30])
        app.move(38.90688, 121.61742, 17)
        app.page.locator("[data-menu=place]").click()
        app.page.locator("#filter-popup-place").get_by_text("<img src=x").wait_for()
        assert app.page.evaluate("() => window.hacked") is None
        assert app.outside == [] and app.errors == []
