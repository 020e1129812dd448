"""Data and style to files: maps for print, decks, one-file web pages and data files. No Streamlit."""
