"""The map itself: base, structure, sites and labels in the district's metric system, drawn layer by layer."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Polygon
from shapely import box, maximum_inscribed_circle
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from exports.canvas import Layer, fill, strokes, symbol, text
from exports.ground import Ground, Named, ground_of
from exports.labels import Board, Box, LineLabel, PlacedLabel, PointLabel, leader_from
from exports.linebreak import balanced, pairs_of
from exports.request import ExportRequest
from geo.load import Dataset, PlacedElement
from geo.project import Project
from layers import style
from layers.symbols import SHAPES
from layers.webmap import structure_style
from layers.words import Words

POINTS_PER_METRE: Final = 72 / 0.0254
SITE_RADIUS_PT: Final = 5.2
STACK_RADIUS_PT: Final = 7.0
BADGE_RADIUS_PT: Final = 3.6
EDGE_PT: Final = 10.0
"""A marker nearer to the frame than this would be cut, so it counts as outside."""
ACCURACY_FROM_SCALE: Final = 25_000
MINOR_ROADS_FROM_SCALE: Final = 30_000
STATION_NAMES_FROM_SCALE: Final = 60_000
LANDMARK_NAMES_FROM_SCALE: Final = 40_000
LEADER_PT: Final = 110
SITE_LEADER_PT: Final = 30
NUMBER_LEADER_PT: Final = 184
FAR_NUMBER_COST_PT: Final = 60
MAX_MOVED: Final = 8
NUMBER_TRIES: Final = 5
STRUCTURE_ROUNDS: Final = 8
SITE_ROUNDS: Final = 3
RING_PT: Final = 5.0
RIM_PT: Final = 14.0
FINE_PT: Final = 0.12
AXIS_SHARES: Final = (0.62, 0.7, 0.54, 0.78, 0.46)
DOTS: Final = (("metro", style.METRO, 2.3), ("landmarks", style.LANDMARK, 1.5))
ROAD_CLASSES: Final = ("tertiary", "secondary", "primary", "trunk")
ROAD_WIDTH_PT: Final = {"trunk": 2.6, "primary": 2.2, "secondary": 1.6, "tertiary": 1.0}


@dataclass(frozen=True)
class MapFrame:
    """Where the map is drawn and what it shows: `centre_m` in metres, `scale` as the n of 1:n, size in points."""

    centre_m: tuple[float, float]
    scale: float
    width_pt: float
    height_pt: float

    @property
    def metres_per_pt(self) -> float:
        """Metres on the ground for one point on the paper."""
        return self.scale / POINTS_PER_METRE

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        half_x, half_y = (length * self.metres_per_pt / 2 for length in (self.width_pt, self.height_pt))
        x, y = self.centre_m
        return x - half_x, y - half_y, x + half_x, y + half_y

    def to_pt(self, x: float, y: float) -> tuple[float, float]:
        """Return a metric position in points from the frame's lower left corner."""
        west, south, _, _ = self.bounds_m
        return (x - west) / self.metres_per_pt, (y - south) / self.metres_per_pt

    def holds(self, x: float, y: float, inset_pt: float = 0) -> bool:
        """Return whether a metric position lies in the frame, at least `inset_pt` from its edge."""
        px, py = self.to_pt(x, y)
        return inset_pt <= px <= self.width_pt - inset_pt and inset_pt <= py <= self.height_pt - inset_pt


@dataclass
class DrawnMap:
    """What came of drawing: labels in points of the frame, numbered sites, and the codes present for the legend."""

    labels: list[PlacedLabel] = field(default_factory=list)
    markers: dict[str, Box] = field(default_factory=dict)
    numbered: list[tuple[int, Project]] = field(default_factory=list)
    outside: list[Project] = field(default_factory=list)
    present: set[str] = field(default_factory=set)


