"""What one run works with: data, words, state and the filter's result."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page as StreamlitPage

from geo.filter import Mask
from geo.load import Dataset
from geo.project import Project
from layers.wording import filter_in_words
from layers.words import Words
from ui import cache, session
from ui.link import DeskState

_DESK: Final = "desk"
_ON_STAGE: Final = "on_stage"
MAP_PAGE: Final = "pages/map.py"
STRUCTURE_PAGE: Final = "pages/structure.py"
PROJECTS_PAGE: Final = "pages/projects.py"
COMPARE_PAGE: Final = "pages/compare.py"
COMPARE_PATH: Final = "compare"
OPPORTUNITIES_PAGE: Final = "pages/opportunities.py"
EXPORT_PAGE: Final = "pages/export.py"
INDICATORS_PAGE: Final = "pages/indicators.py"
DATA_PAGE: Final = "pages/data.py"
ABOUT_PAGE: Final = "pages/about.py"
HELP_PAGE: Final = "pages/help.py"
_PATHS: Final = {
    MAP_PAGE: "",
    STRUCTURE_PAGE: "structure",
    PROJECTS_PAGE: "projects",
    OPPORTUNITIES_PAGE: "opportunities",
    COMPARE_PAGE: COMPARE_PATH,
    EXPORT_PAGE: session.EXPORT_PATH,
    INDICATORS_PAGE: "indicators",
    DATA_PAGE: "data",
    ABOUT_PAGE: "about",
    HELP_PAGE: "help",
}


@dataclass(frozen=True)
class Desk:
    """Everything a page needs for one run. `mask` is (n,) over ``data.projects``."""

    data: Dataset
    words: Words
    state: DeskState
    mask: Mask

    @cached_property
    def wanted(self) -> list[Project]:
        """The projects that pass the filter, in the plan's order."""
        return [project for project, passed in zip(self.data.projects, self.mask, strict=True) if passed]

    @cached_property
    def passing(self) -> frozenset[str]:
        """The ids of the projects that pass the filter."""
        return frozenset(project.id for project in self.wanted)

    def passes(self, project: Project) -> bool:
        """Return whether a project passes the filter."""
        return bool(self.mask[self.data.row_of[project.id]])

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each compared project: its position on the shortlist, from 1."""
        return {each: i for i, each in enumerate(self.state.shortlist, 1) if each in self.state.compared}

    def mask_of(self, project_ids: Iterable[str]) -> Mask:
        """Return which of ``data.projects`` these are, as (n,)."""
        mask = np.zeros(len(self.data.projects), dtype=bool)
        mask[[self.data.row_of[each] for each in project_ids if each in self.data.row_of]] = True
        return mask

    @property
    def filter_in_words(self) -> str:
        """What the filter asks for in one line, empty where it asks for nothing."""
        return self.words("format.phrases").join(filter_in_words(self.data, self.words, self.state.filter))


AroundTheMap = Callable[[Desk, DeltaGenerator, DeltaGenerator], None]
"""Draws a page's filters and its panel, given the desk and the two places for them."""


def make_desk() -> Desk:
    """Return the desk of this run, taking the link's state on the session's first."""
    data = cache.dataset()
    session.start(data)
    state = session.current(data)
    return Desk(data, session.words(), state, data.index.mask(state.filter))


def navigation(words: Words) -> StreamlitPage:
    """Declare the app's pages and return the one asked for."""
    shown = [
        st.Page(page, title=words(f"page.{Path(page).stem}"), url_path=path, default=not path)
        for page, path in _PATHS.items()
    ]
    return st.navigation(shown, position="top")


def page_links() -> None:
    """Draw a link to each page, for screens too narrow for Streamlit's own row of them."""
    for page in _PATHS:
        st.page_link(page, width="content")


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


@dataclass(frozen=True)
class OnStage:
    """What a page shows with the map: what it draws around it, and whether the map goes from element to element.

    With `under_the_map` the panel is the page's main thing and wide; the map stands beside it, these things below.
    With `compared` the map shows the sites that are compared, numbered, and not those that pass the filter;
    with `sites` those projects alone. With `edited` it shows the pin of the project that is being edited, with
    `imports` the points of the file that is being imported.
    """

    around_the_map: AroundTheMap
    tour: bool = False
    under_the_map: Callable[[Desk], None] | None = None
    compared: bool = False
    sites: Callable[[Desk], Sequence[Project]] | None = None
    edited: bool = False
    imports: bool = False


def put_on_stage(
    around_the_map: AroundTheMap,
    *,
    tour: bool = False,
    under_the_map: Callable[[Desk], None] | None = None,
    compared: bool = False,
    sites: Callable[[Desk], Sequence[Project]] | None = None,
    edited: bool = False,
    imports: bool = False,
) -> None:
    """Hand over what a page draws around the map; the stage draws it, now and after each change of the filter."""
    desk()
    st.session_state[_ON_STAGE] = OnStage(around_the_map, tour, under_the_map, compared, sites, edited, imports)


def taken_for_stage() -> OnStage | None:
    """Return what this run's page shows with the map; nothing for a page without the map."""
    taken: OnStage | None = st.session_state.pop(_ON_STAGE, None)
    return taken
