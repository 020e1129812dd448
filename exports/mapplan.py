"""What a map shows and where: its extent, scale and projects, and the plan of its labels before anything is drawn."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from shapely import box
from shapely.geometry.base import BaseGeometry

from exports.canvas import Layer
from exports.furniture import NorthArrow, ScaleBar, round_scale
from exports.ground import grid_to_true_north_deg, ground_of, transformer_to
from exports.mapdraw import MapDrawing
from exports.mapframe import POINTS_PER_METRE, DrawnMap, MapFrame, MapScope
from exports.request import ExportRequest, Extent, UnknownExtentError, wanted_projects
from geo.load import Dataset
from geo.project import Project
from layers import style

LEAST_SITE_RADIUS_M: Final = 650.0
LEAST_ELEMENT_SIDE_M: Final = 900.0
MAX_PLANS: Final = 40
NO_DATE: Final = datetime.date.min


def extent_bounds_m(data: Dataset, extent: Extent) -> tuple[float, float, float, float]:
    """Return west, south, east, north of an extent in the district's metric CRS, with room around it.

    Raises
    ------
    UnknownExtentError : where the element or site does not exist or has no place, or the view shows no district
    """
    ground = ground_of(data)
    if extent.kind == "element":
        geometry = ground.elements.get(extent.id or "")
        if geometry is None:
            raise UnknownExtentError(extent.id)
        return _grown(geometry.bounds, 0.12, LEAST_ELEMENT_SIDE_M)
    if extent.kind == "site":
        project, point = data.project(extent.id), ground.sites.get(extent.id or "")
        if project is None or point is None:
            raise UnknownExtentError(extent.id)
        reach = _reach_m(ground.parcels.get(project.id), point)
        radius = max(LEAST_SITE_RADIUS_M, 1.25 * (project.location.accuracy_m or 0), 1.1 * reach)
        return point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius
    if extent.kind == "view" and extent.bounds:
        west, south, east, north = extent.bounds
        corners = transformer_to(ground.crs).transform([west, east, west, east], [south, south, north, north])
        bounds_m = min(corners[0]), min(corners[1]), max(corners[0]), max(corners[1])
        if not np.isfinite(bounds_m).all() or not box(*bounds_m).intersects(box(*ground.bounds_m)):
            raise UnknownExtentError(f"nothing of the district lies in the view {extent.bounds}")
        return bounds_m
    return _grown(ground.bounds_m, 0.02, 0)


def _reach_m(parcel: BaseGeometry | None, point: tuple[float, float]) -> float:
    """Return how far a parcel reaches from its site to any side, 0 where there is none."""
    if parcel is None:
        return 0
    west, south, east, north = parcel.bounds
    return float(max(point[0] - west, east - point[0], point[1] - south, north - point[1]))


def _grown(bounds: Sequence[float], share: float, least_side: float) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    x, y = (west + east) / 2, (south + north) / 2
    half_x, half_y = (max(side * (1 + 2 * share), least_side) / 2 for side in (east - west, north - south))
    return x - half_x, y - half_y, x + half_x, y + half_y


def fitted_frame(bounds_m: Sequence[float], width_pt_: float, height_pt: float) -> MapFrame:
    """Return the map of the largest round scale that shows `bounds_m` in a frame of this size."""
    west, south, east, north = bounds_m
    metres_per_pt = max((east - west) / width_pt_, (north - south) / height_pt)
    scale = round_scale(metres_per_pt * POINTS_PER_METRE)
    return MapFrame(((west + east) / 2, (south + north) / 2), scale, width_pt_, height_pt)


def map_projects(data: Dataset, request: ExportRequest) -> list[Project]:
    """Return the projects drawn on the map: those of the filter, and the site itself on a map around one."""
    projects = wanted_projects(data, request)
    if request.extent.kind == "site":
        own = data.project(request.extent.id)
        if own and own not in projects:
            projects.append(own)
    return projects


def highlight_of(request: ExportRequest) -> str | None:
    """Return the id of what the map is about, marked on it."""
    return request.extent.id if request.extent.kind in ("site", "element") else None


@dataclass(frozen=True)
class MapPlan:
    """A map with its labels placed, not drawn yet; `map_box` is left, bottom, width, height on the page."""

    drawing: MapDrawing
    map_box: tuple[float, float, float, float]
    bar: ScaleBar
    arrow: NorthArrow

    @property
    def frame(self) -> MapFrame:
        """What the map shows."""
        return self.drawing.scope.frame

    @property
    def drawn(self) -> DrawnMap:
        """What stands where on the map."""
        return self.drawing.scope.drawn

    @property
    def page_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top on the page, in points."""
        left, bottom, width, height = self.map_box
        return left, bottom, left + width, bottom + height

    def draw(self, figure: Figure) -> None:
        """Draw the map into its place."""
        left, bottom, width, height = self.map_box
        page_width, page_height = (side * 72 for side in figure.get_size_inches())
        axes = figure.add_axes((left / page_width, bottom / page_height, width / page_width, height / page_height))
        west, south, east, north = self.frame.bounds_m
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        axes.axis("off")
        sea = Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=style.SEA, linewidth=0, zorder=-1)
        axes.add_artist(sea)
        self.drawing.draw(axes)

    def draw_furniture(self, axes: Axes) -> None:
        """Draw frame, scale bar and north arrow into axes that count in points of the page."""
        left, bottom, width, height = self.map_box
        layer = Layer(axes, "furniture")
        edge = Rectangle((left, bottom), width, height, fill=False, edgecolor=style.TEXT_SECONDARY, linewidth=0.8)
        layer.add(edge, clip=False)
        self.bar.draw(layer, self.drawing.scope.words, left, bottom)
        self.arrow.draw(layer, self.drawing.scope.words, self.frame, left, bottom)


_PLANS: dict[Any, MapPlan] = {}


def plan_map(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    map_box: tuple[float, float, float, float],
    bounds_m: Sequence[float],
    type_scale: float,
) -> MapPlan:
    """Return a map with its labels placed; the last ones are kept, for previews and the file that follows them."""
    asked = request.model_copy(update={"title": None, "sites": (), "dpi": 150, "crs": "EPSG:4326", "made_on": NO_DATE})
    key = data.fingerprint, asked, map_box, tuple(bounds_m), type_scale
    plan = _PLANS.get(key)
    if plan is None:
        plan = _PLANS[key] = make_plan(data, request, projects, map_box, bounds_m, type_scale)
        for old in list(_PLANS)[:-MAX_PLANS]:
            _PLANS.pop(old, None)
    return plan


def make_plan(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    map_box: tuple[float, float, float, float],
    bounds_m: Sequence[float],
    type_scale: float,
) -> MapPlan:
    """Return a map with its labels placed."""
    frame = fitted_frame(bounds_m, map_box[2], map_box[3])
    bar = ScaleBar.of(frame, request.words, 8 * type_scale, on_paper=request.paper.is_paper)
    arrow = NorthArrow(grid_to_true_north_deg(data.district.metric_crs, *data.district.centre), 9 * type_scale)
    taken = bar.box, arrow.box(frame)
    scope = MapScope(frame, data, request, taken=taken, highlight=highlight_of(request), type_scale=type_scale)
    drawing = MapDrawing(scope, projects)
    drawing.place()
    return MapPlan(drawing, map_box, bar, arrow)
