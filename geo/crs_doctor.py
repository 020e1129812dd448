"""Which CRS a file is in, judged by where its features would lie; what cannot be told apart is said, never guessed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from geo.check import layer_in_metres
from geo.crs_candidates import Candidate, Floats, candidates, has_public_shift, to_lon_lat, transformer_between
from geo.intake.table import Geometries, Table
from geo.load import Dataset
from geo.metric import STORAGE_CRS
from geo.nearby import ROADS, places_of_base
from geo.vocabulary import KNOWN_GRADES

MARGIN_M: Final = 500
"""How far out of the outline a feature still counts as the district's: surveys and outlines do not end at one line."""
SHORE_M: Final = 20
LEAST_INSIDE: Final = 0.5
SAMPLE: Final = 2_000
MANY: Final = 20
"""From so many features on, shares say something."""
CLEARLY_LESS: Final = 0.3
LEAST_NAMED: Final = 3
LEAST_AGREEING: Final = 0.5
PLACE_ACCURACY_M: Final = 100
STREET_ACCURACY_M: Final = 60
NAMED_MARGIN_M: Final = 50
LONGEST_ADDRESS: Final = 40
SAME_M: Final = 1.0
"""Below this two systems are the same at any scale the map has: WGS 84 and CGCS2000."""
GRID_RESIDUAL_M: Final = 1.0


class Verdict(StrEnum):
    """Whether the file's CRS is known."""

    CERTAIN = "certain"
    ASK = "ask"
    NONE_FITS = "none_fits"


class Reason(StrEnum):
    """What speaks for a candidate or against it."""

    INSIDE = "inside"
    NAMES_AGREE = "names_agree"
    DECLARED = "declared"
    SAME_AT_MAP_SCALE = "same_at_map_scale"
    NO_PUBLIC_SHIFT = "no_public_shift"
    GRID_UNCHECKED = "grid_unchecked"
    GRID_RESIDUALS = "grid_residuals"
    OUTSIDE = "outside"
    FEWER_INSIDE = "fewer_inside"
    IN_THE_SEA = "in_the_sea"
    NAMES_ELSEWHERE = "names_elsewhere"
    DECLARED_OTHERWISE = "declared_otherwise"


AGAINST: Final = frozenset(
    {
        Reason.OUTSIDE,
        Reason.FEWER_INSIDE,
        Reason.IN_THE_SEA,
        Reason.NAMES_ELSEWHERE,
        Reason.DECLARED_OTHERWISE,
    }
)


@dataclass(frozen=True)
class Reference:
    """What is known of the district, in metres: its outline, its land, and places and streets by their Chinese names.

    `places` has each geometry with how well it is known in metres; `lon` is where the district is, in degrees.
    """

    outline: BaseGeometry
    land: BaseGeometry | None
    places: Mapping[str, tuple[BaseGeometry, float]]
    streets: re.Pattern[str] | None
    metric_crs: str
    lon: float


