"""Indicators: the targets of the plan, and those of the plan before with their results."""

import streamlit as st

from geo.indicators import AnnexKind
from layers.indicator_rows import annex_rows
from ui import indicator_tables as tables
from ui.desk import desk
from ui.notices import problem_notice
from ui.text import html

here = desk()
words = here.words
shown = [annex for annex in AnnexKind if annex_rows(here.data, annex)]

tables.styles()
problem_notice(words, here.data.problems, title="problem.data_title")
if not shown:
    st.info(words("indicator.nothing"))
    st.stop()
st.html(tables.intro(here))
tables.downloads(here)
st.html(html('<div class="indicator-tallies">{all}</div>', all=html("").join(tables.summary(here, a) for a in shown)))
for annex in shown:
    st.html(tables.annex_table(here, annex))
    if annex is AnnexKind.RESULTS:
        st.html(tables.rules(words))
