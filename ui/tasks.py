"""What is done on the data page: the choice of the task."""

import streamlit as st

from ui import session
from ui.desk import Desk
from ui.link import DATA_TASKS


def task() -> str:
    """Return what is done on the data page in this run."""
    return st.session_state.get(session.TASK) or DATA_TASKS[0]


def task_bar(desk: Desk, drawn: str) -> None:
    """Draw the choice of the task; another than the one `drawn` lays the page out anew."""
    words = desk.words
    st.segmented_control(
        words("task.label"),
        DATA_TASKS,
        format_func=lambda code: words(f"task.{code}"),
        key=session.TASK,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    if task() != drawn:
        st.rerun()
