"""One printed sheet: title, map, panel and notes, laid out for its size so that nothing overlaps or is empty."""

import datetime
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from PIL import Image
from shapely import box

from exports.canvas import Layer, page_axes, text
from exports.contents import panel_fillers, panel_rows
from exports.fonts import missing_characters, shortened, width_pt, wrapped
from exports.furniture import NorthArrow, ScaleBar, round_scale
from exports.ground import grid_to_true_north_deg, ground_of, transformer_to
from exports.layout import Body, Layout, layouts
from exports.mapdraw import DrawnMap, MapDrawing, MapFrame
from exports.panel import Filler, Flow, Row, flow, flow_cut, remark
from exports.pause import garbage_kept
from exports.request import ExportRequest, Extent, UnknownExtentError, extent_name, wanted_projects
from exports.template import Template, template_of
from geo.load import Dataset
from geo.names import name_in
from geo.project import Project
from layers import style
from layers.wording import filter_in_words
from layers.words import Words

MM: Final = 72 / 25.4
LEAST_SITE_RADIUS_M: Final = 650.0
LEAST_ELEMENT_SIDE_M: Final = 900.0
MAX_FLANKS: Final = 1.7
MAX_PLANS: Final = 40
NO_DATE: Final = datetime.date.min


@dataclass(frozen=True)
class SheetStyle:
    """Sizes of one sheet: margins and type in points; `type_shares` are how much smaller the panel's type may be."""

    margin: float
    title: float
    subtitle: float
    body: float
    note: float
    type_scale: float
    type_shares: tuple[float, ...] = (1.0, 0.94, 0.88, 0.82)


@dataclass
class Sheet:
    """A finished sheet and what is on it. `frame_box` is the map's left, bottom, right, top on the page in points."""

    figure: Figure
    drawn: DrawnMap
    frame: MapFrame
    frame_box: tuple[float, float, float, float]
    title: str
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def style_of(request: ExportRequest) -> SheetStyle:
    """Return the type sizes and margins of the request's paper."""
    scale = request.paper.type_scale
    if not request.paper.is_paper:
        return SheetStyle(24, 22, 11, 9, 7, 1.0)
    small = request.size.startswith("a4")
    return SheetStyle(
        28 if small else 36, 18 if small else 24, 10 * scale, 8.4 * scale, 6.6 * scale, 0.9 if small else scale
    )


# ---- what the map shows ----


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
        radius = max(LEAST_SITE_RADIUS_M, 1.25 * (project.location.accuracy_m or 0))
        return point[0] - radius, point[1] - radius, point[0] + radius, point[1] + radius
    if extent.kind == "view" and extent.bounds:
        west, south, east, north = extent.bounds
        corners = transformer_to(ground.crs).transform([west, east, west, east], [south, south, north, north])
        bounds_m = min(corners[0]), min(corners[1]), max(corners[0]), max(corners[1])
        if not np.isfinite(bounds_m).all() or not box(*bounds_m).intersects(box(*ground.bounds_m)):
            raise UnknownExtentError(f"nothing of the district lies in the view {extent.bounds}")
        return bounds_m
    return _grown(ground.bounds_m, 0.02, 0)


def _grown(bounds: Sequence[float], share: float, least_side: float) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    x, y = (west + east) / 2, (south + north) / 2
    half_x, half_y = (max(side * (1 + 2 * share), least_side) / 2 for side in (east - west, north - south))
    return x - half_x, y - half_y, x + half_x, y + half_y


def fitted_frame(bounds_m: Sequence[float], width_pt_: float, height_pt: float) -> MapFrame:
    """Return the map of the largest round scale that shows `bounds_m` in a frame of this size."""
    west, south, east, north = bounds_m
    metres_per_pt = max((east - west) / width_pt_, (north - south) / height_pt)
    scale = round_scale(metres_per_pt * 72 / 0.0254)
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


# ---- texts ----


def sheet_title(data: Dataset, request: ExportRequest) -> str:
    """Return the title asked for, else one that says what the map shows."""
    if request.title and request.title.strip():
        return request.title.strip()
    if request.extent.kind in ("element", "site"):
        return extent_name(data, request)
    words = request.words
    return words("print.title", district=name_in(words.language, data.district.short_name, data.district.short_names))


def filter_line(data: Dataset, request: ExportRequest) -> str:
    """Return the filter in words, for every sheet and file."""
    words = request.words
    phrases = filter_in_words(data, words, request.filter)
    return words("print.filter", filter=words("format.phrases").join(phrases) if phrases else words("print.everything"))


