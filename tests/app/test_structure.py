"""The structure page: every element in every language, every count against the files, the tour and the link."""

import html
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod
from shapely.geometry import shape
from streamlit.testing.v1 import AppTest

from geo.vocabulary import Phase, Sector, Stage
from layers.words import LANGUAGES, words_in
from tests.languages import name_in, strangers, told
from ui.link import Selection

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/structure.py"
ELLIPSOID = Geod(ellps="GRS80")
STAGES = {
    "completed": "done", "building": "active", "key": "active", "preparing": "pipeline", "proposed": "pipeline",
    "revitalise": "pipeline", "unstated": "unstated",
}  # fmt: skip
PREFIXES = "|".join(sorted({identifier.split(".")[0] for identifier in words_in("zh").catalogue}))
IDENTIFIER = re.compile(rf"\b(?:{PREFIXES})\.[a-z_]+\b")


@cache
def features(name: str) -> list[dict[str, Any]]:
    return list(json.loads((ROOT / f"data/{name}.geojson").read_text(encoding="utf-8"))["features"])


ELEMENTS = [feature["id"] for feature in features("layout")]


def element(element_id: str) -> dict[str, Any]:
    return next(f for f in features("layout") if f["id"] == element_id)


def members(element_id: str | None) -> list[dict[str, Any]]:
    return [f for f in features("projects") if f["properties"]["element"] == element_id]


def unplaced(projects: list[dict[str, Any]]) -> int:
    return sum(f["geometry"] is None for f in projects)


def open_structure(**params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run().switch_page(PAGE).run()


def component(app: AppTest, key: str) -> dict[str, Any]:
    return next(json.loads(e.proto.json) for e in app.get("bidi_component") if e.key == key)


def has(app: AppTest, key: str) -> bool:
    return any(e.key == key for e in app.get("bidi_component"))


def text_of(app: AppTest, key: str) -> str:
    return html.unescape(component(app, key)["html"])


def show(app: AppTest, kind: Any, id_: str) -> AppTest:
    app.session_state["selection"] = Selection(kind, id_)
    return app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_in_every_language(language):
    app, words = open_structure(lang=language), words_in(language)
    for i, element_id in enumerate(ELEMENTS):
        show(app, "element", element_id)
        assert not app.exception, element_id
        p, card, bar = element(element_id)["properties"], text_of(app, "structure_card"), text_of(app, "tour_bar")
        facts = [p["name"], name_in(p, language), told(p["summary"], language), told(p["basis"], language)]
        facts += [told(term, language) for term in (*p["functions"], *p["leading_sectors"])]
        facts += [told(edge["side"], language) for edge in p["open_edges"]]
        facts += [words("structure.summary_note", **p["plan"]), words("structure.measured", crs="EPSG:4550")]
        facts += [m["properties"]["name"] for m in members(element_id)]
        assert [fact for fact in facts if fact not in card] == [], element_id
        assert words("structure.position", i=i + 1, n=10) in bar
        everything = card + bar + text_of(app, "structure_table")
        assert IDENTIFIER.findall(everything) == []
        assert strangers(everything, language) == set()
        message = component(app, "map_frame")
        assert (message["visible"], message["state"]["tour"]) == (True, element_id)
        assert f"element={element_id}" in message["query"]


@pytest.mark.parametrize("element_id", ELEMENTS)
def test_counts_are_those_of_the_file(element_id):
    app, words = open_structure(element=element_id), words_in("zh")
    card, own = text_of(app, "structure_card"), members(element_id)
    assert words("structure.members", n=len(own)) in card
    picks = re.findall(r'data-do="site" data-id="([^"]+)"', card)
    assert sorted(picks) == sorted(f["id"] for f in own)
    phases = Counter(f["properties"]["phase"] for f in own)
    for phase, n in phases.items():
        sectors = Counter(f["properties"]["sector"] for f in own if f["properties"]["phase"] == phase)
        listed = "、".join(f"{words(f'sector.{s}')} {sectors[s]}" for s in Sector if sectors[s])
        assert words("structure.chart_row", phase=words(f"phase.{Phase(phase)}"), n=n, sectors=listed) in card
    assert card.count("<polygon") == sum(
        (len(own), len({f["properties"]["sector"] for f in own}), len(own) - unplaced(own))
    ), "a symbol for each project in the chart, each sector in the key and each placed project in the list"
    group = element(element_id)["properties"]["group"]
    others = sum(f["properties"]["group"] == group and not f["properties"]["element"] for f in features("projects"))
    assert (words("structure.group_members", n=others, group=group) in card) is (others > 0)
    if own:
        missing = unplaced(own)
        assert (words("structure.unplaced_n", n=missing) if missing else words("structure.all_placed")) in card
        assert f'data-do="only" data-id="{element_id}"' in card
    else:
        assert words("structure.no_members") in card


@pytest.mark.parametrize("element_id", ELEMENTS)
def test_size_is_that_of_the_shape(element_id):
    card, geometry = (
        text_of(open_structure(element=element_id), "structure_card"),
        shape(element(element_id)["geometry"]),
    )
    if geometry.geom_type.endswith("LineString"):
        shown, expected = re.search(r"([\d.]+) 公里", card), ELLIPSOID.geometry_length(geometry) / 1e3
    else:
        shown, expected = re.search(r"([\d.]+) 平方公里", card), -ELLIPSOID.geometry_area_perimeter(geometry)[0] / 1e6
        hectares = re.search(r">([\d,]+) 公顷", card)
        assert hectares and float(hectares[1].replace(",", "")) == pytest.approx(abs(expected) * 100, abs=0.7)
    assert shown and float(shown[1]) == pytest.approx(abs(expected), abs=0.0051 + abs(expected) * 1e-3)
    assert "（示意）" in card


def table(app: AppTest) -> dict[str, list[str]]:
    """Return the comparison as name → cells."""
    markup = text_of(app, "structure_table")
    rows = {}
    for row in re.findall(r"<tr.*?</tr>", markup.split("</thead>")[1], re.DOTALL):
        name, *cells = (re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL))
        rows[name] = cells
    return rows


