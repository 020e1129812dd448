"""The frame around every page: title, language, currency line and style."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import streamlit as st

from layers import style
from layers.webassets import fonts_by_language
from layers.webmap import web_file
from layers.wording import title_of
from layers.words import LANGUAGES
from ui import session
from ui.desk import Desk, page_links
from ui.login import login_button
from ui.tour import show_button

_WEB: Final = Path(__file__).resolve().parent / "web"
_CSS: Final = web_file("cards.css") + (_WEB / "shell.css").read_text(encoding="utf-8")

# Streamlit calls every page English.
_page_language = st.components.v2.component(
    "xigang_page_language", js="export default ({data}) => { document.documentElement.lang = data; }"
)


@st.fragment(run_every=timedelta(days=1))
def drawn_after_reconnecting() -> None:
    """Draw nothing. A tab with a timer has the app drawn anew when its connection was lost and is back.

    Without one, a tab whose server has gone stays as it was, and the server that takes its place ignores its clicks.
    """


@contextmanager
def loading() -> Iterator[None]:
    """Say that the app is being loaded until a session's first run is over; on a cold server that takes seconds."""
    place = st.empty()
    if session.is_new():
        place.caption(session.words()("app.loading"))
    try:
        yield
    finally:
        place.empty()


def header(desk: Desk) -> None:
    """Draw the links to the pages, the title, the plan's currency, the way to sign in and the language switch."""
    words, district = desk.words, desk.data.district
    st.html(f"<style>:root{{{style.css_variables()}}}{_CSS}{fonts_by_language()}</style>")
    with st.container(horizontal=True, gap="xxsmall", key="page-links"):
        page_links()
        _page_language(data=words.html_lang)
    with st.container(horizontal=True, vertical_alignment="center", key="shell-header"):
        st.markdown(f"### {title_of(words, district)}", width="content")
        st.caption(words("map.currency", month=words.month(district.plan.date)), width="stretch")
        show_button(words)
        login_button(words)
        st.segmented_control(
            words("app.language"),
            LANGUAGES,
            format_func=lambda code: words(f"language.{code}"),
            key=session.LANGUAGE,
            label_visibility="collapsed",
            required=True,
            persist_state="session",
        )
