"""The stage: the map mounted once in ``app.py``, with the page's filters above it and its panel beside it."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from geo.filter import Mask
from geo.load import UnreadableDistrictError
from geo.project import Project
from layers.state_message import site_mask, state_message
from ui import import_state, session
from ui.cache import map_page, map_sites
from ui.desk import Desk, OnStage, make_desk
from ui.edit_place import pin
from ui.import_sketch import sketch
from ui.link import Kind, Selection
from ui.map_frame import show_map
from ui.measure import drawn_shapes, focused_place
from ui.shortlist import shortlist_count
from ui.site_slide import show_site
from ui.tile_sources import tile_sources
from ui.tour import Tour, tour_of

PANEL_WIDTH_PX = 420
COMPARED_LAYERS = frozenset({"sites", "labels"})
TOURED_LAYERS = COMPARED_LAYERS | {"structure"}
_TILES_FAILED = "tiles_failed"
_BESIDE_A_TABLE = (Path(__file__).resolve().parent / "web" / "beside_table.css").read_text(encoding="utf-8")


def _drop_tiles() -> None:
    st.session_state[session.TILES] = "none"
    st.session_state[_TILES_FAILED] = True


def _on_tour(desk: Desk, shown: OnStage | None) -> tuple[Desk, Tour | None]:
    """Return the tour that the stage is on, and the desk with its stop picked, so that it is in the link.

    The structure page is a tour of the elements; the sites are shown one by one over whatever page there is.
    """
    presented = desk.state.presented
    kind: Kind | None = "site" if presented == "site" else "element" if shown and shown.tour else None
    tour = tour_of(desk, kind, _sites(desk, shown)) if kind else None
    if presented and not tour:
        if kind == "site":
            st.toast(desk.words("show.nothing"))
        session.present(None)
        return _on_tour(make_desk(), shown)
    if tour and (desk.state.selection is None or kind == "site"):
        session.select(Selection(tour.kind, tour.at))
        desk = make_desk()
    return desk, tour


def _sites(desk: Desk, shown: OnStage | None) -> Sequence[Project]:
    """Return the projects of a page: those that pass the filter, or of these the ones that it is about."""
    return shown.sites(desk) if shown and shown.sites else desk.wanted


def _drawn(desk: Desk, shown: OnStage | None) -> Mask:
    return desk.mask_of({each.id for each in shown.sites(desk)}) if shown and shown.sites else desk.mask


def _steer_map(desk: Desk, shown: OnStage | None, tour: Tour | None) -> None:
    sites = map_sites(desk.data)
    state = desk.state
    toured = desk.data.project(tour.at) if tour and tour.kind == "site" else None
    element = toured.element if toured else tour.at if tour else None
    compared = bool(shown and shown.compared) and not toured
    only = tour.stops if tour and toured else state.compared if compared else None
    message = state_message(
        mask=site_mask(sites["rows"], _drawn(desk, shown) if only is None else desk.mask_of(only)),
        language=state.language,
        selected=(state.selection.kind, state.selection.id) if state.selection else None,
        emphasised=state.filter.places | ({element} if element else set()) if only is None else set(),
        hidden=state.hidden if only is None else state.hidden - (TOURED_LAYERS if toured else COMPARED_LAYERS),
        tiles=next((source for source in tile_sources() if source.id == state.tiles), None),
        view=state.view,
        tour=element,
        stop=toured.id if toured else None,
        numbers=desk.numbers if compared else None,
        present=bool(state.presented),
        focus=None if toured else focused_place(desk),
        pin=pin(desk) if shown and shown.edited else None,
    )
    show_map(
        map_page(desk.data),
        sites,
        message,
        state,
        desk.words,
        visible=bool(shown or toured),
        shapes=lambda: drawn_shapes(desk),
        sketch=sketch(desk) if shown and shown.imports else None,
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
    if session.language_was_changed():
        st.rerun()
    if not (shown and shown.imports):
        import_state.leave()
    desk, tour = _on_tour(desk, shown)
    shortlist_count(desk)
    filters = st.container(key="stage-filters")
    with st.container(horizontal=True, gap="small", key="stage-row"):
        with st.container(key="stage-map"):
            _steer_map(desk, shown, tour)
            if shown and shown.under_the_map and desk.state.presented != "site":
                with st.container(key="under-map"):
                    st.html(f"<style>{_BESIDE_A_TABLE}</style>")
                    shown.under_the_map(desk)
        panel = st.container(width=PANEL_WIDTH_PX, key="stage-panel")
    if tour and desk.state.presented == "site":
        show_site(desk, tour, filters, panel)
    elif shown:
        shown.around_the_map(desk, filters, panel)
