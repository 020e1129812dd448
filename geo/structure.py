"""The structure elements as figures: how large each is drawn, and which lie beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geopandas import GeoSeries

from geo.load import PlacedElement
from geo.metric import STORAGE_CRS, area_m2, length_m, to_metric

NEIGHBOUR_WITHIN_M: Final = 300.0


@dataclass(frozen=True)
class Neighbour:
    """An element beside another. `distance_m` is 0 where the two touch or overlap."""

    id: str
    distance_m: float


@dataclass(frozen=True)
class ElementFigures:
    """Measures of one element's schematic shape: a line has a length, an area has an area, the other is None."""

    length_m: float | None
    area_m2: float | None
    neighbours: tuple[Neighbour, ...]


def metric_shapes(elements: Sequence[PlacedElement], *, crs: str) -> GeoSeries:
    """Return the elements' shapes in metres.

    Parameters
    ----------
    elements : sequence of PlacedElement, (n,), EPSG:4326
    crs : str, e.g. EPSG:4550
        The metric system wanted.

    Returns
    -------
    GeoSeries, (n,), in `crs`, the elements' ids as index
    """
    shapes = GeoSeries([e.geometry for e in elements], index=[e.element.id for e in elements], crs=STORAGE_CRS)
    return to_metric(shapes, crs=crs)


def neighbours(shapes: GeoSeries, *, within_m: float = NEIGHBOUR_WITHIN_M) -> dict[str, tuple[Neighbour, ...]]:
    """Return for each shape the others that touch it or lie at most `within_m` away.

    Parameters
    ----------
    shapes : GeoSeries, (n,), projected, ids as index (see ``metric_shapes``)
    within_m : float, default 300
        The greatest distance between the nearest points of two neighbours, in metres.

    Returns
    -------
    dict of id to tuple of Neighbour, the nearest first, those at one distance in the order of `shapes`
    """
    found = {}
    for id_, shape in shapes.items():
        distances = shapes.drop(id_).distance(shape)
        near = distances[distances <= within_m].sort_values(kind="stable")
        found[str(id_)] = tuple(Neighbour(str(other), float(distance)) for other, distance in near.items())
    return found


def figures_of(elements: Sequence[PlacedElement], *, crs: str) -> dict[str, ElementFigures]:
    """Return the measures of every element by its id.

    Parameters
    ----------
    elements : sequence of PlacedElement, (n,), EPSG:4326
    crs : str, e.g. EPSG:4550
        The metric system that is measured in.

    Returns
    -------
    dict of id to ElementFigures
    """
    if not elements:
        return {}
    shapes = metric_shapes(elements, crs=crs)
    areas, lengths, beside = area_m2(shapes, crs=crs), length_m(shapes, crs=crs), neighbours(shapes)
    return {
        each.element.id: ElementFigures(
            length_m=float(lengths[each.element.id]) if each.element.kind == "line" else None,
            area_m2=float(areas[each.element.id]) if each.element.kind == "area" else None,
            neighbours=beside[each.element.id],
        )
        for each in elements
    }
