"""The detail panel: one project or one structure element, with the evidence for everything it says."""

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from geo.filter import ProjectFilter
from geo.layout import Element, OpenEdge
from geo.names import name_in
from geo.nearby import Kind, Nearest
from geo.project import Localised, Project
from geo.vocabulary import Phase
from layers.shape_grade import element_grade, graded
from layers.wording import (
    coordinate_in_words,
    distance_in_words,
    grade_in_words,
    office_facts,
    phases_in_words,
    place_kind_in_words,
    source_in_words,
    structure_in_words,
)
from layers.words import Words
from ui import session
from ui.cache import surroundings
from ui.desk import STRUCTURE_PAGE, Desk
from ui.editing import edit_button
from ui.link import Selection
from ui.shortlist import collect_button
from ui.text import chinese, html, joined, plain
from ui.timeline import timeline


def _fact(term: str, value: object) -> Markup:
    return html("<dt>{term}</dt><dd>{value}</dd>", term=term, value=value)


def heading(desk: Desk, name: str, translated: str) -> Markup:
    """Return a name as the card's heading, in other languages above the plan's own."""
    if desk.words.language == "zh":
        return html("<h2>{name}</h2>", name=name)
    return html('<h2>{translated}</h2><p class="plan-name" lang="zh">{name}</p>', translated=translated, name=name)


def _structure(desk: Desk, project: Project) -> Markup:
    name = structure_in_words(desk.data, desk.words, project)
    if not project.element_basis:
        return html("{name}", name=name)
    basis = project.element_basis.in_language(desk.words.language)
    return html('{name}<span class="note">{basis}</span>', name=name, basis=basis)


def _location(desk: Desk, project: Project) -> Markup:
    words, location = desk.words, project.location
    facts = [_fact(words("detail.grade"), grade_in_words(words, project))]
    if coordinate := coordinate_in_words(project):
        facts.append(_fact(words("detail.coordinate"), coordinate))
    if location.address:
        facts.append(_fact(words("detail.address"), chinese(location.address, words.language)))
    facts.append(_fact(words("detail.basis"), location.basis.in_language(words.language)))
    if location.source:
        note = html("{source} · {crs}", source=location.source, crs=words("detail.source_crs", crs=location.source_crs))
        facts.append(_fact(words("detail.source"), note))
    facts.append(_fact(words("detail.checked"), words.date(location.checked)))
    return html("<h3>{title}</h3><dl>{facts}</dl>", title=words("detail.location"), facts=joined(facts))


NEAR_KINDS = {"metro": 3, "station": 1, "hospital": 2, "school": 2, "mall": 1, "square": 1}


def near_rows(words: Words, found: Nearest, count: Mapping[Kind, int]) -> list[Markup]:
    """Return the rows of a table of places near a site, so many of each kind."""
    return [
        html("<tr><td>{kind}</td><td>{name}</td><td>{distance}</td></tr>",
             kind=place_kind_in_words(words, kind) if i == 0 else "",
             name=place.name_in(words.language), distance=distance_in_words(words, distance))
        for kind, places in found.items()
        for i, (place, distance) in enumerate(places[: count[kind]])
    ]  # fmt: skip


def _surroundings(desk: Desk, project: Project) -> Markup:
    """Return the stations and facilities nearest to the project, by straight lines."""
    words = desk.words
    found = surroundings(desk.data).nearest(project, list(NEAR_KINDS))
    rows = near_rows(words, found, NEAR_KINDS)
    if not rows:
        return Markup("")
    layers = dict.fromkeys(place.layer for places in found.values() for place, _ in places)
    notes = [words("detail.near_note"), *(source_in_words(desk.data, words, layer) for layer in layers)]
    return html(
        '<h3>{title}</h3><table class="near">{rows}</table>{notes}',
        title=words("detail.near"), rows=joined(rows),
        notes=joined([html('<p class="note">{note}</p>', note=note) for note in notes if note]),
    )  # fmt: skip


def project_detail(desk: Desk, project: Project) -> None:
    """Draw one project."""
    words = desk.words
    facts = [
        _fact(words("detail.phase"), phases_in_words(words, project)),
        _fact(
            words("detail.sector"),
            html(
                '{s}<span class="note">{n}</span>', s=words(f"sector.{project.sector}"), n=words("detail.sector_note")
            ),
        ),
        _fact(words("detail.structure"), _structure(desk, project)),
    ]
    facts += [_fact(term, value) for term, value in office_facts(desk.data, words, project)]
    st.html(
        html(
            '<article class="detail">{heading}<p>{summary}</p><dl>{facts}</dl>{mentions}{location}</article>',
            heading=heading(desk, project.name, project.name_in(words.language)),
            summary=project.summary.in_language(words.language),
            facts=joined(facts),
            mentions=timeline(desk, project),
            location=joined([_location(desk, project), _surroundings(desk, project)]),
        )
    )
    st.caption(words("map.currency", month=words.month(desk.data.district.plan.date)))


