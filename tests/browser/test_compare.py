"""The shortlist in the browser: collected anywhere, compared, sent as a link or a code, the same elsewhere."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image

pytestmark = pytest.mark.browser
SITES = ("huizhi-yunding", "hang-lung-plaza")


def link(app) -> str:
    return app.page.locator(".share input").input_value()


def columns(app) -> list[str]:
    return app.page.locator(".compared thead button").evaluate_all("all => all.map(node => node.dataset.id)")


def to_comparison(app):
    app.page.get_by_test_id("stTopNav").get_by_role("link", name="备选比选").click()
    app.page.locator(".compared").wait_for()
    return app.settle()


def collected(app, n: int):
    """Wait until the count beside the page's name is `n`."""
    app.page.wait_for_function(
        """n => getComputedStyle(document.querySelector('[data-testid=stTopNav] a[href$="/compare"]'), '::after')
            .content === JSON.stringify(String(n))""",
        arg=n,
    )


def test_collected_on_the_map_compared_and_kept_by_a_reload(app):
    app.open(f"/?site={SITES[0]}")
    app.panel().get_by_role("button", name="加入备选").click()
    collected(app, 1)
    app.click_site(SITES[1])
    app.panel().get_by_role("button", name="加入备选").click()
    collected(app, 2)
    to_comparison(app)
    app.eventually(lambda: columns(app), list(SITES))
    app.eventually(lambda: sorted(app.map("m.drawn()")), sorted(SITES))
    app.wait_map("a.every(id => m.labels.placed.includes(id))", list(SITES))
    app.wait_map("a.every(id => m.map.getBounds().contains(m.map.containerPointToLatLng(m.pixelOf(id))))", list(SITES))
    app.page.get_by_role("button", name="后移：汇智云顶").click()
    app.page.wait_for_function("a => document.querySelector('.compared thead button').dataset.id === a", arg=SITES[1])
    app.page.wait_for_function("a => location.search.includes('list=' + a)", arg=",".join(reversed(SITES)))
    app.page.reload()
    app.settle()
    app.page.locator(".compared").wait_for()
    app.eventually(lambda: columns(app), list(reversed(SITES)))
    assert app.errors == [] and app.outside == []


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_the_code_is_the_link_and_opens_the_same_in_a_fresh_browser(app, new_app, server, language):
    app.open(f"/compare?list={','.join(SITES)}&lang={language}&phase=key")
    code = app.page.locator(".share svg")
    code.wait_for()

    def read_and_written():
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
        return [each.text for each in found] == [link(app)]

    app.eventually(read_and_written)
    address = urlsplit(link(app))
    assert f"{address.scheme}://{address.netloc}" == server.url and address.path == "/compare"
    assert parse_qs(address.query)["list"] == [",".join(SITES)]
    other = new_app(server.url).open(link(app).removeprefix(server.url))
    other.page.locator(".compared").wait_for()
    compared = app.page.locator(".compared").inner_text()
    other.eventually(lambda: other.page.locator(".compared").inner_text(), compared)
    other.eventually(lambda: sorted(other.map("m.drawn()")), sorted(SITES))


def test_the_link_is_copied(app):
    app.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.open(f"/compare?list={SITES[0]}")
    app.page.get_by_role("button", name="复制链接").click()
    app.page.get_by_text("已复制").wait_for()
    assert app.page.evaluate("navigator.clipboard.readText()") == link(app)


def test_the_ticked_of_the_library_are_collected_together(app):
    app.open("/projects")
    boxes = app.page.locator(".library tbody input[type=checkbox]")
    for i in range(3):
        boxes.nth(i).click()
    ids = app.page.locator(".library tbody tr[aria-selected=true]").evaluate_all(
        "all => all.map(row => row.dataset.id)"
    )
    app.page.locator(".library").get_by_role("button", name="加入备选").click()
    collected(app, 3)
    to_comparison(app)
    app.eventually(lambda: columns(app), ids)


def test_one_is_left_out_and_all_are_cleared(app):
    app.open(f"/compare?list={','.join(SITES)}")
    app.page.locator(f".choose[data-id={SITES[0]}]").click()
    app.page.wait_for_function("() => document.querySelectorAll('.compared thead button').length === 1")
    app.wait_map("m.drawn().join() === a", SITES[1])
    app.page.get_by_role("button", name="清空备选").click()
    app.page.get_by_text("备选清单还是空的").wait_for()
    app.wait_map("m.drawn().length === 0")


def test_behind_a_proxys_path_the_link_has_it(new_app, tmp_path):
    from tests.browser.conftest import running_app

    with running_app(tmp_path, base_path="xigang") as running:
        app = new_app(running.url).open(f"/compare?list={SITES[0]}")
        app.page.locator(".share svg").wait_for()
        assert link(app).startswith(running.url + "/compare?") and "/xigang/compare?" in link(app)
