"""What a system would make of a file, before it is tried out: its shapes as they would be stored, what lies outside."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely

from geo.check import PROJECT_MARGIN_M
from geo.crs_candidates import Candidate, Floats, Geometries, to_lon_lat, transformer_between
from geo.crs_doctor import Reference
from geo.intake.shapes import DECIMALS, places_of
from geo.intake.table import Table
from geo.load import Dataset
from geo.metric import STORAGE_CRS

MOST_OUTLINED: Final = 300
MOST_VERTICES: Final = 20_000
SIMPLIFIED_DEG: Final = 1e-5
"""About a metre: no map of the page shows less."""
LatLon = list[float]
Outline = list[list[list[LatLon]]]
"""Polygons, each its outer ring and its holes."""


@dataclass(frozen=True)
class Preview:
    """What a system makes of a file.

    Attributes
    ----------
    outlines : list of list
        Shapes as they would be stored, simplified: at most 300, of at most 20,000 vertices together.
    shapes : int
        How many shapes other than points the file has.
    outside_m : ndarray of float, (m,)
        How far outside the district each feature lies, 0 inside, NaN where the system has no such place.
    """

    outlines: list[Outline]
    shapes: int
    outside_m: Floats

    def outside(self, accuracy_m: float) -> int:
        """Return how many features a dry run would refuse for their place, if they were known so well."""
        return int((self.outside_m > accuracy_m + PROJECT_MARGIN_M).sum())


def preview_of(table: Table, candidate: Candidate, data: Dataset, reference: Reference) -> Preview:
    """Return what a system makes of a file."""
    shapes = np.flatnonzero(shapely.get_dimensions(table.geometries) > 0)
    some = shapes[np.linspace(0, len(shapes) - 1, min(len(shapes), MOST_OUTLINED)).astype(np.intp)]
    part = replace(table, geometries=table.geometries[some], columns=table.columns.iloc[some])
    outlines = _outlines(places_of(part, candidate, data).parcels) if len(some) else []
    return Preview(outlines, len(shapes), _outside_m(table.geometries, candidate, reference))


def _outlines(parcels: Geometries) -> list[Outline]:
    kept: list[Outline] = []
    left = MOST_VERTICES
    for parcel in shapely.simplify(parcels[~shapely.is_missing(parcels)], SIMPLIFIED_DEG):
        count = shapely.get_num_coordinates(parcel)
        if count <= left:
            left -= count
            kept.append([[_lat_lon(ring) for ring in (one.exterior, *one.interiors)]
                         for one in shapely.get_parts(parcel)])  # fmt: skip
    return kept


def _lat_lon(ring: Any) -> list[LatLon]:
    points: list[LatLon] = shapely.get_coordinates(ring)[:, ::-1].round(DECIMALS).tolist()
    return points


def _outside_m(geometries: Geometries, candidate: Candidate, reference: Reference) -> Floats:
    points = shapely.centroid(geometries[~shapely.is_missing(geometries)])
    lon, lat = to_lon_lat(candidate, shapely.get_x(points), shapely.get_y(points))
    x, y = transformer_between(STORAGE_CRS, reference.metric_crs).transform(lon, lat)
    away_m = np.where(np.isfinite(x) & np.isfinite(y), 0.0, np.nan)
    shapely.prepare(reference.outline)
    outside = (away_m == 0) & ~shapely.contains_xy(reference.outline, x, y)
    away_m[outside] = shapely.distance(
        shapely.points(np.asarray(x)[outside], np.asarray(y)[outside]), reference.outline
    )
    return away_m
