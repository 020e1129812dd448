"""The quiet charts: what is drawn where."""

import re
from urllib.parse import unquote

import pytest
from lxml import etree

from layers.indicator_chart import BAR_WIDTH_PX, bullet, squares

ODD = "\"<b>&'"


def svg_of(picture):
    return etree.fromstring(unquote(re.search('src="data:image/svg.xml,(.*?)"', picture)[1]))


def parts(value, target):
    """Return the bar's left and right end and the target, as shares of the room."""
    svg = svg_of(bullet(value, target, ""))
    bar = next(e for e in svg if e.tag.endswith("rect"))
    left = float(bar.get("x"))
    goal = float(re.match(r"M([\d.]+)", svg[-1].get("d"))[1])
    room = BAR_WIDTH_PX - 6
    return [round((x - 3) / room, 2) for x in (left, left + float(bar.get("width")), goal)]


@pytest.mark.parametrize(
    ("value", "target", "shares"),
    [
        (73, 80, [0, 0.91, 1]),
        (4.1, 1.8, [0, 1, 0.44]),
        (100, 100, [0, 1, 1]),
        (-6, 6, [0, 0.5, 1]),
        (0, 5, [0, 0, 1]),
        (-4, -2, [0, 1, 0.5]),
        (0, 0, [0, 0, 0]),
    ],
)
def test_a_bar_runs_from_zero_to_its_value_on_its_own_scale(value, target, shares):
    assert parts(value, target) == shares


def test_a_value_below_zero_does_not_look_like_one_above():
    above, below = (svg_of(bullet(value, 6, "")).find("{*}rect") for value in (13.8, -13.8))
    assert above.get("stroke-dasharray") is None and below.get("stroke-dasharray")
    assert above.get("fill") != below.get("fill") == "#FFFFFF"


def test_squares_are_as_many_as_counted():
    svg = svg_of(squares([("filled", 4), ("hollow", 2), ("dashed", 1)], "x"))
    assert len(svg) == 7 and sum(e.get("stroke-dasharray") is not None for e in svg) == 1
    assert len(svg_of(squares([], ""))) == 0


def test_text_alternatives_are_escaped():
    for picture in (bullet(1, 2, ODD), squares([("filled", 1)], ODD)):
        assert etree.fromstring(picture.replace("px", "").replace('">', '"/>')).get("alt") == ODD
