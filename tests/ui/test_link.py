"""A link carries the whole state, and a wrong one is taken apart politely."""

from dataclasses import replace
from urllib.parse import parse_qsl, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.filter import ProjectFilter
from geo.problem import Problem
from geo.vocabulary import Grade, Phase, Sector
from layers.opportunity_wording import ORDERS, REACHES
from layers.tiles import NO_TILES
from layers.webmap import LAYERS, MAX_ZOOM, MIN_ZOOM
from layers.words import LANGUAGES
from ui.link import (
    DATA_TASKS,
    LIBRARY_VIEWS,
    MAX_DETAIL,
    MAX_TEXT,
    DeskState,
    Known,
    Selection,
    decode,
    encode,
    single_values,
)

KNOWN = Known(
    frozenset({"axis", "bays", "none"}),
    frozenset({"p-1", "p-2"}),
    frozenset({"axis"}),
    frozenset({"none", "osm"}),
    (121.615, 38.907),
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
    presented=st.sampled_from([None, "site", "element"]),
    library=st.sampled_from(LIBRARY_VIEWS),
    task=st.sampled_from(DATA_TASKS),
    order=st.sampled_from(ORDERS),
    reach=st.sampled_from(REACHES),
    shortlist=st.lists(st.sampled_from(sorted(KNOWN.projects)), unique=True).map(tuple),
)


@given(states)
def test_a_link_opens_the_state_it_was_made_from(state):
    decoded, problems = decode(dict(parse_qsl(encode(state))), KNOWN)
    assert problems == []
    assert replace(decoded, view=None) == state


def test_the_state_at_the_start_needs_no_link():
    assert encode(DeskState()) == ""
    assert decode({}, KNOWN) == (DeskState(), [])


def test_a_link_can_be_read_by_people():
    state = DeskState(
        filter=ProjectFilter(phases={"key", "building"}, any_wording=True, places={"axis"}, text=" 东关街 "),
        language="en",
        selection=Selection("site", "p-1"),
        view=(38.91, 121.6, 14.5),
    )
    assert unquote_plus(encode(state)) == "phase=building,key&place=axis&wording=any&q=东关街&site=p-1&lang=en"


@given(states, st.tuples(st.floats(38.5, 39.3), st.floats(121.2, 122.0), st.floats(MIN_ZOOM, MAX_ZOOM)))
def test_the_view_is_left_to_the_browser(state, view):
    assert encode(replace(state, view=view)) == encode(state)
    lat, lon, zoom = view
    decoded, problems = decode({**dict(parse_qsl(encode(state))), "view": f"{zoom}/{lat}/{lon}"}, KNOWN)
    assert (decoded, problems) == (replace(state, view=view), [])


def test_a_view_far_from_the_district_is_refused():
    state, problems = decode({"view": "15/10/10"}, KNOWN)
    assert state.view is None and [problem.where for problem in problems] == ["view"]


def test_the_view_is_read_as_zoom_lat_lon():
    state, problems = decode({"view": "14.5/38.91/121.6"}, KNOWN)
    assert (state.view, problems) == ((38.91, 121.6, 14.5), [])


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("phase", "done", "done"),
        ("phase", "KEY", "KEY"),
        ("sector", "land,parks", "parks"),
        ("sector", "gardens,land,parks", "gardens, parks"),
        (
            "place",
            ",".join("abcdefghijklmnopqrstuvwxyz"),
            "a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t,…",
        ),
        ("site", "x" * MAX_DETAIL, "x" * MAX_DETAIL),
        ("site", "x" * (MAX_DETAIL + 1), "x" * (MAX_DETAIL - 1) + "…"),
        ("place", "atlantis", "atlantis"),
        ("grade", "best", "best"),
        ("wording", "all", "all"),
        ("site", "p-9", "p-9"),
        ("site", "", ""),
        ("element", "bays", "bays"),
        ("hide", "sea", "sea"),
        ("tiles", "mars", "mars"),
        ("lang", "en,zh", "en,zh"),
        ("view", "", ""),
        ("view", "14/38.9", "14/38.9"),
        ("view", "14/38.9/121.6/0", "14/38.9/121.6/0"),
        ("view", "nan/38.9/121.6", "nan/38.9/121.6"),
        ("view", "14/inf/121.6", "14/inf/121.6"),
        ("view", "99/38.9/121.6", "99/38.9/121.6"),
        ("view", "14/121.6/38.9", "14/121.6/38.9"),
    ],
)
def test_a_wrong_value_is_one_problem_and_the_rest_stays(name, value, detail):
    others = {"grade": "exact"} if name != "grade" else {"sector": "land"}
    state, problems = decode({**others, name: value}, KNOWN)
    assert problems == [Problem("link_value", name, detail)]
    assert state.filter.grades == frozenset({Grade.EXACT} if name != "grade" else ())


