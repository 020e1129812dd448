"""The opportunities that pass a filter on one page: an A4 sheet for the table, and a workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from exports.canvas import Layer, page_axes, text
from exports.fields import opportunity_fields
from exports.fonts import LINE_HEIGHT, set_in_fonts_of, width_pt, wrapped
from exports.layered_pdf import Page, write_pages
from exports.marginalia import subtitle_of
from exports.panel import Column, Flow, Row, flow, flow_cut, heading, lines, remark, widest
from exports.picture import layer_names
from exports.records import Fact, Table, records_of
from exports.request import ExportRequest, Extent, wanted_opportunities
from exports.sheet import SheetPage, draw_notes, draw_title, make_page
from exports.spreadsheet import write_book
from geo.load import Dataset
from geo.names import name_in
from geo.opportunity import OPENING_OF_PHASE, Opening
from geo.project import Project
from geo.structure import figures_of
from layers import style
from layers.opportunity_wording import (
    Area,
    Section,
    area_key,
    areas,
    count_in_words,
    meaning_in_words,
    mentions_in_order,
    sections,
)
from layers.wording import added_in_words, grade_in_words, mention_in_words, office_facts, site_name
from layers.words import Words

SIZES_PT: Final = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
COLUMNS: Final = (1, 2)
GAP_PT: Final = 18.0
CELL_GAP_PT: Final = 6.0
INDENT_EM: Final = 1.3
MOST_ROWS: Final = 300
"""More than the page holds in any layout."""


@dataclass(frozen=True)
class Piece:
    """A part of one line of type; `left` is its distance from the line's beginning in points."""

    left: float
    words: str
    bold: bool = False
    quiet: bool = False


@dataclass
class OpportunityPage:
    """The finished page; `missing` are the characters that no font has."""

    figure: Figure
    title: str
    subtitle: str
    missing: list[str]


def make_opportunity_page(data: Dataset, request: ExportRequest) -> OpportunityPage:
    """Return the list on one upright A4 page, in one column or two, in the largest type that holds it."""
    words = request.words
    set_in_fonts_of(words.language)
    request = request.model_copy(update={"size": "a4-portrait", "extent": Extent()})
    projects = wanted_opportunities(data, request)
    title = (request.title or "").strip() or _title(data, request)
    page = make_page(data, request, projects, title, _notes(data, request))
    figure = Figure(figsize=request.paper.inches, facecolor="white")
    axes = page_axes(figure)
    _fitted(data, words, projects, page).draw(Layer(axes, "panel"))
    subtitle = subtitle_of(data, request, projects)
    draw_title(Layer(axes, "title"), page, subtitle)
    draw_notes(Layer(axes, "notes"), page)
    return OpportunityPage(figure, title, subtitle, page.missing)


def write_opportunities(data: Dataset, request: ExportRequest, path: Path) -> OpportunityPage:
    """Write the list as a PDF of one A4 page."""
    page, words = make_opportunity_page(data, request), request.words
    write_pages(path, [Page(page.figure, None, page.title)], layer_names=layer_names(data, words), title=page.title,
                subject=page.subtitle, lang=words.html_lang)  # fmt: skip
    return page


def _title(data: Dataset, request: ExportRequest) -> str:
    district = name_in(request.language, data.district.short_name, data.district.short_names)
    return request.words("opportunity.list_title_open" if request.open_only else "opportunity.list_title",
                         district=district)  # fmt: skip


def _notes(data: Dataset, request: ExportRequest) -> list[str]:
    words, plan = request.words, data.district.plan
    source = words("opportunity.list_source", title=name_in(words.language, plan.title, plan.titles),
                   number=plan.number)  # fmt: skip
    made = [words("print.made", date=words.date(request.made_on)), words("print.version", version=data.version)]
    return [
        meaning_in_words(words),
        words("opportunity.certainty"),
        words("format.sentence").join([source, *made]),
    ]


