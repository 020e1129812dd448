"""What a project may say of itself, and what it may not."""

import pytest
from pydantic import ValidationError

from geo.project import Mention
from geo.vocabulary import Phase, Stage
from tests.data.samples import both, project

KEY_MENTION = {"box": 4, "heading": "重点实施", "name": "x"}


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
        ({"mentions": []}, "mentions"),
        ({"names": {"en": "Park", "de": "Park"}}, "names.de.[key]"),
        ({"summary": {"zh": "公园"}}, "summary.en"),
        ({"location": {"accuracy_m": 0}}, "location.accuracy_m"),
        ({"location": {"source_crs": "WGS 84"}}, "location.source_crs"),
        ({"location": {"basis": None}}, "location.basis"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=str,
)
def test_wrong_values_are_refused_by_field(changes, field):
    assert ".".join(map(str, refused(**changes)["loc"])) == field


def test_near_reaches_250_m():
    assert project(location={"grade": "near", "accuracy_m": 250}).location.accuracy_m == 250


def test_a_record_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        project().name = "other"


def test_a_mention_keeps_the_wording():
    assert (
        Mention(box=1, heading="实施建设", name="大连理工大学一西岗科创产业园").name == "大连理工大学一西岗科创产业园"
    )
