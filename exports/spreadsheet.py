"""Tables for the office: an XLSX workbook and a CSV file, in which no text can act as a formula."""

import csv
import datetime
import math
import re
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Final
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from exports.fields import Field
from exports.records import Fact, Loss, Records, Row, Table, Value, cut_to_bytes, loss_table, records_of
from exports.request import ExportRequest
from geo.load import Dataset
from layers import style
from layers.indicator_rows import rules_in_words
from layers.words import Words

CELL_UNITS: Final = 32767  # Excel's limit, in UTF-16 units
LINE_PT: Final = 17  # hanzi stand higher than Latin
MAX_ROW_PT: Final = 405  # Excel's limit is 409
PAPER_A3: Final = 8
PAPER_A4: Final = 9
FROZEN_COLUMNS: Final = 2
ABOUT_WIDTHS: Final = (22, 96)
# What spreadsheets take for the start of a formula, in full width too.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")
# What an about sheet says of projects, and does not where there are none in the workbook.
_OF_PROJECTS: Final = frozenset(
    {"filter", "counts", "none_found", "purpose", "accuracy", "sectors", "structure", "credit"}
)
_CARRIAGE_RETURN = re.compile(r"\r\n?")


def defused(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would read the cell as a formula.

    A plain negative number is none, and stays as it is.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NEGATIVE.fullmatch(text) else text


def write_csv(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write the projects that pass the filter to a CSV file with a byte order mark, as Excel needs for Chinese.

    A cell that starts like a formula gets an apostrophe before it (see ``defused``). The mentions stand in one
    column; as CSV has no room beside its rows, each row carries the currency line and the data version.
    """
    path.write_bytes(csv_bytes(records_of(data, request).projects, request.words))


def csv_bytes(table: Table, words: Words) -> bytes:
    """Return a table as CSV: UTF-8 with byte order mark, headed in words, defused."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([words(each.label) for each in table.fields])
    writer.writerows([_csv_cell(row[each.name]) for each in table.fields] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: Value) -> Value:
    return defused(value) if isinstance(value, str) else value


def write_xlsx(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write a workbook: about, projects, mentions, structure, indicators, programmes, sources, and losses if any.

    Every text is written as text: none becomes a formula, a link or a number.
    """
    records = _with_rule(records_of(data, request), request.words)
    sheets = (
        ("table.sheet_projects", records.projects),
        ("table.sheet_mentions", records.mentions),
        ("table.sheet_elements", records.elements),
        ("table.sheet_indicators", records.indicators),
        ("table.sheet_programmes", records.programmes),
        ("table.sheet_sources", records.sources),
    )
    write_book(records, request, path, sheets)


def write_indicators_xlsx(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write a workbook of the indicators and programmes alone, with what is to be known of them."""
    records = _with_rule(records_of(data, request), request.words)
    records = replace(records, facts=tuple(fact for fact in records.facts if fact.key not in _OF_PROJECTS))
    sheets = (("table.sheet_indicators", records.indicators), ("table.sheet_programmes", records.programmes))
    write_book(records, request, path, sheets)


def _with_rule(records: Records, words: Words) -> Records:
    rule = Fact("met_rule", words("indicator.rule"), " ".join(rules_in_words(words)))
    return replace(records, facts=(*records.facts, rule))


def write_book(records: Records, request: ExportRequest, path: Path, sheets: Iterable[tuple[str, Table]]) -> None:
    """Write a workbook of what is to be known of it and `sheets`, each with the identifier of its name."""
    words = request.words
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"title": records.title, "created": _midnight(request.made_on)})
        book = _Book(workbook, words, records)
        about = workbook.add_worksheet(words("table.sheet_about"))
        for label, table in sheets:
            book.write_table(label, table)
        if book.losses:
            book.write_table("table.sheet_losses", loss_table(book.losses))
        book.write_about(about)


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time())


def line_count(value: Value, width: int) -> int:
    """Return how many lines a cell of `width` characters needs; a hanzi is two characters wide."""
    wide = [sum(1 + (east_asian_width(letter) in "WF") for letter in line) for line in str(value).split("\n")]
    return sum(max(1, math.ceil(each / (width - 1))) for each in wide)


def fitting_cell(text: str) -> str:
    """Return the start of `text` that fits a cell, no character cut in two."""
    units = text.encode("utf-16-le")
    return text if len(units) <= 2 * CELL_UNITS else units[: 2 * CELL_UNITS].decode("utf-16-le", errors="ignore")


