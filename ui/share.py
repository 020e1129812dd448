"""A link to send: written out, to be copied, and as a QR code; made from the address that the browser shows."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from layers.link_code import qr_svg
from layers.words import Words

_WEB: Final = Path(__file__).resolve().parent / "web"
_THIS_COMPUTER: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_link = st.components.v2.component(
    "xigang_share_link",
    html='<div class="share"><figure></figure><div><label><span></span><input readonly></label>'
    '<button type="button"></button> <span role="status"></span></div></div>',
    css=(_WEB / "share_link.css").read_text(encoding="utf-8"),
    js=(_WEB / "share_link.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def is_this_computer(url: str) -> bool:
    """Return whether an address leads only to the computer it is opened on."""
    return urlsplit(url).hostname in _THIS_COMPUTER


def share_link(words: Words, query: str) -> None:
    """Draw the link to this page with `query`, its QR code, and where it opens."""
    address = str(st.context.url or "")
    link = f"{address}?{query}"
    code = qr_svg(link)
    texts = {part: words(f"share.{part}") for part in ("link", "copy", "copied", "refused", "alt")}
    _link(key="share_link", data={"address": link, "code": code, **texts})
    if code is None:
        st.caption(words("share.too_long"))
    st.caption(words("share.this_computer" if is_this_computer(address) else "share.reach"))
