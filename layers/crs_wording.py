"""What a file's numbers may mean, in words: the names of systems, and what speaks for them or against them."""

from typing import Final

from pyproj import CRS

from geo.crs_candidates import PROJECTED, Candidate, Datum
from geo.crs_doctor import Finding, Reason
from layers.words import Words

CENTRAL_MERIDIANS: Final = (120, 123)
FIRST_ZONE: Final = 40


def candidate_in_words(words: Words, candidate: Candidate) -> str:
    """Return what a candidate is called."""
    name = words("crs.swapped", name=_name(words, candidate)) if candidate.swapped else _name(words, candidate)
    return name if candidate.crs is None or candidate.datum is Datum.OTHER else f"{name} · {candidate.crs}"


def _name(words: Words, candidate: Candidate) -> str:
    if candidate.datum is Datum.OTHER:
        return CRS.from_user_input(candidate.crs).name
    name = words(f"crs.{candidate.datum}")
    systems = PROJECTED.get(candidate.datum, ())
    if candidate.crs not in systems:
        return name if candidate.crs is None else words("crs.degrees", name=name)
    prefixed, meridian = divmod(systems.index(candidate.crs), len(CENTRAL_MERIDIANS))
    text = words("crs.zone", name=name, meridian=CENTRAL_MERIDIANS[meridian])
    return words("crs.prefixed", name=text, zone=FIRST_ZONE + meridian) if prefixed else text


def finding_in_words(words: Words, finding: Finding) -> str:
    """Return what was found of a candidate as one line: its shift from the first, then the reasons."""
    told = [words(f"crs.reason_{reason}", **_figures(words, finding)) for reason in finding.reasons]
    if finding.shift_m > 0 and Reason.SAME_AT_MAP_SCALE not in finding.reasons:
        told.insert(0, words("crs.shift", metres=words.number(finding.shift_m, "#,##0")))
    return words("format.phrases").join(told)


def _figures(words: Words, finding: Finding) -> dict[str, object]:
    land = finding.land_share if finding.land_share == finding.land_share else 0.0
    return {
        "inside": words.number(finding.inside_share, "0%"),
        "land": words.number(land, "0%"),
        "agreeing": finding.agreeing_count,
        "named": finding.named_count,
    }
