"""Help: the whole app on one page, by what a reader comes to do."""

import streamlit as st

from ui.desk import desk
from ui.guide import guide
from ui.notices import problem_notice

here = desk()
problem_notice(here.words, here.data.problems, title="problem.data_title")
st.html(guide(here))
