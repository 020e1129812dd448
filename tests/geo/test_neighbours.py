"""Which elements lie beside each other, worked out by hand; and their measures beside the ellipsoid's."""

from pathlib import Path

import pytest
from geopandas import GeoSeries
from pyproj import Geod
from shapely import box
from shapely.geometry import LineString

from geo.load import load_dataset
from geo.structure import NEIGHBOUR_WITHIN_M, Neighbour, figures_of, metric_shapes, neighbours

DATA = Path(__file__).resolve().parents[2] / "data"
ELLIPSOID = Geod(ellps="GRS80")
PLANE = GeoSeries(
    {
        "square": box(0, 0, 100, 100),
        "beside": box(100, 0, 200, 100),  # shares an edge with square
        "corner": box(230, 140, 300, 200),  # 130 east and 40 north of square, 30 and 40 of beside
        "far": box(500, 0, 600, 100),  # 400 east of square, 300 of beside
        "line": LineString([(50, 50), (50, 400)]),  # runs out of square, 50 west of beside, 180 of corner
    },
    crs="EPSG:4550",
)


def by_hand(**distances):
    return {other: pytest.approx(distance) for other, distance in distances.items()}


def found(shapes, **options):
    return {id_: {n.id: n.distance_m for n in near} for id_, near in neighbours(shapes, **options).items()}


def test_neighbours_touch_or_lie_within_the_distance():
    far_from_corner = (200**2 + 40**2) ** 0.5
    assert found(PLANE) == {
        "square": by_hand(beside=0, line=0, corner=(130**2 + 40**2) ** 0.5),
        "beside": by_hand(square=0, line=50, corner=50, far=300),
        "corner": by_hand(beside=50, square=(130**2 + 40**2) ** 0.5, line=180, far=far_from_corner),
        "far": by_hand(beside=300, corner=far_from_corner),
        "line": by_hand(square=0, beside=50, corner=180),
    }


def test_the_distance_can_be_another_and_its_end_counts():
    assert found(PLANE, within_m=50)["beside"] == by_hand(square=0, corner=50, line=50)
    assert found(PLANE, within_m=49.99)["beside"] == by_hand(square=0)


def test_the_nearest_stands_first_and_ties_keep_the_order():
    assert [n.id for n in neighbours(PLANE)["beside"]] == ["square", "corner", "line", "far"]


def test_one_alone_has_no_neighbours_and_none_at_all_no_figures():
    assert neighbours(PLANE[["square"]]) == {"square": ()}
    assert figures_of([], crs="EPSG:4550") == {}


@pytest.fixture(scope="module")
def elements():
    return load_dataset(DATA).elements


@pytest.fixture(scope="module")
def figures(elements):
    return figures_of(elements, crs="EPSG:4550")


def test_areas_and_lengths_agree_with_the_ellipsoid(elements, figures):
    for each in elements:
        its = figures[each.element.id]
        if each.element.kind == "line":
            assert its.length_m == pytest.approx(ELLIPSOID.geometry_length(each.geometry), rel=1e-3)
            assert its.length_m / ELLIPSOID.geometry_length(each.geometry) - 1 == pytest.approx(1.8e-4, abs=3e-5)
            assert its.area_m2 is None
        else:
            area = abs(ELLIPSOID.geometry_area_perimeter(each.geometry)[0])
            assert its.area_m2 == pytest.approx(area, rel=1e-3)
            assert its.area_m2 / area - 1 == pytest.approx(3.6e-4, abs=6e-5)
            assert its.length_m is None


def test_neighbours_of_the_plan_are_mutual_and_agree_with_the_ellipsoid(elements, figures):
    for each in elements:
        for near in figures[each.element.id].neighbours:
            assert Neighbour(each.element.id, pytest.approx(near.distance_m)) in figures[near.id].neighbours
            assert near.distance_m <= NEIGHBOUR_WITHIN_M and near.id != each.element.id


def test_what_the_map_shows_at_a_glance(figures):
    near = {id_: [n.id for n in its.neighbours] for id_, its in figures.items()}
    assert near["bay-south"] == ["axis"]
    assert near["district-xianglujiao"] == ["axis", "bay-north"]
    assert near["street-dongguan"] == ["district-129", "district-zhanbei"]
    touching = {n.id for n in figures["axis"].neighbours if n.distance_m == 0}
    assert touching == {"bay-north", "bay-south", "district-xianglujiao", "district-olympic"}


def test_shapes_are_in_metres_and_named(elements):
    shapes = metric_shapes(elements, crs="EPSG:4550")
    assert shapes.crs.to_string() == "EPSG:4550" and list(shapes.index) == [e.element.id for e in elements]
