"""What a file's features would be in a layer of the map, in degrees, and what becomes of those that cannot be taken."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geo.check import DECIMALS
from geo.crs_candidates import Candidate, to_storage
from geo.intake.table import Geometries, Table
from geo.load import Dataset, read_geometry
from geo.metric import STORAGE_CRS, from_metric, to_metric
from geo.project import Localised
from geo.reference.layers import AREAS, BOUNDARY, POINTS, Column, ReplaceableLayer

FAR_KM: Final = 10.0
KINDS_IN_CHINESE: Final = {
    "Point": "点", "MultiPoint": "多点", "LineString": "线", "MultiLineString": "多段线", "Polygon": "面",
    "MultiPolygon": "多面",
}  # fmt: skip
NO_PLACE: Final = Localised(zh="坐标超出该坐标系的范围", en="no place in this system")
NO_SIZE: Final = Localised(zh="没有面积或长度（不足 1 厘米）", en="no area or length (less than 1 cm)")
Rows = dict[Localised, list[int]]
"""A sentence, and the numbers of the rows that it is about."""


@dataclass(frozen=True)
class Reading:
    """How a file is read.

    Attributes
    ----------
    columns : its columns by property of the layer
    codes : further codes, by the words that stand in the file
    defaults : what stands where a cell is empty, by property
    within_km : how far from the district a feature may lie
    simplify_m : how far a line may be moved to shorten it; 0 leaves every vertex
    """

    columns: Mapping[str, str]
    codes: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    within_km: float = FAR_KM
    simplify_m: float = 0.0


@dataclass(frozen=True)
class Shape:
    """A feature that is taken: its geometry (EPSG:4326) and its properties by the layer's names."""

    geometry: BaseGeometry
    properties: Mapping[str, str | None]


@dataclass
class Draft:
    """The features taken, and the rows left out and those changed, by the reason.

    `nearest_km` is how far the nearest of those too far away lies; None where there are none.
    """

    shapes: list[Shape] = field(default_factory=list)
    left_out: Rows = field(default_factory=lambda: defaultdict(list))
    changed: Rows = field(default_factory=lambda: defaultdict(list))
    nearest_km: float | None = None

    @property
    def left_out_count(self) -> int:
        """How many rows are left out."""
        return sum(map(len, self.left_out.values()))


def draft_layer(
    table: Table, candidate: Candidate, layer: ReplaceableLayer, reading: Reading, dataset: Dataset
) -> Draft:
    """Return the features that a file gives for a layer, and what became of the others."""
    draft = Draft()
    geometries = _placed(table, candidate, layer, draft)
    away_km = _away_km(geometries, layer, dataset)
    rows = table.columns.to_dict("records") if len(table.columns.columns) else [{} for _ in geometries]
    far = Localised(
        zh=f"离本区超过 {reading.within_km:g} 公里", en=f"farther than {reading.within_km:g} km from the district"
    )
    kept: list[tuple[int, Shape]] = []
    for number, geometry, away, row in zip(table.numbers, geometries, away_km, rows, strict=True):
        if geometry is None:
            continue
        if away > reading.within_km:
            draft.left_out[far].append(number)
            draft.nearest_km = min(draft.nearest_km or away, away)
        elif (properties := _properties(row, number, layer, reading, draft)) is not None:
            kept.append((number, Shape(geometry, properties)))
    draft.shapes = list(_shaped(kept, reading, dataset, draft))
    return draft


def _placed(table: Table, candidate: Candidate, layer: ReplaceableLayer, draft: Draft) -> Sequence[BaseGeometry | None]:
    """Return the geometries of the layer's kinds, in degrees, None for the others."""
    wanted: Geometries = np.empty(len(table.geometries), dtype=object)
    for index, geometry in enumerate(table.geometries):
        number = table.numbers[index]
        if geometry is None:
            draft.left_out[Localised(zh="没有可用的图形", en="no usable geometry")].append(number)
            continue
        wanted[index] = _of_kind(geometry, layer, number, draft)
    stored = to_storage(candidate, wanted)
    lost = ~shapely.is_missing(wanted) & shapely.is_missing(stored)
    if lost.any():
        draft.left_out[NO_PLACE] += [table.numbers[position] for position in np.flatnonzero(lost).tolist()]
    return list(stored)


