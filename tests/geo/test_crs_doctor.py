"""The CRS doctor on the district's landmarks as GDAL converts them, on published GCJ-02 and BD-09, on city grids."""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo.crs_candidates import Candidate, Datum, candidates, fit_grid, projected, to_storage, zone_of
from geo.crs_doctor import Reason, Reference, Verdict, diagnose, reference_of
from geo.errors import ControlPointError
from geo.intake.table import Table
from geo.load import load_dataset
from tests.geo.test_datum import BAIDU_SERVICE_BD09, DALIAN_GCJ02, LIAONING_CITIES

LON, METRIC_CRS = 121.6, "EPSG:4550"
PROJECTED = {datum: projected(datum, LON) for datum in (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54)}
DATA = Path(__file__).resolve().parents[2] / "data"
needs_gdal = pytest.mark.skipif(not shutil.which("gdaltransform"), reason="GDAL's programs are not installed")

# 大连站, 121.62837° E 38.92214° N, by gdaltransform (GDAL 3.6.2, PROJ 9.1) -s_srs EPSG:4326 -t_srs each.
STATION = (121.62837, 38.92214)
STATION_IN = {
    "EPSG:4549": (641218.3514, 4311121.3297),
    "EPSG:4550": (381048.0942, 4310755.0082),
    "EPSG:4528": (40641218.3514, 4311121.3297),
    "EPSG:4529": (41381048.0942, 4310755.0082),
    "EPSG:2385": (641218.4179, 4311123.3404),
    "EPSG:2386": (381048.0381, 4310757.0187),
    "EPSG:2364": (40641218.4179, 4311123.3404),
    "EPSG:2365": (41381048.0381, 4310757.0187),
    "EPSG:2437": (641220.7158, 4311197.6162),
    "EPSG:2438": (381046.1025, 4310831.2886),
    "EPSG:2416": (40641220.7158, 4311197.6162),
    "EPSG:2417": (41381046.1025, 4310831.2886),
}
LANDMARKS = json.loads((DATA / "base" / "landmarks.geojson").read_text(encoding="utf-8"))["features"]
NAMES = [feature["properties"]["name"] for feature in LANDMARKS]
WGS84 = [tuple(feature["geometry"]["coordinates"]) for feature in LANDMARKS]


@pytest.fixture(scope="module")
def reference():
    return reference_of(load_dataset(DATA))


def table_of(points, names=None, *, crs=None, crs_in_file=False):
    columns = pd.DataFrame({"name": names or [None] * len(points)}, index=pd.RangeIndex(1, len(points) + 1))
    return Table("a.csv", "csv", shapely.points(points), columns, crs and CRS(crs), crs_in_file)


@cache
def by_gdal(epsg):
    """Return the landmarks in another system, by gdaltransform."""
    command = ["gdaltransform", "-s_srs", "EPSG:4326", "-t_srs", f"EPSG:{epsg}", "-output_xy"]
    lines = "\n".join(f"{lon!r} {lat!r}" for lon, lat in WGS84)
    said = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout
    return [tuple(map(float, line.split())) for line in said.splitlines()]


def found(diagnosis):
    return diagnosis.best.candidate.crs or diagnosis.best.candidate.datum, diagnosis.best.candidate.swapped


# ---- the systems themselves ----


def test_each_code_is_the_system_that_it_is_taken_for():
    names = {Datum.CGCS2000: "CGCS2000", Datum.XIAN80: "Xian 1980", Datum.BEIJING54: "Beijing 1954"}
    ends = ("CM 120E", "CM 123E", "zone 40", "zone 41")
    for datum, systems in PROJECTED.items():
        expected = [f"{names[datum]} / 3-degree Gauss-Kruger {end}" for end in ends]
        assert [CRS(one).name for one in systems] == expected


@pytest.mark.parametrize(
    ("lon", "meridians"),
    [(113.9, (111, 114)), (114.0, (114, 117)), (115.6, (114, 117)), (73.5, (75, 78)), (136.2, (132, 135))],
)
def test_the_zones_tested_are_those_around_the_district(lon, meridians):
    for datum in PROJECTED:
        zones = [zone_of(datum, crs) for crs in projected(datum, lon)]
        assert [(zone.meridian, zone.prefixed) for zone in zones] == [(m, p) for p in (False, True) for m in meridians]
        ends = [*(f"CM {m}E" for m in meridians), *(f"zone {m // 3}" for m in meridians)]
        assert [CRS(crs).name.rsplit("Kruger ")[1] for crs in projected(datum, lon)] == ends
    assert projected(Datum.GCJ02, lon) == () and zone_of(Datum.WGS84, "EPSG:4326") is None


