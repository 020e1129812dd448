"""About the data: what is counted, how places are graded, sources, licences and known gaps."""

import streamlit as st

from geo.vocabulary import Phase, Sector
from ui import about
from ui.desk import desk
from ui.notices import problem_notice

here = desk()
words = here.words
st.html(about.intro(here))
problem_notice(words, here.data.problems, title="problem.data_title")
if not here.data.problems:
    st.caption(words("about.no_problems"))
st.html(about.grades(here))
left, middle, right = st.columns(3)
left.html(about.by_phase_or_sector(here, "phase", Phase))
middle.html(about.by_phase_or_sector(here, "sector", Sector))
right.html(about.by_place(here))
right.caption(words("about.group_note"))
st.html(about.sources(here))
