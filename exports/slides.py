"""Slides as PowerPoint's own objects: titles, text that fits its box, tables, charts, pictures, alt text and notes.

All lengths are points (1/72 inch) from the slide's upper left corner.
"""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Length, Pt

from exports.decktheme import FOOTER_PT, TITLE_PT, TITLES, Typefaces, open_presentation, placeholder_of, theme_of
from exports.decktheme import title_layout as title_layout_of
from exports.fonts import shortened, width_pt, wrapped
from layers import style
from layers.words import Words

LINE: Final = 1.3
"""Distance of two lines in type sizes, set exactly so that every program lays the text out alike."""
LEAST_TITLE_PT: Final = 17
SUBTITLE_PT: Final = 11
LEAST_FOOTER_PT: Final = 6.5
CELL_MARGIN_PT: Final = (4.5, 2.5)
NO_STYLE_TABLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_LANGUAGE_OF_SCRIPT: Final = (("CJK", "zh-CN"), ("HANGUL", "ko-KR"), ("HIRAGANA", "ja-JP"), ("CYRILLIC", "ru-RU"))


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Length, Length, Length, Length]:
        """Left, top, width, height as the file counts them."""
        return Pt(self.left), Pt(self.top), Pt(self.width), Pt(self.height)

    def below(self, height: float, gap: float = 0) -> "Box":
        """Return what is left after taking `height` and a gap from the top."""
        return Box(self.left, self.top + height + gap, self.width, self.height - height - gap)


@dataclass(frozen=True)
class Run:
    """Text in one style; `colour` None takes the theme's."""

    text: str
    bold: bool = False
    colour: str | None = None
    glow: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Runs of one size; `hanging_pt` indents all lines but the first, `after_pt` is room below."""

    runs: tuple[Run, ...]
    size_pt: float | None = None
    align: str = "l"
    hanging_pt: float = 0
    after_pt: float = 0

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join(run.text for run in self.runs)


def paragraph(
    text: str, size_pt: float | None = None, *, align: str = "l", after_pt: float = 0, **looks: Any
) -> Paragraph:
    """Return a paragraph of one run."""
    return Paragraph((Run(text, **looks),), size_pt, align, after_pt=after_pt)


# ---- measuring ----


def clean(text: str) -> str:
    """Return text on one line without characters that XML cannot hold or that steer the setting."""
    kept = (c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return "".join(kept)


def room(text: str, limit_pt: float) -> float:
    """Return the width to measure against: the reader's typefaces may run wider than the bundled ones."""
    wide = sum(ord(c) > 0x2E7F for c in text)  # no text at all counts as wide, and is no wider for it
    return limit_pt / (1.04 if wide * 2 >= len(text) else 1.09)


def lines_of(text: str, limit_pt: float, size_pt: float, *, bold: bool = False, most: int | None = None) -> list[str]:
    """Return the lines that a text takes, the last one cut with an ellipsis beyond `most`."""
    return wrapped(clean(text), room(text, limit_pt), size_pt, bold=bold, max_lines=most)


def text_height(text: str, limit_pt: float, size_pt: float, *, bold: bool = False) -> float:
    """Return how high a text stands."""
    return len(lines_of(text, limit_pt, size_pt, bold=bold)) * size_pt * LINE


def fitted_text(
    text: str, box_width: float, box_height: float, sizes: Sequence[float], *, bold: bool = False
) -> tuple[str, float]:
    """Return the text and the largest of `sizes` (descending) at which it fits; at the last it is cut."""
    for size in sizes:
        if text_height(text, box_width, size, bold=bold) <= box_height:
            return clean(text), size
    least = sizes[-1]
    most = max(1, int(box_height / (least * LINE)))
    return _joined(lines_of(text, box_width, least, bold=bold, most=most)), least


def fitted_line(text: str, width: float, sizes: Iterable[float], *, bold: bool = False) -> tuple[str, float]:
    """Return the text and the first of `sizes` at which it stands on one line; size 0 where at none."""
    fits = (float(size) for size in sizes if len(lines_of(text, width, size, bold=bold)) == 1)
    return clean(text), next(fits, 0.0)


