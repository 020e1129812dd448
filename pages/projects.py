"""The project library: all projects as a table, a matrix, by want of a place; the district-wide programmes apart."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import session
from ui.desk import Desk, put_on_stage
from ui.detail import detail
from ui.filter_row import filter_row
from ui.link import LIBRARY_VIEWS
from ui.matrix import matrix
from ui.notices import empty_notice, problem_notices
from ui.programmes import programmes
from ui.project_table import project_table, unplaced_table


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the filters above, and one view of the library where other pages have their panel."""
    words = desk.words
    with filters:
        problem_notices(desk)
        filter_row(desk)
    with panel:
        st.segmented_control(
            words("library.view"),
            LIBRARY_VIEWS,
            format_func=lambda code: words(f"library.view_{code}"),
            key=session.LIBRARY,
            label_visibility="collapsed",
            required=True,
            persist_state="session",
        )
        match desk.state.library:
            case "programmes":
                programmes(desk)
            case "unplaced":
                unplaced_table(desk)
            case view:
                if view == "matrix":
                    matrix(desk)
                empty_notice(desk)
                project_table(desk)


put_on_stage(around_the_map, under_the_map=detail)
