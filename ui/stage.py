"""The stage: the map mounted once in ``app.py``, with the page's filters above it and its panel beside it."""

import streamlit as st

from geo.load import UnreadableDistrictError
from layers.state_message import site_mask, state_message
from ui import session
from ui.cache import map_page, tile_sources
from ui.desk import AroundTheMap, Desk, make_desk
from ui.map_frame import show_map

PANEL_WIDTH_PX = 420
_TILES_FAILED = "tiles_failed"


def _drop_tiles() -> None:
    st.session_state[session.TILES] = "none"
    st.session_state[_TILES_FAILED] = True


def _steer_map(desk: Desk, *, visible: bool) -> None:
    html, rows = map_page(desk.data)
    state = desk.state
    message = state_message(
        mask=site_mask(rows, desk.mask),
        language=state.language,
        selected=(state.selection.kind, state.selection.id) if state.selection else None,
        emphasised=state.filter.places,
        hidden=state.hidden,
        tiles=next((source for source in tile_sources() if source.id == state.tiles), None),
        view=state.view,
    )
    show_map(html, message, state, desk.words, visible=visible, tiles_failed=_drop_tiles)
    if st.session_state.pop(_TILES_FAILED, False):
        st.toast(desk.words("tiles.failed"))


@st.fragment
def stage(around_the_map: AroundTheMap | None) -> None:
    """Mount or steer the map and draw the page's things around it.

    A fragment: a change of filter or selection draws the stage again and nothing else of the app. The map stays
    mounted, hidden, on pages without one, so that its view and its page survive navigation.
    """
    try:
        desk = make_desk()
    except UnreadableDistrictError:
        st.rerun()  # the whole app, which says what is wrong
    filters = st.container(key="stage-filters")
    with st.container(horizontal=True, gap="small", key="stage-row"):
        with st.container(key="stage-map"):
            _steer_map(desk, visible=around_the_map is not None)
        panel = st.container(width=PANEL_WIDTH_PX, key="stage-panel")
    if around_the_map:
        around_the_map(desk, filters, panel)
