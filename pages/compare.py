"""The comparison: the collected sites in order, up to six of them side by side, and a link to send."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import session
from ui.compare_files import compare_files
from ui.compare_table import comparison, not_on_map
from ui.desk import EXPORT_PAGE, MAP_PAGE, OPPORTUNITIES_PAGE, PROJECTS_PAGE, Desk, put_on_stage
from ui.link import DeskState, encode
from ui.notices import problem_notices
from ui.share import share_link


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the list and the table, or say how sites are collected."""
    words, collected = desk.words, desk.state.shortlist
    if session.export_was_asked():
        st.switch_page(EXPORT_PAGE)
    with filters:
        problem_notices(desk)
    with panel:
        if collected:
            comparison(desk)
            return
        st.info(words("compare.nothing"))
        with st.container(horizontal=True):
            st.page_link(MAP_PAGE)
            st.page_link(PROJECTS_PAGE)
            st.page_link(OPPORTUNITIES_PAGE)


def under_the_map(desk: Desk) -> None:
    """Draw what to do with the collected sites: take them to the export page, send the link."""
    state = desk.state
    if not state.shortlist:
        return
    not_on_map(desk)
    compare_files(desk)
    share_link(desk.words, encode(DeskState(language=state.language, shortlist=state.shortlist, chosen=state.chosen)))


put_on_stage(around_the_map, under_the_map=under_the_map, compared=True)
