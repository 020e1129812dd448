"""CSV: comma, semicolon, tab or bar between the cells; UTF-8, UTF-16 or GBK; formulas stay the text that they are."""

import csv
from collections.abc import Iterator
from typing import Final

from geo.intake.coordinate_columns import HEAD_ROW, CoordinateColumns, add_rows, number_texts, unique_headers
from geo.intake.encoding import BYTE_ORDER_MARKS, decoded, encoding_of
from geo.intake.limits import (
    MAX_CELL_CHARS,
    MAX_COLUMNS,
    MAX_FEATURES,
    MAX_OPEN_QUOTES,
    RefusedFileError,
    hold_to,
)
from geo.intake.table import Features, Table, feature_problem, finished
from geo.problem import Problem

SEPARATORS: Final = ",;\t|"

csv.field_size_limit(MAX_CELL_CHARS)  # of the process; the default would cut off a parcel in WKT


def read_csv(name: str, content: bytes, where: CoordinateColumns | None = None) -> Table:
    """Return the rows under a CSV file's head line, with their place by `where` or by what the headers say.

    Raises
    ------
    RefusedFileError : if it is no text, or above the limits
    """
    features = Features(name)
    lines, odd, encoding = _lines(name, content)
    hold_to(MAX_FEATURES * 2, len(lines), "import_too_many_features", name, MAX_FEATURES)
    separator = max(SEPARATORS, key=(lines[0] if lines else "").count)
    records = _records(features, lines, separator)
    _, head = next(records, (0, []))
    headers, problems = unique_headers(name, head)
    hold_to(MAX_COLUMNS, len(headers), "import_too_many_columns", name)
    features.problems.extend(problems)
    starts: dict[int, int] = {}
    add_rows(features, headers, _bodies(records, starts), where)
    _tell_odd_lines(features, [starts[number] for number in features.numbers], odd, encoding)
    number_texts(features.rows)
    return finished(features, file_format="csv", encoding=encoding)


def _lines(name: str, content: bytes) -> tuple[list[str], set[int], str]:
    """Return the lines, the positions of those not in the file's encoding or with null bytes, and the encoding."""
    mark = next((mark for mark in BYTE_ORDER_MARKS if content.startswith(mark)), b"")
    if BYTE_ORDER_MARKS.get(mark) == "utf-16":
        try:
            return content.decode("utf-16").splitlines(keepends=True), set(), "utf-16"
        except UnicodeDecodeError as error:
            raise RefusedFileError(Problem("import_broken", name, str(error)[:120])) from error
    raw = content.removeprefix(mark).splitlines(keepends=True)
    encoding = encoding_of(raw)
    lines = [decoded(line, encoding) for line in raw]
    odd = {position for position, (_, clean) in enumerate(lines) if not clean}
    return [line for line, _ in lines], odd, encoding


def _records(features: Features, lines: list[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the position of its first line.

    A quote that is never closed would take in all rows below it: such a line is told and read as it stands.
    """
    start = open_quotes = 0
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=separator, strict=True)
        done = 0
        try:
            for cells in reader:
                yield start + done, cells
                done = reader.line_num
            return
        except csv.Error as error:
            open_quotes += 1
            if open_quotes > MAX_OPEN_QUOTES:
                raise RefusedFileError(Problem("import_broken", features.name, str(error)[:120])) from error
            start += done
            features.problems.append(Problem("import_quote_open", features.name, str(start + 1)))
            yield start, [cell.strip().replace('"', "") for cell in lines[start].split(separator, MAX_COLUMNS)]
            start += 1


def _bodies(records: Iterator[tuple[int, list[str]]], starts: dict[int, int]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that has any cells under its row's number, and note in `starts` on which line it began."""
    for number, (start, cells) in enumerate(records, HEAD_ROW + 1):
        if any(cells):
            starts[number] = start
            yield number, cells


def _tell_odd_lines(features: Features, starts: list[int], odd: set[int], encoding: str) -> None:
    ends = [*starts[1:], float("inf")] if starts else []
    remaining = sorted(odd)
    for number, end in enumerate(ends, start=1):
        mine = [position for position in remaining[:1] if position < end]
        while remaining and remaining[0] < end:
            remaining.pop(0)
        if mine:
            features.problems.append(feature_problem("import_text_mixed", features.name, number, encoding))
