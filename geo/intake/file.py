"""Read any file that somebody brings: its kind by its content, its faults as problems, never an exception."""

import re
from pathlib import PurePath
from typing import Final

import pandas as pd

from geo.intake.coordinate_columns import CoordinateColumns
from geo.intake.csv_file import read_csv
from geo.intake.dxf import read_dxf
from geo.intake.geojson import read_geojson
from geo.intake.geopackage import read_geopackage
from geo.intake.kml import read_kml, read_kmz
from geo.intake.limits import MAX_FILE_BYTES, MIB, RefusedFileError
from geo.intake.shapefile import read_shapefile
from geo.intake.table import Table, checked
from geo.intake.workbook import read_workbook
from geo.problem import Problem

FORMAT_OF_SUFFIX: Final = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".zip": "zip",
    ".kml": "kml",
    ".kmz": "kmz",
    ".csv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".dxf": "dxf",
}
BEGINS: Final = {
    "sqlite": re.compile(rb"SQLite format 3\0"),
    "zip": re.compile(rb"PK(\x03\x04|\x05\x06)"),
    "xml": re.compile(rb"(\xef\xbb\xbf)?\s*<|\xff\xfe<\0|\xfe\xff\0<"),
    "json": re.compile(rb"(\xef\xbb\xbf)?\s*[{\[]|\xff\xfe\{\0|\xfe\xff\0\{"),
    "pdf": re.compile(rb"%PDF"),
    "xls": re.compile(rb"\xd0\xcf\x11\xe0"),
    "shp": re.compile(rb"\x00\x00\x27\x0a"),
    "image": re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*"),
    "dxf": re.compile(rb"(\xef\xbb\xbf)?\s*(999\s*\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION"),
    "binary dxf": re.compile(rb"AutoCAD Binary DXF"),
    "dwg": re.compile(rb"AC10[0-9]{2}"),
    "rar": re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b"),
}
CONTENT_OF_FORMAT: Final = {
    "geojson": "json",
    "gpkg": "sqlite",
    "zip": "zip",
    "kml": "xml",
    "kmz": "zip",
    "csv": "text",
    "xlsx": "zip",
    "dxf": "dxf",
}


def read_file(name: str, content: bytes, *, layer: str | None = None, where: CoordinateColumns | None = None) -> Table:
    """Return what a file holds, with every problem found on the way; a refused file gives an empty table.

    Parameters
    ----------
    name : str, the file's name, whose suffix says the format
    content : bytes
    layer : str, optional
        The layer, shapefile or sheet to read where there are several; the first by default.
    where : CoordinateColumns, optional
        The columns of a CSV or XLSX file that hold the place; found by their headers by default.

    Notes
    -----
    The geometries keep the file's own numbers; what these mean is for `geo.crs_doctor` to say.
    """
    name = PurePath(name.replace("\\", "/")).name[:120]
    file_format = FORMAT_OF_SUFFIX.get(PurePath(name).suffix.lower(), "")
    try:
        _hold(name, content, file_format)
        return _read(name, content, file_format, layer, where)
    except RefusedFileError as error:
        return _refused(name, file_format, error.problem)
    except Exception as error:  # a parser met something nobody foresaw: the app stays up, and the user is told
        return _refused(name, file_format, Problem("import_broken", name, type(error).__name__))


def _read(name: str, content: bytes, file_format: str, layer: str | None, where: CoordinateColumns | None) -> Table:
    match file_format:
        case "geojson":
            return read_geojson(name, content)
        case "gpkg":
            return read_geopackage(name, content, layer)
        case "zip":
            return read_shapefile(name, content, layer)
        case "kml":
            return read_kml(name, content)
        case "kmz":
            return read_kmz(name, content, layer)
        case "csv":
            return read_csv(name, content, where)
        case "dxf":
            return read_dxf(name, content)
    return read_workbook(name, content, layer, where)


def _hold(name: str, content: bytes, file_format: str) -> None:
    """Refuse a file that is of no known format, empty, too large, or not what its suffix says."""
    if not file_format:
        raise RefusedFileError(Problem("import_format", name, PurePath(name).suffix or "—"))
    if not content.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise RefusedFileError(Problem("import_empty", name))
    if len(content) > MAX_FILE_BYTES[file_format]:
        raise RefusedFileError(Problem("import_file_too_large", name, str(MAX_FILE_BYTES[file_format] // MIB)))
    found = next((kind for kind, begin in BEGINS.items() if begin.match(content)), "text")
    if found != CONTENT_OF_FORMAT[file_format] and not (file_format == "csv" and found in ("json", "xml")):
        raise RefusedFileError(Problem("import_wrong_suffix", name, found))


def _refused(name: str, file_format: str, problem: Problem) -> Table:
    return Table(name, file_format, checked([], name, set())[0], pd.DataFrame(), problems=(problem,))
