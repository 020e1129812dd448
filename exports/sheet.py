"""One printed sheet: title, map, panel and notes, laid out for its size so that nothing overlaps or is empty."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from PIL import Image

from exports.canvas import Layer, page_axes, text
from exports.fonts import missing_characters, shortened, width_pt, wrapped
from exports.furniture import NorthArrow, ScaleBar, round_scale
from exports.ground import grid_to_true_north_deg, ground_of, transformer_to
from exports.legend import legend_rows
from exports.locator import locator_row
from exports.mapdraw import DrawnMap, MapDrawing, MapFrame
from exports.panel import Column, Flow, Row, bar_row, fact_rows, flow, heading, lines, numbered_row, widest
from exports.request import ExportRequest, Extent, UnknownExtentError, extent_name, wanted_projects
from exports.template import Template, template_of
from geo.load import Dataset
from geo.names import name_in
from geo.project import Project
from geo.vocabulary import Sector
from layers import style
from layers.wording import (
    coordinate_in_words,
    filter_in_words,
    grade_in_words,
    mention_place,
    mention_printed_under,
    phases_in_words,
    structure_in_words,
)
from layers.words import Words

MM: Final = 72 / 25.4
LEAST_SITE_RADIUS_M: Final = 650.0
LEAST_ELEMENT_SIDE_M: Final = 900.0
EXTENT_MARGIN: Final = 1.06
FOOT_SHARES: Final = (0.14, 0.2, 0.26, 0.32, 0.38, 0.46)


@dataclass(frozen=True)
class SheetStyle:
    """Sizes of one sheet: margins in points, type in points."""

    margin: float
    title: float
    subtitle: float
    body: float
    note: float
    type_scale: float


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
    UnknownExtentError : where the element or site does not exist or has no place
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
        return min(corners[0]), min(corners[1]), max(corners[0]), max(corners[1])
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
        words("print.accuracy", n=unplaced),
        words("format.sentence").join(
            [
                words("print.crs", crs=data.district.metric_crs),
                words("print.made", date=words.date(request.made_on)),
                words("print.version", version=data.version),
            ]
        ),
    ]


# ---- the panel ----


def figure_rows(words: Words, projects: Sequence[Project], size_pt: float, width: float) -> list[Row]:
    """Return the key figures: how many, how many of them with a place, and a bar a sector."""
    placed = sum(project.placed for project in projects)
    rows = [heading(words("print.figures"), size_pt * 1.06)]
    rows += lines(
        words("print.counts", n=len(projects), placed=placed, unplaced=len(projects) - placed),
        width,
        size_pt,
        bold=True,
    )
    counts = Counter(project.sector for project in projects)
    with_place = Counter(project.sector for project in projects if project.placed)
    names = {sector: words(f"sector.{sector}") for sector in Sector if counts[sector]}
    name_width = min(widest(names.values(), size_pt) + 6, width * 0.74)
    for sector, name in names.items():
        rows.append(
            bar_row(name, counts[sector], max(counts.values()), size_pt, colour=style.SECTORS[sector].colour,
                    share=with_place[sector] / counts[sector], name_width=name_width)
        )  # fmt: skip
    rows += lines(words("print.bars"), width, size_pt * 0.86, colour=style.TEXT_SECONDARY)
    return [*(replace(row, keep=True) for row in rows[:-1]), rows[-1]]


def index_rows(words: Words, drawn: DrawnMap, size_pt: float, width: float) -> list[Row]:
    """Return the index of the numbers on the map."""
    if not drawn.numbered:
        return []
    rows = [heading(words("print.index"), size_pt * 1.06)]
    for number, project in drawn.numbered:
        rows += numbered_row(str(number), project.name_in(words.language), "", width, size_pt)
    return rows


def unplaced_rows(words: Words, projects: Sequence[Project], size_pt: float, width: float) -> list[Row]:
    """Return the names of the projects without a place, to fill what room is left."""
    unplaced = [project for project in projects if not project.placed]
    if not unplaced:
        return []
    rows = [heading(words("list.unplaced", n=len(unplaced)), size_pt * 1.06, optional=True)]
    for project in unplaced:
        rows += numbered_row("·", project.name_in(words.language), "", width, size_pt, optional=True)
    return rows


def site_rows(data: Dataset, words: Words, project: Project, size_pt: float, width: float) -> list[Row]:
    """Return all that is known of one project, with its evidence."""
    language, location = words.language, project.location
    mentions = [
        words("format.mention", name=mention.name,
              place=" · ".join([mention_place(data, words, mention), *mention_printed_under(mention)]))
        for mention in project.mentions
    ]  # fmt: skip
    facts = [
        (words("detail.phase"), phases_in_words(words, project)),
        (words("detail.sector"), words(f"sector.{project.sector}")),
        (words("detail.structure"), structure_in_words(data, words, project)),
        *((words("detail.mentions") if i == 0 else "", mention) for i, mention in enumerate(mentions)),
        (words("detail.grade"), grade_in_words(words, project)),
        (words("detail.coordinate"), coordinate_in_words(project)),
        (words("detail.address"), location.address),
        (words("detail.basis"), location.basis.in_language(language)),
        (words("detail.source"), location.source),
        (words("detail.checked"), words.date(location.checked)),
    ]
    if project.current_status:
        status = project.current_status
        facts.insert(1, (words("detail.current"), f"{status.value} ({words.date(status.date)}, {status.source})"))
    rows: list[Row] = []
    if language != "zh":
        rows += lines(project.name, width, size_pt * 1.15, bold=True, colour=style.TITLE)
    rows += lines(project.summary.in_language(language), width, size_pt)
    for term, value in facts:
        if value:
            rows += fact_rows(term, value, width, size_pt)
    return rows


def element_rows(data: Dataset, words: Words, element_id: str, size_pt: float, width: float) -> list[Row]:
    """Return what the plan says of one structure element, and how its shape was drawn."""
    placed = data.element(element_id)
    if placed is None:
        return []
    element, language = placed.element, words.language
    group = next((g for g in data.district.groups if g.name == element.group), None)
    rows: list[Row] = []
    if language != "zh":
        rows += lines(element.name, width, size_pt * 1.15, bold=True, colour=style.TITLE)
    place = words("detail.element_place", group=name_in(language, group.name, group.names) if group else "",
                  chapter=element.plan.chapter, section=element.plan.section)  # fmt: skip
    rows += lines(place, width, size_pt, colour=style.TEXT_SECONDARY)
    rows += lines(element.summary.in_language(language), width, size_pt)
    for title, terms in (("detail.functions", element.functions), ("detail.leading_sectors", element.leading_sectors)):
        if terms:
            rows += fact_rows(
                words(title), words("format.list").join(t.in_language(language) for t in terms), width, size_pt
            )
    rows += fact_rows(words("detail.schematic"), element.basis.in_language(language), width, size_pt)
    members = [project for project in data.projects if project.element == element_id]
    rows.append(heading(words("detail.members", n=len(members)), size_pt * 1.06))
    for project in members:
        pattern = "print.noted" if project.placed else "print.noted_unplaced"
        note = words(pattern, note=words(f"phase.{project.phase}"))
        rows += numbered_row("·", project.name_in(language), note, width, size_pt)
    return rows


def panel_rows(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    drawn: DrawnMap,
    frame: MapFrame,
    size_pt: float,
    width: float,
) -> list[Row]:
    """Return the panel of a sheet, in reading order, optional rows last."""
    words, extent = request.words, request.extent
    rows: list[Row] = []
    if extent.kind == "site" and (project := data.project(extent.id)):
        rows += site_rows(data, words, project, size_pt, width)
    elif extent.kind == "element" and extent.id:
        rows += element_rows(data, words, extent.id, size_pt, width)
    rows += legend_rows(data, words, drawn, size_pt, width)
    if extent.kind in ("district", "view"):
        rows += figure_rows(words, projects, size_pt, width)
    rows += index_rows(words, drawn, size_pt, width)
    if extent.kind in ("district", "view"):
        rows += unplaced_rows(words, projects, size_pt, width)
    if extent.kind != "district":
        rows.append(locator_row(data, request, frame.bounds_m, width))
    return rows


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
    notes = [line for note in said for line in wrapped(note, inner, looks.note)]
    return _Page(width, height, looks, title_lines, size, notes, template)


def _logo_size(template: Template, looks: SheetStyle) -> tuple[float, float]:
    """Return the logo's width and height on the sheet, in points."""
    height = looks.title * 1.4
    if not template.logo:
        return 0, 0
    with Image.open(template.logo) as picture:
        return height * min(picture.width / picture.height, 4), height


