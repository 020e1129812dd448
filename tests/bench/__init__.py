"""``make bench``: the app beside a plain streamlit-folium app, in one run, in Chromium."""
