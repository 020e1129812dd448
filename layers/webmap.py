"""The one Folium map: every feature drawn once, steered afterwards by state messages."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any, Final, cast

import folium
from branca.element import Element as HtmlElement
from branca.element import Figure, MacroElement
from folium.template import Template
from shapely import maximum_inscribed_circle
from shapely.geometry import LineString, MultiLineString, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from geo.layout import Element
from geo.load import Dataset, PlacedElement
from geo.names import by_language
from geo.project import Project
from geo.vocabulary import Sector, Stage
from layers import style
from layers.basemap import base_labels, base_layers, lat_lon
from layers.filter_panel import engine_data
from layers.legend import legend_sections
from layers.shape_grade import element_grade, element_style, graded, group_colour
from layers.symbols import SHAPES
from layers.webassets import (
    FONT_FACES,
    FONT_STACK,
    GEOMAN,
    LEAFLET_CSS,
    LEAFLET_JS,
    STACKS_OF_LANGUAGE,
    fonts_by_language,
)
from layers.wording import credit_in_words, layer_names
from layers.words import LANGUAGES, words_in

WEB_DIR: Final = Path(__file__).resolve().parent / "web"
SCRIPTS: Final = ("canvas", "labels", "filters", "drawing", "pin", "sketch", "tiles", "sites", "bridge")
LAYERS: Final = ("structure", "sites", "labels", "roads", "metro", "landmarks", "boundary")
MIN_ZOOM, MAX_ZOOM = 11, 18
SITE_LABEL_ZOOM, ACCURACY_ZOOM = 14.5, 15
WORD_PREFIXES: Final = (
    "map.", "legend.", "layer.", "sector.", "stage.", "grade.", "measure.metres", "measure.kilometres",
)  # fmt: skip


class OfflineMap(folium.Map):
    """A Folium map that takes Leaflet from the app's own static files and nothing from anywhere else."""

    default_js = LEAFLET_JS
    default_css = LEAFLET_CSS


class Bridge(MacroElement):
    """Hands the data to ``planMapBridge`` and publishes it as ``window.planMap``."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        {{ this.code }}
        window.planMap = planMapBridge({{ this._parent.get_name() }}, {
            structure: {{ this.structure }},
            ground: [{{ this.ground | join(", ") }}],
            byName: { {% for name, layers in this.by_name.items() %}
                {{ name | tojson }}: [{{ layers | join(", ") }}],{% endfor %} }
        }, {{ this.data }});
        {% endmacro %}
    """)

    def __init__(
        self,
        structure: folium.GeoJson,
        ground: Sequence[folium.GeoJson],
        by_name: dict[str, list[folium.GeoJson]],
        data: dict[str, Any],
    ) -> None:
        super().__init__()
        self._name = "Bridge"
        self.code = "\n".join(web_file(f"{part}.js") for part in SCRIPTS)
        self.structure = structure.get_name()
        self.ground = [layer.get_name() for layer in ground]
        self.by_name = {name: [layer.get_name() for layer in layers] for name, layers in by_name.items()}
        self.data = json_for_script(data)


def json_for_script(value: Any) -> str:
    """Return JSON that is safe inside a ``<script>``: no tag can be opened or closed in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def site_rows(projects: Sequence[Project]) -> list[int]:
    """Return the positions in `projects` of those with a point, in drawing order (best known last, so on top)."""
    rank = {grade: i for i, grade in enumerate(("area", "street", "near", "exact"))}
    placed = [row for row, project in enumerate(projects) if project.placed]
    return sorted(placed, key=lambda row: rank[projects[row].location.grade])


def site_data(dataset: Dataset) -> dict[str, Any]:
    """Return all that the map knows of the projects, for its page or for ``planMap.replaceSites``."""
    rows = site_rows(dataset.projects)
    return {
        "sites": _site_columns(dataset.projects[row] for row in rows),
        "rows": rows,
        "engine": engine_data(dataset.index),
        "sitesVersion": dataset.fingerprint,
    }


def _site_columns(projects: Iterable[Project]) -> dict[str, Any]:
    rows = list(projects)
    parcels = {p.id: _lat_lon_parts(p.parcel.geometry) for p in rows if p.parcel}
    added = [p.id for p in rows if p.added]
    return {
        "id": [p.id for p in rows],
        "lon": [p.lon for p in rows],
        "lat": [p.lat for p in rows],
        "sector": [p.sector.value for p in rows],
        "stage": [p.stage.value for p in rows],
        "grade": [p.location.grade.value for p in rows],
        "filled": [int(p.location.grade in style.FILLED_GRADES) for p in rows],
        "element": [p.element for p in rows],
        "accuracy": [p.location.accuracy_m for p in rows],
        "names": {language: [p.name_in(language) for p in rows] for language in LANGUAGES},
        **({"parcels": parcels} if parcels else {}),
        **({"added": added} if added else {}),
    }


def _lat_lon_parts(geometry: dict[str, Any]) -> list[Any]:
    """Return a parcel's polygons as Leaflet takes them: rings of latitude and longitude."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[lat_lon(ring) for ring in rings] for rings in parts]


