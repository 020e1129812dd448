"""GeoJSON: a FeatureCollection, a Feature or a bare geometry."""

import json
import math
from typing import Any, Final

from shapely.errors import ShapelyError
from shapely.geometry import shape

from geo.intake.encoding import BYTE_ORDER_MARKS, UTF_8, decoded, encoding_of
from geo.intake.limits import MAX_FEATURES, MAX_FILE_VERTICES, MAX_VERTICES, RefusedFileError, hold_to
from geo.intake.table import Features, Reading, Table, crs_from, finished
from geo.metric import STORAGE_CRS
from geo.problem import Problem

NOT_A_GEOMETRY: Final = (
    ShapelyError, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError
)  # fmt: skip


def read_geojson(name: str, content: bytes) -> Table:
    """Return the features of a GeoJSON file, whose own ``id`` stands in the column ``id`` unless there is one.

    Raises
    ------
    RefusedFileError : if it is no GeoJSON, or above the limits
    """
    # Counted before parsing: a list takes some 80 bytes of memory, in the file it takes two.
    hold_to(MAX_FILE_VERTICES, content.count(b"["), "import_too_many_file_vertices", name)
    hold_to(MAX_FEATURES * 4, content.count(b"{"), "import_too_many_features", name, MAX_FEATURES)
    features = Features(name)
    raw, encoding = _json(features, content)
    records = _records(raw)
    if records is None:
        raise RefusedFileError(Problem("import_not_geojson", name))
    for record in records:
        _add(features, record)
    crs = crs_from(STORAGE_CRS)
    match raw:
        case {"crs": {"properties": {"name": str(said)}}}:
            crs = crs_from(said)
            if crs is None:
                features.problems.append(Problem("import_crs_unknown", name, said[:120]))
            return finished(features, file_format="geojson", crs=crs, crs_in_file=crs is not None, encoding=encoding)
    return finished(features, file_format="geojson", crs=crs, encoding=encoding)


def _json(features: Features, content: bytes) -> tuple[Any, str]:
    encoding = next((one for mark, one in BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    encoding = encoding or encoding_of(content.split(b"\n"), UTF_8)
    text, clean = decoded(content, encoding) if not encoding.startswith("utf-16") else (content.decode(encoding), True)
    if not clean:
        features.problems.append(Problem("import_text_mixed", features.name, encoding))
    try:
        return json.loads(text), encoding
    except (ValueError, RecursionError) as error:
        raise RefusedFileError(Problem("import_broken", features.name, str(error)[:120])) from error


def _records(raw: Any) -> list[Any] | None:
    match raw:
        case {"type": "FeatureCollection", "features": list(records)}:
            return records
        case {"type": "Feature"}:
            return [raw]
        case {"type": str(), "coordinates": _} | {"type": "GeometryCollection"}:
            return [{"type": "Feature", "geometry": raw}]
    return None


def _add(features: Features, record: Any) -> None:
    if not isinstance(record, dict) or record.get("type") != "Feature":
        features.add(None, {}, ("import_not_a_feature", str(record)[:60]))
        return
    properties = record.get("properties")
    row = {str(key): _cell(value) for key, value in properties.items()} if isinstance(properties, dict) else {}
    if record.get("id") is not None:
        row.setdefault("id", _cell(record["id"]))
    features.add(*_geometry(record.get("geometry"), row))


def _geometry(raw: Any, row: dict[str, Any]) -> Reading:
    if raw is None:
        return None, row, None
    try:
        match raw:
            case {"type": "Point", "coordinates": [float() | int() as x, float() | int() as y, *_]}:
                if not (math.isfinite(x) and math.isfinite(y)):
                    return None, row, ("import_not_finite", f"{x}, {y}")
            case {"coordinates": list(coordinates)} if _positions(coordinates) > MAX_VERTICES:
                return None, row, ("import_too_many_vertices", f"{MAX_VERTICES:,}")
        return shape(raw), row, None
    except NOT_A_GEOMETRY as error:
        return None, row, ("import_geometry_unreadable", str(error))


def _positions(coordinates: list[Any]) -> int:
    """Return how many positions the lists hold, at any depth, without making shapes of them."""
    if coordinates and isinstance(coordinates[0], list):
        inner = coordinates[0]
        if inner and isinstance(inner[0], list):
            return sum(_positions(part) for part in coordinates if isinstance(part, list))
        return len(coordinates)
    return 1


def _cell(value: Any) -> Any:
    """Return a value as a column holds it: numbers and text as they are, everything else as its JSON."""
    plain = value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))
    return value if plain else json.dumps(value, ensure_ascii=False)
