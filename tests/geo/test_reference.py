"""The office's own layers in place of those shipped: tried, refused with a reason, written, undone to the byte."""

import json
import math
import zipfile
from pathlib import Path

import geopandas
import pytest
from pyproj import Transformer
from shapely.geometry import LineString, Polygon, box
from streamlit.testing.v1 import AppTest

from geo.check import main as check
from geo.load import load_dataset
from geo.reference.content import collection_text, road_labels
from geo.reference.layers import LAYERS, suggested
from geo.reference.provenance import sources_text
from layers.webmap import build_map
from server.reference.__main__ import main
from tests.geo.replacing import DATA, SAID, files_in, outline_of, read


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
