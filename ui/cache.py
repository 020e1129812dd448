"""What is worked out once and kept: all of Streamlit's caches, keyed by the data's fingerprint."""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from geo.load import Dataset, fingerprint_of, load_dataset
from geo.nearby import Surroundings
from geo.structure import ElementFigures, figures_of
from layers.tiles import TileSource, offered_sources
from layers.webmap import map_html, site_rows
from layers.words import Words, words_in

DATA_DIR_VARIABLE = "XIGANG_DATA_DIR"
TIANDITU_KEY = "TIANDITU_KEY"
RowsOf = Callable[[Dataset, Words], dict[str, Any]]
_SHIPPED_DATA = Path(__file__).resolve().parent.parent / "data"


def data_dir() -> Path:
    """Return the data folder: the one named in the environment, else the shipped one."""
    return Path(os.environ.get(DATA_DIR_VARIABLE, _SHIPPED_DATA))


@st.cache_resource(show_spinner=False, max_entries=2)
def _dataset(folder: str, fingerprint: str) -> Dataset:
    return load_dataset(Path(folder))


@st.cache_data(show_spinner=False, ttl=2)
def _fingerprint(folder: str) -> str:
    return fingerprint_of(Path(folder))


def dataset() -> Dataset:
    """Return the district's data, read again only when a file has changed."""
    folder = str(data_dir())
    return _dataset(folder, _fingerprint(folder))


@st.cache_resource(show_spinner=False, max_entries=2)
def _surroundings(fingerprint: str, _data: Dataset) -> Surroundings:
    return Surroundings(_data)


def surroundings(data: Dataset) -> Surroundings:
    """Return the base map's named places, and which of them lie near a site."""
    return _surroundings(data.fingerprint, data)


@st.cache_resource(show_spinner=False, max_entries=2)
def _structure_figures(fingerprint: str, _data: Dataset) -> dict[str, ElementFigures]:
    return figures_of(_data.elements, crs=_data.district.metric_crs)


def structure_figures(data: Dataset) -> dict[str, ElementFigures]:
    """Return the size and the neighbours of every structure element by its id."""
    return _structure_figures(data.fingerprint, data)


@st.cache_resource(show_spinner=False, max_entries=8)
def _library_rows(fingerprint: str, language: str, name: str, _make: RowsOf, _data: Dataset) -> dict[str, Any]:
    return _make(_data, words_in(language))


def library_rows(data: Dataset, language: str, make: RowsOf) -> dict[str, Any]:
    """Return a table of the project library (``layers.library_rows``), made once a language."""
    return _library_rows(data.fingerprint, language, make.__name__, make, data)


@st.cache_resource(show_spinner=False, max_entries=2)
def _map_page(fingerprint: str, _data: Dataset) -> tuple[str, list[int]]:
    surroundings(_data)
    page = map_html(_data, language="zh"), site_rows(_data.projects)
    # What is loaded by now stays: frozen, it no longer costs each of Streamlit's collections some 100 ms.
    gc.collect()
    gc.freeze()
    return page


def map_page(data: Dataset) -> tuple[str, list[int]]:
    """Return the map's HTML and the projects' positions of its sites, in the map's order."""
    return _map_page(data.fingerprint, data)


@st.cache_resource(show_spinner=False)
def tile_sources() -> tuple[TileSource, ...]:
    """Return the online base maps that can be offered here; Tianditu needs the office's key."""
    key = os.environ.get(TIANDITU_KEY)
    if key is None and st.secrets.load_if_toml_exists():
        key = st.secrets.get(TIANDITU_KEY)
    return offered_sources(key)
