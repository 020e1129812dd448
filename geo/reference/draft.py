"""What would become of a file's features as a layer of the map: made whole before anything is written."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from geo.check import DECIMALS
from geo.crs_candidates import Candidate, to_storage
from geo.intake.table import Geometries, Table
from geo.load import Dataset, read_geometry
from geo.metric import STORAGE_CRS, from_metric, to_metric
from geo.names import ForeignLanguage
from geo.project import Localised
from geo.reference.layers import AREAS, LINES, POINTS, STRUCTURE, ReplaceableLayer

Collection = dict[str, Any]
Feature = dict[str, Any]
FAR_KM: Final = 10.0
_LINE_BREAKS: Final = str.maketrans("、，；;/ ", ",,,,,,")


@dataclass(frozen=True)
class Provenance:
    """Whose the file is, what may be done with it, and of when it is; `credit` is what the map itself must say."""

    source: Localised
    licence: Localised
    date: str
    gaps: Localised
    credit: Localised | None = None


@dataclass(frozen=True)
class Asked:
    """How the file is read: its columns by property, its words by code, what stands in for an empty cell.

    `within_km` is how far from the outline a feature may lie, `simplify_m` how far a line may be moved to shorten it,
    `accuracy_m` how well the shapes are known.
    """

    columns: Mapping[str, str]
    codes: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    within_km: float = FAR_KM
    simplify_m: float = 0.0
    accuracy_m: int | None = None


@dataclass
class Draft:
    """The features taken, how many were left out by reason, and remarks on those taken."""

    features: list[Feature] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)


def draft_layer(table: Table, candidate: Candidate, layer: ReplaceableLayer, asked: Asked, dataset: Dataset) -> Draft:
    """Return the features that a file gives for a layer, in degrees (EPSG:4326), and what became of the others."""
    draft = Draft()
    usable = _usable(table, layer, candidate, draft)
    rows = table.columns.to_dict("records") if len(table.columns.columns) else [{} for _ in usable]
    near = _near(usable, asked, dataset) if layer.file != "base/boundary.geojson" else [True] * len(usable)
    for geometry, row, is_near in zip(usable, rows, near, strict=True):
        if geometry is None:
            continue
        if not is_near:
            draft.left_out[f"farther than {asked.within_km:g} km from the district"] += 1
            continue
        properties = _properties(row, layer, asked, draft)
        if properties is not None:
            draft.features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    _shape_up(draft, asked, dataset)
    return draft


def _usable(table: Table, layer: ReplaceableLayer, candidate: Candidate, draft: Draft) -> list[BaseGeometry | None]:
    """Return the geometries that have a place and are of the layer's kind, in degrees, None for the others."""
    wanted: Geometries = np.array(table.geometries, dtype=object)
    for index, geometry in enumerate(wanted):
        if geometry is None:
            draft.left_out["no usable geometry"] += 1
        elif geometry.geom_type == "MultiPoint" and len(geometry.geoms) == 1 and layer.kinds == POINTS:
            wanted[index] = geometry.geoms[0]
        elif geometry.geom_type not in layer.kinds and layer.kinds == POINTS and geometry.geom_type in AREAS:
            wanted[index] = geometry.representative_point()
            draft.remarks["an area, shown as a point in it"] += 1
        elif geometry.geom_type not in layer.kinds:
            draft.left_out[f"a {geometry.geom_type}"] += 1
            wanted[index] = None
        elif not geometry.is_valid:
            wanted[index] = shapely.make_valid(geometry)
            draft.remarks["crossed itself and was put right"] += 1
    stored = to_storage(candidate, wanted)
    lost = sum(before is not None and after is None for before, after in zip(wanted, stored, strict=True))
    if lost:
        draft.left_out["no place in this system"] += lost
    return list(stored)


def _near(geometries: list[BaseGeometry | None], asked: Asked, dataset: Dataset) -> list[bool]:
    lon, lat = dataset.district.centre
    outline = [read_geometry(f) for f in dataset.base.get("boundary", {}).get("features", ())]
    middle = shapely.union_all(outline) if outline else shapely.Point(lon, lat)
    metric = to_metric(GeoSeries([middle, *geometries], crs=STORAGE_CRS), crs=dataset.district.metric_crs)
    away = metric.iloc[1:].distance(metric.iloc[0])
    return [bool(each <= asked.within_km * 1000) for each in away]


def _properties(
    row: Mapping[Hashable, Any], layer: ReplaceableLayer, asked: Asked, draft: Draft
) -> dict[str, Any] | None:
    """Return a feature's properties by the layer's own names, None where one that is needed is missing."""
    found: dict[str, Any] = {}
    for name, column in layer.columns.items():
        text = _text(row.get(asked.columns.get(name, ""))) or asked.defaults.get(name)
        if text and column.codes:
            code = asked.codes.get(text) or column.codes.get(text) or column.codes.get(text.lower())
            if code is None:
                draft.left_out[f"{name} “{text}” is none of {', '.join(dict.fromkeys(column.codes.values()))}"] += 1
                return None
            text = code
        if not text and column.needed:
            draft.left_out[f"no {name}"] += 1
            return None
        found[name] = text
    return found


