"""Shapefiles in a zip; text in the DBF is read as UTF-8 or GBK by what it is, whatever a .cpg says or leaves out."""

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZipFile, ZipInfo

import numpy as np
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import read as read_raw
from pyproj import CRS

from geo.intake.archive import member_name, open_archive, read_member
from geo.intake.encoding import decoded, encoding_of, named_encoding
from geo.intake.limits import MAX_FEATURES, MAX_FILE_VERTICES, VERTEX_BYTES, RefusedFileError, hold_to
from geo.intake.table import Features, Table, columns_of, crs_from, feature_problem, finished
from geo.problem import Problem

PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
LOSSLESS: Final = "ISO-8859-1"
"""Gives every byte a letter of its own, so that we decide what the bytes mean."""
UNREADABLE: Final = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, ValueError, RuntimeError)
SHX_HEADER_BYTES: Final = 100
SHX_RECORD_BYTES: Final = 8
DBF_COUNT: Final = slice(4, 8)
Rows = tuple[list[Any], dict[str, list[Any]]]


def read_shapefile(name: str, content: bytes, layer: str | None = None) -> Table:
    """Return the features of one shapefile in a zip, the first unless `layer` names another.

    Raises
    ------
    RefusedFileError : if it holds none, lacks a part, or is above the limits
    """
    archive = open_archive(name, content)
    stems = _stems(archive)
    if not stems:
        raise RefusedFileError(Problem("import_archive_without", name, ".shp"))
    chosen = layer if layer in stems else next(iter(stems))
    parts = {suffix: read_member(name, archive, member) for suffix, member in stems[chosen].items()}
    if ".shx" not in parts:
        raise RefusedFileError(Problem("import_shapefile_part", name, f"{chosen}.shx"))
    count = (len(parts[".shx"]) - SHX_HEADER_BYTES) // SHX_RECORD_BYTES
    hold_to(MAX_FEATURES, count, "import_too_many_features", name)
    hold_to(MAX_FILE_VERTICES, len(parts[".shp"]) // VERTEX_BYTES, "import_too_many_file_vertices", name)
    features = Features(name)
    if not parts.get(".dbf"):
        features.problems.append(Problem("import_no_attributes", name, f"{chosen}.dbf"))
    elif (rows := int.from_bytes(parts[".dbf"][DBF_COUNT], "little")) != count:
        features.problems.append(Problem("import_shapefile_counts", name, f"{count} / {rows}"))
    values = _read(features, parts, max(count, 0))
    columns, encoding = _decoded(features, values, parts.get(".cpg"))
    crs = _crs(features, parts.get(".prj"))
    return finished(
        features,
        file_format="zip",
        columns=columns_of(columns, len(features.geometries), name),
        crs=crs,
        crs_in_file=crs is not None,
        encoding=encoding,
        layer=chosen,
        layers=tuple(stems),
    )


def _stems(archive: ZipFile) -> dict[str, dict[str, ZipInfo]]:
    """Return the parts of each shapefile in the archive, by its path without suffix."""
    stems: dict[str, dict[str, ZipInfo]] = {}
    for member in archive.infolist():
        path = PurePosixPath(member_name(member))
        if path.suffix.lower() in PARTS and "__MACOSX" not in path.parts:
            stems.setdefault(str(path.with_suffix("")), {})[path.suffix.lower()] = member
    return {stem: parts for stem, parts in stems.items() if ".shp" in parts}


def _read(features: Features, parts: dict[str, bytes], count: int) -> dict[str, list[Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layer.shp"
        for suffix in (".shp", ".shx", ".dbf"):
            if suffix in parts:
                path.with_suffix(suffix).write_bytes(parts[suffix])
        try:
            read_raw(path, max_features=0, encoding=LOSSLESS)
        except UNREADABLE as error:
            raise RefusedFileError(Problem("import_broken", features.name, str(error)[:120])) from error
        values: dict[str, list[Any]] = {}
        for geometries, columns in _pieces(path, 0, count):
            before = len(features.geometries)
            features.geometries.extend(geometries)
            for key in dict.fromkeys((*values, *columns)):
                values.setdefault(key, [None] * before).extend(columns.get(key, [None] * len(geometries)))
    for number, geometry in enumerate(features.geometries, start=1):
        if geometry is UNREAD:
            features.reported.add(number)
            features.problems.append(feature_problem("import_geometry_unreadable", features.name, number))
    features.geometries[:] = [None if geometry is UNREAD else geometry for geometry in features.geometries]
    return values


UNREAD: Final = object()


def _pieces(path: Path, start: int, count: int) -> list[Rows]:
    """Return the rows from `start`; where reading fails, halved until only the bad ones are left out."""
    if count == 0:
        return []
    try:
        meta, _, wkb, data = read_raw(path, skip_features=start, max_features=count, encoding=LOSSLESS)
        geometries = list(shapely.from_wkb(wkb)) if wkb is not None else [None] * count
        columns = {str(key): _plain(column) for key, column in zip(meta["fields"], data, strict=True)}
        return [(geometries, columns)]
    except (*UNREADABLE, shapely.errors.ShapelyError):
        if count == 1:
            return [([UNREAD], {})]
        half = count // 2
        return [*_pieces(path, start, half), *_pieces(path, start + half, count - half)]


def _plain(column: Any) -> list[Any]:
    if np.issubdtype(column.dtype, np.datetime64):
        return [None if np.isnat(value) else str(value).removesuffix("T00:00:00.000") for value in column]
    if np.issubdtype(column.dtype, np.floating):
        return [None if np.isnan(value) else value for value in column.tolist()]
    values: list[Any] = column.tolist()
    return values


def _decoded(features: Features, values: dict[str, list[Any]], cpg: bytes | None) -> tuple[dict[str, list[Any]], str]:
    """Return the columns with their text decoded, and the encoding; each row that is in another is told."""
    declared = named_encoding(cpg.decode("ascii", "replace")) if cpg else None
    texts = [key.encode(LOSSLESS) for key in values]
    texts += [cell.encode(LOSSLESS) for column in values.values() for cell in column if isinstance(cell, str)]
    encoding = encoding_of(texts, declared)
    odd: set[int] = set()
    columns: dict[str, list[Any]] = {}
    for key, column in values.items():
        cells = list(column)
        for index, cell in enumerate(column):
            if isinstance(cell, str):
                cells[index], clean = decoded(cell.encode(LOSSLESS), encoding)
                if not clean:
                    odd.add(index + 1)
        columns[decoded(key.encode(LOSSLESS), encoding)[0]] = cells
    features.problems.extend(feature_problem("import_text_mixed", features.name, one, encoding) for one in sorted(odd))
    return columns, encoding


def _crs(features: Features, prj: bytes | None) -> CRS | None:
    if prj is None:
        features.problems.append(Problem("import_no_crs", features.name))
        return None
    said = prj.decode("utf-8", "replace").strip()
    crs = crs_from(said)
    if crs is None:
        features.problems.append(Problem("import_crs_unknown", features.name, said[:120]))
    return crs
