"""What lies near a site: named places of the base map, with straight-line distances that say how sure they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, unary_union

from geo.load import Dataset, FeatureCollection
from geo.metric import STORAGE_CRS
from geo.names import ForeignLanguage, name_in
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES

METRO: Final = "metro"
STREET: Final = "street"
POINT_LAYERS: Final = {"metro": METRO, "landmarks": None}
Kind = str
"""``metro``, ``street``, or the kind of a landmark as its file states it (``station``, ``hospital`` …)."""


@dataclass(frozen=True)
class Place:
    """A named place of the base map; `lon`, `lat` is a point of it, `bounds` west, south, east, north (EPSG:4326)."""

    id: str
    kind: Kind
    name: str
    names: Mapping[ForeignLanguage, str]
    lon: float
    lat: float
    bounds: tuple[float, float, float, float]

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
    places = [
        _place(f"{layer}-{number}", kind or feature["properties"].get("kind") or layer, feature["properties"],
               shape(feature["geometry"]))
        for layer, kind in POINT_LAYERS.items()
        for number, feature in enumerate(base.get(layer, {}).get("features", ()))
        if feature["properties"].get("name")
    ]  # fmt: skip
    return places + _streets(base.get("road_labels", {}).get("features", ()))


def _streets(features: Iterable[dict]) -> list[Place]:  # type: ignore[type-arg]
    parts: dict[str, list[dict]] = {}  # type: ignore[type-arg]
    for feature in features:
        if name := feature["properties"].get("name"):
            parts.setdefault(name, []).append(feature)
    return [
        _place(f"{STREET}-{number}", STREET, its[0]["properties"], unary_union([shape(f["geometry"]) for f in its]))
        for number, its in enumerate(parts.values())
    ]


def _place(identity: str, kind: Kind, properties: dict, geometry: BaseGeometry) -> Place:  # type: ignore[type-arg]
    middle = geometry.centroid
    if kind == STREET:
        merged = linemerge(geometry) if geometry.geom_type == "MultiLineString" else geometry
        longest = max(getattr(merged, "geoms", [merged]), key=lambda line: line.length)
        middle = longest.interpolate(0.5, normalized=True)
    return Place(identity, kind, properties["name"], properties.get("names") or {}, middle.x, middle.y, geometry.bounds)


@lru_cache(maxsize=8)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)


def metric_points(lon_lat: Sequence[tuple[float, float]], crs: str) -> npt.NDArray[np.float64]:
    """Return positions in degrees (lon, lat, EPSG:4326) as (n, 2) metres in `crs`, x east, y north."""
    if not len(lon_lat):
        return np.zeros((0, 2))
    lon, lat = np.asarray(lon_lat, dtype=float).T
    return np.column_stack(_transformer(crs).transform(lon, lat))


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
    with positions at hand a question takes less than a millisecond in any thread.
    """

    def __init__(self, data: Dataset) -> None:
        crs = data.district.metric_crs
        self.places = tuple(places_of_base(data.base))
        self._places_m = metric_points([(place.lon, place.lat) for place in self.places], crs)
        placed = [project for project in data.projects if project.placed]
        sites_m = metric_points([(p.lon or 0.0, p.lat or 0.0) for p in placed], crs)
        self._sites_m = {project.id: at for project, at in zip(placed, sites_m, strict=True)}

    def nearest(
        self, project: Project, kinds: Sequence[Kind], *, count: int = 3
    ) -> dict[Kind, list[tuple[Place, Distance]]]:
        """Return for each kind the `count` places nearest to a project, with distances; empty without a point."""
        at = self._sites_m.get(project.id)
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
