"""Placing labels on a map so that none lies over another, over a marker, the frame or the furniture.

All lengths are points (1/72 inch) from the map's lower left corner.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from exports.fonts import LINE_HEIGHT, width_pt

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
GAP_PT: Final = 2.0
PAD_PT: Final = 0.6
LEADER_STEPS_PT: Final = (12, 20, 30, 42, 56, 72, 90, 110, 132, 156)
DIRECTIONS: Final = tuple(
    (math.cos(math.radians(turn)), math.sin(math.radians(turn)))
    for turn in (0, 180, 22, 158, -22, -158, 45, 135, -45, -135, 67, 113, -67, -113, 90, -90)
)
MAX_BEND: Final = 0.3
SHARES: Final = (0.5, 0.35, 0.65, 0.2, 0.8)


@dataclass(frozen=True)
class PointLabel:
    """A label beside a marker of `radius_pt` at (`x`, `y`); radius 0 centres it on the point.

    `leader` says how far it may move out on a leader line: 0 not at all, else in points.
    """

    key: str
    lines: tuple[str, ...]
    x: float
    y: float
    size_pt: float
    colour: str
    radius_pt: float = 0
    bold: bool = False
    leader_pt: float = 0

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of the text."""
        width = max(width_pt(line, self.size_pt, bold=self.bold) for line in self.lines)
        return width, len(self.lines) * self.size_pt * LINE_HEIGHT


@dataclass(frozen=True)
class LineLabel:
    """A label along a line, written where the line is straight enough. `points` are (n, 2)."""

    key: str
    text: str
    points: npt.NDArray[np.float64]
    size_pt: float
    colour: str


@dataclass(frozen=True)
class PlacedLabel:
    """Where a label stands: its lines centred in `boxes`' hull, turned by `angle_deg`, with a leader's end if any."""

    key: str
    lines: tuple[str, ...]
    size_pt: float
    bold: bool
    colour: str
    x: float
    y: float
    angle_deg: float
    boxes: tuple[Box, ...]
    leader_to: tuple[float, float] | None = None


class Board:
    """What is taken on a map of `width_pt` by `height_pt`.

    Labels keep clear of everything; leaders keep clear of labels and furniture and, where they can, of markers.
    """

    def __init__(self, width_pt: float, height_pt: float, taken: Iterable[Box] = ()) -> None:
        self.width, self.height = width_pt, height_pt
        self._labels = _boxes(taken)
        self._markers = _boxes(())

    def take(self, boxes: Sequence[Box]) -> None:
        """Keep these boxes free of what is placed later."""
        self._labels = np.vstack([self._labels, _boxes(boxes)])

    def take_markers(self, boxes: Sequence[Box]) -> None:
        """Keep these boxes free of labels, though leaders may cross them where there is no other way."""
        self._markers = np.vstack([self._markers, _boxes(boxes)])

    def is_free(self, box: Box) -> bool:
        """Return whether `box` lies inside the map and touches nothing taken."""
        x0, y0, x1, y1 = box
        inside = x0 >= 0 and y0 >= 0 and x1 <= self.width and y1 <= self.height
        return inside and not _hits(self._labels, box) and not _hits(self._markers, box)

    def place(self, label: PointLabel | LineLabel) -> PlacedLabel | None:
        """Place one label and take its room; None where there is none."""
        crossing: PlacedLabel | None = None
        for placed in _along_line(label) if isinstance(label, LineLabel) else _around_point(label):
            if not all(self.is_free(box) for box in placed.boxes):
                continue
            leader = _leader_boxes(placed)
            if any(_hits(self._labels, box) for box in leader):
                continue
            if not any(_hits(self._markers, box) for box in leader[:-1]):
                return self._taken(placed)
            crossing = crossing or placed
        return self._taken(crossing) if crossing else None

    def _taken(self, placed: PlacedLabel) -> PlacedLabel:
        self.take([*placed.boxes, *_leader_boxes(placed)])
        return placed


def _boxes(boxes: Iterable[Box]) -> npt.NDArray[np.float64]:
    return np.array(list(boxes), dtype=float).reshape(-1, 4)


def _hits(taken: npt.NDArray[np.float64], box: Box) -> bool:
    x0, y0, x1, y1 = box
    return bool(((x0 < taken[:, 2]) & (taken[:, 0] < x1) & (y0 < taken[:, 3]) & (taken[:, 1] < y1)).any())


