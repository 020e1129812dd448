"""The slide deck: overview, structure, summary, a slide for each project, and a map of native shapes."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from pptx.enum.shapes import MSO_SHAPE

from exports.deckchart import put_stacked_bars
from exports.deckframe import DeckFrame
from exports.deckmaps import plan_slide_map, rendered
from exports.deckpanel import (
    GAP_PT,
    Row,
    both_names,
    columns_of,
    gap_row,
    index_rows,
    legend_rows,
    numbered_row,
    put_columns,
    text_row,
)
from exports.deckproject import project_slide
from exports.decktable import CELL_MARGIN_PT, Cell, Table, put_table
from exports.decktext import Paragraph, Run, fitted_text, line_width, one_line, paragraph, set_text, text_height
from exports.fonts import missing_characters
from exports.mapplan import MapPlan
from exports.marginalia import missing_note, sheet_title
from exports.native_map import Looks, NativeMap, preset
from exports.request import ExportRequest, Extent, chosen_projects
from exports.slides import Box, Canvas
from geo.filter import ProjectFilter
from geo.layout import Element
from geo.load import Dataset
from geo.names import name_in
from geo.project import Project
from geo.vocabulary import Phase, Sector
from layers import style
from layers.shape_grade import element_grade, graded, structure_grade
from layers.structure_wording import members_by_element, without_element

Progress = Callable[[int, int], None]
"""Told after each slide how many are done, and of how many."""

MAP_DPI: Final = 200
STRUCTURE_SIZES: Final = (12.0, 11.5, 11.0, 10.5, 10.0, 9.5, 9.0)
SUMMARY_SIZES: Final = (13.0, 12.5, *STRUCTURE_SIZES)
PANEL_SIZES: Final = (10.0, 9.5, 9.0)
HEADER_PT: Final = 9.0
NOTE_PT: Final = 9.0
LEAST_MAP_SHARE: Final = 0.42


def write_deck(
    data: Dataset,
    request: ExportRequest,
    path: Path,
    *,
    progress: Progress | None = None,
    template: Path | None = None,
) -> None:
    """Write the deck as PPTX.

    Parameters
    ----------
    request : its sites, else all projects that pass its filter, get a slide each; its extent is the overview's
    progress : called after each slide
    template : an organisation's PowerPoint file whose master is used; its slides are not

    Raises
    ------
    TemplateError : where the template is no PowerPoint file or no layout of it has a title
    UnknownExtentError : where the extent names an element or a site that does not exist or has no place
    """
    deck = _Deck(data, request.model_copy(update={"size": "slide", "second_language": None}), template)
    slides = deck.slides()
    for done, make in enumerate(slides, start=1):
        canvas = make()
        canvas.write_notes()
        if progress:
            progress(done, len(slides))
    deck.save(path)


# ---- maps ----


def tally(projects: Sequence[Project]) -> Counter[tuple[Sector, Phase]]:
    """Return how many projects each sector has in each phase."""
    return Counter((project.sector, project.phase) for project in projects)


@dataclass(frozen=True)
class _MapLayout:
    """How a map and the panel beside it share the slide; `has_index` where the panel holds the numbers."""

    plan: MapPlan
    map_box: Box
    columns: list[list[Row]]
    column_width: float
    has_index: bool

    @property
    def panel_left(self) -> float:
        return self.map_box.left + self.map_box.width + GAP_PT + 4


class _Deck(DeckFrame):
    def __init__(self, data: Dataset, request: ExportRequest, template: Path | None) -> None:
        super().__init__(data, request, template)
        self.chosen = chosen_projects(data, request)
        self.title = sheet_title(data, request)
        self.overview_layout = self._overview_layout()

    def slides(self) -> list[Callable[[], Canvas]]:
        """Return what makes each slide, in order."""
        index = [] if self._index_is_beside else [self._index]
        sites = [self._maker(project) for project in self.chosen]
        return [self._overview, *index, self._structure, self._summary, *sites, self._native]

    def _maker(self, project: Project) -> Callable[[], Canvas]:
        return lambda: project_slide(self, project)

    def save(self, path: Path) -> None:
        """Write the file."""
        self.deck.save(path, title=self.title, subject=self.subtitle, language=self.words.html_lang)

    # ---- overview ----

    @property
    def _index_is_beside(self) -> bool:
        return self.overview_layout.has_index or not self.overview_layout.plan.drawn.numbered

    def _head_height(self) -> float:
        return 62.0 if self.projects else 96.0

    def _overview_layout(self) -> _MapLayout:
        """Return the layout with the widest map whose panel holds legend and index, else the legend alone."""
        body = self.deck.body
        narrow = 142.0 if self.words.language == "zh" else 186.0
        for has_index, count in product((True, False), (2, 3)):
            panel = count * narrow + (count - 1) * GAP_PT
            map_width = body.width - panel - GAP_PT - 4
            if map_width < body.width * LEAST_MAP_SHARE:
                continue
            plan = plan_slide_map(self.data, self.request, map_width, body.height)
            map_box = Box(body.left, body.top, map_width, body.height)
            for size in PANEL_SIZES:
                rows = self._panel_rows(plan, narrow, size, has_index=has_index)
                columns = columns_of(rows, count, body.height - self._head_height())
                if columns:
                    return _MapLayout(plan, map_box, columns, narrow, has_index)
        rows = self._panel_rows(plan, narrow, PANEL_SIZES[-1], has_index=False)
        return _MapLayout(plan, map_box, [*(columns_of(rows, 99, body.height - 96) or [])][:count], narrow, False)

    def _panel_rows(self, plan: MapPlan, width: float, size_pt: float, *, has_index: bool) -> list[Row]:
        drawn = plan.drawn
        rows = legend_rows(self.data, self.words, drawn, self.projects, width, size_pt)
        if drawn.unnamed:
            rows += [gap_row(size_pt * 0.7), text_row(self.words("print.unnamed", n=drawn.unnamed), width, size_pt)]
        if not drawn.numbered:
            return rows
        if has_index:
            return [*rows, gap_row(size_pt * 0.7), *index_rows(self.words, drawn, width, size_pt)]
        return [*rows, gap_row(size_pt * 0.7), text_row(self.words("deck.index_elsewhere", n=2), width, size_pt)]

    def _overview(self) -> Canvas:
        canvas, layout = self.add(self.title), self.overview_layout
        canvas.picture(layout.map_box, rendered(layout.plan, MAP_DPI), self.title, self.map_alt(self.title))
        panel = self._panel_box(layout)
        self._tiles(canvas, panel)
        below = panel.below(self._head_height())
        put_columns(canvas, layout.columns, below, layout.column_width, self.legend_alt)
        canvas.notes += [self.counts_in_words(), *self.source_notes()]
        missing = missing_characters(project.name_in(self.words.language) for project in self.projects)
        if missing:
            canvas.notes.append(missing_note(self.words, missing))
        return canvas

    def _panel_box(self, layout: _MapLayout) -> Box:
        body = self.deck.body
        return Box(layout.panel_left, body.top, body.left + body.width - layout.panel_left, body.height)

    def _tiles(self, canvas: Canvas, panel: Box) -> None:
        """Put the key figures, and the sentence that says so where no project passes the filter."""
        width = (panel.width - 2 * 8) / 3
        shapes = []
        labels = (self.words("deck.total"), self.words("deck.placed"), self.words("deck.unplaced"))
        for i, (label, count) in enumerate(zip(labels, self.counts(), strict=True)):
            box = Box(panel.left + i * (width + 8), panel.top, width, 48)
            shape = preset(canvas, MSO_SHAPE.RECTANGLE, box, Looks(style.ACCENT_TINT), label)
            shown = one_line(label, width - 8, 9.5)
            lines = [
                Paragraph((Run(str(count), bold=True, colour=style.TITLE),), 19, "ctr"),
                Paragraph((Run(shown, colour=style.TEXT_SECONDARY),), 9.5, "ctr"),
            ]
            set_text(shape, self.deck.setter, lines, anchor="ctr")
            shapes.append(shape)
        canvas.group(shapes, self.words("print.figures"), self.counts_in_words())
        if not self.projects:
            self.say_empty(canvas, Box(panel.left, panel.top + 54, panel.width, 36))

    def _index(self) -> Canvas:
        drawn, body = self.overview_layout.plan.drawn, self.deck.body
        canvas = self.add(self.words("print.index"), self.words("deck.index_note"))
        width = (body.width - 2 * GAP_PT) / 3
        first = len(self.deck) + 3
        pages = {project.id: first + i for i, project in enumerate(self.chosen)}
        columns = None
        for size in (12.0, 11.0, 10.5, *PANEL_SIZES):
            rows = [self._index_row(n, project, pages, width, size) for n, project in drawn.numbered]
            columns = columns_of(rows, 3, body.height)
            if columns:
                break
        if columns is None:
            columns = self._cut_index(rows, width)
        put_columns(canvas, columns, body, width, self.legend_alt)
        canvas.notes += [f"{n} {both_names(self.words, project)}" for n, project in drawn.numbered]
        canvas.notes += self.source_notes()
        return canvas

    def _index_row(self, number: int, project: Project, pages: dict[str, int], width: float, size_pt: float) -> Row:
        name = both_names(self.words, project)
        if project.id in pages:
            name += self.words("print.noted", note=self.words("deck.page", n=pages[project.id]))
        return numbered_row(str(number), name, width, size_pt)

    def _cut_index(self, rows: list[Row], width: float) -> list[list[Row]]:
        kept = len(rows)
        while kept > 1:
            kept -= 1
            more = text_row(self.words("deck.more", n=len(rows) - kept), width, PANEL_SIZES[-1])
            if columns := columns_of([*rows[:kept], more], 3, self.deck.body.height):
                return columns
        return []

    # ---- structure ----

    def _structure(self) -> Canvas:
        words, body, district = self.words, self.deck.body, self.data.district
        name = name_in(words.language, district.structure.name, district.structure.names)
        title = words("deck.structure_title", structure=name)
        canvas = self.add(title, self.sentence(self.zh_beside(district.structure.name), self.subtitle))
        request = self.request.model_copy(
            update={"extent": Extent(), "hidden": self.request.hidden | {"sites"}, "filter": ProjectFilter()}
        )
        told_map = graded("deck.alt_structure_map", structure_grade(self.data))
        width = body.width * (0.34 if words.language == "zh" else 0.25)
        told = self._membership_notes()
        under = sum(text_height(line, width, NOTE_PT) for line in told)
        map_box = Box(body.left, body.top, width, body.height - under - 8)
        plan = plan_slide_map(self.data, request, width, map_box.height)
        canvas.picture(map_box, rendered(plan, MAP_DPI), title, words(told_map, title=title))
        note_box = Box(body.left, map_box.top + map_box.height + 8, width, under)
        canvas.text(note_box, [paragraph(line, NOTE_PT, colour=style.TEXT_SECONDARY) for line in told], "note")
        left = body.left + width + GAP_PT
        table_box = Box(left, body.top, body.left + body.width - left, body.height)
        table = self._structure_table(table_box.width)
        put_table(canvas, table_box, table, STRUCTURE_SIZES, title, words("deck.alt_structure_table"), stretch=1.3)
        spoken = (line for placed in self.data.elements for line in self._element_notes(placed.element))
        canvas.notes += [*told, *spoken, *self.source_notes()]
        return canvas

    def _structure_table(self, width: float) -> Table:
        words, language = self.words, self.words.language
        heads = ("deck.element", "deck.group", "detail.functions", "detail.leading_sectors", "deck.members")
        rows = [tuple(Cell(words(head), align="ctr" if head == "deck.members" else "l") for head in heads)]
        groups = {group.name: name_in(language, group.name, group.names) for group in self.data.district.groups}
        members = members_by_element(self.data, self.projects)
        for placed in self.data.elements:
            element = placed.element
            name = element.name if language == "zh" else f"{element.name_in(language)} {element.name}"
            functions, sectors = (
                words("format.list").join(term.in_language(language) for term in terms) or "—"
                for terms in (element.functions, element.leading_sectors)
            )
            rows.append(
                (Cell(name, bold=True), Cell(groups.get(element.group, element.group)), Cell(functions), Cell(sectors),
                 Cell(self._member_count(members[element.id]), align="ctr"))
            )  # fmt: skip
        shares = (0.24, 0.08, 0.28, 0.27, 0.13) if language == "zh" else (0.25, 0.08, 0.305, 0.26, 0.105)
        return Table(tuple(rows), tuple(width * share for share in shares), striped=True)

    def _member_count(self, members: Sequence[Project]) -> str:
        return self.words("deck.member_count", n=len(members), unplaced=sum(not project.placed for project in members))

    def _membership_notes(self) -> list[str]:
        """Return what the table counts, and how many projects are of none of its rows."""
        words, members = self.words, members_by_element(self.data, self.projects)
        others = [
            words("format.term", term=title, value=self._member_count(its))
            for title, its in without_element(self.data, words, members)
        ]
        grade = structure_grade(self.data)
        told = [words(graded("deck.membership", grade))]
        return [*told, words("deck.beyond_table", others=words("format.phrases").join(others))] if others else told

    def _element_notes(self, element: Element) -> list[str]:
        words, language = self.words, self.words.language
        place = words("deck.plan_place", chapter=element.plan.chapter, section=element.plan.section)
        summary = words("format.term", term=f"{element.name}（{place}）", value=element.summary.in_language(language))
        notes = [summary]
        for code, terms in (("functions", element.functions), ("leading_sectors", element.leading_sectors)):
            for spoken in dict.fromkeys(("zh", language)) if terms else ():
                printed = words("format.list").join(term.in_language(spoken) for term in terms)
                notes.append("· " + words("format.term", term=words(f"detail.{code}"), value=printed))
        drawn = words(
            "format.term",
            term=words(graded("detail.schematic", element_grade(element))),
            value=element.basis.in_language(language),
        )
        return [*notes, "· " + drawn]

    # ---- summary ----

    def _summary(self) -> Canvas:
        words, body = self.words, self.deck.body
        title = words("deck.summary_title")
        canvas = self.add(title)
        table_width = body.width * (0.6 if words.language == "zh" else 0.7)
        table_box = Box(body.left, body.top, table_width, body.height - 44)
        alt = words("deck.alt_summary_table", counts=self.counts_in_words())
        height = put_table(canvas, table_box, self._summary_table(table_width), SUMMARY_SIZES, title, alt, stretch=1.8)
        self._summary_note(canvas, Box(body.left, body.top + height + 8, table_width, body.height - height - 8))
        left = body.left + table_width + GAP_PT
        chart_box = Box(left, body.top, body.left + body.width - left, body.height)
        if self.projects:
            self._chart(canvas, chart_box, title)
        else:
            self.say_empty(canvas, Box(left, body.top, chart_box.width, 60))
        canvas.notes += [self.counts_in_words(), words("filter.sector_note"), *self.source_notes()]
        return canvas

    def _summary_note(self, canvas: Canvas, box: Box) -> None:
        note = self.words("format.sentence").join([self.words("filter.sector_note"), self.words("deck.phase_note")])
        fitted, size = fitted_text(note, box.width, box.height, (10, 9))
        canvas.text(box, [paragraph(fitted, size, colour=style.TEXT_SECONDARY)], "note")

    def _summary_table(self, width: float) -> Table:
        words, count = self.words, tally(self.projects)
        unplaced = tally([project for project in self.projects if not project.placed])
        heads = [words("filter.sector"), *(words(f"phase.{p}") for p in Phase), words("about.total")]
        rows = [
            tuple(Cell(head, align="ctr" if i else "l") for i, head in enumerate([*heads, words("deck.without_place")]))
        ]
        for sector in Sector:
            values = [count[sector, phase] for phase in Phase]
            without = sum(unplaced[sector, phase] for phase in Phase)
            head = Cell(words(f"sector.{sector}"), mark=style.SECTORS[sector].colour)
            rows.append((head, *(_number(v) for v in values), _number(sum(values), bold=True), _number(without)))
        for label, counted in ((words("about.total"), count), (words("deck.without_place"), unplaced)):
            values = [sum(counted[sector, phase] for sector in Sector) for phase in Phase]
            last = _number(sum(unplaced.values()))
            is_total = counted is count
            cells = (_number(v, bold=is_total) for v in values)
            rows.append((Cell(label, bold=is_total), *cells, _number(sum(values), bold=True), last))
        widths = [max(_longest_word(cell.text), 24.0) + 2 * CELL_MARGIN_PT[0] for cell in rows[0][1:]]
        table_widths = (width - sum(widths), *widths)
        return Table(tuple(rows), table_widths, striped=True, header_pt=HEADER_PT, uniform=True)

    def _chart(self, canvas: Canvas, box: Box, title: str) -> None:
        words, count = self.words, tally(self.projects)
        totals = {phase: sum(count[sector, phase] for sector in Sector) for phase in Phase}
        categories = [words("deck.category", name=words(f"phase.{phase}"), n=totals[phase]) for phase in Phase]
        series = [
            (words(f"sector.{sector}"), [count[sector, phase] for phase in Phase], style.SECTORS[sector].colour)
            for sector in Sector
            if any(count[sector, phase] for phase in Phase)
        ]
        told = words("format.list").join(categories)
        put_stacked_bars(canvas, box, categories, series, title, words("deck.alt_chart", values=told))

    # ---- the native map ----

    def _native(self) -> Canvas:
        layout, words = self.overview_layout, self.words
        title = words("deck.native_title")
        canvas = self.add(title)
        NativeMap(canvas, self.data, layout.plan, layout.map_box, self.projects).draw()
        panel = self._panel_box(layout)
        text, size = fitted_text(words("deck.native_note"), panel.width, self._head_height() - 8, (10, 9.5, 9, 8.5))
        canvas.text(Box(panel.left, panel.top, panel.width, self._head_height() - 8), [paragraph(text, size)], title)
        put_columns(canvas, layout.columns, panel.below(self._head_height()), layout.column_width, self.legend_alt)
        canvas.notes += [words("deck.native_note"), *self.source_notes()]
        return canvas


def _longest_word(text: str) -> float:
    """Return the room that a column needs so that no word of its header breaks, of a Chinese one four characters."""
    if any(ord(c) > 0x2E7F for c in text):
        return line_width(text[:4], HEADER_PT, bold=True)
    return max(line_width(word, HEADER_PT, bold=True) for word in text.split())


def _number(value: int, *, bold: bool = False) -> Cell:
    return Cell(str(value), bold=bold and value > 0, colour=None if value else style.TEXT_SECONDARY, align="ctr")
