"""A city's own grid by two to four control points: where they are in the file, and where on the ground."""

from collections.abc import Mapping
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.crs_candidates import Candidate, Datum, fit_grid, projected, transformer_between
from geo.errors import ControlPointError
from geo.metric import STORAGE_CRS
from geo.nearby import ROADS, places_of_base
from geo.vocabulary import KNOWN_GRADES
from layers.crs_wording import candidate_in_words
from layers.words import Words
from ui.desk import Desk
from ui.import_progress import progress
from ui.import_state import Importing, add_grid
from ui.import_work import ReadFile
from ui.tables import table

LEAST, MOST = 2, 4
PPM: Final = 1e6
LonLat = tuple[float, float]
Known = tuple[LonLat, float | None]
"""A point on the ground, and how well it is known in metres."""


def grid_section(desk: Desk, found: Importing, read: ReadFile, *, expanded: bool) -> None:
    """Draw the control points, folded where a system is known, and what the fit makes of them."""
    words = desk.words
    with (
        st.container(key="import-grid"),
        st.expander(words("grid.title"), expanded=expanded or bool(found.grid)),
    ):
        st.caption(words("grid.hint"))
        places = _places(desk)
        count = st.segmented_control(words("grid.count"), list(range(LEAST, MOST + 1)), default=LEAST, required=True,
                                     key=found.key("grid-count"))  # fmt: skip
        given = st.selectbox(words("grid.given"), _given_in(desk), key=found.key("grid-given"),
                             format_func=lambda each: candidate_in_words(words, each))  # fmt: skip
        points = [_point(words, found, number, places, given) for number in range(1, (count or LEAST) + 1)]
        swapped = st.checkbox(words("grid.swapped"), key=found.key("grid-swapped"))
        complete = [each for each in points if each is not None]
        st.button(words("grid.fit"), key=found.key("grid-fit"), disabled=len(complete) < len(points),
                  on_click=_fit, args=(found, complete, swapped, desk.data.district.metric_crs))  # fmt: skip
        if found.is_at("test"):
            progress(desk, found)
        elif found.news == "grid.impossible":
            st.error(words(found.news))
        elif found.grid:
            _residuals(words, found.grid)


def _given_in(desk: Desk) -> list[Candidate]:
    """Return the systems that the true place of a control point may be given in."""
    zones = projected(Datum.CGCS2000, desk.data.district.centre[0])[:2]
    return [Candidate(Datum.CGCS2000, crs) for crs in ("EPSG:4490", *zones)]


def _places(desk: Desk) -> Mapping[str, Known]:
    """Return what control points can be picked by name: landmarks, stations, and projects that are known well."""
    named: dict[str, Known] = {
        place.name: ((place.lon, place.lat), place.accuracy_m)
        for place in places_of_base(desk.data.base)
        if place.layer != ROADS
    }
    for project in desk.data.projects:
        if project.placed and project.location.grade in KNOWN_GRADES:
            point = (float(project.lon or 0), float(project.lat or 0))
            named.setdefault(project.name, (point, project.location.accuracy_m))
    return named


def _point(
    words: Words, found: Importing, number: int, places: Mapping[str, Known], given: Candidate
) -> tuple[LonLat, LonLat] | None:
    """Draw one control point; return it in the file's numbers and in degrees, None while it is not complete."""
    first, second, named = st.columns([2, 2, 3])

    def number_in(place: DeltaGenerator, code: str, limit: float | None = None) -> float | None:
        return place.number_input(
            words(f"grid.{code}", n=number), value=None, format="%.6f" if limit else "%.3f",
            key=found.key(f"grid-{code}-{number}"), min_value=-limit if limit else None, max_value=limit,
        )  # fmt: skip

    x, y = number_in(first, "x"), number_in(second, "y")

    def told(name: str) -> str:
        accuracy_m = places[name][1]
        return f"{name} (±{accuracy_m} m)" if accuracy_m else name

    name = named.selectbox(words("grid.place", n=number), list(places), index=None, format_func=told,
                           key=found.key(f"grid-place-{number}"), placeholder=words("grid.by_degrees"))  # fmt: skip
    if name is None:
        first, second, _ = st.columns([2, 2, 3])
        if given.is_projected:
            east, north = number_in(first, "east"), number_in(second, "north")
        else:
            east, north = number_in(first, "lon", 180.0), number_in(second, "lat", 90.0)
    else:
        (east, north), given = places[name][0], Candidate(Datum.CGCS2000, "EPSG:4490")
    if x is None or y is None or east is None or north is None:
        return None
    return (x, y), transformer_between(str(given.crs), STORAGE_CRS).transform(east, north)


def _fit(found: Importing, points: list[tuple[LonLat, LonLat]], swapped: bool, metric_crs: str) -> None:
    try:
        grid = fit_grid([mine for mine, _ in points], [theirs for _, theirs in points], metric_crs=metric_crs,
                        swapped=swapped)  # fmt: skip
    except ControlPointError:
        found.news = "grid.impossible"
        return
    add_grid(found, grid)


def _residuals(words: Words, candidate: Candidate) -> None:
    """Say how well the grid fits its control points."""
    grid = candidate.grid
    if grid is None:
        return
    scale_ppm = (grid.scale - 1) * PPM
    st.caption(
        words("grid.fitted", scale=words.number(scale_ppm, "#,##0"), turn=words.number(grid.rotation_deg, "0.0000"))
    )
    if not grid.is_checked:
        st.warning(words("grid.unchecked"))
        return
    rows = [(number, words.number(metres, "#,##0.000")) for number, metres in enumerate(grid.residuals_m, 1)]
    st.html(table([words("grid.point"), words("grid.residual")], rows, caption=words("grid.residuals")))
