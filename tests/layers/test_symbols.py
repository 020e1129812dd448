"""Marker shapes: balanced, closed by themselves, and well-formed as SVG."""

import math
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from shapely import Polygon

from layers.symbols import SHAPES, svg_symbol

DRAWN = {name: Polygon(points) for name, points in SHAPES.items()}


@pytest.mark.parametrize("shape", DRAWN.values(), ids=DRAWN)
def test_a_shape_is_simple_and_stands_on_its_point(shape):
    assert shape.is_valid
    assert math.hypot(shape.centroid.x, shape.centroid.y) < 0.01
    assert max(map(abs, shape.bounds)) <= 1.25


@pytest.mark.parametrize("shape", DRAWN.values(), ids=DRAWN)
def test_all_shapes_weigh_about_the_same(shape):
    assert 0.65 <= shape.area / DRAWN["circle"].area <= 1.1


@pytest.mark.parametrize(("one", "other"), list(combinations(DRAWN, 2)))
def test_no_two_shapes_are_alike(one, other):
    shared = DRAWN[one].intersection(DRAWN[other]).area
    assert shared / DRAWN[one].union(DRAWN[other]).area < 0.95


@pytest.mark.parametrize(("name", "up"), [("triangle", True), ("triangle-down", False), ("pentagon", True)])
def test_pointed_shapes_point_the_right_way_on_screen(name, up):
    tip = min(SHAPES[name], key=lambda point: abs(point[0]))
    assert (tip[1] < 0) is up  # y runs down


@pytest.mark.parametrize("name", SHAPES)
def test_the_svg_holds_the_shape_in_its_middle(name):
    svg = ET.fromstring(svg_symbol(name, fill="none", outline="#112233", width=1.8, dash=(5, 2), size=20, radius=7))
    (polygon,) = svg
    assert polygon.attrib["stroke-dasharray"] == "5 2"
    assert (polygon.attrib["fill"], polygon.attrib["stroke"]) == ("none", "#112233")
    corners = [tuple(map(float, pair.split(","))) for pair in polygon.attrib["points"].split()]
    expected = [(10 + 7 * x, 10 + 7 * y) for x, y in SHAPES[name]]
    assert corners == [pytest.approx(point, abs=0.051) for point in expected]
    assert all(0 <= value <= 20 for corner in corners for value in corner)


def test_a_solid_line_has_no_dashes():
    assert "dasharray" not in svg_symbol("circle", fill="#112233", outline="#112233", width=1)
