"""The filter on the shipped data: invariants, and the phase rule by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.filter import FACETS, ProjectFilter, ProjectIndex
from geo.load import load_dataset
from geo.phase import latest_phase
from geo.project import Mention
from geo.vocabulary import Grade, Phase, Sector

DATA = load_dataset(Path(__file__).resolve().parents[2] / "data")
INDEX = ProjectIndex(DATA.projects, DATA.district.groups, [placed.element for placed in DATA.elements])
FIELD = {"phase": "phases", "sector": "sectors", "place": "places", "grade": "grades"}
filters = st.builds(
    ProjectFilter,
    phases=st.frozensets(st.sampled_from(Phase), max_size=3),
    any_wording=st.booleans(),
    sectors=st.frozensets(st.sampled_from(Sector), max_size=3),
    places=st.frozensets(st.sampled_from(["axis", "bays", "district-olympic", "none"]), max_size=2),
    grades=st.frozensets(st.sampled_from(Grade), max_size=3),
    text=st.sampled_from(["", "大连", "提升", "harbour", "园 大连"]),
)


def test_the_empty_filter_passes_everything():
    assert INDEX.mask(ProjectFilter()).all()


@given(filters, st.sampled_from(FACETS))
def test_a_count_is_what_picking_that_code_alone_shows(wanted, facet):
    for code, count in INDEX.counts(facet, wanted).items():
        picked = ProjectFilter.model_validate({**wanted.model_dump(), FIELD[facet]: frozenset({code})})
        assert INDEX.mask(picked).sum() == count


@given(filters)
def test_any_wording_never_shows_less(wanted):
    latest = INDEX.mask(wanted.model_copy(update={"any_wording": False}))
    any_wording = INDEX.mask(wanted.model_copy(update={"any_wording": True}))
    assert (any_wording | ~latest).all()


@pytest.mark.parametrize("facet", ["phase", "sector", "grade"])
def test_counts_add_up_to_the_total(facet):
    assert sum(INDEX.counts(facet, ProjectFilter()).values()) == len(DATA.projects)


@pytest.mark.parametrize(
    ("text", "found"),
    [("团结街19号", {"russian-street"}), ("汇智 云顶", {"huizhi-yunding"}), ("HUIZHI", {"huizhi-yunding"})],
)
def test_the_search_reads_names_wordings_and_addresses(text, found):
    mask = INDEX.mask(ProjectFilter(text=text))
    assert {p.id for p, passed in zip(DATA.projects, mask, strict=True) if passed} == found


@pytest.mark.parametrize(
    ("boxes", "phase"),
    [
        ([(1, "完工达效")], Phase.COMPLETED),
        ([(1, "完工达效"), (4, "重点实施")], Phase.KEY),
        ([(4, "拟推进"), (1, "前期推进")], Phase.PROPOSED),
        ([(1, "实施建设"), (3, "重大工程建设")], Phase.BUILDING),
        ([(3, "新型基础设施")], Phase.UNSTATED),
        ([(7, None)], Phase.UNSTATED),
    ],
)
def test_the_phase_is_that_of_the_latest_wording_that_states_one(boxes, phase):
    assert latest_phase([Mention(box=box, heading=heading, name="x") for box, heading in boxes]) is phase
