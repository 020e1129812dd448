"""The message that steers the map."""

import base64
import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.state_message import site_mask, state_message
from layers.tiles import offered_sources


def read_as_the_map_does(mask, count):
    """Read the mask with the arithmetic of bridge.js: bit i is ``bytes[i >> 3] & (128 >> (i & 7))``."""
    data = base64.b64decode(mask)
    return [bool(data[i >> 3] & (128 >> (i & 7))) for i in range(count)]


@given(st.lists(st.booleans(), max_size=70).flatmap(lambda w: st.tuples(st.just(w), st.permutations(range(len(w))))))
def test_the_mask_comes_out_as_it_went_in(case):
    wanted, rows = case
    rows = rows[: len(rows) * 2 // 3]
    assert read_as_the_map_does(site_mask(rows, np.array(wanted, dtype=bool)), len(rows)) == [wanted[r] for r in rows]


def test_the_first_site_is_the_highest_bit():
    assert base64.b64decode(site_mask([0, 1, 2], np.array([True, False, False]))) == b"\x80"
    assert base64.b64decode(site_mask([2, 1, 0], np.array([True, False, False]))) == b"\x20"
    assert site_mask([], np.array([], dtype=bool)) == ""


def test_the_message_is_plain_json_in_a_steady_order():
    (amap,) = (source for source in offered_sources(None) if source.id == "amap")
    message = state_message(
        mask="gA==",
        language="en",
        selected=("site", "park"),
        emphasised={"bays", "axis"},
        hidden=frozenset({"roads", "labels"}),
        tiles=amap,
        view=(38.9, 121.6, 13.5),
    )
    assert message["selected"] == {"kind": "site", "id": "park"}
    assert message["emphasised"] == ["axis", "bays"]
    assert message["hidden"] == ["labels", "roads"]
    assert message["tiles"]["maxZoom"] == amap.max_zoom and message["tiles"]["datum"] == "GCJ02"
    assert json.loads(json.dumps(message))["view"] == [38.9, 121.6, 13.5]


def test_nothing_picked_and_no_tiles_are_null():
    message = state_message(mask="", language="zh", selected=None, emphasised=(), hidden=(), tiles=None, view=None)
    assert (message["selected"], message["tiles"], message["view"]) == (None, None, None)
