"""The maps of a deck as pictures, planned so that the slide knows their numbers, symbols and label places."""

import io
from typing import Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from exports.canvas import page_axes
from exports.mapplan import MapPlan, extent_bounds_m, make_plan, map_projects
from exports.request import ExportRequest
from geo.load import Dataset

PICTURE_COLOURS: Final = 256


def plan_slide_map(data: Dataset, request: ExportRequest, width: float, height: float) -> MapPlan:
    """Return the map of a slide with its labels placed: the slide needs its numbers, legend and labels' places."""
    box = (1.0, 1.0, width - 2, height - 2)
    return make_plan(data, request, map_projects(data, request), box, extent_bounds_m(data, request.extent), 1.0)


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
