"""What to take from the comparison: all of the shortlist to the export page, the table as a file."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from exports.beside import drawn
from exports.comparison import write_comparison_pdf, write_comparison_xlsx
from exports.formats import FORMATS
from exports.preview import file_content
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
        near = surroundings(desk.data)
        return drawn(file_content, desk.data, _WRITERS[code], FORMATS[code].suffix, request, near, numbered)

    return make
