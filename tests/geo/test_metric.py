"""Metric measures against the geodesic, and the frames they refuse."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, Point, box

from geo import metric as measures
from geo.errors import GeographicCRSError, MissingCRSError, OtherCRSError
from geo.metric import from_metric

METRIC_CRS = "EPSG:4550"
area_m2, distance_m, length_m, to_metric = (
    partial(getattr(measures, name), crs=METRIC_CRS) for name in ("area_m2", "distance_m", "length_m", "to_metric")
)
WGS84 = Geod(ellps="WGS84")
DISTRICT = Path(__file__).parents[2] / "data" / "district.json"

HERE = st.tuples(st.floats(121.55, 121.70), st.floats(38.85, 38.96))
MEASURES = [area_m2, length_m, lambda frame: distance_m(frame, frame)]


def stored(*geometries):
    return GeoSeries(list(geometries), crs="EPSG:4326")


def test_the_metric_crs_is_the_one_of_the_district():
    assert json.loads(DISTRICT.read_text(encoding="utf-8"))["metric_crs"] == METRIC_CRS


def test_x_is_east_and_y_is_north():
    (x,), (y,) = to_metric(stored(Point(123.0, 38.9))).x, to_metric(stored(Point(123.0, 38.9))).y
    assert x == pytest.approx(500_000, abs=0.01)
    assert 4_300_000 < y < 4_320_000


@given(point=HERE)
def test_to_metric_and_back_is_the_same_point(point):
    (there_and_back,) = from_metric(to_metric(stored(Point(point))))
    assert there_and_back.x == pytest.approx(point[0], abs=1e-9)
    assert there_and_back.y == pytest.approx(point[1], abs=1e-9)


@given(one=HERE, other=HERE)
def test_length_and_distance_agree_with_the_geodesic(one, other):
    geodesic_m = WGS84.inv(*one, *other)[2]
    line = to_metric(stored(LineString([one, other])))
    points = to_metric(stored(Point(one))), to_metric(stored(Point(other)))
    assert length_m(line).iloc[0] == pytest.approx(geodesic_m, rel=1e-3, abs=1e-6)
    assert distance_m(*points).iloc[0] == pytest.approx(geodesic_m, rel=1e-3, abs=1e-6)


@given(corner=HERE, width=st.floats(0.0005, 0.05), height=st.floats(0.0005, 0.05))
def test_area_and_outline_agree_with_the_geodesic(corner, width, height):
    lon, lat = corner
    polygon = box(lon, lat, lon + width, lat + height)
    geodesic_m2, geodesic_m = WGS84.geometry_area_perimeter(polygon)
    metric = to_metric(stored(polygon))
    assert area_m2(metric).iloc[0] == pytest.approx(abs(geodesic_m2), rel=1e-3)
    assert length_m(metric).iloc[0] == pytest.approx(geodesic_m, rel=1e-3)


def test_a_frame_keeps_its_index_and_columns():
    sites = GeoDataFrame({"name": ["a", "b"]}, geometry=stored(Point(121.6, 38.9), None), index=[7, 3])
    metric = to_metric(sites)
    assert list(metric.columns) == list(sites.columns)
    assert list(distance_m(metric, metric.iloc[[0]]).index) == [7, 3]


def test_null_geometry_has_no_measure():
    metric = to_metric(stored(Point(121.6, 38.9), None))
    assert np.isnan(area_m2(metric).iloc[1])
    assert np.isnan(length_m(metric).iloc[1])
    assert np.isnan(distance_m(metric, metric.iloc[[0]]).iloc[1])
    assert distance_m(metric, metric.iloc[[1]]).isna().all()


def test_distances_are_paired_by_position():
    one = to_metric(stored(Point(121.60, 38.9), Point(121.61, 38.9)))
    other = to_metric(stored(Point(121.60, 38.9), Point(121.61, 38.9))).set_axis([5, 6])
    assert list(distance_m(one, other)) == [0, 0]
    with pytest.raises(ValueError, match="cannot pair 2 features with 3"):
        distance_m(one, to_metric(stored(Point(121.6, 38.9), None, None)))


@pytest.mark.parametrize("measure", MEASURES)
def test_degrees_are_refused(measure):
    with pytest.raises(GeographicCRSError, match="to_metric"):
        measure(stored(Point(121.6, 38.9)))


@pytest.mark.parametrize("measure", MEASURES)
def test_web_mercator_is_refused(measure):
    with pytest.raises(OtherCRSError, match=METRIC_CRS):
        measure(stored(Point(121.6, 38.9)).to_crs("EPSG:3857"))


@pytest.mark.parametrize("measure", [*MEASURES, to_metric, from_metric])
def test_a_frame_without_crs_is_refused(measure):
    with pytest.raises(MissingCRSError, match="set_crs"):
        measure(GeoSeries([Point(121.6, 38.9)]))


def test_degrees_are_not_turned_into_degrees():
    with pytest.raises(GeographicCRSError):
        from_metric(stored(Point(121.6, 38.9)))


def test_another_metric_system_can_be_asked_for():
    nearby = to_metric(stored(box(121.6, 38.9, 121.61, 38.91)), crs="EPSG:4549")
    assert area_m2(nearby, crs="EPSG:4549").iloc[0] == pytest.approx(962_500, rel=1e-2)
    with pytest.raises(OtherCRSError):
        area_m2(nearby)
