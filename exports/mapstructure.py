"""The plan's spatial structure on a map: zones and axis, and their names."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon
from shapely import maximum_inscribed_circle
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from exports.canvas import Layer, fill, strokes
from exports.labels import PointLabel
from exports.linebreak import ways_to_break
from exports.mapframe import MapScope
from geo.load import PlacedElement
from layers import style
from layers.shape_grade import element_grade, element_style, group_colour, legend_code, named_by_grade

LEADER_PT: Final = 110
ROUNDS: Final = 8
AXIS_SHARES: Final = (0.62, 0.7, 0.54, 0.78, 0.46)


class StructureMap:
    """The structure elements of one map."""

    def __init__(self, scope: MapScope) -> None:
        self.scope = scope

    def place(self) -> None:
        """Note what the legend must explain."""
        seen = self._seen_elements()
        self.scope.drawn.present.update(legend_code(placed.element) for placed in seen)
        for element in (placed.element for placed in seen):
            if element.id == self.scope.highlight and element.kind != "line":
                self.scope.drawn.present.add(f"picked_element.{element_grade(element)}")

    def place_names(self) -> None:
        """Place the names of the elements in the frame."""
        # Small elements first: a large one has more places for its name.
        seen = sorted(self._seen_elements(), key=lambda p: self.scope.ground.elements[p.element.id].area)
        in_window = [(p, self.scope.ground.elements[p.element.id].intersection(self.scope.window)) for p in seen]
        wanted = [self._ways_to_name_element(p, geometry) for p, geometry in in_window if not geometry.is_empty]
        placed = self.scope.board.place_all(wanted, rounds=ROUNDS)
        self.scope.drawn.labels += [label for label in placed if label]

    def _ways_to_name_element(self, placed: PlacedElement, geometry: BaseGeometry) -> list[PointLabel]:
        chinese = self.scope.words.language == "zh"
        size_pt = (10 if chinese else 9) * self.scope.type_scale
        words, element = self.scope.words, placed.element
        name = named_by_grade(words, element.name_in(words.language), element)
        colour = style.shade(group_colour(self.scope.data, element.group), 0.8)
        if placed.element.kind == "line":
            anchors = [geometry.interpolate(share, normalized=True) for share in AXIS_SHARES]
            radius = 6.0
        else:
            anchors, radius = [maximum_inscribed_circle(geometry).interpolate(0)], 0.0
        return [
            PointLabel(placed.element.id, lines, *self.scope.frame.to_pt(at.x, at.y), size_pt, colour, radius,
                       bold=True, leader_pt=LEADER_PT, cost_pt=cost + i)
            for lines, cost in ways_to_break(self.scope.data, name, 10 if chinese else 24)
            for i, at in enumerate(anchors)
        ]  # fmt: skip

    def draw(self, axes: Axes) -> None:
        """Draw the elements, the large ones first and the axis last."""
        layer = Layer(axes, "structure")
        for placed in self._seen_elements():
            geometry = self.scope.ground.elements[placed.element.id]
            looks = element_style(self.scope.data, placed.element)
            seen = self.scope.cut([geometry])
            if not seen:
                continue
            if placed.element.kind == "line":
                self._draw_axis(layer, geometry, looks)
            else:
                self._draw_zone(layer, seen[0], looks, picked=placed.element.id == self.scope.highlight)

    def _draw_zone(self, layer: Layer, geometry: BaseGeometry, looks: style.StructureStyle, *, picked: bool) -> None:
        layer.add(fill([geometry], looks.colour, opacity=looks.fill_opacity + (0.06 if picked else 0)))
        if looks.hatch:
            hatched = LineCollection(self._hatch(geometry), colors=[(looks.colour, 0.45)], linewidths=0.5)
            layer.add(hatched)
            hatched.set_clip_path(fill([geometry], looks.colour).get_path(), layer.on.transData)
        width, dash = (1.8, (4, 2.4) if looks.dash else ()) if picked else (looks.width, looks.dash)
        layer.add(strokes([geometry], style.SELECTION if picked else looks.colour, width, dash=dash, cap="butt"))

    def _hatch(self, geometry: BaseGeometry) -> list[list[tuple[float, float]]]:
        west, south, east, north = geometry.bounds
        step, height = 4.6 * self.scope.frame.metres_per_pt, north - south
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
        size = size_pt * self.scope.frame.metres_per_pt
        across = np.array([-along[1], along[0]])
        corners = [tip + along * size * 0.7, tip - along * size * 0.5 + across * size * 0.5,
                   tip - along * size * 0.5 - across * size * 0.5]  # fmt: skip
        return Polygon(corners, closed=True, facecolor=colour, edgecolor=style.HALO, linewidth=0.6)

    def _seen_elements(self) -> list[PlacedElement]:
        """Return the elements in the frame, the large ones first and the axis last, as they are drawn."""
        if not self.scope.shows("structure"):
            return []
        seen = [
            p
            for p in self.scope.data.elements
            if self.scope.ground.elements[p.element.id].intersects(self.scope.window)
        ]
        return sorted(seen, key=lambda p: (p.element.kind == "line", -p.geometry.area))
