"""Two versions of a record: the fields in which they differ, the way back, and both put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.store.merge import merge
from geo.store.record import ABSENT, differences, value_at, with_values

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["", "a"]), st.lists(st.integers(0, 1), max_size=2)
)
KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(LEAVES, lambda below: st.dictionaries(KEYS, below, max_size=3), max_leaves=6)
RECORDS = st.builds(
    lambda point, properties: {"id": "park", "geometry": point, "properties": properties},
    st.sampled_from([None, {"type": "Point", "coordinates": [1, 2]}, {"type": "Point", "coordinates": [1, 3]}]),
    st.dictionaries(KEYS, VALUES, max_size=3),
)


def properties(**values):
    return {"id": "park", "geometry": None, "properties": values}


def forwards(old, found):
    return with_values(old, [(one.path, one.became) for one in found])


def backwards(new, found):
    return with_values(new, [(one.path, one.was) for one in reversed(found)])


@given(old=RECORDS, new=RECORDS)
def test_the_differences_lead_there_and_back(old, new):
    found = differences(old, new)
    assert forwards(old, found) == new
    assert backwards(new, found) == old
    for one in found:
        assert (one.was, one.became) == (value_at(old, one.path), value_at(new, one.path))


@given(base=RECORDS, theirs=RECORDS, mine=RECORDS)
def test_a_merge_loses_nothing_in_silence(base, theirs, mine):
    together = merge(base, theirs, mine)
    clashing = {clash.path for clash in together.clashes}
    for change in differences(base, mine):
        if change.path not in clashing:
            assert value_at(together.record, change.path) == change.became
    for change in differences(base, theirs):
        assert value_at(together.record, change.path) == change.became, "theirs is saved; nobody takes it back unseen"


@given(base=RECORDS, mine=RECORDS)
def test_a_merge_with_one_side_only_is_that_side(base, mine):
    assert merge(base, base, mine).record == merge(base, mine, base).record == mine
    assert merge(base, mine, mine).clashes == ()


OFFER = {"plot_ratio": 2, "site_area_m2": 100}
NOTHING = properties()
NULL = properties(offer=None)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "record", "clashes"),
    [
        # Both say something of an offer where there was none.
        (NULL, properties(offer=OFFER), properties(offer={"plot_ratio": 3}), properties(offer=OFFER), ["offer"]),
        (NOTHING, properties(offer=OFFER), properties(offer={"plot_ratio": 3}), properties(offer=OFFER), ["offer"]),
        (NULL, properties(offer=OFFER), properties(offer=OFFER), properties(offer=OFFER), []),
        # One takes out what the other edits within.
        (properties(offer=OFFER), NULL, properties(offer={**OFFER, "plot_ratio": 3}), NULL, ["offer.plot_ratio"]),
        (properties(offer=OFFER), properties(offer={**OFFER, "plot_ratio": 3}), NOTHING,
         properties(offer={**OFFER, "plot_ratio": 3}), ["offer"]),
        # Two fields of one offer go together.
        (properties(offer=OFFER), properties(offer={**OFFER, "plot_ratio": 3}),
         properties(offer={**OFFER, "site_area_m2": 5}), properties(offer={"plot_ratio": 3, "site_area_m2": 5}), []),
        # null is not the same as nothing, false not the same as 0.
        (NOTHING, NULL, NOTHING, NULL, []),
        (properties(a=1), properties(a=0), properties(a=False), properties(a=0), ["a"]),
        (properties(a=1), properties(a=2), properties(a=2.0), properties(a=2), []),
        # Taken out by both.
        (properties(offer=OFFER), NOTHING, properties(offer={"site_area_m2": 100}), NOTHING, []),
    ],
)  # fmt: skip
def test_by_hand(base, theirs, mine, record, clashes):
    together = merge(base, theirs, mine)
    assert repr(together.record) == repr(record)
    assert [clash.path for clash in together.clashes] == clashes


def test_a_field_that_is_not_there_is_absent():
    assert value_at(NULL, "offer.plot_ratio") is ABSENT
    assert value_at(NOTHING, "offer") is ABSENT
    assert value_at(NULL, "offer") is None
