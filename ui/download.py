"""The way to a file: made when somebody takes it, and told in the log, whichever page it is on."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from geo.audit_log import tell
from ui.login import address, author


def download_button(label: str, make: Callable[[], bytes | str], *, file_name: str, **how: Any) -> None:
    """Draw the button; `make` is called without a session, in a thread of its own."""
    st.download_button(label, told(make, file_name), file_name=file_name, on_click="ignore", **how)


def told(make: Callable[[], bytes | str], file_name: str) -> Callable[[], bytes]:
    """Return what makes the file and tells that it was taken, by whoever is signed in now."""
    who, where = author().name, address()

    def made() -> bytes:
        content = make()
        file = content.encode() if isinstance(content, str) else content
        tell("exported", author=who, address=where, file=file_name, bytes=len(file))
        return file

    return made
