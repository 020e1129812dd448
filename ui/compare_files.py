"""What to take from the comparison: all of the shortlist to the export page, the table as a file."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import streamlit as st

from exports.comparison import write_comparison_pdf, write_comparison_xlsx
from exports.fonts import DRAWING
from exports.formats import FORMATS
from exports.request import ExportRequest
from exports.writing import file_stem
from geo.filter import ProjectFilter
from ui import session
from ui.cache import surroundings
from ui.desk import Desk
from ui.download import download_button

_WRITERS: Final = {"pdf": write_comparison_pdf, "xlsx": write_comparison_xlsx}


def compare_files(desk: Desk) -> None:
    """Draw the buttons."""
    words, state = desk.words, desk.state
    with st.container(horizontal=True, key="compare-files"):
        st.button(
            words("compare.export", n=len(state.shortlist)), key="export_shortlist", on_click=session.ask_for_export,
            args=(None,), kwargs={"only": state.shortlist, "file_format": "sitesheet"},
        )  # fmt: skip
        request = ExportRequest(language=words.language, filter=ProjectFilter(only=frozenset(desk.numbers)))
        stem = file_stem(desk.data, request, words("page.compare"))
        for code in _WRITERS:
            download_button(
                words(f"compare.file_{code}"), _content(desk, request, code), file_name=stem + FORMATS[code].suffix,
                mime=FORMATS[code].mime, key=f"compare_{code}",
            )  # fmt: skip


def _content(desk: Desk, request: ExportRequest, code: str) -> Callable[[], Any]:
    numbered = {number: project for each, number in desk.numbers.items() if (project := desk.data.project(each))}

    def make() -> bytes:
        with DRAWING, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"comparison.{code}"
            _WRITERS[code](desk.data, request, surroundings(desk.data), numbered, path)
            return path.read_bytes()

    return make
