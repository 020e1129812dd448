"""The filter: worked by hand on a few projects, and its invariants on the shipped data."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.filter import FACETS, NO_PLACE, ProjectFilter, ProjectIndex, places_of
from geo.layout import Element, Group
from geo.load import load_dataset
from geo.vocabulary import Grade, Phase, Sector
from tests.data.samples import DISTRICT, axis_feature, both, element_feature, project

FIELD = {"phase": "phases", "sector": "sectors", "place": "places", "grade": "grades"}

# ---- by hand ----

GROUPS = [Group.model_validate(group) for group in DISTRICT["groups"]]
ELEMENTS = [Element.model_validate({**f["properties"], "id": f["id"]}) for f in (axis_feature(), element_feature())]
EARLIER = {"box": 1, "heading": "前期推进", "name": "老码头"}
FEW = [
    project("park"),
    project(
        "pier",
        name="码头",
        names={"en": "Old Pier"},
        sector="land",
        mentions=[EARLIER, {"box": 4, "heading": "重点实施", "group": "两湾", "name": "码头"}],
        element="bay-north",
        element_basis=both("chapter 6"),
    ),
    project(
        "clinic", None, name="诊所", names={"en": "Clinic"}, sector="health", phase="preparing", group=None,
        mentions=[EARLIER],
    ),
    project("road", name="大路", names={"en": "Highway"}, sector="infrastructure", phase="unstated", group=None,
            mentions=[{"box": 7, "name": "大路"}], element="axis", element_basis=both("chapter 6"),
            location={"address": "解放路19号"}),
]  # fmt: skip
FEW_INDEX = ProjectIndex(FEW, GROUPS, ELEMENTS)


def found(**wanted):
    mask = FEW_INDEX.mask(ProjectFilter(**wanted))
    return {project.id for project, passed in zip(FEW, mask, strict=True) if passed}


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, {"park", "pier", "clinic", "road"}),
        ({"phases": {"key"}}, {"park", "pier"}),
        ({"phases": {"preparing"}}, {"clinic"}),
        ({"only": {"clinic", "road", "gone"}}, {"clinic", "road"}),
        ({"only": {"clinic", "road"}, "sectors": {"health"}}, {"clinic"}),
        ({"phases": {"preparing"}, "any_wording": True}, {"pier", "clinic"}),
        ({"phases": {"key", "unstated"}}, {"park", "pier", "road"}),
        ({"phases": {"key"}, "sectors": {"land", "health"}}, {"pier"}),
        ({"sectors": {"housing"}}, set()),
        ({"places": {"bays"}}, {"park", "pier"}),
        ({"places": {"bay-north"}}, {"pier"}),
        ({"places": {"axis"}}, {"road"}),
        ({"places": {NO_PLACE}}, {"clinic"}),
        ({"places": {"nowhere"}}, set()),
        ({"grades": {"unlocated"}}, {"clinic"}),
        ({"text": "  "}, {"park", "pier", "clinic", "road"}),
        ({"text": "码头"}, {"pier", "clinic"}),
        ({"text": "PIER old"}, {"pier"}),
        ({"text": "old 滨海"}, set()),
        ({"text": "19号"}, {"road"}),
        ({"text": "high", "phases": {"key"}}, set()),
    ],
)
def test_who_passes(wanted, ids):
    assert found(**wanted) == ids


def test_counts_leave_out_their_own_facet():
    wanted = ProjectFilter(phases={"key"}, sectors={"land"})
    assert {code: n for code, n in FEW_INDEX.counts("phase", wanted).items() if n} == {"key": 1}
    assert {code: n for code, n in FEW_INDEX.counts("sector", wanted).items() if n} == {"culture": 1, "land": 1}
    assert FEW_INDEX.counts("place", ProjectFilter()) == {"axis": 1, "bays": 2, "bay-north": 1, NO_PLACE: 1}


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"group": None}, {NO_PLACE}),
        ({"group": "两湾"}, {"bays"}),
        ({"group": "三街"}, {NO_PLACE}),
        ({"group": None, "element": "bay-north"}, {"bays", "bay-north"}),
        ({"group": "一轴", "element": "bay-north"}, {"axis", "bays", "bay-north"}),
        ({"group": None, "element": "atlantis"}, {NO_PLACE}),
        ({"group": "两湾", "element": "atlantis"}, {"bays"}),
    ],
)
def test_the_places_of_a_project(changes, places):
    basis = both("chapter 6") if "element" in changes else None
    of = places_of(project(element_basis=basis, **changes), GROUPS, {element.id: element for element in ELEMENTS})
    assert of == places


def test_no_projects_are_no_trouble():
    nothing = ProjectIndex([], GROUPS, ELEMENTS)
    assert nothing.mask(ProjectFilter(text="x")).tolist() == []
    assert set(nothing.counts("sector", ProjectFilter()).values()) == {0}


# ---- on the shipped data ----

DATA = load_dataset(Path(__file__).resolve().parents[2] / "data")
INDEX = ProjectIndex(DATA.projects, DATA.district.groups, [placed.element for placed in DATA.elements])
PLACES = sorted(INDEX.counts("place", ProjectFilter()))
filters = st.builds(
    ProjectFilter,
    phases=st.frozensets(st.sampled_from(Phase), max_size=3),
    any_wording=st.booleans(),
    sectors=st.frozensets(st.sampled_from(Sector), max_size=3),
    places=st.frozensets(st.sampled_from(PLACES), max_size=3),
    grades=st.frozensets(st.sampled_from(Grade), max_size=3),
    text=st.sampled_from(["", "大连", "提升", "harbour", "园 大连"]),
)


def picking(wanted, facet, codes):
    return ProjectFilter.model_validate({**wanted.model_dump(), FIELD[facet]: frozenset(codes)})


def shown(wanted):
    return set(INDEX.mask(wanted).nonzero()[0].tolist())


def test_the_empty_filter_passes_everything():
    assert ProjectFilter().is_empty
    assert INDEX.mask(ProjectFilter()).all()


@given(filters)
def test_only_a_filter_that_says_something_is_not_empty(wanted):
    assert wanted.is_empty == (wanted.model_copy(update={"any_wording": False}) == ProjectFilter())


@given(filters, st.sampled_from(FACETS), st.data())
def test_the_first_code_of_a_facet_narrows_and_the_next_ones_widen(wanted, facet, data):
    code = data.draw(st.sampled_from(sorted(INDEX.counts(facet, wanted))))
    nothing, one, more = (picking(wanted, facet, codes) for codes in ((), {code}, {code, *wanted.codes(facet)}))
    assert shown(one) <= shown(nothing)
    assert shown(one) <= shown(more)


@given(filters, st.sampled_from(FACETS))
def test_a_count_is_what_picking_that_code_alone_shows(wanted, facet):
    for code, count in INDEX.counts(facet, wanted).items():
        assert len(shown(picking(wanted, facet, {code}))) == count


@given(filters)
def test_any_wording_never_shows_less(wanted):
    latest, any_wording = (wanted.model_copy(update={"any_wording": choice}) for choice in (False, True))
    assert shown(latest) <= shown(any_wording)


@given(filters, st.sampled_from(["phase", "sector", "grade"]))
def test_counts_of_a_facet_with_one_code_each_add_up(wanted, facet):
    latest = wanted.model_copy(update={"any_wording": False})
    assert sum(INDEX.counts(facet, latest).values()) == len(shown(picking(latest, facet, ())))


@given(st.sampled_from(DATA.projects), st.data())
def test_a_project_is_found_by_any_part_of_its_words_in_any_case(project, data):
    text = data.draw(st.sampled_from([project.name, *project.names.values(), *(m.name for m in project.mentions)]))
    words = data.draw(st.permutations(text.swapcase().split()))
    part = words[0][: data.draw(st.integers(1, len(words[0])))]
    assert DATA.projects.index(project) in shown(ProjectFilter(text=" ".join([*words, part])))


@pytest.mark.parametrize(
    ("text", "ids"),
    [("团结街19号", {"russian-street"}), ("汇智 云顶", {"huizhi-yunding"}), ("HUIZHI", {"huizhi-yunding"})],
)
def test_the_search_reads_names_wordings_and_addresses(text, ids):
    assert {DATA.projects[row].id for row in shown(ProjectFilter(text=text))} == ids
