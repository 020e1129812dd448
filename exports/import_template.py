"""A workbook to fill in: one column a field, lists to choose codes from, and an example that no import takes."""

import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from geo.intake.mapping import ENUMS
from geo.intake.table import EXAMPLE_ID
from geo.intake.workbook import CODES_NAME
from geo.load import Dataset
from geo.names import name_in
from geo.vocabulary import Grade, Phase, Sector
from layers import style
from layers.import_words import code_word, field_word
from layers.words import Words

COLUMNS: Final = (
    "id", "name", "names.en", "lon", "lat", "sector", "phase", "group", "element", "location.grade",
    "location.accuracy_m", "location.basis", "location.basis.en", "location.address", "location.source",
    "location.checked", "summary", "summary.en", "current_status.value", "current_status.date",
    "current_status.source", "offer.site_area_m2", "offer.plot_ratio", "offer.land_use", "offer.investment_sought",
    "offer.contact", "offer.date", "offer.source", "names.ja", "names.ko", "names.ru",
)  # fmt: skip
NEEDED: Final = frozenset({"name", "sector", "phase"})
DATES: Final = frozenset({"location.checked", "current_status.date", "offer.date"})
FILLED_ROWS: Final = 1_000
WIDTH: Final = 18
WIDE: Final = 30
EXAMPLE_ACCURACY_M: Final = 5


def write_import_template(data: Dataset, words: Words, path: Path) -> None:
    """Write the template in the words' language. Its headings are those that an import knows."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(words("import.sheet_fill"))
        lists = _write_codes(book, words, _choices(data, words))
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": style.TITLE, "text_wrap": True, "valign": "vcenter"}
        heads = {True: book.add_format({**head, "underline": 1}), False: book.add_format(head)}
        example = book.add_format({"italic": True, "font_color": style.TEXT_SECONDARY})
        as_date = book.add_format({"num_format": "yyyy-mm-dd"})
        filled = _example(data, words)
        for column, path_of_field in enumerate(COLUMNS):
            label = field_word(words, path_of_field)
            sheet.set_column(column, column, WIDE if "basis" in path_of_field else WIDTH,
                             as_date if path_of_field in DATES else None)  # fmt: skip
            sheet.write_string(0, column, label, heads[path_of_field in NEEDED])
            value = filled.get(path_of_field)
            if isinstance(value, str):
                sheet.write_string(1, column, value, example)
            elif value is not None:
                sheet.write_number(1, column, value, example)
            if rule := _rule(path_of_field, lists):
                sheet.data_validation(1, column, FILLED_ROWS, column, rule)
        sheet.set_row(0, 34)
        sheet.freeze_panes(1, 2)


def _choices(data: Dataset, words: Words) -> dict[str, list[tuple[str, str]]]:
    """Return for each coded field its codes and the words for them."""
    choices = {path: [(str(code), code_word(words, path, str(code))) for code in kind] for path, kind in ENUMS.items()}
    choices["group"] = [
        (group.name, name_in(words.language, group.name, group.names)) for group in data.district.groups
    ]
    elements = [placed.element for placed in data.elements]
    choices["element"] = [(each.id, name_in(words.language, each.name, each.names)) for each in elements]
    return choices


def _write_codes(book: Any, words: Words, choices: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """Write the sheet of codes; return where each field's words stand in it."""
    name = words("import.sheet_codes")
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    for column, (label, width) in enumerate((("import.field", 18), ("import.code_word", 40), ("import.code", 30))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words(label), bold)
    where: dict[str, str] = {}
    line = 1
    for path, pairs in choices.items():
        if pairs:
            where[path] = f"='{name}'!{xl_range_abs(line, 1, line + len(pairs) - 1, 1)}"
        for code, word in pairs:
            for column, text in enumerate((field_word(words, path), word, code)):
                sheet.write_string(line, column, text)
            line += 1
    sheet.freeze_panes(1, 0)
    book.define_name(CODES_NAME, f"='{name}'!{xl_range_abs(0, 0, line - 1, 2)}")
    return where


def _rule(path: str, lists: dict[str, str]) -> dict[str, Any] | None:
    if path in lists:
        return {"validate": "list", "source": lists[path]}
    if path in DATES:
        first = datetime.date(1949, 1, 1)
        return {"validate": "date", "criteria": ">=", "value": first, "error_type": "warning"}
    if path in ("location.accuracy_m", "offer.site_area_m2", "offer.plot_ratio"):
        return {"validate": "decimal", "criteria": ">", "value": 0, "error_type": "warning"}
    return None


def _example(data: Dataset, words: Words) -> dict[str, str | float]:
    lon, lat = data.district.centre
    return {
        "id": EXAMPLE_ID,
        "name": words("import.example_name"),
        "lon": lon,
        "lat": lat,
        "sector": code_word(words, "sector", Sector.COMMERCE),
        "phase": code_word(words, "phase", Phase.PROPOSED),
        "location.grade": code_word(words, "location.grade", Grade.EXACT),
        "location.accuracy_m": EXAMPLE_ACCURACY_M,
        "location.checked": "2026-01-31",
    }
