"""Where map and columns may stand on a sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from exports.panel import Column

COLUMN_EM: Final = (14.5, 16.0, 18.0, 20.5)
"""Widths of a column beside the map, in sizes of the panel's type."""
FOOT_COLUMN_EM: Final = 18.0
LEAST_MAP_SHARE: Final = 0.36
FOOT_SHARES: Final = tuple(0.08 + 0.025 * i for i in range(18))


@dataclass(frozen=True)
class Body:
    """A sheet's room between title and notes, in points from the lower left, and the size of the panel's type."""

    left: float
    bottom: float
    width: float
    height: float
    type_pt: float

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.bottom + self.height

    @property
    def gap(self) -> float:
        """The room between map and columns."""
        return self.type_pt * 1.5


@dataclass(frozen=True)
class Layout:
    """Where map and columns stand, in points on the page: left, bottom, width, height of the map."""

    map_box: tuple[float, float, float, float]
    columns: tuple[Column, ...]

    @property
    def map_area(self) -> float:
        """The map's area in square points."""
        return self.map_box[2] * self.map_box[3]


def layouts(body: Body, *, is_upright: bool) -> Iterator[Layout]:
    """Yield the layouts of a sheet: columns beside the map, on upright sheets below it as well."""
    for column_em in COLUMN_EM:
        yield from _with_columns_beside(body, body.type_pt * column_em)
    if is_upright:
        yield from _with_foot(body)


def _with_columns_beside(body: Body, column: float) -> Iterator[Layout]:
    for count in (1, 2, 3, 4):
        map_width = body.width - count * (column + body.gap)
        if map_width < body.width * LEAST_MAP_SHARE:
            return
        left = body.left + map_width + body.gap
        columns = [Column(left + i * (column + body.gap), body.top, column, body.height) for i in range(count)]
        yield Layout((body.left, body.bottom, map_width, body.height), tuple(columns))


def _with_foot(body: Body) -> Iterator[Layout]:
    """Yield layouts with columns below the map, with and without one beside it, on one grid."""
    count = max(2, int(body.width / (body.type_pt * FOOT_COLUMN_EM)))
    column = (body.width - (count - 1) * body.gap) / count
    for share in FOOT_SHARES:
        foot = body.height * share
        height = body.height - foot - body.gap
        lefts = [body.left + i * (column + body.gap) for i in range(count)]
        below = [Column(left, body.bottom + foot, column, foot) for left in lefts]
        bottom = body.bottom + foot + body.gap
        yield Layout((body.left, bottom, body.width, height), tuple(below))
        beside = Column(lefts[-1], body.top, column, height)
        yield Layout((body.left, bottom, body.width - column - body.gap, height), (beside, *below))