@dataclass(frozen=True, eq=False)
class _Stack:
    """The projects that share one point; the lead is the best known of them."""

    x: float
    y: float
    members: tuple[Project, ...]

    @property
    def lead(self) -> Project:
        known = [p for p in self.members if p.location.grade in style.FILLED_GRADES]
        return (known or list(self.members))[0]

    @property
    def is_known(self) -> bool:
        return self.lead.location.grade in style.FILLED_GRADES

    @property
    def radius_pt(self) -> float:
        return STACK_RADIUS_PT if len(self.members) > 1 and not self.is_known else SITE_RADIUS_PT

    @property
    def reach_pt(self) -> float:
        """How far the marker reaches, outline and count badge included."""
        return self.radius_pt + (4.2 if len(self.members) > 1 and self.is_known else 1.4)

    def holds(self, project_id: str | None) -> bool:
        """Return whether the project is one of those here."""
        return any(project.id == project_id for project in self.members)


_Numbers = dict[_Stack, PlacedLabel | None]
"""The number labels of shared or nameless places; None where one has found no room yet."""


def _homeless(numbers: _Numbers) -> list[_Stack]:
    return [stack for stack, number in numbers.items() if number is None]


class MapDrawing:
    """One map: ``place`` works out what stands where, ``draw`` draws it.

    `taken` are boxes of furniture on the map (points of the frame) that stay free of labels;
    `highlight` is the id of a project or element to mark; `type_scale` enlarges all type.
    """

    axes: Axes

    def __init__(
        self,
        frame: MapFrame,
        data: Dataset,
        request: ExportRequest,
        projects: Sequence[Project],
        *,
        taken: Iterable[Box] = (),
        highlight: str | None = None,
        type_scale: float = 1.0,
    ) -> None:
        self.frame, self.data, self.request = frame, data, request
        self.ground: Ground = ground_of(data)
        self.words: Words = request.words
        self.highlight, self.type_scale = highlight, type_scale
        self.board = Board(frame.width_pt, frame.height_pt, taken)
        self.drawn = DrawnMap()
        self._structure_boxes: list[Box] = []
        self._window = box(*frame.bounds_m)
        self._stacks = self._make_stacks(projects)

    def place(self) -> DrawnMap:
        """Work out markers, labels, numbers and what the legend must explain; nothing is drawn yet."""
        seen = self._seen_elements()
        self.drawn.present.update(f"structure.{placed.element.group}" for placed in seen)
        if any(placed.element.id == self.highlight and placed.element.kind != "line" for placed in seen):
            self.drawn.present.add("picked_element")
        if self._shows("sites"):
            self._place_markers()
        if self._shows("labels"):
            self._place_structure_labels()
            self._structure_boxes = [each for placed in self.drawn.labels for each in placed.boxes]
        self._place_base()
        if self._shows("sites"):
            self._place_sites()
        if self._shows("labels"):
            self._place_all(self._base_labels())
        return self.drawn

    def draw(self, axes: Axes) -> None:
        """Draw every layer into `axes`, whose place and limits the caller has set after the frame."""
        self.axes = axes
        self._draw_base()
        if self._shows("structure"):
            self._draw_structure()
        if self._shows("sites"):
            self._draw_sites()
        self._draw_labels()

    # ---- what is shown ----

    def _shows(self, layer: str) -> bool:
        if layer == "boundary" and not self.request.purpose.shows_boundary:
            return False
        return layer not in self.request.hidden

    def _seen(self, features: Iterable[Named]) -> list[BaseGeometry]:
        return self._cut([named.geometry for named in features])

    def _cut(self, geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """Return what can be seen of the geometries: cut a little outside the frame, no finer than can be printed."""
        west, south, east, north = self.frame.bounds_m
        rim, fine = RIM_PT * self.frame.metres_per_pt, FINE_PT * self.frame.metres_per_pt
        cut = shapely.clip_by_rect(np.array(geometries, dtype=object), west - rim, south - rim, east + rim, north + rim)
        return [each for each in shapely.simplify(cut, fine) if not each.is_empty]

    def _seen_elements(self) -> list[PlacedElement]:
        """Return the elements in the frame, the large ones first and the axis last, as they are drawn."""
        if not self._shows("structure"):
            return []
        seen = [p for p in self.data.elements if self.ground.elements[p.element.id].intersects(self._window)]
        return sorted(seen, key=lambda p: (p.element.kind == "line", -p.geometry.area))

    def _seen_dots(self, layer: str) -> list[tuple[Named, float, float]]:
        if not self._shows(layer):
            return []
        points = [(named, named.geometry.centroid) for named in self._base(layer)]
        return [(n, p.x, p.y) for n, p in points if self.frame.holds(p.x, p.y) and not self._is_covered(p.x, p.y)]

    def _is_covered(self, x: float, y: float) -> bool:
        """Return whether a name of the structure, which outranks the base map, stands at this place."""
        px, py = self.frame.to_pt(x, y)
        return any(x0 - 2 < px < x1 + 2 and y0 - 2 < py < y1 + 2 for x0, y0, x1, y1 in self._structure_boxes)

    def _base(self, layer: str) -> tuple[Named, ...]:
        return self.ground.base.get(layer, ())

    def _make_stacks(self, projects: Sequence[Project]) -> list[_Stack]:
        at: dict[tuple[float, float], list[Project]] = defaultdict(list)
        for project in projects:
            point = self.ground.sites.get(project.id)
            if point is None:
                continue
            if self.frame.holds(*point, EDGE_PT):
                at[point].append(project)
            else:
                self.drawn.outside.append(project)
        stacks = [_Stack(*point, tuple(members)) for point, members in at.items()]
        return sorted(stacks, key=lambda stack: (stack.is_known, -stack.y))

    # ---- base ----

    def _place_base(self) -> None:
        present = self.drawn.present
        for layer, _, radius_pt in DOTS:
            dots = self._seen_dots(layer)
            if dots:
                present.add(f"layer.{layer}")
                self.board.take_markers([self._box_at(x, y, radius_pt + 0.6) for _, x, y in dots])
        if self._shows("roads") and self._seen(self._base("roads")):
            present.add("layer.roads")
        outlines = self.ground.of_kind("boundary", "outline")
        if self._shows("boundary") and any(g.intersects(self._window) for g in outlines):
            present.add("layer.boundary")

    def _draw_base(self) -> None:
        land = Layer(self.axes, "ground")
        land.add(fill(self._seen(self._base("land")), style.LAND, edgecolor=style.SHORE, linewidth=0.5))
        if self.request.purpose.shows_boundary:
            district = self._cut(self.ground.of_kind("boundary", "land"))
            land.add(fill(district, style.DISTRICT))
        if self._shows("roads"):
            self._draw_roads()
        if self._shows("boundary"):
            self._draw_boundary()
        for layer, colour, radius_pt in DOTS:
            self._draw_dots(layer, colour, radius_pt)

    def _draw_roads(self) -> None:
        roads = Layer(self.axes, "roads")
        of_class = {c: self._seen(n for n in self._base("roads") if n.kind == c) for c in ROAD_CLASSES}
        for extra, colour in ((1.0, style.ROAD_CASING), (0.0, style.ROAD)):
            for road_class, geometries in of_class.items():
                if geometries:
                    roads.add(strokes(geometries, colour, ROAD_WIDTH_PT[road_class] + extra))

    def _draw_boundary(self) -> None:
        boundary = Layer(self.axes, "boundary")
        outline = self._cut(self.ground.of_kind("boundary", "outline"))
        neighbours = self._seen(self._base("neighbours"))
        boundary.add(strokes(neighbours, style.BOUNDARY, 0.7, dash=(6, 3, 1, 3), opacity=0.35))
        boundary.add(strokes(outline, style.BOUNDARY_BAND, 5, opacity=0.8))
        boundary.add(strokes(outline, style.BOUNDARY, 1.1, dash=(9, 3, 2, 3), cap="butt"))

    def _draw_dots(self, layer: str, colour: str, radius_pt: float) -> None:
        dots = Layer(self.axes, layer)
        points = [(x, y) for _, x, y in self._seen_dots(layer)]
        if points:
            for artist in symbol(SHAPES["circle"], points, radius_pt, colour=None, outline=colour, width_pt=1.0,
                                 transform=self.axes.transData):  # fmt: skip
                dots.add(artist)

    # ---- structure ----

    def _draw_structure(self) -> None:
        layer = Layer(self.axes, "structure")
        for placed in self._seen_elements():
            geometry = self.ground.elements[placed.element.id]
            looks = structure_style(self.data, placed.element.group)
            seen = self._cut([geometry])
            if not seen:
                continue
            if placed.element.kind == "line":
                self._draw_axis(layer, geometry, looks)
            else:
                self._draw_zone(layer, seen[0], looks, picked=placed.element.id == self.highlight)

    def _draw_zone(self, layer: Layer, geometry: BaseGeometry, looks: style.StructureStyle, *, picked: bool) -> None:
        layer.add(fill([geometry], looks.colour, opacity=looks.fill_opacity + (0.06 if picked else 0)))
        if looks.hatch:
            hatched = LineCollection(self._hatch(geometry), colors=[(looks.colour, 0.45)], linewidths=0.5)
            layer.add(hatched)
            hatched.set_clip_path(fill([geometry], looks.colour).get_path(), self.axes.transData)
        width, dash = (1.8, (4, 2.4)) if picked else (looks.width, looks.dash)
        layer.add(strokes([geometry], style.SELECTION if picked else looks.colour, width, dash=dash, cap="butt"))

    def _hatch(self, geometry: BaseGeometry) -> list[list[tuple[float, float]]]:
        west, south, east, north = geometry.bounds
        step, height = 4.6 * self.frame.metres_per_pt, north - south
        starts = np.arange(west - height, east, step)
        return [[(x, south), (x + height, north)] for x in starts]

    def _draw_axis(self, layer: Layer, geometry: BaseGeometry, looks: style.StructureStyle) -> None:
        width = looks.width * 0.72
        layer.add(strokes([geometry], style.HALO, width + 2.4, opacity=0.85, cap="butt"))
        layer.add(strokes([geometry], looks.colour, width, dash=[d * 0.72 for d in looks.dash], cap="butt"))
        if looks.arrow_ends:
            merged = linemerge(geometry) if geometry.geom_type == "MultiLineString" else geometry
            longest = max(getattr(merged, "geoms", [merged]), key=lambda line: line.length)
            line = np.asarray(longest.coords)[:, :2]
            for tip, back in ((line[0], line[1]), (line[-1], line[-2])):
                layer.add(self._arrow_head(tip, back, width * 2.4, looks.colour))

    def _arrow_head(self, tip: np.ndarray, back: np.ndarray, size_pt: float, colour: str) -> Polygon:
        along = (tip - back) / (np.hypot(*(tip - back)) or 1)
        size = size_pt * self.frame.metres_per_pt
        across = np.array([-along[1], along[0]])
        corners = [tip + along * size * 0.7, tip - along * size * 0.5 + across * size * 0.5,
                   tip - along * size * 0.5 - across * size * 0.5]  # fmt: skip
        return Polygon(corners, closed=True, facecolor=colour, edgecolor=style.HALO, linewidth=0.6)

    # ---- sites ----

    def _box_at(self, x: float, y: float, reach_pt: float) -> Box:
        px, py = self.frame.to_pt(x, y)
        return px - reach_pt, py - reach_pt, px + reach_pt, py + reach_pt

    def _place_markers(self) -> None:
        for stack in self._stacks:
            marker = self._box_at(stack.x, stack.y, stack.reach_pt)
            self.board.take_markers([marker])
            for project in stack.members:
                self.drawn.markers[project.id] = marker
                filled = project.location.grade in style.FILLED_GRADES
                codes = (f"sector.{project.sector}", f"stage.{project.stage}", "filled" if filled else "hollow")
                self.drawn.present.update(codes)
            if len(stack.members) > 1:
                self.drawn.present.add("stack")
            if stack.holds(self.highlight):
                self.drawn.present.add("picked_site")
            if self._has_circle(stack):
                self.drawn.present.add("accuracy")

    def _has_circle(self, stack: _Stack) -> bool:
        is_near = self.frame.scale <= ACCURACY_FROM_SCALE or stack.holds(self.highlight)
        return is_near and not stack.is_known and bool(stack.lead.location.accuracy_m)

    def _draw_sites(self) -> None:
        if self.frame.scale <= ACCURACY_FROM_SCALE:
            self._draw_accuracy()
        layer = Layer(self.axes, "sites")
        for stack in self._stacks:
            for artist in self._marker(stack):
                layer.add(artist)
            if stack.holds(self.highlight):
                self._draw_ring(layer, stack)

    def _marker(self, stack: _Stack) -> list[Artist]:
        project, transform = stack.lead, self.axes.transData
        sector, stage = style.SECTORS[project.sector], style.STAGES[project.stage]
        count = len(stack.members)
        if count > 1 and not stack.is_known:
            artists: list[Artist] = list(
                symbol(SHAPES["circle"], [(stack.x, stack.y)], STACK_RADIUS_PT,
                       colour=None, outline=style.TEXT, width_pt=1.1, transform=transform)
            )  # fmt: skip
            artists += text(
                str(count), stack.x, stack.y, 8, bold=True, across="center", up="middle", unit=self.frame.metres_per_pt
            )
            return artists
        artists = list(
            symbol(SHAPES[sector.shape], [(stack.x, stack.y)], SITE_RADIUS_PT,
                   colour=sector.colour if stack.is_known else None, outline=stage.colour or sector.outline,
                   width_pt=stage.width * 0.75, dash=stage.dash, transform=transform)
        )  # fmt: skip
        if count > 1:
            offset = (SITE_RADIUS_PT - 0.6) * self.frame.metres_per_pt
            at = (stack.x + offset, stack.y + offset)
            artists += symbol(SHAPES["circle"], [at], BADGE_RADIUS_PT,
                              colour=None, outline=style.TEXT, width_pt=0.6, transform=transform)  # fmt: skip
            artists += text(
                str(count), *at, 5.5, bold=True, across="center", up="middle", unit=self.frame.metres_per_pt
            )
        return artists

    def _draw_accuracy(self) -> None:
        layer = Layer(self.axes, "accuracy")
        for stack in self._stacks:
            project = stack.lead
            if not stack.is_known and project.location.accuracy_m:
                layer.add(
                    Circle((stack.x, stack.y), project.location.accuracy_m, fill=False, linewidth=0.8,
                           linestyle=(0, (4, 3)), edgecolor=(style.SECTORS[project.sector].outline, 0.6))
                )  # fmt: skip

    def _draw_ring(self, layer: Layer, stack: _Stack) -> None:
        accuracy_m = stack.lead.location.accuracy_m
        if not stack.is_known and accuracy_m:
            layer.add(Circle((stack.x, stack.y), accuracy_m, linewidth=1.1, linestyle=(0, (5, 3)),
                             edgecolor=(style.SELECTION, 0.9), facecolor=(style.SELECTION, 0.05)))  # fmt: skip
        radius = (stack.radius_pt + RING_PT) * self.frame.metres_per_pt
        layer.add(Circle((stack.x, stack.y), radius, fill=False, linewidth=2, edgecolor=style.SELECTION))

    # ---- labels ----

    def _place_all(self, labels: Iterable[PointLabel | LineLabel]) -> None:
        self.drawn.labels += [placed for label in labels if (placed := self.board.place(label))]

    def _place_structure_labels(self) -> None:
        # Small elements first: a large one has more places for its name.
        seen = sorted(self._seen_elements(), key=lambda p: self.ground.elements[p.element.id].area)
        in_window = [(p, self.ground.elements[p.element.id].intersection(self._window)) for p in seen]
        wanted = [self._ways_to_name_element(p, geometry) for p, geometry in in_window if not geometry.is_empty]
        placed = self.board.place_all(wanted, rounds=STRUCTURE_ROUNDS)
        self.drawn.labels += [label for label in placed if label]

    def _ways_to_name_element(self, placed: PlacedElement, geometry: BaseGeometry) -> list[PointLabel]:
        chinese = self.words.language == "zh"
        size_pt = (10 if chinese else 9) * self.type_scale
        name = placed.element.name_in(self.words.language) + self.words("map.schematic_short")
        colour = style.shade(structure_style(self.data, placed.element.group).colour, 0.8)
        if placed.element.kind == "line":
            anchors = [geometry.interpolate(share, normalized=True) for share in AXIS_SHARES]
            radius = 6.0
        else:
            anchors, radius = [maximum_inscribed_circle(geometry).interpolate(0)], 0.0
        return [
            PointLabel(placed.element.id, lines, *self.frame.to_pt(at.x, at.y), size_pt, colour, radius, bold=True,
                       leader_pt=LEADER_PT, cost_pt=cost + i)
            for lines, cost in self._ways_to_break(name, 10 if chinese else 24)
            for i, at in enumerate(anchors)
        ]  # fmt: skip

    def _ways_to_break(self, name: str, most: int) -> list[tuple[tuple[str, ...], float]]:
        """Return ways to write a name in lines of about `most` characters, with how little liked each is."""
        pairs, count = pairs_of(self.data), -(-len(name) // most)
        ways = {balanced(name, count, pairs): 0.0}
        for more in (1, 2) if count > 1 else (1,) if len(name) > most * 0.6 else ():
            ways.setdefault(balanced(name, count + more, pairs), 5.0 * more)
        return list(ways.items())

    def _place_sites(self) -> None:
        """Place names and numbers; a number without room comes before all names in the next try."""
        named = self._shows("labels")
        first = [stack for stack in self._stacks if len(stack.members) > 1 or not named]
        start = self.board.state
        for _ in range(NUMBER_TRIES):
            self.board.state = start
            names, numbers = self._try_sites(first)
            for stack in _homeless(numbers):
                self._make_room(stack, names, numbers)
            homeless = _homeless(numbers)
            if not homeless:
                break
            first = [*homeless, *(stack for stack in first if stack not in homeless)]
        self.drawn.labels += names.values()
        self._number({stack: number or self._on_marker(stack) for stack, number in numbers.items()})

    def _try_sites(self, first: Sequence[_Stack]) -> tuple[dict[_Stack, PlacedLabel], _Numbers]:
        """Place the numbers of `first`, then names, then numbers where a name found no room."""
        numbers = self._place_numbers(first)
        single = [stack for stack in self._stacks if stack not in numbers]
        single.sort(key=lambda s: (s.lead.id != self.highlight, not s.is_known))
        found = self.board.place_all([self._ways_to_name_site(stack) for stack in single], rounds=SITE_ROUNDS)
        names = {stack: name for stack, name in zip(single, found, strict=True) if name}
        return names, numbers | self._place_numbers([stack for stack in single if stack not in names])

    def _make_room(self, stack: _Stack, names: dict[_Stack, PlacedLabel], numbers: _Numbers) -> None:
        """Find room for a number by taking away a name or number near it, which gets a number elsewhere."""
        others = [other for other in (*names, *numbers) if other is not stack and other.lead.id != self.highlight]
        start = self.board.state
        for other in sorted(others, key=lambda s: math.dist((s.x, s.y), (stack.x, stack.y)))[:MAX_MOVED]:
            in_the_way = names.get(other) or numbers.get(other)
            if in_the_way:
                self.board.release(in_the_way)
                both = self._place_numbers([stack, other])
                if all(both.values()):
                    names.pop(other, None)
                    numbers |= both
                    return
                self.board.state = start

    def _place_numbers(self, stacks: Sequence[_Stack]) -> _Numbers:
        placed = self.board.place_all([self._ways_to_number(stack) for stack in stacks])
        return dict(zip(stacks, placed, strict=True))

    def _ways_to_name_site(self, stack: _Stack) -> list[PointLabel]:
        project = stack.lead
        picked = project.id == self.highlight
        reach = stack.radius_pt + RING_PT + 1 if picked else stack.reach_pt
        most = 11 if self.words.language == "zh" else 24
        return [
            PointLabel(project.id, lines, *self.frame.to_pt(stack.x, stack.y), 9 * self.type_scale,
                       style.SECTORS[project.sector].outline, reach, bold=picked, leader_pt=SITE_LEADER_PT,
                       cost_pt=cost)
            for lines, cost in self._ways_to_break(project.name_in(self.words.language), most)
        ]  # fmt: skip

    def _number_label(self, stack: _Stack) -> PointLabel:
        """Return the label of a number of two digits, or of a range of them."""
        x, y = self.frame.to_pt(stack.x, stack.y)
        wide = "00" if len(stack.members) == 1 else "00–00"
        return PointLabel(f"number-{stack.lead.id}", (wide,), x, y, 7 * self.type_scale, style.TEXT, stack.reach_pt,
                          bold=True, leader_pt=NUMBER_LEADER_PT)  # fmt: skip

    def _ways_to_number(self, stack: _Stack) -> list[PointLabel]:
        label = self._number_label(stack)
        return [label, replace(label, all_around=True, cost_pt=FAR_NUMBER_COST_PT)]

    def _on_marker(self, stack: _Stack) -> PlacedLabel:
        label = self._number_label(stack)
        return PlacedLabel(label.key, label.lines, 7, True, style.TEXT, label.x, label.y, 0, (), None)

    def _number(self, numbers: Mapping[_Stack, PlacedLabel]) -> None:
        """Give the numbers out from north to south; the index beside the map explains them."""
        number = 0
        for stack in sorted(numbers, key=lambda s: (-s.y, s.x)):
            first = number + 1
            for project in stack.members:
                number += 1
                self.drawn.numbered.append((number, project))
            lines = (str(first) if first == number else f"{first}–{number}",)
            self.drawn.labels.append(replace(numbers[stack], lines=lines))

    def _base_labels(self) -> Iterable[PointLabel | LineLabel]:
        small = 7.5 * self.type_scale
        if self._shows("boundary"):
            for number, named in enumerate(self._base("neighbours")):
                seen = named.geometry.intersection(self._window)
                if not seen.is_empty and seen.area > 4e5:
                    at = seen.representative_point()
                    yield self._name(
                        named, f"neighbour-{number}", at.x, at.y, 9 * self.type_scale, style.TEXT_SECONDARY, 0
                    )
        yield from self._point_names("landmarks", style.LANDMARK, lambda named: named.kind == "station")
        if self._shows("roads"):
            yield from self._road_names(("trunk", "primary"), small)
        if self.frame.scale <= STATION_NAMES_FROM_SCALE:
            yield from self._point_names("metro", style.METRO, lambda named: True)
        if self._shows("roads"):
            yield from self._road_names(("secondary",), small)
        if self.frame.scale <= LANDMARK_NAMES_FROM_SCALE:
            yield from self._point_names("landmarks", style.LANDMARK, lambda named: named.kind != "station")
        if self._shows("roads") and self.frame.scale <= MINOR_ROADS_FROM_SCALE:
            yield from self._road_names(("tertiary",), small)

    def _point_names(self, layer: str, colour: str, wanted) -> Iterable[PointLabel]:  # type: ignore[no-untyped-def]
        for number, (named, x, y) in enumerate(self._seen_dots(layer)):
            if named.names and wanted(named):
                yield self._name(named, f"{layer}-{number}", x, y, 7 * self.type_scale, colour, 3)

    def _name(
        self, named: Named, key: str, x: float, y: float, size_pt: float, colour: str, radius_pt: float
    ) -> PointLabel:
        name = named.in_language(self.words.language)
        return PointLabel(key, (name,), *self.frame.to_pt(x, y), size_pt, colour, radius_pt)

    def _road_names(self, classes: Sequence[str], size_pt: float) -> Iterable[LineLabel]:
        for number, named in enumerate(self._base("road_labels")):
            if named.kind not in classes or not named.names:
                continue
            seen = named.geometry.intersection(self._window)
            name = named.in_language(self.words.language)
            for part in getattr(seen, "geoms", [seen]):
                if part.geom_type == "LineString" and not part.is_empty:
                    points = np.array([self.frame.to_pt(x, y) for x, y, *_ in part.coords])
                    yield LineLabel(f"road-{number}", name, points, size_pt, style.TEXT_SECONDARY)

    def _draw_labels(self) -> None:
        layer = Layer(self.axes, "labels")
        west, south, _, _ = self.frame.bounds_m
        k = self.frame.metres_per_pt
        for placed in self.drawn.labels:
            start = leader_from(placed)
            if start and placed.leader_to:
                ends = [(west + px * k, south + py * k) for px, py in (start, placed.leader_to)]
                layer.add(LineCollection([ends], colors=[placed.colour], linewidths=0.7))
        for placed in self.drawn.labels:
            step = placed.size_pt * 1.32
            for i, line in enumerate(placed.lines):
                y = placed.y + ((len(placed.lines) - 1) / 2 - i) * step
                for artist in text(
                    line, west + placed.x * k, south + y * k, placed.size_pt, colour=placed.colour, bold=placed.bold,
                    halo=True, across="center", up="middle", angle_deg=placed.angle_deg, unit=k,
                ):  # fmt: skip
                    layer.add(artist)
