"""Measure and find without a browser: what is sent, what is kept, what is said of a file and of a place found."""

import json
import re
from operator import itemgetter

import pytest

from geo.drawing import MAX_DRAWINGS, Drawing, circle_around
from geo.drawing_file import read_drawings
from geo.problem import Problem
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import component, features, open_app
from tests.languages import name_in, strangers
from ui.drawings import News

GORKY = "高尔基路"

CRS = "EPSG:4550"
LINE = Drawing(id="line-1", kind="line", points=((121.60, 38.90), (121.62, 38.92)))
CIRCLE = Drawing(id="circle-2", kind="circle", points=circle_around(121.61, 38.91, 500, CRS))


def keep(app, *drawings):
    app.session_state["drawings"] = drawings
    app.session_state["drawings_revision"] = str(hash(drawings))


def frame(app):
    return component(app, "map_frame")


def said(app):
    return "\n".join(part for group in (app.markdown, app.caption, app.success, app.warning) for part in map(str, (
        element.value for element in group)))  # fmt: skip


def test_a_new_session_waits_for_what_the_browser_has_kept():
    app = open_app()
    assert frame(app)["drawings"]["shapes"] == [] and frame(app)["drawings"]["keep"] is None
    keep(app)
    app.run()
    assert frame(app)["drawings"] == {**frame(app)["drawings"], "shapes": [], "keep": ""}


def test_drawings_are_sent_once_and_not_with_every_filter():
    app = open_app()
    app.run()
    bare = len(json.dumps(frame(app)))
    keep(app, LINE, CIRCLE)
    app.run()
    sent = frame(app)["drawings"]
    assert [shape["kind"] for shape in sent["shapes"]] == ["line", "circle"]
    kept, problems = read_drawings(sent["keep"], CRS)
    assert problems == [] and kept[0].points == LINE.points
    assert kept[1].radius_m(CRS) == pytest.approx(500, abs=0.01)
    app.session_state["filter"] = app.session_state["filter"].model_copy(update={"phases": frozenset({"completed"})})
    app.run()
    assert frame(app)["drawings"] == {"mark": sent["mark"]}
    assert len(json.dumps(frame(app))) < bare + 60
    app.session_state["lang"] = "en"
    app.run()
    assert frame(app)["drawings"]["shapes"][0]["text"].endswith(" km")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_came_of_a_file_is_said_in_the_readers_language(language):
    words = words_in(language)
    app = open_app(lang=language)
    app.session_state["tab"] = "measure"
    problems = (Problem("drawing_hole", "#3", "Polygon"), Problem("drawing_no_room", "4", str(MAX_DRAWINGS)))
    app.session_state["drawing_news"] = News("a<b>.geojson", 2, problems)
    app.run()
    assert not app.exception
    text = said(app).replace("\\", "")
    assert words("measure.opened", name="a<b>.geojson", n=2) in text
    for problem in problems:
        assert words(f"problem.{problem.code}", where=problem.where, detail=problem.detail) in text
    assert strangers(text, language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_found_says_what_the_map_has_of_it_and_from_when(language):
    words = words_in(language)
    app = open_app(lang=language)
    app.session_state["tab"] = "measure"
    app.run()
    listed = {shown: code for code, shown, _ in component(app, "place_finder")["places"]}
    street = name_in(next(p for p in map(itemgetter("properties"), features("base/roads")) if p["name"] == GORKY),
                     language)  # fmt: skip
    app.session_state["focus"] = listed[words("measure.place", name=street, kind=words("place.street"))]
    app.run()
    assert words("measure.found_street") in said(app).replace("\\", "") and "2026" in said(app)
    parts = frame(app)["state"]["focus"]["parts"]
    assert {features("base/roads")[part]["properties"]["name"] for part in parts} == {GORKY}
    station = features("base/metro")[0]["properties"]
    name = name_in(station, language)
    app.session_state["focus"] = listed[words("measure.place", name=name, kind=words("place.metro"))]
    app.run()
    found = words("measure.found_point_within", n="25").replace("\u00a0", " ")
    assert found in said(app).replace("\\", "") and "2018" in said(app)
    assert frame(app)["state"]["focus"]["parts"] == []


def test_every_place_can_be_found_by_its_chinese_and_its_english_name():
    app = open_app()
    app.session_state["tab"] = "measure"
    app.run()
    places = component(app, "place_finder")["places"]
    for layer in ("metro", "landmarks", "roads"):
        for properties in (f["properties"] for f in features(f"base/{layer}") if f["properties"]["name"]):
            assert any({properties["name"], properties["names"]["en"]} <= set(names) for _, _, names in places)
    app.run()
    assert component(app, "place_finder")["places"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_surroundings_name_the_source_and_its_year(language):
    app = open_app(lang=language, site="huizhi-yunding")
    card = next(e.proto.body for e in app.main if "near" in getattr(getattr(e, "proto", None), "body", ""))
    near = re.sub("<[^>]+>", " ", card[card.index('class="near"') :])
    assert "2018" in near and "2023" in near and words_in(language)("detail.near_note") in near