def _around_point(label: PointLabel) -> Iterator[PlacedLabel]:
    width, height = label.extent
    if not label.radius_pt:
        for shift in (0, height, -height):
            yield _placed(label, label.x, label.y + shift)
    for dx, dy in _spots(width, height, label.radius_pt + GAP_PT):
        yield _placed(label, label.x + dx, label.y + dy)
    for reach in LEADER_STEPS_PT:
        if reach > label.leader_pt:
            return
        for cos, sin in DIRECTIONS:
            dx, dy = cos * (width / 2 + label.radius_pt + reach), sin * (height / 2 + label.radius_pt + reach)
            yield _placed(label, label.x + dx, label.y + dy, leader=True)


def _spots(width: float, height: float, reach: float) -> Iterator[tuple[float, float]]:
    """Yield the centres of the eight places around a point, the best liked first."""
    right, above, near = width / 2 + reach, height / 2 + reach, reach * 0.7
    yield from ((right, 0), (-right, 0), (0, above), (0, -above))
    for sign_x, sign_y in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        yield sign_x * (width / 2 + near), sign_y * (height / 2 + near)


def _placed(label: PointLabel, x: float, y: float, *, leader: bool = False) -> PlacedLabel:
    width, height = label.extent
    half_x, half_y = width / 2 + PAD_PT, height / 2 + PAD_PT
    box = (x - half_x, y - half_y, x + half_x, y + half_y)
    to = (label.x, label.y) if leader else None
    if to and label.radius_pt:
        to = _toward(to, _nearest_on(box, *to), label.radius_pt)
    return PlacedLabel(label.key, label.lines, label.size_pt, label.bold, label.colour, x, y, 0, (box,), to)


def _nearest_on(box: Box, x: float, y: float) -> tuple[float, float]:
    return min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])


def _toward(start: tuple[float, float], end: tuple[float, float], step: float) -> tuple[float, float]:
    length = math.dist(start, end) or 1.0
    share = min(1.0, (step + 0.8) / length)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def leader_from(placed: PlacedLabel) -> tuple[float, float] | None:
    """Return where a placed label's leader leaves its text, None where it has none."""
    return _nearest_on(placed.boxes[0], *placed.leader_to) if placed.leader_to else None


def _leader_boxes(placed: PlacedLabel) -> list[Box]:
    start, end = leader_from(placed), placed.leader_to
    if not start or not end:
        return []
    steps = max(1, int(math.dist(start, end) // 4))
    points = [(start[0] + (end[0] - start[0]) * i / steps, start[1] + (end[1] - start[1]) * i / steps)
              for i in range(1, steps)]  # fmt: skip
    return [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in points]


def _along_line(label: LineLabel) -> Iterator[PlacedLabel]:
    width = width_pt(label.text, label.size_pt)
    for start, end in _straight_runs(label.points, width + 2 * label.size_pt):
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        if not -math.pi / 2 < angle <= math.pi / 2:
            angle += math.pi
        for share in SHARES:
            x, y = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
            boxes = _run_boxes(x, y, angle, width, label.size_pt)
            yield PlacedLabel(
                label.key, (label.text,), label.size_pt, False, label.colour, x, y, math.degrees(angle), boxes
            )


def _straight_runs(
    points: npt.NDArray[np.float64], least_pt: float
) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Yield the ends of the runs that bend little and are long enough, the longest first."""
    steps = np.diff(points, axis=0)
    headings, lengths = np.arctan2(steps[:, 1], steps[:, 0]), np.hypot(steps[:, 0], steps[:, 1])
    runs = []
    start = 0
    while start < len(steps):
        turn = np.abs(np.angle(np.exp(1j * (headings[start:] - headings[start]))))
        bent = np.flatnonzero(turn > MAX_BEND)
        stop = start + int(bent[0]) if len(bent) else len(steps)
        runs.append((float(lengths[start:stop].sum()), start, stop))
        start = max(stop, start + 1)
    for length, first, last in sorted(runs, reverse=True):
        if length >= least_pt:
            yield points[first], points[last]


def _run_boxes(x: float, y: float, angle: float, width: float, size: float) -> tuple[Box, ...]:
    """Return boxes along a turned text: a chain of squares, or one box where it lies level."""
    half = size * 0.62
    if abs(angle) < 0.02:
        return ((x - width / 2, y - half, x + width / 2, y + half),)
    count = max(1, math.ceil(width / size))
    along = [(i + 0.5) / count * width - width / 2 for i in range(count)]
    # A turned square reaches further than a level one.
    reach = half * (1 + 0.3 * abs(math.sin(2 * angle)))
    centres = [(x + d * math.cos(angle), y + d * math.sin(angle)) for d in along]
    return tuple((cx - reach, cy - reach, cx + reach, cy + reach) for cx, cy in centres)