def _joined(lines: Sequence[str]) -> str:
    """Return lines as one text again, with spaces only where words of letters met."""
    text = ""
    for line in lines:
        gap = " " if text and text[-1].isascii() and line[:1].isascii() else ""
        text += gap + line
    return text


# ---- XML of text ----


def _language_of(text: str, default: str) -> str:
    for character in text:
        name = unicodedata.name(character, "") if ord(character) > 0x3FF else ""
        for script, language in _LANGUAGE_OF_SCRIPT:
            if name.startswith(script):
                return language
    return default


def _colour_xml(parent: Any, colour: str, opacity: float = 1) -> None:
    fill = etree.SubElement(parent, qn("a:solidFill"))
    value = etree.SubElement(fill, qn("a:srgbClr"), val=colour.removeprefix("#"))
    if opacity < 1:
        etree.SubElement(value, qn("a:alpha"), val=str(round(opacity * 100_000)))


def _typeface_xml(properties: Any, latin: str, east_asian: str) -> None:
    etree.SubElement(properties, qn("a:latin"), typeface=latin)
    etree.SubElement(properties, qn("a:ea"), typeface=east_asian)
    etree.SubElement(properties, qn("a:cs"), typeface=latin)


@dataclass(frozen=True)
class Setter:
    """Writes paragraphs with both typefaces and the language named on every run."""

    typefaces: Typefaces
    language: str

    def fill(self, body: Any, paragraphs: Iterable[Paragraph], *, title: bool = False) -> None:
        """Replace the paragraphs of a text body."""
        for old in body.findall(qn("a:p")):
            body.remove(old)
        for each in paragraphs:
            self._paragraph(body, each, title)

    def _paragraph(self, body: Any, each: Paragraph, title: bool) -> None:
        node = etree.SubElement(body, qn("a:p"))
        properties = etree.SubElement(node, qn("a:pPr"), algn=each.align)
        if each.hanging_pt:
            indent = round(Pt(each.hanging_pt))
            properties.set("marL", str(indent))
            properties.set("indent", str(-indent))
        if each.size_pt:
            self._spacing(properties, "a:lnSpc", each.size_pt * LINE)
            self._spacing(properties, "a:spcBef", 0)
            self._spacing(properties, "a:spcAft", each.after_pt)
            if each.hanging_pt:
                etree.SubElement(properties, qn("a:buNone"))
                stops = etree.SubElement(properties, qn("a:tabLst"))
                etree.SubElement(stops, qn("a:tab"), pos=str(round(Pt(each.hanging_pt))), algn="l")
        for run in each.runs:
            self._run(node, run, each.size_pt, title)

    @staticmethod
    def _spacing(properties: Any, tag: str, points: float) -> None:
        spacing = etree.SubElement(properties, qn(tag))
        etree.SubElement(spacing, qn("a:spcPts"), val=str(round(points * 100)))

    def _run(self, node: Any, run: Run, size_pt: float | None, title: bool) -> None:
        text = "\t".join(clean(part) if part.strip() else part for part in run.text.split("\t"))
        text = (" " if run.text[:1] == " " else "") + text + (" " if run.text[1:] and run.text[-1:] == " " else "")
        element = etree.SubElement(node, qn("a:r"))
        properties = etree.SubElement(element, qn("a:rPr"), lang=_language_of(text, self.language))
        properties.set("altLang", "en-GB" if properties.get("lang") != "en-GB" else "zh-CN")
        if size_pt:
            properties.set("sz", str(round(size_pt * 100)))
        if run.bold:
            properties.set("b", "1")
        if run.colour:
            _colour_xml(properties, run.colour)
        if run.glow:
            effects = etree.SubElement(properties, qn("a:effectLst"))
            glow = etree.SubElement(effects, qn("a:glow"), rad=str(Pt(2.5)))
            etree.SubElement(glow, qn("a:srgbClr"), val="FFFFFF")
        faces = self.typefaces
        latin, east_asian = (faces.title_latin, faces.title_east_asian) if title else (faces.latin, faces.east_asian)
        _typeface_xml(properties, latin, east_asian)
        etree.SubElement(element, qn("a:t")).text = text


# ---- tables ----