def subtitle_of(data: Dataset, request: ExportRequest) -> str:
    """Return what stands below the title: how current the content is, and the filter."""
    words = request.words
    currency = words("map.currency", month=words.month(data.district.plan.date))
    return words("format.sentence").join([currency, filter_line(data, request)])


def stamp_of(request: ExportRequest) -> str:
    """Return what the sheet may be used for."""
    words, purpose = request.words, request.purpose
    if purpose.kind == "internal":
        return words("print.internal")
    if purpose.shows_boundary:
        return words("print.review", number=(purpose.review_number or "").strip())
    return words("print.no_boundary")


def notes_of(data: Dataset, request: ExportRequest, projects: Sequence[Project]) -> list[str]:
    """Return the notes at the foot: sources, coordinates, accuracy, date and version."""
    words = request.words
    plan = data.district.plan
    unplaced = sum(not project.placed for project in projects)
    return [
        words("print.source", title=name_in(words.language, plan.title, plan.titles), number=plan.number),
        words("print.accuracy_alone") if request.extent.kind == "site" else words("print.accuracy", n=unplaced),
        words("format.sentence").join(
            [
                words("print.crs", crs=data.district.metric_crs),
                words("print.made", date=words.date(request.made_on)),
                words("print.version", version=data.version),
            ]
        ),
    ]


# ---- laying out ----


@dataclass(frozen=True)
class _Page:
    """A sheet's page in points: its size, and the body between title and notes."""

    width: float
    height: float
    style: SheetStyle
    title_lines: list[str]
    title_size: float
    notes: list[str]
    missing: list[str]
    template: Template

    @property
    def top_of_body(self) -> float:
        band = len(self.title_lines) * self.title_size * 1.25 + self.style.subtitle * 2.1
        return self.height - self.style.margin - band

    @property
    def bottom_of_body(self) -> float:
        return self.style.margin + len(self.notes) * self.style.note * 1.45 + 4

    @property
    def inner_width(self) -> float:
        return self.width - 2 * self.style.margin

    @property
    def body(self) -> Body:
        bottom, top = self.bottom_of_body, self.top_of_body
        return Body(self.style.margin, bottom, self.inner_width, top - bottom, self.style.body)


def _make_page(data: Dataset, request: ExportRequest, projects: Sequence[Project], title: str) -> _Page:
    looks = style_of(request)
    width, height = (side * 72 for side in request.paper.inches)
    inner = width - 2 * looks.margin
    template = template_of()
    stamp = width_pt(stamp_of(request), looks.body) + 30 + (_logo_size(template, looks)[0] + 10 if template.logo else 0)
    size = looks.title
    while size > looks.title * 0.72 and width_pt(title, size, bold=True) > inner - stamp:
        size -= 0.5
    title_lines = wrapped(title, inner - stamp, size, bold=True, max_lines=2)
    said = [*notes_of(data, request, projects), *([template.contact] if template.contact else [])]
    missing = missing_characters(_all_texts(request, projects, [title, *said]))
    said += [request.words("print.missing_glyphs")] if missing else []
    notes = [line for note in said for line in wrapped(note, inner, looks.note)]
    return _Page(width, height, looks, title_lines, size, notes, missing, template)


def _logo_size(template: Template, looks: SheetStyle) -> tuple[float, float]:
    """Return the logo's width and height on the sheet, in points."""
    height = looks.title * 1.4
    if not template.logo:
        return 0, 0
    with Image.open(template.logo) as picture:
        return height * min(picture.width / picture.height, 4), height


def make_sheet(data: Dataset, request: ExportRequest) -> Sheet:
    """Return the sheet that the request asks for, drawn but not yet rendered.

    Raises
    ------
    UnknownExtentError : where the extent names an element or a site that does not exist or has no place

    Notes
    -----
    The map is in the district's metric CRS, at a round scale. Of the layouts whose panel holds legend, figures, facts
    and index, the one with the largest scale is taken, then the one with the largest type. What room the panel leaves
    is filled with the names of the projects without a place, a map of the whole district and words on the structure.
    """
    with garbage_kept():
        projects = map_projects(data, request)
        page = _make_page(data, request, projects, sheet_title(data, request))
        plan, filled = _Fitting(data, request, projects, page).best()
        return _draw_sheet(data, request, projects, page, plan, filled)


