"""The filter row: what the reader wants to see, with live counts. The browser filters at once, the server confirms."""

from pathlib import Path
from typing import Any, Final

import streamlit as st

from layers.filter_panel import filter_values, layers_menu, panel_data, result_data
from layers.webmap import LAYERS, web_file
from ui import session
from ui.desk import EXPORT_PAGE, Desk
from ui.tile_sources import tile_sources

KEY: Final = "filter_row"
_WEB: Final = Path(__file__).resolve().parent / "web"

_row = st.components.v2.component(
    "xigang_filter_row",
    html='<div class="filter-row"></div>',
    css=web_file("filters.css"),
    js=web_file("filters.js") + (_WEB / "filter_row.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _take_change() -> None:
    changed: dict[str, Any] | None = st.session_state[KEY].changed
    if changed:
        session.take_change(changed)


def _take_export() -> None:
    asked: dict[str, Any] | None = st.session_state[KEY].export
    if asked:
        west, south, east, north = (float(value) for value in asked["bounds"])
        session.ask_for_export((west, south, east, north) if west < east and south < north else None)


def filter_row(desk: Desk) -> None:
    """Draw the filters as one row of menus, the search, the layers, and how much is shown."""
    state = desk.state
    panel = panel_data(desk.data, desk.words)
    panel["menus"].append(layers_menu(desk.data, desk.words, LAYERS, tile_sources()))
    _row(
        key=KEY,
        data={
            "panel": panel,
            "wanted": {**filter_values(state.filter), "hidden": sorted(state.hidden), "tiles": state.tiles},
            "result": result_data(desk.data.index, state.filter, desk.mask),
            "sequence": session.sequence(),
            "export": desk.words("export.bring"),
        },
        on_changed_change=_take_change,
        on_export_change=_take_export,
    )
    if session.export_was_asked():
        st.switch_page(EXPORT_PAGE)
