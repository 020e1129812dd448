"""Places near a site: against the ellipsoid, and honest about what is only roughly known."""

from pathlib import Path

import pytest
from pyproj import Geod
from shapely.geometry import MultiLineString, Point, shape

from geo.load import load_dataset
from geo.nearby import Distance, Surroundings, distance_to, places_of_base
from geo.vocabulary import KNOWN_GRADES

CRS = "EPSG:4550"
ELLIPSOID = Geod(ellps="GRS80")


@pytest.fixture(scope="module")
def data():
    return load_dataset(Path(__file__).resolve().parents[2] / "data")


@pytest.fixture(scope="module")
def places(data):
    return places_of_base(data.base)


def test_every_named_place_is_known_once(data, places):
    assert len({place.id for place in places}) == len(places)
    points = [f["properties"]["name"] for layer in ("metro", "landmarks") for f in data.base[layer]["features"]]
    assert sorted(place.name for place in places if place.kind != "street") == sorted(points)
    roads = {f["properties"]["name"] for f in data.base["roads"]["features"]} - {None}
    assert sorted(place.name for place in places if place.kind == "street") == sorted(roads - set(points))


def test_a_street_is_all_its_stretches_and_nothing_else(data, places):
    features = data.base["roads"]["features"]
    for street in (place for place in places if place.kind == "street"):
        own = [i for i, feature in enumerate(features) if feature["properties"]["name"] == street.name]
        assert sorted(street.parts) == own and street.layer == "roads"
        lines = [shape(features[i]["geometry"]) for i in own]
        assert street.bounds == pytest.approx(
            MultiLineString([part for line in lines for part in getattr(line, "geoms", [line])]).bounds
        )
        assert min(line.distance(Point(street.lon, street.lat)) for line in lines) < 1e-9


def test_a_point_says_how_well_it_is_known(data, places):
    station = next(place for place in places if place.kind == "metro")
    assert (station.layer, station.accuracy_m, station.parts) == ("metro", 25, ())


def test_a_place_lies_within_its_own_bounds(places):
    for place in places:
        west, south, east, north = place.bounds
        assert west - 1e-9 <= place.lon <= east + 1e-9 and south - 1e-9 <= place.lat <= north + 1e-9, place.name


def test_distances_agree_with_the_ellipsoid(data, places):
    placed = [project for project in data.projects if project.placed]
    for project in placed[:12]:
        for place in places[:40]:
            true_m = ELLIPSOID.inv(project.lon, project.lat, place.lon, place.lat)[2]
            assert distance_to(project, place, CRS).metres == pytest.approx(true_m, rel=0.001, abs=0.01)


def test_a_figure_a_range_or_nothing(data, places):
    for project in data.projects:
        distance = distance_to(project, places[0], CRS)
        if not project.placed:
            assert distance is None
        elif project.location.grade in KNOWN_GRADES:
            assert distance.within_m is None
        else:
            assert distance.within_m == project.location.accuracy_m


def test_a_range_never_begins_below_nothing():
    assert Distance(300, 500).least_m == 0 and Distance(300, 500).most_m == 800
    assert Distance(300).least_m == Distance(300).most_m == 300


def test_the_nearest_are_the_nearest(data, places):
    project = data.project("huizhi-yunding")
    found = Surroundings(data).nearest(project, ["metro", "hospital", "no-such-kind"], count=3)
    assert set(found) == {"metro", "hospital"}
    for kind, near in found.items():
        every = sorted(ELLIPSOID.inv(project.lon, project.lat, p.lon, p.lat)[2] for p in places if p.kind == kind)
        assert [d.metres for _, d in near] == pytest.approx(every[:3], rel=0.001)


def test_a_project_without_a_place_has_nothing_near(data):
    assert Surroundings(data).nearest(data.project("nanlou-haijing"), ["metro"]) == {}


def test_surroundings_measure_as_the_single_distance_does(data):
    around = Surroundings(data)
    for project in data.projects:
        for near in around.nearest(project, ["metro", "school"]).values():
            for place, distance in near:
                alone = distance_to(project, place, CRS)
                assert distance.metres == pytest.approx(alone.metres, abs=1e-6) and distance.within_m == alone.within_m
