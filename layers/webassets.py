"""The vendored web files that a map page needs, with their version in the path."""

from typing import Final

STATIC_URL: Final = "app/static"
LEAFLET: Final = "leaflet-1.9.4"
LEAFLET_JS: Final = [("leaflet", f"{STATIC_URL}/{LEAFLET}/leaflet.js")]
LEAFLET_CSS: Final = [("leaflet_css", f"{STATIC_URL}/{LEAFLET}/leaflet.css")]
GEOMAN_DIR: Final = "geoman-2.20.2"
GEOMAN: Final = {
    "script": f"{STATIC_URL}/{GEOMAN_DIR}/leaflet-geoman.min.js",
    "css": f"{STATIC_URL}/{GEOMAN_DIR}/leaflet-geoman.css",
}
FONT_FACES: Final = {
    400: f"{STATIC_URL}/fonts/noto-sans-sc-2.004-400.woff2",
    700: f"{STATIC_URL}/fonts/noto-sans-sc-2.004-700.woff2",
}
