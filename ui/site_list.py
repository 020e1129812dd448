"""The list beside the map: every project that passes the filter, placed or not; the keyboard's way to the sites."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st

from layers.list_rows import list_row
from layers.webmap import web_file
from ui.desk import Desk
from ui.link import Selection
from ui.session import select

LIST_LIMIT: Final = 500
_WEB: Final = Path(__file__).resolve().parent / "web"
KEY: Final = "site_list"

_list = st.components.v2.component(
    "xigang_site_list",
    html='<div class="site-list"></div>',
    css=web_file("site_list.css") + (_WEB / "site_list.css").read_text(encoding="utf-8"),
    js=web_file("site_list.js") + (_WEB / "site_list.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _take_pick() -> None:
    picked = st.session_state[KEY].picked
    if picked:
        select(Selection("site", picked))


def site_list(desk: Desk) -> None:
    """Draw the list in two parts, placed and not placed, each counted."""
    words = desk.words
    placed = desk.data.index.placed
    sections: list[dict[str, Any]] = []
    for title, mask in (("list.placed", desk.mask & placed), ("list.unplaced", desk.mask & ~placed)):
        rows = np.flatnonzero(mask)
        if len(rows):
            shown = [list_row(desk.data, words, desk.data.projects[row]) for row in rows[:LIST_LIMIT]]
            more = words("list.more", n=len(rows) - len(shown)) if len(rows) > len(shown) else ""
            sections.append({"title": words(title, n=len(rows)), "rows": shown, "more": more})
    selection = desk.state.selection
    _list(
        key=KEY,
        data={
            "sections": sections,
            "selected": selection.id if selection and selection.kind == "site" else None,
            "label": words("list.label"),
        },
        on_picked_change=_take_pick,
    )