def test_a_long_search_is_shortened_and_the_reader_is_told():
    text = "字" * (MAX_TEXT + 1)
    state, problems = decode({"q": text}, KNOWN)
    assert state.filter.text == text[:MAX_TEXT]
    assert problems == [Problem("link_text_cut", "q", str(MAX_TEXT))]
    assert decode({"q": text[:MAX_TEXT]}, KNOWN)[1] == []


def test_of_two_selected_things_the_site_is_kept_and_the_reader_is_told():
    state, problems = decode({"site": "p-1", "element": "axis"}, KNOWN)
    assert state.selection == Selection("site", "p-1")
    assert problems == [Problem("link_two_selected", "element", "axis")]


def test_an_element_is_selected_where_the_site_is_unknown():
    state, problems = decode({"site": "nobody", "element": "axis"}, KNOWN)
    assert state.selection == Selection("element", "axis")
    assert problems == [Problem("link_value", "site", "nobody")]


def test_empty_lists_ask_for_nothing():
    assert decode({"phase": "", "sector": ",,", "hide": ""}, KNOWN) == (DeskState(), [])


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


names = st.sampled_from(
    ["phase", "sector", "place", "grade", "hide", "wording", "q", "view", "site", "element", "lang", "tiles", "other"]
)
numbers = st.floats() | st.integers()
odd_values = st.text(max_size=300) | st.lists(numbers, max_size=4).map(lambda values: "/".join(map(str, values)))


@given(st.dictionaries(names, odd_values))
def test_no_link_breaks_the_app(params):
    state, problems = decode(params, KNOWN)
    assert len(state.filter.text) <= MAX_TEXT
    assert all(len(problem.detail) <= MAX_DETAIL and problem.where in params for problem in problems)
    assert len({problem.where for problem in problems}) == len(problems)


def test_a_huge_link_is_read():
    value = "x," * 20_000
    state, problems = decode(dict.fromkeys(["phase", "place", "q", "view", "site"], value), KNOWN)
    assert state == DeskState(filter=ProjectFilter(text=value[:MAX_TEXT]))
    assert {problem.where for problem in problems} == {"phase", "place", "q", "view", "site"}


@pytest.mark.parametrize(
    ("raw", "single"),
    [
        ({"phase": "key"}, {"phase": "key"}),
        ({"phase": ["key", "proposed"], "q": []}, {"phase": "key,proposed", "q": ""}),
    ],
)
def test_a_repeated_parameter_is_a_list(raw, single):
    assert single_values(raw) == single


def test_a_shortlist_keeps_its_order_and_its_length_is_limited():
    many = Known(frozenset(), frozenset(f"p-{n}" for n in range(40)), frozenset(), frozenset(), (121.615, 38.907))
    state, problems = decode({"list": "p-3,p-1,p-3,nowhere"}, many)
    assert state.shortlist == ("p-3", "p-1")
    assert problems == [Problem("link_value", "list", "nowhere")]
    state, problems = decode({"list": ",".join(f"p-{n}" for n in range(39, -1, -1))}, many)
    assert state.shortlist == tuple(f"p-{n}" for n in range(39, 9, -1))
    assert problems == [Problem("link_list_cut", "list", "30")]
