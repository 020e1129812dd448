"""The planning map: page set-up, language and navigation; no logic."""

from pathlib import Path

import streamlit as st

from geo.load import UnreadableDistrictError
from layers.wording import title_of
from ui.desk import make_desk, navigation, put_desk, taken_for_stage
from ui.notices import problem_notice
from ui.session import words
from ui.shell import drawn_after_reconnecting, header, loading
from ui.stage import stage

FAVICON = Path(__file__).resolve().parent / "static" / "icon.svg"

st.set_page_config(page_icon=str(FAVICON), layout="wide")

with loading():
    try:
        desk = make_desk()
    except UnreadableDistrictError as error:
        problem_notice(words(), [error.problem], title="problem.data_title")
        st.stop()

    st.set_page_config(page_title=title_of(desk.words, desk.data.district))
    page = navigation(desk.words)
    header(desk)
    drawn_after_reconnecting()
    put_desk(desk)
    map_place = st.container(key="map-stage")
    page.run()
    with map_place:
        stage(taken_for_stage())