def _fitted(data: Dataset, words: Words, projects: Sequence[Project], page: SheetPage) -> Flow:
    """Return the rows in the first of the layouts that holds them; where none does, the last says how many are left."""
    known = areas(data, words, figures_of(data.elements, crs=data.district.metric_crs))
    listed = sections(data, words, projects, "structure", known)
    layouts = list(product(COLUMNS, (True, False), SIZES_PT))
    for count, with_areas, size in layouts if len(projects) <= MOST_ROWS else layouts[-1:]:
        columns = _columns(page, count)
        made = _rows(data, words, projects, listed, columns[0].width, size, with_areas=with_areas)
        rows = list(islice(made, MOST_ROWS))
        filled = flow(rows, columns)
        if filled.fits:
            return filled
    head = len(lines(count_in_words(words, projects), columns[0].width, size, bold=True)) + 1

    def more(cut: int) -> Row:
        sites = sum(not row.keep for row in rows[head : len(rows) - cut])
        return remark(words("print.more", n=len(projects) - sites), columns[0].width, size)

    return flow_cut(rows, columns, more)


def _columns(page: SheetPage, count: int) -> list[Column]:
    body = page.body
    width = (body.width - (count - 1) * GAP_PT) / count
    return [Column(body.left + i * (width + GAP_PT), body.top, width, body.height) for i in range(count)]


def _rows(
    data: Dataset,
    words: Words,
    projects: Sequence[Project],
    listed: Sequence[Section],
    width: float,
    size: float,
    *,
    with_areas: bool,
) -> Iterator[Row]:
    """Yield the count, and for each part of the structure its heading, what the plan says of it, and its sites."""
    yield from lines(count_in_words(words, projects), width, size, bold=True)
    if not projects:
        yield from lines(words("print.nothing"), width, size, colour=style.TEXT_SECONDARY)
        return
    yield _legend(words, size)
    lefts = _lefts(words, projects, width - size * INDENT_EM, size)
    for section in listed:
        yield replace(heading(section.title, width, size * 1.06), above=size * 0.4)
        if with_areas and section.area and section.area.leading_sectors and not section.area.is_group:
            told = words("format.term", term=words("detail.leading_sectors"), value=section.area.leading_sectors)
            yield replace(remark(told, width, size * 0.92), keep=True)
        for project in section.projects:
            yield _site(data, words, project, lefts, width, size)


def _legend(words: Words, size: float) -> Row:
    """Return what the discs before the names mean."""

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        for opening in Opening:
            said = words(f"opportunity.{opening}")
            _draw_disc(layer, left, top, size, opening)
            _draw_line(layer, [Piece(0, said, quiet=True)], left + size * INDENT_EM, top, size)
            left += size * (INDENT_EM + 1.2) + width_pt(said, size)

    return Row(size * LINE_HEIGHT, draw)


def _site(data: Dataset, words: Words, project: Project, lefts: Sequence[float], width: float, size: float) -> Row:
    """Return a site: its names, below them phase, sector and certainty, each at its place, and the office's facts."""
    indent = size * INDENT_EM
    room = width - indent
    set_lines = [*_names(words, project, room, size), *_told(words, project, lefts, room, size)]
    for term, value in office_facts(data, words, project):
        fact = words("format.term", term=term, value=value)
        set_lines += [[Piece(0, line)] for line in wrapped(fact, room, size)]
    height = size * (LINE_HEIGHT * len(set_lines) + 0.3)

    def draw(layer: Layer, left: float, top: float, full: float) -> None:
        _draw_disc(layer, left, top, size, OPENING_OF_PHASE[project.phase])
        for i, pieces in enumerate(set_lines):
            _draw_line(layer, pieces, left + indent, top - i * size * LINE_HEIGHT, size)
        layer.add(Rectangle((left, top - height), full, 0.4, facecolor=style.HAIRLINE, linewidth=0), clip=False)

    return Row(height, draw)


def _names(words: Words, project: Project, room: float, size: float) -> list[list[Piece]]:
    """Return the lines of a name and of the plan's own, which stands beside the other where there is room."""
    names = [[Piece(0, line, bold=True)] for line in wrapped(site_name(words, project), room, size, bold=True)]
    if words.language == "zh":
        return names
    beside = width_pt(names[-1][0].words, size, bold=True) + size * 0.7
    if beside + width_pt(project.name, size) <= room:
        names[-1].append(Piece(beside, project.name, quiet=True))
        return names
    return names + [[Piece(0, line, quiet=True)] for line in wrapped(project.name, room, size)]


