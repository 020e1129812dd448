"""GeoJSON, read as plain JSON and by GDAL."""

import json

import pyogrio
import pytest
import shapely

from exports.geojson import write_geojson
from exports.request import ExportRequest
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.whole_file import write_whole
from tests.data.odd_projects import NAMES, SHIPPED, odd_dataset, shipped_features
from tests.data.samples import element_feature, sample_files, write


def written(data, request, folder):
    return write_whole(folder / "x.geojson", lambda path: write_geojson(data, request, path))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return written(load_dataset(SHIPPED), ExportRequest(), tmp_path_factory.mktemp("geojson"))


@pytest.fixture(scope="module")
def collection(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_projects_stand_as_in_the_file_of_record(collection):
    projects = [f for f in collection["features"] if f["properties"]["layer"] == "project"]
    source = shipped_features()
    assert [f["id"] for f in projects] == [f["id"] for f in source]
    assert [f["geometry"] for f in projects] == [f["geometry"] for f in source]
    for ours, theirs in zip(projects, source, strict=True):
        assert [m["wording"] for m in ours["properties"]["mentions"]] == [
            m["name"] for m in theirs["properties"]["mentions"]
        ]
        location = theirs["properties"]["location"]
        assert ours["properties"]["grade"] == location["grade"]
        assert ours["properties"]["basis"] == location["basis"]["zh"]
        assert ours["properties"]["checked"] == location["checked"]


def test_it_keeps_to_rfc_7946(collection):
    assert "crs" not in collection
    assert not {"coordinates", "geometries", "geometry", "properties"} & set(collection)
    for feature in collection["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        if not feature["geometry"]:
            continue
        geometry = shapely.geometry.shape(feature["geometry"])
        assert geometry.is_valid
        for part in shapely.get_parts(geometry):
            assert part.geom_type != "Polygon" or part.exterior.is_ccw
        for number in shapely.get_coordinates(geometry).ravel():
            assert round(number, 7) == number


def test_foreign_members_say_what_the_file_is(collection):
    assert collection["title"] and collection["data_version"] and collection["filter"] == "全部项目"
    assert collection["as_worded"] == "按2021年3月规划表述，非现状"
    assert "OpenStreetMap" in collection["credit"]
    assert collection["losses"] == []


def test_gdal_reads_all_of_it(path):
    frame = pyogrio.read_dataframe(path)
    source = shipped_features()
    projects = frame[frame["layer"] == "project"]
    assert pyogrio.read_info(path)["crs"] == "EPSG:4326"
    assert list(projects["id"]) == [f["id"] for f in source]
    assert projects.geometry.isna().sum() == sum(f["geometry"] is None for f in source)
    assert len(frame) - len(projects) == len(json.loads((SHIPPED / "layout.geojson").read_text("utf-8"))["features"])


def test_a_clockwise_ring_is_turned(tmp_path):
    files = sample_files()
    ring = [[121.605, 38.905], [121.605, 38.915], [121.61512345678, 38.915], [121.605, 38.905]]
    clockwise = element_feature("turned", {"type": "Polygon", "coordinates": [ring]})
    files["layout.geojson"]["features"] = [clockwise]
    read = json.loads(written(load_dataset(write(tmp_path, files)), ExportRequest(), tmp_path).read_text("utf-8"))
    geometry = read["features"][-1]["geometry"]
    assert shapely.geometry.shape(geometry).exterior.is_ccw
    assert [121.6151235, 38.915] in geometry["coordinates"][0]


def test_odd_texts_come_back(tmp_path):
    read = json.loads(written(odd_dataset(tmp_path), ExportRequest(), tmp_path).read_text("utf-8"))
    names = {f["id"]: f["properties"]["name"] for f in read["features"]}
    assert {key: names[key] for key in NAMES if key != "nul"} == {k: v for k, v in NAMES.items() if k != "nul"}
    assert [loss["record"] for loss in read["losses"]] == ["nul", "nul"]


def test_nothing_found_is_still_a_file(tmp_path):
    request = ExportRequest(filter=ProjectFilter(text="没有这样的项目"))
    path = written(load_dataset(SHIPPED), request, tmp_path)
    assert set(pyogrio.read_dataframe(path)["layer"]) == {"structure"}
    assert "没有这样的项目" in json.loads(path.read_text("utf-8"))["filter"]