def _longest_line(geometry: BaseGeometry) -> LineString:
    merged = linemerge(geometry) if isinstance(geometry, MultiLineString) else geometry
    return max(getattr(merged, "geoms", [merged]), key=lambda line: line.length)


def _element_record(placed: PlacedElement, colour: str) -> dict[str, Any]:
    element = placed.element
    record: dict[str, Any] = {
        "names": by_language(element.name, element.names),
        "label": style.shade(colour, 0.8),
        "schematic": element.schematic,
        "note": graded("map.schematic", element_grade(element)),
    }
    if element.kind == "line":
        record["line"] = lat_lon(_longest_line(placed.geometry).coords)
    else:
        record["at"] = lat_lon([maximum_inscribed_circle(placed.geometry).coords[0]])[0]
    return record


def _structure_options(dataset: Dataset, element: Element) -> dict[str, Any]:
    looks = element_style(dataset, element)
    return {
        "color": looks.colour,
        "weight": looks.width,
        "dashArray": ",".join(f"{d:g}" for d in looks.dash) or None,
        "lineCap": "butt",
        "fill": looks.fill_opacity > 0,
        "fillColor": looks.colour,
        "fillOpacity": looks.fill_opacity,
        "hatch": looks.colour if looks.hatch else None,
        "hatchOpacity": 0.32,
        "arrowEnds": looks.arrow_ends,
    }


def _structure_layer(dataset: Dataset) -> folium.GeoJson:
    features = [
        {
            "type": "Feature",
            "id": placed.element.id,
            "properties": {"kind": placed.element.kind, "drawn": _structure_options(dataset, placed.element)},
            "geometry": mapping(placed.geometry),
        }
        for placed in sorted(dataset.elements, key=lambda p: (p.element.kind == "line", -p.geometry.area))
    ]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name="structure",
        style_function=lambda feature: feature["properties"]["drawn"],
    )


def _style_for_bridge() -> dict[str, Any]:
    return {
        "font": FONT_STACK,
        "fonts": STACKS_OF_LANGUAGE,
        "halo": style.HALO,
        "text": style.TEXT,
        "ground": "#FFFFFF",
        "selection": style.SELECTION,
        "radius": style.SITE_RADIUS_PX,
        "presentScale": style.PRESENT_SCALE,
        "fillOpacity": style.FILL_OPACITY,
        "parcel": {"width": style.PARCEL_WIDTH_PX, "fillOpacity": style.PARCEL_FILL_OPACITY},
        "faded": style.FADED_OPACITY,
        "sketch": {"before": style.SKETCH_BEFORE, "after": style.SKETCH_AFTER},
        "stackPoints": SHAPES["circle"],
        "siteLabelZoom": SITE_LABEL_ZOOM,
        "accuracyZoom": ACCURACY_ZOOM,
        "sectors": {
            sector.value: {"colour": looks.colour, "outline": looks.outline, "points": SHAPES[looks.shape]}
            for sector, looks in ((sector, style.SECTORS[sector]) for sector in Sector)
        },
        "stages": {
            stage.value: {"width": looks.width, "dash": looks.dash, "colour": looks.colour}
            for stage, looks in ((stage, style.STAGES[stage]) for stage in Stage)
        },
    }


