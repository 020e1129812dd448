"""A button that opens a file of the reader's: the browser reads it and sends its text, unless it is too large."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

_WEB: Final = Path(__file__).resolve().parent / "web"

_button = st.components.v2.component(
    "xigang_file_button",
    html='<label class="file-button"><input type="file"><span></span></label>',
    css=(_WEB / "file_button.css").read_text(encoding="utf-8"),
    js=(_WEB / "file_button.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def file_button(
    key: str, label: str, *, suffixes: str, most_bytes: int, take: Callable[[str, str | None], None]
) -> None:
    """Draw the button; `take` gets the file's name and its text, None where it has more than `most_bytes`."""

    def _take() -> None:
        chosen = st.session_state[key].chosen
        if chosen:
            text = chosen.get("text")
            take(str(chosen.get("name", ""))[:80], None if text is None else str(text))

    _button(key=key, data={"label": label, "accept": suffixes, "most": most_bytes}, on_chosen_change=_take)
