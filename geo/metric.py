"""Lengths, areas and distances, in metres and never in degrees."""

from typing import TypeAlias, TypeVar

from geopandas import GeoDataFrame, GeoSeries
from pandas import Series
from pyproj import CRS

from geo.errors import GeographicCRSError, MissingCRSError, OtherCRSError

STORAGE_CRS = "EPSG:4326"

Frame: TypeAlias = GeoDataFrame | GeoSeries
SameFrame = TypeVar("SameFrame", GeoDataFrame, GeoSeries)


def to_metric(frame: SameFrame, *, crs: str) -> SameFrame:
    """Return the frame in the metric system, x being metres east and y metres north.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries, (n,), any CRS
    crs : str, e.g. EPSG:4550
        The metric system wanted.

    Returns
    -------
    GeoDataFrame or GeoSeries, (n,), in `crs`, index and columns of `frame`

    Raises
    ------
    MissingCRSError : if the frame has no CRS

    Notes
    -----
    WGS 84 and CGCS2000 are taken as the same; they differ by less than a metre.
    """
    _known_crs(frame)
    return frame.to_crs(crs)


def from_metric(frame: SameFrame, *, crs: str = STORAGE_CRS) -> SameFrame:
    """Return a projected frame in degrees again, as it is stored.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries, (n,), projected CRS
    crs : str, default EPSG:4326
        The geographic system wanted.

    Returns
    -------
    GeoDataFrame or GeoSeries, (n,), in `crs`, index and columns of `frame`

    Raises
    ------
    MissingCRSError : if the frame has no CRS
    GeographicCRSError : if its coordinates are degrees already
    """
    _projected_crs(frame)
    return frame.to_crs(crs)


def area_m2(frame: Frame, *, crs: str) -> "Series[float]":
    """Return each feature's area.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries, (n,), in `crs`, may hold null geometry
    crs : str, e.g. EPSG:4550
        The metric system that areas are measured in.

    Returns
    -------
    Series of float, (n,), square metres, 0 for points and lines, NaN for null geometry, index of `frame`

    Raises
    ------
    MissingCRSError : if the frame has no CRS
    GeographicCRSError : if its coordinates are degrees
    OtherCRSError : if it is projected, but not in `crs`

    Notes
    -----
    On the plane; at 121.6° E the scale of EPSG:4550 makes areas 0.036 % too large.
    """
    _measurable(frame, crs)
    return frame.area


def length_m(frame: Frame, *, crs: str) -> "Series[float]":
    """Return each feature's length, for polygons that of the outline with its holes.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries, (n,), in `crs`, may hold null geometry
    crs : str, e.g. EPSG:4550
        The metric system that lengths are measured in.

    Returns
    -------
    Series of float, (n,), metres, 0 for points, NaN for null geometry, index of `frame`

    Raises
    ------
    MissingCRSError : if the frame has no CRS
    GeographicCRSError : if its coordinates are degrees
    OtherCRSError : if it is projected, but not in `crs`

    Notes
    -----
    On the plane; at 121.6° E the scale of EPSG:4550 makes lengths 0.018 % too large.
    """
    _measurable(frame, crs)
    return frame.length


def distance_m(frame: Frame, other: Frame, *, crs: str) -> "Series[float]":
    """Return the distance from each feature to the one with the same position in `other`.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries, (n,), in `crs`, may hold null geometry
    other : GeoDataFrame or GeoSeries, (n,) or (1,), in `crs`
        Paired with `frame` by position, not by index; a single feature is paired with every one.
    crs : str, e.g. EPSG:4550
        The metric system that distances are measured in.

    Returns
    -------
    Series of float, (n,), metres between the nearest points, NaN where either is null, index of `frame`

    Raises
    ------
    MissingCRSError : if either frame has no CRS
    GeographicCRSError : if the coordinates of either are degrees
    OtherCRSError : if either is projected, but not in `crs`
    ValueError : if `other` has neither one feature nor as many as `frame`

    Notes
    -----
    Straight line; at 121.6° E the scale of EPSG:4550 makes distances 0.018 % too long.
    """
    for each in (frame, other):
        _measurable(each, crs)
    if len(other) == 1:
        other = other.iloc[[0] * len(frame)]
    if len(other) != len(frame):
        raise ValueError(f"cannot pair {len(frame)} features with {len(other)}")
    return frame.distance(other.geometry, align=False)


def _known_crs(frame: Frame) -> CRS:
    if frame.crs is None:
        raise MissingCRSError("the frame has no CRS: say what its coordinates are with set_crs()")
    return frame.crs


def _projected_crs(frame: Frame) -> CRS:
    crs = _known_crs(frame)
    if crs.is_geographic:
        raise GeographicCRSError(f"{crs.to_string()} counts in degrees: call to_metric() first")
    return crs


def _measurable(frame: Frame, metric_crs: str) -> None:
    crs = _projected_crs(frame)
    if not crs.equals(CRS(metric_crs), ignore_axis_order=True):
        raise OtherCRSError(f"metres are measured in {metric_crs}, not {crs.to_string()}: call to_metric() first")
