"""The outline of a project's plot of land: what counts as one, how far a point is from it, and how large it is."""

from collections.abc import Sequence
from math import cos, radians, sin, sqrt
from typing import Any

from geopandas import GeoSeries
from numpy.typing import NDArray
from shapely import is_valid_reason, transform
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from geo.metric import STORAGE_CRS, area_m2, to_metric

_WGS_84_RADIUS_M, _WGS_84_E2 = 6_378_137.0, 0.00669437999014


def outline(geometry: dict[str, Any]) -> BaseGeometry:
    """Return a parcel's GeoJSON geometry (EPSG:4326) as a shape.

    Raises
    ------
    ValueError : where it is no valid Polygon or MultiPolygon of finite positions lon, lat
    """
    if geometry.keys() != {"type", "coordinates"} or geometry["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError("a parcel is a GeoJSON Polygon or MultiPolygon with its coordinates and nothing else")
    rings = geometry["coordinates"] if geometry["type"] == "Polygon" else _joined(geometry["coordinates"])
    if not all(_is_position(position) for position in _joined(rings)):
        raise ValueError("each position of a parcel is a pair of finite numbers lon, lat, in degrees")
    try:
        made = shape(geometry)
    except (ShapelyError, TypeError, ValueError, IndexError) as error:
        raise ValueError("a ring of a parcel has four positions at least") from error
    if made.is_empty:
        raise ValueError("a parcel has a ring at least")
    if not made.is_valid:
        raise ValueError(f"a parcel's outline must not cross or touch itself: {is_valid_reason(made)}")
    return made


def _joined(lists: Any) -> list[Any]:
    if not isinstance(lists, list | tuple) or not all(isinstance(each, list | tuple) for each in lists):
        raise ValueError("a parcel's coordinates are lists of rings of positions")
    return [item for each in lists for item in each]


def _is_position(value: Any) -> bool:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return False
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in value):
        return False
    return abs(value[0]) <= 180 and abs(value[1]) <= 90


def distance_m(lon: float, lat: float, parcel: BaseGeometry) -> float:
    """Return how far the point (degrees, EPSG:4326) is outside `parcel`, 0 inside; right to 0.1 % within 10 km."""
    curvature = 1 - _WGS_84_E2 * sin(radians(lat)) ** 2
    east = radians(1) * _WGS_84_RADIUS_M / sqrt(curvature) * cos(radians(lat))
    north = radians(1) * _WGS_84_RADIUS_M * (1 - _WGS_84_E2) / curvature**1.5

    def in_metres(degrees: NDArray[Any]) -> NDArray[Any]:
        return (degrees - (lon, lat)) * (east, north)

    return float(transform(parcel, in_metres).distance(Point(0, 0)))


def areas_m2(geometries: Sequence[dict[str, Any]], *, crs: str) -> list[float]:
    """Return the areas of parcels (GeoJSON geometries, EPSG:4326), measured in `crs`, in square metres."""
    shapes = GeoSeries([shape(geometry) for geometry in geometries], crs=STORAGE_CRS)
    return [float(area) for area in area_m2(to_metric(shapes, crs=crs), crs=crs)]
