"""The vendored web files that a map page needs, with their version in the path."""

from typing import Final

STATIC_URL: Final = "app/static"
LEAFLET: Final = "leaflet-1.9.4"
LEAFLET_JS: Final = [("leaflet", f"{STATIC_URL}/{LEAFLET}/leaflet.js")]
LEAFLET_CSS: Final = [("leaflet_css", f"{STATIC_URL}/{LEAFLET}/leaflet.css")]
