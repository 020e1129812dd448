"""The office's own layers: which shapes are official, and who is credited for what."""

import json
from dataclasses import replace

import geopandas
import pytest
from shapely.geometry import LineString, box

from exports.marginalia import source_line
from exports.records import records_of
from exports.request import ExportRequest
from geo.load import load_dataset
from geo.reference.folder import make_copy
from layers.webmap import build_map
from layers.wording import credit_in_words
from layers.words import LANGUAGES, words_in
from server.reference.__main__ import main
from tests.geo.replacing import DATA, SAID, files_in, outline_of, read


def test_an_official_shape_of_an_element_is_no_longer_schematic(office, tmp_path):
    elements = load_dataset(office).elements
    area = next(placed for placed in elements if placed.element.kind == "area")
    frame = {"名称": [area.element.name]}, [area.geometry.centroid.buffer(0.001)]
    degrees = geopandas.GeoDataFrame(frame[0], geometry=frame[1], crs="EPSG:4326")
    degrees.to_crs(load_dataset(office).district.metric_crs).to_file(tmp_path / "shape.gpkg")
    assert main(["replace", "structure", str(tmp_path / "shape.gpkg"), *SAID, "--grade", "official", "--write"]) == 0
    now = load_dataset(office)
    assert {p.element.id for p in now.elements if not p.element.schematic} == {area.element.id}
    given = now.element(area.element.id).element
    assert "某局成果" in given.basis.zh and not given.open_edges and not now.problems


def test_a_file_credits_of_each_shape_whose_it_is_and_all_of_them_together(monkeypatch, tmp_path):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    make_copy(DATA, tmp_path / "data")
    monkeypatch.setenv("XIGANG_DATA_DIR", str(tmp_path / "data"))
    given = load_dataset(DATA).elements

    def credits(*replaced, source):
        frame = {"编号": [placed.element.id for placed in replaced]}, [placed.geometry for placed in replaced]
        geopandas.GeoDataFrame(frame[0], geometry=frame[1], crs="EPSG:4326").to_file(tmp_path / "shapes.geojson")
        said = [*SAID, "--source", source, "--grade", "official"]
        path = str(tmp_path / "shapes.geojson")
        assert main(["replace", "structure", path, "--crs", "EPSG:4326", *said, "--write"]) == 0
        made = records_of(load_dataset(tmp_path / "data"), ExportRequest())
        (together,) = [fact.value for fact in made.facts if fact.key == "credit"]
        return together, {row["id"]: row["credit"] for row in made.elements.rows}

    osm = words_in("zh")("table.credit")
    together, each = credits(given[0], source="甲局")
    assert together == f"{osm}；甲局"
    assert each == {placed.element.id: osm for placed in given} | {given[0].element.id: "甲局"}
    together, each = credits(*given[1:], source="乙局")
    assert set(together.split("；")) == {"甲局", "乙局"}
    assert each == {placed.element.id: "乙局" for placed in given} | {given[0].element.id: "甲局"}


def test_shapes_that_are_no_elements_are_not_written_nor_credited(office, tmp_path, capsys):
    area = next(placed for placed in load_dataset(office).elements if placed.element.kind == "area")
    centre, before = area.geometry.centroid, files_in(office)
    wrong = {"编号": [area.element.id, "无此要素"]}, [LineString([centre, (centre.x, centre.y + 0.001)]), area.geometry]
    geopandas.GeoDataFrame(wrong[0], geometry=wrong[1], crs="EPSG:4326").to_file(tmp_path / "shapes.gpkg")
    command = ["replace", "structure", str(tmp_path / "shapes.gpkg"), "--crs", "EPSG:4326", *SAID]
    assert main([*command, "--grade", "official", "--write"]) == 1
    told = capsys.readouterr().out
    assert "没有一个图形能替换要素的形状" in told and "2 个图形不是任何要素的" in told
    assert files_in(office) == before


def test_a_shape_is_the_elements_of_its_id_whatever_name_stands_beside_it(office, tmp_path):
    one, other = [placed for placed in load_dataset(office).elements if placed.element.kind == "area"][:2]
    frame = geopandas.GeoDataFrame(
        {"编号": [one.element.id, "7"], "名称": [other.element.name, other.element.name]},
        geometry=[one.geometry.buffer(-0.0005), other.geometry.buffer(-0.0005)], crs="EPSG:4326",
    )  # fmt: skip
    frame.to_file(tmp_path / "shapes.gpkg")
    command = ["replace", "structure", str(tmp_path / "shapes.gpkg"), "--crs", "EPSG:4326", *SAID]
    assert main([*command, "--grade", "official", "--write"]) == 0
    now = load_dataset(office)
    for placed, wanted in zip((one, other), frame.geometry, strict=True):
        assert now.element(placed.element.id).geometry.symmetric_difference(wanted).area < 1e-10


def test_what_is_damaged_can_be_replaced_and_undone(office, survey, tmp_path):
    west, south, east, north = outline_of(office).bounds
    geopandas.GeoDataFrame(
        {"等级": ["主干路"]}, geometry=[LineString([(west, south), (east, north)])], crs="EPSG:4326"
    ).to_crs(survey[1]).to_file(tmp_path / "roads.gpkg")
    command = ["replace", "roads", str(tmp_path / "roads.gpkg"), *SAID, "--write"]
    road = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [west, south]}}
    damaged = [json.dumps({"type": "FeatureCollection", "features": [{**road, "properties": {}, "geometry": None}]}),
               json.dumps({"type": "FeatureCollection", "features": [road]}), "{cut short"]  # fmt: skip
    for text in damaged:
        (office / "base" / "roads.geojson").write_text(text, encoding="utf-8")
        before = files_in(office)
        assert main(command) == 0 and len(load_dataset(office).base["roads"]["features"]) == 1
        assert main(["undo"]) == 0 and files_in(office) == before


