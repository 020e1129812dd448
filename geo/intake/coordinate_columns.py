"""Which columns of a sheet hold the place (longitude and latitude, projected x and y, or WKT), and its rows."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import Point

from geo.intake.table import Features, Reading
from geo.problem import Problem

NOT_IN_HEADERS: Final = re.compile(r"\(.*?\)|（.*?）|\[.*?\]|[\W_]+")
HEADERS: Final[Mapping[str, frozenset[str]]] = {
    "lon": frozenset(
        {"lon", "lng", "long", "longitude", "经度", "东经", "gpslon", "gpslng", "経度", "경도", "долгота"}
    ),
    "lat": frozenset({"lat", "latitude", "纬度", "北纬", "gpslat", "緯度", "위도", "широта"}),
    "x": frozenset({"x", "xcoord", "coordx", "pointx", "x坐标", "坐标x", "横坐标", "east", "easting", "东坐标"}),
    "y": frozenset({"y", "ycoord", "coordy", "pointy", "y坐标", "坐标y", "纵坐标", "north", "northing", "北坐标"}),
    "wkt": frozenset({"wkt", "geom", "geometry", "thegeom", "wktgeom", "几何", "图形"}),
}
HEAD_ROW: Final = 1
"""The number of a sheet's head line, as spreadsheets count rows."""
PLAIN_INTEGER: Final = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
PLAIN_NUMBER: Final = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class CoordinateColumns:
    """The headers of the columns with the place: `x` and `y`, or `wkt`. A longitude counts as x, whatever its unit."""

    x: str | None = None
    y: str | None = None
    wkt: str | None = None


def coordinate_columns(headers: Iterable[str]) -> CoordinateColumns | None:
    """Return the columns that hold the place by their headers, in Chinese or English, None where none do.

    Notes
    -----
    In surveying, x points north: the columns are taken as they are named, and whether the axes are swapped is for the
    CRS doctor to say, who sees the numbers.
    """
    by_meaning: dict[str, str] = {}
    for header in headers:
        plain = NOT_IN_HEADERS.sub("", header.casefold())
        for meaning, names in HEADERS.items():
            if plain in names:
                by_meaning.setdefault(meaning, header)
    for x, y in (("lon", "lat"), ("x", "y")):
        if x in by_meaning and y in by_meaning:
            return CoordinateColumns(by_meaning[x], by_meaning[y])
    return CoordinateColumns(wkt=by_meaning["wkt"]) if "wkt" in by_meaning else None


def unique_headers(name: str, cells: Sequence[Any]) -> tuple[list[str], list[Problem]]:
    """Return a header for every column, those without a name or with one already taken numbered, and the problems."""
    headers: list[str] = []
    problems: list[Problem] = []
    for number, cell in enumerate(cells, start=1):
        said = "" if cell is None else str(cell).strip()
        header = said or f"column_{number}"
        if header in headers:
            header = f"{header}_{number}"
            problems.append(Problem("import_header_repeated", name, header[:120]))
        headers.append(header)
    return headers, problems


def add_rows(
    features: Features,
    headers: Sequence[str],
    rows: Iterable[tuple[int, Sequence[Any]]],
    where: CoordinateColumns | None,
) -> None:
    """Add each numbered row as a feature, with the point or the WKT in its cells; rows of empty cells are none."""
    where = where or coordinate_columns(headers)
    if where is None:
        features.problems.append(Problem("import_no_coordinates", features.name, ", ".join(headers)[:120]))
    for number, cells in rows:
        # Cells under no header are kept under one of their number.
        every = [*headers, *(f"column_{at}" for at in range(len(headers) + 1, len(cells) + 1))]
        row = {header: cell for header, cell in zip(every, cells, strict=False) if cell not in (None, "")}
        if row:
            features.add(*_place(row, where), seen_as=number)
            if where is None:
                features.reported.add(len(features.rows))


def _place(row: dict[str, Any], where: CoordinateColumns | None) -> Reading:
    if where is None:
        return None, row, None
    if where.wkt:
        return _from_wkt(row, row.get(where.wkt))
    cells = [row.get(where.x or ""), row.get(where.y or "")]
    if cells == [None, None]:
        return None, row, None
    try:
        x, y = (float(cell) for cell in cells)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError):
        return None, row, ("import_not_a_number", ", ".join("—" if cell is None else str(cell) for cell in cells))
    if not (isfinite(x) and isfinite(y)):
        return None, row, ("import_not_finite", f"{x}, {y}")
    return Point(x, y), row, None


def _from_wkt(row: dict[str, Any], text: Any) -> Reading:
    if text is None:
        return None, row, None
    try:
        return shapely.from_wkt(str(text)), row, None
    except (ShapelyError, ValueError) as error:
        return None, row, ("import_geometry_unreadable", str(error))


def number_texts(rows: Sequence[dict[str, Any]]) -> None:
    """Turn the text of each column to numbers where all of its cells are plain ones; 007 and long codes stay text."""
    for header in dict.fromkeys(header for row in rows for header in row):
        cells = [row[header] for row in rows if header in row]
        texts = [cell for cell in cells if isinstance(cell, str)]
        if len(texts) < len(cells):
            continue
        if all(PLAIN_INTEGER.fullmatch(text) for text in texts):
            as_number: Callable[[str], int | float] = int
        elif all(PLAIN_NUMBER.fullmatch(text) for text in texts):
            as_number = float
        else:
            continue
        for row in rows:
            if header in row:
                row[header] = as_number(row[header])
