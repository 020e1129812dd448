"""The small map of the whole district that shows where a detailed map lies."""

from typing import Any

import numpy as np
import shapely
from matplotlib.patches import Rectangle
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from exports.canvas import Layer, fill, strokes
from exports.ground import ground_of
from exports.panel import Row
from exports.request import ExportRequest
from geo.load import Dataset
from layers import style
from layers.shape_grade import group_colour

MARGIN_SHARE = 0.04


def locator_row(
    data: Dataset,
    request: ExportRequest,
    bounds_m: tuple[float, float, float, float] | None,
    width_pt: float,
    *,
    height_pt: float | None = None,
) -> Row:
    """Return a panel row with the district and its structure, and `bounds_m` (metric CRS) framed in it.

    It fills the width, or `height_pt` where that is given and less, and comes after all that must be shown.
    """
    ground = ground_of(data)
    west, south, east, north = ground.bounds_m
    pad = (north - south) * MARGIN_SHARE
    west, south, east, north = west - pad, south - pad, east + pad, north + pad
    scale = min(width_pt / (east - west), (height_pt or 1e9) / (north - south))
    height = (north - south) * scale

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        def on_page(geometry: BaseGeometry) -> BaseGeometry:
            shift = np.array([west, north])
            return shapely.transform(geometry, lambda xy: (xy - shift) * scale + np.array([left, top]))

        def add(artist: Any) -> None:
            layer.add(artist, clip=False)

        window = box(west, south, east, north)
        add(fill([on_page(window)], style.SEA))
        land = [on_page(named.geometry.intersection(window)) for named in ground.base.get("land", ())]
        add(fill(land, style.LAND))
        if request.purpose.shows_boundary:
            add(fill([on_page(g) for g in ground.of_kind("boundary", "land")], style.DISTRICT))
            add(strokes([on_page(g) for g in ground.of_kind("boundary", "outline")], style.BOUNDARY, 0.7))
        for placed in data.elements:
            colour = group_colour(data, placed.element.group)
            shape = on_page(ground.elements[placed.element.id])
            if placed.element.kind == "line":
                add(strokes([shape], colour, 1.6))
            else:
                add(fill([shape], colour, opacity=0.35))
        if bounds_m:
            add(strokes([on_page(box(*bounds_m).intersection(window))], style.SELECTION, 1.4))
        add(Rectangle((left, top - height), (east - west) * scale, height, fill=False,
                      edgecolor=style.TEXT_SECONDARY, linewidth=0.6))  # fmt: skip

    return Row(height + 2, draw, above=8)
