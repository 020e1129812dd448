"""GeoJSON as RFC 7946 has it: one file that opens anywhere.

Projects and structure stand in one collection, told apart by the property ``layer``: a reader that draws what it
is given draws both, and one that wants the projects alone picks them by it. What is to be known of the file stands
beside ``features`` as foreign members.
"""

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from exports.records import Row, Value, is_placed, loss_table, records_of, rows_with_parcels
from exports.request import ExportRequest
from geo.load import Dataset

DECIMALS: Final = 7
_IN_GEOMETRY: Final = ("lon", "lat")


def write_geojson(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write the projects that pass the filter and the structure elements to one GeoJSON file.

    Projects without a place keep their row with a null geometry. No ``crs`` is written: RFC 7946 knows WGS 84 only.

    Parameters
    ----------
    path : Path
        Exactly this file is written.
    """
    records = records_of(data, request)
    mentions: dict[Value, list[Row]] = {row["id"]: [] for row in records.projects.rows}
    for mention in records.mentions.rows:
        mentions[mention["project_id"]].append(_without(mention, "project_id", "project_name"))
    parcels = {row["id"]: parcel.model_dump(mode="json") for row, parcel in rows_with_parcels(data, records)}
    features = [
        *(_project_feature(row, mentions[row["id"]], parcels.get(row["id"])) for row in records.projects.rows),
        *_element_features(data, records.elements.rows),
    ]
    collection = {
        "type": "FeatureCollection",
        "name": data.district.id,
        **{fact.key: fact.value for fact in records.facts},
        "sources": records.sources.rows,
        "losses": loss_table(records.losses).rows,
        "features": features,
    }
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False, default=_as_text), encoding="utf-8")


def _project_feature(row: Row, mentions: list[Row], parcel: dict[str, Any] | None) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if is_placed(row) else None
    properties: dict[str, Any] = {
        "layer": "project",
        **_without(row, "id", "mentions", *_IN_GEOMETRY),
        "mentions": mentions,
    }
    if parcel:
        properties["parcel"] = parcel
    return {"type": "Feature", "id": row["id"], "geometry": point, "properties": properties}


def _element_features(data: Dataset, rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    for placed, row in zip(data.elements, rows, strict=True):
        properties = {"layer": "structure", **_without(row, "id")}
        yield {"type": "Feature", "id": row["id"], "geometry": _shape(placed.geometry), "properties": properties}


def _shape(geometry: BaseGeometry) -> dict[str, Any]:
    """Return the geometry rounded, its outer rings counter-clockwise."""
    turned = shapely.orient_polygons(geometry, exterior_cw=False)
    return dict(mapping(shapely.transform(turned, lambda coordinates: coordinates.round(DECIMALS))))


def _without(row: Mapping[str, Value], *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _as_text(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in GeoJSON")
