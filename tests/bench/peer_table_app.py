"""The peer of the other pages: a plain Streamlit table with a Folium map rebuilt at each change."""

from pathlib import Path

import folium
import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.load import load_dataset
from geo.vocabulary import Phase
from layers.words import words_in

ROOT = Path(__file__).resolve().parents[2]
st.set_page_config(layout="wide")


class BundledMap(folium.Map):
    """Takes Leaflet from an address that the bench answers from static/, so that no outside host is asked."""

    default_js = (("leaflet", "/leaflet-bundle/leaflet.js"),)
    default_css = (("leaflet_css", "/leaflet-bundle/leaflet.css"),)


@st.cache_resource
def dataset():
    return load_dataset(ROOT / "data")


data, words = dataset(), words_in("zh")
phases = st.pills("phase", list(Phase), selection_mode="multi", format_func=lambda p: words(f"phase.{p}"), key="phase")
wanted = [p for p in data.projects if not phases or p.phase in phases]
rows = [{"name": p.name, "phase": words(f"phase.{p.phase}"), "sector": words(f"sector.{p.sector}")} for p in wanted]
left, right = st.columns(2)
with left:
    st.dataframe(pd.DataFrame(rows), height=600)
    st.markdown(f"**{len(wanted)}**")
with right:
    plan_map = BundledMap([38.907, 121.615], zoom_start=13, tiles=None, prefer_canvas=True)
    for name in ("land", "boundary", "roads"):
        folium.GeoJson(data.base[name], style_function=lambda _: {"weight": 1}).add_to(plan_map)
    for project in wanted:
        if project.placed:
            folium.CircleMarker([project.lat, project.lon], radius=7, tooltip=project.name).add_to(plan_map)
    st_folium(plan_map, key="map", height=600, returned_objects=[])