def test_land_is_taken_where_the_boundary_has_no_outline_and_odd_sources_are_told(office, tmp_path, capsys):
    land = [box(*outline_of(office).buffer(0.01).bounds)]
    geopandas.GeoDataFrame({"类型": ["陆地"]}, geometry=land, crs="EPSG:4326").to_file(tmp_path / "land.gpkg")
    boundary = read(office, "base/boundary.geojson")
    boundary["features"] = [each for each in boundary["features"] if each["properties"]["kind"] != "outline"]
    (office / "base" / "boundary.geojson").write_text(json.dumps(boundary), encoding="utf-8")
    command = ["replace", "land", str(tmp_path / "land.gpkg"), "--crs", "EPSG:4326", *SAID, "--write"]
    assert main(command) == 0
    assert read(office, "base/boundary.geojson") == boundary
    (office / "sources.json").write_text('[{"files": []}]', encoding="utf-8")
    capsys.readouterr()
    assert main(command) == 1
    assert "sources.json" in capsys.readouterr().out


def test_a_source_stays_listed_only_for_as_long_as_a_shape_is_of_it(office, tmp_path):
    elements = [placed for placed in load_dataset(office).elements if placed.element.kind == "area"]
    shipped = [each["source"]["zh"] for each in read(office, "sources.json") if "layout.geojson" in each["files"]]

    def replaced(which, source):
        shapes = [placed.geometry.centroid.buffer(0.001) for placed in which]
        frame = geopandas.GeoDataFrame({"名称": [p.element.name for p in which]}, geometry=shapes, crs="EPSG:4326")
        frame.to_file(tmp_path / f"{source}.gpkg")
        said = ["--source", source, "--licence", "内部使用", "--date", "2025-06", "--gaps", "无", "--grade", "official"]
        command = ["replace", "structure", str(tmp_path / f"{source}.gpkg"), "--crs", "EPSG:4326", *said, "--write"]
        assert main(command) == 0
        sources = read(office, "sources.json")
        return sorted(each["source"]["zh"] for each in sources if "layout.geojson" in each["files"])

    assert replaced(elements[:1], "甲局") == sorted([*shipped, "甲局，2025-06"])
    assert replaced(elements[:1], "乙局") == sorted([*shipped, "乙局，2025-06"])
    assert replaced(elements[1:], "甲局") == sorted([*shipped, "乙局，2025-06", "甲局，2025-06"])  # the lines are left
    assert "甲局" not in read(office, "layout.geojson").get("attribution", "")


def test_an_element_far_outside_is_refused_by_the_check(office, tmp_path, capsys):
    element = next(p.element for p in load_dataset(office).elements if p.element.kind == "area")
    west, south, east, _ = outline_of(office).bounds
    outside = box(west, south - 0.02, east, south - 0.01)
    geopandas.GeoDataFrame({"名称": [element.name]}, geometry=[outside], crs="EPSG:4326").to_file(tmp_path / "far.gpkg")
    before = files_in(office)
    command = ["replace", "structure", str(tmp_path / "far.gpkg"), "--crs", "EPSG:4326", *SAID, "--grade", "official"]
    assert main([*command, "--write"]) == 1
    assert "落在区界以外" in capsys.readouterr().out and files_in(office) == before


def test_sheets_and_the_map_credit_the_offices_source(office, survey):
    assert main(["replace", "boundary", str(survey[0]), *SAID, "--grade", "official", "--write"]) == 0
    data = load_dataset(office)
    assert "某局成果" in source_line(data, words_in("zh"), data.projects)
    assert "Survey of a bureau" in source_line(data, words_in("en"), data.projects)
    assert "某局成果" in build_map(data, language="zh").get_root().render()


def test_openstreetmap_is_credited_for_as_long_as_something_is_of_it():
    zh, data = words_in("zh"), load_dataset(DATA)

    def credit(*replaced_layers, structure=False):
        base = {
            name: {**layer, "attribution": "某局"} if name in replaced_layers else layer
            for name, layer in data.base.items()
        }
        sources = [one for one in data.sources if not (structure and "layout.geojson" in one.files)]
        return credit_in_words(replace(data, base=base, sources=tuple(sources)), zh)

    assert credit() == "道路、岸线 © OpenStreetMap contributors（ODbL 1.0）"
    assert credit("roads") == "底图数据 © OpenStreetMap contributors（ODbL 1.0）"
    assert credit(*data.base).startswith("示意形状依据 © OpenStreetMap")
    assert credit(*data.base, structure=True) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_of_sources_ends_with_the_plan_where_nobody_else_is_to_be_credited(language):
    data, words = load_dataset(DATA), words_in(language)
    bare = replace(data, base={}, sources=())
    line, plan = source_line(bare, words, ()), data.district.plan
    assert plan.number in line and line[-1] in ")）"
    assert source_line(data, words, ()).startswith(line) and "OpenStreetMap" in source_line(data, words, ())
