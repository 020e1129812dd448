"""The vendored web files that a map page needs, with their version in the path."""

from typing import Final

STATIC_URL: Final = "app/static"
LEAFLET: Final = "leaflet-1.9.4"
LEAFLET_JS: Final = [("leaflet", f"{STATIC_URL}/{LEAFLET}/leaflet.js")]
LEAFLET_CSS: Final = [("leaflet_css", f"{STATIC_URL}/{LEAFLET}/leaflet.css")]
FONT_FACES: Final = {
    400: f"{STATIC_URL}/fonts/noto-sans-sc-2.004-400.woff2",
    700: f"{STATIC_URL}/fonts/noto-sans-sc-2.004-700.woff2",
}
