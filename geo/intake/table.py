"""A file's features as one table: geometries in the file's own numbers, columns of text or number, and the problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely import GeometryType

from geo.intake.limits import MAX_COLUMNS, MAX_FEATURES, MAX_FILE_VERTICES, MAX_VERTICES, hold_to
from geo.problem import Problem

Geometries = NDArray[np.object_]
Reading = tuple[Any, dict[str, Any], tuple[str, str] | None]
"""A geometry or None, its row, and the code and detail of what is wrong with the geometry."""
KINDS: Final = (
    GeometryType.POINT,
    GeometryType.LINESTRING,
    GeometryType.POLYGON,
    GeometryType.MULTIPOINT,
    GeometryType.MULTILINESTRING,
    GeometryType.MULTIPOLYGON,
)
LARGEST_INTEGER: Final = 2**63 - 1
EXAMPLE_ID: Final = "example-row-left-out"
"""The identifier of the template's example, which no import takes."""


@dataclass(frozen=True)
class FeatureProblem(Problem):
    """A problem of one feature; `feature` is its number in the file, from 1."""

    feature: int = 0


@dataclass(frozen=True)
class Table:
    """What a file holds.

    Attributes
    ----------
    name, format : str
        The file's name; ``geojson``, ``gpkg``, ``zip`` (shapefile), ``kml``, ``kmz``, ``csv``, ``xlsx`` or ``dxf``.
    geometries : ndarray of object, (n,)
        Shapely geometries in the file's own numbers, x before y as the file has them; None where unusable or missing.
    columns : DataFrame, (n,)
        Attributes, each column text, whole numbers or floats; indexed by the feature's number in the file, from 1.
    declared_crs : CRS or None
        What the file says its numbers mean.
    crs_in_file : bool
        True where the file itself states that, False where only its format does (GeoJSON, KML).
    encoding : str or None
        How its text is written, None where the format leaves no choice.
    layer, layers : str, tuple of str
        The layer read here and all that the file has.
    problems : tuple of Problem
    numbers : tuple of int, (n,)
        What whoever looks at the file sees each feature numbered as: the row of a sheet, whose head line is row 1;
        elsewhere the feature's number.
    """

    name: str
    format: str
    geometries: Geometries
    columns: pd.DataFrame
    declared_crs: CRS | None = None
    crs_in_file: bool = False
    encoding: str | None = None
    layer: str = ""
    layers: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass
class Features:
    """Features while a file is being read; a row whose geometry could not be read has None and its problem here."""

    name: str
    geometries: list[Any] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    reported: set[int] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)

    def add(
        self,
        geometry: Any,
        row: dict[str, Any],
        problem: tuple[str, str] | None = None,
        *,
        seen_as: int | None = None,
    ) -> None:
        """Add a feature, with the code and detail of what is wrong with its geometry, if anything.

        The template's example is none. `seen_as` is the number that the file's reader sees, by default its own.
        """
        if EXAMPLE_ID in row.values():
            return
        hold_to(MAX_FEATURES, len(self.rows) + 1, "import_too_many_features", self.name)
        self.geometries.append(geometry)
        self.rows.append(row)
        self.numbers.append(len(self.rows) if seen_as is None else seen_as)
        if problem:
            number = len(self.rows)
            self.reported.add(number)
            self.problems.append(feature_problem(problem[0], self.name, number, problem[1]))

    def frame(self) -> pd.DataFrame:
        """Return the attributes as columns, in the order in which they first appear."""
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        return columns_of({name: [row.get(name) for row in self.rows] for name in names}, len(self.rows), self.name)


def feature_problem(code: str, name: str, number: int, detail: str = "") -> FeatureProblem:
    """Return a problem of feature `number` of the file `name`."""
    return FeatureProblem(code, f"{name} #{number}", detail[:120], number)