@dataclass(frozen=True)
class Cell:
    """One cell of a table; `mark` is the colour of a small square before the text."""

    text: str
    bold: bool = False
    colour: str | None = None
    align: str = "l"
    mark: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows of cells, column widths in points; `header_pt` is the header row's own size.

    `uniform` makes all rows below the header as high as the highest.
    """

    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    has_header_row: bool = True
    has_header_column: bool = False
    striped: bool = False
    header_pt: float | None = None
    uniform: bool = False

    def size_of(self, row: int, size_pt: float) -> float:
        """Return the type size of a row."""
        return min(self.header_pt, size_pt) if self.header_pt and row == 0 else size_pt

    def heights(self, size_pt: float) -> list[float]:
        """Return each row's height."""
        heights = [
            max(
                self._cell_height(cell, width, self.size_of(r, size_pt), r)
                for cell, width in zip(row, self.widths, strict=True)
            )
            for r, row in enumerate(self.rows)
        ]
        if self.uniform and heights[1:]:
            heights[1:] = [max(heights[1:])] * len(heights[1:])
        return heights

    def _cell_height(self, cell: Cell, width: float, size_pt: float, row: int) -> float:
        text = ("■ " if cell.mark else "") + cell.text
        inner = width - 2 * CELL_MARGIN_PT[0]
        return text_height(text, inner, size_pt, bold=self._bold(cell, row)) + 2 * CELL_MARGIN_PT[1]

    def _bold(self, cell: Cell, row: int) -> bool:
        return cell.bold or (self.has_header_row and row == 0)

    def line_counts(self, size_pt: float) -> list[int]:
        """Return how many lines each row takes."""
        heights = replace(self, uniform=False).heights(size_pt)
        return [
            round((height - 2 * CELL_MARGIN_PT[1]) / (self.size_of(row, size_pt) * LINE))
            for row, height in enumerate(heights)
        ]

    def cut_row(self, row: int, lines: int, size_pt: float) -> "Table":
        """Return the table with no cell of one row of more than so many lines."""
        size = self.size_of(row, size_pt)
        cells = tuple(
            replace(cell, text=self._cut_cell(cell, width, size, row, lines))
            for cell, width in zip(self.rows[row], self.widths, strict=True)
        )
        return replace(self, rows=(*self.rows[:row], cells, *self.rows[row + 1 :]))

    def _cut_cell(self, cell: Cell, width: float, size_pt: float, row: int, lines: int) -> str:
        inner = width - 2 * CELL_MARGIN_PT[0]
        return _joined(lines_of(cell.text, inner, size_pt, bold=self._bold(cell, row), most=lines))


def fitted_table(table: Table, height_pt: float, sizes: Sequence[float]) -> tuple[Table, float]:
    """Return the table and the largest of `sizes` (descending) at which it fits; at the last, long cells are cut."""
    for size in sizes:
        if sum(table.heights(size)) <= height_pt:
            return table, size
    least = sizes[-1]
    caps = table.line_counts(least)
    if table.has_header_row and len(caps) > 1:
        caps[0] = 1  # the header is never cut before the rows below it
    while sum(table.heights(least)) > height_pt and max(caps) > 1:
        row = max(range(len(caps)), key=caps.__getitem__)
        caps[row] -= 1
        table = table.cut_row(row, caps[row], least)
    heights = table.heights(least)
    fitting = max(1, sum(sum(heights[: i + 1]) <= height_pt for i in range(len(heights))))
    if fitting < len(table.rows):
        more = tuple(replace(cell, text="…", mark=None) for cell in table.rows[0])
        table = replace(table, rows=(*table.rows[: fitting - 1], more))
    return table, least


def stretched(heights: Sequence[float], room_pt: float, most: float) -> list[float]:
    """Return heights with what room there is shared out equally, up to `most` times what they need together."""
    need = sum(heights)
    extra = max(0.0, min(room_pt, need * most) - need) / len(heights)
    return [height + extra for height in heights]


# ---- slides ----


