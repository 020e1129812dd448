"""What a reader draws on the map: a line, an outline or a circle, its measures and the projects inside it."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
import shapely
from pydantic import Field, ValidationError, model_validator
from pyproj import CRS
from shapely.geometry import LineString, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from geo.nearby import lon_lat_points, metric_points
from geo.project import Project, Record

MAX_VERTICES: Final = 2000
MAX_DRAWINGS: Final = 20
BEYOND_ITS_AREA_DEG: Final = 0.5
CIRCLE_STEPS: Final = 24
Position = tuple[Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
                 Annotated[float, Field(ge=-85, le=85, allow_inf_nan=False)]]  # fmt: skip


class DrawingError(ValueError):
    """What is no shape that can be measured; `code` says why, its words stand under ``problem.<code>``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=8)
def _reach(crs: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees within which `crs` measures true to 0.1 %."""
    area, more = CRS.from_user_input(crs).area_of_use, BEYOND_ITS_AREA_DEG
    return (area.west - more, area.south - more, area.east + more, area.north + more) if area else (-180, -85, 180, 85)


class Drawing(Record):
    """One shape drawn by a reader; `points` are lon, lat in degrees (EPSG:4326).

    A ``line`` has at least two points, an ``outline`` at least three (not closed), a ``circle`` two: its centre
    and a point on its rim.
    """

    id: Annotated[str, Field(max_length=40)]
    kind: Literal["line", "outline", "circle"]
    points: Annotated[tuple[Position, ...], Field(max_length=MAX_VERTICES)]

    @model_validator(mode="after")
    def _enough_points(self) -> Self:
        least = {"line": 2, "outline": 3, "circle": 2}[self.kind]
        if len(set(self.points)) < least:
            raise ValueError(f"a {self.kind} needs {least} different points")
        if self.kind == "circle" and len(self.points) != 2:
            raise ValueError("a circle has a centre and one point on its rim")
        return self

    def metric(self, crs: str) -> BaseGeometry:
        """Return the shape in a metric system (x east, y north, metres); a circle with 96 sides.

        Raises
        ------
        DrawingError : where an outline crosses itself, or a point lies too far away to be measured in `crs`
        """
        west, south, east, north = _reach(crs)
        if not all(west <= lon <= east and south <= lat <= north for lon, lat in self.points):
            raise DrawingError("drawing_far")
        points = metric_points(self.points, crs)
        if self.kind == "line":
            return LineString(points)
        if self.kind == "circle":
            return shapely.Point(points[0]).buffer(self.radius_m(crs), quad_segs=CIRCLE_STEPS)
        shape = Polygon(points)
        if not shape.is_valid:
            raise DrawingError("drawing_crosses")
        return shape

    def radius_m(self, crs: str) -> float:
        """Return a circle's radius in metres, measured in `crs`."""
        (x0, y0), (x1, y1) = metric_points(self.points[:2], crs)
        return math.hypot(x1 - x0, y1 - y0)

    def length_m(self, crs: str) -> float:
        """Return the length of a line, or of the way around, in metres, measured in `crs`."""
        if self.kind == "circle":
            return 2 * math.pi * self.radius_m(crs)
        return float(self.metric(crs).length)

    def area_m2(self, crs: str) -> float:
        """Return the area in square metres, measured in `crs`; 0 for a line."""
        if self.kind == "circle":
            return math.pi * self.radius_m(crs) ** 2
        return float(self.metric(crs).area)

    def lon_lat(self, crs: str) -> BaseGeometry:
        """Return the shape in degrees (EPSG:4326), a circle as drawn in `crs`."""
        if self.kind == "line":
            return LineString(self.points)
        if self.kind == "outline":
            return orient(Polygon(self.points))
        return orient(shapely.transform(self.metric(crs), lambda xy_m: lon_lat_points(xy_m, crs)))

    def inside(self, projects: Sequence[Project], crs: str) -> list[Project]:
        """Return the projects whose point lies inside; none for a line. A project without a point is never inside."""
        placed = [project for project in projects if project.placed]
        if self.kind == "line" or not placed:
            return []
        points = metric_points([(p.lon or 0.0, p.lat or 0.0) for p in placed], crs)
        if self.kind == "circle":
            centre = metric_points(self.points[:1], crs)[0]
            within = np.hypot(*(points - centre).T) <= self.radius_m(crs)
        else:
            within = shapely.contains_xy(self.metric(crs), points[:, 0], points[:, 1])
        return [project for project, is_in in zip(placed, within, strict=True) if is_in]


def measurable(drawing_id: str, kind: str, points: object, crs: str) -> Drawing:
    """Return the drawing that `points` (lon, lat, EPSG:4326) make, which may come from anyone.

    Raises
    ------
    DrawingError : where they make none, or one that cannot be measured in `crs`
    """
    if isinstance(points, Sequence) and len(points) > MAX_VERTICES:
        raise DrawingError("drawing_many_points")
    try:
        drawing = Drawing.model_validate({"id": drawing_id, "kind": kind, "points": points})
    except ValidationError as error:
        if any(item["type"] == "value_error" for item in error.errors(include_url=False, include_input=False)):
            raise DrawingError("drawing_few_points") from None
        raise DrawingError("drawing_position") from None
    drawing.metric(crs)
    return drawing


def circle_around(lon: float, lat: float, radius_m: float, crs: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the points of a circle of `radius_m` (measured in `crs`) around a position in degrees (EPSG:4326)."""
    rim = lon_lat_points(metric_points([(lon, lat)], crs) + (radius_m, 0), crs)[0]
    return (lon, lat), (float(rim[0]), float(rim[1]))


def _to_the_centimetre(drawing: Drawing, crs: str) -> Drawing:
    """Return a circle with the radius that is written of it, so that one read again is the same; others as they are."""
    if drawing.kind != "circle":
        return drawing
    radius_m = max(round(drawing.radius_m(crs), 2), 0.01)
    return drawing.model_copy(update={"points": circle_around(*drawing.points[0], radius_m, crs)})


def drawings_geojson(drawings: Sequence[Drawing], crs: str) -> dict[str, Any]:
    """Return drawings as a GeoJSON FeatureCollection (RFC 7946) with their measures, rounded to 7 decimals."""
    features = []
    for drawing in (_to_the_centimetre(drawing, crs) for drawing in drawings):
        measure = "length_m" if drawing.kind == "line" else "perimeter_m"
        properties: dict[str, Any] = {"kind": drawing.kind, measure: round(drawing.length_m(crs), 2)}
        if drawing.kind != "line":
            properties["area_m2"] = round(drawing.area_m2(crs), 2)
        if drawing.kind == "circle":
            properties |= {"radius_m": round(drawing.radius_m(crs), 2), "centre": list(drawing.points[0])}
        shape = shapely.set_precision(drawing.lon_lat(crs), 1e-7, mode="pointwise")
        features.append({"type": "Feature", "id": drawing.id, "properties": properties, "geometry": mapping(shape)})
    return {"type": "FeatureCollection", "measured_in": crs, "features": features}
