"""A file's geometries as places of projects: points, and parcels with a point inside; each repair named."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from shapely import GeometryType

from geo.check import layer_in_metres
from geo.crs_candidates import Candidate, Floats, Geometries, to_storage, transformer_between
from geo.intake.table import Table
from geo.load import Dataset
from geo.metric import STORAGE_CRS

DECIMALS: Final = 7
GRID_DEG: Final = 10**-DECIMALS
LEAST_RING_POINTS: Final = 4
WOUND_BY_STANDARD: Final = "geojson"
"""The format that says which way round a ring goes; others do not, or say the opposite."""
Told = tuple[str, str]


@dataclass
class Places:
    """Where each row of a table is, in degrees (EPSG:4326) of 7 decimals.

    Attributes
    ----------
    lon, lat : ndarray of float, (n,)
        NaN where there is no point.
    parcels : ndarray of object, (n,)
        Valid polygons, wound as RFC 7946 asks, None where there is none.
    outside_m : ndarray of float, (n,)
        How far outside the district the point lies, 0 inside and where the outline is not known.
    notes, refused : dict of list, dict
        By index: the repairs made, and why a geometry cannot be used, each a code and its detail.
    """

    lon: Floats
    lat: Floats
    parcels: Geometries
    outside_m: Floats
    notes: dict[int, list[Told]] = field(default_factory=dict)
    refused: dict[int, Told] = field(default_factory=dict)

    def note(self, index: int, code: str, detail: str = "") -> None:
        """Add a repair."""
        self.notes.setdefault(index, []).append((code, detail))


def places_of(table: Table, candidate: Candidate, dataset: Dataset) -> Places:
    """Return the places of a table's rows, its numbers meaning what `candidate` says."""
    stored = to_storage(candidate, table.geometries)
    count = len(stored)
    empty: Geometries = np.full(count, None, dtype=object)
    places = Places(np.full(count, np.nan), np.full(count, np.nan), empty, np.zeros(count))
    for index in np.flatnonzero(~shapely.is_missing(table.geometries) & shapely.is_missing(stored)):
        places.refused[int(index)] = ("import_no_such_place", "")
    _tell_heights(table.geometries, places)
    kinds = shapely.get_type_id(stored)
    for index in np.flatnonzero((kinds >= 0) & (kinds != GeometryType.POINT)):
        _take_shape(int(index), stored, places, winding_told=table.format == WOUND_BY_STANDARD)
    points = np.flatnonzero(shapely.get_type_id(stored) == GeometryType.POINT)
    places.lon[points] = shapely.get_x(stored[points]).round(DECIMALS)
    places.lat[points] = shapely.get_y(stored[points]).round(DECIMALS)
    _measure_outside(dataset, places)
    return places


def parcel_geometry(parcel: Any) -> dict[str, Any]:
    """Return a polygon as the GeoJSON geometry that a record holds."""
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(parcel))
    return geometry


def _tell_heights(geometries: Geometries, places: Places) -> None:
    high = np.flatnonzero(shapely.has_z(geometries))
    coordinates, owners = shapely.get_coordinates(geometries[high], include_z=True, return_index=True)
    above = np.nan_to_num(coordinates[:, 2]) != 0 if len(coordinates) else np.empty(0, dtype=bool)
    for index in np.unique(owners[above]) if len(coordinates) else ():
        places.note(int(high[index]), "import_height_dropped")


def _take_shape(index: int, stored: Geometries, places: Places, *, winding_told: bool) -> None:
    """Put a point in place of the shape, and its parcel beside it; or say why it is of no use."""
    shape = stored[index]
    stored[index] = None
    if shape.geom_type == "MultiPoint":
        parts = shapely.get_parts(shape)
        if len(parts) == 1:
            stored[index] = parts[0]
        else:
            places.refused[index] = ("import_several_points", str(len(parts)))
        return
    if "Line" in shape.geom_type:
        lines = shapely.get_parts(shape)
        if not all(line.is_closed and len(line.coords) >= LEAST_RING_POINTS for line in lines):
            places.refused[index] = ("import_line_open", "")
            return
        shape = shapely.union_all([shapely.make_valid(shapely.Polygon(line)) for line in lines])
        places.note(index, "import_line_closed")
    parcel = _valid(index, shape, places)
    if parcel is None:
        places.refused[index] = ("import_shape_lost", "")
        return
    wound = shapely.orient_polygons(parcel, exterior_cw=False)
    if winding_told and shape.is_valid and not shapely.equals_exact(wound, parcel):
        places.note(index, "import_ring_rewound")
    places.parcels[index] = wound
    stored[index] = shapely.point_on_surface(wound)


def _valid(index: int, shape: Any, places: Places) -> Any:
    """Return the shape valid and of 7 decimals, None where no area is left."""
    if not shape.is_valid:
        places.note(index, "import_shape_repaired", shapely.is_valid_reason(shape)[:120])
        shape = _areas(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    rounded = shapely.transform(shape, lambda degrees: degrees.round(DECIMALS))
    if not rounded.is_valid:  # corners closer than a centimetre have met
        rounded = shapely.transform(
            _areas(shapely.set_precision(shape, GRID_DEG)), lambda degrees: degrees.round(DECIMALS)
        )
    return None if rounded.is_empty or not rounded.is_valid or not rounded.area else rounded


def _areas(shape: Any) -> Any:
    """Return the polygons of a shape, in one piece where it is one."""
    parts = list(_polygons(shape))
    if not parts:
        return shapely.Polygon()
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _polygons(shape: Any) -> Iterator[Any]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            yield from _polygons(part)


def _measure_outside(dataset: Dataset, places: Places) -> None:
    outline = layer_in_metres(dataset, "boundary", kind="outline")
    placed = np.flatnonzero(np.isfinite(places.lon))
    if outline is None or not len(placed):
        return
    shapely.prepare(outline)
    x, y = transformer_between(STORAGE_CRS, dataset.district.metric_crs).transform(
        places.lon[placed], places.lat[placed]
    )
    outside = ~shapely.contains_xy(outline, x, y)
    away_m = shapely.distance(shapely.points(np.asarray(x)[outside], np.asarray(y)[outside]), outline)
    places.outside_m[placed[outside]] = np.where(np.isfinite(away_m), away_m, np.inf)
