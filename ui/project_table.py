"""The library's tables: every project that passes the filter as a row; picking, ticking, sorting, choosing columns."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st

from geo.filter import Mask
from geo.load import Dataset
from geo.project import Project
from layers.filter_panel import bit_string
from layers.library_rows import table_data, unplaced_data, worklist, worklist_data
from ui import session
from ui.cache import RowsOf, library_rows
from ui.desk import Desk
from ui.link import Selection
from ui.shortlist import collect

_WEB: Final = Path(__file__).resolve().parent / "web"
TABLE, UNPLACED, WORKLIST = "project_table", "unplaced_table", "worklist"
MOST_SENT, SENT_OF_MORE = 10_000, 2_000
"""Up to so many projects a table holds all of them; of more, so many rows at a time."""
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
    data, left_out = _sendable(desk, desk.data.projects)
    mask = desk.mask if data is desk.data else np.ones(len(data.projects), dtype=bool)
    caption = desk.words("library.caption", n=n, total=len(desk.data.projects))
    _draw(desk, data, TABLE, table_data, mask, caption)
    _say_left_out(desk, left_out)


def unplaced_table(desk: Desk) -> None:
    """Draw what passes the filter and has no place, by structure group, each with the reason."""
    projects = [project for project in desk.data.projects if not project.placed]
    _draw_some(desk, UNPLACED, unplaced_data, projects, "library.caption_unplaced")


def worklist_table(desk: Desk) -> None:
    """Draw the places to verify that pass the filter, the least certain first."""
    _draw_some(desk, WORKLIST, worklist_data, worklist(desk.data), "worklist.caption")


def _draw_some(desk: Desk, key: str, make: RowsOf, projects: Sequence[Project], caption: str) -> None:
    data, left_out = _sendable(desk, projects)
    passing, rows = desk.passing, library_rows(data, desk.words.language, make)["rows"]
    mask = np.array([row["id"] in passing for row in rows], dtype=bool)
    _draw(desk, data, key, make, mask, desk.words(caption, n=int(mask.sum()) + left_out))
    _say_left_out(desk, left_out)


def _sendable(desk: Desk, projects: Sequence[Project]) -> tuple[Dataset, int]:
    """Return the data with what a table of `projects` can hold, and how many that pass the filter are left out.

    Of more projects than a browser is sent at once, only the first that pass the filter.
    """
    if len(desk.data.projects) <= MOST_SENT:
        return desk.data, 0
    passing = desk.passing
    wanted = [project for project in projects if project.id in passing]
    some = tuple(wanted[:SENT_OF_MORE])
    mark = hashlib.sha256(" ".join(project.id for project in some).encode()).hexdigest()[:16]
    return replace(desk.data, projects=some, fingerprint=f"{desk.data.fingerprint}-{mark}"), len(wanted) - len(some)


def _say_left_out(desk: Desk, left_out: int) -> None:
    if left_out:
        st.caption(desk.words("list.more", n=left_out))


def _draw(desk: Desk, data: Dataset, key: str, make: RowsOf, mask: Mask, caption: str) -> None:
    words, selection = desk.words, desk.state.selection
    page = hashlib.sha256(f"{key} {data.fingerprint} {words.language}".encode()).hexdigest()[:16]
    sent: set[str] = st.session_state.setdefault(_SENT, set())
    _table(
        key=key,
        data={
            "page": page,
            "table": None if page in sent else library_rows(data, words.language, make),
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
