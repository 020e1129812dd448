"""A project goes back into its feature as it came out of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.feature import feature_of
from geo.load import parse_project
from tests.data.odd_projects import OFFER, shipped_features
from tests.data.samples import both, project_feature, square

PARCEL = {"geometry": square(121.609, 38.909, 121.611, 38.911), "source": "survey", "date": "2026-05-06"}
ADDED = {"source": "district office, minutes 12", "date": "2026-07-08"}
STATUS = {"value": "已开工", "date": "2024-05-06", "source": "office"}
PLACED = {"address": None, "source": "map", "source_crs": "GCJ-02"}


def stored(feature):
    """The feature as the file has it: places with an address, then from what."""
    location = feature["properties"]["location"]
    keys = ("grade", "accuracy_m", "basis", "address", "source", "source_crs", "checked")
    properties = {**feature["properties"], "location": {key: location.get(key) for key in keys}}
    return {**feature, "properties": properties}


def test_every_shipped_feature_comes_back_letter_for_letter():
    features = shipped_features()
    assert len(features) == 113
    for feature in features:
        assert json.dumps(feature_of(parse_project(feature))) == json.dumps(feature)


OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "offer": st.sampled_from([OFFER, {"plot_ratio": 1.5, "date": "2025-07-08", "source": "office"}]),
        "parcel": st.just(PARCEL),
        "current_status": st.just(STATUS),
        "names": st.just({"en": "Park", "ko": "공원"}),
        "summary": st.just({**both("a park"), "ru": "парк"}),
    },
)


@given(fields=OPTIONAL, added=st.booleans(), heading=st.booleans())
def test_what_is_filled_comes_back_and_what_is_not_is_left_out(fields, added, heading):
    mention = {"box": 4, "heading": "重点实施", "group": "两湾", "name": "滨海公园"}
    if added:
        fields = {**fields, "mentions": [], "group": None, "added": ADDED}
    elif not heading:
        fields = {**fields, "mentions": [{"box": 7, "heading": None, "name": "x"}], "phase": "unstated"}
    else:
        fields = {**fields, "mentions": [mention, {"chapter": 6, "section": 1, "name": "x"}]}
    feature = stored(json.loads(json.dumps(project_feature(**fields))))
    assert feature_of(parse_project(feature)) == feature


@pytest.mark.parametrize("point", [(121.61, 38.91), None])
def test_a_feature_says_null_where_it_has_no_place(point):
    made = feature_of(parse_project(project_feature(point=point)))
    assert made["geometry"] == ({"type": "Point", "coordinates": [121.61, 38.91]} if point else None)
    assert made["properties"]["current_status"] is None
    assert {"offer", "parcel", "added"} & made["properties"].keys() == set()
