"""GeoPackage and Shapefile, read by two builds of GDAL: pyogrio's own and, where installed, the system's."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile

import numpy as np
import pandas as pd
import pyogrio
import pytest
from pyproj import CRS, Transformer
from shapely import get_coordinates
from shapely.geometry import shape

from exports.fields import PROJECT_FIELDS
from exports.request import ExportRequest
from exports.vector import DBF_TEXT_BYTES, write_geopackage, write_shapefile
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.whole_file import write_whole
from tests.data.odd_projects import LONG_TEXT, NAMES, SHIPPED, odd_dataset, shipped_features

SYSTEMS = ("EPSG:4326", "EPSG:4490", "EPSG:4550")
WRITERS = {"gpkg": write_geopackage, "zip": write_shapefile}
NOWHERE = ExportRequest(filter=ProjectFilter(text="没有这样的项目"))
ONE = ExportRequest(filter=ProjectFilter(text="bainian-gangwan-outlets"))


def written(suffix, data, request, folder):
    return write_whole(folder / f"x.{suffix}", lambda path: WRITERS[suffix](data, request, path))


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(SHIPPED)


@pytest.fixture(scope="module", params=SYSTEMS)
def crs(request):
    return request.param


@pytest.fixture(scope="module")
def geopackage(shipped, crs, tmp_path_factory):
    return written("gpkg", shipped, ExportRequest(crs=crs), tmp_path_factory.mktemp("gpkg"))


@pytest.fixture(scope="module")
def shapefile(shipped, crs, tmp_path_factory):
    return written("zip", shipped, ExportRequest(crs=crs), tmp_path_factory.mktemp("shp"))


def layer_of(path, name, **options):
    where = f"/vsizip/{path}/{name}.shp" if path.suffix == ".zip" else path
    return pyogrio.read_dataframe(where, layer=name, **options)


def csv_in(path, name):
    with zipfile.ZipFile(path) as archive:
        return list(csv.reader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"), newline="")))


def expected_points(crs):
    """Return where the placed projects lie by PROJ itself, east first."""
    points = [f["geometry"]["coordinates"] for f in shipped_features() if f["geometry"]]
    if crs != "EPSG:4550":
        return np.array(points)
    return np.array(Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(*zip(*points, strict=True))).T


def tolerance(crs):
    return 1e-3 if crs == "EPSG:4550" else 1e-9


def assert_true_to_source(frame, features, *, short):
    name_of = {field.name: field.short_name if short else field.name for field in PROJECT_FIELDS}
    assert list(frame["id"]) == [feature["id"] for feature in features]
    for (_, row), feature in zip(frame.iterrows(), features, strict=True):
        properties, location = feature["properties"], feature["properties"]["location"]
        expected = {
            "name": properties["name"],
            "sector": properties["sector"],
            "phase": properties["phase"],
            "element": properties["element"],
            "grade": location["grade"],
            "accuracy_m": location.get("accuracy_m"),
            "basis": location["basis"]["zh"],
            "source": location.get("source"),
            "source_crs": location.get("source_crs"),
        }
        for name, value in expected.items():
            read = row[name_of[name]]
            assert (None if pd.isna(read) or read == "" else read) == value
        assert f"{row['checked']:%Y-%m-%d}" == location["checked"]


# ---- GeoPackage ----


def test_a_geopackage_holds_every_project_placed_or_not(geopackage, crs):
    frame = layer_of(geopackage, "projects")
    assert_true_to_source(frame, shipped_features(), short=False)
    placed = frame[frame.geometry.notna()]
    np.testing.assert_allclose(get_coordinates(placed.geometry), expected_points(crs), atol=tolerance(crs))
    assert list(frame.geometry.isna()) == [f["geometry"] is None for f in shipped_features()]


def test_a_geopackage_has_all_layers_in_the_system_asked_for(geopackage, crs):
    layers = dict(pyogrio.list_layers(geopackage))
    assert layers == {
        "projects": "Point",
        "structure_lines": "MultiLineString",
        "structure_areas": "MultiPolygon",
        **dict.fromkeys(("mentions", "indicators", "programmes", "sources", "about", "fields", "losses"), None),
    }
    for name in ("projects", "structure_lines", "structure_areas"):
        assert CRS(pyogrio.read_info(geopackage, layer=name)["crs"]).to_epsg() == int(crs[5:])
    mentions = layer_of(geopackage, "mentions")
    assert list(mentions["wording"]) == [m["name"] for f in shipped_features() for m in f["properties"]["mentions"]]


def test_a_geopackage_has_the_indicators_and_programmes(geopackage):
    with (SHIPPED / "indicators.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    frame = layer_of(geopackage, "indicators")
    for name in ("name", "unit", "base", "target_absolute", "target_growth", "result_absolute", "result_growth"):
        assert list(frame[name].fillna("")) == [line[name] for line in lines]
    assert frame["verdict"].value_counts().to_dict() == {"met": 20, "not_met": 5}
    assert len(layer_of(geopackage, "programmes")) == 43


def test_the_about_table_says_the_system_and_that_the_datums_are_one(geopackage, crs):
    about = dict(layer_of(geopackage, "about")[["item", "value"]].to_numpy())
    assert crs in about["coordinates"]
    assert ("不到1米" in about["coordinates"]) == (crs != "EPSG:4326")
    assert "未落图 59 项" in about["counts"]


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_structure_lies_where_its_file_says(suffix, geopackage, shapefile, crs):
    path = geopackage if suffix == "gpkg" else shapefile
    features = json.loads((SHIPPED / "layout.geojson").read_text("utf-8"))["features"]
    for name, kind in (("structure_lines", "line"), ("structure_areas", "area")):
        frame = layer_of(path, name)
        wanted = {f["id"]: shape(f["geometry"]) for f in features if f["properties"]["kind"] == kind}
        assert list(frame["id"]) == list(wanted)
        back = frame.to_crs("EPSG:4490") if crs == "EPSG:4550" else frame
        for identity, geometry in zip(frame["id"], back.geometry, strict=True):
            assert geometry.hausdorff_distance(wanted[identity]) < 1e-8


# ---- Shapefile ----


def test_a_shapefile_holds_the_placed_projects(shapefile, crs):
    frame = layer_of(shapefile, "projects")
    placed = [f for f in shipped_features() if f["geometry"]]
    assert_true_to_source(frame, placed, short=True)
    np.testing.assert_allclose(get_coordinates(frame.geometry), expected_points(crs), atol=tolerance(crs))
    assert CRS(pyogrio.read_info(f"/vsizip/{shapefile}/projects.shp")["crs"]).to_epsg() == int(crs[5:])


def test_the_unplaced_projects_stand_beside_it(shapefile):
    header, *rows = csv_in(shapefile, "unplaced")
    assert header[:2] == ["编号", "名称"]
    assert [row[0] for row in rows] == [f["id"] for f in shipped_features() if not f["geometry"]]


def test_the_zip_has_all_that_a_shapefile_needs(shapefile):
    with zipfile.ZipFile(shapefile) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
        encodings = {archive.read(name) for name in names if name.endswith(".cpg")}
    layers = ("projects", "structure_lines", "structure_areas")
    parts = {f"{layer}.{suffix}" for layer in layers for suffix in ("shp", "shx", "dbf", "prj", "cpg")}
    tables = {f"{name}.csv" for name in ("unplaced", "mentions", "sources", "fields", "losses")}
    assert names == parts | tables | {"readme.txt"}
    assert encodings == {b"UTF-8"}


def test_the_field_table_explains_every_column_of_every_layer(shapefile):
    _, *rows = csv_in(shapefile, "fields")
    known = {(row[0], row[1]) for row in rows}
    for layer in ("projects", "structure_lines", "structure_areas"):
        columns = pyogrio.read_info(f"/vsizip/{shapefile}/{layer}.shp")["fields"]
        assert {(layer.split("_")[0], column) for column in columns} <= known
    assert all(label_zh and label_en for *_, label_zh, label_en, _, _ in rows)


def test_every_cut_text_is_listed_and_only_those(shipped, shapefile, geopackage):
    _, *losses = csv_in(shapefile, "losses")
    features = json.loads((SHIPPED / "layout.geojson").read_text("utf-8"))["features"]
    long = {
        (f["id"], name)
        for f in features
        for name in ("summary", "basis")
        if len(f["properties"][name]["zh"].encode()) > DBF_TEXT_BYTES
    }
    wholes = layer_of(geopackage, "projects").set_index("id")["mentions"]
    drawn = {f["id"] for f in shipped_features() if f["geometry"]}
    long |= {(each, "mentions") for each in drawn if len(wholes[each].encode()) > DBF_TEXT_BYTES}
    assert {(record, name) for _, record, name, *_ in losses} == long
    for layer, record, name, _, kept, whole, text in losses:
        frame = layer_of(shapefile, layer).set_index("id")
        cut = frame.loc[record, name]
        assert text.startswith(cut) and (len(cut.encode()), len(text.encode())) == (int(kept), int(whole))
        assert int(kept) <= DBF_TEXT_BYTES < int(whole)


# ---- the odd and the empty ----


def test_odd_texts_come_back_from_a_geopackage(tmp_path):
    frame = layer_of(written("gpkg", odd_dataset(tmp_path), ExportRequest(), tmp_path), "projects").set_index("id")
    assert {key: frame.loc[key, "name"] for key in NAMES if key != "nul"} == {
        key: name for key, name in NAMES.items() if key != "nul"
    }
    assert frame.loc["told", "summary"] == LONG_TEXT
    assert frame.loc["told", "status"] == "=已开工"
    assert frame.loc["no-place"].geometry is None


def test_odd_texts_come_back_from_a_shapefile_and_a_cut_falls_between_characters(tmp_path):
    path = written("zip", odd_dataset(tmp_path), ExportRequest(), tmp_path)
    frame = layer_of(path, "projects").set_index("id")
    for key in NAMES.keys() - {"nul"}:
        assert frame.loc[key, "name"] == NAMES[key]
    summary = frame.loc["told", "summary"]
    assert LONG_TEXT.startswith(summary) and DBF_TEXT_BYTES - 4 < len(summary.encode()) <= DBF_TEXT_BYTES
    losses = {(row[1], row[2]): row[-1] for row in csv_in(path, "losses")[1:]}
    assert losses["told", "summary"] == LONG_TEXT
    assert ("nul", "name") in losses
    assert csv_in(path, "unplaced")[1][:2] == ["no-place", "'=无处"]


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize(("request_", "count"), [(NOWHERE, 0), (ONE, 1)], ids=["none", "one"])
def test_few_projects_or_none_are_still_a_file(shipped, suffix, request_, count, tmp_path):
    path = written(suffix, shipped, request_, tmp_path)
    frame = layer_of(path, "projects")
    assert len(frame) == count and "accuracy_m" in frame.columns
    assert len(layer_of(path, "structure_areas")) == 9


# ---- by the system's GDAL ----


def by_ogrinfo(path, layer):
    """Return the system GDAL's count of features, EPSG code and extent of a layer."""
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("no ogrinfo (gdal-bin): the vector files were read by pyogrio's GDAL only")
    source = f"/vsizip/{path}" if path.suffix == ".zip" else str(path)
    said = subprocess.run([ogrinfo, "-ro", "-so", source, layer], capture_output=True, text=True, check=True).stdout
    codes = re.findall(r'ID\["EPSG",(\d+)\]\]\n', said)
    extent = [float(number) for number in re.findall(r"-?\d+\.\d+", re.search(r"Extent: (.*)", said)[1])]
    return int(re.search(r"Feature Count: (\d+)", said)[1]), int(codes[-1]), extent


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_systems_gdal_reads_the_same(suffix, geopackage, shapefile, crs):
    count, code, extent = by_ogrinfo(geopackage if suffix == "gpkg" else shapefile, "projects")
    points = expected_points(crs)
    assert count == (len(shipped_features()) if suffix == "gpkg" else len(points))
    assert code == int(crs[5:])
    np.testing.assert_allclose(extent, [*points.min(axis=0), *points.max(axis=0)], atol=1e-3 if code == 4550 else 1e-6)
