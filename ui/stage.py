"""The stage: the map mounted once in ``app.py``, with the page's filters above it and its panel beside it."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from geo.load import UnreadableDistrictError
from layers.state_message import site_mask, state_message
from ui import session
from ui.cache import map_page, tile_sources
from ui.desk import Desk, OnStage, make_desk
from ui.map_frame import show_map
from ui.measure import drawn_shapes, focused_place
from ui.shortlist import shortlist_count

PANEL_WIDTH_PX = 420
COMPARED_LAYERS = frozenset({"sites", "labels"})
_TILES_FAILED = "tiles_failed"
_BESIDE_A_TABLE = (Path(__file__).resolve().parent / "web" / "beside_table.css").read_text(encoding="utf-8")


def _drop_tiles() -> None:
    st.session_state[session.TILES] = "none"
    st.session_state[_TILES_FAILED] = True


def _steer_map(desk: Desk, shown: OnStage | None, *, tour: bool) -> None:
    html, rows = map_page(desk.data)
    state = desk.state
    stop = session.tour_stop(desk.data) if tour else None
    compared = bool(shown and shown.compared)
    message = state_message(
        mask=site_mask(rows, desk.mask_of(state.compared) if compared else desk.mask),
        language=state.language,
        selected=(state.selection.kind, state.selection.id) if state.selection else None,
        emphasised=set() if compared else state.filter.places | ({stop} if stop else set()),
        hidden=state.hidden - COMPARED_LAYERS if compared else state.hidden,
        tiles=next((source for source in tile_sources() if source.id == state.tiles), None),
        view=state.view,
        tour=stop,
        numbers=desk.numbers if compared else None,
        present=state.present,
        focus=focused_place(desk),
    )
    show_map(
        html,
        message,
        state,
        desk.words,
        visible=shown is not None,
        shapes=lambda: drawn_shapes(desk),
        tiles_failed=_drop_tiles,
    )
    if st.session_state.pop(_TILES_FAILED, False):
        st.toast(desk.words("tiles.failed"))


@st.fragment
def stage(shown: OnStage | None) -> None:
    """Mount or steer the map and draw the page's things around it.

    A fragment: a change of filter or selection draws the stage again and nothing else of the app. The map stays
    mounted, hidden, on pages without one, so that its view and its page survive navigation.
    """
    try:
        desk = make_desk()
    except UnreadableDistrictError:
        st.rerun()  # the whole app, which says what is wrong
    tour = bool(shown and shown.tour)
    if desk.state.present and not tour:
        session.present(False)
        desk = replace(desk, state=replace(desk.state, present=False))
    if tour and desk.state.selection is None:
        session.begin_tour(desk.data)
        desk = make_desk()
    shortlist_count(desk)
    filters = st.container(key="stage-filters")
    with st.container(horizontal=True, gap="small", key="stage-row"):
        with st.container(key="stage-map"):
            _steer_map(desk, shown, tour=tour)
            if shown and shown.under_the_map:
                with st.container(key="under-map"):
                    st.html(f"<style>{_BESIDE_A_TABLE}</style>")
                    shown.under_the_map(desk)
        panel = st.container(width=PANEL_WIDTH_PX, key="stage-panel")
    if shown:
        shown.around_the_map(desk, filters, panel)
