"""One cell as a field's value: numbers, dates and codes as people write them, each repair named."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any, Final, NamedTuple
from unicodedata import normalize

from geo.intake.mapping import ImportField, plain


class Cell(NamedTuple):
    """A cell's value; where it was repaired the code of how, where it cannot be read that of why, and the detail."""

    value: Any = None
    note: str = ""
    detail: str = ""
    bad: bool = False


Parser = Callable[[Any], Cell]
EMPTY: Final = Cell()
SHOWN_CHARS: Final = 60
SPACES: Final = re.compile(r"[ \t\u00a0\u2000-\u200b\u202f\u3000\ufeff]+")
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DEFUSED: Final = re.compile(r"'(?=\s*[=+\-@＝＋－＠]|[\t\r\n])")
NUMBER: Final = re.compile(r"([+-]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)(m2|m²|㎡|平方米|m|米)?")
DATE_AS_WRITTEN: Final = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[T ][\d:.]*)?")
DATE_IN_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
M2_OF_UNIT: Final = {
    "万平方米": 10_000, "万平米": 10_000, "万m2": 10_000, "万㎡": 10_000, "公顷": 10_000, "ha": 10_000,
    "hectare": 10_000, "hectares": 10_000, "亩": 10_000 / 15, "mu": 10_000 / 15, "平方公里": 1_000_000,
    "km2": 1_000_000,
}  # fmt: skip
"""Square metres in the units that a heading may state; 15 mu are a hectare."""
UNIT_IN_HEADING: Final = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]\s*$|[,，/_ ]\s*(\w+)\s*$")


def unit_of(heading: str) -> tuple[str, float] | None:
    """Return the unit of area that a heading states and its square metres, None where it states none or metres."""
    found = UNIT_IN_HEADING.search(heading)
    unit = normalize("NFKC", (found.group(1) or found.group(2) or "") if found else "").strip().casefold()
    return (unit, M2_OF_UNIT[unit]) if unit in M2_OF_UNIT else None


def parser_of(each: ImportField, heading: str, codes: Mapping[str, Mapping[str, str]]) -> Parser:
    """Return what reads the cells of the column `heading` for a field."""
    match each.kind:
        case "number" | "integer":
            unit = unit_of(heading) if each.path.endswith("_m2") else None
            return lambda raw: _number(raw, unit, whole=each.kind == "integer")
        case "date":
            return _date
        case "code":
            return lambda raw: _code(raw, codes[each.path])
        case "record":
            return _record
    return _text


def parsed(values: list[Any], parse: Parser) -> list[Cell]:
    """Return every cell read; equal ones are read once."""
    known: dict[Any, Cell] = {}
    cells = []
    for raw in values:
        if raw is None or raw == "":
            cells.append(EMPTY)
            continue
        cell = known.get(raw)
        if cell is None:
            cell = known[raw] = parse(raw)
        cells.append(cell)
    return cells


def _bad(code: str, raw: Any) -> Cell:
    return Cell(None, code, str(raw)[:SHOWN_CHARS], True)


def _text(raw: Any) -> Cell:
    said = str(raw)
    if said.isprintable() and said[0] != "'" and said == said.strip() and "  " not in said:
        return Cell(said)
    safe = DEFUSED.sub("", said, count=1) if said.startswith("'") else said
    text = "\n".join(SPACES.sub(" ", line).strip() for line in CONTROLS.sub("", safe).splitlines()).strip()
    if not text:
        return EMPTY
    if safe != said and text == safe:
        return Cell(text)  # our own guard against formulas, taken off again
    return Cell(text, "import_text_cleaned", text[:SHOWN_CHARS]) if text != safe else Cell(text)


def _number(raw: Any, unit: tuple[str, float] | None, *, whole: bool) -> Cell:
    number = raw
    note = ""
    if isinstance(raw, str):
        plainly = SPACES.sub("", normalize("NFKC", raw))
        if not plainly or plainly in "-—/":
            return EMPTY
        found = NUMBER.fullmatch(plainly)
        if found is None:
            return _bad("import_value_number", raw)
        number = float(found.group(1).replace(",", ""))
        note = "" if raw == found.group(1) and "," not in raw else "import_number_read"
    if not isfinite(number):
        return _bad("import_value_number", raw)
    value = float(number) * (unit[1] if unit else 1)
    if unit:
        value = round(value, 2)
        note = "import_unit_converted"
    if whole and value != int(value):
        return _bad("import_value_whole", raw)
    value = int(value) if value == int(value) else value
    return Cell(value, note, f"{str(raw)[:SHOWN_CHARS]}{f' {unit[0]}' if unit else ''} → {value:.15g}" if note else "")


def _date(raw: Any) -> Cell:
    said = SPACES.sub("", normalize("NFKC", str(raw).split("T")[0]))
    found = DATE_AS_WRITTEN.fullmatch(said) or DATE_IN_DIGITS.fullmatch(said)
    if found is None:
        return _bad("import_value_date", raw) if said else EMPTY
    try:
        value = date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return _bad("import_value_date", raw)
    same = str(raw).split("T")[0] in (value, value.replace("-", "/"))
    return Cell(value) if same else Cell(value, "import_date_read", f"{str(raw)[:SHOWN_CHARS]} → {value}")


def _code(raw: Any, codes: Mapping[str, str]) -> Cell:
    said = plain(str(raw))
    if not said:
        return EMPTY
    code = codes.get(said)
    return _bad("import_value_unknown", raw) if code is None else Cell(code, "", str(raw).strip())


def _record(raw: Any) -> Cell:
    try:
        value = json.loads(raw)
    except (ValueError, TypeError, RecursionError):
        return EMPTY
    return Cell(value) if isinstance(value, dict) else EMPTY
