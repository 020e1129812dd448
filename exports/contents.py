"""What the panel beside a map holds: legend with key figures, index of numbers, facts, and what fills spare room."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from exports.legend import DrawSymbol, legend_rows, sector_symbol
from exports.locator import locator_row
from exports.mapframe import DrawnMap, MapFrame
from exports.panel import Bar, Filler, Row, bar_row, fact_rows, heading, lines, numbered_row, remark, widest
from exports.request import ExportRequest, wanted_projects
from geo.load import Dataset
from geo.names import name_in
from geo.project import Project
from geo.vocabulary import Sector
from layers import style
from layers.shape_grade import element_grade, graded
from layers.wording import (
    coordinate_in_words,
    grade_in_words,
    layer_name,
    mention_place,
    mention_printed_under,
    office_facts,
    phases_in_words,
    site_name,
    structure_in_words,
)
from layers.words import Words

LEAST_LOCATOR_PT: Final = 90.0
MOST_LISTED: Final = 1_000
"""More names than any sheet holds."""


def panel_rows(
    data: Dataset,
    request: ExportRequest,
    projects: Sequence[Project],
    drawn: DrawnMap,
    width: float,
    *,
    size_pt: float,
    small_pt: float,
) -> list[Row]:
    """Return the panel of a sheet in reading order: legend and figures in `size_pt`, index and facts in `small_pt`."""
    words, extent = request.words, request.extent
    whole = extent.kind in ("district", "view")
    rows: list[Row] = []
    if extent.kind == "site" and (project := data.project(extent.id)):
        rows += site_rows(data, words, project, small_pt, width)
    elif extent.kind == "element" and extent.id:
        rows += element_rows(data, words, extent.id, small_pt, width)
        rows += member_rows(data, request, extent.id, small_pt, width)
    title = words("legend.sector" if projects else "print.figures")
    figures = figure_rows(words, projects, size_pt, width, title=title, drawn=drawn) if whole else []
    rows += legend_rows(data, words, drawn, size_pt, width, figures=figures)
    rows += index_rows(words, drawn, small_pt, width)
    if whole and len(projects) == 1:
        rows += _project_rows(data, words, projects[0], small_pt, width)
    return rows


def panel_fillers(
    data: Dataset, request: ExportRequest, projects: Sequence[Project], frame: MapFrame, size_pt: float, width: float
) -> Iterator[Filler]:
    """Yield what fills the room that a panel leaves, the most useful first."""
    words, extent = request.words, request.extent

    def locator(room: float) -> Row | None:
        if room < LEAST_LOCATOR_PT:
            return None
        return locator_row(data, request, frame.bounds_m, width, height_pt=room - 12)

    unplaced = [project for project in projects if not project.placed]

    def more(n: int) -> Row:
        return remark(words("print.more", n=n + len(unplaced[MOST_LISTED:])), width, size_pt)

    if extent.kind in ("district", "view"):
        yield Filler(unplaced_rows(words, unplaced, size_pt, width), least=4, more=more)
    if extent.kind != "district":
        yield Filler(stretch=locator)
    yield Filler(
        [heading(layer_name(data, words, "structure"), width, size_pt * 1.06)],
        pieces=[
            _structure_rows(data, words, placed.element.id, size_pt, width)
            for placed in data.elements
            if placed.element.id != extent.id
        ],
    )


def _project_rows(data: Dataset, words: Words, project: Project, size_pt: float, width: float) -> list[Row]:
    rows = [heading(site_name(words, project), width, size_pt * 1.06)]
    return rows + site_rows(data, words, project, size_pt, width)


def _structure_rows(data: Dataset, words: Words, element_id: str, size_pt: float, width: float) -> list[Row]:
    """Return a structure element's name and what the plan says of it."""
    placed = data.element(element_id)
    if placed is None:
        return []
    name = lines(placed.element.name_in(words.language), width, size_pt, bold=True)
    summary = placed.element.summary.in_language(words.language)
    told = lines(summary, width, size_pt, colour=style.TEXT_SECONDARY)
    first = replace(name[0], above=size_pt * 0.4, keep=True)
    return [first, *(replace(row, keep=True) for row in [*name[1:], *told[:1]]), *told[1:]]


