"""Saved drawings opened again: the same shapes come back, and what is wrong is named without hiding the rest."""

import json
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from geo.drawing import MAX_DRAWINGS, MAX_VERTICES, Drawing, DrawingError, circle_around, drawings_geojson, measurable
from geo.drawing_file import MAX_DRAWING_FILE_BYTES, MAX_PROBLEMS, read_drawings

CRS = "EPSG:4550"
ELLIPSOID = Geod(ellps="GRS80")
SQUARE = [[121.60, 38.90], [121.62, 38.90], [121.62, 38.92], [121.60, 38.92], [121.60, 38.90]]
LINE = {"type": "LineString", "coordinates": SQUARE[:2]}
places = st.tuples(st.floats(121.4, 121.84), st.floats(38.79, 39.06)).map(lambda at: (round(at[0], 7), round(at[1], 7)))
shapes = st.one_of(
    st.tuples(st.just("line"), st.lists(places, min_size=2, max_size=12, unique=True)),
    st.tuples(st.just("outline"), st.lists(places, min_size=3, max_size=8, unique=True)),
    st.tuples(st.just("circle"), st.builds(lambda at, r: circle_around(*at, r, CRS), places, st.floats(20, 10_000))),
)


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def read(*features, **more):
    drawings, problems = read_drawings(json.dumps({"type": "FeatureCollection", "features": features, **more}), CRS)
    return [drawing.kind for drawing in drawings], [(p.code, p.where.split()[0]) for p in problems]


def from_its_least(ring):
    """Return the corners in order, begun at the one that sorts first: a ring may begin anywhere."""
    start = ring.index(min(ring))
    return ring[start:] + ring[:start]


@given(st.lists(shapes, min_size=1, max_size=5))
def test_what_was_saved_comes_back(drawn):
    try:
        drawings = [measurable(f"{kind}-{i}", kind, points, CRS) for i, (kind, points) in enumerate(drawn)]
    except DrawingError:
        assume(False)
    text = json.dumps(drawings_geojson(drawings, CRS))
    opened, problems = read_drawings(text, CRS)
    assert problems == [] and [d.kind for d in opened] == [d.kind for d in drawings]
    for before, after in zip(drawings, opened, strict=True):
        if before.kind == "line":
            assert after.points == before.points
        elif before.kind == "outline":
            assert from_its_least(after.points) in (from_its_least(before.points), from_its_least(before.points[::-1]))
        else:
            assert after.points[0] == before.points[0]
            (x0, y0), (x1, y1) = after.points
            assert ELLIPSOID.inv(x0, y0, x1, y1)[2] == pytest.approx(before.radius_m(CRS), rel=0.001)
            assert after.radius_m(CRS) == pytest.approx(before.radius_m(CRS), abs=0.006)
    saved, again = (drawings_geojson(shapes_, CRS)["features"] for shapes_ in (drawings, opened))
    assert [f["properties"] for f in again] == [f["properties"] for f in saved]


def test_a_circle_that_was_reshaped_elsewhere_is_an_outline():
    circle = Drawing(id="c", kind="circle", points=circle_around(121.61, 38.91, 500, CRS))
    saved = drawings_geojson([circle], CRS)["features"][0]
    assert read(saved) == (["circle"], [])
    assert read({**saved, "geometry": polygon(SQUARE)}) == (["outline"], [])
    for radius in (-5, 0, "500", None, 1e308, 10**400):
        changed = {**saved, "properties": {**saved["properties"], "radius_m": radius}}
        assert read(changed) == (["outline"], []), radius