class _Fitting:
    """The search for the layout of one sheet."""

    def __init__(self, data: Dataset, request: ExportRequest, projects: Sequence[Project], page: _Page) -> None:
        self.data, self.request, self.projects, self.page = data, request, projects, page
        self.bounds_m = extent_bounds_m(data, request.extent)
        body = page.body
        self.layouts = sorted(layouts(body, is_upright=page.height > page.width), key=self._rank)

    def _rank(self, layout: Layout) -> tuple[float, float, float]:
        """Return the scale first, then the area; flanks much wider than the extent are no gain to a map."""
        west, south, east, north = self.bounds_m
        _, _, width, height = layout.map_box
        useful = min(width, MAX_FLANKS * height * (east - west) / (north - south))
        return fitted_frame(self.bounds_m, width, height).scale, -useful * height, layout.map_area

    def best(self) -> tuple["MapPlan", Flow]:
        """Return the best layout's map and panel; where none holds all, the roomiest, with what it left out counted."""
        plan: MapPlan | None = None
        for layout in self.layouts:
            # The next map is no larger, so it has no fewer numbers to explain than the last one.
            if plan and not self._can_hold(layout, plan):
                continue
            plan = self._planned(layout)
            filled = self._filled(layout, plan)
            if filled.fits:
                return plan, filled
        roomiest = max(self.layouts, key=lambda each: sum(c.width * c.height for c in each.columns))
        plan = self._planned(roomiest)
        return plan, self._cut(roomiest, plan)

    def _planned(self, layout: Layout) -> "MapPlan":
        return _plan_map(
            self.data, self.request, self.projects, layout.map_box, self.bounds_m, self.page.style.type_scale
        )

    def _can_hold(self, layout: Layout, plan: "MapPlan") -> bool:
        return flow(self._rows(layout, plan, self.page.style.type_shares[-1]), layout.columns).fits

    def _filled(self, layout: Layout, plan: "MapPlan") -> Flow:
        """Return the panel in the largest type in which it fits."""
        filled = Flow([], 1)
        for share in self.page.style.type_shares:
            filled = flow(self._rows(layout, plan, share), layout.columns, self._fillers(layout, plan, share))
            if filled.fits:
                break
        return filled

    def _cut(self, layout: Layout, plan: "MapPlan") -> Flow:
        share = self.page.style.type_shares[-1]
        width, size = layout.columns[0].width, self.page.style.body * share

        def more(n: int) -> Row:
            return remark(self.request.words("print.more", n=n), width, size)

        return flow_cut(self._rows(layout, plan, share), layout.columns, more)

    def _rows(self, layout: Layout, plan: "MapPlan", share: float) -> list[Row]:
        body = self.page.style.body
        legend = body * share if self.request.paper.is_paper else body
        return panel_rows(self.data, self.request, self.projects, plan.drawing.drawn, layout.columns[0].width,
                          size_pt=legend, small_pt=body * share)  # fmt: skip

    def _fillers(self, layout: Layout, plan: "MapPlan", share: float) -> Iterator[Filler]:
        size, width = self.page.style.body * share, layout.columns[0].width
        return panel_fillers(self.data, self.request, self.projects, plan.frame, size, width)


def _draw_sheet(
    data: Dataset, request: ExportRequest, projects: Sequence[Project], page: _Page, plan: "MapPlan", filled: Flow
) -> Sheet:
    figure = Figure(figsize=(page.width / 72, page.height / 72), facecolor="white")
    plan.draw(figure)
    axes = page_axes(figure)
    plan.draw_furniture(axes)
    filled.draw(Layer(axes, "panel"))
    _draw_title(Layer(axes, "title"), page, request, subtitle_of(data, request))
    _draw_notes(Layer(axes, "notes"), page)
    title = " ".join(page.title_lines)
    return Sheet(figure, plan.drawing.drawn, plan.frame, plan.page_box, title, page.notes, page.missing)


def missing_note(words: Words, missing: Sequence[str]) -> str:
    """Return the note on characters that no bundled font has."""
    return words("print.missing", codes=words("format.list").join(f"U+{ord(c):04X}" for c in missing))


def _all_texts(request: ExportRequest, projects: Sequence[Project], said: Sequence[str]) -> list[str]:
    return [*said, request.filter.text, stamp_of(request)] + [project.name_in(request.language) for project in projects]


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
        return self.drawing.frame

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
        self.bar.draw(layer, self.drawing.words, left, bottom)
        self.arrow.draw(layer, self.drawing.words, self.frame, left, bottom)


