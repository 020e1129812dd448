"""The frame that holds the map: mounted once a session, steered by state messages."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import streamlit as st

from layers.words import Words
from ui import drawings, edit_place
from ui.cache import MapPage
from ui.import_sketch import Sketch
from ui.link import DeskState, Selection, encode
from ui.session import TAB, TAB_MEASURE, select, sequence

_WEB: Final = Path(__file__).resolve().parent / "web"
_SENT, _SITES_SENT, _SHAPES_SENT, KEY = "map_page_sent", "map_sites_sent", "map_shapes_sent", "map_frame"
_SKETCH_SENT: Final = "map_sketch_sent"

_frame = st.components.v2.component(
    "xigang_map_frame",
    html='<iframe class="map-frame" allowfullscreen></iframe>',
    css=(_WEB / "map_frame.css").read_text(encoding="utf-8"),
    js=(_WEB / "map_frame.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _take_pick() -> None:
    picked = st.session_state[KEY].picked
    if picked:
        select(Selection(picked["kind"], picked["id"]))


def _take_drawing() -> None:
    drawn = st.session_state[KEY].drawn
    if drawn:
        drawings.add(str(drawn["kind"]), drawn["points"])


def _take_kept() -> None:
    kept = st.session_state[KEY].kept
    if kept:
        drawings.take_kept(str(kept["text"]))
        if kept["tab"] == TAB_MEASURE:
            st.session_state[TAB] = TAB_MEASURE


def _take_reshaped() -> None:
    reshaped = st.session_state[KEY].reshaped
    if reshaped:
        drawings.reshape(str(reshaped["id"]), reshaped["points"])


def _take_pin() -> None:
    pinned = st.session_state[KEY].pinned
    if pinned:
        edit_place.take_pin(pinned)


def _send_page_again() -> None:
    st.session_state.pop(_SENT, None)


def _send_sites_again() -> None:
    st.session_state.pop(_SITES_SENT, None)


def _send_shapes_again() -> None:
    st.session_state.pop(_SHAPES_SENT, None)


def _send_sketch_again() -> None:
    st.session_state.pop(_SKETCH_SENT, None)


def _sketch(sketch: Sketch | None) -> dict[str, Any]:
    """Return the sketch of an import; only its mark where its points were sent before."""
    if sketch is None:
        _send_sketch_again()
        return {"mark": None}
    if st.session_state.get(_SKETCH_SENT) == sketch.mark:
        return {"mark": sketch.mark}
    st.session_state[_SKETCH_SENT] = sketch.mark
    return sketch.message


def _shapes(make: Callable[[], list[dict[str, Any]]], language: str) -> dict[str, Any]:
    """Return the drawings for the map and for the browser to keep; only their mark where they were sent before."""
    mark = f"{drawings.revision()}-{language}"
    if st.session_state.get(_SHAPES_SENT) == mark:
        return {"mark": mark}
    st.session_state[_SHAPES_SENT] = mark
    return {
        "mark": mark,
        "shapes": make(),
        "fit": drawings.are_to_be_shown_whole(),
        "keep": None if drawings.are_awaited() else drawings.saved_text() if drawings.drawings() else "",
    }


def _sites(sites: dict[str, Any]) -> dict[str, Any]:
    """Return the map's sites, only their version where the map has them."""
    version = sites["sitesVersion"]
    if st.session_state.get(_SITES_SENT) == version:
        return {"sitesVersion": version}
    st.session_state[_SITES_SENT] = version
    return sites


def show_map(
    page: MapPage,
    sites: dict[str, Any],
    message: dict[str, Any],
    state: DeskState,
    words: Words,
    *,
    visible: bool,
    shapes: Callable[[], list[dict[str, Any]]],
    sketch: Sketch | None,
    tiles_failed: Callable[[], None],
) -> None:
    """Mount the map, or steer the one that is mounted.

    The page goes to the browser once, and so does each later version of its `sites`, each state of the drawings
    (`shapes` makes them) and each `sketch` of an import; a browser that does not have them asks for them.
    """
    first = st.session_state.get(_SENT) != page.mark
    if first:
        st.session_state[_SENT] = page.mark
        st.session_state[_SITES_SENT] = page.sites_version
    _frame(
        key=KEY,
        data={
            "page": page.mark,
            "html": page.html if first else None,
            "sites": _sites(sites),
            "state": message,
            "query": encode(replace(state, view=None)),
            "drawings": _shapes(shapes, state.language),
            "sketch": _sketch(sketch),
            "tab": None if drawings.are_awaited() else st.session_state.get(TAB),
            "sequence": sequence(),
            "visible": visible,
            "title": words("map.label"),
        },
        on_picked_change=_take_pick,
        on_drawn_change=_take_drawing,
        on_kept_change=_take_kept,
        on_pinned_change=_take_pin,
        on_reshaped_change=_take_reshaped,
        on_missing_change=_send_page_again,
        on_stale_change=_send_sites_again,
        on_lost_change=_send_shapes_again,
        on_unsketched_change=_send_sketch_again,
        on_tiles_failed_change=tiles_failed,
    )