@dataclass
class Canvas:
    """One slide: what is put on it, and its speaker notes, which are written at the end."""

    slide: Any
    setter: Setter
    body: Box
    notes: list[str] = field(default_factory=list)

    def text(
        self, box: Box, paragraphs: Sequence[Paragraph], name: str, *, anchor: str = "t", wrap: bool = True
    ) -> Any:
        """Put a text box without margins."""
        shape = self.slide.shapes.add_textbox(*box.emu)
        shape.name = clean(name)
        set_text(shape, self.setter, paragraphs, anchor=anchor, wrap=wrap)
        return shape

    def picture(self, box: Box, png: bytes, name: str, alt: str) -> Any:
        """Put a picture with its alt text."""
        shape = self.slide.shapes.add_picture(io.BytesIO(png), *box.emu)
        describe(shape, name, alt)
        return shape

    def table(
        self, box: Box, table: Table, sizes: Sequence[float], name: str, alt: str, *, stretch: float = 1
    ) -> float:
        """Put a table that fits the box, its rows up to `stretch` times as high as they need; return its height."""
        fitted, size = fitted_table(table, box.height, sizes)
        heights = stretched(fitted.heights(size), box.height, stretch)
        place = replace(box, height=sum(heights))
        frame = self.slide.shapes.add_table(len(fitted.rows), len(fitted.widths), *place.emu)
        describe(frame, name, alt)
        _style_table(frame.table, fitted)
        for row, height in zip(frame.table.rows, heights, strict=True):
            row.height = Pt(height)
        for column, width in zip(frame.table.columns, fitted.widths, strict=True):
            column.width = Pt(width)
        for r, cells in enumerate(fitted.rows):
            for c, cell in enumerate(cells):
                self._cell(frame.table.cell(r, c), cell, fitted.size_of(r, size), r, c, fitted)
        return sum(heights)

    def _cell(self, target: Any, cell: Cell, size_pt: float, row: int, column: int, table: Table) -> None:
        is_header = table.has_header_row and row == 0
        is_term = table.has_header_column and column == 0
        colour = "#FFFFFF" if is_header else cell.colour or (style.TEXT_SECONDARY if is_term else None)
        mark = [Run("■ ", colour=cell.mark)] if cell.mark else []
        runs = (*mark, Run(cell.text, cell.bold or is_header, colour))
        self.setter.fill(target._tc.get_or_add_txBody(), [Paragraph(runs, size_pt, cell.align)])
        properties = target._tc.get_or_add_tcPr()
        for side, margin in zip(("marL", "marT", "marR", "marB"), CELL_MARGIN_PT * 2, strict=True):
            properties.set(side, str(Pt(margin)))
        properties.set("anchor", "ctr")
        line = etree.SubElement(properties, qn("a:lnB"), w=str(Pt(0.5)))
        _colour_xml(line, style.LINE)
        if is_header:
            fill = etree.SubElement(properties, qn("a:solidFill"))
            etree.SubElement(fill, qn("a:schemeClr"), val="tx2")
        elif table.striped and row % 2 == 0:
            _colour_xml(properties, style.HOVER)
        else:
            etree.SubElement(properties, qn("a:noFill"))

    def stacked_bars(
        self, box: Box, categories: Sequence[str], series: Sequence[tuple[str, Sequence[int], str]], name: str, alt: str
    ) -> Any:
        """Put a chart of horizontal stacked bars; a series is its name, its values and its colour."""
        data = CategoryChartData(number_format="0")
        data.categories = list(categories)
        for label, values, _ in series:
            data.add_series(label, values)
        frame = self.slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box.emu, data)
        describe(frame, name, alt)
        _style_chart(frame.chart, [colour for _, _, colour in series])
        for properties in frame.chart._chartSpace.iter(qn("a:defRPr"), qn("a:rPr")):
            _typeface_xml(properties, self.setter.typefaces.latin, self.setter.typefaces.east_asian)
        return frame

    def group(self, shapes: Sequence[Any], name: str, alt: str) -> Any:
        """Group shapes that are on the slide already: adding them to a group one by one would take far longer."""
        group = self.slide.shapes.add_group_shape(shapes=shapes)
        describe(group, name, alt)
        return group

    def write_notes(self) -> None:
        """Write the speaker notes."""
        notes = self.slide.notes_slide
        self.setter.fill(notes.notes_text_frame._txBody, [paragraph(each) for each in self.notes])


