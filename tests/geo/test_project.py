"""What a project may say of itself, and what it may not."""

import pytest
from pydantic import ValidationError

from geo.project import Mention
from geo.vocabulary import Phase, Stage
from tests.data.samples import both, project, square

KEY_MENTION = {"box": 4, "heading": "重点实施", "name": "x"}
ADDED = {"source": "office", "date": "2026-07-08"}
BOWTIE = [[121.6, 38.9], [121.62, 38.92], [121.62, 38.9], [121.6, 38.92], [121.6, 38.9]]


def parcel(geometry, **changes):
    return {"geometry": geometry, "source": "survey", "date": "2026-05-06", **changes}


def ring(*positions):
    return parcel({"type": "Polygon", "coordinates": [list(positions)]})


def refused(**changes):
    with pytest.raises(ValidationError) as caught:
        project(**changes)
    (error,) = caught.value.errors()
    return error


def test_the_sample_is_a_project():
    park = project()
    assert (park.lon, park.lat, park.placed, park.stage) == (121.61, 38.91, True, Stage.ACTIVE)
    assert park.phases_in_any_wording == {Phase.KEY}


@pytest.mark.parametrize(
    ("language", "name"), [("zh", "滨海公园"), ("en", "Seaside Park"), ("ko", "해변 공원"), ("ja", "Seaside Park")]
)
def test_a_name_falls_back_on_english(language, name):
    assert project(names={"en": "Seaside Park", "ko": "해변 공원"}).name_in(language) == name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"names": {"ko": "공원"}}, "English name"),
        ({"phase": "completed"}, "differs from the mentions' latest, key"),
        ({"element": "bay-north"}, "go together"),
        ({"element_basis": both("chapter 6")}, "go together"),
        ({"point": None, "location": {"grade": "exact", "accuracy_m": 30, "source": "x", "source_crs": "BD-09"}},
         "geometry and grade disagree"),
        ({"location": {"grade": "unlocated", "accuracy_m": None}}, "geometry and grade disagree"),
        ({"location": {"accuracy_m": None}}, "needs accuracy_m, source and source_crs"),
        ({"location": {"source": None}}, "needs accuracy_m, source and source_crs"),
        ({"location": {"source_crs": None}}, "needs accuracy_m, source and source_crs"),
        ({"point": None, "location": {"accuracy_m": 30}}, "has no point, so no accuracy_m"),
        ({"location": {"grade": "near", "accuracy_m": 251}}, "near means within 250 m"),
        ({"mentions": [KEY_MENTION, {"box": 4, "chapter": 6, "name": "x"}]}, "either in a box or in a chapter"),
        ({"mentions": [KEY_MENTION, {"name": "x"}]}, "either in a box or in a chapter"),
        ({"mentions": []}, "has mentions in the plan, or else says who added it"),
        ({"mentions": [KEY_MENTION], "added": ADDED}, "never both"),
        ({"point": None, "parcel": parcel(square(121.6, 38.9, 121.62, 38.92))}, "only a project with a place"),
        # 0.01° of longitude are 867 m here, of which the accuracy allows 300 m.
        ({"parcel": parcel(square(121.62, 38.90, 121.63, 38.92))}, "867 m outside the parcel, more than its accuracy"),
        ({"parcel": parcel({"type": "Point", "coordinates": [121.61, 38.91]})}, "Polygon or MultiPolygon"),
        ({"parcel": parcel({**square(121.6, 38.9, 121.62, 38.92), "crs": "x"})}, "and nothing else"),
        ({"parcel": parcel({"type": "Polygon", "coordinates": []})}, "a ring at least"),
        ({"parcel": parcel({"type": "Polygon", "coordinates": [7]})}, "lists of rings"),
        ({"parcel": ring([121.6, 38.9], [121.62, 38.92])}, "four positions"),
        ({"parcel": ring(*BOWTIE)}, "must not cross or touch itself: Self-intersection[121.61 38.91]"),
        ({"parcel": ring([121.6, 38.9, 5], *BOWTIE)}, "pair of finite numbers"),
        ({"parcel": ring([float("nan"), 38.9], *BOWTIE)}, "pair of finite numbers"),
        ({"parcel": ring([38.9, 121.6], *BOWTIE)}, "pair of finite numbers"),
        ({"parcel": ring(["121.6", "38.9"], *BOWTIE)}, "pair of finite numbers"),
    ],
    ids=str,
)  # fmt: skip
def test_records_that_contradict_themselves_are_refused(changes, said):
    error = refused(**changes)
    assert error["type"] == "value_error"
    assert said in error["msg"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"identity": "Seaside_Park"}, "id"),
        ({"identity": "-park"}, "id"),
        ({"identity": "滨海"}, "id"),
        ({"identity": "p" * 61}, "id"),
        ({"point": (181, 38.9)}, "lon"),
        ({"point": (38.9, 121.6)}, "lat"),
        ({"name": " "}, "name"),
        ({"sector": "parks"}, "sector"),
        ({"phase": "planned"}, "phase"),
        ({"names": {"en": "Park", "de": "Park"}}, "names.de.[key]"),
        ({"summary": {"zh": "公园"}}, "summary.en"),
        ({"location": {"accuracy_m": 0}}, "location.accuracy_m"),
        ({"location": {"source_crs": "市" * 81}}, "location.source_crs"),
        ({"location": {"source_crs": " "}}, "location.source_crs"),
        ({"mentions": [], "added": {"source": "office"}}, "added.date"),
        ({"parcel": parcel(square(121.6, 38.9, 121.62, 38.92), source="")}, "parcel.source"),
        ({"parcel": parcel([])}, "parcel.geometry"),
        ({"location": {"basis": None}}, "location.basis"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=str,
)
def test_wrong_values_are_refused_by_field(changes, field):
    assert ".".join(map(str, refused(**changes)["loc"])) == field


def test_near_reaches_250_m():
    assert project(location={"grade": "near", "accuracy_m": 250}).location.accuracy_m == 250


@pytest.mark.parametrize("crs", ["EPSG:4326", "GCJ-02", "BD-09", "EPSG:4549", "EPSG:2380", "大连市城市坐标系"])
def test_a_place_may_come_from_any_system_that_has_a_name(crs):
    assert project(location={"source_crs": crs}).location.source_crs == crs


@pytest.mark.parametrize("phase", list(Phase))
def test_an_added_project_has_the_phase_that_it_says(phase):
    added = project(mentions=[], added=ADDED, group=None, phase=phase)
    assert (added.phase, added.phases_in_any_wording) == (phase, {phase})


@pytest.mark.parametrize(
    "geometry",
    [
        square(121.60, 38.90, 121.62, 38.92),
        square(121.6134, 38.90, 121.62, 38.92),  # 0.0034° of longitude are 295 m, within the accuracy of 300 m
        {"type": "MultiPolygon", "coordinates": [square(121.7, 38.9, 121.71, 38.91)["coordinates"],
                                                 square(121.60, 38.90, 121.62, 38.92)["coordinates"]]},
    ],
)  # fmt: skip
def test_a_project_stands_in_its_parcel_or_as_near_as_it_is_known(geometry):
    assert project(parcel=parcel(geometry)).parcel.geometry == geometry


def test_a_record_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        project().name = "other"


def test_a_mention_keeps_the_wording():
    assert (
        Mention(box=1, heading="实施建设", name="大连理工大学一西岗科创产业园").name == "大连理工大学一西岗科创产业园"
    )
