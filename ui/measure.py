"""Measure and find: what the reader has drawn, how large it is and what lies inside; streets and places by name."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st
from markupsafe import Markup

from geo.drawing import Drawing, circle_around, drawings_geojson
from geo.nearby import Place
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES, Phase, Sector
from layers.wording import area_in_words, length_in_words, place_kind_in_words
from ui import session
from ui.cache import surroundings
from ui.desk import Desk
from ui.link import Selection
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
    for drawing in session.drawings():
        shape = drawing.lon_lat(crs)
        line = shape if drawing.kind == "line" else shape.exterior
        at = [[round(lat, 6), round(lon, 6)] for lon, lat in line.coords]
        shapes.append({"id": drawing.id, "kind": drawing.kind, "at": at, "text": _title(desk, drawing)})
    return shapes


def focused_place(desk: Desk) -> dict[str, Any] | None:
    """Return the place that the reader has jumped to, as the map takes it."""
    place = _places(desk).get(st.session_state.get(session.FOCUS) or "")
    if place is None:
        return None
    name = place.name_in(desk.words.language)
    return {"id": place.id, "name": name, "at": [place.lat, place.lon], "bounds": list(place.bounds)}


def _places(desk: Desk) -> dict[str, Place]:
    return {place.id: place for place in surroundings(desk.data).places}


def measure_and_find(desk: Desk) -> None:
    """Draw the panel's third tab: jump to a place, draw a circle by its radius, and all that has been drawn."""
    words = desk.words
    _find(desk)
    if session.drawing_was_refused():
        st.warning(words("measure.refused"))
    _circle_around_selected(desk)
    drawn = session.drawings()
    if not drawn:
        st.info(words("measure.hint"))
        return
    left, right = st.columns(2)
    left.download_button(
        words("measure.save"), json.dumps(drawings_geojson(drawn, desk.data.district.metric_crs), ensure_ascii=False),
        file_name=words("measure.file"), mime="application/geo+json", on_click="ignore", width="stretch",
    )  # fmt: skip
    right.button(words("measure.clear"), on_click=session.drop_drawing, args=(None,), width="stretch", key="drop_all")
    for drawing in reversed(drawn):
        _drawing_card(desk, drawing)
    st.caption(words("measure.note", crs=desk.data.district.metric_crs))


def _find(desk: Desk) -> None:
    words, places = desk.words, _places(desk)
    if st.session_state.get(session.FOCUS) not in places:
        st.session_state[session.FOCUS] = None
    st.selectbox(
        words("measure.find"), list(places), key=session.FOCUS, index=None, placeholder=words("measure.find_hint"),
        format_func=lambda code: _place_in_words(desk, places[code]),
        persist_state="session",
    )  # fmt: skip


def _place_in_words(desk: Desk, place: Place) -> str:
    words = desk.words
    return words("measure.place", name=place.name_in(words.language), kind=place_kind_in_words(words, place.kind))


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
    session.add_drawing("circle", points)


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
        st.button(words("measure.drop"), key=f"drop_{drawing.id}", on_click=session.drop_drawing, args=(drawing.id,),
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
    for project in inside:
        known = project.location.grade in KNOWN_GRADES
        name = plain(
            words("detail.member", name=project.name_in(words.language), phase=words(f"phase.{project.phase}"))
        )
        label = name if known else words("measure.unsure", name=name, accuracy_m=project.location.accuracy_m)
        st.button(label, key=f"in_{drawing.id}_{project.id}", type="tertiary", on_click=session.select,
                  args=(Selection("site", project.id),))  # fmt: skip
    st.button(words("measure.export"), key=f"export_{drawing.id}", on_click=session.ask_for_export, args=(None,),
              kwargs={"only": [project.id for project in inside]})  # fmt: skip
    if any(project.location.grade not in KNOWN_GRADES for project in inside):
        st.caption(words("measure.unsure_note"))


def _tally(desk: Desk, facet: str, projects: Sequence[Project]) -> Markup:
    counts = Counter(project.phase if facet == "phase" else project.sector for project in projects)
    codes = [code for code in (Phase if facet == "phase" else Sector) if counts[code]]
    rows = [
        html("<tr><td>{name}</td><td>{n}</td></tr>", name=desk.words(f"{facet}.{code}"), n=counts[code])
        for code in codes
    ]
    return html("<table><caption>{c}</caption>{rows}</table>", c=desk.words(f"filter.{facet}"), rows=joined(rows))