def tally(projects: list[dict[str, Any]]) -> list[str]:
    stages = Counter(STAGES[f["properties"]["phase"]] for f in projects)
    return [str(n) for n in (len(projects), *(stages[stage] for stage in Stage), unplaced(projects))]


def with_filter(projects: list[dict[str, Any]]) -> list[str]:
    """Return the tally as the table shows it while only key projects pass."""
    total, *others = tally(projects)
    passing = sum(f["properties"]["phase"] == "key" for f in projects)
    return [total + words_in("zh")("structure.shown_n", m=passing), *others]


def test_the_comparison_counts_every_project_once():
    check_comparison(open_structure(), tally)


def test_under_a_filter_the_comparison_says_how_many_pass():
    check_comparison(open_structure(phase="key"), with_filter)


def check_comparison(app, tally):
    words = words_in("zh")
    rows = table(app)
    for element_id in ELEMENTS:
        p = element(element_id)["properties"]
        group, extent, *counts, sectors, plan = rows.pop(p["name"])
        assert counts == tally(members(element_id)), element_id
        assert group == p["group"] and ("公里" in extent)
        assert sectors == ("、".join(term["zh"] for term in p["leading_sectors"]) or words("structure.no_sectors"))
        assert plan == words("structure.plan_place", **p["plan"])
    loose = {
        group: [f for f in members(None) if f["properties"]["group"] == group] for group in ("两湾", "四片区", None)
    }
    rest = {words("detail.group_only", group=group) if group else words("detail.no_element"): group for group in loose}
    for label, group in rest.items():
        assert rows.pop(label)[2:-2] == tally(loose[group])
    assert rows.pop(words("structure.total"))[2:-2] == tally(features("projects"))
    assert sum(len(members(element_id)) for element_id in ELEMENTS) + sum(map(len, loose.values())) == 113
    assert rows == {}
    markup = text_of(app, "structure_table")
    assert (
        re.findall(r'<th scope="row"[^>]*><button type="button" data-do="element" data-id="([^"]+)"', markup)
        == ELEMENTS
    )
    assert markup.count('scope="col"') == 11 and "<caption>" in markup


def test_neighbours_lead_to_each_other():
    near = {}
    for element_id in ELEMENTS:
        card = text_of(open_structure(element=element_id), "structure_card")
        near[element_id] = set(re.findall(r'data-do="element" data-id="([^"]+)"', card))
    assert near["bay-south"] == {"axis"} and "bay-north" in near["district-xianglujiao"]
    assert all(element_id in near[other] for element_id, others in near.items() for other in others)


def test_the_tour_starts_with_the_axis_and_goes_on_where_the_map_was():
    app = open_structure()
    assert component(app, "tour_bar")["at"] == "axis" and "element=axis" in component(app, "map_frame")["query"]
    assert component(app, "tour_bar")["stops"] == ELEMENTS
    app = open_structure(element="district-zhanbei")
    assert component(app, "tour_bar")["at"] == "district-zhanbei"


def test_a_picked_project_keeps_the_tour_at_its_element():
    app = open_structure(site="hang-lung-plaza")
    assert component(app, "tour_bar")["at"] == "district-olympic"
    card = text_of(app, "structure_card")
    assert words_in("zh")("structure.picked") in card and card.count('aria-current="true"') == 1
    assert component(app, "map_frame")["state"]["emphasised"] == ["district-olympic"]
    show(app, "site", next(f["id"] for f in members(None) if f["geometry"]))
    assert component(app, "tour_bar")["at"] == "district-olympic"