@pytest.mark.parametrize("crs", STATION_IN)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_place_is_stored_where_gdal_puts_it(crs, swapped):
    point = shapely.Point(STATION_IN[crs][::-1] if swapped else STATION_IN[crs])
    (stored,) = to_storage(Candidate(Datum.OTHER, crs, swapped=swapped), [point])
    assert (stored.x, stored.y) == pytest.approx(STATION, abs=1e-7)  # a centimetre


@cache
def projection(crs):
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@settings(max_examples=25)
@given(
    lon=st.floats(121.4, 121.8),
    lat=st.floats(38.8, 39.1),
    crs=st.sampled_from([one for systems in PROJECTED.values() for one in systems]),
)
def test_what_pyproj_projects_is_stored_within_a_centimetre(lon, lat, crs):
    x, y = projection(crs).transform(lon, lat)
    (stored,) = to_storage(Candidate(Datum.OTHER, crs), [shapely.Point(x, y)])
    assert (stored.x, stored.y) == pytest.approx((lon, lat), abs=1e-7)


def test_shapes_keep_their_kind_and_what_has_no_place_becomes_none():
    square = shapely.Polygon([(641000, 4311000, 9), (641100, 4311000, 9), (641100, 4311100, 9)])
    stored = to_storage(
        Candidate(Datum.CGCS2000, "EPSG:4549"), [square, None, shapely.Point(1e300, 1e300), shapely.Point(STATION)]
    )
    assert stored[0].geom_type == "Polygon" and not stored[0].has_z
    assert 121.62 < stored[0].centroid.x < 121.63 and 38.92 < stored[0].centroid.y < 38.923
    assert stored[1] is None and stored[2] is None
    (nowhere,) = to_storage(Candidate(Datum.GCJ02), [shapely.Point(641000, 4311000)])
    assert nowhere is None


# ---- each system recognised ----


@needs_gdal
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("datum", PROJECTED)
@pytest.mark.parametrize("place", range(4))
def test_named_landmarks_are_recognised_in_every_projected_system(reference, datum, place, swapped):
    crs = PROJECTED[datum][place]
    points = by_gdal(crs.removeprefix("EPSG:"))
    diagnosis = diagnose(table_of([xy[::-1] for xy in points] if swapped else points, NAMES), reference)
    assert found(diagnosis) == (crs, swapped)
    assert diagnosis.best.agreeing_count == diagnosis.best.named_count == len(NAMES)
    # The three datums lie some 2 and 76 m apart, nearer than the landmarks are known: that is asked, never decided.
    assert diagnosis.verdict is Verdict.ASK
    assert {rival.candidate.crs for rival in diagnosis.rivals} == {
        systems[place] for other, systems in PROJECTED.items() if other is not datum
    }
    assert all(1 < rival.shift_m < 80 for rival in diagnosis.rivals)
    shifty = Reason.NO_PUBLIC_SHIFT in diagnosis.best.reasons
    assert shifty == (datum is not Datum.CGCS2000)


@pytest.mark.parametrize("swapped", [False, True])
def test_named_landmarks_in_degrees_are_certain_and_cgcs2000_is_the_same(reference, swapped):
    points = [xy[::-1] for xy in WGS84] if swapped else WGS84
    diagnosis = diagnose(table_of(points, NAMES), reference)
    assert diagnosis.verdict is Verdict.CERTAIN and found(diagnosis) == ("EPSG:4326", swapped)
    (same,) = [one for one in diagnosis.findings if Reason.SAME_AT_MAP_SCALE in one.reasons]
    assert same.candidate.crs == "EPSG:4490" and same.shift_m < 1
    gcj02 = next(one for one in diagnosis.findings if one.candidate == Candidate(Datum.GCJ02, swapped=swapped))
    assert not gcj02.fits and Reason.NAMES_ELSEWHERE in gcj02.reasons and 420 < gcj02.shift_m < 460


def test_without_names_gcj02_cannot_be_told_from_wgs84_and_that_is_asked(reference):
    diagnosis = diagnose(table_of(WGS84), reference)
    assert diagnosis.verdict is Verdict.ASK and found(diagnosis) == ("EPSG:4326", False)
    assert Datum.GCJ02 in {rival.candidate.datum for rival in diagnosis.rivals}
    assert Datum.CGCS2000 not in {rival.candidate.datum for rival in diagnosis.rivals}


def test_addresses_that_name_a_street_count_as_evidence(reference):
    streets = [name for name in ("长春路", "八一路", "胜利路", "中山路", "黄河路") if name in reference.places]
    to_degrees = Transformer.from_crs(reference.metric_crs, "EPSG:4326", always_xy=True)
    points, addresses = [], []
    for street in streets:
        middle = shapely.line_interpolate_point(shapely.get_parts(reference.places[street][0])[0], 0.5, normalized=True)
        points.append(to_degrees.transform(middle.x, middle.y))
        addresses.append(f"{street}100号")
    assert len(points) >= 3
    finding = diagnose(table_of(points, addresses), reference).best
    assert finding.candidate.crs == "EPSG:4326" and finding.agreeing_count == finding.named_count == len(points)