def _told(words: Words, project: Project, lefts: Sequence[float], room: float, size: float) -> list[list[Piece]]:
    """Return the lines of phase, sector and certainty: each at its place, or one after another where there is none."""
    facts = _facts(words, project)
    if lefts:
        return [[Piece(left, fact) for left, fact in zip(lefts, facts, strict=True)]]
    return [[Piece(0, line)] for line in wrapped(words("format.sentence").join(facts), room, size)]


def _facts(words: Words, project: Project) -> list[str]:
    return [words(f"phase.{project.phase}"), words(f"sector.{project.sector}"), grade_in_words(words, project)]


def _lefts(words: Words, projects: Sequence[Project], room: float, size: float) -> list[float]:
    """Return where phase, sector and certainty begin under each other; nothing where `room` is too narrow for that."""
    columns = zip(*(_facts(words, project) for project in projects), strict=True)
    widths = [widest(column, size) + CELL_GAP_PT for column in columns]
    if sum(widths) > room:
        return []
    spare = (room - sum(widths)) / len(widths)
    return [sum(widths[:i]) + i * spare for i in range(len(widths))]


def _draw_line(layer: Layer, pieces: Sequence[Piece], left: float, top: float, size: float) -> None:
    for piece in pieces:
        colour = style.TEXT_SECONDARY if piece.quiet else style.TEXT
        for artist in text(piece.words, left + piece.left, top - size * 1.06, size, colour=colour, bold=piece.bold):
            layer.add(artist, clip=False)


def _draw_disc(layer: Layer, left: float, top: float, size: float, opening: Opening) -> None:
    """Draw the disc before a name, hollow where the site is under way."""
    face = style.TITLE if opening is Opening.OPEN else "none"
    centre = (left + size * 0.4, top - size * 0.7)
    layer.add(Circle(centre, size * 0.29, facecolor=face, edgecolor=style.TITLE, linewidth=0.8), clip=False)


def write_opportunities_xlsx(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write a workbook: about, opportunities by structure, their mentions, the structure, sources."""
    words = request.words
    known = areas(data, words, figures_of(data.elements, crs=data.district.metric_crs))
    listed = sections(data, words, wanted_opportunities(data, request), "structure", known)
    projects = [project for section in listed for project in section.projects]
    records = records_of(data, request, projects)
    sheets = (
        ("table.sheet_opportunities", _table(data, words, projects, known, records.projects)),
        ("table.sheet_mentions", records.mentions),
        ("table.sheet_elements", records.elements),
        ("table.sheet_sources", records.sources),
    )
    title = (request.title or "").strip() or _title(data, request)
    facts = [replace(fact, value=title) if fact.key == "title" else fact for fact in records.facts]
    facts += [
        Fact("opportunities", words("table.sheet_opportunities"), count_in_words(words, projects)),
        Fact("opening", words("opportunity.opening"), meaning_in_words(words)),
    ]
    write_book(replace(records, facts=tuple(facts)), request, path, sheets)


def _wording(data: Dataset, words: Words, project: Project) -> str:
    mentions = mentions_in_order(project)
    return mention_in_words(data, words, mentions[0]) if mentions else added_in_words(words, project)


def _table(
    data: Dataset, words: Words, projects: Sequence[Project], known: Mapping[str | None, Area], table: Table
) -> Table:
    """Return the rows of projects with what the plan says of the area around each."""
    filled = {each.name for each in table.fields}
    rows = []
    for project, row in zip(projects, table.rows, strict=True):
        area = known[area_key(data, project)]
        told = {
            "opening_word": words(f"opportunity.{OPENING_OF_PHASE[project.phase]}"),
            "area": area.title,
            "functions": area.functions or None,
            "leading_sectors": area.leading_sectors or None,
            "neighbours": area.neighbours or None,
            "wording": _wording(data, words, project),
        }
        rows.append({**row, **told})
    fields = tuple(each for each in opportunity_fields(words.language) if not each.optional or each.name in filled)
    return Table("opportunities", fields, tuple(rows))
