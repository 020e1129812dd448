"""Which system a file's numbers are in: as the CRS doctor finds, unless whoever knows the file says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pyproj import CRS

from geo.crs_candidates import Candidate, Datum, candidates
from geo.crs_doctor import MARGIN_M, Diagnosis, Finding, Verdict, diagnose, reference_of
from geo.intake.table import Table, crs_from
from geo.load import Dataset
from geo.reference.layers import ReplaceableLayer

GRID: Final = "grid"
_DATUMS: Final = {"gcj02": Datum.GCJ02, "bd09": Datum.BD09}


@dataclass(frozen=True)
class Judgement:
    """What the doctor found, and what is taken.

    Attributes
    ----------
    candidate : the system taken, None where it is not known
    diagnosis : None where the district has no outline
    is_overruled : whether `candidate` is what whoever knows the file says
    around_km : how far from the district the features may lie, None where they are to lie in it
    """

    candidate: Candidate | None
    diagnosis: Diagnosis | None
    is_overruled: bool = False
    around_km: float | None = None

    @property
    def finding(self) -> Finding | None:
        """What the doctor found of the system taken."""
        taken = self.candidate
        if taken is None or self.diagnosis is None:
            return None
        plain = replace(taken, declared=False)
        return next((one for one in self.diagnosis.findings if replace(one.candidate, declared=False) == plain), None)


def judge(
    table: Table,
    layer: ReplaceableLayer,
    dataset: Dataset,
    *,
    within_km: float,
    asked: Candidate | None = None,
    grids: Sequence[Candidate] = (),
) -> Judgement:
    """Return the system of a file.

    Parameters
    ----------
    within_km : how far from the district the features of a layer that reaches beyond it may lie
    asked : what whoever knows the file says
    grids : city grids fitted to control points
    """
    reference = reference_of(dataset)
    if reference is None:
        return Judgement(asked, None, asked is not None)
    around_km = within_km if layer.reaches_beyond else None
    if around_km is not None:
        around_m = max(0.0, around_km * 1000 - MARGIN_M)
        reference = replace(reference, outline=reference.outline.buffer(around_m), land=None)
    diagnosis = diagnose(table, reference, grids)
    if asked is not None:
        return Judgement(asked, diagnosis, is_overruled=True, around_km=around_km)
    known = diagnosis.findings[0].candidate if diagnosis.verdict is Verdict.CERTAIN else None
    return Judgement(known, diagnosis, around_km=around_km)


def named_system(text: str, dataset: Dataset, *, swapped: bool, grids: Sequence[Candidate] = ()) -> Candidate | None:
    """Return the system that is called so: ``EPSG:4550``, ``GCJ-02``, ``BD-09``, ``grid``, or any that PROJ knows."""
    plain = text.replace("-", "").replace("_", "").strip().lower()
    if plain == GRID:
        return grids[0] if grids else None
    if plain in _DATUMS:
        return Candidate(_DATUMS[plain], swapped=swapped)
    crs = crs_from(text)
    if crs is None:
        return None
    usual = candidates(dataset.district.centre[0])
    same = (one for one in usual if one.crs and one.swapped == swapped and crs.equals(CRS.from_user_input(one.crs)))
    return next(same, Candidate(Datum.OTHER, crs.to_wkt(), swapped))
