"""What every response tells the browser to refuse."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layers.tiles import TileSource

_INLINE: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ORIGIN: Final = re.compile(r"https?://[^/?{]*(?:\{s\})?[^/?{]*")
# The app asks for none of these; the clipboard and the full screen are its own to use.
_NEVER: Final = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
                 "midi", "payment", "usb")  # fmt: skip
_SELF: Final = ("clipboard-write", "fullscreen")


def _hashes_of_inline_scripts() -> list[str]:
    """Return the hashes of the scripts in Streamlit's page: no others may stand in a page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def origins_of(sources: Iterable[TileSource]) -> list[str]:
    """Return the servers that the sources fetch pictures from; what the app serves itself is none of them."""
    return sorted(
        {
            origin.group().replace("{s}", subdomain)
            for source in sources
            for url in source.urls
            if (origin := _ORIGIN.match(url))
            for subdomain in source.subdomains
        }
    )


def policy(frame_ancestors: Iterable[str], tiles: Iterable[TileSource]) -> str:
    """Return the content security policy.

    Scripts come from files of the app, or as ``blob:`` from such a script: so Streamlit starts components and the map's
    page its own. Styles are written into the page by Streamlit as it goes.
    """
    sources = {
        "default-src": ["'none'"],
        "script-src": ["'self'", "blob:", *_hashes_of_inline_scripts()],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", *origins_of(tiles)],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": [f"'{each}'" if each in ("self", "none") else each for each in frame_ancestors],
    }
    return "; ".join(f"{directive} {' '.join(allowed)}" for directive, allowed in sources.items())


class Headers:
    """Puts the headers on every response of `app`; `csp` is asked for the policy at the first."""

    def __init__(self, app: ASGIApp, *, csp: Callable[[], str]) -> None:
        self._app, self._csp = app, csp

    @cached_property
    def _headers(self) -> dict[str, str]:
        return {
            "Content-Security-Policy": self._csp(),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": ", ".join([*(f"{it}=()" for it in _NEVER), *(f"{it}=(self)" for it in _SELF)]),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
