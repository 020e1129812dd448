"""WGS 84, GCJ-02 and BD-09: the three datums that Chinese web data comes in.

GCJ-02 (AMap, Tencent) lies about 440 m from WGS 84 here, BD-09 (Baidu) about 1.2 km. Every function takes
lon, lat in degrees, both as floats or both as arrays of one shape, and returns the pair likewise; NaN stays NaN.
A geometry is converted by ``shapely.transform(geometry, wgs84_to_gcj02, interleaved=False)``.

The formulas are not official: they were recovered from the services. They stand in eviltransform (googollee, MIT)
and PRCoords (Artoria2e5, CC0). The usual inverses are 0.1 to 2 m off; those here repeat the forward formula until
it gives the point back.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Degrees = TypeVar("Degrees", float, NDArray[np.floating[Any]])

GCJ02_LON_RANGE = (72.004, 137.8347)
GCJ02_LAT_RANGE = (0.8293, 55.8271)

KRASOVSKY_SEMI_MAJOR_AXIS_M = 6_378_245.0
KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
BD09_OFFSET_LON = 0.0065
BD09_OFFSET_LAT = 0.006
# Neither shift changes by more than 2.5 % of the way moved, so a round divides the error by 40 or more:
# eight rounds take the first error of 0.01 degrees below what a float can hold.
INVERSE_ROUNDS = 8


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the GCJ-02 position of a WGS 84 one.

    Parameters
    ----------
    lon, lat : float or ndarray of float
        Degrees, WGS 84 (EPSG:4326).

    Returns
    -------
    tuple of float or ndarray
        lon, lat in degrees, GCJ-02.

    Notes
    -----
    Outside the rectangle 72.004 to 137.8347° E, 0.8293 to 55.8271° N, GCJ-02 is taken as WGS 84. That is the
    usual rule, not the border: it shifts points in Korea or Mongolia too, where the services do not.
    """
    east_m, north_m = _gcj02_shift_m(lon - 105.0, lat - 35.0)
    metres_per_degree_lon, metres_per_degree_lat = _krasovsky_metres_per_degree(lat)
    shifted = _in_gcj02_rectangle(lon, lat)
    return lon + shifted * east_m / metres_per_degree_lon, lat + shifted * north_m / metres_per_degree_lat


def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the WGS 84 position of a GCJ-02 one, exact to 1e-8 degrees (1 mm).

    Parameters
    ----------
    lon, lat : float or ndarray of float
        Degrees, GCJ-02.

    Returns
    -------
    tuple of float or ndarray
        lon, lat in degrees, WGS 84 (EPSG:4326).

    Notes
    -----
    That is the precision of undoing `wgs84_to_gcj02`; the answers of AMap in the tests differ by up to 0.2 m.
    Within 1 km of the rectangle's edge (all at sea or abroad) the inverse is not unique.
    """
    return _inverse(wgs84_to_gcj02, lon, lat)


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the BD-09 position of a GCJ-02 one.

    Parameters
    ----------
    lon, lat : float or ndarray of float
        Degrees, GCJ-02.

    Returns
    -------
    tuple of float or ndarray
        lon, lat in degrees, BD-09 (Baidu's bd09ll, not the metric bd09mc).
    """
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(np.radians(lat) * 3000.0)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(np.radians(lon) * 3000.0)
    return radius * np.cos(angle) + BD09_OFFSET_LON, radius * np.sin(angle) + BD09_OFFSET_LAT


def bd09_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the GCJ-02 position of a BD-09 one, exact to 1e-8 degrees (1 mm).

    Parameters
    ----------
    lon, lat : float or ndarray of float
        Degrees, BD-09 (bd09ll).

    Returns
    -------
    tuple of float or ndarray
        lon, lat in degrees, GCJ-02.

    Notes
    -----
    That is the precision of undoing `gcj02_to_bd09`; the answers of Baidu in the tests differ by about 1 m.
    """
    return _inverse(gcj02_to_bd09, lon, lat)


def wgs84_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the BD-09 position of a WGS 84 one, by way of GCJ-02.

    Parameters
    ----------
    lon, lat : float or ndarray of float
        Degrees, WGS 84 (EPSG:4326).

    Returns
    -------
    tuple of float or ndarray
        lon, lat in degrees, BD-09 (bd09ll).
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the WGS 84 position of a BD-09 one, by way of GCJ-02.

    Parameters
    ----------
    lon, lat : float or ndarray of float
        Degrees, BD-09 (bd09ll).

    Returns
    -------
    tuple of float or ndarray
        lon, lat in degrees, WGS 84 (EPSG:4326).
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _in_gcj02_rectangle(lon: Degrees, lat: Degrees) -> Degrees:
    west, east = GCJ02_LON_RANGE
    south, north = GCJ02_LAT_RANGE
    return 1.0 * ((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _gcj02_shift_m(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """Return the shift in metres east and north, `x` and `y` being degrees from 105° E, 35° N."""
    both = _wave(20.0, 1 / 6, x) + _wave(20.0, 1 / 2, x)
    east = both + _wave(20.0, 1, x) + _wave(40.0, 3, x) + _wave(150.0, 12, x) + _wave(300.0, 30, x)
    north = both + _wave(20.0, 1, y) + _wave(40.0, 3, y) + _wave(160.0, 12, y) + _wave(320.0, 30, y)
    root = np.sqrt(np.abs(x))
    return (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + east * 2.0 / 3.0,
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + north * 2.0 / 3.0,
    )


def _wave(height_m: float, half_period: float, degrees: Degrees) -> Degrees:
    return height_m * np.sin(np.pi * degrees / half_period)


def _krasovsky_metres_per_degree(lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the length of a degree of longitude and of latitude on the Krasovsky 1940 ellipsoid."""
    flattened = 1.0 - KRASOVSKY_ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    prime_vertical_m = KRASOVSKY_SEMI_MAJOR_AXIS_M / np.sqrt(flattened)
    meridian_m = prime_vertical_m * (1.0 - KRASOVSKY_ECCENTRICITY_SQUARED) / flattened
    return np.radians(prime_vertical_m * np.cos(np.radians(lat))), np.radians(meridian_m)


def _inverse(
    forward: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]], lon: Degrees, lat: Degrees
) -> tuple[Degrees, Degrees]:
    """Return the point that `forward` takes to `lon`, `lat`, by fixed-point iteration."""
    origin_lon, origin_lat = lon, lat
    for _ in range(INVERSE_ROUNDS):
        image_lon, image_lat = forward(origin_lon, origin_lat)
        origin_lon, origin_lat = origin_lon + lon - image_lon, origin_lat + lat - image_lat
    return origin_lon, origin_lat
