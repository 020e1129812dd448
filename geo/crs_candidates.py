"""What the numbers of a file may mean (datum, zone, order of the axes, a city's own grid), and how to store them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as UnknownCRSError
from pyproj.exceptions import ProjError

from geo.datum import bd09_to_wgs84, gcj02_to_wgs84
from geo.errors import ControlPointError
from geo.metric import STORAGE_CRS

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
LEAST_CONTROL_POINTS: Final = 2
LEAST_CHECKED_POINTS: Final = 3
LEAST_SPREAD_M: Final = 1.0
LEAST_CONFIDENCE: Final = 60


class Datum(StrEnum):
    """What the positions refer to."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    XIAN80 = "xian80"
    BEIJING54 = "beijing54"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    GRID = "grid"
    OTHER = "other"


FIRST_MERIDIAN, LAST_MERIDIAN, ZONE_WIDTH = 75, 135, 3
_FIRST_CODES: Final = {Datum.CGCS2000: (4534, 4513), Datum.XIAN80: (2370, 2349), Datum.BEIJING54: (2422, 2401)}
"""EPSG's first of a row of 3-degree Gauss-Krüger zones, 75° E to 135° E: plain, and with the zone's number before x."""
NO_PUBLIC_SHIFT: Final = re.compile(r"(?:xian|beijing)_?19\d\d|beijing_?54|xian_?80")
"""Geodetic systems whose shift to WGS 84 is not public for this area, by their names in small letters."""


@dataclass(frozen=True)
class Zone:
    """A 3-degree Gauss-Krüger zone; `prefixed` where its number stands before x."""

    meridian: int
    prefixed: bool

    @property
    def number(self) -> int:
        """The number of the zone."""
        return self.meridian // ZONE_WIDTH


@dataclass(frozen=True)
class CityGrid:
    """A similarity (Helmert) fit of a city's own grid: metric = factor · local + origin, in complex numbers.

    Attributes
    ----------
    factor, origin : complex
    metric_crs : str
    residuals_m : tuple of float
        How far the fit misses each control point; all 0 with two points, which leave nothing to check.
    """

    factor: complex
    origin: complex
    metric_crs: str
    residuals_m: tuple[float, ...]

    @property
    def scale(self) -> float:
        """Metres in the metric system to one unit of the grid."""
        return abs(self.factor)

    @property
    def rotation_deg(self) -> float:
        """How far the grid is turned, counter-clockwise."""
        return float(np.degrees(np.angle(self.factor)))

    @property
    def is_checked(self) -> bool:
        """Whether there were more control points than the fit needs."""
        return len(self.residuals_m) >= LEAST_CHECKED_POINTS


@dataclass(frozen=True)
class Candidate:
    """One meaning that a file's numbers may have; `swapped` where its first number is the northing or the latitude.

    `crs` is what pyproj knows it by, None for GCJ-02, BD-09 and a city's grid.
    """

    datum: Datum
    crs: str | None = None
    swapped: bool = False
    declared: bool = False
    grid: CityGrid | None = None

    @property
    def is_projected(self) -> bool:
        """Whether the numbers are metres rather than degrees."""
        return self.grid is not None or (self.crs is not None and CRS.from_user_input(self.crs).is_projected)


