"""The base map: land and water, roads, boundary, stations and landmarks, and their names."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from shapely.geometry.base import BaseGeometry

from exports.canvas import Layer, fill, strokes, symbol
from exports.ground import Named
from exports.labels import Box, LineLabel, PointLabel
from exports.mapframe import MapScope
from layers import style
from layers.symbols import SHAPES

MINOR_ROADS_FROM_SCALE: Final = 30_000
STATION_NAMES_FROM_SCALE: Final = 60_000
LANDMARK_NAMES_FROM_SCALE: Final = 40_000
DOTS: Final = (("metro", style.METRO, 2.3), ("landmarks", style.LANDMARK, 1.5))
ROAD_CLASSES: Final = ("tertiary", "secondary", "primary", "trunk")
ROAD_WIDTH_PT: Final = {"trunk": 2.6, "primary": 2.2, "secondary": 1.6, "tertiary": 1.0}


class BaseMap:
    """The base of one map, over which structure and sites are drawn."""

    def __init__(self, scope: MapScope) -> None:
        self.scope = scope
        self._covered: Sequence[Box] = ()

    def place(self, covered: Sequence[Box]) -> None:
        """Take the room of stations and landmarks, none of them in a box `covered` by the structure's names."""
        self._covered = covered
        present = self.scope.drawn.present
        for layer, _, radius_pt in DOTS:
            dots = self._seen_dots(layer)
            if dots:
                present.add(f"layer.{layer}")
                self.scope.board.take_markers([self.scope.box_at(x, y, radius_pt + 0.6) for _, x, y in dots])
        if self.scope.shows("roads") and self._seen(self._base("roads")):
            present.add("layer.roads")
        outlines = self.scope.ground.of_kind("boundary", "outline")
        if self.scope.shows("boundary") and any(g.intersects(self.scope.window) for g in outlines):
            present.add("layer.boundary")

    def names(self) -> Iterable[PointLabel | LineLabel]:
        """Yield the names to place, the most useful first."""
        small = 7.5 * self.scope.type_scale
        if self.scope.shows("boundary"):
            for number, named in enumerate(self._base("neighbours")):
                seen = named.geometry.intersection(self.scope.window)
                if not seen.is_empty and seen.area > 4e5:
                    at = seen.representative_point()
                    yield self._name(
                        named, f"neighbour-{number}", at.x, at.y, 9 * self.scope.type_scale, style.TEXT_SECONDARY, 0
                    )
        yield from self._point_names("landmarks", style.LANDMARK, lambda named: named.kind == "station")
        if self.scope.shows("roads"):
            yield from self._road_names(("trunk", "primary"), small)
        if self.scope.frame.scale <= STATION_NAMES_FROM_SCALE:
            yield from self._point_names("metro", style.METRO, lambda named: True)
        if self.scope.shows("roads"):
            yield from self._road_names(("secondary",), small)
        if self.scope.frame.scale <= LANDMARK_NAMES_FROM_SCALE:
            yield from self._point_names("landmarks", style.LANDMARK, lambda named: named.kind != "station")
        if self.scope.shows("roads") and self.scope.frame.scale <= MINOR_ROADS_FROM_SCALE:
            yield from self._road_names(("tertiary",), small)

    def draw(self, axes: Axes) -> None:
        """Draw land, roads, boundary, stations and landmarks, one over another."""
        land = Layer(axes, "ground")
        land.add(fill(self._seen(self._base("land")), style.LAND, edgecolor=style.SHORE, linewidth=0.5))
        if self.scope.request.purpose.shows_boundary:
            district = self.scope.cut(self.scope.ground.of_kind("boundary", "land"))
            land.add(fill(district, style.DISTRICT))
        if self.scope.shows("roads"):
            self._draw_roads(axes)
        if self.scope.shows("boundary"):
            self._draw_boundary(axes)
        for layer, colour, radius_pt in DOTS:
            self._draw_dots(axes, layer, colour, radius_pt)

    def _seen(self, features: Iterable[Named]) -> list[BaseGeometry]:
        return self.scope.cut([named.geometry for named in features])

    def _seen_dots(self, layer: str) -> list[tuple[Named, float, float]]:
        if not self.scope.shows(layer):
            return []
        points = [(named, named.geometry.centroid) for named in self._base(layer)]
        return [(n, p.x, p.y) for n, p in points if self.scope.frame.holds(p.x, p.y) and not self._is_covered(p.x, p.y)]

    def _is_covered(self, x: float, y: float) -> bool:
        """Return whether a name of the structure, which outranks the base map, stands at this place."""
        px, py = self.scope.frame.to_pt(x, y)
        return any(x0 - 2 < px < x1 + 2 and y0 - 2 < py < y1 + 2 for x0, y0, x1, y1 in self._covered)

    def _base(self, layer: str) -> tuple[Named, ...]:
        return self.scope.ground.base.get(layer, ())

    def _draw_roads(self, axes: Axes) -> None:
        roads = Layer(axes, "roads")
        of_class = {c: self._seen(n for n in self._base("roads") if n.kind == c) for c in ROAD_CLASSES}
        for extra, colour in ((1.0, style.ROAD_CASING), (0.0, style.ROAD)):
            for road_class, geometries in of_class.items():
                if geometries:
                    roads.add(strokes(geometries, colour, ROAD_WIDTH_PT[road_class] + extra))

    def _draw_boundary(self, axes: Axes) -> None:
        boundary = Layer(axes, "boundary")
        outline = self.scope.cut(self.scope.ground.of_kind("boundary", "outline"))
        neighbours = self._seen(self._base("neighbours"))
        boundary.add(strokes(neighbours, style.BOUNDARY, 0.7, dash=(6, 3, 1, 3), opacity=0.35))
        boundary.add(strokes(outline, style.BOUNDARY_BAND, 5, opacity=0.8))
        boundary.add(strokes(outline, style.BOUNDARY, 1.1, dash=(9, 3, 2, 3), cap="butt"))

    def _draw_dots(self, axes: Axes, layer: str, colour: str, radius_pt: float) -> None:
        dots = Layer(axes, layer)
        points = [(x, y) for _, x, y in self._seen_dots(layer)]
        if points:
            for artist in symbol(SHAPES["circle"], points, radius_pt, colour=None, outline=colour, width_pt=1.0,
                                 transform=axes.transData):  # fmt: skip
                dots.add(artist)

    def _point_names(self, layer: str, colour: str, wanted: Callable[[Named], bool]) -> Iterable[PointLabel]:
        for number, (named, x, y) in enumerate(self._seen_dots(layer)):
            if named.names and wanted(named):
                yield self._name(named, f"{layer}-{number}", x, y, 7 * self.scope.type_scale, colour, 3)

    def _name(
        self, named: Named, key: str, x: float, y: float, size_pt: float, colour: str, radius_pt: float
    ) -> PointLabel:
        name = named.in_language(self.scope.words.language)
        return PointLabel(key, (name,), *self.scope.frame.to_pt(x, y), size_pt, colour, radius_pt)

    def _road_names(self, classes: Sequence[str], size_pt: float) -> Iterable[LineLabel]:
        for number, named in enumerate(self._base("road_labels")):
            if named.kind not in classes or not named.names:
                continue
            seen = named.geometry.intersection(self.scope.window)
            name = named.in_language(self.scope.words.language)
            for part in getattr(seen, "geoms", [seen]):
                if part.geom_type == "LineString" and not part.is_empty:
                    points = np.array([self.scope.frame.to_pt(x, y) for x, y, *_ in part.coords])
                    yield LineLabel(f"road-{number}", name, points, size_pt, style.TEXT_SECONDARY)
