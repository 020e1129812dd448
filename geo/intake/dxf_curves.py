"""Polylines with arcs, as DXF has them, made of straight pieces."""

from collections.abc import Sequence
from math import acos, atan, atan2, ceil, cos, hypot, sin
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Corner = tuple[float, float, float]
"""x, y and the bulge of the piece that follows: the tangent of a quarter of its arc's angle, 0 for a straight one."""
OFF_BY_SHARE: Final = 1e-3
"""How far a straight piece may be off its arc, as a share of the radius."""
MOST_PIECES: Final = 180


def flattened(corners: Sequence[Corner], *, closed: bool) -> NDArray[Any]:
    """Return the points of a polyline, (n, 2), its arcs in straight pieces."""
    points: list[tuple[float, float]] = []
    following = [*corners[1:], *(corners[:1] if closed else [])]
    for (x, y, bulge), (next_x, next_y, _) in zip(corners, following, strict=False):
        points.append((x, y))
        if bulge and hypot(next_x - x, next_y - y) > 0:
            points += _arc(x, y, next_x, next_y, bulge)
    if not closed and corners:
        points.append(corners[-1][:2])
    return np.asarray(points, dtype=float).reshape(-1, 2)


def _arc(x: float, y: float, next_x: float, next_y: float, bulge: float) -> list[tuple[float, float]]:
    """Return the points between the two ends of an arc."""
    angle = 4 * atan(bulge)
    half_x, half_y = (next_x - x) / 2, (next_y - y) / 2
    to_centre = (1 - bulge**2) / (2 * bulge)
    centre_x, centre_y = x + half_x - half_y * to_centre, y + half_y + half_x * to_centre
    radius, start = hypot(x - centre_x, y - centre_y), atan2(y - centre_y, x - centre_x)
    pieces = min(MOST_PIECES, max(1, ceil(abs(angle) / (2 * acos(1 - OFF_BY_SHARE)))))
    steps = [start + angle * step / pieces for step in range(1, pieces)]
    return [(centre_x + radius * cos(step), centre_y + radius * sin(step)) for step in steps]
