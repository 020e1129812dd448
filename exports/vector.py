"""GeoPackage and Shapefile for GIS, in the coordinate system asked for.

Rows go to GDAL as Arrow tables, whose columns have a type even where every value or every row is missing.
In every file x is east (or longitude) and y north (or latitude), whatever axis order the system's definition has.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyogrio
from geopandas import GeoSeries
from shapely import MultiLineString, MultiPolygon, Point, get_parts
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from exports.fields import RECORD_FIELD, Field, Kind
from exports.records import (
    Fact,
    Loss,
    Records,
    Row,
    Table,
    cut_to_bytes,
    is_placed,
    loss_table,
    records_of,
    rows_with_parcels,
)
from exports.request import CGCS2000, DataCrs, ExportRequest
from exports.spreadsheet import csv_bytes
from geo.load import Dataset
from geo.metric import STORAGE_CRS, to_metric
from layers.words import LANGUAGES, Words, words_in

GEOGRAPHIC: Final = frozenset({STORAGE_CRS, CGCS2000})
DBF_TEXT_BYTES: Final = 254
# GeoPackage 1.2 is what older ArcGIS and QGIS read without a warning.
_GEOPACKAGE: Final = {"VERSION": "1.2"}
_ARROW_TYPES: Final[dict[Kind, Any]] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "number": pa.float64(),
    "date": pa.date32(),
}
_CRS_WORDS: Final = {STORAGE_CRS: "table.crs_wgs84", CGCS2000: "table.crs_cgcs2000"}
_PARCEL_FIELDS: Final = ("id", "name", "name_en", "parcel_area_m2", "parcel_date", "parcel_source")
FIELD_FIELDS: Final = (
    Field("table", "table.field_table"),
    Field("short_name", "table.short_name"),
    Field("full_name", "table.full_name"),
    Field("type", "table.field_kind"),
    Field("label_zh", "table.label_zh"),
    Field("label_en", "table.label_en"),
    Field("meaning_zh", "table.meaning_zh"),
    Field("meaning_en", "table.meaning_en"),
)


@dataclass(frozen=True)
class Layer:
    """A table with a shape for each row, in the coordinate system asked for."""

    name: str
    table: Table
    shapes: GeoSeries
    geometry_type: str

    def where(self, wanted: Sequence[bool], name: str) -> "Layer":
        """Return the rows that are wanted, as a layer of another name."""
        rows = tuple(row for row, keep in zip(self.table.rows, wanted, strict=True) if keep)
        table = Table(self.table.name, self.table.fields, rows)
        return Layer(name, table, self.shapes[list(wanted)], self.geometry_type)


def write_geopackage(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write a GeoPackage in ``request.crs``.

    Layers ``projects`` (points; null where there is no place), ``structure_lines``, ``structure_areas``, and
    ``parcels`` where the office has any; tables
    ``mentions``, ``indicators``, ``programmes``, ``sources``, ``about``, ``fields`` and ``losses``.

    Parameters
    ----------
    path : Path, ends in ``.gpkg``
    """
    records = _with_coordinates(data, records_of(data, request), request)
    projects = replace(records.projects, fields=(*records.projects.fields, RECORD_FIELD))
    records = replace(records, projects=projects)
    path.unlink(missing_ok=True)
    for layer in _layers(data, request, records):
        description = {"IDENTIFIER": layer.name, "DESCRIPTION": records.title}
        _write(path, "GPKG", layer.name, layer.table, layer.shapes, layer.geometry_type, layer_options=description)
    tables = (records.mentions, records.indicators, records.programmes, records.sources)
    fields = field_table([records.projects, records.elements, *tables])
    for table in (*tables, records.about, fields, loss_table(records.losses)):
        _write(path, "GPKG", table.name, table)


