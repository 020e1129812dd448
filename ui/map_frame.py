"""The frame that holds the map: mounted once a session, steered by state messages."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import streamlit as st

from layers.words import Words
from ui.link import DeskState, Selection, encode
from ui.session import add_drawing, select, sequence

_WEB: Final = Path(__file__).resolve().parent / "web"
_SENT, KEY = "map_page_sent", "map_frame"

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
        add_drawing(str(drawn["kind"]), drawn["points"])


def _send_again() -> None:
    st.session_state.pop(_SENT, None)


def show_map(
    html: str,
    message: dict[str, Any],
    state: DeskState,
    words: Words,
    *,
    visible: bool,
    tiles_failed: Callable[[], None],
) -> None:
    """Mount the map, or steer the one that is mounted.

    The page goes to the browser once; a browser that does not have it asks for it.
    """
    page = hashlib.sha256(html.encode()).hexdigest()[:16]
    first = st.session_state.get(_SENT) != page
    st.session_state[_SENT] = page
    _frame(
        key=KEY,
        data={
            "page": page,
            "html": html if first else None,
            "state": message,
            "query": encode(replace(state, view=None)),
            "sequence": sequence(),
            "visible": visible,
            "title": words("map.label"),
        },
        on_picked_change=_take_pick,
        on_drawn_change=_take_drawing,
        on_missing_change=_send_again,
        on_tiles_failed_change=tiles_failed,
    )
