"""Measures of drawn shapes against the ellipsoid, hand-made shapes and hostile ones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import Geod
from shapely.geometry import Polygon, shape

from geo.drawing import MAX_VERTICES, Drawing, DrawingError, circle_around, drawings_geojson
from tests.data.samples import project

CRS = "EPSG:4550"
ELLIPSOID = Geod(ellps="GRS80")  # CGCS2000 and WGS 84 differ from it by less than a millimetre
WITHIN = 0.001
SQUARE = ((121.60, 38.90), (121.62, 38.90), (121.62, 38.92), (121.60, 38.92))
lon, lat = st.floats(121.55, 121.70), st.floats(38.86, 38.98)


def drawing(kind, points):
    return Drawing(id=f"{kind}-1", kind=kind, points=points)


@given(st.lists(st.tuples(lon, lat), min_size=2, max_size=20, unique=True))
def test_a_length_agrees_with_the_ellipsoid(points):
    true_m = ELLIPSOID.line_length(*zip(*points, strict=True))
    assert drawing("line", points).length_m(CRS) == pytest.approx(true_m, rel=WITHIN, abs=0.01)


@given(lon, lat, st.floats(0.001, 0.02), st.floats(0.001, 0.02))
def test_an_area_agrees_with_the_ellipsoid(west, south, wide, high):
    points = [(west, south), (west + wide, south), (west + wide, south + high), (west, south + high)]
    true_m2, around_m = ELLIPSOID.geometry_area_perimeter(Polygon(points))
    shape_ = drawing("outline", points)
    assert shape_.area_m2(CRS) == pytest.approx(true_m2, rel=WITHIN)
    assert shape_.length_m(CRS) == pytest.approx(around_m, rel=WITHIN)


@given(lon, lat, st.floats(20, 5000))
def test_a_circle_has_the_radius_asked_for(x, y, radius_m):
    circle = drawing("circle", circle_around(x, y, radius_m, CRS))
    (x0, y0), (x1, y1) = circle.points
    assert ELLIPSOID.inv(x0, y0, x1, y1)[2] == pytest.approx(radius_m, rel=WITHIN)
    assert circle.radius_m(CRS) == pytest.approx(radius_m, abs=1e-3)
    assert circle.area_m2(CRS) == pytest.approx(math.pi * radius_m**2, rel=1e-6)


def test_the_projects_inside_are_those_whose_point_is():
    inside, outside = project("in", (121.61, 38.91)), project("out", (121.63, 38.91))
    unplaced = project("nowhere", None, location=unlocated())
    shape_ = drawing("outline", SQUARE)
    assert shape_.inside([inside, outside, unplaced], CRS) == [inside]
    assert drawing("line", SQUARE).inside([inside], CRS) == []
    near = drawing("circle", circle_around(121.61, 38.91, 100, CRS))
    just_within, just_beyond = project("a", (121.6111, 38.91)), project("b", (121.6121, 38.91))
    assert near.inside([just_within, just_beyond], CRS) == [just_within]


def unlocated():
    return {"grade": "unlocated", "basis": {"zh": "无", "en": "none"}, "checked": "2026-11-23"}


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        ("line", [(121.6, 38.9)]),
        ("line", [(121.6, 38.9), (121.6, 38.9)]),
        ("outline", SQUARE[:2]),
        ("circle", SQUARE[:3]),
        ("line", [(121.6, 38.9), (float("nan"), 38.9)]),
        ("line", [(121.6, 38.9), (float("inf"), 38.9)]),
        ("line", [(38.9, 121.6), (38.8, 121.6)]),
        ("star", SQUARE),
        ("line", [(121.6 + i * 1e-5, 38.9) for i in range(MAX_VERTICES + 1)]),
    ],
)
def test_what_is_no_shape_is_refused(kind, points):
    with pytest.raises(ValidationError):
        drawing(kind, points)


def test_an_outline_that_crosses_itself_is_refused():
    bow_tie = drawing("outline", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]))
    with pytest.raises(DrawingError, match="drawing_crosses"):
        bow_tie.metric(CRS)


@pytest.mark.parametrize("at", [(116.4, 39.9), (-70.0, -33.0), (128.0, 38.9), (121.6, -38.9)])
def test_what_lies_too_far_away_to_be_measured_right_is_refused(at):
    with pytest.raises(DrawingError, match="drawing_far"):
        drawing("line", (SQUARE[0], at)).metric(CRS)


@given(st.floats(121.0, 125.0), st.floats(38.0, 40.0))
def test_within_reach_measures_are_true(x, y):
    line = drawing("line", ((x, y), (x, y + 0.01)))
    assert line.length_m(CRS) == pytest.approx(ELLIPSOID.line_length(*zip(*line.points, strict=True)), rel=WITHIN)


def test_drawings_are_saved_as_geojson_with_their_measures():
    drawings = [
        drawing("line", SQUARE[:2]),
        drawing("outline", SQUARE),
        drawing("circle", circle_around(121.6, 38.9, 500, CRS)),
    ]
    saved = drawings_geojson(drawings, CRS)
    assert [f["geometry"]["type"] for f in saved["features"]] == ["LineString", "Polygon", "Polygon"]
    line, outline, circle = (f["properties"] for f in saved["features"])
    assert line["length_m"] == pytest.approx(ELLIPSOID.line_length(*zip(*SQUARE[:2], strict=True)), rel=WITHIN)
    assert outline["area_m2"] == pytest.approx(abs(ELLIPSOID.geometry_area_perimeter(Polygon(SQUARE))[0]), rel=WITHIN)
    assert circle["radius_m"] == 500 and circle["centre"] == [121.6, 38.9]
    for feature in saved["features"][1:]:
        assert shape(feature["geometry"]).exterior.is_ccw
