"""Coordinate systems and the doctor's reasons in words."""

from dataclasses import replace

import pytest

from geo.crs_candidates import Candidate, Datum, candidates, fit_grid
from geo.crs_doctor import Finding, Reason
from layers.crs_wording import candidate_in_words, finding_in_words
from layers.words import LANGUAGES, words_in

ZH, EN = words_in("zh"), words_in("en")
GRID = fit_grid([(0, 0), (1000, 0)], [(121.6, 38.9), (121.61, 38.9)], metric_crs="EPSG:4550")
FIRST = Candidate(Datum.BD09)
FINDING = Finding(Candidate(Datum.WGS84, "EPSG:4326"), 0.981, 0.9, 20, 19, 3.0)


@pytest.mark.parametrize(
    ("crs", "datum", "swapped", "zh", "en"),
    [
        ("EPSG:4326", "wgs84", False, "WGS 84 经纬度 · EPSG:4326", "WGS 84 longitude and latitude · EPSG:4326"),
        (None, "gcj02", False, "GCJ-02（高德、腾讯地图）", "GCJ-02 (Amap, Tencent maps)"),
        (
            "EPSG:2385",
            "xian80",
            False,
            "西安80 3 度带，中央经线 120°E · EPSG:2385",
            "Xi'an 80 3-degree zone, central meridian 120°E · EPSG:2385",
        ),
        (
            "EPSG:4529",
            "cgcs2000",
            True,
            "CGCS2000 3 度带，中央经线 123°E，横坐标带号 41（两轴互换） · EPSG:4529",
            "CGCS2000 3-degree zone, central meridian 123°E, zone number 41 before x, axes swapped · EPSG:4529",
        ),
    ],
)
def test_a_system_is_named_as_surveyors_name_it(crs, datum, swapped, zh, en):
    candidate = Candidate(Datum(datum), crs, swapped)
    assert (candidate_in_words(ZH, candidate), candidate_in_words(EN, candidate)) == (zh, en)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_candidates_have_one_name(language):
    every = candidates(121.6, grids=[GRID])
    assert len({candidate_in_words(words_in(language), each) for each in every}) == len(every)


def test_a_declared_system_of_its_own_is_called_what_it_calls_itself():
    crs = 'PROJCS["Office grid",GEOGCS["GCS",DATUM["D",SPHEROID["GRS80",6378137,298.257]],UNIT["degree",0.0174532925]],'
    crs += 'PROJECTION["Transverse_Mercator"],PARAMETER["central_meridian",121.5],UNIT["metre",1]]'
    assert candidate_in_words(ZH, Candidate(Datum.OTHER, crs, declared=True)) == "Office grid"


def test_the_reasons_bear_their_figures():
    told = finding_in_words(ZH, replace(FINDING, reasons=(Reason.NAMES_AGREE, Reason.INSIDE)), FIRST)
    assert told == "20 个同名地物中 19 个位置吻合；98% 的点落在区内及外缘 500 米"


def test_the_shift_from_the_first_is_told_in_whole_metres_unless_the_map_cannot_show_it():
    assert finding_in_words(ZH, replace(FINDING, shift_m=1234.4, reasons=(Reason.INSIDE,)), FIRST).startswith(
        "距首选（BD-09（百度地图））1,234 米"
    )
    same = replace(FINDING, shift_m=0.4, reasons=(Reason.INSIDE, Reason.SAME_AT_MAP_SCALE))
    assert "距首选" not in finding_in_words(ZH, same, FIRST)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_even_without_figures(language):
    empty = replace(FINDING, land_share=float("nan"), named_count=0, agreeing_count=0, reasons=tuple(Reason))
    assert "nan" not in finding_in_words(words_in(language), empty, FIRST)