def projected(datum: Datum, lon: float) -> tuple[str, ...]:
    """Return the codes of a datum's two zones around `lon`: plain, then with the zone's number; () of other datums."""
    near = min(max(round(lon / ZONE_WIDTH) * ZONE_WIDTH, FIRST_MERIDIAN), LAST_MERIDIAN)
    other = near + (ZONE_WIDTH if (lon >= near and near < LAST_MERIDIAN) or near == FIRST_MERIDIAN else -ZONE_WIDTH)
    steps = [(meridian - FIRST_MERIDIAN) // ZONE_WIDTH for meridian in sorted((near, other))]
    return tuple(f"EPSG:{first + step}" for first in _FIRST_CODES.get(datum, ()) for step in steps)


def zone_of(datum: Datum, crs: str | None) -> Zone | None:
    """Return the zone that a datum's code stands for, None where it is none of them."""
    number = int(crs.removeprefix("EPSG:")) if crs and re.fullmatch(r"EPSG:[0-9]+", crs) else 0
    for first, prefixed in zip(_FIRST_CODES.get(datum, ()), (False, True), strict=False):
        meridian = FIRST_MERIDIAN + (number - first) * ZONE_WIDTH
        if FIRST_MERIDIAN <= meridian <= LAST_MERIDIAN:
            return Zone(meridian, prefixed)
    return None


def candidates(lon: float, declared: CRS | None = None, grids: Sequence[Candidate] = ()) -> list[Candidate]:
    """Return every meaning worth testing: the usual ones both ways round, the declared one, and fitted city grids.

    Parameters
    ----------
    lon : float, where the district is; only the zones around it are tested
    declared : CRS, optional
    grids : sequence of Candidate
    """
    usual = [
        Candidate(Datum.WGS84, STORAGE_CRS),
        Candidate(Datum.CGCS2000, "EPSG:4490"),
        *(Candidate(datum, crs) for datum in _FIRST_CODES for crs in projected(datum, lon)),
        Candidate(Datum.GCJ02),
        Candidate(Datum.BD09),
    ]
    if declared is not None:
        marked = [replace(one, declared=one.crs is not None and _same(declared, one.crs)) for one in usual]
        if not any(one.declared for one in marked):
            marked.append(Candidate(Datum.OTHER, declared.to_wkt(), declared=True))
        usual = marked
    return [*usual, *(replace(one, swapped=True, declared=False) for one in usual), *grids]


def _same(declared: CRS, crs: str) -> bool:
    known = CRS.from_user_input(crs)
    return declared.equals(known, ignore_axis_order=True) or (
        declared.to_epsg(min_confidence=LEAST_CONFIDENCE) == known.to_epsg()
    )


def fit_grid(local: ArrayLike, lon_lat: ArrayLike, *, metric_crs: str, swapped: bool = False) -> Candidate:
    """Return the city grid that fits control points best, by least squares: shift, turn and one scale.

    Parameters
    ----------
    local : array, (k, 2), the points in the grid's own numbers; k is 2 to 4, more do no harm
    lon_lat : array, (k, 2), the same points in degrees, EPSG:4326
    metric_crs : str
    swapped : bool
        Whether the grid's first number is the northing.

    Raises
    ------
    ControlPointError : if there are fewer than two, they lie within a metre, or one is no finite number
    """
    mine, theirs = np.asarray(local, dtype=float), np.asarray(lon_lat, dtype=float)
    if mine.shape != theirs.shape or mine.ndim != 2 or mine.shape[1] != 2 or len(mine) < LEAST_CONTROL_POINTS:
        raise ControlPointError("two control points or more are needed, each in both systems")
    mine = mine[:, ::-1] if swapped else mine
    east_m, north_m = transformer_between(STORAGE_CRS, metric_crs).transform(theirs[:, 0], theirs[:, 1])
    from_points, to_points = mine[:, 0] + 1j * mine[:, 1], np.asarray(east_m) + 1j * np.asarray(north_m)
    if not (np.isfinite(from_points).all() and np.isfinite(to_points).all()):
        raise ControlPointError("a control point is no finite number")
    from_middle, to_middle = from_points.mean(), to_points.mean()
    offsets, wanted = from_points - from_middle, to_points - to_middle
    if min(np.abs(offsets).max(), np.abs(wanted).max()) < LEAST_SPREAD_M:
        raise ControlPointError("the control points lie in one place")
    factor = np.vdot(offsets, wanted) / np.vdot(offsets, offsets)
    residuals = np.abs(factor * offsets - wanted)
    grid = CityGrid(
        complex(factor), complex(to_middle - factor * from_middle), metric_crs, tuple(float(one) for one in residuals)
    )
    return Candidate(Datum.GRID, swapped=swapped, grid=grid)


def to_lon_lat(candidate: Candidate, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (EPSG:4326) of a file's numbers, NaN where the candidate has no such place.

    Parameters
    ----------
    candidate : Candidate
    x, y : ndarray of float, (n,), the first and the second number of each position as the file has them
    """
    if candidate.swapped:
        x, y = y, x
    if candidate.datum in (Datum.GCJ02, Datum.BD09):
        convert = gcj02_to_wgs84 if candidate.datum is Datum.GCJ02 else bd09_to_wgs84
        on_earth = (np.abs(x) <= 180) & (np.abs(y) <= 90)
        lon, lat = convert(np.where(on_earth, x, np.nan), np.where(on_earth, y, np.nan))
        return np.asarray(lon), np.asarray(lat)
    source = candidate.crs
    if candidate.grid is not None:
        fitted = candidate.grid.factor * (x + 1j * y) + candidate.grid.origin
        x, y, source = fitted.real, fitted.imag, candidate.grid.metric_crs
    try:
        lon, lat = transformer_between(source or STORAGE_CRS, STORAGE_CRS).transform(x, y)
    except (ProjError, UnknownCRSError):
        return np.full_like(x, np.nan), np.full_like(y, np.nan)
    off_earth = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    return np.where(off_earth, np.nan, lon), np.where(off_earth, np.nan, lat)


def to_storage(candidate: Candidate, geometries: Sequence[Any] | Geometries) -> Geometries:
    """Return geometries in EPSG:4326, longitude first.

    Parameters
    ----------
    candidate : Candidate
    geometries : ndarray of object, (n,), in the file's own numbers, None where there is none

    Returns
    -------
    ndarray of object, (n,), without heights; None also for a geometry with a point that the candidate has no place for
    """
    stored: Geometries = np.empty(len(geometries), dtype=object)
    stored[:] = geometries
    numbers, owners = shapely.get_coordinates(stored, return_index=True)
    degrees = np.column_stack(to_lon_lat(candidate, numbers[:, 0], numbers[:, 1]))
    lost = np.isin(owners, owners[~np.isfinite(degrees).all(axis=1)])  # a ring of NaN could not be closed
    stored[np.unique(owners[lost])] = None
    shapely.set_coordinates(stored, degrees[~lost])
    stored[shapely.is_empty(stored)] = None  # a point of NaN counts as empty
    return stored


def has_public_shift(candidate: Candidate) -> bool:
    """Return whether the way to WGS 84 is known; else what is stored may be off by some 100 m.

    A system of the file's own may bring its way along.
    """
    return candidate.crs is None or _has_public_shift(candidate.crs)


@lru_cache(maxsize=64)
def _has_public_shift(crs: str) -> bool:
    system = CRS.from_user_input(crs)
    geodetic = None if system.is_bound else system.geodetic_crs
    return geodetic is None or not NO_PUBLIC_SHIFT.search(geodetic.name.lower().replace(" ", "_"))


@lru_cache(maxsize=64)
def transformer_between(source: str, target: str) -> Transformer:
    """Return the way from one CRS to another, x or longitude first."""
    return Transformer.from_crs(source, target, always_xy=True)
