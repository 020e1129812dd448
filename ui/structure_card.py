"""One structure element beside the map: size, what the plan says, projects, neighbours, and how its shape was drawn."""

from collections.abc import Sequence

from markupsafe import Markup

from geo.load import PlacedElement
from geo.project import Project
from geo.structure import NEIGHBOUR_WITHIN_M
from geo.vocabulary import Phase
from layers.list_rows import list_symbol
from layers.shape_grade import element_grade, graded, structure_grade
from layers.structure_chart import phase_chart, sector_key
from layers.structure_wording import (
    extent_in_words,
    extent_label,
    filtered_count,
    group_in_words,
    members_by_element,
    neighbour_in_words,
)
from layers.words import Words
from ui.board import board
from ui.cache import structure_figures
from ui.desk import Desk
from ui.detail import heading, plan_terms, shape_basis
from ui.text import html, joined, original_name


def unplaced_in_words(words: Words, members: Sequence[Project]) -> str:
    """Return how many of an element's projects have no place, empty where it has no projects."""
    unplaced = sum(not project.placed for project in members)
    if not members:
        return ""
    return words("structure.unplaced_n", n=unplaced) if unplaced else words("structure.all_placed")


def _figures(desk: Desk, stop: PlacedElement, members: Sequence[Project]) -> Markup:
    words = desk.words
    its = structure_figures(desk.data)[stop.element.id]
    figure, hectares = extent_in_words(words, its)
    filtered = "" if desk.state.filter.is_empty else filtered_count(words, members, desk.passing)
    return html(
        '<dl class="figures"><div><dt>{extent}</dt><dd>{figure}<span class="note">{hectares}</span></dd></div>'
        '<div><dt>{projects}</dt><dd>{n}<span class="note">{unplaced}</span></dd></div></dl>',
        extent=extent_label(words, its, stop.element),
        figure=figure,
        hectares=hectares,
        projects=words("structure.projects"),
        n=words("structure.projects_n", n=len(members)),
        unplaced=joined(
            [html("<span>{line}</span> ", line=line) for line in (unplaced_in_words(words, members), filtered) if line]
        ),
    )


def _project(desk: Desk, project: Project, *, passes: bool) -> Markup:
    words = desk.words
    picked = desk.state.selection is not None and desk.state.selection.id == project.id
    return html(
        '<li><button type="button" data-do="site" data-id="{id}"{current}><span class="symbol">{symbol}</span>'
        '<span><span class="name">{name}</span>{original}<span class="note">{phase} · {sector} · {grade}{out}</span>'
        "</span></button></li>",
        id=project.id,
        current=Markup(' aria-current="true"') if picked else "",
        out="" if passes else f" · {words('structure.not_shown')}",
        symbol=Markup(list_symbol(project)),
        name=project.name_in(words.language),
        original=original_name(words, project.name),
        phase=words(f"phase.{project.phase}"),
        sector=words(f"sector.{project.sector}"),
        grade=words(f"grade.{project.location.grade}"),
    )


def _projects(desk: Desk, stop: PlacedElement, members: Sequence[Project]) -> Markup:
    words, order = desk.words, list(Phase)
    group_only = len(members_by_element(desk.data).get(stop.element.group, ()))
    parts = [html("<h3>{title}</h3>", title=words("structure.members", n=len(members)))]
    if members:
        rows = sorted(members, key=lambda project: order.index(project.phase))
        passing = desk.passing
        parts += [phase_chart(words, members), sector_key(words, members)]
        parts.append(html('<p class="note">{note}</p>', note=words("structure.chart_note")))
        listed = [_project(desk, row, passes=row.id in passing) for row in rows]
        parts.append(html('<ul class="picks">{rows}</ul>', rows=joined(listed)))
        parts.append(
            html(
                '<button type="button" data-do="only" data-id="{id}" class="primary">{label}</button>',
                id=stop.element.id,
                label=words("structure.only_these"),
            )
        )
    else:
        parts.append(html("<p>{text}</p>", text=words("structure.no_members")))
    if group_only:
        group = group_in_words(desk.data, words, stop.element)
        text = words("structure.group_members", n=group_only, group=group)
        parts.append(html('<p class="note">{text}</p>', text=text))
    return joined(parts)


