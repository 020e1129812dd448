"""What lies near a site: named places of the base map, with straight-line distances that say how sure they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from pyproj.enums import TransformDirection
from shapely import get_parts, length
from shapely.geometry import shape
from shapely.ops import linemerge, unary_union

from geo.load import Dataset, FeatureCollection
from geo.metric import STORAGE_CRS
from geo.names import ForeignLanguage, name_in
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES

METRO: Final = "metro"
STREET: Final = "street"
ROADS: Final = "roads"
POINT_LAYERS: Final = {"metro": METRO, "landmarks": None}
Feature = Mapping[str, Any]
Kind = str
"""``metro``, ``street``, or the kind of a landmark as its file states it (``station``, ``hospital`` …)."""


@dataclass(frozen=True)
class Place:
    """A named place of the base map; `lon`, `lat` is a point of it, `bounds` west, south, east, north (EPSG:4326).

    `layer` is the base file it stands in; a street has `parts`, the positions of its features in that file.
    `accuracy_m` is how well a point is known, None where its file does not say.
    """

    id: str
    kind: Kind
    name: str
    names: Mapping[ForeignLanguage, str]
    lon: float
    lat: float
    bounds: tuple[float, float, float, float]
    layer: str
    parts: tuple[int, ...] = ()
    accuracy_m: float | None = None

    def name_in(self, language: str) -> str:
        """Return the name in `language`: Chinese for ``zh``, else that language's, else English."""
        return name_in(language, self.name, self.names)


@dataclass(frozen=True)
class Distance:
    """A straight-line distance: `metres`, and `within_m` where the site itself is only known that well."""

    metres: float
    within_m: float | None = None

    @property
    def least_m(self) -> float:
        """The shortest it can be."""
        return max(0.0, self.metres - (self.within_m or 0))

    @property
    def most_m(self) -> float:
        """The longest it can be."""
        return self.metres + (self.within_m or 0)


def places_of_base(base: Mapping[str, FeatureCollection]) -> list[Place]:
    """Return the named places of the base map: stations, landmarks, and streets with all their parts together.

    Parameters
    ----------
    base : mapping of layer name to GeoJSON FeatureCollection, EPSG:4326
    """
    points = [
        _point(f"{layer}-{number}", kind or feature["properties"].get("kind") or layer, layer, feature)
        for layer, kind in POINT_LAYERS.items()
        for number, feature in enumerate(base.get(layer, {}).get("features", ()))
        if feature["properties"].get("name")
    ]
    taken = {place.name for place in points}
    return points + [street for street in _streets(base.get(ROADS, {}).get("features", ())) if street.name not in taken]


def _point(identity: str, kind: Kind, layer: str, feature: Feature) -> Place:
    properties, geometry = feature["properties"], shape(feature["geometry"])
    accuracy = properties.get("accuracy_m")
    return Place(
        identity, kind, properties["name"], properties.get("names") or {}, geometry.centroid.x, geometry.centroid.y,
        geometry.bounds, layer, accuracy_m=accuracy if isinstance(accuracy, int | float) else None,
    )  # fmt: skip


def _streets(features: Iterable[Feature]) -> list[Place]:
    """Return the streets, each with all its parts; its point is the middle of its longest line."""
    parts: dict[str, dict[int, Feature]] = {}
    for number, feature in enumerate(features):
        if name := feature["properties"].get("name"):
            parts.setdefault(name, {})[number] = feature
    return [_street(f"{STREET}-{number}", its) for number, its in enumerate(parts.values())]


def _street(identity: str, its: Mapping[int, Feature]) -> Place:
    lines = unary_union([shape(feature["geometry"]) for feature in its.values()])
    merged = linemerge(lines) if lines.geom_type == "MultiLineString" else lines
    middle = max(get_parts(merged), key=length).interpolate(0.5, normalized=True)
    properties = next(iter(its.values()))["properties"]
    return Place(
        identity, STREET, properties["name"], properties.get("names") or {}, middle.x, middle.y, lines.bounds, ROADS,
        parts=tuple(its),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)


def metric_points(lon_lat: Sequence[tuple[float, float]], crs: str) -> npt.NDArray[np.float64]:
    """Return positions in degrees (lon, lat, EPSG:4326) as (n, 2) metres in `crs`, x east, y north."""
    if not len(lon_lat):
        return np.zeros((0, 2))
    lon, lat = np.asarray(lon_lat, dtype=float).T
    return np.column_stack(_transformer(crs).transform(lon, lat))


def lon_lat_points(xy_m: npt.NDArray[np.float64], crs: str) -> npt.NDArray[np.float64]:
    """Return (n, 2) metres in `crs`, x east, y north, as positions in degrees (lon, lat, EPSG:4326)."""
    x_m, y_m = xy_m.T
    return np.column_stack(_transformer(crs).transform(x_m, y_m, direction=TransformDirection.INVERSE))


def distance_to(project: Project, place: Place, crs: str) -> Distance | None:
    """Return the straight-line distance from a project to a place, None where the project has no point.

    Parameters
    ----------
    crs : str, the metric system that is measured in, e.g. EPSG:4550

    Notes
    -----
    For a site known only by street or neighbourhood the distance is a range, ± its accuracy.
    At 121.6° E the scale of EPSG:4550 makes distances 0.018 % too long.
    """
    if project.lon is None or project.lat is None:
        return None
    (x0, y0), (x1, y1) = metric_points([(project.lon, project.lat), (place.lon, place.lat)], crs)
    within = None if project.location.grade in KNOWN_GRADES else project.location.accuracy_m
    return Distance(float(np.hypot(x1 - x0, y1 - y0)), within)


Nearest = dict[Kind, list[tuple[Place, Distance]]]


class Surroundings:
    """The named places and the sites of a district in metres, worked out once.

    A transformer is made anew in each thread that uses it, which takes longer than all distances together;
    with positions at hand a question takes less than a millisecond in any thread. `sites_m` holds the position of each
    placed project by its id: metres in the district's metric system, x east, y north.
    """

    def __init__(self, data: Dataset) -> None:
        crs = data.district.metric_crs
        self.places = tuple(places_of_base(data.base))
        self._places_m = metric_points([(place.lon, place.lat) for place in self.places], crs)
        placed = [project for project in data.projects if project.placed]
        sites_m = metric_points([(p.lon or 0.0, p.lat or 0.0) for p in placed], crs)
        self.sites_m = {project.id: at for project, at in zip(placed, sites_m, strict=True)}

    def nearest(
        self, project: Project, kinds: Sequence[Kind], *, count: int = 3
    ) -> dict[Kind, list[tuple[Place, Distance]]]:
        """Return for each kind the `count` places nearest to a project, with distances; empty without a point."""
        at = self.sites_m.get(project.id)
        if at is None:
            return {}
        within = None if project.location.grade in KNOWN_GRADES else project.location.accuracy_m
        metres = np.hypot(*(self._places_m - at).T)
        found: dict[Kind, list[tuple[Place, Distance]]] = {}
        for row in np.argsort(metres, kind="stable"):
            place = self.places[row]
            if place.kind in kinds and len(its := found.setdefault(place.kind, [])) < count:
                its.append((place, Distance(float(metres[row]), within)))
        return {kind: found[kind] for kind in kinds if kind in found}
