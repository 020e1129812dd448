"""The map page, the first screen: filters, map, list and details."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import session
from ui.desk import Desk, put_on_stage
from ui.detail import detail
from ui.filter_row import filter_row
from ui.measure import measure_and_find
from ui.notices import empty_notice, problem_notices
from ui.site_list import site_list


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the filters above the map, and the list or the details beside it."""
    words = desk.words
    with filters:
        problem_notices(desk)
        filter_row(desk)
    with panel:
        st.segmented_control(
            words("panel.label"),
            [session.TAB_LIST, session.TAB_DETAIL, session.TAB_MEASURE],
            format_func=lambda code: words(f"panel.{code}"),
            key=session.TAB,
            label_visibility="collapsed",
            required=True,
            width="stretch",
            persist_state="session",
        )
        if st.session_state[session.TAB] == session.TAB_DETAIL:
            detail(desk)
        elif st.session_state[session.TAB] == session.TAB_MEASURE:
            with st.container(key="measure-panel"):
                measure_and_find(desk)
        else:
            empty_notice(desk)
            site_list(desk)


put_on_stage(around_the_map)
