"""The fields of the record and their values in words, for forms, histories and exports alike."""

from datetime import date
from typing import Any, Final

from geo.load import Dataset
from geo.names import name_in
from geo.store.record import ABSENT, GEOMETRY, RETIRED, WHOLE, Difference, Record
from layers.import_words import code_word, field_word
from layers.wording import place_name
from layers.words import Words

NOTHING: Final = "—"
_CODED: Final = ("sector", "phase", "location.grade")
_DATES: Final = ("location.checked", "current_status.date", "offer.date", "parcel.date", "added.date")
_CHINESE: Final = ".zh"
OWN_LABELS: Final = (
    GEOMETRY, RETIRED, "names", "location", "current_status", "offer", "mentions", "parcel", "parcel.geometry",
    "parcel.source", "parcel.date", "added", "added.source", "added.date",
)  # fmt: skip
"""Fields that no column of a table fills; their words stand under ``record.<path>``, with _ for dots."""


def label_of(words: Words, path: str) -> str:
    """Return what a field is called; a translation by the field and its language."""
    if path == WHOLE:
        return words("record.whole")
    if path in OWN_LABELS:
        return words(f"record.{path.replace('.', '_')}")
    if known := field_word(words, path.removesuffix(_CHINESE)):
        return known
    sentence, _, language = path.rpartition(".")
    return words("record.in_language", field=label_of(words, sentence), language=words(f"language.{language}"))


def record_name(data: Dataset, words: Words, record: Record) -> str:
    """Return what a record as stored calls its project; in a third language as the translations have it."""
    properties = data.translations.fill(record)["properties"]
    return name_in(words.language, properties["name"], properties["names"])


def change_in_words(data: Dataset, words: Words, change: Difference) -> str:
    """Return a change of one field as a line: from and to."""
    was, became = (value_in_words(data, words, change.path, each) for each in (change.was, change.became))
    return words("edit.from_to", field=label_of(words, change.path), was=was, became=became)


def value_in_words(data: Dataset, words: Words, path: str, value: Any) -> str:
    """Return a field's value as one line; a dash where it is empty or was not there."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return words("record.yes" if value else "record.no")
        case {"type": "Point", "coordinates": [lon, lat, *_]}:
            return f"{lat:.6f}° N, {lon:.6f}° E"
        case {"coordinates": _}:
            return words("record.outline")
        case {"id": _, "properties": {"name": _, "names": _}}:
            return record_name(data, words, value)
        case dict():
            parts = (value_in_words(data, words, f"{path}.{key}", each) for key, each in value.items())
            return words("format.phrases").join(part for part in parts if part != NOTHING)
        case list():
            return words("record.entries", n=len(value))
        case str():
            return _text_in_words(data, words, path, value)
        case int() | float():
            return words.number(value)
    return NOTHING if value is ABSENT else str(value)


def _text_in_words(data: Dataset, words: Words, path: str, value: str) -> str:
    if path in _CODED:
        return code_word(words, path, value)
    if path in _DATES:
        return words.date(date.fromisoformat(value))
    if path == "element":
        return place_name(data, words, value) if data.element(value) else value
    if path == "group":
        return next((name_in(words.language, g.name, g.names) for g in data.district.groups if g.name == value), value)
    return value
