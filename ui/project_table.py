"""The library's tables: every project that passes the filter as a row; picking, ticking, sorting, choosing columns."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st

from geo.filter import Mask
from layers.filter_panel import bit_string
from layers.library_rows import table_data, unplaced_data, worklist_data
from ui import session
from ui.cache import RowsOf, library_rows
from ui.desk import Desk
from ui.link import Selection
from ui.shortlist import collect

_WEB: Final = Path(__file__).resolve().parent / "web"
TABLE, UNPLACED, WORKLIST = "project_table", "unplaced_table", "worklist"
_SENT: Final = "tables_sent"
TABLE_WORDS: Final[Sequence[str]] = (
    "column_name", "columns", "ticked", "ticked_hidden", "tick", "tick_all", "untick", "show_on_map", "export",
    "collect", "on_map", "not_on_map", "not_on_map_more", "none",
)  # fmt: skip

_table = st.components.v2.component(
    "xigang_project_table",
    html='<div class="library"></div>',
    css=(_WEB / "project_table.css").read_text(encoding="utf-8"),
    js="".join((_WEB / name).read_text(encoding="utf-8") for name in ("picks.js", "project_table.js")),
    isolate_styles=False,
)


def project_table(desk: Desk) -> None:
    """Draw all projects that pass the filter, placed or not, in the plan's order until sorted."""
    n = len(desk.wanted)
    _draw(desk, TABLE, table_data, desk.mask, desk.words("library.caption", n=n, total=len(desk.data.projects)))


def unplaced_table(desk: Desk) -> None:
    """Draw what passes the filter and has no place, by structure group, each with the reason."""
    _draw_some(desk, UNPLACED, unplaced_data, "library.caption_unplaced")


def worklist_table(desk: Desk) -> None:
    """Draw the places to verify that pass the filter, the least certain first."""
    _draw_some(desk, WORKLIST, worklist_data, "worklist.caption")


def _draw_some(desk: Desk, key: str, make: RowsOf, caption: str) -> None:
    passing, rows = desk.passing, library_rows(desk.data, desk.words.language, make)["rows"]
    mask = np.array([row["id"] in passing for row in rows], dtype=bool)
    _draw(desk, key, make, mask, desk.words(caption, n=int(mask.sum())))


def _draw(desk: Desk, key: str, make: RowsOf, mask: Mask, caption: str) -> None:
    words, selection = desk.words, desk.state.selection
    page = hashlib.sha256(f"{key} {desk.data.fingerprint} {words.language}".encode()).hexdigest()[:16]
    sent: set[str] = st.session_state.setdefault(_SENT, set())
    _table(
        key=key,
        data={
            "page": page,
            "table": None if page in sent else library_rows(desk.data, words.language, make),
            "mask": bit_string(mask),
            "selected": selection.id if selection and selection.kind == "site" else None,
            "caption": caption,
            "lang": words.html_lang,
            "words": {"list": words("format.list"), **{part: words(f"library.{part}") for part in TABLE_WORDS}},
        },
        on_picked_change=lambda: _take_pick(key),
        on_export_change=lambda: _take_export(key),
        on_collect_change=lambda: _take_collected(desk, key),
        on_missing_change=lambda: sent.discard(page),
    )
    sent.add(page)


def _take_pick(key: str) -> None:
    picked = st.session_state[key].picked
    if picked:
        session.select(Selection("site", str(picked)))


def _take_export(key: str) -> None:
    asked: list[Any] | None = st.session_state[key].export
    if asked:
        session.ask_for_export(None, only=map(str, asked))


def _take_collected(desk: Desk, key: str) -> None:
    ticked: list[Any] | None = st.session_state[key].collect
    if ticked:
        collect(desk.words, [each for each in map(str, ticked) if desk.data.project(each)])