def _show_only(element_id: str) -> None:
    session.set_filter(ProjectFilter(places=frozenset({element_id})))
    st.session_state[session.TAB] = session.TAB_LIST


def _phase_tally(desk: Desk, members: list[Project]) -> Markup:
    rows = [
        html("<tr><td>{phase}</td><td>{n}</td></tr>", phase=desk.words(f"phase.{phase}"), n=count)
        for phase in Phase
        if (count := sum(project.phase is phase for project in members))
    ]
    return html("<table>{rows}</table>", rows=joined(rows)) if rows else Markup("")


def plan_terms(desk: Desk, title: str, terms: Sequence[Localised]) -> Markup:
    """Return terms of the plan under a title, in other languages with ours before them; empty where there are none."""
    if not terms:
        return Markup("")
    items = [
        html("<li>{zh}</li>", zh=term.zh)
        if desk.words.language == "zh"
        else html('<li>{ours} <span class="note" lang="zh">{zh}</span></li>',
                  ours=term.in_language(desk.words.language), zh=term.zh)
        for term in terms
    ]  # fmt: skip
    return html('<h3>{title}</h3><ul class="terms">{items}</ul>', title=title, items=joined(items))


def element_detail(desk: Desk, element: Element) -> None:
    """Draw one structure element's card."""
    words, language = desk.words, desk.words.language
    members = [project for project in desk.data.projects if project.element == element.id]
    group = next((g for g in desk.data.district.groups if g.name == element.group), None)
    st.html(
        html(
            '<article class="detail">{heading}<p class="note">{group}</p><p>{summary}</p>{functions}{sectors}'
            "<h3>{members_title}</h3>{tally}{shape}</article>",
            heading=heading(desk, element.name, element.name_in(language)),
            group=words(
                "detail.element_place",
                group=name_in(language, group.name, group.names) if group else "",
                chapter=element.plan.chapter,
                section=element.plan.section,
            ),
            summary=element.summary.in_language(language),
            functions=plan_terms(desk, words("detail.functions"), element.functions),
            sectors=plan_terms(desk, words("detail.leading_sectors"), element.leading_sectors),
            members_title=words("detail.members", n=len(members)),
            tally=_phase_tally(desk, members),
            shape=shape_basis(desk, element),
        )
    )
    st.page_link(STRUCTURE_PAGE, label=words("structure.in_structure"))
    if members:
        st.button(words("detail.show_only"), on_click=_show_only, args=(element.id,), key="show_only", type="primary")
        st.html(html('<p class="note detail">{title}</p>', title=words("detail.members_list")))
        for project in members:
            st.button(
                plain(words("detail.member", name=project.name_in(language), phase=words(f"phase.{project.phase}"))),
                key=f"member_{project.id}",
                type="tertiary",
                on_click=session.select,
                args=(Selection("site", project.id),),
            )


def shape_basis(desk: Desk, element: Element) -> Markup:
    """Return by what recipe the element's shape was drawn or whose it is, and what in it no evidence fixes."""
    words = desk.words
    edges = [html("<li>{side}</li>", side=_edge(desk, edge)) for edge in element.open_edges]
    return html(
        "<h3>{title}</h3><p>{basis}</p>{edges}",
        title=words(graded("detail.schematic", element_grade(element))),
        basis=element.basis.in_language(words.language),
        edges=html("<p class='note'>{t}</p><ul>{e}</ul>", t=words("detail.open_edges"), e=joined(edges))
        if edges
        else "",
    )


def _edge(desk: Desk, edge: OpenEdge) -> str:
    side = edge.side.in_language(desk.words.language)
    if edge.length_m is None:
        return side
    return desk.words("detail.edge", side=side, length_m=desk.words.number(edge.length_m))


def detail(desk: Desk) -> None:
    """Draw whatever is picked, or say how to pick."""
    selection = desk.state.selection
    if selection is None:
        st.info(desk.words("detail.nothing"))
        return
    project = desk.data.project(selection.id) if selection.kind == "site" else None
    with st.container(horizontal=True, vertical_alignment="center", key="detail-bar"):
        st.button(
            desk.words("detail.close"),
            on_click=session.select,
            args=(None,),
            key="close_detail",
            type="tertiary",
            icon=":material/close:",
        )
        if project:
            collect_button(desk, project)
            edit_button(desk)
            st.button(desk.words("sheet.make"), key="site_sheet", on_click=session.ask_for_export, args=(None,),
                      kwargs={"only": [project.id], "file_format": "sitesheet"})  # fmt: skip
    if selection.kind == "site":
        if project:
            if not desk.passes(project):
                st.caption(desk.words("detail.filtered_out"))
            project_detail(desk, project)
    else:
        placed = desk.data.element(selection.id)
        if placed:
            element_detail(desk, placed.element)
