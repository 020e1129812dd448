"""How the opportunities are shown, how many there are, and the way to take them along on one page."""

import streamlit as st

from exports.formats import FORMATS, file_name
from exports.request import ExportRequest
from layers.opportunity_wording import ORDERS, REACHES, count_in_words
from ui import session
from ui.desk import Desk
from ui.download import download_button
from ui.export_form import Asked
from ui.export_result import content_of
from ui.opportunity_cards import shown_opportunities
from ui.text import plain

TAKEN_ALONG = ("opportunities", "opportunities_xlsx")


def opportunity_choices(desk: Desk) -> None:
    """Draw the order, the reach, the count and the downloads."""
    words, shown = desk.words, shown_opportunities(desk)
    with st.container(horizontal=True, gap="small", key="opportunity-choices"):
        _choice(
            session.ORDER, words("opportunity.order"), {code: words(f"opportunity.order_{code}") for code in ORDERS}
        )
        _choice(
            session.REACH, words("opportunity.reach"), {code: words(f"opportunity.reach_{code}") for code in REACHES}
        )
        for code in TAKEN_ALONG if shown else ():
            _download(desk, code)
    st.caption(plain(count_in_words(words, shown)))


def _choice(key: str, label: str, names: dict[str, str]) -> None:
    st.segmented_control(
        label,
        list(names),
        format_func=names.__getitem__,
        key=key,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )


def _download(desk: Desk, code: str) -> None:
    words, state = desk.words, desk.state
    request = ExportRequest(filter=state.filter, language=words.language, open_only=state.reach != REACHES[0])
    download_button(
        words(f"export.format_{code}"),
        content_of(desk.data, Asked(code, request)),
        file_name=file_name(desk.data, request, code),
        mime=FORMATS[code].mime,
        icon=":material/download:",
        key=f"take_{code}",
    )
