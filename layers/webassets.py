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
FONT_FACES: Final = tuple(
    (f"Noto Sans {script}", weight, f"{STATIC_URL}/fonts/noto-sans-{script.lower()}-2.004-{weight}.woff2")
    for script in ("SC", "JP", "KR")
    for weight in (400, 700)
)
"""Family, weight and file; a browser fetches those alone that a text needs."""
FONT_STACK: Final = "'Noto Sans SC', 'Noto Sans KR', 'Microsoft YaHei', 'PingFang SC', sans-serif"
STACKS_OF_LANGUAGE: Final = {
    "ja": "'Noto Sans JP', 'Yu Gothic', 'Hiragino Sans', 'Noto Sans SC', 'Noto Sans KR', sans-serif",
    **dict.fromkeys(("en", "ko", "ru"), "'Noto Sans KR', 'Malgun Gothic', 'Noto Sans SC', sans-serif"),
}
"""Where the form of a hanzi or the width of a mark (… · “ ”) differs from the Chinese."""


def fonts_by_language() -> str:
    """Return the rules that give each text the font of its language; the symbols of Streamlit's buttons keep theirs."""
    return "".join(
        f':lang({language}):not([data-testid*="Icon"]){{--font:{stack};font-family:{stack}}}'
        for language, stack in STACKS_OF_LANGUAGE.items()
    )
