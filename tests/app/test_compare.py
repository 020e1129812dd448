"""The shortlist and its comparison: in every language, from any page, against the files and the ellipsoid."""

import base64
import html
import json
import re

import pytest
from pyproj import Geod
from streamlit.testing.v1 import AppTest

from geo.load import load_dataset
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import (
    IDENTIFIER,
    ROOT,
    all_text,
    component,
    drawn_mask_is_empty,
    features,
    open_app,
    plain,
)
from tests.languages import strangers
from ui.link import Selection

PAGE = "pages/compare.py"
FILE = {f["id"]: f for f in features()}
PLACED = [i for i, f in FILE.items() if f["geometry"]]
KNOWN = next(i for i in PLACED if FILE[i]["properties"]["location"]["grade"] == "exact")
VAGUE = next(i for i in PLACED if FILE[i]["properties"]["location"]["grade"] == "street")
UNPLACED = next(i for i, f in FILE.items() if not f["geometry"])
THREE = (KNOWN, VAGUE, UNPLACED)


def open_comparison(*ids: str, **params: str) -> AppTest:
    return open_app(PAGE, list=",".join(ids), **params)


def markup(app: AppTest) -> str:
    return html.unescape(component(app, "compare")["html"])


def rows(app: AppTest) -> dict[str, list[str]]:
    """Return the table as label → cells, a line of a cell after another."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", markup(app), re.DOTALL):
        label = re.search(r'<th scope="row">(.*?)</th>', row)
        if label:
            cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
            found[label[1]] = [re.sub(r"<[^>]+>", "\n", cell).strip() for cell in cells]
    return found


def columns(app: AppTest) -> list[str]:
    return re.findall(r'<th scope="col"[^>]*><button[^>]*data-id="([^"]+)"', markup(app))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_comparison_says_what_the_files_hold(language):
    app, words = open_comparison(*THREE, lang=language), words_in(language)
    assert not app.exception
    table = rows(app)
    for i, each in enumerate(THREE):
        p = FILE[each]["properties"]
        assert words(f"phase.{p['phase']}") in table[words("detail.phase")][i]
        assert table[words("detail.sector")][i] == words(f"sector.{p['sector']}")
        assert [m["name"] for m in p["mentions"] if m["name"] not in table[words("detail.mentions")][i]] == []
        assert words(f"grade.{p['location']['grade']}") in table[words("detail.grade")][i]
    assert IDENTIFIER.findall(markup(app) + plain(all_text(app))) == []
    assert strangers(markup(app), language) == set()
    assert words(
        "compare.not_on_map", names=words("compare.numbered", number=3, name=name(UNPLACED, language))
    ) in plain("\n".join(caption.value for caption in app.caption))


def name(project_id: str, language: str) -> str:
    project = load_dataset(ROOT / "data").project(project_id)
    assert project
    return project.name_in(language)


def test_a_figure_a_range_a_dash_and_no_port():
    table, words = rows(open_comparison(*THREE)), words_in("zh")
    lon, lat = FILE[KNOWN]["geometry"]["coordinates"]
    stations = {f["properties"]["name"]: f["geometry"]["coordinates"] for f in features("base/metro")}
    metres, nearest = min((Geod(ellps="GRS80").inv(lon, lat, *at)[2], station) for station, at in stations.items())
    figure, station = re.split(r"\n+", table["地铁站"][0])
    assert station == nearest
    assert float(re.sub(r"[^\d.]", "", figure)) * (1000 if "公里" in figure else 1) == pytest.approx(metres, rel=0.01)
    assert "至" in table["地铁站"][1] and table["地铁站"][2] == "—"
    assert table["港口"] == [words("compare.no_data")]
    assert table[words("compare.neighbours", m="1 公里")][2] == "—"


def test_the_map_shows_just_the_compared_ones_and_the_filter_stays():
    app = open_app("pages/map.py", list=",".join(THREE), phase="key")
    sites = json.loads(re.findall(r'"sites":\{"id":(\[[^]]*\])', component(app, "map_frame")["html"])[0])
    app.switch_page(PAGE).run()
    state = component(app, "map_frame")["state"]
    mask = base64.b64decode(state["mask"])
    assert {site for i, site in enumerate(sites) if mask[i // 8] >> (7 - i % 8) & 1} == {KNOWN, VAGUE}
    assert state["numbers"] == {each: i for i, each in enumerate(THREE, 1)}
    assert "phase=key" in component(app, "map_frame")["query"]
    app.switch_page("pages/map.py").run()
    assert component(app, "map_frame")["state"]["numbers"] is None


def test_the_first_six_are_compared_and_others_on_request():
    eight = PLACED[:8]
    assert columns(open_comparison(*eight)) == eight[:6]
    app = open_comparison(*eight, compare=f"{eight[7]},{eight[1]}")
    assert columns(app) == [eight[1], eight[7]]
    assert f"compare={eight[1]},{eight[7]}" in component(app, "map_frame")["query"]
    assert component(app, "map_frame")["state"]["numbers"] == {eight[1]: 2, eight[7]: 8}


def test_collected_in_the_details_and_counted_everywhere():
    words = words_in("zh")
    app = open_app("pages/map.py", site=KNOWN)
    app.button(key="collect").click().run()
    assert f"list={KNOWN}" in component(app, "map_frame")["query"]
    assert app.button(key="collect").label == words("compare.collected")
    assert words("compare.to_page", n=1) in [link.proto.label for link in app.get("page_link")]
    for page in ("pages/projects.py", "pages/help.py", PAGE):
        app.switch_page(page).run()
        assert '[href$="compare"]::after { content: "1"' in "".join(str(e.proto.body) for e in app.get("html"))
    assert columns(app) == [KNOWN]
    app.session_state["selection"] = Selection("site", KNOWN)
    app.switch_page("pages/map.py").run()
    app.button(key="collect").click().run()
    assert "list=" not in component(app, "map_frame")["query"]


def test_the_whole_shortlist_goes_to_the_export_page():
    app = open_comparison(*THREE)
    app.button(key="export_shortlist").click().run()
    assert app.session_state["export_only"] == frozenset(THREE) and app.session_state["x_format"] == "sitesheet"


def test_an_empty_shortlist_says_how_to_fill_it():
    app = open_app(PAGE)
    assert not app.exception and words_in("zh")("compare.nothing") in [info.value for info in app.info]
    assert drawn_mask_is_empty(app)
