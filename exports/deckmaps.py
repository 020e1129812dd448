"""The maps of a deck as pictures, planned so that the slide knows their numbers, symbols and label places."""

import io
from typing import Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from exports.canvas import page_axes
from exports.furniture import NorthArrow, ScaleBar
from exports.ground import grid_to_true_north_deg
from exports.mapdraw import MapDrawing
from exports.request import ExportRequest
from exports.sheet import MapPlan, extent_bounds_m, fitted_frame, highlight_of, map_projects
from geo.load import Dataset

PICTURE_COLOURS: Final = 256


def plan_map(data: Dataset, request: ExportRequest, width: float, height: float) -> MapPlan:
    """Return the map of a slide with its labels placed, as ``exports.sheet.map_picture`` would draw it.

    It is planned here because the slide needs its numbers, its legend and, for the native map, every label's place.
    """
    box = (1.0, 1.0, width - 2, height - 2)
    frame = fitted_frame(extent_bounds_m(data, request.extent), box[2], box[3])
    bar = ScaleBar.of(frame, request.words, 8, on_paper=False)
    arrow = NorthArrow(grid_to_true_north_deg(data.district.metric_crs, *data.district.centre), 9)
    drawing = MapDrawing(
        frame, data, request, map_projects(data, request), taken=(bar.box, arrow.box(frame)),
        highlight=highlight_of(request),
    )  # fmt: skip
    drawing.place()
    return MapPlan(drawing, box, bar, arrow)


def rendered(plan: MapPlan, dpi: int) -> bytes:
    """Return a planned map as PNG of few colours, a third of the size at no visible loss."""
    _, _, width, height = plan.map_box
    figure = Figure(figsize=((width + 2) / 72, (height + 2) / 72), facecolor="white")
    plan.draw(figure)
    plan.draw_furniture(page_axes(figure))
    figure.set_dpi(dpi)
    drawing = FigureCanvasAgg(figure)
    drawing.draw()
    picture = Image.fromarray(np.asarray(drawing.buffer_rgba())).convert("RGB")
    few = picture.quantize(PICTURE_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    few.save(packed, "PNG", dpi=(dpi, dpi), compress_level=6)
    return packed.getvalue()
