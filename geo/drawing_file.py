"""Drawings read from a saved file, whoever wrote it: one bad feature never hides the good ones."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from geo.drawing import MAX_DRAWINGS, Drawing, DrawingError, circle_around, measurable
from geo.problem import Problem

MAX_DRAWING_FILE_BYTES: Final = 2 * 1024 * 1024
MAX_PROBLEMS: Final = 10
DECIMALS: Final = 7
IN_DEGREES: Final = ("CRS84", "4326", "4490")
AS_SAVED_M: Final = 1.0
Geometry = Mapping[str, Any]


def read_drawings(text: str, crs: str, *, room: int = MAX_DRAWINGS) -> tuple[list[Drawing], list[Problem]]:
    """Return the drawings of a GeoJSON text (EPSG:4326), at most `room`, and what is wrong with the others.

    Parameters
    ----------
    text : str, a FeatureCollection, a Feature or a bare geometry; lines and polygons, in one part or in several
    crs : str, the metric system they are to be measured in

    Notes
    -----
    A polygon saved from a circle comes back as that circle, unless it has been reshaped since.
    """
    features, problem = _features(text)
    if problem:
        return [], [problem]
    drawings: list[Drawing] = []
    problems: list[Problem] = []
    left_over = 0
    for number, feature in enumerate(features, start=1):
        for part in _parts(feature):
            try:
                drawing = _drawing(part, feature, crs)
            except DrawingError as error:
                problems.append(Problem(error.code, _where(number, feature), str(part.get("type"))[:40]))
                continue
            if len(drawings) < room:
                drawings.append(drawing)
            else:
                left_over += 1
    if len(problems) > MAX_PROBLEMS:
        problems[MAX_PROBLEMS:] = [Problem("drawing_more", "GeoJSON", str(len(problems) - MAX_PROBLEMS))]
    if left_over:
        problems.append(Problem("drawing_no_room", str(left_over), str(MAX_DRAWINGS)))
    return drawings, problems


def too_large() -> Problem:
    """Return the problem of a file above the limit."""
    return Problem("drawing_file_large", "GeoJSON", str(MAX_DRAWING_FILE_BYTES // 1024**2))


def _features(text: str) -> tuple[list[Any], Problem | None]:
    if len(text.encode("utf-8", "replace")) > MAX_DRAWING_FILE_BYTES:
        return [], too_large()
    try:
        raw = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return [], Problem("drawing_file_unreadable", "GeoJSON")
    match raw:
        case {"crs": {"properties": {"name": str(name)}}} if not name.endswith(IN_DEGREES):
            return [], Problem("drawing_file_crs", "GeoJSON", name[:60])
        case {"type": "FeatureCollection", "features": [_, *_] as features}:
            return features, None
        case {"type": "FeatureCollection"}:
            return [], Problem("drawing_file_empty", "GeoJSON")
        case {"type": "Feature"}:
            return [raw], None
        case {"type": str(), "coordinates": _}:
            return [{"type": "Feature", "geometry": raw}], None
    return [], Problem("drawing_file_other", "GeoJSON")


def _where(number: int, feature: object) -> str:
    match feature:
        case {"properties": {"name": str(name)}} | {"id": str(name)}:
            return f"#{number} ({name[:40]})"
    return f"#{number}"


def _parts(feature: object) -> Iterator[Geometry]:
    """Yield a feature's geometry, one of several parts part by part."""
    match feature:
        case {"geometry": {"type": "MultiLineString" | "MultiPolygon" as kind, "coordinates": [_, *_] as parts}}:
            yield from ({"type": kind.removeprefix("Multi"), "coordinates": part} for part in parts)
        case {"geometry": {"type": str()} as geometry}:
            yield geometry
        case _:
            yield {"type": "—"}


def _drawing(geometry: Geometry, feature: Mapping[str, Any], crs: str) -> Drawing:
    match geometry:
        case {"type": "LineString", "coordinates": points}:
            return measurable("line", "line", _positions(points), crs)
        case {"type": "Polygon", "coordinates": [ring]}:
            points = _positions(ring)
            outline = measurable("outline", "outline", points[:-1] if points[:1] == points[-1:] else points, crs)
            return _circle(feature, outline, crs) or outline
        case {"type": "Polygon", "coordinates": [_, _, *_]}:
            raise DrawingError("drawing_hole")
    raise DrawingError("drawing_kind")


def _positions(points: object) -> list[tuple[float, float]]:
    if not isinstance(points, list):
        raise DrawingError("drawing_position")
    positions = []
    for point in points:
        match point:
            case [int() | float() as lon, int() | float() as lat, *_] if abs(lon) <= 180 and abs(lat) <= 90:
                positions.append((round(float(lon), DECIMALS), round(float(lat), DECIMALS)))
            case _:
                raise DrawingError("drawing_position")
    return positions


def _circle(feature: Mapping[str, Any], outline: Drawing, crs: str) -> Drawing | None:
    """Return the circle that the feature says it is, None where it says nothing or its outline is another."""
    match feature.get("properties"):
        case {"kind": "circle", "centre": list(centre), "radius_m": int() | float() as radius_m}:
            pass
        case _:
            return None
    try:
        if not 0 < radius_m < math.inf:
            return None
        ((lon, lat),) = _positions([centre])
        circle = measurable("circle", "circle", circle_around(lon, lat, radius_m, crs), crs)
    except (DrawingError, OverflowError):
        return None
    away_m = circle.metric(crs).hausdorff_distance(outline.metric(crs))
    return circle if away_m <= AS_SAVED_M else None
