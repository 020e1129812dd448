"""What an office has in place of a layer: other kinds of file, systems and encodings, some told wrongly."""

import io
import math
import shutil
import zipfile

import ezdxf
import geopandas
import pytest
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Polygon

from geo.load import load_dataset
from geo.reference.folder import make_copy
from server.reference.__main__ import main
from tests.geo.replacing import DATA, SAID, outline_of, read, zipped_shapefile

ORIGIN = 500_000.0, 3_290_000.0
TURN = math.radians(7)


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
