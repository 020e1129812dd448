"""What a file's numbers may mean, in words: the names of systems, and what speaks for them or against them."""

from pyproj import CRS

from geo.crs_candidates import Candidate, Datum, zone_of
from geo.crs_doctor import Finding, Reason
from layers.words import Words


def candidate_in_words(words: Words, candidate: Candidate) -> str:
    """Return what a candidate is called."""
    name = words("crs.swapped", name=_name(words, candidate)) if candidate.swapped else _name(words, candidate)
    return name if candidate.crs is None or candidate.datum is Datum.OTHER else f"{name} · {candidate.crs}"


def _name(words: Words, candidate: Candidate) -> str:
    if candidate.datum is Datum.OTHER:
        return CRS.from_user_input(candidate.crs).name
    name = words(f"crs.{candidate.datum}")
    zone = zone_of(candidate.datum, candidate.crs)
    if zone is None:
        return name if candidate.crs is None else words("crs.degrees", name=name)
    text = words("crs.zone", name=name, meridian=zone.meridian)
    return words("crs.prefixed", name=text, zone=zone.number) if zone.prefixed else text


def finding_in_words(words: Words, finding: Finding, first: Candidate) -> str:
    """Return what was found of a candidate as a line: its shift from the `first` choice, then the reasons."""
    told = [words(f"crs.reason_{reason}", **_figures(words, finding)) for reason in finding.reasons]
    if finding.shift_m > 0 and Reason.SAME_AT_MAP_SCALE not in finding.reasons:
        told.insert(
            0, words("crs.shift", first=candidate_in_words(words, first), metres=words.number(finding.shift_m, "#,##0"))
        )
    return words("format.phrases").join(told)


def _figures(words: Words, finding: Finding) -> dict[str, object]:
    land = finding.land_share if finding.land_share == finding.land_share else 0.0
    return {
        "inside": words.number(finding.inside_share, "0%"),
        "land": words.number(land, "0%"),
        "agreeing": finding.agreeing_count,
        "named": finding.named_count,
    }
