"""The changes of the record in words, for the screen, the workbook and the printed list alike."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from geo.load import Dataset
from geo.nearby import metric_points
from geo.parcel import areas_m2
from geo.store.changes import Change, Entry, Kind
from geo.store.record import ABSENT, GEOMETRY, RETIRED, WHOLE, Difference, filled_fields
from geo.store.review import Period, Totals, Touched
from geo.vocabulary import Grade
from layers.record_wording import NOTHING, label_of, record_name, value_in_words
from layers.wording import area_in_words, length_in_words
from layers.words import Words

_GRADE = "location.grade"
_PARCEL, _OUTLINE = "parcel", "parcel.geometry"


@dataclass(frozen=True)
class ToldField:
    """A field before and after, and what that comes to: how far a point moved, whether a grade rose."""

    label: str
    was: str
    became: str
    note: str = ""


@dataclass(frozen=True)
class ToldProject:
    """A project of a change. `original` is its Chinese name; `fate` says that it was added, retired or brought back."""

    id: str
    name: str
    original: str
    fate: str
    is_retired: bool
    fields: tuple[ToldField, ...]


def who(words: Words, change: Change) -> str:
    """Return who made a change; the delivered data comes with the software."""
    return change.author or words("changes.shipped")


def why(words: Words, change: Change) -> str:
    """Return why it was made; of delivered data, which version it is; of an undo, also which change it is about."""
    if change.of is not None:
        return words("changes.done_why", number=change.of, why=change.why)
    return words("print.version", version=change.why) if change.kind is Kind.SHIPPED else change.why


def project_name(data: Dataset, words: Words, entry: Entry) -> str:
    """Return a project's name, also of one that is retired."""
    if project := data.project(entry.id):
        return project.name_in(words.language)
    return record_name(data, words, entry.record)


def told_project(data: Dataset, words: Words, touched: Touched) -> ToldProject:
    """Return what a change did to a project."""
    entry = touched.entry
    return ToldProject(
        id=entry.id,
        name=project_name(data, words, entry),
        original=str(entry.record["properties"]["name"]),
        fate=next((fate for each in touched.differences if (fate := _fate(words, each))), ""),
        is_retired=entry.retired,
        fields=tuple(told_field(data, words, each) for each in touched.differences if not _fate(words, each)),
    )


def fields_of_added(data: Dataset, words: Words, touched: Touched) -> Iterator[ToldField]:
    """Yield every field that a project which a change added began with; nothing of one that was there before."""
    for each in touched.differences:
        if each.path == WHOLE:
            yield from (told_field(data, words, one) for one in filled_fields(each.became))


def _fate(words: Words, change: Difference) -> str:
    match change.path, change.became:
        case (path, _) if path == WHOLE:
            return words("changes.was_added")
        case (path, True) if path == RETIRED:
            return words("changes.was_retired")
        case (path, _) if path == RETIRED:
            return words("changes.was_revived")
    return ""


def told_field(data: Dataset, words: Words, change: Difference) -> ToldField:
    """Return a field before and after in words."""
    was, became = (value_in_words(data, words, change.path, value) for value in (change.was, change.became))
    return ToldField(label_of(words, change.path), was, became, _note(data, words, change))


def _note(data: Dataset, words: Words, change: Difference) -> str:
    crs = data.district.metric_crs
    if change.path in (_PARCEL, _OUTLINE):
        was, became = (_area_in_words(words, change.path, value, crs) for value in (change.was, change.became))
        return words("edit.from_to", field=words("detail.parcel_area"), was=was, became=became)
    if not change.was or not change.became or ABSENT in (change.was, change.became):
        return ""
    match change.path:
        case path if path == GEOMETRY:
            length_m = _distance_m(change.was, change.became, crs)
            return words("changes.moved", distance=length_in_words(words, length_m))
        case path if path == _GRADE:
            better = list(Grade).index(change.became) < list(Grade).index(change.was)
            return words("changes.grade_raised" if better else "changes.grade_lowered")
    return ""


def _area_in_words(words: Words, path: str, value: Any, crs: str) -> str:
    """Return the area of a parcel, or of its outline alone; a dash where there is none."""
    if not value or value is ABSENT:
        return NOTHING
    (area,) = areas_m2([value["geometry"] if path == _PARCEL else value], crs=crs)
    return area_in_words(words, area)


def _distance_m(was: dict[str, Any], became: dict[str, Any], crs: str) -> float:
    one, other = metric_points([each["coordinates"][:2] for each in (was, became)], crs)
    return float(np.hypot(*(one - other)))


def field_in_words(words: Words, told: ToldField) -> str:
    """Return a field before and after as one line."""
    line = words("edit.from_to", field=told.label, was=told.was, became=told.became)
    return words("changes.noted", line=line, note=told.note) if told.note else line


def lines_of(words: Words, told: ToldProject) -> Iterator[str]:
    """Yield what was done to a project, one line each."""
    if told.fate:
        yield told.fate
    yield from (field_in_words(words, each) for each in told.fields)


def totals_in_words(words: Words, totals: Totals) -> list[tuple[str, str]]:
    """Return the numbers of a period, each after what it counts; what was brought back only where something was."""
    counts = {each.name: getattr(totals, each.name) for each in fields(totals)}
    return [
        (words(f"changes.total_{name}"), words.number(count))
        for name, count in counts.items()
        if count or name != "revived"
    ]


def period_in_words(words: Words, period: Period) -> str:
    """Return a period as a title: what changed since when, or from when until when."""
    since = words.date(period.since) if period.since else words("changes.delivery")
    if period.until is None:
        return words("changes.title_since", since=since)
    return words("changes.title_between", since=since, until=words.date(period.until))