def set_text(
    shape: Any, setter: Setter, paragraphs: Sequence[Paragraph], *, anchor: str = "t", wrap: bool = True,
    margin_pt: float = 0,
) -> None:  # fmt: skip
    """Set a shape's text, without automatic fitting: what is put fits already."""
    body = shape._element.txBody
    settings = body.find(qn("a:bodyPr"))
    for side in ("lIns", "tIns", "rIns", "bIns"):
        settings.set(side, str(Pt(margin_pt)))
    settings.set("wrap", "square" if wrap else "none")
    settings.set("anchor", anchor)
    for child in list(settings):
        settings.remove(child)
    etree.SubElement(settings, qn("a:noAutofit"))
    setter.fill(body, paragraphs)


def describe(shape: Any, name: str, alt: str) -> None:
    """Set the name in the selection pane and the alt text."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("name", clean(name))
    properties.set("descr", clean(alt))


def _style_table(table: Any, wanted: Table) -> None:
    table.first_row, table.horz_banding = wanted.has_header_row, False
    table.first_col = wanted.has_header_column
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = NO_STYLE_TABLE


def _style_chart(chart: Any, colours: Sequence[str]) -> None:
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.color.rgb = Pt(10), RGBColor.from_string(style.TEXT[1:])
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 42, 100
    axis = chart.category_axis
    axis.reverse_order, axis.major_tick_mark = True, XL_TICK_MARK.NONE
    axis.format.line.color.rgb = RGBColor.from_string(style.LINE[1:])
    values = chart.value_axis
    values.has_major_gridlines, values.visible = False, False
    values.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    for series, colour in zip(plot.series, colours, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:])
        series.format.line.color.rgb = RGBColor(255, 255, 255)
        labels = series.data_labels
        labels.show_value, labels.number_format, labels.number_format_is_linked = True, '[>=3]0;""', False
        labels.font.size, labels.font.bold = Pt(9), True
        labels.font.color.rgb = RGBColor.from_string(contrasting(colour)[1:])


def contrasting(colour: str) -> str:
    """Return white or the text colour, whichever reads better on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    return style.TEXT if light > 0.22 else "#FFFFFF"


