"""What a record in the making still lacks or gets wrong, field by field, for the one who is filling it in."""

from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from pydantic import ValidationError
from shapely import distance, get_coordinates, points
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from geo.check import PROJECT_MARGIN_M
from geo.load import parse_project
from geo.nearby import metric_points
from geo.parcel import distance_m
from geo.problem import Problem
from geo.project import NEAR_LIMIT_M
from geo.store.record import Record, value_at
from geo.vocabulary import PLACED_GRADES, Grade

MAX_TEXT: Final = 4000
_ALWAYS: Final = (
    "name", "names.en", "sector", "summary.zh", "summary.en", "location.basis.zh", "location.basis.en",
    "location.checked",
)  # fmt: skip
_EVIDENCE: Final = ("location.accuracy_m", "location.source", "location.source_crs")
_SENTENCES: Final = ("element_basis", "offer.land_use", "offer.investment_sought", "offer.contact")
_TOGETHER: Final = {
    "current_status": ("value", "date", "source"),
    "offer": ("date", "source"),
    "parcel": ("date", "source"),
    "added": ("date", "source"),
}


def faults_of(record: Record) -> list[Problem]:
    """Return what has to be mended before the record can be saved; `where` is the path of the field.

    The rules are those of ``geo.project.Project``; what only the model knows is told in its own words.
    """
    found = list(dict.fromkeys([*_missing(record), *_of_the_place(record)]))
    found += _of_the_parcel(record)
    if found:
        return found
    try:
        parse_project(record)
    except ValidationError as error:
        return [_of_the_model(item) for item in error.errors(include_url=False, include_context=False)]
    except ValueError as error:
        return [Problem("edit_rule", "", str(error))]
    return []


def outside_fault(record: Record, outline: BaseGeometry | None, crs: str) -> list[Problem]:
    """Return whether the point is farther outside the district than its accuracy and 100 m allow.

    Parameters
    ----------
    record : dict
    outline : geometry or None
        The district's outline in `crs`; without one nothing is found.
    crs : str
        A metric system.
    """
    if outline is None or record["geometry"] is None:
        return []
    lon, lat = record["geometry"]["coordinates"][:2]
    away_m = float(Point(metric_points([(lon, lat)], crs)[0]).distance(outline))
    accuracy_m = value_at(record, "location.accuracy_m")
    allowed_m = PROJECT_MARGIN_M + (accuracy_m if isinstance(accuracy_m, int) else 0)
    if not isfinite(away_m) or away_m > allowed_m:
        return [Problem("edit_outside", "geometry", f"{away_m:,.0f}")]
    reach_m = _reach_outside_m(record, outline, crs)
    return [Problem("edit_parcel_outside", "parcel", f"{reach_m:,.0f}")] if reach_m > PROJECT_MARGIN_M else []


def _reach_outside_m(record: Record, outline: BaseGeometry, crs: str) -> float:
    """Return how far the parcel's farthest corner lies outside the district."""
    parcel = value_at(record, "parcel")
    if not isinstance(parcel, dict):
        return 0.0
    corners = metric_points([(lon, lat) for lon, lat in get_coordinates(shape(parcel["geometry"]))], crs)
    return float(distance(points(corners), outline).max())


def evidence_faults(base: Record, record: Record) -> list[Problem]:
    """Return what of the evidence is still that of the lesser grade which the place had in `base`."""
    if _rank(_grade(record)) >= _rank(_grade(base)):
        return []
    fields = ("location.source", "location.basis.zh", "location.basis.en")
    return [Problem("edit_evidence_old", path) for path in fields if value_at(record, path) == value_at(base, path)]


def _rank(grade: Grade) -> int:
    return list(Grade).index(grade)


def _has(record: Record, path: str) -> bool:
    value = value_at(record, path)
    return isinstance(value, int | float) or bool(str(value).strip()) if _is_there(value) else False


def _is_there(value: Any) -> bool:
    return isinstance(value, str | int | float | dict | list)


def _missing(record: Record) -> Iterator[Problem]:
    wanted = list(_ALWAYS)
    if _grade(record) in PLACED_GRADES:
        wanted += _EVIDENCE
    for part, fields in _TOGETHER.items():
        if isinstance(value_at(record, part), dict):
            wanted += [f"{part}.{each}" for each in fields]
    for path in _SENTENCES:
        if isinstance(value_at(record, path), dict):
            wanted += [f"{path}.zh", f"{path}.en"]
    if _has(record, "element"):
        wanted += ["element_basis.zh", "element_basis.en"]
    elif isinstance(value_at(record, "element_basis"), dict):
        wanted.append("element")
    for path in dict.fromkeys(wanted):
        if not _has(record, path):
            yield Problem("edit_missing", path)


def _of_the_place(record: Record) -> Iterator[Problem]:
    grade, has_point = _grade(record), record["geometry"] is not None
    accuracy_m = value_at(record, "location.accuracy_m")
    if grade in PLACED_GRADES and not has_point:
        yield Problem("edit_point_missing", "geometry")
    if grade not in PLACED_GRADES and has_point:
        yield Problem("edit_point_ungraded", "location.grade")
    if grade not in PLACED_GRADES and _is_there(accuracy_m):
        yield Problem("edit_accuracy_unplaced", "location.accuracy_m")
    if grade is Grade.NEAR and isinstance(accuracy_m, int) and accuracy_m > NEAR_LIMIT_M:
        yield Problem("edit_near_limit", "location.accuracy_m", str(NEAR_LIMIT_M))
    if grade is Grade.EXACT and isinstance(accuracy_m, int) and accuracy_m > NEAR_LIMIT_M:
        yield Problem("edit_exact_limit", "location.accuracy_m", str(NEAR_LIMIT_M))
    if grade not in PLACED_GRADES and not has_point and isinstance(value_at(record, "parcel"), dict):
        yield Problem("edit_parcel_unplaced", "parcel")


def _of_the_parcel(record: Record) -> list[Problem]:
    parcel, point = value_at(record, "parcel"), record["geometry"]
    if not isinstance(parcel, dict) or point is None:
        return []
    lon, lat = point["coordinates"][:2]
    away_m = distance_m(lon, lat, shape(parcel["geometry"]))
    accuracy_m = value_at(record, "location.accuracy_m")
    allowed_m = accuracy_m if isinstance(accuracy_m, int) else 0
    return [Problem("edit_point_off_parcel", "geometry", f"{away_m:,.0f}")] if away_m > allowed_m else []


def _grade(record: Record) -> Grade:
    return Grade(value_at(record, "location.grade"))


def _of_the_model(item: Any) -> Problem:
    path = ".".join(str(part) for part in item["loc"])
    if item["type"] == "value_error":
        return Problem("edit_rule", path, item["msg"].removeprefix("Value error, "))
    return Problem("edit_invalid", path, str(item["input"])[:80])
