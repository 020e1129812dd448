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
HANGUL_RANGES: Final = "U+3131-318E,U+AC00-D7A3"
FONT_FACES: Final = tuple(
    (weight, f"{STATIC_URL}/fonts/noto-sans-{script}-2.004-{weight}.woff2", ranges)
    for script, ranges in (("sc", None), ("kr", HANGUL_RANGES))
    for weight in (400, 700)
)
"""Weight, file and the characters that alone are taken from it; the Korean files are fetched where there is Hangul."""
