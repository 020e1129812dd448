"""Measure and find: what the reader has drawn, how large it is and what lies inside; streets and places by name."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from geo.drawing import MAX_DRAWINGS, Drawing, circle_around
from geo.drawing_file import MAX_DRAWING_FILE_BYTES
from geo.nearby import Place
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES, Phase, Sector
from layers.list_rows import list_symbol
from layers.wording import area_in_words, length_in_words, source_in_words
from layers.words import Words
from ui import drawings, session
from ui.board import board
from ui.cache import surroundings
from ui.desk import Desk
from ui.download import download_button
from ui.file_button import file_button
from ui.notices import problem_notice
from ui.place_finder import place_finder
from ui.text import html, joined, plain

LEAST_RADIUS_M, MOST_RADIUS_M = 50, 10_000


def _title(desk: Desk, drawing: Drawing) -> str:
    words, crs = desk.words, desk.data.district.metric_crs
    if drawing.kind == "line":
        return length_in_words(words, drawing.length_m(crs))
    area = area_in_words(words, drawing.area_m2(crs))
    if drawing.kind == "circle":
        return words("measure.circle", radius=length_in_words(words, drawing.radius_m(crs)), area=area)
    return area


def drawn_shapes(desk: Desk) -> list[dict[str, Any]]:
    """Return the drawings as the map shows them: corners as [lat, lon], and their measure as text."""
    crs = desk.data.district.metric_crs
    shapes = []
    for drawing in drawings.drawings():
        shape = drawing.lon_lat(crs)
        line = shape if drawing.kind == "line" else shape.exterior
        at = [[round(lat, 6), round(lon, 6)] for lon, lat in line.coords]
        shapes.append({"id": drawing.id, "kind": drawing.kind, "at": at, "text": _title(desk, drawing)})
    return shapes


def focused_place(desk: Desk) -> dict[str, Any] | None:
    """Return the place that the reader has jumped to, as the map takes it."""
    place = _found(desk)
    if place is None:
        return None
    return {
        "id": place.id, "name": place.name_in(desk.words.language), "at": [place.lat, place.lon],
        "bounds": place.bounds, "parts": place.parts,
    }  # fmt: skip


def _found(desk: Desk) -> Place | None:
    return _places(desk).get(st.session_state.get(session.FOCUS) or "")


def _places(desk: Desk) -> dict[str, Place]:
    return {place.id: place for place in surroundings(desk.data).places}


def measure_and_find(desk: Desk) -> None:
    """Draw the panel's third tab: jump to a place, draw a circle by its radius, and all that has been drawn."""
    words = desk.words
    place_finder(desk, _places(desk))
    _about_found(desk)
    if drawings.was_refused():
        st.warning(words("measure.refused"))
    _circle_around_selected(desk)
    drawn = drawings.drawings()
    if not drawn:
        st.info(words("measure.hint"))
    _keep_and_open(desk)
    for drawing in reversed(drawn):
        _drawing_card(desk, drawing)
    if drawn:
        st.caption(words("measure.note", crs=desk.data.district.metric_crs))


def _about_found(desk: Desk) -> None:
    """Say what the map shows of the place found, and where that comes from."""
    words, place = desk.words, _found(desk)
    if place is None:
        return
    if place.parts:
        shown = words("measure.found_street")
    elif place.accuracy_m is None:
        shown = words("measure.found_point")
    else:
        shown = words("measure.found_point_within", n=words.number(place.accuracy_m))
    st.caption(plain(" ".join(filter(None, [shown, source_in_words(desk.data, words, place.layer)]))))


