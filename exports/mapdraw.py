"""The map itself: base, structure, sites and labels in the district's metric system, drawn layer by layer."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from exports.canvas import Layer, text
from exports.labels import leader_from
from exports.mapbase import BaseMap
from exports.mapframe import DrawnMap, MapScope
from exports.mapsites import SiteMap
from exports.mapstructure import StructureMap
from geo.project import Project


class MapDrawing:
    """One map: ``place`` works out what stands where, ``draw`` draws it, into as many figures as are wanted."""

    def __init__(self, scope: MapScope, projects: Sequence[Project]) -> None:
        self.scope = scope
        self._base, self._structure, self._sites = BaseMap(scope), StructureMap(scope), SiteMap(scope, projects)

    def place(self) -> DrawnMap:
        """Work out markers, labels, numbers and what the legend must explain; nothing is drawn yet."""
        shows, drawn = self.scope.shows, self.scope.drawn
        self._structure.place()
        if shows("sites"):
            self._sites.place_markers()
        if shows("labels"):
            self._structure.place_names()
        self._base.place([each for placed in drawn.labels for each in placed.boxes])
        if shows("sites"):
            self._sites.place()
        if shows("labels"):
            drawn.labels += [placed for name in self._base.names() if (placed := self.scope.board.place(name))]
        return drawn

    def draw(self, axes: Axes) -> None:
        """Draw every layer into `axes`, whose place and limits the caller has set after the frame."""
        self._base.draw(axes)
        if self.scope.shows("structure"):
            self._structure.draw(axes)
        if self.scope.shows("sites"):
            self._sites.draw(axes)
        self._draw_labels(axes)

    def _draw_labels(self, axes: Axes) -> None:
        layer = Layer(axes, "labels")
        west, south, _, _ = self.scope.frame.bounds_m
        k = self.scope.frame.metres_per_pt
        for placed in self.scope.drawn.labels:
            start = leader_from(placed)
            if start and placed.leader_to:
                ends = [(west + px * k, south + py * k) for px, py in (start, placed.leader_to)]
                layer.add(LineCollection([ends], colors=[placed.colour], linewidths=0.7))
        for placed in self.scope.drawn.labels:
            step = placed.size_pt * 1.32
            for i, line in enumerate(placed.lines):
                y = placed.y + ((len(placed.lines) - 1) / 2 - i) * step
                for artist in text(
                    line, west + placed.x * k, south + y * k, placed.size_pt, colour=placed.colour, bold=placed.bold,
                    halo=True, across="center", up="middle", angle_deg=placed.angle_deg, unit=k,
                ):  # fmt: skip
                    layer.add(artist)