@dataclass(frozen=True)
class _Layout:
    """Where map and columns stand, in points on the page: left, bottom, width, height of the map."""

    map_box: tuple[float, float, float, float]
    columns: tuple[Column, ...]


def _layouts(page: _Page, bounds_m: Sequence[float]) -> list[_Layout]:
    """Return the layouts to try, the one with the largest map scale and then the largest map first."""
    gap, margin = page.style.body * 1.5, page.style.margin
    top, bottom = page.top_of_body, page.bottom_of_body
    layouts = []
    column = page.style.body * 17.5
    for count in (1, 2, 3, 4):
        map_width = page.inner_width - count * (column + gap)
        if map_width >= page.inner_width * 0.34:
            left = margin + map_width + gap
            columns = [Column(left + i * (column + gap), top, column, top - bottom) for i in range(count)]
            layouts.append(_Layout((margin, bottom, map_width, top - bottom), tuple(columns)))
    if page.height > page.width:
        layouts += _layouts_with_foot(page, column, gap)
    return sorted(layouts, key=lambda layout: _rank(layout, bounds_m))


def _layouts_with_foot(page: _Page, side: float, gap: float) -> Iterator[_Layout]:
    """Yield layouts for upright sheets: columns below the map, with and without one beside it."""
    margin, top, bottom = page.style.margin, page.top_of_body, page.bottom_of_body
    count = max(2, int(page.inner_width / (page.style.body * 18)))
    column = (page.inner_width - (count - 1) * gap) / count
    for share in FOOT_SHARES:
        foot = (top - bottom) * share
        height = top - bottom - foot - gap
        below = [Column(margin + i * (column + gap), bottom + foot, column, foot) for i in range(count)]
        yield _Layout((margin, bottom + foot + gap, page.inner_width, height), tuple(below))
        width = page.inner_width - side - gap
        beside = Column(margin + width + gap, top, side, height)
        yield _Layout((margin, bottom + foot + gap, width, height), (beside, *below))


