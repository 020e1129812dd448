"""The comparison of the shortlist on paper and as a workbook: the same rows as on screen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from exports.canvas import Layer, page_axes, text
from exports.fonts import LINE_HEIGHT, set_in_fonts_of, wrapped
from exports.layered_pdf import Page, write_pages
from exports.marginalia import subtitle_of
from exports.picture import layer_names
from exports.request import ExportRequest
from exports.sheet import SheetPage, draw_notes, draw_title, make_page
from exports.spreadsheet import LINE_PT, MAX_ROW_PT, PAPER_A4, fitting_cell, line_count
from geo.load import Dataset
from geo.names import name_in
from geo.nearby import Surroundings
from geo.project import Project
from layers import style
from layers.compare_rows import Cell, Line, Section, compare_rows
from layers.wording import site_name
from layers.words import Words

SIZES_PT: Final = (9.0, 8.5, 8.0, 7.5, 7.0)
LABEL_SHARE: Final = 0.11
PADDING_PT: Final = 3.0
NOTE_SHARE: Final = 0.92
LABEL_CHARACTERS, CELL_CHARACTERS = 20, 30


@dataclass(frozen=True)
class _Set:
    """One line of type in a cell."""

    words: str
    size: float
    colour: str
    bold: bool = False

    @property
    def height(self) -> float:
        return self.size * LINE_HEIGHT


@dataclass(frozen=True)
class _Band:
    """One row of the table: lines of type for each of its cells, over the whole width where there is one cell."""

    cells: tuple[tuple[_Set, ...], ...]
    ground: str | None = None

    @property
    def height(self) -> float:
        return max(sum(line.height for line in cell) for cell in self.cells) + 2 * PADDING_PT


def _texts(
    data: Dataset, words: Words, surroundings: Surroundings, numbered: Mapping[int, Project]
) -> tuple[list[Cell], list[Section]]:
    """Return the heads of the columns and the sections of the comparison."""
    heads = []
    for number, project in numbered.items():
        name = site_name(words, project)
        head = [Line(words("compare.numbered", number=number, name=name))]
        if words.language != "zh":
            head.append(Line(project.name, note=True, verbatim=True))
        heads.append(tuple(head))
    return heads, compare_rows(data, words, surroundings, list(numbered.values()))


def _title(data: Dataset, words: Words, numbered: Mapping[int, Project]) -> str:
    district = name_in(words.language, data.district.short_name, data.district.short_names)
    return words("format.term", term=district, value=words("compare.caption", n=len(numbered)))


def _notes(data: Dataset, request: ExportRequest, sections: Iterable[Section]) -> list[str]:
    words, plan = request.words, data.district.plan
    source = words("opportunity.list_source", title=name_in(words.language, plan.title, plan.titles),
                   number=plan.number)  # fmt: skip
    made = [words("print.made", date=words.date(request.made_on)), words("print.version", version=data.version)]
    told = dict.fromkeys(note for section in sections for note in section.notes)
    return [*told, words("format.sentence").join([source, *made])]


# ---- on paper ----


def write_comparison_pdf(
    data: Dataset, request: ExportRequest, surroundings: Surroundings, numbered: Mapping[int, Project], path: Path
) -> None:
    """Write the comparison as A4 pages across, one where it fits.

    Parameters
    ----------
    numbered : mapping of the number that a site bears on the shortlist to the site, in the order of the columns
    """
    words = request.words
    set_in_fonts_of(words.language)
    request = request.model_copy(update={"size": "a4-landscape"})
    heads, sections = _texts(data, words, surroundings, numbered)
    title = _title(data, words, numbered)
    page = make_page(data, request, list(numbered.values()), title, _notes(data, request, sections))
    for size in SIZES_PT:
        head, bands = _bands(page, heads, sections, size)
        parts = list(_pages(head, bands, page.body.height))
        if len(parts) == 1:
            break
    subtitle = subtitle_of(data, request, list(numbered.values()))
    write_pages(
        path, (Page(_figure(page, request, subtitle, part), None, title) for part in parts),
        layer_names=layer_names(data, words), title=title, subject=subtitle, lang=words.html_lang,
    )  # fmt: skip


def _bands(
    page: SheetPage, heads: Sequence[Cell], sections: Sequence[Section], size: float
) -> tuple[_Band, list[_Band]]:
    """Return the head of the table and its rows, set at one size."""
    inner = page.inner_width
    room = inner * (1 - LABEL_SHARE) / len(heads) - 2 * PADDING_PT
    label_room = inner * LABEL_SHARE - 2 * PADDING_PT

    def label(words: str) -> tuple[_Set, ...]:
        return tuple(_Set(line, size, style.TEXT_SECONDARY) for line in wrapped(words, label_room, size))

    head = _Band(((), *(_lines(cell, room, size, bold=True) for cell in heads)))
    bands = []
    for section in sections:
        bands.append(_Band(((_Set(section.title, size, style.TITLE, bold=True),),), style.ACCENT_TINT))
        for row in section.rows:
            told = [(Line(row.common, note=True),)] if row.common else list(row.cells)
            limit = inner - label_room - 4 * PADDING_PT if row.common else room
            bands.append(_Band((label(row.label), *(_lines(cell, limit, size) for cell in told))))
    return head, bands


def _lines(cell: Cell, room: float, size: float, *, bold: bool = False) -> tuple[_Set, ...]:
    found = []
    for line in cell:
        of_line = size * NOTE_SHARE if line.note else size
        colour = style.TEXT_SECONDARY if line.note else style.TITLE if bold else style.TEXT
        strong = bold and not line.note
        found += [_Set(each, of_line, colour, strong) for each in wrapped(line.text, room, of_line, bold=strong)]
    return tuple(found)


def _pages(head: _Band, bands: Sequence[_Band], height: float) -> Iterator[list[_Band]]:
    """Yield the rows of each page under the head; a row taller than a page goes on on the next."""
    filled, left, waiting = [head], height - head.height, list(bands)
    while waiting:
        band = waiting.pop(0)
        follows = waiting[0].height if band.ground and waiting else 0
        if band.height + follows <= left or (len(filled) == 1 and band.height <= left):
            filled.append(band)
            left -= band.height
        elif len(filled) > 1:
            yield filled
            filled, left, waiting = [head], height - head.height, [band, *waiting]
        else:
            first, rest = _split(band, left)
            yield [head, first]
            waiting.insert(0, rest)
    yield filled


def _split(band: _Band, height: float) -> tuple[_Band, _Band]:
    """Return what of a row fits a height, one line a cell at least, and the rest of it."""
    tallest = max(line.height for cell in band.cells for line in cell)
    n = max(1, int((height - 2 * PADDING_PT) // tallest))
    return _Band(tuple(cell[:n] for cell in band.cells)), _Band(tuple(cell[n:] for cell in band.cells))


def _figure(page: SheetPage, request: ExportRequest, subtitle: str, bands: Sequence[_Band]) -> Figure:
    figure = Figure(figsize=request.paper.inches, facecolor="white")
    axes = page_axes(figure)
    layer, body, top = Layer(axes, "panel"), page.body, page.top_of_body
    count = max(len(band.cells) for band in bands)
    lefts = [body.left, *(body.left + body.width * (LABEL_SHARE + (1 - LABEL_SHARE) * i / (count - 1))
                          for i in range(count - 1))]  # fmt: skip
    for band in bands:
        if band.ground:
            layer.add(Rectangle((body.left, top - band.height), body.width, band.height, facecolor=band.ground,
                                linewidth=0), clip=False)  # fmt: skip
        for left, cell in zip(lefts, band.cells, strict=False):
            y = top - PADDING_PT
            for line in cell:
                for artist in text(line.words, left + PADDING_PT, y - line.size, line.size, colour=line.colour,
                                   bold=line.bold):  # fmt: skip
                    layer.add(artist, clip=False)
                y -= line.height
        top -= band.height
        layer.add(Rectangle((body.left, top), body.width, 0.4, facecolor=style.HAIRLINE, linewidth=0), clip=False)
    draw_title(Layer(axes, "title"), page, subtitle)
    draw_notes(Layer(axes, "notes"), page)
    return figure


# ---- as a workbook ----


def write_comparison_xlsx(
    data: Dataset, request: ExportRequest, surroundings: Surroundings, numbered: Mapping[int, Project], path: Path
) -> None:
    """Write the comparison as one sheet; every text stays text. For `numbered` see ``write_comparison_pdf``."""
    words = request.words
    heads, sections = _texts(data, words, surroundings, numbered)
    title, count = _title(data, words, numbered), len(heads)
    subtitle = subtitle_of(data, request, list(numbered.values()))
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"title": title})
        cell: dict[str, Any] = {"valign": "top", "text_wrap": True, "border": 1, "border_color": style.LINE,
                                "quote_prefix": True}  # fmt: skip
        plain = workbook.add_format(cell)
        head = workbook.add_format({**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": style.TITLE})
        group = workbook.add_format({**cell, "bold": True, "font_color": style.TITLE, "bg_color": style.ACCENT_TINT})
        sheet = workbook.add_worksheet(words("page.compare"))
        sheet.set_column(0, 0, LABEL_CHARACTERS)
        sheet.set_column(1, count, CELL_CHARACTERS)
        rows = [("", [_joined(each) for each in heads], head)]
        for section in sections:
            rows.append((section.title, [""] * count, group))
            rows += [(row.label, [row.common] * count if row.common else [_joined(each) for each in row.cells], plain)
                     for row in section.rows]  # fmt: skip
        for number, (label, texts, looks) in enumerate(rows):
            for column, each in enumerate([label, *texts]):
                sheet.write_string(number, column, fitting_cell(each), looks)
            lines = max(line_count(each, CELL_CHARACTERS) for each in texts)
            sheet.set_row(number, min(max(lines, line_count(label, LABEL_CHARACTERS)) * LINE_PT, MAX_ROW_PT))
        for number, note in enumerate([subtitle, *_notes(data, request, sections)], len(rows) + 1):
            sheet.write_string(number, 0, note)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L{title[:150].replace('&', '&&')}")


def _joined(cell: Cell) -> str:
    return "\n".join(line.text for line in cell)
