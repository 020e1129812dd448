"""Export: the current filter and view as a map, a deck, a web page or data files, with a live preview."""

import streamlit as st

from ui.desk import desk
from ui.export_form import export_form
from ui.export_result import preview, result
from ui.notices import problem_notice

here = desk()
form, picture = st.columns([1, 2.6], gap="medium")
with form:
    asked = export_form(here)
with picture:
    problem_notice(here.words, here.data.problems, title="problem.data_title")
    result(here, asked)
    preview(here, asked)
