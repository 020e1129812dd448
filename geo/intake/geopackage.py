"""GeoPackage, read row by row with SQLite itself: no trigger, view or extension of a stranger's database is run."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import shapely
from pyproj import CRS
from shapely.errors import ShapelyError

from geo.intake.encoding import UTF_8, decoded
from geo.intake.limits import (
    MAX_COLUMNS,
    MAX_FEATURES,
    MAX_FILE_BYTES,
    MAX_SQL_SECONDS,
    MAX_VERTICES,
    VERTEX_BYTES,
    RefusedFileError,
    hold_to,
)
from geo.intake.table import Features, Reading, Table, crs_from, feature_problem, finished
from geo.problem import Problem

ENVELOPE_BYTES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
EMPTY_FLAG: Final = 0x10
HEADER_BYTES: Final = 8
STEPS_BETWEEN_CHECKS: Final = 100_000
READING: Final = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA)


class Text(bytes):
    """Text of the database, which is not always in UTF-8 as it should be, apart from its blobs."""


def read_geopackage(name: str, content: bytes, layer: str | None = None) -> Table:
    """Return the features of one layer of a GeoPackage, the first unless `layer` names another.

    Raises
    ------
    RefusedFileError : if it is damaged, holds no layer, takes too long, or is above the limits
    """
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(content)
            _restrain(database)
            return _read(database, name, layer)
        except (sqlite3.Error, OverflowError, ValueError) as error:
            raise RefusedFileError(Problem("import_broken", name, str(error)[:120])) from error


def _restrain(database: sqlite3.Connection) -> None:
    database.text_factory = Text
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_FILE_BYTES["gpkg"])
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)
    stop = time.monotonic() + MAX_SQL_SECONDS
    database.set_progress_handler(lambda: int(time.monotonic() > stop), STEPS_BETWEEN_CHECKS)


def _read(database: sqlite3.Connection, name: str, layer: str | None) -> Table:
    layers, views = _layers(database)
    problems = [Problem("import_views_skipped", name, ", ".join(views)[:120])] if views else []
    if not layers and views:
        raise RefusedFileError(problems[0])
    if not layers:
        raise RefusedFileError(Problem("import_empty", name))
    chosen = layer if layer in layers else next(iter(layers))
    geometry_column, srs_id = layers[chosen]
    columns = [decoded(row[1], UTF_8)[0] for row in database.execute(f"PRAGMA table_info({_quoted(chosen)})")]
    hold_to(MAX_COLUMNS, len(columns), "import_too_many_columns", name)
    ((count,),) = database.execute(f"SELECT count(*) FROM {_quoted(chosen)}")
    hold_to(MAX_FEATURES, count, "import_too_many_features", name)
    features = Features(name, problems=problems)
    crs = _crs(database, features, srs_id)
    at = columns.index(geometry_column)
    for cells in _rows(database, features, chosen):
        row, mixed = _row(columns, at, cells)
        features.add(*_geometry(cells[at], row))
        if mixed:
            features.problems.append(feature_problem("import_text_mixed", name, len(features.rows), UTF_8))
    return finished(
        features, file_format="gpkg", crs=crs, crs_in_file=crs is not None, layer=chosen, layers=tuple(layers)
    )


def _layers(database: sqlite3.Connection) -> tuple[dict[str, tuple[str, int]], list[str]]:
    """Return the column of the geometry and the id of the CRS of each layer that is a table, and the other layers."""
    rows = database.execute(
        "SELECT g.table_name, g.column_name, g.srs_id,"
        " m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' FROM gpkg_geometry_columns g"
        " JOIN sqlite_master m ON lower(m.name) = lower(g.table_name) AND m.type IN ('table', 'view') ORDER BY g.rowid"
    ).fetchall()
    tables = {decoded(table, UTF_8)[0]: (decoded(column, UTF_8)[0], srs) for table, column, srs, plain in rows if plain}
    return tables, [decoded(table, UTF_8)[0] for table, _, _, plain in rows if not plain]


def _rows(database: sqlite3.Connection, features: Features, layer: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows; those after a damaged page cannot be read, which is told."""
    try:
        yield from database.execute(f"SELECT * FROM {_quoted(layer)}")
    except sqlite3.Error as error:
        if not features.rows:
            raise
        features.problems.append(Problem("import_broken", features.name, str(error)[:120]))


def _row(columns: list[str], at: int, cells: tuple[Any, ...]) -> tuple[dict[str, Any], bool]:
    row: dict[str, Any] = {}
    mixed = False
    for index, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        if isinstance(cell, Text):
            row[column], clean = decoded(cell, UTF_8)
            mixed = mixed or not clean
        elif index != at:
            row[column] = cell.hex() if isinstance(cell, bytes) else cell
    return row, mixed


def _geometry(blob: Any, row: dict[str, Any]) -> Reading:
    """Return the geometry in a GeoPackage's blob: a head of its own, then WKB."""
    if blob is None:
        return None, row, None
    try:
        if blob[:2] != b"GP":
            raise ValueError("not a GeoPackage geometry")
        if len(blob) > MAX_VERTICES * VERTEX_BYTES * 2:  # seen before it takes memory as a shape
            return None, row, ("import_too_many_vertices", f"{MAX_VERTICES:,}")
        flags = blob[3]
        if flags & EMPTY_FLAG:
            return None, row, None
        return shapely.from_wkb(blob[HEADER_BYTES + ENVELOPE_BYTES[flags >> 1 & 7] :]), row, None
    except (ShapelyError, ValueError, TypeError, IndexError, KeyError) as error:
        return None, row, ("import_geometry_unreadable", str(error))


def _crs(database: sqlite3.Connection, features: Features, srs_id: int) -> CRS | None:
    found = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if found is None or srs_id in (0, -1):
        features.problems.append(Problem("import_no_crs", features.name))
        return None
    organization, code, definition = (decoded(one, UTF_8)[0] if isinstance(one, bytes) else one for one in found)
    crs = crs_from(f"{organization}:{code}") or crs_from(str(definition))
    if crs is None:
        features.problems.append(Problem("import_crs_unknown", features.name, f"{organization}:{code}"[:120]))
    return crs


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
