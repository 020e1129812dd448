"""The one-file page: map, filters, list, table and details in one HTML file that asks nothing of any network."""

import base64
import html
import json
import re
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any, Final

from branca.element import Figure

from exports import webcards
from exports.request import ExportRequest, UnknownExtentError, wanted_projects
from exports.webfont import font_faces
from geo.load import Dataset
from geo.whole_file import write_whole
from layers.filter_panel import filter_values, layers_menu, panel_data
from layers.shape_grade import boundary_grade, graded
from layers.tiles import NO_TILES
from layers.webassets import LEAFLET
from layers.webmap import LAYERS, MAX_ZOOM, MIN_ZOOM, build_map, json_for_script, map_css, web_file
from layers.wording import currency_in_words, title_of
from layers.words import LANGUAGES, Words, words_in

_WEB: Final = Path(__file__).resolve().parent / "web"
_STATIC: Final = Path(__file__).resolve().parent.parent / "static"
POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
BOUNDARY_FILES: Final = frozenset({"boundary", "neighbours"})
METRE_DIGITS: Final = 5
SITE_MARGIN_DEG: Final = (0.009, 0.007)
WORD_PREFIXES: Final = ("webpage.", "detail.", "panel.", "list.", "phase.", "sector.", "grade.", "language.")
_GEOJSON = re.compile(r"(geo_json_\w+_add)\((\{.*\})\);")