@dataclass(frozen=True)
class Finding:
    """What one candidate would mean for the file's features.

    Attributes
    ----------
    candidate : Candidate
    inside_share : float
        Of the features, within the outline and 500 m around it.
    land_share : float
        Of those inside, on land; NaN where none is inside or the land is not known.
    named_count, agreeing_count : int
        Features named like a place or street that is known, and those of them that lie there as well as it is known.
    named_median_m : float
        How far they typically lie from it; NaN where there are none.
    shift_m : float
        How far its features typically lie from those of the first candidate; NaN where they cannot be compared.
    reasons : tuple of Reason
    """

    candidate: Candidate
    inside_share: float
    land_share: float
    named_count: int
    agreeing_count: int
    named_median_m: float
    shift_m: float = float("nan")
    reasons: tuple[Reason, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return not AGAINST & set(self.reasons)

    @property
    def agreeing_share(self) -> float:
        """Of the named features, those that lie where the name says."""
        return self.agreeing_count / self.named_count if self.named_count else 0.0


@dataclass(frozen=True)
class Diagnosis:
    """The verdict, and every candidate, the likeliest first.

    Attributes
    ----------
    verdict : Verdict
    findings : tuple of Finding
    rivals : tuple of Finding
        Those that fit beside the first, more than a metre apart from it; somebody who knows the file has to choose.
    tested : int
        How many features were tested.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    rivals: tuple[Finding, ...]
    tested: int

    @property
    def best(self) -> Finding | None:
        """The first candidate where any fits."""
        return None if self.verdict is Verdict.NONE_FITS else self.findings[0]

    @property
    def declared(self) -> Finding | None:
        """What the file says of itself, which need not fit; None where it says nothing."""
        return next((finding for finding in self.findings if finding.candidate.declared), None)


@dataclass(frozen=True)
class _Sample:
    """Features to test: a point of each in the file's own numbers, and the place each is named after, if any."""

    x: Floats
    y: Floats
    named: NDArray[np.intp]
    places: Geometries
    allowed_m: Floats


@dataclass(frozen=True)
class _Trial:
    finding: Finding
    metric: Floats


def reference_of(dataset: Dataset) -> Reference | None:
    """Return what the data knows of the district, None where it has no outline."""
    outline = layer_in_metres(dataset, "boundary", kind="outline")
    if outline is None:
        return None
    roads = dataset.base.get(ROADS, {}).get("features", ())
    degrees: dict[str, tuple[BaseGeometry, float]] = {}
    streets: list[str] = []
    for place in places_of_base(dataset.base):
        if place.layer == ROADS:
            streets.append(place.name)
            lines = shapely.union_all([shape(roads[part]["geometry"]) for part in place.parts])
            degrees[place.name] = (lines, STREET_ACCURACY_M)
        else:
            degrees[place.name] = (Point(place.lon, place.lat), place.accuracy_m or PLACE_ACCURACY_M)
    for project in dataset.projects:
        if project.placed and project.location.grade in KNOWN_GRADES:
            degrees.setdefault(
                project.name, (Point(project.lon, project.lat), project.location.accuracy_m or PLACE_ACCURACY_M)
            )
    metric = _in_metres([geometry for geometry, _ in degrees.values()], dataset.district.metric_crs)
    return Reference(
        outline,
        layer_in_metres(dataset, "land"),
        {name: (geometry, known[1]) for (name, known), geometry in zip(degrees.items(), metric, strict=True)},
        re.compile("|".join(map(re.escape, sorted(streets, key=len, reverse=True)))) if streets else None,
        dataset.district.metric_crs,
        dataset.district.centre[0],
    )


def diagnose(table: Table, reference: Reference, grids: Sequence[Candidate] = ()) -> Diagnosis:
    """Return what the numbers of a file may mean, the likeliest first, and whether that is certain.

    Parameters
    ----------
    table : Table
    reference : Reference
    grids : sequence of Candidate
        City grids fitted to control points, by `geo.crs_candidates.fit_grid`.

    Notes
    -----
    A candidate fits if half of the features lie within the outline or 500 m around it, and nothing speaks against it:
    of the features named like a known place (three or more) less than half lie there while another candidate puts
    them there; or, of 20 features or more, 30 % fewer are inside or on land than with another candidate; or the file
    states another projected system, which fits. Two that fit and lie more than a metre apart are never decided here.
    """
    sample = _sample(table, reference)
    if not len(sample.x):
        return Diagnosis(Verdict.NONE_FITS, (), (), 0)
    outline, land = reference.outline.buffer(MARGIN_M), reference.land
    land = None if land is None else land.buffer(SHORE_M)
    shapely.prepare([one for one in (outline, land) if one is not None])
    trials = [
        _trial(candidate, sample, reference, outline, land)
        for candidate in candidates(reference.lon, table.declared_crs, grids)
    ]
    judged = _judged(trials, len(sample.x), table.crs_in_file)
    ranked = _ranked(judged)
    first = ranked[0]
    findings = tuple(_beside(first, trial) for trial in ranked)
    if not first.finding.fits:
        return Diagnosis(Verdict.NONE_FITS, findings, (), len(sample.x))
    rivals = tuple(one for one in findings[1:] if one.fits and not one.shift_m <= SAME_M)
    doubts = {Reason.GRID_UNCHECKED, Reason.GRID_RESIDUALS} & set(findings[0].reasons)
    contradicted = Reason.NAMES_AGREE not in findings[0].reasons and findings[0].named_count >= LEAST_NAMED
    verdict = Verdict.ASK if rivals or doubts or contradicted else Verdict.CERTAIN
    return Diagnosis(verdict, findings, rivals, len(sample.x))


# ---- the features to test ----


def _sample(table: Table, reference: Reference) -> _Sample:
    """Return a point of each feature, of at most 2,000 spread evenly over the file."""
    usable = np.flatnonzero(~shapely.is_missing(table.geometries))
    if len(usable) > SAMPLE:
        usable = usable[np.linspace(0, len(usable) - 1, SAMPLE).astype(np.intp)]
    geometries = table.geometries[usable]
    areas = shapely.get_dimensions(geometries) == 2
    points = shapely.centroid(geometries)
    points[~areas] = shapely.point_on_surface(geometries[~areas])
    x, y = shapely.get_x(points), shapely.get_y(points)
    named, places, allowed_m = [], [], []
    for position, index in enumerate(usable):
        if found := _place_named(_texts(table.columns, int(index)), reference):
            named.append(position)
            places.append(found[0])
            allowed_m.append(found[1] + NAMED_MARGIN_M)
    geometry_of_place: Geometries = np.empty(len(places), dtype=object)
    geometry_of_place[:] = places
    return _Sample(x, y, np.asarray(named, dtype=np.intp), geometry_of_place, np.asarray(allowed_m, dtype=float))


def _texts(columns: pd.DataFrame, index: int) -> list[str]:
    return [cell.strip() for cell in columns.iloc[index] if isinstance(cell, str)] if len(columns.columns) else []


def _place_named(texts: Iterable[str], reference: Reference) -> tuple[BaseGeometry, float] | None:
    """Return the place that a row is named after, else the street that its address names."""
    texts = [text for text in texts if len(text) <= LONGEST_ADDRESS]
    for text in texts:
        if text in reference.places:
            return reference.places[text]
    for text in texts:
        if reference.streets and (found := reference.streets.search(text)):
            return reference.places[found.group()]
    return None


# ---- one candidate ----


def _trial(
    candidate: Candidate, sample: _Sample, reference: Reference, outline: BaseGeometry, land: BaseGeometry | None
) -> _Trial:
    lon, lat = to_lon_lat(candidate, sample.x, sample.y)
    metric = np.column_stack(transformer_between(STORAGE_CRS, reference.metric_crs).transform(lon, lat))
    metric[~np.isfinite(metric).all(axis=1)] = np.nan
    inside = shapely.contains_xy(outline, metric)
    on_land = shapely.contains_xy(land, metric[inside]) if land is not None and inside.any() else np.empty(0)
    theirs = metric[sample.named]
    placed = ~np.isnan(theirs[:, 0])
    away_m = np.full(len(theirs), np.nan)
    away_m[placed] = shapely.distance(shapely.points(theirs[placed]), sample.places[placed])
    return _Trial(
        Finding(
            candidate,
            inside_share=float(inside.mean()),
            land_share=float(on_land.mean()) if len(on_land) else float("nan"),
            named_count=len(away_m),
            agreeing_count=int((away_m <= sample.allowed_m).sum()),
            named_median_m=float(np.nanmedian(away_m)) if np.isfinite(away_m).any() else float("nan"),
        ),
        metric,
    )


def _in_metres(geometries: Sequence[BaseGeometry] | Geometries, metric_crs: str) -> Geometries:
    transformer = transformer_between(STORAGE_CRS, metric_crs)
    metric: Geometries = shapely.transform(
        np.asarray(geometries, dtype=object), transformer.transform, interleaved=False
    )
    return metric


# ---- all of them together ----


def _judged(trials: Sequence[_Trial], count: int, crs_in_file: bool) -> list[_Trial]:
    """Return the trials with what speaks for and against each."""
    names_decide = any(_names_agree(trial.finding) for trial in trials)
    near = [trial.finding for trial in trials if trial.finding.inside_share >= LEAST_INSIDE]
    most_inside = max((one.inside_share for one in near), default=0.0)
    most_on_land = max((one.land_share for one in near if not np.isnan(one.land_share)), default=0.0)
    judged = []
    for trial in trials:
        finding, reasons = trial.finding, []
        if finding.candidate.declared:
            reasons.append(Reason.DECLARED)
        if names_decide:
            reasons.append(Reason.NAMES_AGREE if _names_agree(finding) else Reason.NAMES_ELSEWHERE)
        if finding.inside_share >= LEAST_INSIDE:
            reasons.append(Reason.INSIDE)
        elif not _names_agree(finding):
            reasons.append(Reason.OUTSIDE)
        if count >= MANY and not _names_agree(finding):
            if finding.inside_share < most_inside - CLEARLY_LESS:
                reasons.append(Reason.FEWER_INSIDE)
            if finding.land_share < most_on_land - CLEARLY_LESS:
                reasons.append(Reason.IN_THE_SEA)
        reasons += _of_its_kind(finding.candidate)
        judged.append(replace(trial, finding=replace(finding, reasons=tuple(reasons))))
    stated = crs_in_file and any(
        one.finding.candidate.declared and one.finding.candidate.is_projected and one.finding.fits for one in judged
    )
    return [_unless_declared(trial) if stated else trial for trial in judged]


def _names_agree(finding: Finding) -> bool:
    return finding.named_count >= LEAST_NAMED and finding.agreeing_share >= LEAST_AGREEING


def _of_its_kind(candidate: Candidate) -> list[Reason]:
    reasons = [] if has_public_shift(candidate) else [Reason.NO_PUBLIC_SHIFT]
    if candidate.grid is not None and not candidate.grid.is_checked:
        reasons.append(Reason.GRID_UNCHECKED)
    if candidate.grid is not None and max(candidate.grid.residuals_m) > GRID_RESIDUAL_M:
        reasons.append(Reason.GRID_RESIDUALS)
    return reasons


def _unless_declared(trial: _Trial) -> _Trial:
    """Return the trial with the file's own word against it, unless it is what the file says."""
    finding = trial.finding
    if finding.candidate.declared:
        return trial
    return replace(trial, finding=replace(finding, reasons=(*finding.reasons, Reason.DECLARED_OTHERWISE)))


def _ranked(trials: Sequence[_Trial]) -> list[_Trial]:
    def order(trial: _Trial) -> tuple[Any, ...]:
        finding = trial.finding
        named_m = round(finding.named_median_m, 1) if Reason.NAMES_AGREE in finding.reasons else float("inf")
        on_land = 0.0 if np.isnan(finding.land_share) else finding.land_share
        shares = -round(finding.inside_share, 1), -round(on_land, 1)  # a few features more or less prove nothing
        return not finding.fits, named_m, *shares, not finding.candidate.declared

    return sorted(trials, key=order)


def _beside(first: _Trial, trial: _Trial) -> Finding:
    """Return the finding with its shift from the first, and whether that is none at map scale."""
    finding = trial.finding
    away_m = np.hypot(*(trial.metric - first.metric).T)
    shift_m = float(np.nanmedian(away_m)) if np.isfinite(away_m).any() else float("nan")
    same = trial is not first and finding.fits and shift_m <= SAME_M
    reasons = (*finding.reasons, Reason.SAME_AT_MAP_SCALE) if same else finding.reasons
    return replace(finding, shift_m=shift_m, reasons=reasons)
