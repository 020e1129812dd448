"""The shortlist as it is seen everywhere: the button that collects a site, and the count beside the page's name."""

import streamlit as st

from geo.project import Project
from layers.words import Words
from ui import session
from ui.desk import COMPARE_PAGE, COMPARE_PATH, Desk
from ui.link import MAX_SHORTLIST

_COUNT = (
    '<style>:is([data-testid="stTopNav"], .st-key-page-links) a[href$="{path}"]::after'
    ' {{ content: "{n}"; color: var(--title); font-weight: 700; }}</style>'
)
_STAR = ":material/star:"


def shortlist_count(desk: Desk) -> None:
    """Write how many sites are collected beside every link to the comparison; with none, nothing."""
    if n := len(desk.state.shortlist):
        st.html(_COUNT.format(path=COMPARE_PATH, n=n))


def collect(words: Words, project_ids: list[str]) -> None:
    """Collect projects, or say that the shortlist is full."""
    if not session.collect(project_ids):
        st.toast(words("compare.full", n=MAX_SHORTLIST))


def collect_button(desk: Desk, project: Project) -> None:
    """Draw the button that puts the project on the shortlist or takes it off, and the way to the comparison."""
    words, collected = desk.words, project.id in desk.state.shortlist
    if collected:
        st.button(words("compare.collected"), key="collect", type="primary", icon=_STAR,
                  on_click=session.drop_from_shortlist, args=(project.id,))  # fmt: skip
        st.page_link(COMPARE_PAGE, label=words("compare.to_page", n=len(desk.state.shortlist)))
    else:
        st.button(words("compare.collect"), key="collect", icon=_STAR, on_click=collect, args=(words, [project.id]))