def finished(
    features: Features,
    *,
    file_format: str,
    columns: pd.DataFrame | None = None,
    crs: CRS | None = None,
    crs_in_file: bool = False,
    encoding: str | None = None,
    layer: str = "",
    layers: Sequence[str] = (),
) -> Table:
    """Return the table of these features, their geometries checked; problems stand in the order of the features."""
    geometries, found = checked(features.geometries, features.name, features.reported)
    others = [one for one in layers if one != layer]
    if others:
        features.problems.append(Problem("import_other_layers", layer, ", ".join(others)[:120]))
    if not len(geometries):
        features.problems.append(Problem("import_empty", features.name))
    numbers = tuple(features.numbers or range(1, len(geometries) + 1))
    problems = sorted([*features.problems, *found], key=lambda problem: getattr(problem, "feature", 0))
    problems = [_as_seen(problem, features.name, numbers) for problem in problems]
    frame = features.frame() if columns is None else columns
    return Table(
        features.name, file_format, geometries, frame, crs, crs_in_file, encoding, layer, tuple(layers),
        tuple(problems), numbers,
    )  # fmt: skip


def _as_seen(problem: Problem, name: str, numbers: Sequence[int]) -> Problem:
    """Return the problem of a feature told of the number that it is seen as."""
    if not isinstance(problem, FeatureProblem) or not 1 <= problem.feature <= len(numbers):
        return problem
    return replace(problem, where=f"{name} #{numbers[problem.feature - 1]}")


def checked(geometries: Sequence[Any], name: str, reported: set[int]) -> tuple[Geometries, list[Problem]]:
    """Return the geometries, None in place of the unusable, and what is wrong, but for features already `reported`."""
    kept: Geometries = np.empty(len(geometries), dtype=object)
    kept[:] = geometries
    vertices = shapely.get_num_coordinates(kept)
    hold_to(MAX_FILE_VERTICES, int(vertices.sum()), "import_too_many_file_vertices", name)
    coordinates, owners = shapely.get_coordinates(kept, return_index=True)
    not_finite = np.zeros(len(kept), dtype=bool)
    not_finite[owners[~np.isfinite(coordinates).all(axis=1)]] = True
    absent = shapely.is_missing(kept) | shapely.is_empty(kept)
    faults = {
        "import_no_geometry": absent,
        "import_kind": ~absent & ~np.isin(shapely.get_type_id(kept), KINDS),
        "import_not_finite": ~absent & not_finite,
        "import_too_many_vertices": vertices > MAX_VERTICES,
    }
    problems: list[Problem] = []
    for code, at_fault in faults.items():
        for index in np.flatnonzero(at_fault):
            if index + 1 not in reported:
                reported.add(int(index) + 1)
                problems.append(feature_problem(code, name, int(index) + 1, _detail(code, kept[index])))
        kept[at_fault] = None
    for index in np.flatnonzero(~shapely.is_missing(kept) & ~shapely.is_valid(kept)):
        problems.append(
            feature_problem("import_invalid_shape", name, int(index) + 1, shapely.is_valid_reason(kept[index]))
        )
    return kept, problems


def _detail(code: str, geometry: Any) -> str:
    return f"{MAX_VERTICES:,}" if code == "import_too_many_vertices" else getattr(geometry, "geom_type", "")


def columns_of(values: Mapping[str, Sequence[Any]], count: int, name: str) -> pd.DataFrame:
    """Return columns of text, whole numbers or floats, indexed by feature number from 1."""
    hold_to(MAX_COLUMNS, len(values), "import_too_many_columns", name)
    index = pd.RangeIndex(1, count + 1)
    return pd.DataFrame({str(key): _column(column, index) for key, column in values.items()}, index=index)


def _column(values: Sequence[Any], index: pd.RangeIndex) -> "pd.Series[Any]":
    present = [value for value in values if value is not None]
    if present and all(type(value) is int and abs(value) <= LARGEST_INTEGER for value in present):
        return pd.Series(values, index=index, dtype="Int64")
    if present and all(type(value) in (int, float) for value in present):
        return pd.Series(values, index=index, dtype="Float64")
    return pd.Series([None if value is None else str(value) for value in values], index=index, dtype="object")


@lru_cache(maxsize=32)
def crs_from(text: str) -> CRS | None:
    """Return the CRS that a file's words for it mean, None where they mean none."""
    try:
        return CRS.from_user_input(text)
    except (CRSError, ValueError):
        return None
