"""The district in metres: base map, structure and sites in its metric system, worked out once for each data state."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Proj, Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.load import Dataset
from geo.metric import STORAGE_CRS

Coordinates = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Named:
    """A base feature with its names by language and its class or kind."""

    geometry: BaseGeometry
    names: dict[str, str]
    kind: str | None

    def in_language(self, language: str) -> str:
        """Return the name in `language`, else in English, else in Chinese."""
        return self.names.get(language) or self.names.get("en") or self.names["zh"]


@dataclass(frozen=True)
class Ground:
    """Everything a printed map draws, in the district's metric CRS (x east, y north, metres).

    `base` maps a base layer's name to its features; `sites` maps a placed project's id to its point, `parcels` to the
    outline of its plot where the office has one.
    """

    crs: str
    base: dict[str, tuple[Named, ...]]
    elements: dict[str, BaseGeometry]
    sites: dict[str, tuple[float, float]]
    parcels: dict[str, BaseGeometry]

    def of_kind(self, layer: str, kind: str) -> list[BaseGeometry]:
        """Return the geometries of a base layer's features of one kind."""
        return [named.geometry for named in self.base.get(layer, ()) if named.kind == kind]

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the district; of the structure or the sites where it has no outline."""
        shapes: list[BaseGeometry] = self.of_kind("boundary", "outline") or list(self.elements.values())
        shapes = shapes or [shapely.points(*xy) for xy in self.sites.values()]
        if not shapes:
            raise ValueError("the data hold nothing to draw a map of")
        west, south, east, north = shapely.total_bounds(shapes)
        return float(west), float(south), float(east), float(north)


@lru_cache(maxsize=8)
def transformer_to(crs: str) -> Transformer:
    """Return the transformer from longitude, latitude (EPSG:4326) to `crs`, x before y."""
    return Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)


_GROUNDS: dict[str, Ground] = {}


def ground_of(data: Dataset) -> Ground:
    """Return the district in metres; the last few states of the data are kept."""
    known = _GROUNDS.get(data.fingerprint)
    if known is None:
        known = _GROUNDS[data.fingerprint] = _make_ground(data)
        while len(_GROUNDS) > 4:
            _GROUNDS.pop(next(iter(_GROUNDS)), None)
    return known


def _make_ground(data: Dataset) -> Ground:
    transformer = transformer_to(data.district.metric_crs)

    def metric(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda lon_lat: np.column_stack(transformer.transform(*lon_lat.T)))

    def named(feature: dict[str, Any]) -> Named:
        properties = feature["properties"]
        name = properties.get("name")
        names = {**({"zh": name} if name else {}), **(properties.get("names") or {})}
        return Named(metric(shape(feature["geometry"])), names, properties.get("class") or properties.get("kind"))

    return Ground(
        crs=data.district.metric_crs,
        base={name: tuple(map(named, collection["features"])) for name, collection in data.base.items()},
        elements={placed.element.id: metric(placed.geometry) for placed in data.elements},
        sites={p.id: transformer.transform(p.lon, p.lat) for p in data.projects if p.placed},
        parcels={p.id: metric(shape(p.parcel.geometry)) for p in data.projects if p.parcel},
    )


def grid_to_true_north_deg(crs: str, lon: float, lat: float) -> float:
    """Return how far true north lies clockwise of grid north (negative: anticlockwise), in degrees."""
    return -float(Proj(crs).get_factors(lon, lat).meridian_convergence)
