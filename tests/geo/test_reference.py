"""The office's own layers in place of those shipped: tried, refused with a reason, written, undone to the byte."""

import io
import json
import math
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import ezdxf
import geopandas
import pytest
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Polygon, box, shape
from streamlit.testing.v1 import AppTest

from exports.marginalia import source_line
from exports.records import records_of
from exports.request import ExportRequest
from geo.check import main as check
from geo.load import load_dataset
from geo.reference.content import collection_text, road_labels
from geo.reference.folder import make_copy
from geo.reference.layers import LAYERS, suggested
from geo.reference.provenance import sources_text
from layers.webmap import build_map
from layers.wording import credit_in_words
from layers.words import LANGUAGES, words_in
from server.reference.__main__ import main

DEMO = Path(__file__).resolve().parents[1] / "districts" / "demo"
DATA = Path(__file__).resolve().parents[2] / "data"
ORIGIN = 500_000.0, 3_290_000.0
TURN = math.radians(7)
SAID = ["--source", "某局成果", "--source-en", "Survey of a bureau", "--licence", "内部使用", "--date", "2025-06",
        "--gaps", "无"]  # fmt: skip


@pytest.fixture
def office(monkeypatch, tmp_path):
    """The office's own copy of the made-up district."""
    monkeypatch.setenv("XIGANG_DATA_DIR", str(DEMO))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    copy = tmp_path / "data"
    make_copy(DEMO, copy)
    monkeypatch.setenv("XIGANG_DATA_DIR", str(copy))
    return copy


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def outline_of(folder: Path):
    features = read(folder, "base/boundary.geojson")["features"]
    return shape(next(each for each in features if each["properties"]["kind"] == "outline")["geometry"])


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def zipped_shapefile(path: Path, shapes: list, crs: str, **columns: list) -> Path:
    frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)
    frame.to_file(path.with_suffix(".shp"), encoding="utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    return path


@pytest.fixture
def survey(office, tmp_path):
    """A boundary 40 m wider all round, in metres of the district's zone: made by pyproj point by point."""
    zone = load_dataset(office).district.metric_crs
    west, south, east, north = outline_of(office).bounds
    forth = Transformer.from_crs("EPSG:4326", zone, always_xy=True)
    (left, low), (right, high) = forth.transform(west, south), forth.transform(east, north)
    corners = [(left - 40, low - 40), (right + 40, low - 40), (right + 40, high + 40), (left - 40, high + 40)]
    return zipped_shapefile(tmp_path / "survey.zip", [Polygon(corners)], zone, 名称=["某区"]), zone, corners


def test_files_are_written_in_the_form_that_the_shipped_ones_have():
    for path in [*DATA.glob("base/*.geojson"), DATA / "layout.geojson"]:
        text = path.read_text(encoding="utf-8")
        assert collection_text(json.loads(text)) == text
    text = (DATA / "sources.json").read_text(encoding="utf-8")
    assert sources_text(json.loads(text)) == text


def test_a_trial_tells_and_writes_nothing(office, survey, capsys):
    before = files_in(office)
    assert main(["replace", "boundary", str(survey[0])]) == 0
    said = capsys.readouterr().out
    assert f"文件声明坐标系 {survey[1]}" in said and f"says that it is in {survey[1]}" in said
    assert "name ← 名称" in said and "--source" in said and "这是试算" in said
    assert files_in(office) == before


def test_a_boundary_in_metres_is_taken_with_its_provenance_and_undone_to_the_byte(office, survey, capsys):
    before = files_in(office)
    archive, zone, corners = survey
    assert main(["replace", "boundary", str(archive), *SAID, "--grade", "official", "--write"]) == 0
    back = Transformer.from_crs(zone, "EPSG:4326", always_xy=True)
    wanted = sorted(back.transform(*corner) for corner in corners)
    found = sorted(outline_of(office).exterior.coords[:-1])
    assert all(math.dist(a, b) < 2e-7 for a, b in zip(found, wanted, strict=True))
    boundary = read(office, "base/boundary.geojson")
    assert boundary["grade"] == "official" and boundary["source"].startswith("某局成果 / Survey of a bureau, 2025-06")
    sources = json.loads((office / "sources.json").read_text(encoding="utf-8"))
    (source,) = [each for each in sources if "base/boundary.geojson" in each["files"]]
    assert source["source"]["zh"] == "某局成果，2025-06" and source["licence"] == {"zh": "内部使用", "en": "内部使用"}
    (beside,) = [each for each in sources if "base/neighbours.geojson" in each["files"]]
    assert "相邻各区" in beside["title"]["zh"] and "区界" not in beside["title"]["zh"]
    assert check([str(office)]) == 0
    assert main(["undo"]) == 0
    assert files_in(office) == before


def test_another_system_than_the_files_is_refused_with_the_distance(office, survey, capsys):
    zone = int(survey[1].removeprefix("EPSG:"))
    assert main(["replace", "boundary", str(survey[0]), "--crs", f"EPSG:{zone - 1}", *SAID, "--write"]) == 1
    said = capsys.readouterr().out
    assert f"按 EPSG:{zone - 1}，离本区最近的图形也有" in said and "the system is wrong" in said


@pytest.mark.parametrize("system", ["GCJ-02", "BD-09", "EPSG:4490", "EPSG:4326"])
def test_degrees_are_refused_for_a_file_in_metres(office, survey, system, capsys):
    before = files_in(office)
    assert main(["replace", "boundary", str(survey[0]), "--crs", system, *SAID, "--grade", "official", "--write"]) == 1
    said = capsys.readouterr().out
    assert "--crs 给错了" in said and "--crs is wrong" in said and "没有写入" in said
    assert files_in(office) == before


def test_roads_need_a_class_that_is_known(office, tmp_path, capsys):
    west, south, east, north = outline_of(office).bounds
    lines = [LineString([(west, south + part * (north - south)), (east, south + part * (north - south))])
             for part in (0.3, 0.5, 0.7)]  # fmt: skip
    frame = {"道路名称": ["甲路", "乙路", "丙路"], "道路等级": ["主干路", "支路", "村道"]}
    zone = load_dataset(office).district.metric_crs
    geopandas.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326").to_crs(zone).to_file(tmp_path / "roads.gpkg")
    assert main(["replace", "roads", str(tmp_path / "roads.gpkg"), *SAID, "--write"]) == 0
    assert "class 是“村道”" in capsys.readouterr().out
    roads = read(office, "base/roads.geojson")["features"]
    assert [(each["properties"]["name"], each["properties"]["class"]) for each in roads] == [
        ("甲路", "primary"),
        ("乙路", "tertiary"),
    ]
    labels = read(office, "base/road_labels.geojson")["features"]
    assert {each["properties"]["name"] for each in labels} == {"甲路", "乙路"}
    assert check([str(office)]) == 0


@pytest.mark.parametrize(
    ("layer", "headings"),
    [
        ("roads", ["路名", "道路名称", "街道名称", "街道名", "名称", "名字", "NAME", "MC", "DLMC"]),
        ("neighbours", ["区名", "行政区名称", "XZQMC", "名称"]),
        ("metro", ["站名", "车站名称", "NAME"]),
        ("landmarks", ["名字", "单位名称", "MC"]),
        ("structure", ["片区名称", "要素", "名称"]),
    ],
)
def test_the_usual_headings_of_names_are_known(layer, headings):
    assert [suggested(LAYERS[layer], ["OBJECTID", heading, "备注"]).get("name") for heading in headings] == headings


def test_names_that_would_vanish_are_told_and_their_column_can_be_named(office, tmp_path, capsys):
    west, south, east, north = outline_of(office).bounds
    line = LineString([(west, (south + north) / 2), (east, (south + north) / 2)])
    frame = {"标注": ["甲路"], "等级": ["主干路"]}
    zone = load_dataset(office).district.metric_crs
    path = tmp_path / "roads.gpkg"
    geopandas.GeoDataFrame(frame, geometry=[line], crs="EPSG:4326").to_crs(zone).to_file(path)
    assert main(["replace", "roads", str(path)]) == 0
    told = capsys.readouterr().out
    assert "注意！没有认出名称列" in told and "--name 列名" in told and "标注、等级" in told
    assert "NOTE!" in told and "--name COLUMN" in told
    assert main(["replace", "roads", str(path), "--name", "标注", *SAID, "--write"]) == 0
    assert "注意！" not in capsys.readouterr().out
    assert [each["properties"]["name"] for each in read(office, "base/road_labels.geojson")["features"]] == ["甲路"]
    stations = tmp_path / "stations.gpkg"
    geopandas.GeoDataFrame({"标注": ["甲站"]}, geometry=[line.centroid], crs="EPSG:4326").to_crs(zone).to_file(stations)
    assert main(["replace", "metro", str(stations)]) == 1
    assert "注意！没有认出名称列" in capsys.readouterr().out


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


def test_a_district_without_a_metro_says_so_once_and_is_asked_no_more(office, capsys):
    for name in ("metro", "neighbours", "roads", "road_labels"):
        (office / "base" / f"{name}.geojson").unlink()
    told = {(each.code, each.where, each.detail) for each in load_dataset(office).problems}
    missing = {"metro": "metro", "neighbours": "neighbours", "roads": "roads", "road_labels": "roads"}
    assert told == {("layer_missing", f"{file}.geojson", layer) for file, layer in missing.items()}
    before = files_in(office)
    for name in ("metro", "neighbours", "roads"):
        assert main(["none", name]) == 0
    assert check([str(office)]) == 0
    assert not [source for source in load_dataset(office).sources if "base/metro.geojson" in source.files]
    assert build_map(load_dataset(office), language="zh").get_root().render()
    assert [main(["undo"]) for _ in range(3)] == [0, 0, 0] and files_in(office) == before


@pytest.mark.parametrize(
    ("written", "iso"),
    [("2026年9月", "2026-09"), ("2026年", "2026"), ("2026.9.30", "2026-09-30"), ("2026年9月3日", "2026-09-03"),
     ("2026-09", "2026-09"), ("2026", "2026"), ("2026-13", None), ("2026-02-30", None), ("九月", None)],
)  # fmt: skip
def test_a_date_is_taken_as_offices_write_it_or_refused_with_an_example(office, survey, capsys, written, iso):
    command = ["replace", "boundary", str(survey[0]), *SAID, "--date", written, "--grade", "official", "--write"]
    if iso:
        assert main(command) == 0 and read(office, "base/boundary.geojson")["date"] == iso
    else:
        with pytest.raises(SystemExit):
            main(command)
        assert "请写成 2026、2026-09 或 2026-09-30" in capsys.readouterr().err


def test_a_word_can_stand_only_for_a_class_that_the_map_draws(office, tmp_path, capsys):
    west, south, east, _ = outline_of(office).bounds
    frame = geopandas.GeoDataFrame({"等级": ["城市快速路"]}, geometry=[LineString([(west, south), (east, south)])])
    frame.set_crs("EPSG:4326").to_crs(load_dataset(office).district.metric_crs).to_file(tmp_path / "roads.gpkg")
    command, before = ["replace", "roads", str(tmp_path / "roads.gpkg"), *SAID, "--write"], files_in(office)
    assert main([*command, "--code", "城市快速路=express"]) == 1
    told = capsys.readouterr().out
    assert "应为 trunk, primary, secondary, tertiary 之一" in told and "is none of trunk" in told
    assert files_in(office) == before
    assert main([*command, "--code", "城市快速路=trunk"]) == 0
    assert main(["replace", "metro", str(tmp_path / "roads.gpkg"), "--code", "a=b"]) == 1
    assert "本图层没有代码" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("layer", "sliver"),
    [
        ("neighbours", lambda x, y: box(x, y, x + 3e-8, y + 0.001)),
        ("neighbours", lambda x, y: Polygon([(x, y), (x + 0.01, y), (x + 0.005, y)])),
        ("roads", lambda x, y: LineString([(x, y), (x + 1e-8, y)])),
    ],
    ids=["narrow", "flat", "short"],
)
def test_slivers_are_left_out_and_told(office, tmp_path, capsys, layer, sliver):
    _, south, east, north = outline_of(office).bounds
    sound = {"neighbours": box(east, south, east + 0.01, north), "roads": LineString([(east, south), (east, north)])}
    frame = {"名称": ["甲", "乙"], "等级": ["主干路", "主干路"]}
    shapes = geopandas.GeoDataFrame(frame, geometry=[sliver(east, south), sound[layer]], crs="EPSG:4326")
    shapes.to_file(tmp_path / "shapes.geojson")
    command = ["replace", layer, str(tmp_path / "shapes.geojson"), "--crs", "EPSG:4326", *SAID, "--write"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "未取 1 个：没有面积或长度（不足 1 厘米）（第 1 行）" in told and "1 left out: no area or length" in told
    kept = read(office, f"base/{layer}.geojson")["features"]
    assert [each["properties"]["name"] for each in kept] == ["乙"]


@pytest.mark.parametrize("option", ["--within-km", "--simplify-m", "--accuracy-m"])
@pytest.mark.parametrize("value", ["-1", "nan", "inf", "五"])
def test_a_length_is_a_number_from_0_on(option, value, capsys):
    with pytest.raises(SystemExit):
        main(["replace", "roads", "roads.gpkg", f"{option}={value}"])
    assert f"“{value}”应为不小于 0 的数" in capsys.readouterr().err


def test_a_hostile_archive_is_refused(office, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../evil.shp", b"x")
    assert main(["replace", "boundary", str(tmp_path / "evil.zip"), *SAID, "--grade", "official", "--write"]) == 1
    assert "没有写入" in capsys.readouterr().out


def test_nothing_is_written_into_the_shipped_data_nor_without_provenance(office, survey, monkeypatch, capsys):
    before = files_in(office)
    assert main(["replace", "boundary", str(survey[0]), "--write"]) == 1
    assert "--licence" in capsys.readouterr().out and files_in(office) == before
    monkeypatch.delenv("XIGANG_DATA_DIR")
    assert main(["replace", "boundary", str(survey[0]), *SAID, "--grade", "official", "--write"]) == 1
    assert "init" in capsys.readouterr().out


def test_an_undo_leaves_alone_what_was_changed_by_hand(office, survey, capsys):
    assert main(["replace", "boundary", str(survey[0]), *SAID, "--grade", "official", "--write"]) == 0
    (office / "sources.json").write_text("[]", encoding="utf-8")
    assert main(["undo"]) == 1
    assert "sources.json 在这次替换之后又被改动" in capsys.readouterr().out


def test_the_label_of_a_road_is_its_longest_piece():
    def piece(name, *points):
        geometry = {"type": "LineString", "coordinates": points}
        return {"type": "Feature", "properties": {"name": name, "class": "primary"}, "geometry": geometry}

    roads = [piece("甲路", (0, 0), (1, 0)), piece("甲路", (1, 0), (2, 0)), piece("甲路", (5, 0), (5.5, 0))]
    (label,) = road_labels(roads)
    assert {tuple(at) for at in label["geometry"]["coordinates"]} == {(0, 0), (1, 0), (2, 0)}


def test_the_map_renders_on_replaced_data(office, survey):
    assert main(["replace", "boundary", str(survey[0]), *SAID, "--grade", "official", "--write"]) == 0
    app = AppTest.from_file(str(Path(__file__).resolve().parents[2] / "app.py"), default_timeout=60).run()
    assert not app.exception


# ---- what an office has: other kinds of file, systems and encodings, some told wrongly ----


def test_degrees_are_taken_once_it_is_said_that_they_are_not_shifted(office, tmp_path, capsys):
    areas = [placed for placed in load_dataset(office).elements if placed.element.kind == "area"][:2]
    shapes = [placed.geometry.centroid.buffer(0.0008, quad_segs=3) for placed in areas]
    frame = geopandas.GeoDataFrame({"Name": [p.element.name for p in areas]}, geometry=shapes, crs="EPSG:4326")
    frame.to_file(tmp_path / "片区.kml", driver="KML")
    command = ["replace", "structure", str(tmp_path / "片区.kml"), *SAID, "--grade", "official", "--write"]
    assert main(command) == 1 and "--crs GCJ-02" in capsys.readouterr().out
    assert main([*command, "--crs", "EPSG:4326"]) == 0
    now = load_dataset(office)
    for placed, wanted in zip(areas, shapes, strict=True):
        assert now.element(placed.element.id).geometry.symmetric_difference(wanted).area < 1e-10


@pytest.mark.parametrize(
    "code", [2386, 2346, 2335, 2438, 21421]
)  # zones of 3 and of 6 degrees, with number and without
@pytest.mark.parametrize("dialect", [None, "WKT1_ESRI"])
def test_an_old_system_is_said_to_be_some_100_m_off_here_and_in_the_list_of_sources(
    monkeypatch, tmp_path, capsys, code, dialect
):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    make_copy(DATA, tmp_path / "data")
    monkeypatch.setenv("XIGANG_DATA_DIR", str(tmp_path / "data"))
    system = CRS.from_epsg(code)
    given = geopandas.GeoDataFrame({"名称": ["某区"]}, geometry=[outline_of(DATA)], crs="EPSG:4326").to_crs(system)
    archive = zipped_shapefile(tmp_path / "old.zip", list(given.geometry), system, 名称=["某区"])
    said = system.to_wkt(dialect) if dialect else f"EPSG:{code}"
    command = ["replace", "boundary", str(archive), *SAID, "--grade", "official", "--crs", said, "--write"]
    assert main(command) == 0
    assert "约百米误差" in capsys.readouterr().out
    edits = [each["edits"] for each in read(tmp_path / "data", "sources.json") if "内部使用" in each["licence"]["zh"]]
    assert len(edits) == 1 and "约百米误差" in edits[0]["zh"] and "some 100 m" in edits[0]["en"]


def to_grid(x, y):
    """Return a position of the zone in a city's own grid: moved and turned by seven degrees."""
    east, north = x - ORIGIN[0], y - ORIGIN[1]
    return east * math.cos(TURN) - north * math.sin(TURN), east * math.sin(TURN) + north * math.cos(TURN)


def test_a_drawing_in_the_citys_own_grid_is_taken_by_its_control_points(office, survey, tmp_path, capsys):
    _, zone, corners = survey
    local = [to_grid(*corner) for corner in corners]
    document = ezdxf.new("R2010", units=6)
    document.modelspace().add_lwpolyline(local, close=True, dxfattribs={"layer": "区界"})
    text = io.StringIO()
    document.write(text)
    (tmp_path / "区界.dxf").write_text(text.getvalue(), encoding="utf-8")
    back = Transformer.from_crs(zone, "EPSG:4326", always_xy=True)
    control = []
    for (x, y), corner in zip(local, corners, strict=True):
        lon, lat = back.transform(*corner)
        control += ["--control", f"{lon:.9f},{lat:.9f}={x:.3f},{y:.3f}"]
    command = ["replace", "boundary", str(tmp_path / "区界.dxf"), *SAID, "--grade", "official", "--write"]
    assert main(command) == 1 and "没有写入" in capsys.readouterr().out
    assert main([*command, "--crs", "grid", *control]) == 0
    forth = Transformer.from_crs("EPSG:4326", zone, always_xy=True)
    found = [forth.transform(*at) for at in outline_of(office).exterior.coords]
    assert max(min(math.dist(at, corner) for corner in corners) for at in found) < 0.05


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("prj", ["its own", "none", "the zone beside it"])
def test_a_shapefile_of_the_zone_is_known_by_its_numbers_whatever_stands_beside_them(
    office, survey, tmp_path, encoding, prj, capsys
):
    _, zone, corners = survey
    frame = geopandas.GeoDataFrame({"名称": ["示例区"]}, geometry=[Polygon(corners)], crs=zone)
    if prj == "the zone beside it":
        frame = frame.set_crs(f"EPSG:{int(zone.removeprefix('EPSG:')) + 1}", allow_override=True)
    (tmp_path / "files").mkdir()
    frame.to_file(tmp_path / "files" / "a.shp", encoding=encoding)
    with zipfile.ZipFile(tmp_path / "区界.zip", "w") as archive:
        for part in (tmp_path / "files").iterdir():
            if part.suffix != ".cpg" and not (prj == "none" and part.suffix == ".prj"):
                archive.write(part, part.name)
    command = ["replace", "boundary", str(tmp_path / "区界.zip"), *SAID, "--grade", "official", "--write"]
    done = main(command)
    told = capsys.readouterr().out
    assert "name ← 名称" in told or done == 1
    if prj == "its own":
        assert done == 0
    else:
        assert done == 1 and f"--crs {zone}" in told and "没有写入" in told
        assert main([*command, "--crs", zone]) == 0
    assert outline_of(office).area == pytest.approx(outline_of(office).minimum_rotated_rectangle.area, rel=0.01)


def test_a_district_that_has_no_base_map_yet_is_given_its_layers_by_the_same_command(office, survey, tmp_path):
    shutil.rmtree(office / "base")
    (office / "sources.json").write_text("[]", encoding="utf-8")
    said = [*SAID, "--write"]
    system = ["--crs", survey[1]]
    assert main(["replace", "boundary", str(survey[0]), *system, "--grade", "official", *said]) == 0
    west, south, east, north = outline_of(office).bounds
    frame = {"道路名称": ["甲路"], "道路等级": ["主干路"]}
    lines = geopandas.GeoDataFrame(frame, geometry=[LineString([(west, south), (east, north)])], crs="EPSG:4326")
    lines.to_crs(survey[1]).to_file(tmp_path / "roads.gpkg")
    assert main(["replace", "roads", str(tmp_path / "roads.gpkg"), *said]) == 0
    now = load_dataset(office)
    assert set(now.base) == {"boundary", "roads", "road_labels"} and len(now.sources) == 2
    assert main(["undo"]) == main(["undo"]) == 0 and not list((office / "base").glob("*.geojson"))