def write_shapefile(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write a zip of Shapefiles in ``request.crs``, one for each kind of geometry, and all that they cannot hold.

    Beside ``projects``, ``structure_lines`` and ``structure_areas`` stand as CSV: projects without a place, the
    mentions, the sources, the fields with their full names and meanings, and the losses: each text that was cut to
    the 254 bytes of a DBF field, in full. ``readme.txt`` says what the file is.

    Parameters
    ----------
    path : Path
        Exactly this file is written.
    """
    words, records = request.words, _with_coordinates(data, records_of(data, request), request)
    projects, *structure = _layers(data, request, records)
    placed = [is_placed(row) for row in projects.table.rows]
    losses = list(records.losses)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for layer in (projects.where(placed, "projects"), *structure):
            _write_shapefile(folder, layer, words, losses)
        lost = loss_table(losses)
        for file, table in (
            ("unplaced", records.projects.only(lambda row: not is_placed(row))),
            ("mentions", records.mentions),
            ("sources", records.sources),
            ("fields", field_table([records.projects, records.elements])),
            ("losses", lost),
        ):
            (folder / f"{file}.csv").write_bytes(csv_bytes(table, words))
        (folder / "readme.txt").write_text(_readme(words, records, lost), encoding="utf-8-sig", newline="\r\n")
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            # The projects first: a reader that asks for no layer takes the first.
            for each in sorted(folder.iterdir(), key=lambda part: (part.stem != "projects", part.name)):
                archive.write(each, each.name)


def field_table(tables: Iterable[Table]) -> Table:
    """Return what each column of `tables` is called in a DBF table, in full and in words, and what it means."""
    rows: list[Row] = [
        {
            "table": table.name,
            "short_name": each.short_name,
            "full_name": each.name,
            "type": each.kind,
            **{f"label_{language}": words_in(language)(each.label) for language in LANGUAGES},
            **{f"meaning_{language}": each.meaning and words_in(language)(each.meaning) for language in LANGUAGES},
        }
        for table in tables
        for each in table.fields
    ]
    return Table("fields", FIELD_FIELDS, tuple(rows))


def in_crs(shapes: Sequence[BaseGeometry | None], crs: DataCrs) -> GeoSeries:
    """Return shapes of EPSG:4326 in `crs`, x being east or longitude; WGS 84 and CGCS2000 are taken as the same."""
    stored = GeoSeries(list(shapes), crs=STORAGE_CRS)
    if crs == STORAGE_CRS:
        return stored
    same = stored.set_crs(CGCS2000, allow_override=True)
    return same if crs in GEOGRAPHIC else to_metric(same, crs=crs)


def _layers(data: Dataset, request: ExportRequest, records: Records) -> list[Layer]:
    points = [Point(row["lon"], row["lat"]) if is_placed(row) else None for row in records.projects.rows]
    projects = Layer("projects", records.projects, in_crs(points, request.crs), "Point")
    shapes = in_crs([_multiple(placed.geometry) for placed in data.elements], request.crs)
    structure = Layer("structure", records.elements, shapes, "Unknown")
    kinds = (("line", "structure_lines", "MultiLineString"), ("area", "structure_areas", "MultiPolygon"))
    parts = [
        Layer(part.name, part.table, part.shapes, geometry_type)
        for kind, name, geometry_type in kinds
        for part in [structure.where([row["kind"] == kind for row in records.elements.rows], name)]
    ]
    return [projects, *parts, *_parcel_layer(data, request, records)]


def _parcel_layer(data: Dataset, request: ExportRequest, records: Records) -> list[Layer]:
    """Return the plots as a layer of their own, nothing where the office has none."""
    found = rows_with_parcels(data, records)
    if not found:
        return []
    fields = tuple(each for each in records.projects.fields if each.name in _PARCEL_FIELDS)
    shapes = in_crs([_multiple(shape(parcel.geometry)) for _, parcel in found], request.crs)
    return [Layer("parcels", Table("parcels", fields, tuple(row for row, _ in found)), shapes, "MultiPolygon")]


def _multiple(geometry: BaseGeometry) -> BaseGeometry:
    """Return the geometry as one of many parts, so that a layer is of one type."""
    parts = list(get_parts(geometry))
    return MultiLineString(parts) if "Line" in geometry.geom_type else MultiPolygon(parts)


def _with_coordinates(data: Dataset, records: Records, request: ExportRequest) -> Records:
    words = request.words
    stated = words(_CRS_WORDS.get(request.crs, "table.crs_zone"), crs=request.crs, meridian=data.district.meridian)
    note = "" if request.crs == STORAGE_CRS else words("table.same_datum")
    fact = Fact("coordinates", words("table.coordinates"), " ".join(filter(None, (stated, note))))
    return replace(records, facts=(*records.facts, fact))


def _write_shapefile(folder: Path, layer: Layer, words: Words, losses: list[Loss]) -> None:
    rows = tuple(_fitting_row(layer, row, words, losses) for row in layer.table.rows)
    short = tuple(Field(each.short_name, each.label, each.kind) for each in layer.table.fields)
    path = folder / f"{layer.name}.shp"
    _write(
        path, "ESRI Shapefile", layer.name, Table(layer.name, short, rows), layer.shapes, layer.geometry_type,
        encoding="UTF-8",
    )  # fmt: skip


def _fitting_row(layer: Layer, row: Row, words: Words, losses: list[Loss]) -> Row:
    """Return the row by short names, its texts cut to what a DBF field holds, the cuts added to `losses`."""
    fitting: Row = {}
    for each in layer.table.fields:
        value = fitting[each.short_name] = row[each.name]
        if not isinstance(value, str):
            continue
        kept = fitting[each.short_name] = cut_to_bytes(value, DBF_TEXT_BYTES)
        if kept != value:
            size = len(value.encode())
            losses.append(
                Loss(layer.name, str(row["id"]), each.name, words("table.loss_cut"), len(kept.encode()), size, value)
            )
    return fitting


def _write(
    path: Path,
    driver: str,
    name: str,
    table: Table,
    shapes: GeoSeries | None = None,
    geometry_type: str | None = None,
    **options: Any,
) -> None:
    columns = {
        each.name: pa.array([row[each.name] for row in table.rows], _ARROW_TYPES[each.kind]) for each in table.fields
    }
    geometry: dict[str, Any] = {}
    if shapes is not None:
        columns["geom"] = pa.array(shapes.to_wkb().tolist(), pa.binary())
        geometry = {"geometry_name": "geom", "geometry_type": geometry_type, "crs": shapes.crs.to_string()}
    exists = path.exists()
    if driver == "GPKG" and not exists:
        options["dataset_options"] = _GEOPACKAGE
    pyogrio.write_arrow(pa.table(columns), path, layer=name, driver=driver, append=exists, **geometry, **options)


def _readme(words: Words, records: Records, lost: Table) -> str:
    found = words("table.losses_found", n=len(lost.rows)) if lost.rows else words("table.losses_none")
    facts = [*records.facts, Fact("losses", words("table.sheet_losses"), f"{found} (losses.csv)")]
    return "\n".join(words("format.term", term=fact.label, value=fact.value) for fact in facts) + "\n"
