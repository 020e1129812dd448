"""Help: the whole app on one page, by what a reader comes to do."""

import streamlit as st

from ui.desk import desk
from ui.guide import guide

st.html(guide(desk().words))
