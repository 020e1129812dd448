"""What the fields of an import and their codes are called, in every language at once: a file may use any."""

from functools import cache
from typing import Final

from geo.intake.mapping import ENUMS, ImportWords
from geo.intake.rows import RowNote
from layers.fault_words import detail_in_words
from layers.words import LANGUAGES, Words, words_in

LABELS: Final = {
    "id": "table.id",
    "name": "table.name",
    "names.en": "table.name_en",
    "names.ja": "table.name_ja",
    "names.ko": "table.name_ko",
    "names.ru": "table.name_ru",
    "sector": "table.sector",
    "phase": "table.phase",
    "group": "table.group",
    "element": "table.element",
    "element_basis": "table.element_basis",
    "current_status.value": "table.status",
    "current_status.date": "table.status_date",
    "current_status.source": "table.status_source",
    "location.grade": "table.grade",
    "location.accuracy_m": "table.accuracy_m",
    "location.basis": "table.basis",
    "location.address": "table.address",
    "location.source": "table.source",
    "location.source_crs": "table.source_crs",
    "location.checked": "table.checked",
    "summary": "table.summary",
    "offer.site_area_m2": "table.offer_area",
    "offer.plot_ratio": "offer.plot_ratio",
    "offer.land_use": "offer.land_use",
    "offer.investment_sought": "offer.investment_sought",
    "offer.contact": "offer.contact",
    "offer.date": "table.offer_date",
    "offer.source": "table.offer_source",
    "added.source": "table.added_source",
    "added.date": "table.added_date",
    "record": "table.record",
}
PLACE_LABELS: Final = {"lon": "table.lon", "lat": "table.lat"}
CODE_LABELS: Final = {
    "table.sector_code": "sector",
    "table.phase_code": "phase",
    "table.group_code": "group",
    "table.element_code": "element",
    "table.grade_code": "location.grade",
}
ENGLISH: Final = ".en"


def field_word(words: Words, path: str) -> str:
    """Return what a field is called, "" for none."""
    if path in LABELS:
        return words(LABELS[path])
    if path in PLACE_LABELS:
        return words(PLACE_LABELS[path])
    sentence = path.removesuffix(ENGLISH)
    return words("import.in_english", field=words(LABELS[sentence])) if sentence in LABELS else ""


def code_word(words: Words, path: str, code: str) -> str:
    """Return what a code of the field at `path` is called."""
    return words(f"{path.removeprefix('location.')}.{code}")


@cache
def import_words() -> ImportWords:
    """Return the headings and the words for codes of all languages."""
    tongues = [words_in(language) for language in LANGUAGES]
    headings = {words(label): path for words in tongues for label, path in CODE_LABELS.items()}
    headings |= {words(label): path for words in tongues for path, label in LABELS.items()}
    for path in LABELS:
        headings |= {words("import.in_english", field=words(LABELS[path])): f"{path}{ENGLISH}" for words in tongues}
    codes = {
        path: {code_word(words, path, str(code)): str(code) for words in tongues for code in kind}
        for path, kind in ENUMS.items()
    }
    return ImportWords(headings, codes)


def note_in_words(words: Words, note: RowNote) -> str:
    """Return a repair or a reason in words, told of the field that it concerns, else of the row."""
    where = field_word(words, note.field) or f"#{note.feature}"
    return words(f"problem.{note.code}", where=where, detail=detail_in_words(words, note)).strip()
