"""Find a place of the base map by name, in any of its languages: a combobox that goes to the browser once."""

from pathlib import Path
from typing import Any, Final

import streamlit as st

from geo.names import by_language
from geo.nearby import Place
from layers.wording import place_kind_in_words
from ui import session
from ui.desk import Desk

KEY, _SENT = "place_finder", "places_sent"
_WEB: Final = Path(__file__).resolve().parent / "web"

_finder = st.components.v2.component(
    "xigang_place_finder",
    html='<div class="place-finder"></div>',
    css=(_WEB / "place_finder.css").read_text(encoding="utf-8"),
    js="".join((_WEB / name).read_text(encoding="utf-8") for name in ("picks.js", "place_finder.js")),
    isolate_styles=False,
)


def place_finder(desk: Desk, places: dict[str, Place]) -> None:
    """Draw the finder; what is picked is the map's focus from then on."""
    words = desk.words
    page = f"{desk.data.fingerprint}-{words.language}"
    sent = st.session_state.get(_SENT) == page
    st.session_state[_SENT] = page
    _finder(
        key=KEY,
        data={
            "page": page,
            "places": None if sent else [_row(desk, place) for place in places.values()],
            "picked": st.session_state.get(session.FOCUS),
            "words": {
                "label": words("measure.find"), "hint": words("measure.find_hint"), "none": words("measure.find_none"),
                "clear": words("measure.find_clear"), "found": words("measure.find_found", n="{n}"),
            },
        },
        on_picked_change=lambda: _take_pick(places),
        on_missing_change=lambda: st.session_state.pop(_SENT, None),
    )  # fmt: skip


def _row(desk: Desk, place: Place) -> list[Any]:
    """Return a place's id, what is shown of it, and its names in all languages, which are searched."""
    words = desk.words
    shown = words("measure.place", name=place.name_in(words.language), kind=place_kind_in_words(words, place.kind))
    return [place.id, shown, list(by_language(place.name, place.names).values())]


def _take_pick(places: dict[str, Place]) -> None:
    picked = st.session_state[KEY].picked
    if picked is not None:
        st.session_state[session.FOCUS] = picked if picked in places else None
