"""The map page, the first screen: filters, map, list and details."""

import streamlit as st

from ui import session
from ui.desk import desk
from ui.detail import detail
from ui.filters import filter_row
from ui.notices import empty_notice, problem_notice
from ui.site_list import site_list

here = desk()
words = here.words
assert here.slots is not None  # app.py sets the stage for this page

with here.slots.filters:
    problem_notice(words, session.link_problems(), title="problem.link_title")
    problem_notice(words, here.data.problems, title="problem.data_title")
    filter_row(here)

with here.slots.panel:
    st.segmented_control(
        words("panel.label"),
        [session.TAB_LIST, session.TAB_DETAIL],
        format_func=lambda code: words(f"panel.{code}"),
        key=session.TAB,
        label_visibility="collapsed",
        required=True,
        width="stretch",
        persist_state="session",
    )
    if st.session_state[session.TAB] == session.TAB_DETAIL:
        detail(here)
    else:
        empty_notice(here)
        site_list(here)
