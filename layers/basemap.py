"""The base map: land, roads, boundary, stations and landmarks as quiet Folium layers, and their labels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
from shapely.geometry import shape

from geo.load import FeatureCollection
from layers import style

Options = Callable[[dict[str, Any]], dict[str, Any]]
EMPTY: FeatureCollection = {"type": "FeatureCollection", "features": []}


@dataclass(frozen=True)
class BaseLayers:
    """The base map's layers: `ground` gives way to online tiles, `by_name` are switched by the reader."""

    ground: list[folium.GeoJson]
    by_name: dict[str, list[folium.GeoJson]]


def base_layers(base: Mapping[str, FeatureCollection]) -> BaseLayers:
    """Return the base map's layers, a missing file giving an empty one.

    Parameters
    ----------
    base : mapping of layer name to GeoJSON FeatureCollection, EPSG:4326
    """
    land, boundary, roads = (base.get(name, EMPTY) for name in ("land", "boundary", "roads"))
    outline = _of_kind(boundary, "outline")
    return BaseLayers(
        ground=[
            _layer(land, "land", "ground", _fill(style.LAND)),
            _layer(_of_kind(boundary, "land"), "district", "ground", _fill(style.DISTRICT)),
        ],
        by_name={
            "boundary": [
                _layer(outline, "band", "boundary", _line(style.BOUNDARY_BAND, 5, opacity=0.8)),
                _layer(outline, "boundary", "boundary", _line(style.BOUNDARY, 1.4, dash="9,3,2,3")),
                _layer(
                    base.get("neighbours", EMPTY),
                    "neighbours",
                    "boundary",
                    _line(style.BOUNDARY, 0.8, dash="6,3,1,3", opacity=0.35),
                ),
            ],
            "roads": [
                _layer(roads, "casing", "roads", _road_options(casing=True)),
                _layer(roads, "roads", "roads", _road_options(casing=False)),
            ],
            "landmarks": [_dots(base.get("landmarks", EMPTY), "landmarks", style.LANDMARK, 2.4)],
            "metro": [_dots(base.get("metro", EMPTY), "metro", style.METRO, 3.6)],
        },
    )


def lat_lon(coordinates: Iterable[Sequence[float]]) -> list[list[float]]:
    """Turn lon, lat positions (EPSG:4326) into Leaflet's [lat, lon] pairs."""
    return [[round(lat, 6), round(lon, 6)] for lon, lat, *_ in coordinates]


def _of_kind(collection: FeatureCollection, kind: str) -> FeatureCollection:
    features = [feature for feature in collection["features"] if feature["properties"].get("kind") == kind]
    return {"type": "FeatureCollection", "features": features}


def _layer(collection: FeatureCollection, name: str, pane: str, options: Options) -> folium.GeoJson:
    features = [
        {**feature, "id": str(i), "properties": {"class": feature["properties"].get("class")}}
        for i, feature in enumerate(collection["features"])
    ]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=name,
        style_function=options,
        pane=pane,
        interactive=False,
    )


def _fill(colour: str) -> Options:
    return lambda _: {"fillColor": colour, "fillOpacity": 1, "color": colour, "weight": 0.8, "opacity": 1}


def _line(colour: str, width: float, *, dash: str | None = None, opacity: float = 1) -> Options:
    return lambda _: {"fill": False, "color": colour, "weight": width, "dashArray": dash, "opacity": opacity}


def _road_options(*, casing: bool) -> Options:
    def options(feature: dict[str, Any]) -> dict[str, Any]:
        width = style.ROAD_WIDTH_PX.get(feature["properties"]["class"], style.ROAD_WIDTH_PX["tertiary"])
        return {
            "color": style.ROAD_CASING if casing else style.ROAD,
            "weight": width + style.ROAD_CASING_PX if casing else width,
        }

    return options


def _dots(collection: FeatureCollection, name: str, colour: str, radius: float) -> folium.GeoJson:
    features = [{**feature, "properties": {}} for feature in collection["features"]]
    marker = folium.CircleMarker(
        radius=radius,
        color=colour,
        weight=1.6,
        fill=True,
        fill_color="#FFFFFF",
        fill_opacity=1,
        pane="dots",
        interactive=False,
    )
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features}, name=name, pane="dots", interactive=False, marker=marker
    )


@dataclass(frozen=True)
class LabelRule:
    """Which features of a base file are labelled, from what zoom, and how. `radius` 0 means centred."""

    file: str
    layer: str
    zoom: float
    colour: str
    size: int = 11
    radius: int = 0
    where: tuple[str, str] | None = None


LABEL_RULES: tuple[LabelRule, ...] = (
    LabelRule("neighbours", "boundary", 11, style.TEXT_SECONDARY, size=13),
    LabelRule("landmarks", "landmarks", 13, style.LANDMARK, radius=4, where=("kind", "station")),
    LabelRule("road_labels", "roads", 13, style.TEXT_SECONDARY, where=("class", "trunk")),
    LabelRule("road_labels", "roads", 13, style.TEXT_SECONDARY, where=("class", "primary")),
    LabelRule("metro", "metro", 13.5, style.METRO, radius=5),
    LabelRule("road_labels", "roads", 14, style.TEXT_SECONDARY, where=("class", "secondary")),
    LabelRule("landmarks", "landmarks", 14.5, style.LANDMARK, radius=4),
    LabelRule("road_labels", "roads", 15, style.TEXT_SECONDARY, where=("class", "tertiary")),
)


def base_labels(base: Mapping[str, FeatureCollection]) -> list[dict[str, Any]]:
    """Return the base map's labels by falling rank, each with the zoom it begins to show at."""
    return [
        {
            "key": f"{rule.file}-{number}",
            "layer": rule.layer,
            "names": {"zh": properties["name"], **(properties.get("names") or {})},
            "zoom": rule.zoom,
            "size": rule.size,
            "colour": rule.colour,
            "radius": rule.radius,
            **_label_place(feature),
        }
        for rule in LABEL_RULES
        for number, feature in enumerate(base.get(rule.file, EMPTY)["features"])
        if (properties := feature["properties"]).get("name")
        and (rule.where is None or properties.get(rule.where[0]) == rule.where[1])
    ]


def _label_place(feature: dict[str, Any]) -> dict[str, Any]:
    geometry = shape(feature["geometry"])
    if geometry.geom_type == "LineString":
        return {"line": lat_lon(geometry.coords)}
    return {"at": lat_lon([geometry.representative_point().coords[0]])[0]}
