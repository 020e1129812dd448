"""The data of record: places to verify, editing, import, and what has changed."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import session
from ui.changes import changed_sites, changes_panel
from ui.desk import Desk, put_on_stage
from ui.detail import detail
from ui.edit_panel import edit_panel
from ui.filter_row import filter_row
from ui.link import DATA_TASKS
from ui.notices import empty_notice, problem_notices
from ui.project_table import worklist_table

words = session.words()
st.segmented_control(
    words("task.label"),
    DATA_TASKS,
    format_func=lambda code: words(f"task.{code}"),
    key=session.TASK,
    label_visibility="collapsed",
    required=True,
    persist_state="session",
)
TASK = st.session_state.get(session.TASK) or DATA_TASKS[0]


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the filters above, and the task where other pages have their panel."""
    with filters:
        problem_notices(desk)
        if TASK == "verify":
            filter_row(desk)
    with panel:
        match desk.state.task:
            case "edit":
                edit_panel(desk)
            case "changes":
                changes_panel(desk)
            case _:
                empty_notice(desk)
                worklist_table(desk)


put_on_stage(
    around_the_map,
    under_the_map=None if TASK == "edit" else detail,
    sites=changed_sites if TASK == "changes" else None,
    edited=TASK == "edit",
)