def _keep_and_open(desk: Desk) -> None:
    """Draw the buttons for all drawings together, and what came of the last file."""
    words = desk.words
    with st.container(horizontal=True, key="drawings-bar"):
        if drawings.drawings():
            saved = drawings.saved_text()
            download_button(words("measure.save"), lambda: saved, file_name=words("measure.file"),
                            mime="application/geo+json")  # fmt: skip
        file_button(
            "open_drawings", words("measure.open"), suffixes=".geojson,.json", most_bytes=MAX_DRAWING_FILE_BYTES,
            take=drawings.open_file,
        )  # fmt: skip
        if drawings.drawings():
            st.button(words("measure.clear"), on_click=drawings.drop, args=(None,), key="drop_all")
    st.caption(words("measure.open_note", mb=MAX_DRAWING_FILE_BYTES // 1024**2, n=MAX_DRAWINGS))
    if news := drawings.news():
        if news.file is not None:
            told = st.success if news.opened else st.warning
            code = "measure.opened" if news.opened else "measure.opened_none"
            told(words(code, name=plain(news.file), n=news.opened))
        title = "measure.open_problems" if news.file is not None else "measure.kept_problems"
        problem_notice(words, news.problems, title=title)


def _circle_around_selected(desk: Desk) -> None:
    selection, words = desk.state.selection, desk.words
    project = desk.data.project(selection.id) if selection and selection.kind == "site" else None
    if project is None or project.lon is None or project.lat is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        radius_m = st.number_input(
            words("measure.radius", name=plain(project.name_in(words.language))),
            LEAST_RADIUS_M, MOST_RADIUS_M, 500, 50, key="radius_m", persist_state="session",
        )  # fmt: skip
        st.button(
            words("measure.draw_circle"), key="draw_circle", on_click=_draw_circle, args=(desk, project, radius_m)
        )


def _draw_circle(desk: Desk, project: Project, radius_m: float) -> None:
    assert project.lon is not None and project.lat is not None
    points = circle_around(project.lon, project.lat, radius_m, desk.data.district.metric_crs)
    drawings.add("circle", points)


def _drawing_card(desk: Desk, drawing: Drawing) -> None:
    words, crs = desk.words, desk.data.district.metric_crs
    with st.container(border=True, key=f"card_{drawing.id}"):
        facts = [words(f"measure.{drawing.kind}_title", measure=_title(desk, drawing))]
        if drawing.kind == "outline":
            facts.append(words("measure.around", length=length_in_words(words, drawing.length_m(crs))))
        st.html(
            html('<div class="detail"><h3>{a}</h3><p class="note">{b}</p></div>', a=facts[0], b=" ".join(facts[1:]))
        )
        if drawing.kind != "line":
            _inside(desk, drawing)
        st.button(words("measure.drop"), key=f"drop_{drawing.id}", on_click=drawings.drop, args=(drawing.id,),
                  type="tertiary", icon=":material/delete:")  # fmt: skip


def _inside(desk: Desk, drawing: Drawing) -> None:
    words = desk.words
    inside = drawing.inside(desk.wanted, desk.data.district.metric_crs)
    st.markdown(words("measure.inside", n=len(inside)))
    if not inside:
        return
    st.html(
        html(
            '<div class="detail tallies">{a}{b}</div>',
            a=_tally(desk, "phase", inside),
            b=_tally(desk, "sector", inside),
        )
    )
    st.button(words("measure.export"), key=f"export_{drawing.id}", on_click=session.ask_for_export, args=(None,),
              kwargs={"only": [project.id for project in inside]})  # fmt: skip
    rows = joined([_row(words, project) for project in inside])
    board(f"inside_{drawing.id}", html('<ul class="picks compact">{rows}</ul>', rows=rows))
    if any(project.location.grade not in KNOWN_GRADES for project in inside):
        st.caption(words("measure.unsure_note"))


def _row(words: Words, project: Project) -> Markup:
    name, location = project.name_in(words.language), project.location
    if location.grade not in KNOWN_GRADES:
        name = words("measure.unsure", name=name, accuracy_m=location.accuracy_m)
    return html(
        '<li><button type="button" data-do="site" data-id="{id}"><span class="symbol">{symbol}</span>'
        '<span class="name">{name}</span><span class="note">{phase}</span></button></li>',
        id=project.id,
        symbol=Markup(list_symbol(project)),
        name=name,
        phase=words(f"phase.{project.phase}"),
    )


def _tally(desk: Desk, facet: str, projects: Sequence[Project]) -> Markup:
    counts = Counter(project.phase if facet == "phase" else project.sector for project in projects)
    codes = [code for code in (Phase if facet == "phase" else Sector) if counts[code]]
    rows = [
        html("<tr><td>{name}</td><td>{n}</td></tr>", name=desk.words(f"{facet}.{code}"), n=counts[code])
        for code in codes
    ]
    return html("<table><caption>{c}</caption>{rows}</table>", c=desk.words(f"filter.{facet}"), rows=joined(rows))