def _text(value: Any) -> str | None:
    if value is None or value != value:
        return None
    return str(value).strip() or None


def _shape_up(draft: Draft, asked: Asked, dataset: Dataset) -> None:
    """Simplify if asked, round to the stored decimals, and wind rings as GeoJSON wants them."""
    if not draft.features:
        return
    frame = GeoSeries([each["geometry"] for each in draft.features], crs=STORAGE_CRS)
    if asked.simplify_m:
        metric = to_metric(frame, crs=dataset.district.metric_crs)
        frame = from_metric(metric.simplify(asked.simplify_m, preserve_topology=True))
    for each, geometry in zip(draft.features, frame, strict=True):
        each["geometry"] = tidy(geometry)


def tidy(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry (EPSG:4326) rounded to 7 decimals, valid, its rings wound right, without stray parts."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    if not rounded.is_valid:
        rounded = shapely.transform(shapely.make_valid(rounded), lambda xy: np.round(xy, DECIMALS))
    dimension = shapely.get_dimensions(geometry)
    parts = [part for part in shapely.get_parts(rounded) if shapely.get_dimensions(part) == dimension]
    whole = parts[0] if len(parts) == 1 else shapely.union_all(parts) if dimension == 2 else rounded
    return shapely.orient_polygons(whole)


# ---- each layer's file ----


def collection_of(name: str, features: Iterable[Feature], members: Mapping[str, Any]) -> Collection:
    """Return a GeoJSON collection as the data folder holds it."""
    written = [{**each, "geometry": _as_json(each["geometry"])} for each in features]
    return {"type": "FeatureCollection", "name": name, **members, "features": written}


def _as_json(geometry: Any) -> Any:
    return mapping(geometry) if isinstance(geometry, BaseGeometry) else geometry


def layer_features(name: str, draft: Draft, asked: Asked, provenance: Provenance, dataset: Dataset) -> list[Feature]:
    """Return a draft's features with the properties that the layer's file has."""
    names = _names_known(dataset, name)
    accuracy = {"accuracy_m": asked.accuracy_m} if asked.accuracy_m else {}
    match name:
        case "boundary":
            return _boundary(draft, accuracy, dataset)
        case "land":
            extra = {"kind": "mainland"}
            return [_feature(each, {"kind": each["properties"]["kind"] or extra["kind"]}) for each in draft.features]
        case "roads":
            flags = {"bridge": False, "tunnel": False, "oneway": False}
            return [
                _feature(each, {"class": each["properties"]["class"], **_named(each, names), **flags})
                for each in draft.features
            ]
        case "metro":
            return [
                _feature(each, {**_named(each, names), "lines": _lines(each["properties"]["lines"]), **accuracy})
                for each in draft.features
            ]
        case "landmarks":
            known = {"grade": "exact", "source": provenance.source.zh}
            return [
                _feature(
                    each, {"kind": each["properties"]["kind"] or "other", **_named(each, names), **known, **accuracy}
                )
                for each in draft.features
            ]
    return [_feature(each, {**_named(each, names), **accuracy}) for each in draft.features]


def _feature(each: Feature, properties: Mapping[str, Any]) -> Feature:
    return {"type": "Feature", "properties": dict(properties), "geometry": each["geometry"]}


def _lines(text: str | None) -> list[str]:
    return [part for part in (text or "").translate(_LINE_BREAKS).split(",") if part]


def _named(each: Feature, known: Mapping[str, Mapping[ForeignLanguage, str]]) -> dict[str, Any]:
    """Return the name in Chinese and what it is called elsewhere, from the file, else as the former layer had it."""
    name, english = each["properties"]["name"], each["properties"]["name_en"]
    names = dict(known.get(name, {}))
    if english:
        names["en"] = english
    return {"name": name, "names": names or None}


def _names_known(dataset: Dataset, layer: str) -> dict[str, Mapping[ForeignLanguage, str]]:
    properties = (f["properties"] for f in dataset.base.get(layer, {}).get("features", ()))
    return {p["name"]: p["names"] for p in properties if p.get("name") and p.get("names")}


def _boundary(draft: Draft, accuracy: Mapping[str, Any], dataset: Dataset) -> list[Feature]:
    district = dataset.district
    outline = tidy(shapely.union_all([each["geometry"] for each in draft.features]))
    properties = {"name": district.short_name, "names": dict(district.short_names), **accuracy}
    features = [{"type": "Feature", "properties": {"kind": "outline", **properties}, "geometry": outline}]
    return with_land_cut(features, dataset.base.get("land", {}).get("features", ()))


def with_land_cut(boundary: Iterable[Feature], land: Iterable[Feature]) -> list[Feature]:
    """Return the boundary's outline, and after it the outline cut to the land, which fills the map."""
    (outline, *_) = (each for each in boundary if each["properties"].get("kind") == "outline")
    whole = outline["geometry"] if isinstance(outline["geometry"], BaseGeometry) else read_geometry(outline)
    pieces = [each["geometry"] if isinstance(each["geometry"], BaseGeometry) else read_geometry(each) for each in land]
    cut = whole.intersection(shapely.union_all(shapely.make_valid(pieces))) if pieces else whole
    areas = [part for part in shapely.get_parts(cut) if part.geom_type == "Polygon"]
    shown = tidy(shapely.union_all(areas)) if areas else whole
    return [outline, {"type": "Feature", "properties": {**outline["properties"], "kind": "land"}, "geometry": shown}]


def road_labels(roads: Iterable[Feature]) -> list[Feature]:
    """Return a line for each named road of a class to write its name along: its longest piece."""
    lines: dict[tuple[str, str], list[BaseGeometry]] = {}
    named: dict[tuple[str, str], dict[str, Any]] = {}
    for each in roads:
        properties = each["properties"]
        if properties["name"]:
            key = properties["name"], properties["class"]
            lines.setdefault(key, []).extend(shapely.get_parts(each["geometry"]))
            named[key] = {"class": properties["class"], "name": properties["name"], "names": properties["names"]}
    return [
        {"type": "Feature", "properties": named[key], "geometry": _longest(its)} for key, its in lines.items() if its
    ]


def _longest(lines: list[BaseGeometry]) -> BaseGeometry:
    merged = linemerge(lines)
    return max(shapely.get_parts(merged), key=lambda part: part.length)


def structure_features(
    draft: Draft, dataset: Dataset, raw: Iterable[Feature], provenance: Provenance
) -> tuple[list[Feature], list[str]]:
    """Return the structure's elements with the file's shapes, and the names of those it has no shape for.

    A shape goes to the element of its `id`, else of its name. What an element says stays; how it was drawn is told
    anew. The word for schematic stays, too: the plan itself draws no limits.
    """
    shapes = {key: each["geometry"] for each in draft.features for key in _keys(each)}
    basis = {
        "zh": f"由{provenance.source.zh}（{provenance.date}）提供的图形；规划没有画边界。",
        "en": f"As drawn by {provenance.source.en} ({provenance.date}); the plan itself draws no limits.",
    }
    made, without = [], []
    for feature in raw:
        properties = feature["properties"]
        found = shapes.get(str(feature.get("id"))) or shapes.get(properties["name"])
        if found is None:
            without.append(properties["name"])
            made.append(feature)
            continue
        made.append({**feature, "geometry": found, "properties": {**properties, "basis": basis, "open_edges": []}})
    return made, without


def _keys(each: Feature) -> list[str]:
    return [text for text in (each["properties"]["id"], each["properties"]["name"]) if text]


def members_of(provenance: Provenance, edits: Localised) -> dict[str, str]:
    """Return what a file says of itself."""
    said = {"attribution": provenance.source.en, "licence": provenance.licence.en}
    source = f"{provenance.source.zh} / {provenance.source.en}" if differs(provenance.source) else provenance.source.zh
    return {**said, "source": f"{source}, {provenance.date}", "date": provenance.date, "edits": edits.en}


def differs(text: Localised) -> bool:
    """Return whether the English is other than the Chinese."""
    return text.zh != text.en


def edits_of(table: Table, content: bytes, candidate: Candidate, asked: Asked, draft: Draft) -> Localised:
    """Return what was done to the file, for its own members and for the list of sources."""
    system = (candidate.crs if candidate.crs and len(candidate.crs) < 20 else None) or str(candidate.datum)
    digest, today = hashlib.sha256(content).hexdigest()[:12], datetime.date.today().isoformat()
    left = sum(draft.left_out.values())
    count = len(draft.features)
    zh = f"{today} 由文件 {table.name}（SHA-256 {digest}…）导入，坐标由 {system} 转换为 WGS 84，取 {count} 个图形"
    en = f"Taken on {today} from {table.name} (SHA-256 {digest}…), converted from {system} to WGS 84, {count} features"
    if left:
        zh, en = f"{zh}，未取 {left} 个", f"{en}, {left} left out"
    if asked.simplify_m:
        zh, en = f"{zh}，简化 {asked.simplify_m:g} 米", f"{en}, simplified by {asked.simplify_m:g} m"
    return Localised(zh=zh, en=en)


__all__ = [
    "LINES", "STRUCTURE", "Asked", "Draft", "Provenance", "collection_of", "draft_layer", "edits_of", "layer_features",
    "members_of", "road_labels", "structure_features", "tidy", "with_land_cut",
]  # fmt: skip