def write_webpage(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write the page that `request` asks for to `path`.

    It begins with the request's filter, language, hidden layers and extent; the reader may change all of them.

    Raises
    ------
    UnknownExtentError : where the extent names an element or a site that does not exist or has no place
    """
    page = webpage_html(data, request)

    def write(temporary: Path) -> None:
        temporary.write_text(page, encoding="utf-8")

    write_whole(path, write)


def webpage_html(data: Dataset, request: ExportRequest) -> str:
    """Return the page as text; see ``write_webpage``."""
    shown = shown_data(data, request)
    figure = build_map(shown, language=request.language).get_root()
    assert isinstance(figure, Figure)
    figure.render()
    content = json_for_script(page_data(shown, request))
    map_script = _shared_geojson(figure.script.render())
    words = request.words
    return Template(_file("webpage.html")).substitute(
        lang=words.html_lang,
        title=html.escape(page_title(data, request, words)),
        policy=POLICY,
        icon=base64.b64encode((_STATIC / "icon.svg").read_bytes()).decode("ascii"),
        style=font_faces(content + map_script) + _unindented(_leaflet_css() + map_css() + _styles()),
        noscript=html.escape(" ".join(words_in(language)("webpage.noscript") for language in LANGUAGES)),
        map=figure.html.render(),
        leaflet=(_STATIC / LEAFLET / "leaflet.js").read_text(encoding="utf-8"),
        map_script=_unindented(map_script),
        data=content,
        script=_unindented(web_file("site_list.js") + _file("webpage.js")),
    )


def shown_data(data: Dataset, request: ExportRequest) -> Dataset:
    """Return the data that the page may hold: picked projects alone, no boundaries where the purpose forbids them."""
    if request.filter.only:
        data = replace(data, projects=tuple(wanted_projects(data, request)))
    if request.purpose.shows_boundary:
        return data
    base = {name: layer for name, layer in data.base.items() if name not in BOUNDARY_FILES}
    forbidden = {f"base/{name}.geojson" for name in BOUNDARY_FILES}
    sources = tuple(source for source in data.sources if not forbidden.issuperset(source.files))
    return replace(data, base=base, sources=sources)


def page_title(data: Dataset, request: ExportRequest, words: Words) -> str:
    """Return the request's title, else the map's name."""
    return request.title or title_of(words, data.district)


def page_data(data: Dataset, request: ExportRequest) -> dict[str, Any]:
    """Return all that ``exports/web/webpage.js`` shows, beside the map."""
    offered = [name for name in LAYERS if name != "boundary" or request.purpose.shows_boundary]
    return {
        "projects": [webcards.project_facts(data, project) for project in data.projects],
        "elements": [webcards.element_facts(data, placed.element) for placed in data.elements],
        "symbols": webcards.symbols(data.projects),
        "texts": {language: _texts(data, request, words_in(language), offered) for language in LANGUAGES},
        "codes": {facet: its.codes for facet, its in data.index.memberships.items()} | {"hide": offered},
        "zooms": [MIN_ZOOM, MAX_ZOOM],
        "withheld": sorted(set(LAYERS) - set(offered)),
        "start": {
            "language": request.language,
            "wanted": {
                **filter_values(request.filter),
                "hidden": sorted(request.hidden & set(offered)),
                "tiles": NO_TILES,
            },
            "bounds": start_bounds(data, request),
        },
    }


def start_bounds(data: Dataset, request: ExportRequest) -> list[list[float]] | None:
    """Return the extent as Leaflet's [[south, west], [north, east]] in degrees, None for the whole district."""
    extent = request.extent
    if extent.kind == "district":
        return None
    if extent.kind == "view" and extent.bounds:
        west, south, east, north = extent.bounds
    elif extent.kind == "element" and (placed := data.element(extent.id)):
        west, south, east, north = placed.geometry.bounds
    elif (project := data.project(extent.id)) and project.lon is not None and project.lat is not None:
        width, height = SITE_MARGIN_DEG
        west, south, east, north = project.lon - width, project.lat - height, project.lon + width, project.lat + height
    else:
        raise UnknownExtentError(f"{extent.kind} {extent.id}")
    return [[south, west], [north, east]]


def _texts(data: Dataset, request: ExportRequest, words: Words, offered: list[str]) -> dict[str, Any]:
    panel = panel_data(data, words)
    panel["menus"].append(layers_menu(data, words, offered))
    return {
        "lang": words.html_lang,
        "title": page_title(data, request, words),
        "notes": _notes(data, request, words),
        "panel": panel,
        "words": {key: text for key, text in words.catalogue.items() if key.startswith(WORD_PREFIXES)},
        "mentionPlaces": webcards.mention_places(data, words),
        "projects": [webcards.project_texts(data, words, project) for project in data.projects],
        "elements": [webcards.element_texts(data, words, placed.element) for placed in data.elements],
        "sources": [
            {part: getattr(source, part).in_language(words.language) for part in ("title", "source", "licence", "gaps")}
            for source in data.sources
        ],
    }


def _notes(data: Dataset, request: ExportRequest, words: Words) -> list[str]:
    """Return what every reader must see: for whom the map is, of when the plan and the file are."""
    return [
        purpose_line(data, request, words),
        currency_in_words(data, words, data.projects),
        words("webpage.made_on", date=words.date(request.made_on), version=data.version),
    ]


def purpose_line(data: Dataset, request: ExportRequest, words: Words) -> str:
    """Return whether the map is internal, its review number, or that it shows no boundary."""
    purpose = request.purpose
    if purpose.kind == "internal":
        return words(graded("webpage.internal", boundary_grade(data)))
    if purpose.shows_boundary:
        return words("webpage.review_number", number=purpose.review_number)
    return words("webpage.no_boundary")


def _file(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")


def _styles() -> str:
    shared = ("filters.css", "site_list.css", "cards.css")
    return "".join(web_file(name) for name in shared) + _file("webpage.css")


def _leaflet_css() -> str:
    """Return Leaflet's style sheet without its pictures, which the map does not use and the file does not hold."""
    css = (_STATIC / LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"background-image: url\(images/[^)]*\);", "", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def _unindented(code: str) -> str:
    return re.sub(r"\n\s+", "\n", code)


def _shared_geojson(script: str) -> str:
    """Return Folium's script with each GeoJSON written once, to a metre: roads and their casings are the same."""
    shared: dict[str, str] = {}

    def name_of(found: re.Match[str]) -> str:
        text = json_for_script(json.loads(found[2], parse_float=lambda number: round(float(number), METRE_DIGITS)))
        return f"{found[1]}({shared.setdefault(text, f'geoJson{len(shared)}')});"

    script = _GEOJSON.sub(name_of, script)
    return "".join(f"const {name} = {text};\n" for text, name in shared.items()) + script
