"""Placing labels on a map so that none lies over another, over a marker, the frame or the furniture.

All lengths are points (1/72 inch) from the map's lower left corner.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from exports.fonts import LINE_HEIGHT, width_pt

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Rows = npt.NDArray[np.float64]
"""Boxes, or straight lines by their ends, one a row."""
State = tuple[Rows, Rows, Rows]
"""The boxes of labels and of markers, and the leaders."""
GAP_PT: Final = 2.0
PAD_PT: Final = 0.6
LEADER_STEPS_PT: Final = (8, 14, 21, 30, 42, 56, 72, 90, 110, 132, 156, 184)
DIRECTIONS: Final = tuple(
    (math.cos(math.radians(turn)), math.sin(math.radians(turn)))
    for turn in (0, 180, 22, 158, -22, -158, 45, 135, -45, -135, 67, 113, -67, -113, 90, -90)
)
ALL_AROUND: Final = tuple((math.cos(i * math.pi / 32), math.sin(i * math.pi / 32)) for i in range(64))
MAX_BEND: Final = 0.3
SPOTS_AT_A_TIME: Final = 24
LEADER_COST_PT: Final = 12.0
FAR_PT: Final = 60.0
"""A leader of this length costs twice as much a point as a short one."""
CROSSED_MARKER_COST_PT: Final = 60.0
SHARES: Final = (0.5, 0.35, 0.65, 0.2, 0.8)


@dataclass(frozen=True)
class PointLabel:
    """A label beside a marker of `radius_pt` at (`x`, `y`); radius 0 centres it on the point.

    `leader_pt` says how far it may move out on a leader line, 0 not at all. `cost_pt` makes this way of writing it
    less liked than another one: as much as a leader so much longer. `all_around` tries leaders in many more directions.
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
    cost_pt: float = 0
    all_around: bool = False

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

    Labels keep clear of everything; leaders keep clear of labels, furniture and each other and, where they can, of
    markers.
    """

    def __init__(self, width_pt: float, height_pt: float, taken: Iterable[Box] = ()) -> None:
        self.width, self.height = width_pt, height_pt
        self._labels = _boxes(taken)
        self._markers = _boxes(())
        self._leaders = _boxes(())

    def take(self, boxes: Sequence[Box]) -> None:
        """Keep these boxes free of what is placed later."""
        self._labels = np.vstack([self._labels, _boxes(boxes)])

    def take_markers(self, boxes: Sequence[Box]) -> None:
        """Keep these boxes free of labels, though leaders may cross them where there is no other way."""
        self._markers = np.vstack([self._markers, _boxes(boxes)])

    def is_free(self, box: Box) -> bool:
        """Return whether `box` lies inside the map and touches nothing taken."""
        return bool(self._free(_boxes([box]))[0])

    def _free(self, boxes: Rows) -> npt.NDArray[np.bool_]:
        x0, y0, x1, y1 = boxes.T
        free: npt.NDArray[np.bool_] = (x0 >= 0) & (y0 >= 0) & (x1 <= self.width) & (y1 <= self.height)
        # What is cheap to tell comes first, and only what passed it is looked at again.
        for taken in (self._labels, self._markers):
            free[free] = ~overlapping(boxes[free], taken).any(axis=1)
        free[free] = ~crossing_boxes(self._leaders, boxes[free]).any(axis=0)
        return free

    @property
    def state(self) -> State:
        """What is taken, to come back to after a trial."""
        return self._labels, self._markers, self._leaders

    @state.setter
    def state(self, state: State) -> None:
        self._labels, self._markers, self._leaders = state

    def place(self, *ways: PointLabel | LineLabel) -> PlacedLabel | None:
        """Place one label, in the best of the `ways` to write it, and take its room; None where there is none."""
        best: tuple[float, PlacedLabel] | None = None
        for way in sorted(ways, key=lambda each: getattr(each, "cost_pt", 0.0)):
            if best and isinstance(way, PointLabel) and best[0] <= way.cost_pt:
                break
            found = self._best(way)
            if found and (best is None or found[0] < best[0]):
                best = found
        if best is None:
            return None
        self._take_label(best[1])
        return best[1]

    def place_all(self, wanted: Sequence[Sequence[PointLabel]], *, rounds: int = 1) -> list[PlacedLabel | None]:
        """Place labels, each given by the ways to write it, in the order given; return them in that order.

        Notes
        -----
        What found no room, or only far off, comes first in the next round; the best round counts.
        """
        start = self.state
        order = list(range(len(wanted)))
        best: tuple[float, list[PlacedLabel | None], State] | None = None
        stale = 0
        for _ in range(rounds):
            self.state = start
            result: dict[int, PlacedLabel | None] = {i: self.place(*wanted[i]) for i in order}
            costs = {i: _cost(result[i]) for i in order}
            total = sum(costs.values())
            if best is None or total < best[0]:
                best = total, [result[i] for i in range(len(wanted))], self.state
            else:
                stale += 1
            worst = max(order, key=lambda i: costs[i], default=0)
            if not order or not costs[worst] or stale == 2:
                break
            order = sorted(order, key=lambda i: costs[i] < max(costs[worst] * 0.7, 1))
        if best is None:
            return []
        self.state = best[2]
        return best[1]

    def _best(self, label: PointLabel | LineLabel) -> tuple[float, PlacedLabel] | None:
        if isinstance(label, LineLabel):
            placed = next((p for p in _along_line(label) if self._free(_boxes(p.boxes)).all()), None)
            return (0.0, placed) if placed else None
        spots = _spots_of(label)
        beside = np.flatnonzero(self._free(spots.boxes[: spots.beside]))
        if len(beside):
            best = int(beside[0])
            return float(spots.costs[best]) + label.cost_pt, spots.placed(best)
        led = spots.beside + np.flatnonzero(self._free(spots.boxes[spots.beside :]))
        if not len(led):
            return None
        return self._best_led(spots, led[spots.costs[led].argsort(kind="stable")])

    def _best_led(self, spots: "_Spots", led: npt.NDArray[np.intp]) -> tuple[float, PlacedLabel] | None:
        """Return the best of the spots with a leader, given with the shortest first; a few are looked at at a time."""
        best_cost, best = math.inf, -1
        for first in range(0, len(led), SPOTS_AT_A_TIME):
            some = led[first : first + SPOTS_AT_A_TIME]
            if best_cost <= spots.costs[some[0]]:
                break
            costs = spots.costs[some] + self._leader_costs(spots.leaders[some], spots.label)
            least = int(costs.argmin())
            if costs[least] < best_cost:
                best_cost, best = float(costs[least]), int(some[least])
        return (best_cost + spots.label.cost_pt, spots.placed(best)) if best >= 0 else None

    def _leader_costs(self, leaders: Rows, label: PointLabel) -> npt.NDArray[np.float64]:
        """Return what each leader costs beside its length: without end across a label or another leader."""
        blocked = crossing_boxes(leaders, self._labels).any(axis=1) | crossing(leaders, self._leaders).any(axis=1)
        costs: npt.NDArray[np.float64] = np.where(blocked, np.inf, 0.0)
        if not blocked.all():
            others = self._markers[~_holding(self._markers, label.x, label.y)]
            crossed = crossing_boxes(leaders[~blocked], others).sum(axis=1)
            costs[~blocked] = crossed * CROSSED_MARKER_COST_PT
        return costs

    def release(self, placed: PlacedLabel) -> None:
        """Give back the room of a placed label and its leader."""
        self._labels = _without(self._labels, placed.boxes)
        start = leader_from(placed)
        if start and placed.leader_to:
            self._leaders = _without(self._leaders, [(*start, *placed.leader_to)])

    def _take_label(self, placed: PlacedLabel) -> None:
        self.take(placed.boxes)
        start = leader_from(placed)
        if start and placed.leader_to:
            self._leaders = np.vstack([self._leaders, [[*start, *placed.leader_to]]])


def _cost(placed: PlacedLabel | None) -> float:
    """Return how bad a place is: the length of its leader, very bad where there is no place."""
    if placed is None:
        return 500.0
    start = leader_from(placed)
    return math.dist(start, placed.leader_to) if start and placed.leader_to else 0.0


def _boxes(boxes: Iterable[Box]) -> Rows:
    return np.array(list(boxes), dtype=float).reshape(-1, 4)


def _without(rows: Rows, gone: Iterable[Box]) -> Rows:
    for row in gone:
        rows = rows[(rows != row).any(axis=1)]
    return rows


def _holding(boxes: Rows, x: float, y: float) -> npt.NDArray[np.bool_]:
    return (boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])


def overlapping(boxes: Rows, taken: Rows) -> npt.NDArray[np.bool_]:
    """Return for each box and each taken one whether they overlap."""
    one, other = boxes[:, None, :], taken[None, :, :]
    return (
        (one[..., 0] < other[..., 2])
        & (other[..., 0] < one[..., 2])
        & (one[..., 1] < other[..., 3])
        & (other[..., 1] < one[..., 3])
    )


def crossing_boxes(lines: Rows, boxes: Rows) -> npt.NDArray[np.bool_]:
    """Return for each straight line (x, y, x, y) and each box whether the line runs through the box."""
    start, step = lines[:, None, :2], lines[:, None, 2:] - lines[:, None, :2]
    step = np.where(np.abs(step) < 1e-9, 1e-9, step)
    near = (boxes[None, :, :2] - start) / step
    far = (boxes[None, :, 2:] - start) / step
    enter, leave = np.minimum(near, far).max(axis=2), np.maximum(near, far).min(axis=2)
    return np.maximum(enter, 0) < np.minimum(leave, 1)


def crossing(lines: Rows, others: Rows) -> npt.NDArray[np.bool_]:
    """Return for each pair of straight lines whether they cross."""
    a, b = lines[:, None, :2], lines[:, None, 2:]
    c, d = others[None, :, :2], others[None, :, 2:]

    def side(p: Any, q: Any, r: Any) -> Any:
        return (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])

    return (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)


@dataclass(frozen=True)
class _Spots:
    """The places that one label may take: centres, boxes, leaders, and how little liked each is.

    The first `beside` are without a leader, the best liked first; all of them are liked better than any with one.
    """

    label: PointLabel
    centres: Rows
    boxes: Rows
    costs: npt.NDArray[np.float64]
    beside: int
    leaders: Rows

    def placed(self, i: int) -> PlacedLabel:
        """Return the label at its i-th spot."""
        label, (x, y) = self.label, map(float, self.centres[i])
        x0, y0, x1, y1 = map(float, self.boxes[i])
        to = (float(self.leaders[i, 2]), float(self.leaders[i, 3])) if i >= self.beside else None
        return PlacedLabel(
            label.key, label.lines, label.size_pt, label.bold, label.colour, x, y, 0, ((x0, y0, x1, y1),), to
        )


@lru_cache(maxsize=2000)
def _spots_of(label: PointLabel) -> _Spots:
    width, height = label.extent
    shifts = [(0.0, 0.0), (0.0, height), (0.0, -height)] if not label.radius_pt else []
    shifts += _spots(width, height, label.radius_pt + GAP_PT)
    beside = len(shifts)
    for reach in LEADER_STEPS_PT:
        if reach <= label.leader_pt:
            out_x, out_y = width / 2 + label.radius_pt + reach, height / 2 + label.radius_pt + reach
            ways_out = ALL_AROUND if label.all_around else DIRECTIONS
            shifts += [(cos * out_x, sin * out_y) for cos, sin in ways_out]
    at = np.array([label.x, label.y])
    centres = np.array(shifts) + at
    half = np.array([width / 2 + PAD_PT, height / 2 + PAD_PT])
    boxes = np.hstack([centres - half, centres + half])
    ends = np.clip(at, boxes[:, :2], boxes[:, 2:])
    lengths = np.hypot(*(ends - at).T)
    number = np.arange(len(shifts))
    costs = np.where(number >= beside, LEADER_COST_PT + lengths * (1 + lengths / FAR_PT), number * 0.5)
    # A leader ends at the marker's edge, not in its middle.
    share = np.minimum(1.0, (label.radius_pt + 0.8 if label.radius_pt else 0.0) / np.maximum(lengths, 1e-9))
    leaders = np.hstack([ends, at + (ends - at) * share[:, None]])
    return _Spots(label, centres, boxes, costs, beside, leaders)


def _spots(width: float, height: float, reach: float) -> Iterator[tuple[float, float]]:
    """Yield the centres of the eight places around a point, the best liked first."""
    right, above, near = width / 2 + reach, height / 2 + reach, reach * 0.7
    yield from ((right, 0), (-right, 0), (0, above), (0, -above))
    for sign_x, sign_y in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        yield sign_x * (width / 2 + near), sign_y * (height / 2 + near)


def _nearest_on(box: Box, x: float, y: float) -> tuple[float, float]:
    return min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])


def leader_from(placed: PlacedLabel) -> tuple[float, float] | None:
    """Return where a placed label's leader leaves its text, None where it has none."""
    return _nearest_on(placed.boxes[0], *placed.leader_to) if placed.leader_to else None


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
