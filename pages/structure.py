"""The spatial structure: a guided tour of its elements beside the map, large for meetings, and a table of them all."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.board import map_was_asked_for
from ui.desk import MAP_PAGE, Desk, put_on_stage
from ui.filter_row import filter_row
from ui.notices import problem_notices
from ui.structure_card import structure_card
from ui.structure_slide import structure_slide
from ui.structure_table import structure_table
from ui.tour import tour_bar, tour_of


def around_the_map(desk: Desk, filters: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the tour's bar above the map, the element beside it, and the comparison of all below."""
    words = desk.words
    if map_was_asked_for():
        st.switch_page(MAP_PAGE)
    with filters:
        problem_notices(desk)
    tour = tour_of(desk, "element")
    stop = desk.data.element(tour.at if tour else None)
    if tour is None or stop is None:
        panel.info(words("structure.no_elements"))
        return
    with filters:
        if not desk.state.presented:
            filter_row(desk)
        tour_bar(desk, tour)
    with panel:
        (structure_slide if desk.state.presented else structure_card)(desk, stop)
    if not desk.state.presented:
        with st.container(key="structure-table"):
            structure_table(desk, stop)


put_on_stage(around_the_map, tour=True)
