"""A piece of a page as HTML of ours whose buttons report to the server: structure page and opportunities are these."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import streamlit as st
from markupsafe import Markup

from geo.filter import ProjectFilter
from ui import session
from ui.link import Selection
from ui.shortlist import collect

_WEB: Final = Path(__file__).resolve().parent / "web"
_TO_MAP: Final = "to_map"

_board = st.components.v2.component(
    "xigang_board",
    html='<div class="board" tabindex="-1"></div>',
    css=(_WEB / "board.css").read_text(encoding="utf-8"),
    js=(_WEB / "board.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


Acts = Mapping[str, Callable[[str], None]]
"""What a page does itself: by the word in ``data-do``, what takes the id."""


def _take(key: str, acts: Acts) -> None:
    board_now = st.session_state.get(key)  # one that is gone may still have had something to say
    did: dict[str, Any] | None = board_now.did if board_now else None
    if not did:
        return
    match did["do"], str(did["id"]):
        case act, each if act in acts:
            acts[act](each)
        case "element", element_id:
            session.select(Selection("element", element_id))
        case "site", project_id:
            session.select(Selection("site", project_id))
        case "collect", project_id:
            collect(session.words(), [project_id])
        case "drop", project_id:
            session.drop_from_shortlist(project_id)
        case "empty", _:
            session.drop_from_shortlist(None)
        case "earlier", project_id:
            session.move_in_shortlist(project_id, -1)
        case "later", project_id:
            session.move_in_shortlist(project_id, 1)
        case "choose", project_id:
            session.toggle_compared(project_id)
        case "present", kind:
            session.present("site" if kind == "site" else "element")
        case "leave", _:
            session.present(None)
        case "language", language:
            session.speak(language)
        case "clear", _:
            session.set_filter(ProjectFilter())
        case "only", element_id:
            session.set_filter(ProjectFilter(places=frozenset({element_id})))
            st.session_state[session.TAB] = session.TAB_LIST
            st.session_state[_TO_MAP] = True
        case "map", _:
            st.session_state[_TO_MAP] = True


def board(key: str, markup: Markup, acts: Acts = MappingProxyType({}), **data: Any) -> None:
    """Draw `markup`; a click on one of its ``data-do`` elements is carried out. For `data` see ``board.js``."""
    _board(key=key, data={"html": str(markup), **data}, on_did_change=lambda: _take(key, acts))


def map_was_asked_for() -> bool:
    """Return once whether the reader has just asked for the map page."""
    return bool(st.session_state.pop(_TO_MAP, False))
