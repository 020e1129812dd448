"""Tables on slides: as large in type as their place allows, as PowerPoint's own objects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import etree
from pptx.oxml.ns import qn
from pptx.util import Pt

from exports.decktext import LINE, Paragraph, Run, Setter, colour_xml, joined, lines_of, text_height
from exports.slides import Box, Canvas, describe
from layers import style

CELL_MARGIN_PT: Final = (4.5, 2.5)
NO_STYLE_TABLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


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
        return joined(lines_of(cell.text, inner, size_pt, bold=self._bold(cell, row), most=lines), cell.text)


def fits(table: Table, height_pt: float, size_pt: float) -> bool:
    """Return whether a table is no higher than `height_pt` in type of this size."""
    return sum(table.heights(size_pt)) <= height_pt


def fitted_table(table: Table, height_pt: float, sizes: Sequence[float]) -> tuple[Table, float]:
    """Return the table and the largest of `sizes` (descending) at which it fits; at the last, long cells are cut."""
    for size in sizes:
        if fits(table, height_pt, size):
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


def put_table(
    canvas: Canvas, box: Box, table: Table, sizes: Sequence[float], name: str, alt: str, *, stretch: float = 1
) -> float:
    """Put a table that fits the box, its rows up to `stretch` times as high as they need; return its height."""
    fitted, size = fitted_table(table, box.height, sizes)
    heights = stretched(fitted.heights(size), box.height, stretch)
    place = replace(box, height=sum(heights))
    frame = canvas.slide.shapes.add_table(len(fitted.rows), len(fitted.widths), *place.emu)
    describe(frame, name, alt)
    _style_table(frame.table, fitted)
    for row, height in zip(frame.table.rows, heights, strict=True):
        row.height = Pt(height)
    for column, width in zip(frame.table.columns, fitted.widths, strict=True):
        column.width = Pt(width)
    for r, cells in enumerate(fitted.rows):
        for c, cell in enumerate(cells):
            _put_cell(canvas.setter, frame.table.cell(r, c), cell, fitted.size_of(r, size), r, c, fitted)
    return sum(heights)


def _put_cell(setter: Setter, target: Any, cell: Cell, size_pt: float, row: int, column: int, table: Table) -> None:
    is_header = table.has_header_row and row == 0
    is_term = table.has_header_column and column == 0
    colour = "#FFFFFF" if is_header else cell.colour or (style.TEXT_SECONDARY if is_term else None)
    mark = [Run("■ ", colour=cell.mark)] if cell.mark else []
    runs = (*mark, Run(cell.text, cell.bold or is_header, colour))
    setter.fill(target._tc.get_or_add_txBody(), [Paragraph(runs, size_pt, cell.align)])
    properties = target._tc.get_or_add_tcPr()
    for side, margin in zip(("marL", "marT", "marR", "marB"), CELL_MARGIN_PT * 2, strict=True):
        properties.set(side, str(Pt(margin)))
    properties.set("anchor", "ctr")
    line = etree.SubElement(properties, qn("a:lnB"), w=str(Pt(0.5)))
    colour_xml(line, style.LINE)
    if is_header:
        fill = etree.SubElement(properties, qn("a:solidFill"))
        etree.SubElement(fill, qn("a:schemeClr"), val="tx2")
    elif table.striped and row % 2 == 0:
        colour_xml(properties, style.HOVER)
    else:
        etree.SubElement(properties, qn("a:noFill"))


def _style_table(table: Any, wanted: Table) -> None:
    table.first_row, table.horz_banding = wanted.has_header_row, False
    table.first_col = wanted.has_header_column
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = NO_STYLE_TABLE
