"""What is called schematic: every screen and file goes by each shape's own grade."""

import json
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from exports.formats import FORMATS, export
from exports.marginalia import notes_of, stamp_of
from exports.records import records_of
from exports.request import ExportRequest, Extent
from geo.load import load_dataset
from layers import style
from layers.legend import legend_sections
from layers.webmap import build_map
from layers.wording import layer_name
from layers.words import LANGUAGES, words_in
from tests.exports.readers import said_by
from tests.test_architecture import ROOT

DEMO = ROOT / "tests" / "districts" / "demo"
SCHEMATIC = {"zh": "示意", "en": "chematic", "ja": "概略", "ko": "개략", "ru": "услов"}
OFFICIAL = {"zh": "权威数据", "en": "official data", "ja": "公式データ", "ko": "공식 데이터", "ru": "фициальные данные"}


def with_official(data, *ids):
    """Return the data with some elements, all by default, and the boundary as if an authority had given them."""
    elements = tuple(
        replace(placed, element=placed.element.model_copy(update={"schematic": False, "open_edges": ()}))
        if not ids or placed.element.id in ids
        else placed
        for placed in data.elements
    )
    base = {**data.base, "boundary": {**data.base["boundary"], "grade": "official"}}
    return replace(data, elements=elements, base=base, fingerprint=f"official {ids}", base_fingerprint=f"{ids}")


@pytest.fixture(scope="module")
def demo():
    return load_dataset(DEMO)


@pytest.fixture(scope="module")
def official(demo):
    return with_official(demo)


@pytest.fixture(scope="module")
def mixed(demo):
    """One of the areas of a group of several is official."""
    areas = [placed.element for placed in demo.elements if placed.element.kind == "area"]
    chosen = next(one for one in areas if sum(other.group == one.group for other in areas) > 1)
    return with_official(demo, chosen.id), chosen


def text_of(data, code, language, folder: Path) -> str:
    path = folder / f"made{FORMATS[code].suffix}"
    export(data, ExportRequest(language=language, size="a3-landscape"), code, path)
    if code == "pdf":
        return "".join(said_by("pdftotext", "-layout", path, "-").split())
    if code == "html":
        return path.read_text(encoding="utf-8")
    with ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".kml")))


@pytest.mark.parametrize("code", ["pdf", "pptx", "xlsx", "kmz"])
def test_no_file_calls_an_official_shape_schematic(demo, official, code, tmp_path):
    assert "示意" in text_of(demo, code, "zh", tmp_path)
    said = text_of(official, code, "zh", tmp_path)
    assert "示意" not in said and "权威数据" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_stamp_names_and_rows_follow_the_grade(demo, official, language):
    words, request = words_in(language), ExportRequest(language=language)

    def said(data):
        names = [layer_name(data, words, code) for code in ("structure", "boundary")]
        rows = [str(row["schematic"]) for row in records_of(data, request).elements.rows]
        facts = [fact.value for fact in records_of(data, request).facts if fact.key in ("structure", "purpose")]
        return "\n".join([*names, *rows, *facts, notes_of(data, request, data.projects)[1], stamp_of(data, request)])

    assert SCHEMATIC[language] in said(demo) and OFFICIAL[language] not in said(demo)
    assert SCHEMATIC[language] not in said(official) and OFFICIAL[language] in said(official)


def test_where_some_are_official_the_legend_has_both_and_marks_the_schematic(demo, official, mixed):
    def named(data):
        (structure,) = (each for each in legend_sections(data) if each["title"] == "layer.structure")
        return [(item["names"]["zh"], "stroke-dasharray" in item["svg"]) for item in structure["items"][:-1]]

    data, chosen = mixed
    groups = [group.name for group in demo.district.groups]
    assert named(demo) == [(name, True) for name in groups]
    assert named(official) == [(name, False) for name in groups]
    both = [(f"{chosen.group}（示意）", True), (f"{chosen.group}（权威数据）", False)]
    assert sorted(named(data)) == sorted(
        [*both, *((f"{name}（示意）", True) for name in groups if name != chosen.group)]
    )
    assert "实线为权威数据，虚线为示意" in notes_of(data, ExportRequest(), data.projects)[1]


def test_a_group_is_drawn_and_explained_by_what_its_shapes_are_not_by_its_place_in_the_order(demo, tmp_path):
    assert {(placed.element.group, placed.element.kind) for placed in demo.elements} == {
        ("双心", "area"), ("三廊", "line")
    }  # fmt: skip
    (structure,) = (each for each in legend_sections(demo) if each["title"] == "layer.structure")
    is_area = {item["names"]["zh"]: "<rect" in item["svg"] for item in structure["items"][:-1]}
    assert is_area == {"双心": True, "三廊": False}
    page = build_map(demo, language="zh").get_root().render()
    told = re.findall(r'"drawn": (\{[^{}]*\}), "kind": "(\w+)"', page)
    looks = {kind: json.loads(drawn) for drawn, kind in told}
    assert len(told) == len(demo.elements) and looks.keys() == {"area", "line"}
    assert (looks["area"]["arrowEnds"], looks["line"]["arrowEnds"]) == (False, True)
    assert (bool(looks["area"]["hatch"]), bool(looks["line"]["hatch"])) == (True, False)
    drawn = text_of(demo, "kmz", "zh", tmp_path)
    fills = re.findall(r"<Style id=\"group-\d+\">.*?<fill>(\d)</fill>", drawn, re.DOTALL)
    assert sorted(fills) == ["0", "1"]


def test_the_map_marks_and_dashes_only_what_is_schematic(mixed):
    data, chosen = mixed
    page = build_map(data, language="zh").get_root().render()
    elements = json.JSONDecoder().raw_decode(page[page.index('"elements":') + len('"elements":') :])[0]
    notes = {code: (its["schematic"], its["note"]) for code, its in elements.items()}
    assert notes.pop(chosen.id) == (False, "map.official")
    assert set(notes.values()) == {(True, "map.schematic")}


@pytest.mark.parametrize("is_official", [True, False])
def test_the_legend_draws_the_outline_of_the_sheets_element_as_the_map_does(demo, mixed, is_official, tmp_path):
    data, chosen = mixed
    extent = Extent(kind="element", id=chosen.id)
    export(data if is_official else demo, ExportRequest(extent=extent, size="a4-landscape"), "svg", tmp_path / "a.svg")
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    on_map, in_legend = re.findall(rf'style="([^"]*stroke: {style.SELECTION.lower()}; stroke-width: 1.8[^"]*)"', drawn)
    assert ["dasharray" in on_map, "dasharray" in in_legend] == [not is_official] * 2
    assert ("红色实线框" in drawn, "红色虚线框" in drawn) == (is_official, not is_official)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_printed_mixed_map_says_which(mixed, language, tmp_path):
    data, chosen = mixed
    said = text_of(data, "pdf", language, tmp_path)
    mark = {"zh": "（示意）", "en": "(schematic)"}[language]
    others = [placed.element for placed in data.elements if placed.element.id != chosen.id]
    assert said.count(mark) >= len(others)
    assert f"{''.join(chosen.name_in(language).split())}{mark}" not in said