def _rank(layout: _Layout, bounds_m: Sequence[float]) -> tuple[float, float]:
    _, _, width, height = layout.map_box
    return fitted_frame(bounds_m, width, height).scale, -width * height


def make_sheet(data: Dataset, request: ExportRequest) -> Sheet:
    """Return the sheet that the request asks for, drawn but not yet rendered.

    Raises
    ------
    UnknownExtentError : where the extent names an element or a site that does not exist or has no place

    Notes
    -----
    The map is in the district's metric CRS, at a round scale. The smallest panel that holds legend, figures and
    index is taken; what room it leaves is filled with the names of the projects without a place.
    """
    projects = map_projects(data, request)
    title = sheet_title(data, request)
    page = _make_page(data, request, projects, title)
    bounds_m = extent_bounds_m(data, request.extent)
    layouts = _layouts(page, bounds_m)
    best: tuple[MapPlan, Flow] | None = None
    for layout in layouts:
        plan = _plan_map(data, request, projects, layout.map_box, bounds_m, page.style.type_scale)
        filled = _fill_panel(data, request, projects, page, layout, plan)
        if best is None or filled.fits or filled.cut < best[1].cut:
            best = plan, filled
        if filled.fits:
            break
    assert best is not None, "every page has layouts"
    return _draw_sheet(data, request, projects, page, *best)


def _fill_panel(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    page: _Page,
    layout: _Layout,
    plan: "MapPlan",
) -> Flow:
    size, words = page.style.body, request.words
    rows = panel_rows(data, request, projects, plan.drawing.drawn, plan.frame, size, layout.columns[0].width)

    def more(n: int) -> Row:
        return lines(words("print.more", n=n), layout.columns[0].width, size, colour=style.TEXT_SECONDARY)[0]

    filled = flow(rows, layout.columns, more)
    if filled.fits:
        return filled
    # What is left over of the largest panel is counted, never dropped in silence.
    must = [replace(row, optional=True) for row in rows if not row.optional]
    cut = flow(must, layout.columns, more)
    return Flow(cut.placed, cut.cut, fits=False)


def _draw_sheet(
    data: Dataset, request: ExportRequest, projects: Sequence[Project], page: _Page, plan: "MapPlan", filled: Flow
) -> Sheet:
    missing = missing_characters(_all_texts(data, request, projects, page))
    if missing:
        page.notes.append(shortened(missing_note(request.words, missing), page.inner_width, page.style.note))
    figure = Figure(figsize=(page.width / 72, page.height / 72), facecolor="white")
    plan.draw(figure)
    axes = page_axes(figure)
    plan.draw_furniture(axes)
    filled.draw(Layer(axes, "panel"))
    _draw_title(Layer(axes, "title"), page, request, subtitle_of(data, request))
    _draw_notes(Layer(axes, "notes"), page)
    return Sheet(figure, plan.drawing.drawn, plan.frame, plan.page_box, " ".join(page.title_lines), page.notes, missing)


def missing_note(words: Words, missing: Sequence[str]) -> str:
    """Return the note on characters that no bundled font has."""
    return words("print.missing", codes=words("format.list").join(f"U+{ord(c):04X}" for c in missing))


def _all_texts(data: Dataset, request: ExportRequest, projects: Sequence[Project], page: _Page) -> list[str]:
    texts = [*page.title_lines, *page.notes, request.filter.text, stamp_of(request)]
    return texts + [project.name_in(request.language) for project in projects]


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


def _plan_map(
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
    box = (1.0, 1.0, width - 2, height - 2)
    bounds_m = extent_bounds_m(data, request.extent)
    plan = _plan_map(data, request, map_projects(data, request), box, bounds_m, style_of(request).type_scale)
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
    for artist in text(stamp, *middle, looks.body, colour=style.BOUNDARY, across="center", up="center_baseline"):
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
