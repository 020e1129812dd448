"""The peer: the same data as most apps would show it, a new Folium map in ``st_folium`` at each filter change."""

import folium
import streamlit as st
from shapely.geometry import mapping
from streamlit_folium import st_folium

from geo.load import load_dataset
from geo.state_dir import data_dir
from geo.vocabulary import Phase
from layers import style
from layers.words import words_in

st.set_page_config(layout="wide")


class BundledMap(folium.Map):
    """Takes Leaflet from an address that the bench answers from static/, so that no outside host is asked."""

    default_js = (("leaflet", "/leaflet-bundle/leaflet.js"),)
    default_css = (("leaflet_css", "/leaflet-bundle/leaflet.css"),)


@st.cache_resource
def dataset():
    return load_dataset(data_dir())


data, words = dataset(), words_in("zh")
phases = st.pills("phase", list(Phase), selection_mode="multi", format_func=lambda p: words(f"phase.{p}"), key="phase")
wanted = [p for p in data.projects if p.placed and (not phases or p.phase in phases)]

plan_map = BundledMap([38.907, 121.615], zoom_start=13, tiles=None, prefer_canvas=True)
for name in ("land", "boundary", "neighbours", "roads"):
    folium.GeoJson(data.base[name], name=name, style_function=lambda _: {"weight": 1, "color": "#999"}).add_to(plan_map)
for name in ("metro", "landmarks"):
    folium.GeoJson(data.base[name], name=name, marker=folium.Circle(radius=20)).add_to(plan_map)
elements = [{"type": "Feature", "properties": {}, "geometry": mapping(e.geometry)} for e in data.elements]
folium.GeoJson({"type": "FeatureCollection", "features": elements}, style_function=lambda _: {"weight": 2}).add_to(
    plan_map
)
for project in wanted:
    folium.CircleMarker(
        [project.lat, project.lon],
        radius=7,
        color=style.SECTORS[project.sector].outline,
        fill=True,
        tooltip=project.name,
    ).add_to(plan_map)
left, right = st.columns([2, 1])
with left:
    shown = st_folium(plan_map, key="map", height=700, returned_objects=["last_object_clicked_tooltip"])
with right, st.container(key="stage-panel"):
    picked = (shown or {}).get("last_object_clicked_tooltip")
    for project in data.projects:
        if picked and project.name == picked.strip():
            st.write(f"## {project.name}", project.summary.zh, project.location.basis.zh)