def _neighbours(desk: Desk, stop: PlacedElement) -> Markup:
    words, reach = desk.words, desk.words.number(NEIGHBOUR_WITHIN_M)
    rows = []
    for neighbour in structure_figures(desk.data)[stop.element.id].neighbours:
        if other := desk.data.element(neighbour.id):
            rows.append(
                html(
                    '<li><button type="button" data-do="element" data-id="{id}"><span class="name">{name}</span>'
                    '{original}<span class="note">{apart}</span></button></li>',
                    id=neighbour.id,
                    name=other.element.name_in(words.language),
                    original=original_name(words, other.element.name),
                    apart=neighbour_in_words(words, neighbour),
                )
            )
    title = html("<h3>{title}</h3>", title=words("structure.neighbours", m=reach))
    if not rows:
        return html("{title}<p>{text}</p>", title=title, text=words("structure.no_neighbours", m=reach))
    return html(
        '{title}<ul class="picks">{rows}</ul><p class="note">{note}</p>',
        title=title,
        rows=joined(rows),
        note=words(graded("structure.apart_note", structure_grade(desk.data))),
    )


def _picked(desk: Desk, stop: PlacedElement) -> Markup:
    """Return the picked project in short, with the way to its evidence and back to the element."""
    words, selection = desk.words, desk.state.selection
    project = desk.data.project(selection.id) if selection and selection.kind == "site" else None
    if project is None:
        return Markup("")
    return html(
        '<aside class="picked"><p class="note">{title}</p><p><strong>{name}</strong> {original}</p>'
        '<p class="note">{phase} · {sector} · {grade}</p><p><button type="button" data-do="map">{on_map}</button> '
        '<button type="button" data-do="element" data-id="{id}">{unpick}</button></p></aside>',
        title=words("structure.picked"),
        name=project.name_in(words.language),
        original=original_name(words, project.name),
        phase=words(f"phase.{project.phase}"),
        sector=words(f"sector.{project.sector}"),
        grade=words(f"grade.{project.location.grade}"),
        on_map=words("structure.on_map"),
        unpick=words("structure.unpick"),
        id=stop.element.id,
    )


def _filter_note(desk: Desk) -> Markup:
    if desk.state.filter.is_empty:
        return Markup("")
    return html(
        '<p class="note filtered">{text} <button type="button" data-do="clear">{clear}</button></p>',
        text=desk.words("structure.filtered", filter=desk.filter_in_words),
        clear=desk.words("structure.clear_filter"),
    )


def structure_card(desk: Desk, stop: PlacedElement) -> None:
    """Draw the element that the tour stands at."""
    words, element = desk.words, stop.element
    members = members_by_element(desk.data)[element.id]
    markup = html(
        '<article class="detail structure-card scrolls" tabindex="0" aria-label="{name}">{picked}{filter}'
        '<p class="note">{group}</p>{heading}{figures}<p>{summary}</p><p class="note">{summary_note}</p>'
        '{functions}{sectors}{projects}{neighbours}{shape}<p class="note">{measured}</p></article>',
        name=element.name_in(words.language),
        picked=_picked(desk, stop),
        filter=_filter_note(desk),
        group=group_in_words(desk.data, words, element),
        heading=heading(desk, element.name, element.name_in(words.language)),
        figures=_figures(desk, stop, members),
        summary=element.summary.in_language(words.language),
        summary_note=words(
            "structure.summary_note", chapter=element.plan.chapter, section=element.plan.section
        ),
        functions=plan_terms(desk, words("detail.functions"), element.functions),
        sectors=plan_terms(desk, words("detail.leading_sectors"), element.leading_sectors),
        projects=_projects(desk, stop, members),
        neighbours=_neighbours(desk, stop),
        shape=shape_basis(desk, element),
        measured=words(graded("structure.measured", element_grade(element)), crs=desk.data.district.metric_crs),
    )  # fmt: skip
    board("structure_card", markup, at=element.id)
