"""The base maps that can be chosen here; apart from the other caches, so that a server can ask as it starts."""

import streamlit as st

from geo.settings import VARIABLES, settings
from layers.tiles import TileSource, offered_sources


@st.cache_resource(show_spinner=False)
def tile_sources() -> tuple[TileSource, ...]:
    """Return the base maps that can be offered here; Tianditu needs the office's key."""
    read = settings()
    key = read.tianditu_key
    if key is None and st.secrets.load_if_toml_exists():
        key = st.secrets.get(VARIABLES["tianditu_key"])
    return offered_sources(key, read.tiles, public=read.public_tiles)
