"""The files that a replaced layer is written to: its own, and those that are drawn from it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from geo.load import Dataset, FeatureCollection, read_geometry
from geo.names import ForeignLanguage
from geo.reference.draft import Draft, Shape, outline_of, tidy
from geo.reference.layers import BOUNDARY, LAND, LAYERS, OFFICIAL, STRUCTURE
from geo.reference.provenance import Members, Provenance, basis_from, basis_of

Feature = dict[str, Any]
OUTLINE: Final = "outline"
_LINE_BREAKS: Final = str.maketrans("、，；;/ ", ",,,,,,")
_OWN: Final = ("attribution", "licence", "source")


def collection_text(collection: Mapping[str, Any]) -> str:
    """Return a GeoJSON collection as the data folder has it: one feature a line."""
    head = {key: value for key, value in collection.items() if key != "features"}
    body = ",\n".join("  " + json.dumps(each, ensure_ascii=False, separators=(",", ":"))
                      for each in collection["features"])  # fmt: skip
    return f'{json.dumps(head, ensure_ascii=False, indent=1)[:-2]},\n "features": [\n{body}\n ]\n}}\n'


def made(
    name: str, draft: Draft, provenance: Provenance, members: Members, dataset: Dataset, layout: FeatureCollection
) -> dict[str, FeatureCollection]:
    """Return the collections that replacing a layer writes, by their path in the data folder.

    Parameters
    ----------
    name : the layer's
    members : what its file says of itself
    layout : the file of the structure as it is now
    """
    layer = LAYERS[name]
    if name == STRUCTURE:
        return {layer.file: _structure(draft, provenance, members, layout)}
    if name == BOUNDARY:
        outline = _feature(_whole(draft), {"kind": OUTLINE, **_district(dataset), **_accuracy(provenance)})
        return {layer.file: with_land(_collection(name, members, [outline]), dataset.base.get(LAND))}
    collection = _collection(name, members, list(_features(name, draft, provenance, dataset)))
    files = {layer.file: collection}
    if name == LAND and next(outline_of(dataset), None):
        files[LAYERS[BOUNDARY].file] = with_land(dataset.base[BOUNDARY], collection)
    for path in layer.drawn_from_it:
        label = "road_labels"
        files[path] = _collection(label, {**members, "edits": LABEL_EDITS}, list(road_labels(collection["features"])))
    return files


LABEL_EDITS: Final = "One line a named road of a class, to write its name along: its longest piece in roads.geojson."


def _collection(name: str, members: Members, features: Sequence[Feature]) -> FeatureCollection:
    return {"type": "FeatureCollection", "name": name, **members, "features": list(features)}


def _feature(geometry: BaseGeometry, properties: Mapping[str, Any]) -> Feature:
    told = {key: value for key, value in properties.items() if value is not None}
    return {"type": "Feature", "properties": told, "geometry": mapping(geometry)}


def _accuracy(provenance: Provenance) -> Members:
    return {"accuracy_m": provenance.accuracy_m}


def _district(dataset: Dataset) -> Members:
    return {"name": dataset.district.short_name, "names": dict(dataset.district.short_names)}


# ---- the base map ----


def _features(name: str, draft: Draft, provenance: Provenance, dataset: Dataset) -> Iterator[Feature]:
    known = _names_known(dataset, name)
    for shape in draft.shapes:
        said = shape.properties
        match name:
            case "land":
                properties: Members = {"kind": said["kind"]}
            case "roads":
                properties = {"class": said["class"], **_named(shape, known)}
            case "metro":
                properties = {**_named(shape, known), "lines": _lines(said["lines"]), **_accuracy(provenance)}
            case "landmarks":
                properties = {
                    "kind": said["kind"],
                    **_named(shape, known),
                    "grade": provenance.grade,
                    **_accuracy(provenance),
                    "source": provenance.named,
                }
            case _:
                properties = {**_named(shape, known), **_accuracy(provenance)}
        yield _feature(shape.geometry, properties)


def _lines(text: str | None) -> list[str]:
    return [part for part in (text or "").translate(_LINE_BREAKS).split(",") if part]


def _named(shape: Shape, known: Mapping[str, Mapping[ForeignLanguage, str]]) -> Members:
    """Return the name in Chinese and what it is called elsewhere, from the file, else as the former layer had it."""
    name, english = shape.properties["name"], shape.properties["name_en"]
    names = dict(known.get(name or "", {}))
    if english:
        names["en"] = english
    return {"name": name, "names": names or None}


def _names_known(dataset: Dataset, layer: str) -> dict[str, Mapping[ForeignLanguage, str]]:
    properties = (feature["properties"] for feature in dataset.base.get(layer, {}).get("features", ()))
    return {its["name"]: its["names"] for its in properties if its.get("name") and its.get("names")}


def _whole(draft: Draft) -> BaseGeometry:
    return tidy(shapely.union_all([shape.geometry for shape in draft.shapes]))


def with_land(boundary: FeatureCollection, land: FeatureCollection | None) -> FeatureCollection:
    """Return the file of the boundary with its outline, and after it the outline cut to the land, which fills the map.

    What the file says of itself names whose land it is cut to; what it says of the outline alone stands in ``outline``.
    """
    (outline, *_) = (each for each in boundary["features"] if each["properties"].get("kind") == OUTLINE)
    own = boundary.get(OUTLINE) or {key: boundary.get(key, "") for key in _OWN}
    shown, its = outline["geometry"], dict(own)
    pieces = [read_geometry(each) for each in land["features"]] if land else []
    if land and pieces:
        cut = read_geometry(outline).intersection(shapely.union_all(shapely.make_valid(pieces)))
        areas = [part for part in shapely.get_parts(cut) if part.geom_type == "Polygon"]
        shown = mapping(tidy(shapely.union_all(areas))) if areas else shown
        its = {key: f"{own[key]}; kind land cut to land.geojson: {land.get(key, '')}" for key in _OWN}
    filled = {**outline, "properties": {**outline["properties"], "kind": "land"}, "geometry": shown}
    members = {key: value for key, value in boundary.items() if key not in ("features", OUTLINE)}
    return {**members, **its, OUTLINE: own, "features": [outline, filled]}


def road_labels(roads: Iterable[Feature]) -> Iterator[Feature]:
    """Yield a line for each named road of a class to write its name along: its longest piece."""
    lines: dict[tuple[str, str], list[BaseGeometry]] = {}
    names: dict[tuple[str, str], Members] = {}
    for road in roads:
        properties = road["properties"]
        if "name" in properties:
            key = properties["name"], properties["class"]
            lines.setdefault(key, []).extend(shapely.get_parts(read_geometry(road)))
            names.setdefault(key, properties)
    for key, its in lines.items():
        merged = linemerge(its) if len(its) > 1 else its[0]
        yield _feature(max(shapely.get_parts(merged), key=shapely.length), names[key])


# ---- the structure ----


def _structure(draft: Draft, provenance: Provenance, members: Members, layout: FeatureCollection) -> FeatureCollection:
    """Return the file of the structure, the elements that have a shape in the draft drawn by it.

    What an element says of itself stays; how its shape was come by is told anew. What the file says of itself is the
    former maker's for as long as a shape of theirs is in it; whose the others are, each says itself.
    """
    shapes = shapes_by_key(draft, layout["features"])
    features = [_element(each, shapes.get(key_of(each, shapes) or ""), provenance) for each in layout["features"]]
    is_all_ours = all(basis_of(each) == basis_from(provenance.dated.zh) for each in features)
    return {**layout, **(members if is_all_ours else {}), "features": features}


def _element(feature: Feature, shape: BaseGeometry | None, provenance: Provenance) -> Feature:
    if shape is None:
        return feature
    basis = {"zh": basis_from(provenance.dated.zh), "en": f"The extent as given by {provenance.dated.en}."}
    told = {"basis": basis, "open_edges": [], "schematic": provenance.grade != OFFICIAL}
    return {**feature, "geometry": mapping(shape), "properties": {**feature["properties"], **told}}


def shapes_by_key(draft: Draft, elements: Sequence[Feature]) -> dict[str, BaseGeometry]:
    """Return the shapes by the element's identifier, else by its name; those of one element as one."""
    known = {str(element.get("id")) for element in elements}
    parts: dict[str, list[BaseGeometry]] = {}
    for shape in draft.shapes:
        its = shape.properties
        if key := its["id"] if its["id"] in known else its["name"]:
            parts.setdefault(key, []).append(shape.geometry)
    return {key: its[0] if len(its) == 1 else tidy(shapely.union_all(its)) for key, its in parts.items()}


def key_of(feature: Feature, shapes: Mapping[str, BaseGeometry]) -> str | None:
    """Return the key of a fitting shape of an element: its identifier, else its name; None where there is none."""
    for key in (str(feature.get("id")), feature["properties"]["name"]):
        if key in shapes and (feature["properties"]["kind"] == "line") == (shapely.get_dimensions(shapes[key]) == 1):
            return key
    return None
