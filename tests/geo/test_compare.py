"""The figures of the comparison: against the ellipsoid, and as unsure as the places are."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from pyproj import Geod

from geo.compare import COMPARED_KINDS, compare, neighbours_of
from geo.load import load_dataset
from geo.nearby import Surroundings

ELLIPSOID = Geod(ellps="GRS80")
KNOWN = ("exact", "near")


@pytest.fixture(scope="module")
def data():
    return load_dataset(Path(__file__).resolve().parents[2] / "data")


@pytest.fixture(scope="module")
def compared(data):
    return {each.project.id: each for each in compare(data, Surroundings(data), data.projects)}


def apart_m(a, b):
    return ELLIPSOID.inv(a.lon, a.lat, b[0], b[1])[2]


def unsure_m(project):
    return 0 if project.location.grade in KNOWN else project.location.accuracy_m


def places(data, kind):
    """Return name → point of one kind, read from the base files."""
    layer = data.base["metro" if kind == "metro" else "landmarks"]["features"]
    return {
        f["properties"]["name"]: f["geometry"]["coordinates"]
        for f in layer
        if kind == "metro" or f["properties"]["kind"] == kind
    }


@pytest.mark.parametrize(("kind", "count"), COMPARED_KINDS.items())
def test_the_nearest_of_each_kind_by_the_ellipsoid(data, compared, kind, count):
    its = places(data, kind)
    for project in data.projects:
        if not project.placed:
            assert compared[project.id].near is None
            continue
        found = compared[project.id].near.get(kind, [])
        expected = sorted((apart_m(project, at), name) for name, at in its.items())[:count]
        assert [place.name for place, _ in found] == [name for _, name in expected]
        for (metres, _), (_, distance) in zip(expected, found, strict=True):
            assert distance.metres == pytest.approx(metres, rel=3e-4)
            assert distance.most_m - distance.metres == pytest.approx(unsure_m(project))


def test_the_base_map_knows_no_port_and_invents_none(data, compared):
    assert not any(f["properties"]["kind"] == "port" for f in data.base["landmarks"]["features"])
    assert not any("port" in (each.near or {}) for each in compared.values())


def test_a_distance_worked_out_by_hand():
    """On the sphere of 6371 km: 0.01° of latitude is 1112 m, 0.01° of longitude at 38.92° N 865 m."""
    assert ELLIPSOID.inv(121.60, 38.92, 121.60, 38.93)[2] == pytest.approx(1112, abs=3)
    assert ELLIPSOID.inv(121.60, 38.92, 121.61, 38.92)[2] == pytest.approx(865, abs=3)


def test_neighbours_by_the_ellipsoid(data, compared):
    doubtful = 0
    for project in data.projects:
        its = compared[project.id].neighbours
        if not project.placed:
            assert its is None
            continue
        others = [each for each in data.projects if each.sector == project.sector and each is not project]
        assert its.unplaced == sum(not each.placed for each in others)
        sure, possible = set(), set()
        for other in others:
            if other.placed:
                metres, slack = apart_m(project, (other.lon, other.lat)), unsure_m(project) + unsure_m(other)
                assert abs(metres + slack - 1000) > 1 and abs(metres - slack - 1000) > 1, "too near the rim to tell"
                if metres + slack < 1000:
                    sure.add(other.id)
                elif metres - slack < 1000:
                    possible.add(other.id)
        assert {each.id for each in its.sure} == sure and {each.id for each in its.possible} == possible
        doubtful += bool(possible)
        away = [apart_m(project, (each.lon, each.lat)) for each in its.sure]
        assert away == sorted(away)
    assert doubtful > 10


def made(data, ident, lon, lat, grade="exact", accuracy=30):
    model = next(project for project in data.projects if project.placed)
    location = model.location.model_copy(update={"grade": grade, "accuracy_m": accuracy})
    return model.model_copy(update={"id": ident, "lon": lon, "lat": lat, "location": location})


def test_a_vague_neighbour_is_possible_and_not_counted(data):
    site = made(data, "site", 121.60, 38.92)
    known = made(data, "known", 121.60, 38.928)  # 890 m north
    vague = made(data, "vague", 121.60, 38.928, "street", 400)  # 490 to 1290 m
    far = made(data, "far", 121.60, 38.95, "area", 300)  # 3330 m from the site, 2440 m from the others
    small = SimpleNamespace(projects=[site, known, vague, far], district=data.district, base={})
    around = Surroundings(small)
    its = neighbours_of(small, around, site)
    assert ([p.id for p in its.sure], [p.id for p in its.possible]) == (["known"], ["vague"])
    its = neighbours_of(small, around, vague)
    assert ([p.id for p in its.sure], [p.id for p in its.possible]) == (["known"], ["site"])
