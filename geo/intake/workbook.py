"""XLSX: one sheet's rows under its head line; a formula counts by the value stored with it."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import zip_longest
from typing import Any, Final

from openpyxl import load_workbook

from geo.intake.archive import open_archive, read_member, refuse_entities
from geo.intake.coordinate_columns import (
    HEAD_ROW,
    CoordinateColumns,
    add_rows,
    coordinate_columns,
    number_texts,
    unique_headers,
)
from geo.intake.limits import MAX_COLUMNS, MAX_FEATURES, RefusedFileError, hold_to
from geo.intake.table import Features, Table, feature_problem, finished
from geo.problem import Problem

MARKUP: Final = (".xml", ".rels", ".vml")
CODES_NAME: Final = "xigang_codes"
"""The defined name by which the template marks its sheet of codes, which holds no rows to read."""


def read_workbook(name: str, content: bytes, layer: str | None = None, where: CoordinateColumns | None = None) -> Table:
    """Return the rows of the sheet that `layer` names, else of the first that has columns for the place, if any has.

    Raises
    ------
    RefusedFileError : if it is damaged, declares entities, or is above the limits
    """
    has_formulas = _inspect(name, content)
    try:
        sheets = _Sheets(content, has_formulas=has_formulas)
    except Exception as error:  # openpyxl lets through what the XML parser, zlib and its own checks raise
        raise RefusedFileError(Problem("import_broken", name, str(error)[:120])) from error
    with closing(sheets):
        if not sheets.names:
            raise RefusedFileError(Problem("import_empty", name))
        chosen = layer if layer in sheets.names else sheets.likeliest(where)
        features = Features(name)
        rows = _until_broken(features, sheets.rows(chosen))
        _, head, _ = next(rows, (0, [], []))
        headers, problems = unique_headers(name, head)
        hold_to(MAX_COLUMNS, len(headers), "import_too_many_columns", name)
        features.problems.extend(problems)
        add_rows(features, headers, _values(features, rows), where)
    number_texts(features.rows)
    return finished(features, file_format="xlsx", layer=chosen, layers=tuple(sheets.names))


def _inspect(name: str, content: bytes) -> bool:
    """Refuse what no workbook needs; return whether any sheet has a formula."""
    archive = open_archive(name, content)
    has_formulas = False
    for member in archive.infolist():
        if member.filename.lower().endswith(MARKUP):
            xml = read_member(name, archive, member)
            refuse_entities(name, xml)
            has_formulas = has_formulas or b"<f>" in xml or b"<f " in xml
    return has_formulas


class _Sheets:
    """A workbook read for its values, and beside it for its formulas where it has any."""

    def __init__(self, content: bytes, *, has_formulas: bool) -> None:
        with warnings.catch_warnings():  # of features that it does not keep, which nobody asked it to
            warnings.simplefilter("ignore")
            self.values = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            self.formulas = load_workbook(BytesIO(content), read_only=True, keep_links=False) if has_formulas else None
        titles = [str(sheet.title) for sheet in self.values.worksheets]
        mark = self.values.defined_names.get(CODES_NAME)
        codes = {title for title, _ in mark.destinations} if mark else set()
        self.names = [title for title in titles if title not in codes] or titles

    def rows(self, name: str) -> Iterator[tuple[list[Any], list[Any]]]:
        """Yield the values of each row and, where there are formulas, what stands in its cells."""
        books = [self.values] if self.formulas is None else [self.values, self.formulas]
        each = []
        for book in books:
            sheet = book[name]
            sheet.reset_dimensions()  # what the file says of them may be anything
            each.append(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True))
        for values, *written in zip(*each, strict=True):
            cells = _without_empty_end(values)
            yield cells, _without_empty_end(written[0]) if written else cells

    def likeliest(self, where: CoordinateColumns | None) -> str:
        """Return the first sheet whose head line has columns for the place, the first of all where none has."""
        for name in self.names if where is None else ():
            head = next(self.values[name].iter_rows(max_row=1, max_col=MAX_COLUMNS, values_only=True), ())
            if coordinate_columns(str(cell) for cell in head if cell is not None):
                return name
        return self.names[0]

    def close(self) -> None:
        self.values.close()
        if self.formulas is not None:
            self.formulas.close()


def _until_broken(
    features: Features, rows: Iterator[tuple[list[Any], list[Any]]]
) -> Iterator[tuple[int, list[Any], list[Any]]]:
    """Yield the rows under their numbers; those after a break or a long gap cannot be read, which is told."""
    empty = 0
    try:
        for number, (values, written) in enumerate(rows, HEAD_ROW):
            empty = 0 if any(cell is not None for cell in written) else empty + 1
            hold_to(MAX_FEATURES, empty, "import_too_many_features", features.name)
            if not empty:
                yield number, values, written
    except RefusedFileError:
        raise
    except Exception as error:  # as above
        features.problems.append(Problem("import_broken", features.name, str(error)[:120]))


def _values(features: Features, rows: Iterator[tuple[int, list[Any], list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    for number, values, written in rows:
        pairs = list(zip_longest(values, written))
        lost = [formula for value, formula in pairs if value is None and isinstance(formula, str)]
        if lost:
            feature = len(features.rows) + 1
            features.problems.append(feature_problem("import_formula_no_value", features.name, feature, lost[0]))
        # What the formula says is kept where its value is not known, so that no cell is lost.
        yield number, [_cell(formula if value is None else value) for value, formula in pairs]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value) if isinstance(value, date | time | timedelta) else value


def _without_empty_end(cells: Sequence[Any]) -> list[Any]:
    if cells.count(None) == len(cells):  # the fast way over long gaps
        return []
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return list(cells[:end])
