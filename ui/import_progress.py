"""How far the running part of an import is, with the way to call it off."""

import streamlit as st

from ui import import_state
from ui.desk import Desk
from ui.import_state import Importing


def progress(desk: Desk, found: Importing) -> None:
    """Draw how far the running job is; what ends within a moment is drawn at once."""
    if found.job is None:
        return
    if found.job.ended(import_state.PATIENCE_S):
        st.rerun()
    _poll(desk, found)


@st.fragment(run_every=0.5)
def _poll(desk: Desk, found: Importing) -> None:
    words, job = desk.words, found.job
    if job is None or import_state.importing() is not found or job.ended():
        st.rerun()  # the whole page, which takes what the job has brought
    text = words(f"import.stage_{job.stage}")
    if job.total:
        text = words("import.rows_done", stage=text, done=words.number(job.done), total=words.number(job.total))
    st.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=text)
    if job.part == "save" and 0 < job.total == job.done:
        st.caption(words("import.writing"))
        return
    st.button(words("export.cancel"), key="import_cancel", on_click=job.cancel)
