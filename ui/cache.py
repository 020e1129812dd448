"""What is worked out once and kept: all of Streamlit's caches, keyed by the data's fingerprint."""

import gc
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from shapely.geometry.base import BaseGeometry

from geo.check import layer_in_metres
from geo.load import Dataset, fingerprint_of
from geo.nearby import Surroundings
from geo.state_dir import data_dir
from geo.store.current import RecordOfFiles
from geo.store.database import database_url
from geo.store.review import Period, Review, review
from geo.store.store import Store
from geo.structure import ElementFigures, figures_of
from layers.webmap import map_html, site_data
from layers.words import Words, words_in

RowsOf = Callable[[Dataset, Words], dict[str, Any]]


@st.cache_resource(show_spinner=False, max_entries=2)
def _files(folder: str, fingerprint: str, url: str) -> RecordOfFiles:
    return RecordOfFiles(Path(folder), url)


@st.cache_data(show_spinner=False, ttl=2)
def _fingerprint(folder: str) -> str:
    return fingerprint_of(Path(folder))


def record() -> RecordOfFiles:
    """Return the record of the district's projects, and the files it goes with; read again as a file changes."""
    folder = str(data_dir())
    return _files(folder, _fingerprint(folder), database_url())


def dataset() -> Dataset:
    """Return the district's data, its projects as the record has them now."""
    return record().dataset()


@st.cache_resource(show_spinner=False, max_entries=2)
def _surroundings(fingerprint: str, _data: Dataset) -> Surroundings:
    return Surroundings(_data)


def surroundings(data: Dataset) -> Surroundings:
    """Return the base map's named places, and which of them lie near a site."""
    return _surroundings(data.fingerprint, data)


@st.cache_resource(show_spinner=False, max_entries=8)
def _changes(url: str, fingerprint: str, period: Period, project_id: str | None, _store: Store) -> Review:
    return review(_store, period, project_id=project_id)


def changes(data: Dataset, period: Period, project_id: str | None) -> Review:
    """Return what was changed in a period, to one project if `project_id` is given; nothing without a record."""
    store = record().store
    return _changes(database_url(), data.fingerprint, period, project_id, store) if store else Review()


@st.cache_resource(show_spinner=False, max_entries=2)
def _outline(base_fingerprint: str, _data: Dataset) -> BaseGeometry | None:
    return layer_in_metres(_data, "boundary", kind="outline")


def outline(data: Dataset) -> BaseGeometry | None:
    """Return the district's outline in its metric system, None where the data has none."""
    return _outline(data.base_fingerprint, data)


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


@dataclass(frozen=True)
class MapPage:
    """The map's HTML, what marks it, and the version of the sites that it was made with."""

    html: str
    mark: str
    sites_version: str


@st.cache_resource(show_spinner=False, max_entries=2)
def _map_page(base_fingerprint: str, _data: Dataset) -> MapPage:
    surroundings(_data)
    html = map_html(_data, language="zh")
    page = MapPage(html, hashlib.sha256(html.encode()).hexdigest()[:16], map_sites(_data)["sitesVersion"])
    # What is loaded by now stays: frozen, it no longer costs each of Streamlit's collections some 100 ms.
    gc.collect()
    gc.freeze()
    return page


def map_page(data: Dataset) -> MapPage:
    """Return the map's page. It stays when a project changes; the map takes the sites anew (``map_sites``)."""
    return _map_page(data.base_fingerprint, data)


@st.cache_resource(show_spinner=False, max_entries=2)
def _map_sites(fingerprint: str, _data: Dataset) -> dict[str, Any]:
    return site_data(_data)


def map_sites(data: Dataset) -> dict[str, Any]:
    """Return the map's sites as they are now, with their version (``layers.webmap.site_data``)."""
    return _map_sites(data.fingerprint, data)