class SlideDeck:
    """A presentation being made. `body` is the room between the subtitle and the footer."""

    def __init__(self, words: Words, template: Path | None = None, *, title_colour: str | None = None) -> None:
        self.words, self.title_colour = words, title_colour
        self.presentation, typefaces = open_presentation(template)
        self.setter = Setter(typefaces, words.html_lang)
        self.layout = title_layout_of(self.presentation)
        self.width = Emu(self.presentation.slide_width or 0).pt
        self.height = Emu(self.presentation.slide_height or 0).pt
        self.title_box = _box_of(placeholder_of(self.layout, TITLES))
        self.subtitle_box = Box(
            self.title_box.left, self.title_box.top + self.title_box.height + 3, self.title_box.width, SUBTITLE_PT * 1.5
        )
        top = self.subtitle_box.top + self.subtitle_box.height + 8
        self.body = Box(self.title_box.left, top, self.title_box.width, self._footer_top() - 6 - top)
        self._slides: list[Canvas] = []

    def _footer_top(self) -> float:
        furniture = [
            placeholder_of(self.layout, {kind}) for kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
        ]
        tops = [_box_of(shape).top for shape in furniture if shape is not None]
        return min([top for top in tops if top > self.height * 0.7] or [self.height - 30])

    def __len__(self) -> int:
        return len(self._slides)

    def add(self, title: str, subtitle: str, footer: Sequence[Run]) -> Canvas:
        """Add a slide with its native title, subtitle, footer and number."""
        slide = self.presentation.slides.add_slide(self.layout)
        canvas = Canvas(slide, self.setter, self.body)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.type not in TITLES:
                shape._element.getparent().remove(shape._element)
        self._title(canvas, title)
        fitted, size = fitted_text(subtitle, self.subtitle_box.width, self.subtitle_box.height, (SUBTITLE_PT, 10, 9))
        canvas.text(self.subtitle_box, [paragraph(fitted, size, colour=style.TEXT_SECONDARY)], "subtitle")
        if fitted != clean(subtitle):
            canvas.notes.append(clean(subtitle))
        self._footer(canvas, footer)
        self._number(canvas)
        self._slides.append(canvas)
        return canvas

    def _title(self, canvas: Canvas, title: str) -> None:
        box = self.title_box
        fitted, size = fitted_line(title, box.width, range(TITLE_PT, LEAST_TITLE_PT, -1), bold=True)
        if not size:
            fitted, size = fitted_text(title, box.width, box.height, (15, 14), bold=True)
        shape = canvas.slide.shapes.title
        self.setter.fill(shape._element.txBody, [Paragraph((Run(fitted, colour=self.title_colour),), size)], title=True)
        if fitted != clean(title):
            canvas.notes.append(clean(title))

    def _footer(self, canvas: Canvas, runs: Sequence[Run]) -> None:
        layout = placeholder_of(self.layout, {PP_PLACEHOLDER.FOOTER})
        whole = "".join(run.text for run in runs)
        box = Box(self.body.left, self.height - 26, self.body.width - 50, 22) if layout is None else _box_of(layout)
        fitted, size = fitted_line(whole, box.width - 2, (FOOTER_PT, 7.5, 7))
        if not size:
            fitted, size = fitted_text(whole, box.width - 2, max(box.height, 20), (7.5, 7, LEAST_FOOTER_PT))
        if fitted != clean(whole):
            canvas.notes.append(clean(whole))
            runs = _cut_runs(runs, len(fitted) - 1)
        paragraphs = [Paragraph(tuple(runs), size)]
        if layout is None:
            canvas.text(box, paragraphs, "footer")
            return
        body = self._clone(canvas, layout)
        self.setter.fill(body, paragraphs)

    def _number(self, canvas: Canvas) -> None:
        layout = placeholder_of(self.layout, {PP_PLACEHOLDER.SLIDE_NUMBER})
        if layout is None:
            return
        body = self._clone(canvas, layout)
        for old in body.findall(qn("a:p")):
            body.remove(old)
        node = etree.SubElement(body, qn("a:p"))
        number = etree.SubElement(node, qn("a:fld"), id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}", type="slidenum")
        properties = etree.SubElement(number, qn("a:rPr"), lang=self.words.html_lang)
        _typeface_xml(properties, self.setter.typefaces.latin, self.setter.typefaces.east_asian)
        etree.SubElement(number, qn("a:t")).text = str(len(self._slides) + 1)

    def _clone(self, canvas: Canvas, layout: Any) -> Any:
        """Put the layout's footer or number placeholder on the slide, which the library leaves out; return its text."""
        kind = layout._element.find(f".//{qn('p:ph')}")
        tree = canvas.slide.shapes._spTree
        number = max(int(i) for i in tree.xpath(".//p:cNvPr/@id")) + 1
        shape = parse_xml(
            f"<p:sp {nsdecls('p', 'a')}><p:nvSpPr><p:cNvPr id='{number}' name=''/><p:cNvSpPr><a:spLocks noGrp='1'/>"
            "</p:cNvSpPr><p:nvPr><p:ph/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody>"
            "</p:sp>"
        )
        shape.find(f".//{qn('p:cNvPr')}").set("name", layout.name)
        for key, value in kind.attrib.items():
            shape.find(f".//{qn('p:ph')}").set(key, value)
        tree.append(shape)
        return shape.find(qn("p:txBody"))

    def save(self, path: Path, *, title: str, subject: str, language: str) -> None:
        """Write the file."""
        theme_of(self.presentation.notes_master.part)
        properties = self.presentation.core_properties
        properties.title, properties.subject, properties.language = clean(title)[:250], clean(subject)[:250], language
        properties.author = properties.last_modified_by = properties.comments = ""
        self.presentation.save(str(path))


def _box_of(shape: Any) -> Box:
    return Box(*(Emu(length).pt for length in (shape.left, shape.top, shape.width, shape.height)))


def _cut_runs(runs: Sequence[Run], length: int) -> list[Run]:
    """Return runs cut to so many characters, ending in an ellipsis."""
    kept: list[Run] = []
    for run in runs:
        if length <= 0:
            break
        kept.append(replace(run, text=run.text[:length] + ("…" if len(run.text) > length else "")))
        length -= len(run.text)
    return kept


def one_line(text: str, limit_pt: float, size_pt: float, *, bold: bool = False) -> str:
    """Return text cut to one line."""
    return shortened(clean(text), room(text, limit_pt), size_pt, bold=bold)


def line_width(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return the room that one line of text needs, in points."""
    return width_pt(text, size_pt, bold=bold) * 1000 / room(text, 1000)
