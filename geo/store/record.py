"""A project's record: its GeoJSON feature as a dict, the fields in which two differ, and how to go back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

Record = dict[str, Any]
"""``{"id", "geometry", "properties"}`` in the order and with the keys of ``data/projects.geojson``."""

WHOLE: Final = ""
RETIRED: Final = "retired"
GEOMETRY: Final = "geometry"


class Absent(Enum):
    """What a field is that a record does not have, which is not the same as null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True)
class Difference:
    """One field before and after: a JSON value, or ABSENT. `path` is ``geometry`` or that of a property, with dots."""

    path: str
    was: Any
    became: Any


def plain(feature: Mapping[str, Any]) -> Record:
    """Return the record of a GeoJSON feature: its id, geometry and properties, and nothing else."""
    return {"id": feature.get("id"), GEOMETRY: feature.get(GEOMETRY), "properties": feature.get("properties")}


def as_json(value: Any) -> str | None:
    """Return a field's value as JSON, None where it is absent."""
    return None if value is ABSENT else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | None) -> Any:
    """Return the value that ``as_json`` wrote."""
    return ABSENT if text is None else json.loads(text)


def differences(old: Record, new: Record) -> list[Difference]:
    """Return the fields in which two records of one project differ; none of their paths begins another."""
    found = list(_between((), old["properties"], new["properties"]))
    if old[GEOMETRY] != new[GEOMETRY]:
        found.insert(0, Difference(GEOMETRY, old[GEOMETRY], new[GEOMETRY]))
    return found


def filled_fields(record: Record) -> list[Difference]:
    """Return every field that a new record fills, each from nothing; a geometry and a list are one field."""
    return list(_filled((GEOMETRY,), record[GEOMETRY])) + list(_filled((), record["properties"]))


def _filled(path: tuple[str, ...], value: Any) -> Iterator[Difference]:
    if isinstance(value, dict) and not _is_geometry(value):
        for key, below in value.items():
            yield from _filled((*path, key), below)
    elif value not in (None, "", []):
        yield Difference(".".join(path), ABSENT, value)


def differ(one: Any, other: Any) -> bool:
    """Return whether two values are not the same: 2 and 2.0 are, 0 and false are not."""
    return one != other or isinstance(one, bool) is not isinstance(other, bool)


def _between(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict) and not _is_geometry(old, new):
        for key in dict.fromkeys((*old, *new)):
            yield from _between((*path, key), old.get(key, ABSENT), new.get(key, ABSENT))
    elif differ(old, new):
        yield Difference(".".join(path), old, new)


def _is_geometry(*values: dict[str, Any]) -> bool:
    return any("coordinates" in value for value in values)


def with_values(record: Record, values: Iterable[tuple[str, Any]]) -> Record:
    """Return a copy of the record with these fields set, or taken out where the value is ABSENT."""
    changed = deepcopy(record)
    for path, value in values:
        _put(changed, path, value)
    return changed


def _put(record: Record, path: str, value: Any) -> None:
    if path == GEOMETRY:
        record[GEOMETRY] = value
        return
    holder: dict[str, Any] = record["properties"]
    *parents, last = path.split(".")
    for parent in parents:
        below = holder.get(parent)
        if not isinstance(below, dict):
            below = holder[parent] = {}
        holder = below
    if value is ABSENT:
        holder.pop(last, None)
    else:
        holder[last] = deepcopy(value)


def value_at(record: Record, path: str) -> Any:
    """Return a field's value, ABSENT where the record has no such field."""
    value: Any = record[GEOMETRY] if path == GEOMETRY else record["properties"]
    for key in () if path == GEOMETRY else path.split("."):
        value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
    return value
