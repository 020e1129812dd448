"""The datum conversions against answers of the map services, other people's code, and themselves."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

WGS84 = Geod(ellps="WGS84")
ONE_CENTIMETRE = 0.01

CHINA = st.tuples(st.floats(73.5, 135.1), st.floats(18.0, 53.6))
THERE_AND_BACK = [
    (wgs84_to_gcj02, gcj02_to_wgs84),
    (gcj02_to_bd09, bd09_to_gcj02),
    (wgs84_to_bd09, bd09_to_wgs84),
]

# What AMap's conversion service answered (coordsys=gps), as recorded in several public repositories, and for
# Beijing railway station as recorded in the tests of the R package asesgeo.
AMAP_SERVICE = [
    ((116.481499, 39.990475), (116.487585177952, 39.991754014757)),
    ((116.42079, 39.90105), (116.427020941841, 39.902445203994)),
]
# What Baidu answered: geoconv v1 for Beijing railway station (same tests), from WGS 84 to GCJ-02, ...
BAIDU_SERVICE_GCJ02 = [((116.42079, 39.90105), (116.42702745, 39.90245063))]
# ... and from WGS 84 to BD-09, as recorded in a comment of public code that calls it.
BAIDU_SERVICE_BD09 = [((114.21892734521, 29.575429778924), (114.23075654746, 29.579087603387))]
# Tests of eviltransform (googollee/eviltransform, python/test.py): Shanghai, Shenzhen, Beijing.
EVILTRANSFORM_GCJ02 = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]
# Six AMap geocodes in Dalian with the WGS 84 point that their own file states (app/services/dalian.py of a
# public repository), worked out by its own code, so a second implementation rather than a survey:
# 大连理工大学, 星海广场, 东港商务区, 老虎滩海洋公园, 西安路, 傅家庄公园.
DALIAN_GCJ02 = [
    ((121.519692, 38.885611), (121.524803, 38.886490)),
    ((121.583926, 38.881623), (121.588870, 38.882379)),
    ((121.678517, 38.928660), (121.683570, 38.929545)),
    ((121.670101, 38.878254), (121.675131, 38.879093)),
    ((121.582538, 38.913575), (121.587487, 38.914351)),
    ((121.616107, 38.865793), (121.621046, 38.866543)),
]
# 辽阳 and 沈阳 in hujiulong/gcoord, test/fixtures/china-cities.json: WGS 84, GCJ-02, BD-09.
# Its WGS 84 points are 0.7 m off the formula, its GCJ-02 and BD-09 ones agree to a centimetre.
LIAONING_CITIES = [
    ((123.2312099, 41.2651725), (123.2369518, 41.2672464), (123.2433178, 41.2736074)),
    ((123.4253306, 41.8032629), (123.4314787, 41.8057023), (123.4380950, 41.8114013)),
]

WGS84_AND_GCJ02 = [
    *((wgs84, gcj02, 0.2) for wgs84, gcj02 in AMAP_SERVICE),
    *((wgs84, gcj02, 1.0) for wgs84, gcj02 in BAIDU_SERVICE_GCJ02),
    *((wgs84, gcj02, 0.001) for wgs84, gcj02 in EVILTRANSFORM_GCJ02),
    *((wgs84, gcj02, 0.1) for wgs84, gcj02 in DALIAN_GCJ02),
]


def metres_apart(one, other):
    return WGS84.inv(*one, *other)[2]


@pytest.mark.parametrize(("wgs84", "gcj02", "within_m"), WGS84_AND_GCJ02)
def test_gcj02_agrees_with_known_pairs_both_ways(wgs84, gcj02, within_m):
    assert metres_apart(wgs84_to_gcj02(*wgs84), gcj02) < within_m
    assert metres_apart(gcj02_to_wgs84(*gcj02), wgs84) < within_m


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09"), LIAONING_CITIES)
def test_bd09_agrees_with_known_pairs_both_ways(wgs84, gcj02, bd09):
    assert metres_apart(gcj02_to_bd09(*gcj02), bd09) < 0.02
    assert metres_apart(bd09_to_gcj02(*bd09), gcj02) < 0.02
    assert metres_apart(wgs84_to_bd09(*wgs84), bd09) < 1.0
    assert metres_apart(bd09_to_wgs84(*bd09), wgs84) < 1.0


@pytest.mark.parametrize(("wgs84", "bd09"), BAIDU_SERVICE_BD09)
def test_bd09_agrees_with_the_answer_of_baidu(wgs84, bd09):
    assert metres_apart(wgs84_to_bd09(*wgs84), bd09) < 1.5
    assert metres_apart(bd09_to_wgs84(*bd09), wgs84) < 1.5


@pytest.mark.parametrize(("there", "back"), THERE_AND_BACK)
@given(point=CHINA)
def test_there_and_back_is_within_a_centimetre_over_china(there, back, point):
    assert metres_apart(back(*there(*point)), point) < ONE_CENTIMETRE
    assert metres_apart(there(*back(*point)), point) < ONE_CENTIMETRE


@given(point=CHINA)
def test_the_inverse_is_exact_to_1e_8_degrees(point):
    assert np.allclose(gcj02_to_wgs84(*wgs84_to_gcj02(*point)), point, rtol=0, atol=1e-8)
    assert np.allclose(bd09_to_gcj02(*gcj02_to_bd09(*point)), point, rtol=0, atol=1e-8)


def test_how_far_the_datums_lie_apart_here():
    here = (121.615, 38.907)
    assert metres_apart(wgs84_to_gcj02(*here), here) == pytest.approx(440, abs=10)
    assert metres_apart(wgs84_to_bd09(*here), here) == pytest.approx(1200, abs=50)


@pytest.mark.parametrize("abroad", [(139.767, 35.681), (37.618, 55.8272), (72.003, 40.0), (110.0, 0.5)])
def test_gcj02_is_wgs84_outside_the_rectangle(abroad):
    assert wgs84_to_gcj02(*abroad) == abroad
    assert gcj02_to_wgs84(*abroad) == abroad


@pytest.mark.parametrize("convert", [function for pair in THERE_AND_BACK for function in pair])
def test_arrays_are_converted_point_by_point(convert):
    lon, lat = np.array([121.5, 121.6, 139.8, np.nan]), np.array([38.8, 38.9, 35.7, 38.9])
    converted = convert(lon, lat)
    for position in range(3):
        expected = convert(float(lon[position]), float(lat[position]))
        assert (converted[0][position], converted[1][position]) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(converted[0][3])


def test_floats_give_floats():
    lon, lat = wgs84_to_gcj02(121.6, 38.9)
    assert isinstance(lon, float)
    assert isinstance(lat, float)


def test_a_geometry_is_converted_through_shapely():
    line = shapely.LineString([(121.6, 38.9), (121.61, 38.91)])
    shifted = shapely.transform(line, wgs84_to_gcj02, interleaved=False)
    assert shifted.coords[0] == pytest.approx(wgs84_to_gcj02(121.6, 38.9))
    assert shapely.transform(shifted, gcj02_to_wgs84, interleaved=False).equals_exact(line, 1e-8)
