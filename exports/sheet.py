"""One printed sheet: title, map, panel and notes, laid out for its size so that nothing overlaps or is empty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from PIL import Image

from exports.canvas import Layer, page_axes, text
from exports.contents import panel_fillers, panel_rows
from exports.fonts import missing_characters, set_in_fonts_of, shortened, width_pt, wrapped
from exports.layout import Body, Layout, layouts
from exports.mapframe import DrawnMap, MapFrame
from exports.mapplan import MapPlan, extent_bounds_m, fitted_frame, map_projects, plan_map
from exports.marginalia import notes_of, sheet_title, stamp_of, subtitle_of
from exports.panel import Filler, Flow, Row, flow, flow_cut, remark
from exports.request import ExportRequest
from exports.template import Template, template_of
from geo.load import Dataset
from geo.pause import garbage_kept
from geo.project import Project
from layers import style

MAX_FLANKS: Final = 1.7


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


@dataclass(frozen=True)
class SheetPage:
    """A sheet's page in points: its size, and the body between title and notes."""

    width: float
    height: float
    style: SheetStyle
    title_lines: list[str]
    title_size: float
    notes: list[str]
    missing: list[str]
    template: Template
    stamp: str

    @property
    def top_of_body(self) -> float:
        """The upper edge of what stands below the title."""
        band = len(self.title_lines) * self.title_size * 1.25 + self.style.subtitle * 2.1
        return self.height - self.style.margin - band

    @property
    def bottom_of_body(self) -> float:
        """The lower edge of what stands above the notes."""
        return self.style.margin + len(self.notes) * self.style.note * 1.45 + 4

    @property
    def inner_width(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.style.margin

    @property
    def body(self) -> Body:
        """The room between title and notes."""
        bottom, top = self.bottom_of_body, self.top_of_body
        return Body(self.style.margin, bottom, self.inner_width, top - bottom, self.style.body)


def make_page(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    title: str,
    notes: Sequence[str],
    looks: SheetStyle | None = None,
) -> SheetPage:
    """Return the request's page with its title and the notes at its foot broken into lines."""
    looks = looks or style_of(request)
    width, height = (side * 72 for side in request.paper.inches)
    inner = width - 2 * looks.margin
    template = template_of()
    stamp = stamp_of(data, request)
    beside = width_pt(stamp, looks.body) + 30 + (_logo_size(template, looks)[0] + 10 if template.logo else 0)
    size = looks.title
    while size > looks.title * 0.72 and width_pt(title, size, bold=True) > inner - beside:
        size -= 0.5
    title_lines = wrapped(title, inner - beside, size, bold=True, max_lines=3)
    said = [*notes, *([template.contact] if template.contact else [])]
    names = [project.name_in(request.language) for project in projects]
    missing = missing_characters([title, *said, request.filter.text, stamp, *names])
    said += [request.words("print.missing_glyphs")] if missing else []
    notes = [line for note in said for line in wrapped(note, inner, looks.note)]
    return SheetPage(width, height, looks, title_lines, size, notes, missing, template, stamp)


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
    set_in_fonts_of(request.language)
    with garbage_kept():
        projects = map_projects(data, request)
        page = make_page(data, request, projects, sheet_title(data, request), notes_of(data, request, projects))
        plan, filled = _Fitting(data, request, projects, page).best()
        return _draw_sheet(data, request, projects, page, plan, filled)


class _Fitting:
    """The search for the layout of one sheet."""

    def __init__(self, data: Dataset, request: ExportRequest, projects: Sequence[Project], page: SheetPage) -> None:
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

    def best(self) -> tuple[MapPlan, Flow]:
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

    def _planned(self, layout: Layout) -> MapPlan:
        return plan_map(
            self.data, self.request, self.projects, layout.map_box, self.bounds_m, self.page.style.type_scale
        )

    def _can_hold(self, layout: Layout, plan: MapPlan) -> bool:
        return flow(self._rows(layout, plan, self.page.style.type_shares[-1]), layout.columns).fits

    def _filled(self, layout: Layout, plan: MapPlan) -> Flow:
        """Return the panel in the largest type in which it fits."""
        filled = Flow([], 1)
        for share in self.page.style.type_shares:
            filled = flow(self._rows(layout, plan, share), layout.columns, self._fillers(layout, plan, share))
            if filled.fits:
                break
        return filled

    def _cut(self, layout: Layout, plan: MapPlan) -> Flow:
        share = self.page.style.type_shares[-1]
        width, size = layout.columns[0].width, self.page.style.body * share

        def more(n: int) -> Row:
            return remark(self.request.words("print.more", n=n), width, size)

        return flow_cut(self._rows(layout, plan, share), layout.columns, more)

    def _rows(self, layout: Layout, plan: MapPlan, share: float) -> list[Row]:
        body = self.page.style.body
        legend = body * share if self.request.paper.is_paper else body
        return panel_rows(self.data, self.request, self.projects, plan.drawn, layout.columns[0].width,
                          size_pt=legend, small_pt=body * share)  # fmt: skip

    def _fillers(self, layout: Layout, plan: MapPlan, share: float) -> Iterator[Filler]:
        size, width = self.page.style.body * share, layout.columns[0].width
        return panel_fillers(self.data, self.request, self.projects, plan.frame, size, width)


def _draw_sheet(
    data: Dataset, request: ExportRequest, projects: Sequence[Project], page: SheetPage, plan: MapPlan, filled: Flow
) -> Sheet:
    figure = Figure(figsize=(page.width / 72, page.height / 72), facecolor="white")
    plan.draw(figure)
    axes = page_axes(figure)
    plan.draw_furniture(axes)
    filled.draw(Layer(axes, "panel"))
    draw_title(Layer(axes, "title"), page, subtitle_of(data, request))
    draw_notes(Layer(axes, "notes"), page)
    title = " ".join(page.title_lines)
    return Sheet(figure, plan.drawn, plan.frame, plan.page_box, title, page.notes, page.missing)


def draw_title(layer: Layer, page: SheetPage, subtitle: str) -> None:
    """Draw the title, the subtitle and the stamp."""
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
    left = _draw_stamp(layer, page)
    if page.template.logo:
        _draw_logo(layer, page, left - 10)


def _draw_stamp(layer: Layer, page: SheetPage) -> float:
    """Draw what the sheet may be used for in the upper right corner; return its left edge."""
    looks, stamp = page.style, page.stamp
    width, height = width_pt(stamp, looks.body) + 14, looks.body * 1.9
    left, top = page.width - looks.margin - width, page.height - looks.margin
    edge = Rectangle((left, top - height), width, height, fill=False, edgecolor=style.BOUNDARY, linewidth=0.9)
    layer.add(edge, clip=False)
    middle = left + width / 2, top - height / 2
    for artist in text(stamp, *middle, looks.body, colour=style.BOUNDARY, across="center", up="middle"):
        layer.add(artist, clip=False)
    return left


def _draw_logo(layer: Layer, page: SheetPage, right: float) -> None:
    width, height = _logo_size(page.template, page.style)
    top = page.height - page.style.margin
    with Image.open(page.template.logo) as picture:  # type: ignore[arg-type]
        pixels = np.asarray(picture.convert("RGBA"))
    image = AxesImage(layer.on, extent=(right - width, right, top - height, top), interpolation="antialiased")
    image.set_data(pixels)
    layer.add(image, clip=False)


def draw_notes(layer: Layer, page: SheetPage) -> None:
    """Draw the notes at the foot."""
    looks = page.style
    y = page.bottom_of_body - 4
    for note in page.notes:
        y -= looks.note * 1.3
        for artist in text(note, looks.margin, y, looks.note, colour=style.TEXT_SECONDARY):
            layer.add(artist, clip=False)
