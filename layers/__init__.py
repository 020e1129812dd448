"""Data to map layers: style, words, legend and the one Folium map. No Streamlit."""