_PLANS: dict[Any, MapPlan] = {}


def _plan_map(
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
        plan = _PLANS[key] = _make_plan(data, request, projects, map_box, bounds_m, type_scale)
        for old in list(_PLANS)[:-MAX_PLANS]:
            _PLANS.pop(old, None)
    # Drawing keeps its axes, so each sheet draws a copy of its own.
    return replace(plan, drawing=copy(plan.drawing))


def _make_plan(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    map_box: tuple[float, float, float, float],
    bounds_m: Sequence[float],
    type_scale: float,
) -> MapPlan:
    frame = fitted_frame(bounds_m, map_box[2], map_box[3])
    bar = ScaleBar.of(frame, request.words, 8 * type_scale, on_paper=request.paper.is_paper)
    arrow = NorthArrow(grid_to_true_north_deg(data.district.metric_crs, *data.district.centre), 9 * type_scale)
    drawing = MapDrawing(
        frame, data, request, projects, taken=(bar.box, arrow.box(frame)), highlight=highlight_of(request),
        type_scale=type_scale,
    )  # fmt: skip
    drawing.place()
    return MapPlan(drawing, map_box, bar, arrow)


def map_picture(data: Dataset, request: ExportRequest, width_in: float, height_in: float) -> Figure:
    """Return the map alone, with frame, scale bar and north arrow, `width_in` by `height_in` inches, for a slide.

    Raises
    ------
    UnknownExtentError : where the extent names an element or a site that does not exist or has no place
    """
    width, height = width_in * 72, height_in * 72
    map_box = (1.0, 1.0, width - 2, height - 2)
    bounds_m = extent_bounds_m(data, request.extent)
    plan = _plan_map(data, request, map_projects(data, request), map_box, bounds_m, style_of(request).type_scale)
    figure = Figure(figsize=(width_in, height_in), facecolor="white")
    plan.draw(figure)
    plan.draw_furniture(page_axes(figure))
    return figure


def _draw_title(layer: Layer, page: _Page, request: ExportRequest, subtitle: str) -> None:
    looks, y = page.style, page.height - page.style.margin
    colour = page.template.title_colour or style.TITLE
    for line in page.title_lines:
        y -= page.title_size
        for artist in text(line, looks.margin, y, page.title_size, colour=colour, bold=True):
            layer.add(artist, clip=False)
        y -= page.title_size * 0.25
    under = shortened(subtitle, page.inner_width, looks.subtitle)
    for artist in text(under, looks.margin, y - looks.subtitle * 1.2, looks.subtitle, colour=style.TEXT_SECONDARY):
        layer.add(artist, clip=False)
    left = _draw_stamp(layer, page, stamp_of(request))
    if page.template.logo:
        _draw_logo(layer, page, left - 10)


def _draw_stamp(layer: Layer, page: _Page, stamp: str) -> float:
    """Draw what the sheet may be used for in the upper right corner; return its left edge."""
    looks = page.style
    width, height = width_pt(stamp, looks.body) + 14, looks.body * 1.9
    left, top = page.width - looks.margin - width, page.height - looks.margin
    edge = Rectangle((left, top - height), width, height, fill=False, edgecolor=style.BOUNDARY, linewidth=0.9)
    layer.add(edge, clip=False)
    middle = left + width / 2, top - height / 2
    for artist in text(stamp, *middle, looks.body, colour=style.BOUNDARY, across="center", up="middle"):
        layer.add(artist, clip=False)
    return left


def _draw_logo(layer: Layer, page: _Page, right: float) -> None:
    width, height = _logo_size(page.template, page.style)
    top = page.height - page.style.margin
    with Image.open(page.template.logo) as picture:  # type: ignore[arg-type]
        pixels = np.asarray(picture.convert("RGBA"))
    image = AxesImage(layer.on, extent=(right - width, right, top - height, top), interpolation="antialiased")
    image.set_data(pixels)
    layer.add(image, clip=False)


def _draw_notes(layer: Layer, page: _Page) -> None:
    looks = page.style
    y = page.bottom_of_body - 4
    for note in page.notes:
        y -= looks.note * 1.3
        for artist in text(note, looks.margin, y, looks.note, colour=style.TEXT_SECONDARY):
            layer.add(artist, clip=False)
