"""What one run works with: data, words, state and the filter's result, made once in ``app.py`` for every page."""

from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page as StreamlitPage

from geo.filter import Mask, ProjectIndex
from geo.load import Dataset
from geo.project import Project
from layers.words import Words
from ui import cache, session
from ui.link import DeskState

_DESK: Final = "desk"


MAP_PAGE: Final = "pages/map.py"
ABOUT_PAGE: Final = "pages/about.py"


@dataclass(frozen=True)
class Slots:
    """Where the map's page puts its things around the map that ``app.py`` mounted."""

    filters: DeltaGenerator
    panel: DeltaGenerator


@dataclass(frozen=True)
class Desk:
    """Everything a page needs for one run. `mask` is (n,) over ``data.projects``."""

    data: Dataset
    words: Words
    state: DeskState
    index: ProjectIndex
    mask: Mask
    slots: Slots | None = None

    @property
    def wanted(self) -> list[Project]:
        """The projects that pass the filter, in the plan's order."""
        return [project for project, passed in zip(self.data.projects, self.mask, strict=True) if passed]


def make_desk() -> Desk:
    """Return the desk of this run, taking the link's state on the session's first."""
    data = cache.dataset()
    session.start(data)
    state = session.current(data)
    index = cache.project_index(data)
    return Desk(data, session.words(), state, index, index.mask(state.filter))


def navigation(words: Words) -> tuple[StreamlitPage, bool]:
    """Declare the app's pages; return the one asked for, and whether it is the map's."""
    map_page = st.Page(MAP_PAGE, title=words("page.map"), default=True)
    about_page = st.Page(ABOUT_PAGE, title=words("page.about"), url_path="about")
    page = st.navigation([map_page, about_page], position="top")
    return page, page == map_page


def put_desk(desk: Desk) -> None:
    """Lay the desk out for the page that runs next."""
    st.session_state[_DESK] = desk


def desk() -> Desk:
    """Return the desk that ``app.py`` laid out for this run.

    A link straight to a page of a server that has just started makes Streamlit run the page without ``app.py``,
    because of the folder's name; declaring a navigation puts that right, and the run begins again.
    """
    laid_out: Desk | None = st.session_state.pop(_DESK, None)
    if laid_out is None:
        navigation(session.words())
        st.rerun()
    return laid_out