KEY_PHASE = {"zh": "阶段：重点实施", "en": "Phase: Key implementation"}


@pytest.mark.parametrize("language", sorted(KEY_PHASE))
@pytest.mark.parametrize("element_id", ELEMENTS)
def test_a_filter_is_said_and_does_not_change_the_counts(element_id, language):
    app, words = open_structure(element=element_id, phase="key", lang=language), words_in(language)
    card, own = text_of(app, "structure_card"), members(element_id)
    passing = sum(f["properties"]["phase"] == "key" for f in own)
    said = words("structure.filtered", filter=KEY_PHASE[language])
    assert said in card and said in text_of(app, "structure_table")
    assert words("structure.members", n=len(own)) in card
    assert words("structure.of_which_shown", n=len(own), m=passing) in card
    assert card.count(words("structure.not_shown")) == len(own) - passing
    app.session_state["present"] = "element"
    app.run()
    said = words("structure.presented_filter", filter=KEY_PHASE[language], n=len(own), m=passing)
    assert said in text_of(app, "structure_card")


def test_without_a_filter_nothing_is_said_of_one():
    card, words = text_of(open_structure(element="axis"), "structure_card"), words_in("zh")
    assert "筛选" not in card and words("structure.not_shown") not in card


def test_the_filter_row_is_there_but_not_in_a_presentation():
    app = open_structure(element="axis", phase="key")
    shown = component(app, "filter_row")["result"]["shown"]
    assert shown == sum(f["properties"]["phase"] == "key" for f in features("projects"))
    app.session_state["present"] = "element"
    app.run()
    assert not has(app, "filter_row")


@pytest.mark.parametrize(
    ("element_id", "language"),
    [(e, language) for e in ELEMENTS for language in LANGUAGES if language == "zh" or e == ELEMENTS[0]],
)
def test_the_presentation_shows_the_name_and_the_figures_and_no_table(element_id, language):
    app, words = open_structure(element=element_id, lang=language), words_in(language)
    app.session_state["present"] = "element"
    app.run()
    assert not app.exception
    slide, own, p = text_of(app, "structure_card"), members(element_id), element(element_id)["properties"]
    assert p["name"] in slide and name_in(p, language) in slide
    assert f"<dd>{len(own)}</dd>" in slide
    missing = unplaced(own)
    said = words("structure.unplaced_n", n=missing) if missing else words("structure.all_placed")
    assert (said in slide) is bool(own)
    assert all(told(term, language) in slide for term in (*p["functions"], *p["leading_sectors"]))
    opening, *_, aim = (part for part in re.split(r"(?<=。)|(?<=\.) ", told(p["summary"], language)) if part)
    assert opening in slide and aim in slide and words("structure.summary_note", **p["plan"]) in slide
    outline = shape(element(element_id)["geometry"])
    touching = [f for f in features("layout") if f["id"] != element_id and outline.intersects(shape(f["geometry"]))]
    beside = slide.partition(f"<dt>{words('opportunity.neighbours')}</dt><dd>")[2].partition("</dd>")[0]
    assert beside and [f["id"] for f in touching if name_in(f["properties"], language) not in beside] == []
    named = [name_in(f["properties"], language) for f in own]
    assert [name for name in named if f"<span>{name}" not in slide] == []
    assert slide.count("<small>") == missing
    assert words("structure.leave") in text_of(app, "tour_bar")
    assert not has(app, "structure_table")
    message = component(app, "map_frame")
    assert message["state"]["present"] and message["query"].endswith("present=1")


def test_other_pages_are_not_presented():
    app = open_structure(element="axis")
    app.session_state["present"] = "element"
    app.run()
    app.switch_page("pages/map.py").run()
    message = component(app, "map_frame")
    assert not message["state"]["present"] and "present" not in message["query"] and message["state"]["tour"] is None
    app.switch_page(PAGE).run()
    assert not component(app, "map_frame")["state"]["present"]


def test_without_elements_the_page_says_so(tmp_path, monkeypatch):
    for path in (ROOT / "data").rglob("*"):
        if path.is_file() and path.name != "layout.geojson":
            target = tmp_path / path.relative_to(ROOT / "data")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    monkeypatch.setenv("XIGANG_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    app = open_structure()
    assert not app.exception
    assert words_in("zh")("structure.no_elements") in [info.value for info in app.info]


def test_the_map_leads_to_the_page():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.query_params["element"] = "axis"
    app.run()
    assert words_in("zh")("structure.in_structure") in [e.proto.label for e in app.get("page_link")]
