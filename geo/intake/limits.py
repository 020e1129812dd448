"""How much of a stranger's file is read; what is above is refused before it is read, and said so."""

from typing import Final

from geo.problem import Problem

MIB: Final = 1024**2
MAX_FILE_BYTES: Final = {
    "geojson": 50 * MIB,
    "gpkg": 200 * MIB,
    "zip": 100 * MIB,
    "kml": 50 * MIB,
    "kmz": 50 * MIB,
    "csv": 50 * MIB,
    "xlsx": 50 * MIB,
    "dxf": 50 * MIB,
}
MAX_ARCHIVE_MEMBERS: Final = 1_000
MAX_UNPACKED_BYTES: Final = 300 * MIB
MAX_UNPACK_RATIO: Final = 200
RATIO_FROM_BYTES: Final = 5 * MIB
"""Below this size a high ratio does no harm: a sheet of equal rows packs that well."""
MAX_FEATURES: Final = 200_000
MAX_COLUMNS: Final = 256
MAX_VERTICES: Final = 200_000
"""Of one feature."""
MAX_FILE_VERTICES: Final = 3_000_000
VERTEX_BYTES: Final = 32
"""Of a vertex in binary formats, with height and measure."""
MAX_CELL_CHARS: Final = 8 * MIB
"""Of one CSV cell: a polygon of `MAX_VERTICES` as WKT."""
MAX_OPEN_QUOTES: Final = 20
"""Quotes never closed in a CSV file, each of which is looked for to the end of the file."""
MAX_SQL_SECONDS: Final = 20


class RefusedFileError(Exception):
    """The whole file is refused; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def hold_to(limit: int, count: int, code: str, where: str, stated: int | None = None) -> None:
    """Refuse the file under `code` where `count` is above `limit`; `stated` is what is told, by default the limit.

    Raises
    ------
    RefusedFileError : if it is
    """
    if count > limit:
        raise RefusedFileError(Problem(code, where, f"{limit if stated is None else stated:,}"))