def _of_kind(geometry: BaseGeometry, layer: ReplaceableLayer, number: int, draft: Draft) -> BaseGeometry | None:
    """Return a geometry as the layer can hold it, None where it cannot."""
    if layer.kinds == POINTS and geometry.geom_type == "MultiPoint" and len(geometry.geoms) == 1:
        return geometry.geoms[0]
    if layer.kinds == POINTS and geometry.geom_type in AREAS:
        draft.changed[Localised(zh="是面，取面内一点", en="an area, taken as a point in it")].append(number)
        return shapely.make_valid(geometry).representative_point()
    if geometry.geom_type not in layer.kinds:
        kind = Localised(
            zh=f"是{KINDS_IN_CHINESE.get(geometry.geom_type, geometry.geom_type)}，本图层不能用",
            en=f"a {geometry.geom_type}, which the layer cannot hold",
        )
        draft.left_out[kind].append(number)
        return None
    if geometry.is_valid:
        return geometry
    parts = _parts_alike(shapely.make_valid(geometry), geometry)
    if not parts:
        draft.left_out[NO_SIZE].append(number)
        return None
    draft.changed[Localised(zh="图形自相交，已整理", en="crossed itself and was put right")].append(number)
    return shapely.union_all(parts)


def _parts_alike(geometry: BaseGeometry, former: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of a geometry that are points, lines or areas as the former was."""
    dimension = shapely.get_dimensions(former)
    return [part for part in shapely.get_parts(geometry) if shapely.get_dimensions(part) == dimension]


def _away_km(geometries: Sequence[BaseGeometry | None], layer: ReplaceableLayer, dataset: Dataset) -> list[float]:
    """Return how far each lies from the district: from its centre for a boundary, which is what says where it is."""
    outline = [] if not layer.reaches_beyond and layer.kinds == AREAS else list(outline_of(dataset))
    where = shapely.union_all([Point(dataset.district.centre), *outline])
    metric = to_metric(GeoSeries([where, *geometries], crs=STORAGE_CRS), crs=dataset.district.metric_crs)
    return [float(metres) / 1000 for metres in metric.iloc[1:].distance(metric.iloc[0])]


def outline_of(dataset: Dataset) -> Iterator[BaseGeometry]:
    """Yield the district's outline as it is now (EPSG:4326), whole; nothing where it has none."""
    for feature in dataset.base.get(BOUNDARY, {}).get("features", ()):
        if feature["properties"].get("kind") == "outline":
            yield read_geometry(feature)


# ---- a feature's properties ----


def _properties(
    row: Mapping[Hashable, Any], number: int, layer: ReplaceableLayer, reading: Reading, draft: Draft
) -> dict[str, str | None] | None:
    """Return a feature's properties by the layer's names, None where one that is needed is missing or wrong."""
    found: dict[str, str | None] = {}
    for name, column in layer.columns.items():
        text = _text(row.get(reading.columns.get(name, ""))) or reading.defaults.get(name)
        code = _code(text, column, reading.codes) if text else None
        if text and code is None:
            known = ", ".join(dict.fromkeys(column.codes.values()))
            wrong = Localised(
                zh=f"{name} 是“{text}”，应为 {known} 之一（可用 --code {text}=… 指定）",
                en=f"{name} is “{text}”, none of {known} (--code {text}=… says which)",
            )
            draft.left_out[wrong].append(number)
            return None
        if code is None and column.needed:
            draft.left_out[Localised(zh=f"没有 {name}", en=f"no {name}")].append(number)
            return None
        found[name] = code
    return found


def _code(text: str, column: Column, further: Mapping[str, str]) -> str | None:
    if not column.codes:
        return text
    return further.get(text) or column.codes.get(text) or column.codes.get(text.lower())


def _text(value: Any) -> str | None:
    return None if value is None or value != value else str(value).strip() or None


# ---- a feature's geometry ----


def _shaped(shapes: Sequence[tuple[int, Shape]], reading: Reading, dataset: Dataset, draft: Draft) -> Iterator[Shape]:
    """Yield the shapes, each with its row's number, simplified, where that is asked for, and tidied."""
    if not shapes:
        return
    series = GeoSeries([shape.geometry for _, shape in shapes], crs=STORAGE_CRS)
    if reading.simplify_m:
        metric = to_metric(series, crs=dataset.district.metric_crs)
        series = from_metric(metric.simplify(reading.simplify_m, preserve_topology=True))
    for (number, shape), geometry in zip(shapes, series, strict=True):
        tidied = tidy(geometry)
        if tidied.is_empty:
            draft.left_out[NO_SIZE].append(number)
        else:
            yield Shape(tidied, shape.properties)


def tidy(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry (EPSG:4326) rounded to 7 decimals, valid, its rings wound as GeoJSON wants them.

    What is too small for that is gone: the geometry may be empty.
    """
    rounded = _rounded(geometry)
    if not rounded.is_valid:
        rounded = _rounded(shapely.make_valid(rounded))
    parts = _parts_alike(rounded, geometry)
    if shapely.get_dimensions(geometry) < 2 and len(parts) == shapely.get_num_geometries(rounded):
        return rounded
    return shapely.orient_polygons(parts[0] if len(parts) == 1 else shapely.union_all(parts))


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda positions: np.round(positions, DECIMALS))