def test_what_the_file_itself_states_settles_the_datum(reference):
    x, y = STATION_IN["EPSG:4549"]
    points = [(x + step, y) for step in range(0, -3000, -300)]
    said = diagnose(table_of(points, crs="EPSG:4549", crs_in_file=True), reference)
    assert said.verdict is Verdict.CERTAIN and said.declared == said.best
    assert Reason.DECLARED_OTHERWISE in next(one for one in said.findings if one.candidate.crs == "EPSG:2437").reasons
    assert diagnose(table_of(points), reference).verdict is Verdict.ASK


def test_a_declared_system_that_does_not_fit_is_not_believed(reference):
    x, y = STATION_IN["EPSG:4549"]
    diagnosis = diagnose(
        table_of([(x - step, y) for step in (0, 500, 900)], crs="EPSG:4550", crs_in_file=True), reference
    )
    assert diagnosis.declared.candidate.crs == "EPSG:4550" and not diagnosis.declared.fits
    assert Reason.OUTSIDE in diagnosis.declared.reasons and diagnosis.best.candidate.crs == "EPSG:4549"


def test_a_declared_system_that_is_not_among_the_usual_ones_is_tested_too(reference):
    utm = [Transformer.from_crs(4326, 32651, always_xy=True).transform(*xy) for xy in WGS84]
    diagnosis = diagnose(table_of(utm, NAMES, crs="EPSG:32651", crs_in_file=True), reference)
    assert diagnosis.verdict is Verdict.CERTAIN and diagnosis.best.candidate.declared


@pytest.mark.parametrize("points", [[(116.39, 39.91), (116.40, 39.92)], [(0, 0)], [(1e300, -1e300)]])
def test_what_lies_nowhere_near_fits_nothing(reference, points):
    diagnosis = diagnose(table_of(points), reference)
    assert diagnosis.verdict is Verdict.NONE_FITS and diagnosis.best is None and len(diagnosis.findings) > 30


def test_a_table_without_any_geometry_fits_nothing(reference):
    empty = Table("a", "csv", np.array([None, None], dtype=object), pd.DataFrame(index=[1, 2]))
    assert diagnose(empty, reference).verdict is Verdict.NONE_FITS


def test_names_that_lie_elsewhere_in_every_system_are_not_passed_over(reference):
    diagnosis = diagnose(table_of(WGS84[:25], NAMES[:25][::-1]), reference)
    assert diagnosis.verdict is Verdict.ASK


# ---- GCJ-02 and BD-09 as others published them ----


def known_places(places):
    """Return a reference of named places only, each known to 60 m, in an outline around them all."""
    to_metric = Transformer.from_crs("EPSG:4326", "EPSG:4550", always_xy=True)
    metric = {name: (shapely.Point(to_metric.transform(*xy)), 60.0) for name, xy in places.items()}
    outline = shapely.union_all([point for point, _ in metric.values()]).convex_hull.buffer(3000)
    return Reference(outline, None, metric, re.compile("没有这条路"), METRIC_CRS, LON)


def test_gcj02_of_amap_geocodes_in_dalian_is_recognised():
    pairs = {f"地点{number}": pair for number, pair in enumerate(DALIAN_GCJ02)}
    known = known_places({name: wgs84 for name, (wgs84, _) in pairs.items()})
    diagnosis = diagnose(table_of([gcj02 for _, gcj02 in pairs.values()], list(pairs)), known)
    assert diagnosis.verdict is Verdict.CERTAIN and found(diagnosis) == (Datum.GCJ02, False)
    assert diagnosis.best.named_median_m < 1


def test_bd09_as_published_is_recognised():
    pairs = [(wgs84, bd09) for wgs84, _, bd09 in LIAONING_CITIES] + BAIDU_SERVICE_BD09
    known = known_places({f"城市{number}": wgs84 for number, (wgs84, _) in enumerate(pairs)})
    names = [f"城市{number}" for number in range(len(pairs))]
    diagnosis = diagnose(table_of([bd09 for _, bd09 in pairs], names), known)
    assert diagnosis.verdict is Verdict.CERTAIN and found(diagnosis) == (Datum.BD09, False)
    assert diagnosis.best.named_median_m < 2


# ---- a city's own grid ----

# A square of about a kilometre in the district and its corners in EPSG:4550, by gdaltransform.
CORNERS = [(121.60, 38.90), (121.61, 38.90), (121.61, 38.91), (121.60, 38.91)]
CORNERS_M = [
    (378549.9264, 4308334.4022),
    (379417.4635, 4308321.1356),
    (379434.3820, 4309431.3420),
    (378566.9668, 4309444.6097),
]


