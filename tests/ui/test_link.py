"""A link carries the whole state, and a wrong one is taken apart politely."""

from dataclasses import replace
from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from geo.filter import ProjectFilter
from geo.vocabulary import Grade, Phase, Sector
from layers.tiles import NO_TILES
from layers.webmap import LAYERS
from layers.words import LANGUAGES
from ui.link import MAX_TEXT, DeskState, Known, Selection, decode, encode

KNOWN = Known(
    frozenset({"axis", "bays", "none"}), frozenset({"p-1", "p-2"}), frozenset({"axis"}), frozenset({"none", "osm"})
)
filters = st.builds(
    ProjectFilter,
    phases=st.frozensets(st.sampled_from(Phase)),
    any_wording=st.booleans(),
    sectors=st.frozensets(st.sampled_from(Sector)),
    places=st.frozensets(st.sampled_from(sorted(KNOWN.places))),
    grades=st.frozensets(st.sampled_from(Grade)),
    text=st.text(max_size=MAX_TEXT).map(str.strip).filter(lambda text: text.isprintable()),
)
selections = st.one_of(
    st.none(),
    st.builds(Selection, st.just("site"), st.sampled_from(sorted(KNOWN.projects))),
    st.builds(Selection, st.just("element"), st.sampled_from(sorted(KNOWN.elements))),
)
states = st.builds(
    DeskState,
    filter=filters,
    language=st.sampled_from(LANGUAGES),
    selection=selections,
    hidden=st.frozensets(st.sampled_from(LAYERS)),
    tiles=st.sampled_from([NO_TILES, "osm"]),
)


@given(states)
def test_a_link_opens_the_state_it_was_made_from(state):
    decoded, problems = decode(dict(parse_qsl(encode(state))), KNOWN)
    assert problems == []
    assert replace(decoded, view=None) == state


def test_the_view_is_read_as_zoom_lat_lon():
    state, problems = decode({"view": "14.5/38.91/121.6"}, KNOWN)
    assert (state.view, problems) == ((38.91, 121.6, 14.5), [])


def test_each_wrong_value_is_named_and_the_rest_is_kept():
    params = {
        "phase": "key,wrong",
        "site": "nobody",
        "lang": "xx",
        "view": "here",
        "hide": "roads,sky",
        "tiles": "mars",
    }
    state, problems = decode(params, KNOWN)
    assert {(p.where, p.detail) for p in problems} == {
        ("phase", "wrong"), ("site", "nobody"), ("lang", "xx"), ("view", "here"), ("hide", "sky"), ("tiles", "mars"),
    }  # fmt: skip
    assert state == DeskState(filter=ProjectFilter(phases=frozenset({Phase.KEY})), hidden=frozenset({"roads"}))


@given(st.dictionaries(st.sampled_from(["phase", "q", "view", "site", "lang", "place"]), st.text(max_size=300)))
def test_no_link_breaks_the_app(params):
    state, _ = decode(params, KNOWN)
    assert len(state.filter.text) <= MAX_TEXT
