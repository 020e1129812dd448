"""The points of an import's file on the map: where the file itself puts them, and where the chosen system does."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geo.crs_candidates import Candidate, Datum, Floats, to_lon_lat, transformer_between
from geo.load import Dataset
from geo.metric import STORAGE_CRS
from geo.project import Project
from ui.desk import Desk
from ui.import_preview import Outline
from ui.import_state import Importing, chosen, imported, preview, settle
from ui.import_work import ReadFile

DECIMALS: Final = 6
MIDDLE: Final = (5, 95)
"""What is fitted leaves out a few points that lie elsewhere."""
NEAR_M: Final = 5_000
"""So far from the points as chosen those of the file itself are fitted too."""
LEAST_M: Final = 1.0
AS_DEGREES: Final = Candidate(Datum.WGS84, STORAGE_CRS)


@dataclass(frozen=True)
class Sketch:
    """What the map draws of a file: (n,) longitudes and latitudes (EPSG:4326), NaN where there is none; outlines."""

    mark: str
    before: tuple[Floats, Floats]
    after: tuple[Floats, Floats]
    metric_crs: str
    outlines: Sequence[Outline] = ()

    @cached_property
    def shift_m(self) -> float:
        """How far the chosen system typically moves the points, NaN where that cannot be said."""
        metric = transformer_between(STORAGE_CRS, self.metric_crs)
        (x, y), (other_x, other_y) = (metric.transform(*points) for points in (self.before, self.after))
        away_m = np.hypot(np.subtract(x, other_x), np.subtract(y, other_y))
        return float(np.median(away_m[np.isfinite(away_m)])) if np.isfinite(away_m).any() else float("nan")

    @cached_property
    def message(self) -> dict[str, Any]:
        """The points as the map takes them. Points that do not move are drawn once, as chosen."""
        same = self.shift_m < LEAST_M
        kept = [np.isfinite(lon) for lon, _ in (self.before, self.after) if np.isfinite(lon).any()]
        both = np.logical_and.reduce(kept) if kept else np.zeros(len(self.before[0]), dtype=bool)
        return {
            "mark": self.mark,
            "before": [] if same else _lat_lon(*self.before, both),
            "after": _lat_lon(*self.after, both),
            "outlines": self.outlines,
            "fit": self._fit(),
        }

    def _fit(self) -> list[list[float]] | None:
        parts = [self.after] if _any(self.after) else []
        if _any(self.before) and (not parts or self.shift_m < NEAR_M):
            parts.append(self.before)
        if not parts:
            return None
        lon, lat = (np.concatenate([part[axis] for part in parts]) for axis in (0, 1))
        (west, east), (south, north) = (np.nanpercentile(each, MIDDLE) for each in (lon, lat))
        return [[float(south), float(west)], [float(north), float(east)]]


def sketch(desk: Desk) -> Sketch | None:
    """Return what the map is to draw of the file that is being imported, None where there is none."""
    found = settle()
    if not found or not found.read or not found.read.has_places:
        return None
    return sketch_of(found, found.read, desk.data)


def sketch_of(found: Importing, read: ReadFile, data: Dataset) -> Sketch:
    """Return the sketch of a file as it is declared and as is chosen for it."""
    candidate = chosen(found)
    nowhere = np.full(len(read.x), np.nan)
    after = to_lon_lat(candidate, read.x, read.y) if candidate else (nowhere, nowhere)
    mark = hashlib.sha256(f"{read.source.sha256} {found.serial} {candidate}".encode()).hexdigest()[:16]
    seen = preview(found, data)
    return Sketch(mark, _as_declared(read), after, data.district.metric_crs, seen.outlines if seen else ())


def _as_declared(read: ReadFile) -> tuple[Floats, Floats]:
    """Return the points by the file's own word; where it has none, its numbers taken for degrees if they may be."""
    declared = read.diagnosis.declared if read.diagnosis else None
    return to_lon_lat(declared.candidate if declared else AS_DEGREES, read.x, read.y)


def _any(points: tuple[Floats, Floats]) -> bool:
    return bool(np.isfinite(points[0]).any())


def _lat_lon(lon: Floats, lat: Floats, wanted: NDArray[np.bool_]) -> list[list[float]]:
    points = np.column_stack((lat, lon))[wanted].round(DECIMALS)
    kept: list[list[float]] = points[np.isfinite(points).all(axis=1)].tolist()
    return kept


def sites_of_import(desk: Desk) -> list[Project]:
    """Return the projects that the map shows: those just imported, else all."""
    settle()  # what has ended since the last run is shown in this one
    done = imported()
    ids = {*done.added, *done.changed} if done else set()
    return [project for project in desk.data.projects if not ids or project.id in ids]
