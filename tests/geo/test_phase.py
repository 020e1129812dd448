"""The phase rule, worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.phase import PHASE_OF_HEADING, latest_phase, phases_of, stated_phase
from geo.project import Mention
from geo.vocabulary import PHASES_OF_STAGE, STAGE_OF_PHASE, Phase, Stage


def mention(box, heading):
    return Mention(box=box, heading=heading, name="x") if box else Mention(chapter=6, section=1, name="x")


@pytest.mark.parametrize(
    ("mentions", "latest", "any_wording"),
    [
        ([(1, "完工达效")], "completed", {"completed"}),
        ([(1, "实施建设")], "building", {"building"}),
        ([(1, "前期推进")], "preparing", {"preparing"}),
        ([(4, "重点实施")], "key", {"key"}),
        ([(4, "拟推进")], "proposed", {"proposed"}),
        ([(4, "力争盘活")], "revitalise", {"revitalise"}),
        # The wording for 2021–2025 beats that for the years before, in whatever order they stand.
        ([(1, "完工达效"), (4, "重点实施")], "key", {"completed", "key"}),
        ([(4, "拟推进"), (1, "前期推进")], "proposed", {"preparing", "proposed"}),
        # A mention without a phase never replaces one with.
        ([(1, "实施建设"), (3, "重大工程建设")], "building", {"building"}),
        ([(3, "重大工程建设"), (1, "实施建设")], "building", {"building"}),
        ([(4, "重点实施"), (7, None)], "key", {"key"}),
        ([(4, "重点实施"), (None, None)], "key", {"key"}),
        # None states one.
        ([(3, "新型基础设施")], "unstated", {"unstated"}),
        ([(7, None), (None, None)], "unstated", {"unstated"}),
    ],
)
def test_the_phase_is_that_of_the_latest_wording_that_states_one(mentions, latest, any_wording):
    stands = [mention(box, heading) for box, heading in mentions]
    assert latest_phase(stands) == latest
    assert phases_of(stands) == any_wording


@given(st.lists(st.tuples(st.sampled_from([1, 4, 7]), st.sampled_from([*PHASE_OF_HEADING, "新型基础设施", None]))))
def test_the_latest_phase_is_one_of_those_in_any_wording(mentions):
    stands = [mention(box, heading) for box, heading in mentions]
    assert latest_phase(stands) in phases_of(stands)
    assert (Phase.UNSTATED in phases_of(stands)) == all(stated_phase(each) is None for each in stands)


def test_every_phase_has_a_stage_and_every_stage_its_phases():
    assert set(STAGE_OF_PHASE) == set(Phase)
    assert {stage: set(phases) for stage, phases in PHASES_OF_STAGE.items()} == {
        Stage.DONE: {Phase.COMPLETED},
        Stage.ACTIVE: {Phase.BUILDING, Phase.KEY},
        Stage.PIPELINE: {Phase.PREPARING, Phase.PROPOSED, Phase.REVITALISE},
        Stage.UNSTATED: {Phase.UNSTATED},
    }


def test_every_stated_phase_has_one_heading():
    assert sorted(PHASE_OF_HEADING.values()) == sorted(set(Phase) - {Phase.UNSTATED})


def test_a_heading_of_another_plan_says_its_phase_itself():
    stands = [
        Mention(box=2, heading="已建成", phase=Phase.COMPLETED, name="x"),
        Mention(box=6, heading="储备", name="x"),
    ]
    assert latest_phase(stands) is Phase.COMPLETED and phases_of(stands) == {Phase.COMPLETED}
    with pytest.raises(ValueError, match="only a heading states a phase"):
        Mention(chapter=2, section=1, phase=Phase.COMPLETED, name="x")
