"""The project sites on a map: markers, shared places, circles of accuracy, names, and numbers for the index."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from exports.canvas import Layer, fill, strokes, symbol, text
from exports.labels import PlacedLabel, PointLabel
from exports.linebreak import ways_to_break
from exports.mapframe import MapScope
from geo.project import Project
from geo.vocabulary import Sector, Stage
from layers import style
from layers.symbols import SHAPES
from layers.wording import site_name

SITE_RADIUS_PT: Final = 5.2
STACK_RADIUS_PT: Final = 7.0
BADGE_RADIUS_PT: Final = 3.6
EDGE_PT: Final = 10.0
"""A marker nearer to the frame than this would be cut, so it counts as outside."""
ACCURACY_FROM_SCALE: Final = 25_000
LEADER_PT: Final = 30
NUMBER_LEADER_PT: Final = 184
FAR_NUMBER_COST_PT: Final = 60
MAX_MOVED: Final = 8
NUMBER_TRIES: Final = 5
ROUNDS: Final = 3
RING_PT: Final = 5.0
MAX_NAMED: Final = 100
"""With more places a map shows dots, the smaller the more there are, and names only the site that it is about."""
LEAST_RADIUS_PT: Final = 1.2


@dataclass(frozen=True, eq=False)
class _Stack:
    """The projects that share one point; the lead is the best known of them."""

    x: float
    y: float
    members: tuple[Project, ...]

    @cached_property
    def lead(self) -> Project:
        known = [p for p in self.members if p.location.grade in style.FILLED_GRADES]
        return (known or list(self.members))[0]

    @cached_property
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


def _dressed(
    sector: Sector, stage: Stage, is_known: bool, places: Sequence[tuple[float, float]], share: float, transform: Any
) -> list[Artist]:
    """Return the markers of projects that look alike, at a `share` of their usual size."""
    kind, at_stage = style.SECTORS[sector], style.STAGES[stage]
    return [
        *symbol(SHAPES[kind.shape], places, SITE_RADIUS_PT * share,
                colour=kind.colour if is_known else None, outline=at_stage.colour or kind.outline,
                width_pt=at_stage.width * 0.75 * share, dash=at_stage.dash, transform=transform)
    ]  # fmt: skip


class SiteMap:
    """The sites of one map. `projects` are those asked for; the ones that it does not show are counted as outside."""

    def __init__(self, scope: MapScope, projects: Sequence[Project]) -> None:
        self.scope = scope
        self._stacks = self._make_stacks(projects)
        self._is_crowded = len(self._stacks) > MAX_NAMED
        picked = [stack for stack in self._stacks if stack.holds(scope.highlight)]
        self._written = picked if self._is_crowded else self._stacks

    def place_markers(self) -> None:
        """Take the room of the markers and note what the legend must explain; the dots of a crowded map take none."""
        if self._is_crowded:
            self._note_dots()
        for stack in self._written:
            marker = self.scope.box_at(stack.x, stack.y, stack.reach_pt)
            self.scope.board.take_markers([marker])
            for project in stack.members:
                self.scope.drawn.markers[project.id] = marker
                filled = project.location.grade in style.FILLED_GRADES
                codes = (f"sector.{project.sector}", f"stage.{project.stage}", "filled" if filled else "hollow")
                self.scope.drawn.present.update(codes)
                if project.id in self.scope.ground.parcels:
                    self.scope.drawn.present.add("parcel")
            if len(stack.members) > 1:
                self.scope.drawn.present.add("stack")
            if stack.holds(self.scope.highlight):
                self.scope.drawn.present.add("picked_site")
            if self._has_circle(stack):
                self.scope.drawn.present.add("accuracy")

    def place(self) -> None:
        """Place names and numbers; a number without room comes before all names in the next try."""
        named = self.scope.shows("labels")
        first = [stack for stack in self._written if len(stack.members) > 1 or not named]
        start = self.scope.board.state
        for _ in range(NUMBER_TRIES):
            self.scope.board.state = start
            names, numbers = self._try_sites(first)
            for stack in _homeless(numbers):
                self._make_room(stack, names, numbers)
            homeless = _homeless(numbers)
            if not homeless:
                break
            first = [*homeless, *(stack for stack in first if stack not in homeless)]
        self.scope.drawn.labels += names.values()
        self._number({stack: number or self._on_marker(stack) for stack, number in numbers.items()})

    def draw(self, axes: Axes) -> None:
        """Draw parcels and circles of accuracy, then the markers."""
        self._draw_parcels(axes)
        if self.scope.frame.scale <= ACCURACY_FROM_SCALE:
            self._draw_accuracy(axes)
        layer = Layer(axes, "sites")
        if self._is_crowded:
            self._draw_dots(layer, axes)
        for stack in self._written:
            for artist in self._marker(axes, stack):
                layer.add(artist)
            if stack.holds(self.scope.highlight):
                self._draw_ring(layer, stack)

    def _note_dots(self) -> None:
        drawn = self.scope.drawn
        for stack in self._stacks:
            box = self.scope.box_at(stack.x, stack.y, LEAST_RADIUS_PT)
            drawn.markers.update((project.id, box) for project in stack.members)
            lead = stack.lead
            drawn.present.update(
                (f"sector.{lead.sector}", f"stage.{lead.stage}", "filled" if stack.is_known else "hollow")
            )
        drawn.share = max(math.sqrt(MAX_NAMED / len(self._stacks)), LEAST_RADIUS_PT / SITE_RADIUS_PT)
        drawn.unnamed = sum(len(stack.members) for stack in self._stacks if not stack.holds(self.scope.highlight))

    def _draw_dots(self, layer: Layer, axes: Axes) -> None:
        """Draw each place as a dot in the looks of its best known project, those that look alike at once."""
        alike: dict[tuple[bool, Sector, Stage], list[tuple[float, float]]] = defaultdict(list)
        for stack in self._stacks:
            alike[stack.is_known, stack.lead.sector, stack.lead.stage].append((stack.x, stack.y))
        for (is_known, sector, stage), places in alike.items():
            for artist in _dressed(sector, stage, is_known, places, self.scope.drawn.share, axes.transData):
                layer.add(artist)

    def _make_stacks(self, projects: Sequence[Project]) -> list[_Stack]:
        at: dict[tuple[float, float], list[Project]] = defaultdict(list)
        for project in projects:
            point = self.scope.ground.sites.get(project.id)
            if point is None:
                continue
            if self.scope.frame.holds(*point, EDGE_PT):
                at[point].append(project)
            else:
                self.scope.drawn.outside.append(project)
        stacks = [_Stack(*point, tuple(members)) for point, members in at.items()]
        return sorted(stacks, key=lambda stack: (stack.is_known, -stack.y))

    def _has_circle(self, stack: _Stack) -> bool:
        is_near = self.scope.frame.scale <= ACCURACY_FROM_SCALE or stack.holds(self.scope.highlight)
        return is_near and not stack.is_known and bool(stack.lead.location.accuracy_m)

    def _try_sites(self, first: Sequence[_Stack]) -> tuple[dict[_Stack, PlacedLabel], _Numbers]:
        """Place the numbers of `first`, then names, then numbers where a name found no room."""
        numbers = self._place_numbers(first)
        single = [stack for stack in self._written if stack not in numbers]
        single.sort(key=lambda s: (s.lead.id != self.scope.highlight, not s.is_known))
        found = self.scope.board.place_all([self._ways_to_name_site(stack) for stack in single], rounds=ROUNDS)
        names = {stack: name for stack, name in zip(single, found, strict=True) if name}
        return names, numbers | self._place_numbers([stack for stack in single if stack not in names])

    def _make_room(self, stack: _Stack, names: dict[_Stack, PlacedLabel], numbers: _Numbers) -> None:
        """Find room for a number by taking away a name or number near it, which gets a number elsewhere."""
        others = [other for other in (*names, *numbers) if other is not stack and other.lead.id != self.scope.highlight]
        start = self.scope.board.state
        for other in sorted(others, key=lambda s: math.dist((s.x, s.y), (stack.x, stack.y)))[:MAX_MOVED]:
            in_the_way = names.get(other) or numbers.get(other)
            if in_the_way:
                self.scope.board.release(in_the_way)
                both = self._place_numbers([stack, other])
                if all(both.values()):
                    names.pop(other, None)
                    numbers |= both
                    return
                self.scope.board.state = start

    def _place_numbers(self, stacks: Sequence[_Stack]) -> _Numbers:
        placed = self.scope.board.place_all([self._ways_to_number(stack) for stack in stacks])
        return dict(zip(stacks, placed, strict=True))

    def _ways_to_name_site(self, stack: _Stack) -> list[PointLabel]:
        project = stack.lead
        picked = project.id == self.scope.highlight
        reach = stack.radius_pt + RING_PT + 1 if picked else stack.reach_pt
        most = 11 if self.scope.words.language == "zh" else 24
        return [
            PointLabel(project.id, lines, *self.scope.frame.to_pt(stack.x, stack.y), 9 * self.scope.type_scale,
                       style.SECTORS[project.sector].outline, reach, bold=picked, leader_pt=LEADER_PT,
                       cost_pt=cost)
            for lines, cost in ways_to_break(self.scope.data, site_name(self.scope.words, project), most)
        ]  # fmt: skip

    def _number_label(self, stack: _Stack) -> PointLabel:
        """Return the label of a number of two digits, or of a range of them."""
        x, y = self.scope.frame.to_pt(stack.x, stack.y)
        wide, size_pt = "00" if len(stack.members) == 1 else "00–00", 7 * self.scope.type_scale
        return PointLabel(f"number-{stack.lead.id}", (wide,), x, y, size_pt, style.TEXT, stack.reach_pt, bold=True,
                          leader_pt=NUMBER_LEADER_PT)  # fmt: skip

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
                self.scope.drawn.numbered.append((number, project))
            lines = (str(first) if first == number else f"{first}–{number}",)
            self.scope.drawn.labels.append(replace(numbers[stack], lines=lines))

    def _marker(self, axes: Axes, stack: _Stack) -> list[Artist]:
        project, transform = stack.lead, axes.transData
        count = len(stack.members)
        if count > 1 and not stack.is_known:
            artists: list[Artist] = list(
                symbol(SHAPES["circle"], [(stack.x, stack.y)], STACK_RADIUS_PT,
                       colour=None, outline=style.TEXT, width_pt=1.1, transform=transform)
            )  # fmt: skip
            artists += text(
                str(count),
                stack.x,
                stack.y,
                8,
                bold=True,
                across="center",
                up="middle",
                unit=self.scope.frame.metres_per_pt,
            )
            return artists
        artists = _dressed(project.sector, project.stage, stack.is_known, [(stack.x, stack.y)], 1, transform)
        if count > 1:
            offset = (SITE_RADIUS_PT - 0.6) * self.scope.frame.metres_per_pt
            at = (stack.x + offset, stack.y + offset)
            artists += symbol(SHAPES["circle"], [at], BADGE_RADIUS_PT,
                              colour=None, outline=style.TEXT, width_pt=0.6, transform=transform)  # fmt: skip
            artists += text(
                str(count), *at, 5.5, bold=True, across="center", up="middle", unit=self.scope.frame.metres_per_pt
            )
        return artists

    def _draw_parcels(self, axes: Axes) -> None:
        projects = [project for stack in self._stacks for project in stack.members]
        layer = Layer(axes, "accuracy")
        for project in projects:
            parcel = self.scope.ground.parcels.get(project.id)
            if parcel and (seen := self.scope.cut([parcel])):
                looks = style.SECTORS[project.sector]
                layer.add(fill(seen, looks.colour, opacity=style.PARCEL_FILL_OPACITY))
                layer.add(strokes(seen, looks.outline, style.PARCEL_WIDTH_PX * 0.75))

    def _draw_accuracy(self, axes: Axes) -> None:
        layer = Layer(axes, "accuracy")
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
        radius = (stack.radius_pt + RING_PT) * self.scope.frame.metres_per_pt
        layer.add(Circle((stack.x, stack.y), radius, fill=False, linewidth=2, edgecolor=style.SELECTION))