class _Book:
    """A workbook in the making, with its formats and the losses met on the way."""

    def __init__(self, workbook: xlsxwriter.Workbook, words: Words, records: Records) -> None:
        self.workbook, self.words, self.records = workbook, words, records
        self.losses: list[Loss] = list(records.losses)
        cell = {"valign": "top", "text_wrap": True, "border": 1, "border_color": style.LINE}
        self.head: Format = workbook.add_format(
            {**cell, "valign": "vcenter", "bold": True, "font_color": "#FFFFFF", "bg_color": style.TITLE}
        )
        self.title: Format = workbook.add_format({"bold": True, "font_size": 16, "font_color": style.TITLE})
        self.formats: dict[str, Format] = {
            "text": workbook.add_format(cell),
            "formula-like": workbook.add_format({**cell, "quote_prefix": True}),
            "integer": workbook.add_format({**cell, "num_format": "#,##0"}),
            "number": workbook.add_format({**cell, "num_format": "0.00000"}),
            "date": workbook.add_format({**cell, "num_format": "yyyy-mm-dd"}),
        }

    def write_table(self, label: str, table: Table) -> None:
        """Write a table as a sheet of its own."""
        sheet = self.workbook.add_worksheet(self.words(label))
        last = max(len(table.rows), 1)
        for column, each in enumerate(table.fields):
            sheet.set_column(column, column, each.width)
            sheet.write_string(0, column, self.words(each.label), self.head)
            for number, row in enumerate(table.rows, start=1):
                self._write_cell(sheet, number, column, each, table, row)
        sheet.set_row(0, 2 * LINE_PT)
        for number, row in enumerate(table.rows, start=1):
            lines = max(line_count(row[each.name], each.width) for each in table.fields)
            sheet.set_row(number, min(lines * LINE_PT, MAX_ROW_PT))
        sheet.freeze_panes(1, FROZEN_COLUMNS)
        sheet.autofilter(0, 0, last, len(table.fields) - 1)
        sheet.repeat_rows(0)
        printed = sum(each.printed and not each.code for each in table.fields)
        sheet.print_area(0, 0, last, printed - 1)
        # Values of indicators are texts, as the plan prints them, even where they look like numbers.
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, last, len(table.fields) - 1)})
        self._set_up_page(sheet, PAPER_A3)

    def _write_cell(self, sheet: Worksheet, line: int, column: int, each: Field, table: Table, row: Row) -> None:
        value, looks = row[each.name], self.formats[each.kind]
        match value:
            case None:
                sheet.write_blank(line, column, None, self.formats["text"])
            case str():
                self._write_text(sheet, line, column, self._fitting(value, each, table, row))
            case datetime.date():
                sheet.write_datetime(line, column, _midnight(value), looks)
            case _:
                sheet.write_number(line, column, value, looks)

    def _write_text(self, sheet: Worksheet, line: int, column: int, text: str) -> None:
        # The mark that an apostrophe leaves in Excel: the cell stays text when somebody edits it.
        looks = self.formats["formula-like" if _FORMULA.match(text) else "text"]
        # A line break in a cell is a line feed; a carriage return would show as _x000D_ in many readers.
        sheet.write_string(line, column, _CARRIAGE_RETURN.sub("\n", text), looks)

    def _fitting(self, text: str, each: Field, table: Table, row: Row) -> str:
        fitting = fitting_cell(text)
        if fitting != text:
            record = str(row.get("id") or row.get("project_id") or "")
            kept, whole = len(fitting.encode()), len(text.encode())
            self.losses.append(Loss(table.name, record, each.name, self.words("table.loss_cut"), kept, whole, text))
        return fitting

    def write_about(self, sheet: Worksheet) -> None:
        """Write the first sheet: what the file is, and what is to be known of it."""
        found = self.words("table.losses_found", n=len(self.losses)) if self.losses else self.words("table.losses_none")
        sheet.set_column(0, 0, ABOUT_WIDTHS[0])
        sheet.set_column(1, 1, ABOUT_WIDTHS[1])
        sheet.write_string(0, 0, self.records.title, self.title)
        facts = [(fact.label, fact.value) for fact in self.records.facts if fact.key != "title"]
        for line, (label, value) in enumerate([*facts, (self.words("table.sheet_losses"), found)], start=2):
            self._write_text(sheet, line, 0, label)
            self._write_text(sheet, line, 1, value)
            sheet.set_row(line, LINE_PT * max(map(line_count, (label, value), ABOUT_WIDTHS)))
        sheet.hide_gridlines(2)
        self._set_up_page(sheet, PAPER_A4)

    def _set_up_page(self, sheet: Worksheet, paper: int) -> None:
        as_worded = next(fact.value for fact in self.records.facts if fact.key == "as_worded")
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.set_header(f"&L{cut_to_bytes(self.records.title, 150).replace('&', '&&')}")
        sheet.set_footer(f"&L{as_worded.replace('&', '&&')}&R{self.words('table.page')}")
