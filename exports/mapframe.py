"""One map in the making: its frame, what it shows, and what has found its place on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from exports.ground import Ground, ground_of
from exports.labels import Board, Box, PlacedLabel
from exports.request import ExportRequest
from geo.load import Dataset
from geo.project import Project
from layers.words import Words

POINTS_PER_METRE: Final = 72 / 0.0254
RIM_PT: Final = 14.0
FINE_PT: Final = 0.12


@dataclass(frozen=True)
class MapFrame:
    """Where the map is drawn and what it shows: `centre_m` in metres, `scale` as the n of 1:n, size in points."""

    centre_m: tuple[float, float]
    scale: float
    width_pt: float
    height_pt: float

    @cached_property
    def metres_per_pt(self) -> float:
        """Metres on the ground for one point on the paper."""
        return self.scale / POINTS_PER_METRE

    @cached_property
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
    """What came of drawing: labels in points of the frame, numbered sites, and the codes present for the legend.

    `unnamed` counts the projects of a crowded map that have neither a name nor a number on it; its markers are drawn
    at a `share` of their size.
    """

    labels: list[PlacedLabel] = field(default_factory=list)
    markers: dict[str, Box] = field(default_factory=dict)
    numbered: list[tuple[int, Project]] = field(default_factory=list)
    outside: list[Project] = field(default_factory=list)
    unnamed: int = 0
    share: float = 1
    present: set[str] = field(default_factory=set)


class MapScope:
    """What the drawers of one map share: its frame, data and request, the room for labels, and what came of it.

    `taken` are boxes of furniture on the map (points of the frame) that stay free of labels;
    `highlight` is the id of a project or element to mark; `type_scale` enlarges all type.
    """

    def __init__(
        self,
        frame: MapFrame,
        data: Dataset,
        request: ExportRequest,
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
        self.window = shapely.box(*frame.bounds_m)

    def shows(self, layer: str) -> bool:
        """Whether the request and its purpose let a layer be seen."""
        if layer == "boundary" and not self.request.purpose.shows_boundary:
            return False
        return layer not in self.request.hidden

    def cut(self, geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """Return what can be seen of the geometries: cut a little outside the frame, no finer than can be printed."""
        west, south, east, north = self.frame.bounds_m
        rim, fine = RIM_PT * self.frame.metres_per_pt, FINE_PT * self.frame.metres_per_pt
        cut = shapely.clip_by_rect(np.array(geometries, dtype=object), west - rim, south - rim, east + rim, north + rim)
        return [each for each in shapely.simplify(cut, fine) if not each.is_empty]

    def box_at(self, x: float, y: float, reach_pt: float) -> Box:
        """Return the room around a metric position, in points of the frame."""
        px, py = self.frame.to_pt(x, y)
        return px - reach_pt, py - reach_pt, px + reach_pt, py + reach_pt