def _words_for_bridge(dataset: Dataset) -> dict[str, dict[str, str]]:
    chosen = {}
    for language in LANGUAGES:
        words = words_in(language)
        texts = {key: text for key, text in words.catalogue.items() if key.startswith(WORD_PREFIXES)}
        texts["map.currency"] = words("map.currency", month=words.month(dataset.district.plan.date))
        texts["map.credit"] = escape(credit_in_words(dataset, words))
        texts |= layer_names(dataset, words)
        chosen[language] = texts
    return chosen


def _bounds(dataset: Dataset) -> list[list[float]]:
    outline = dataset.base.get("boundary", {}).get("features") or []
    geometries = [shape(f["geometry"]) for f in outline] or [placed.geometry for placed in dataset.elements]
    if not geometries:
        lon, lat = dataset.district.centre
        return [[lat - 0.05, lon - 0.05], [lat + 0.05, lon + 0.05]]
    west, south, east, north = zip(*(g.bounds for g in geometries), strict=True)
    return [[min(south), min(west)], [max(north), max(east)]]


def _add_panes(folium_map: folium.Map) -> None:
    for name, z_index in (("tiles", 150), ("ground", 200), ("roads", 250), ("boundary", 280), ("dots", 300)):
        folium.map.CustomPane(name, z_index=z_index, pointer_events=False).add_to(folium_map)
    folium.map.CustomPane("labels", z_index=620, pointer_events=False).add_to(folium_map)


def map_css() -> str:
    """Return the style sheet of the map itself, fit for any page that holds the map."""
    return f":root{{{style.css_variables()}--font:{FONT_STACK}}}{fonts_by_language()}" + web_file("map.css")


def web_file(name: str) -> str:
    """Return the text of a script or style sheet of ``layers/web``."""
    return (WEB_DIR / name).read_text(encoding="utf-8")


def _add_head(folium_map: folium.Map) -> None:
    faces = "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;src:url("{url}")}}'
        for family, weight, url in FONT_FACES
    )
    figure = cast(Figure, folium_map.get_root())
    head = HtmlElement(f"<style>{faces}{map_css()}{web_file('map_page.css')}</style>")
    figure.header.add_child(head, name="map_css")


def build_map(dataset: Dataset, *, language: str, drawing: bool = False) -> folium.Map:
    """Return the district's map: base, structure and every placed project, all hidden or shown by state messages.

    Parameters
    ----------
    dataset : Dataset, coordinates in EPSG:4326
    language : str, the language it starts in; the words of all languages travel with it
    drawing : bool, whether it has tools to measure and to draw, which need a server to answer

    Returns
    -------
    folium.Map without tiles, whose page defines ``window.planMap`` (see ``layers/web/bridge.js``)
    """
    lon, lat = dataset.district.centre
    folium_map = OfflineMap(
        [lat, lon],
        zoom_start=13,
        tiles=None,
        prefer_canvas=True,
        min_zoom=MIN_ZOOM,
        max_zoom=MAX_ZOOM,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        track_resize=False,
    )
    _add_panes(folium_map)
    base = base_layers(dataset.base)
    structure = _structure_layer(dataset)
    for layer in (*base.ground, *chain.from_iterable(base.by_name.values()), structure):
        layer.add_to(folium_map)
    bridge = Bridge(
        structure,
        ground=base.ground,
        by_name={**base.by_name, "structure": [structure]},
        data={
            **site_data(dataset),
            "elements": {
                placed.element.id: _element_record(placed, group_colour(dataset, placed.element.group))
                for placed in dataset.elements
            },
            "labels": base_labels(dataset.base),
            "legend": legend_sections(dataset),
            "style": _style_for_bridge(),
            "words": _words_for_bridge(dataset),
            "htmlLang": {code: words_in(code).html_lang for code in LANGUAGES},
            "bounds": _bounds(dataset),
            "language": language,
            "drawing": {"assets": GEOMAN, "colour": style.DRAWING} if drawing else None,
        },
    )
    bridge.add_to(folium_map)
    return folium_map


def map_html(dataset: Dataset, *, language: str) -> str:
    """Return the page of ``build_map`` as HTML, for a frame that holds nothing else."""
    folium_map = build_map(dataset, language=language, drawing=True)
    _add_head(folium_map)
    return str(folium_map.get_root().render())