def test_a_shifted_grid_has_scale_one_no_turn_and_no_residuals():
    local = [(x - 380_000, y - 4_300_000) for x, y in CORNERS_M]
    grid = fit_grid(local, CORNERS, metric_crs=METRIC_CRS).grid
    assert grid.scale == pytest.approx(1, abs=1e-6) and grid.rotation_deg == pytest.approx(0, abs=1e-5)
    assert max(grid.residuals_m) < 1e-4 and grid.is_checked
    assert grid.origin.real == pytest.approx(380_000, abs=0.01) and grid.origin.imag == pytest.approx(
        4_300_000, abs=0.01
    )


def test_a_turned_grid_in_other_units_puts_places_right(reference):
    # Turned by a quarter, in half metres: metric = i/2 · local + origin.
    local = [(2 * (y - 4_300_000), -2 * (x - 380_000)) for x, y in CORNERS_M]
    fitted = fit_grid(local[:3], CORNERS[:3], metric_crs=METRIC_CRS)
    assert fitted.grid.scale == pytest.approx(0.5) and fitted.grid.rotation_deg == pytest.approx(90)
    (fourth,) = to_storage(fitted, [shapely.Point(local[3])])
    assert (fourth.x, fourth.y) == pytest.approx(CORNERS[3], abs=1e-7)
    diagnosis = diagnose(table_of(local), reference, grids=[fitted])
    assert diagnosis.verdict is Verdict.CERTAIN and diagnosis.best.candidate == fitted


def test_one_wrong_control_point_of_a_square_shows_in_the_residuals(reference):
    (wide, high), *others = [(x - 380_000, y - 4_300_000) for x, y in rectangle()]
    fitted = fit_grid([(wide + 4, high), *others], to_degrees(rectangle()), metric_crs=METRIC_CRS)
    # Each corner of a square weighs 1/4 in the shift and 1/4 in turn and scale: half of the 4 m is left.
    assert fitted.grid.residuals_m[0] == pytest.approx(2, abs=0.01)
    diagnosis = diagnose(table_of(others), reference, grids=[fitted])
    assert diagnosis.verdict is Verdict.ASK and Reason.GRID_RESIDUALS in diagnosis.best.reasons


def rectangle():
    return [(x, y) for x, y in ((378_500, 4_308_000), (379_500, 4_308_000), (379_500, 4_309_000), (378_500, 4_309_000))]


def to_degrees(points):
    transformer = Transformer.from_crs("EPSG:4550", "EPSG:4326", always_xy=True)
    return [transformer.transform(*xy) for xy in points]


def test_two_control_points_fit_anything_and_are_asked_about(reference):
    local = [(x - 380_000, y - 4_300_000) for x, y in CORNERS_M]
    fitted = fit_grid(local[::2], CORNERS[::2], metric_crs=METRIC_CRS)
    diagnosis = diagnose(table_of(local), reference, grids=[fitted])
    assert diagnosis.best.candidate == fitted and not fitted.grid.is_checked
    assert diagnosis.verdict is Verdict.ASK and Reason.GRID_UNCHECKED in diagnosis.best.reasons


def test_a_grid_with_the_northing_first():
    local = [(y - 4_300_000, x - 380_000) for x, y in CORNERS_M]
    assert max(fit_grid(local, CORNERS, metric_crs=METRIC_CRS).grid.residuals_m) > 100  # a mirror image fits no turn
    right = fit_grid(local, CORNERS, metric_crs=METRIC_CRS, swapped=True)
    (corner,) = to_storage(right, [shapely.Point(local[1])])
    assert max(right.grid.residuals_m) < 1e-4 and (corner.x, corner.y) == pytest.approx(CORNERS[1], abs=1e-7)


@pytest.mark.parametrize(
    ("local", "known"),
    [
        ([(0, 0)], CORNERS[:1]),
        ([(0, 0), (1, 1), (2, 2)], CORNERS[:2]),
        ([(5, 5), (5, 5)], CORNERS[:2]),
        ([(0, 0), (900, 0)], [CORNERS[0], CORNERS[0]]),
        ([(0, 0), (float("nan"), 0)], CORNERS[:2]),
    ],
)
def test_control_points_that_fix_nothing_are_refused(local, known):
    with pytest.raises(ControlPointError):
        fit_grid(local, known, metric_crs=METRIC_CRS)


def test_every_usual_meaning_is_tested_both_ways_round():
    usual = candidates(LON)
    assert len(usual) == len(set(usual)) == 2 * (2 + 12 + 2)
    assert [one for one in candidates(LON, CRS(4490)) if one.declared] == [
        Candidate(Datum.CGCS2000, "EPSG:4490", declared=True)
    ]
