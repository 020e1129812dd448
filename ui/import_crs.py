"""What a file's numbers mean: the doctor's verdict, the candidates with their reasons, and the reader's choice."""

from typing import Final

import streamlit as st
from markupsafe import Markup

from geo.check import PROJECT_MARGIN_M
from geo.crs_candidates import Candidate, Datum
from geo.crs_doctor import Finding, Reason, Verdict
from geo.metric import STORAGE_CRS
from layers.crs_wording import candidate_in_words, finding_in_words
from layers.words import Words
from ui.desk import Desk
from ui.detail import detail
from ui.import_grid import grid_section
from ui.import_sketch import sketch_of
from ui.import_state import Importing, choices, chosen, imported, importing, preview
from ui.import_work import ReadFile
from ui.text import html, joined, plain

NO_PLACES: Final = Candidate(Datum.WGS84, STORAGE_CRS)
"""For a file without any place: there is nothing to convert."""


def crs_section(desk: Desk, found: Importing, read: ReadFile) -> Candidate | None:
    """Draw the verdict and the choice; return what is chosen, None where nothing is."""
    words, diagnosis = desk.words, read.diagnosis
    if not read.has_places:
        st.info(words("import.no_places"))
        return NO_PLACES
    if diagnosis is None:
        st.warning(words("import.no_outline"))
        return None
    _verdict(words, diagnosis.verdict, choices(found))
    options = {each.candidate: each for each in choices(found)}
    if options:
        certain = diagnosis.verdict is Verdict.CERTAIN
        st.radio(
            words("import.crs"),
            list(options),
            index=0 if certain else None,
            format_func=lambda each: candidate_in_words(words, each),
            captions=[plain(_told(words, each, list(options.values()))) for each in options.values()],
            key=found.key("crs"),
        )
    others = len(diagnosis.findings) - sum(each.fits for each in diagnosis.findings)
    st.checkbox(words("import.all_systems", n=others), key=found.key("all"))
    _outside(desk, found)
    grid_section(desk, found, read, expanded=diagnosis.verdict is Verdict.NONE_FITS)
    st.html(html('<p class="import-below">{note}</p>', note=words("import.map_below")))
    return chosen(found)


def _outside(desk: Desk, found: Importing) -> None:
    """Say how many features the dry run will refuse for their place."""
    words, seen = desk.words, preview(found, desk.data)
    accuracy_m = st.session_state.get(found.key("accuracy")) or 0
    if seen and (count := seen.outside(accuracy_m)):
        st.warning(words("import.outside", n=words.number(count), total=words.number(len(seen.outside_m)),
                         metres=words.number(accuracy_m + PROJECT_MARGIN_M), margin=PROJECT_MARGIN_M))  # fmt: skip


def _verdict(words: Words, verdict: Verdict, options: list[Finding]) -> None:
    match verdict:
        case Verdict.CERTAIN:
            st.success(words("import.crs_certain", name=plain(candidate_in_words(words, options[0].candidate))))
        case Verdict.ASK:
            st.warning(words("import.crs_ask"))
        case Verdict.NONE_FITS:
            st.error(words("import.crs_none_fits"))


def _told(words: Words, finding: Finding, options: list[Finding]) -> str:
    """Return the reasons for a candidate; of the two that nobody can tell apart, that they are the same here."""
    told = finding_in_words(words, finding, options[0].candidate)
    degrees = {Datum.WGS84, Datum.CGCS2000} - {finding.candidate.datum}
    told_already = Reason.SAME_AT_MAP_SCALE in finding.reasons
    twin = (
        len(degrees) == 1
        and not told_already
        and any(
            each.candidate.datum in degrees
            and not each.candidate.is_projected
            and each.candidate.swapped == finding.candidate.swapped
            for each in options
        )
    )
    if twin and not finding.candidate.is_projected:
        return words("format.phrases").join((told, words("crs.twins")))
    return told


def shift_note(desk: Desk) -> None:
    """Say under the map what is drawn: how many points, and how far the choice moves them; else what is picked."""
    words, found = desk.words, importing()
    read = found.read if found else None
    if imported():
        detail(desk)
        return
    if found is None or read is None or not read.has_places:
        st.caption(words("import.map_hint"))
        return
    drawn = sketch_of(found, read, desk.data)
    parts = [part for part in ("before", "after") if drawn.message[part]]
    if parts:
        st.html(html('<p class="import-key">{parts}</p>', parts=joined([_key(words, part) for part in parts])))
        _drawn(desk, found, len(drawn.message[parts[-1]]))
    if chosen(found) is None:
        st.caption(words("import.choose_crs"))
    elif drawn.shift_m == drawn.shift_m:
        st.caption(words("import.moved", metres=words.number(drawn.shift_m, "#,##0")))
    else:
        st.caption(words(_why_no_before(found)))


def _drawn(desk: Desk, found: Importing, count: int) -> None:
    """Say how many of the points are drawn, and of the shapes."""
    words, seen = desk.words, preview(found, desk.data)
    total = len(seen.outside_m) if seen else count
    told = "import.sketched" if count >= total else "import.sketched_some"
    st.caption(words(told, n=words.number(count), total=words.number(total)))
    if seen and seen.shapes:
        st.caption(words("import.outlined", n=words.number(len(seen.outlines)), total=words.number(seen.shapes)))


def _why_no_before(found: Importing) -> str:
    """Return why the file's own word puts its points nowhere, as the identifier of the words."""
    candidate, diagnosis = chosen(found), found.read.diagnosis if found.read else None
    if candidate and candidate.swapped and not candidate.is_projected:
        return "import.no_before_swapped"
    return "import.no_before_declared" if diagnosis and diagnosis.declared else "import.no_before"


def _key(words: Words, part: str) -> Markup:
    return html('<span class="{part}">{label}</span>', part=part, label=words(f"legend.sketch_{part}"))