def test_files_of_other_programs_are_read():
    several = {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 0.1, y] for x, y in SQUARE]]]}
    with_height = {"type": "LineString", "coordinates": [[121.6, 38.9, 12.5], [121.7, 38.9, 3]]}
    crs84 = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    assert read(feature(several), feature(with_height), **crs84) == (["outline", "outline", "line"], [])
    for bare in (LINE, feature(LINE)):
        assert [d.kind for d in read_drawings("\ufeff" + json.dumps(bare), CRS)[0]] == ["line"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"type": "Point", "coordinates": [121.6, 38.9]}, "drawing_kind"),
        ({"type": "GeometryCollection", "geometries": [LINE]}, "drawing_kind"),
        ({"type": "MultiPolygon", "coordinates": []}, "drawing_kind"),
        (None, "drawing_kind"),
        ("<img src=x onerror=alert(1)>", "drawing_kind"),
        (polygon(SQUARE, [[121.605, 38.905], [121.606, 38.905], [121.606, 38.906], [121.605, 38.905]]), "drawing_hole"),
        (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "drawing_crosses"),
        (polygon(SQUARE[:2]), "drawing_few_points"),
        ({"type": "LineString", "coordinates": [SQUARE[0], SQUARE[0]]}, "drawing_few_points"),
        ({"type": "LineString", "coordinates": []}, "drawing_few_points"),
        ({"type": "LineString", "coordinates": [[y, x] for x, y in SQUARE]}, "drawing_position"),
        ({"type": "LineString", "coordinates": [[4378000.0, 41500000.0], [4378100.0, 41500000.0]]}, "drawing_position"),
        ({"type": "LineString", "coordinates": [["121.6", "38.9"], ["121.7", "38.9"]]}, "drawing_position"),
        ({"type": "LineString", "coordinates": [[math.nan, 38.9], [121.7, math.inf]]}, "drawing_position"),
        ({"type": "LineString", "coordinates": {"0": 1}}, "drawing_position"),
        ({"type": "LineString", "coordinates": [[-70.1, -33.2], [-70.2, -33.3]]}, "drawing_far"),
        ({"type": "LineString", "coordinates": [[121.6 + i * 1e-5, 38.9] for i in range(MAX_VERTICES + 1)]},
         "drawing_many_points"),
    ],
)  # fmt: skip
def test_one_bad_feature_is_named_and_hides_no_good_one(bad, code):
    assert read(feature(LINE), feature(bad), feature(polygon(SQUARE))) == (["line", "outline"], [(code, "#2")])


@pytest.mark.parametrize("bad", [7, None, [], "x", {}, {"type": "Feature"}, {"geometry": 3}])
def test_what_is_no_feature_hides_no_good_one(bad):
    assert read(bad, feature(LINE)) == (["line"], [("drawing_kind", "#1")])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "drawing_file_unreadable"),
        ("PK\x03\x04", "drawing_file_unreadable"),
        ("[" * 100_000, "drawing_file_unreadable"),
        ('{"type": "FeatureCollection", "features": []}', "drawing_file_empty"),
        ('{"type": "FeatureCollection", "features": {}}', "drawing_file_empty"),
        ('{"type": "Topology"}', "drawing_file_other"),
        ("[1, 2]", "drawing_file_other"),
        ("null", "drawing_file_other"),
        ('{"type": "FeatureCollection", "features": [1], "crs": {"properties": {"name": "EPSG:4550"}}}',
         "drawing_file_crs"),
        (" " * MAX_DRAWING_FILE_BYTES + "1", "drawing_file_large"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(text, code):
    drawings, problems = read_drawings(text, CRS)
    assert drawings == [] and [p.code for p in problems] == [code]


def test_no_more_than_fit_and_not_a_page_full_of_problems():
    text = json.dumps({"type": "FeatureCollection", "features": [feature(LINE)] * (MAX_DRAWINGS + 3) + [None] * 500})
    drawings, problems = read_drawings(text, CRS, room=4)
    assert len(drawings) == 4 and len(problems) == MAX_PROBLEMS + 2
    assert problems[-1].code == "drawing_no_room" and problems[-1].where == str(MAX_DRAWINGS - 1)
    assert problems[-2].code == "drawing_more" and problems[-2].detail == str(500 - MAX_PROBLEMS)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.one_of(
    st.lists(inner, max_size=4),
    st.dictionaries(st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "crs", "id"]), inner),
), max_leaves=12))  # fmt: skip
def test_nothing_that_json_can_say_brings_it_down(value):
    drawings, problems = read_drawings(json.dumps(value), CRS)
    assert problems or drawings