def figure_rows(
    words: Words,
    projects: Sequence[Project],
    size_pt: float,
    width: float,
    *,
    title: str,
    drawn: DrawnMap | None = None,
) -> list[Row]:
    """Return the key figures: how many, how many of them with a place, and a bar a sector beside its symbol.

    With a `drawn` map they say how many lie outside it, and only sectors on it have their symbol.
    """
    placed = sum(project.placed for project in projects)
    rows = [heading(title, width, size_pt * 1.06)]
    rows += lines(
        words("print.counts", n=len(projects), placed=placed, unplaced=len(projects) - placed),
        width,
        size_pt,
        bold=True,
    )
    outside = len(drawn.outside) if drawn else 0
    if outside:
        rows += lines(words("print.outside", n=outside), width, size_pt, bold=True)
    if projects:
        rows += _bar_rows(words, projects, size_pt, width, drawn)
        note = words("print.bars_outside") if outside else words("print.bars")
        rows += lines(note, width, size_pt * 0.9, colour=style.TEXT_SECONDARY)
    else:
        rows += lines(words("print.nothing"), width, size_pt, colour=style.TEXT_SECONDARY)
    return [*(replace(row, keep=True) for row in rows[:-1]), rows[-1]]


def _bar_rows(
    words: Words, projects: Sequence[Project], size_pt: float, width: float, drawn: DrawnMap | None
) -> list[Row]:
    def draw_symbol(sector: Sector) -> DrawSymbol:
        is_on_map = drawn is None or f"sector.{sector}" in drawn.present
        return sector_symbol(sector) if is_on_map else lambda *_: None

    counts = Counter(project.sector for project in projects)
    with_place = Counter(project.sector for project in projects if project.placed)
    names = {sector: words(f"sector.{sector}") for sector in Sector if counts[sector]}
    most_width = width * 0.56
    longest = widest((word for name in names.values() for word in name.split()), size_pt)
    size_pt *= min(1.0, most_width / (longest + 1))  # a long word stays whole in smaller type
    name_width = min(widest(names.values(), size_pt) + 1, most_width)
    most = max(counts.values())
    return [
        bar_row(name, Bar(counts[sector], most, with_place[sector], style.SECTORS[sector].colour), width, size_pt,
                name_width=name_width, draw_symbol=draw_symbol(sector))
        for sector, name in names.items()
    ]  # fmt: skip


def index_rows(words: Words, drawn: DrawnMap, size_pt: float, width: float) -> list[Row]:
    """Return the index of the numbers on the map, or the word that they are too many to be named."""
    rows: list[Row] = []
    if drawn.unnamed:
        rows.append(replace(remark(words("print.unnamed", n=drawn.unnamed), width, size_pt), above=size_pt * 0.7))
    if not drawn.numbered:
        return rows
    rows += [heading(words("print.index"), width, size_pt * 1.06)]
    for number, project in drawn.numbered:
        rows += numbered_row(str(number), site_name(words, project), "", width, size_pt)
    return rows


def unplaced_rows(words: Words, unplaced: Sequence[Project], size_pt: float, width: float) -> list[Row]:
    """Return the names of the projects without a place, of very many the first."""
    if not unplaced:
        return []
    rows = [heading(words("list.unplaced", n=len(unplaced)), width, size_pt * 1.06)]
    for project in unplaced[:MOST_LISTED]:
        rows += numbered_row("·", site_name(words, project), "", width, size_pt)
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
        *office_facts(data, words, project),
        *((words("detail.mentions") if i == 0 else "", mention) for i, mention in enumerate(mentions)),
        (words("detail.grade"), grade_in_words(words, project)),
        (words("detail.coordinate"), coordinate_in_words(project)),
        (words("detail.address"), location.address),
        (words("detail.basis"), location.basis.in_language(language)),
        (words("detail.source"), location.source),
        (words("detail.checked"), words.date(location.checked)),
    ]
    rows: list[Row] = []
    if language != "zh":
        rows += lines(project.name, width, size_pt * 1.15, bold=True, colour=style.TITLE)
    rows += lines(project.summary.in_language(language), width, size_pt)
    return rows + fact_rows([(term, value) for term, value in facts if value], width, size_pt)


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
    facts = [
        (words(title), words("format.list").join(term.in_language(language) for term in terms))
        for title, terms in (
            ("detail.functions", element.functions),
            ("detail.leading_sectors", element.leading_sectors),
        )
        if terms
    ]
    rows += fact_rows(facts, width, size_pt)
    rows.append(heading(words(graded("detail.schematic", element_grade(element))), width, size_pt * 1.06))
    return rows + lines(element.basis.in_language(language), width, size_pt)


def member_rows(data: Dataset, request: ExportRequest, element_id: str, size_pt: float, width: float) -> list[Row]:
    """Return all projects that the plan places in an element, with phases; those outside the filter say so."""
    words, wanted = request.words, {project.id for project in wanted_projects(data, request)}
    members = [project for project in data.projects if project.element == element_id]
    rows = [heading(words("detail.members", n=len(members)), width, size_pt * 1.06)]
    for project in members:
        pattern = "print.noted" if project.placed else "print.noted_unplaced"
        note = words(pattern, note=words(f"phase.{project.phase}"))
        if project.id not in wanted:
            note += words("print.noted", note=words("print.outside_filter"))
        rows += numbered_row("·", site_name(words, project), note, width, size_pt)
    return rows
