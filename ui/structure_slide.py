"""One structure element in large type beside the map, for a meeting room: in short, in figures, and its projects."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from geo.load import PlacedElement
from geo.project import Project
from geo.vocabulary import Phase
from layers.list_rows import list_symbol
from layers.shape_grade import element_grade, graded
from layers.structure_chart import phase_chart, sector_key
from layers.structure_wording import (
    extent_in_words,
    extent_label,
    group_in_words,
    members_by_element,
    summary_in_short,
)
from layers.words import Words
from ui.board import board
from ui.cache import structure_figures
from ui.desk import Desk
from ui.detail import heading
from ui.structure_card import unplaced_in_words
from ui.text import html, joined

CHART_PX: Final = 265


def _line(words: Words, title: str, terms: Sequence[str]) -> Markup:
    if not terms:
        return Markup("")
    return html("<dt>{title}</dt><dd>{terms}</dd>", title=title, terms=words("format.sentence").join(terms))


def _terms(desk: Desk, stop: PlacedElement) -> Markup:
    words, element = desk.words, stop.element
    functions = [term.in_language(words.language) for term in element.functions]
    sectors = [term.in_language(words.language) for term in element.leading_sectors]
    beside = [desk.data.element(each.id) for each in structure_figures(desk.data)[element.id].neighbours]
    neighbours = [other.element.name_in(words.language) for other in beside if other]
    lines = [
        _line(words, words("detail.functions"), functions),
        _line(words, words("detail.leading_sectors"), sectors),
        _line(words, words("opportunity.neighbours"), neighbours),
    ]
    return html('<dl class="slide-terms">{lines}</dl>', lines=joined(lines))


def _figures(desk: Desk, stop: PlacedElement, members: Sequence[Project]) -> Markup:
    words = desk.words
    its = structure_figures(desk.data)[stop.element.id]
    figure, hectares = extent_in_words(words, its)
    return html(
        '<dl class="slide-figures"><div><dd>{figure}</dd><dt>{extent} {hectares}</dt></div>'
        "<div><dd>{n}</dd><dt>{projects}{unplaced}</dt></div></dl>",
        figure=figure,
        extent=extent_label(words, its, stop.element),
        hectares=hectares,
        n=len(members),
        projects=words("structure.projects"),
        unplaced=f" · {unplaced_in_words(words, members)}" if members else "",
    )


def _name(words: Words, project: Project) -> Markup:
    unplaced = html(" <small>{text}</small>", text=words("structure.column_unplaced"))
    return html(
        '<li><span class="symbol">{symbol}</span><span>{name}{unplaced}</span></li>',
        symbol=Markup(list_symbol(project)),
        name=project.name_in(words.language),
        unplaced="" if project.placed else unplaced,
    )


def _names(words: Words, members: Sequence[Project]) -> Markup:
    """Return the projects by phase as in the chart; the browser shows as many as there is room for."""
    if not members:
        return html("<p>{text}</p>", text=words("structure.no_members"))
    order = list(Phase)
    rows = sorted(members, key=lambda project: order.index(project.phase))
    return html(
        '<ul class="slide-names" aria-label="{label}">{rows}<li class="more" data-text="{more}" hidden></li></ul>',
        label=words("structure.members", n=len(members)),
        rows=joined([_name(words, project) for project in rows]),
        more=words("structure.more", n="{n}"),
    )


def _filter(desk: Desk, members: Sequence[Project]) -> Markup:
    if desk.state.filter.is_empty:
        return Markup("")
    passed = sum(project.id in desk.passing for project in members)
    text = desk.words("structure.presented_filter", filter=desk.filter_in_words, n=len(members), m=passed)
    return html('<p class="slide-filter">{text}</p>', text=text)


def structure_slide(desk: Desk, stop: PlacedElement) -> None:
    """Draw the element that the tour stands at, to be read from the far end of a meeting room."""
    words, element = desk.words, stop.element
    members = members_by_element(desk.data)[element.id]
    month = words.month(desk.data.district.plan.date)
    markup = html(
        '<article class="slide" lang="{lang}"><p class="slide-group">{group}</p>{heading}{filter}'
        '<p>{summary} <span class="slide-source">{source}</span></p>{terms}'
        '<div class="slide-chart">{figures}{chart}</div>{key}{names}<p class="slide-note">{note}</p></article>',
        lang=words.html_lang,
        group=group_in_words(desk.data, words, element),
        heading=heading(desk, element.name, element.name_in(words.language)),
        filter=_filter(desk, members),
        summary=summary_in_short(element.summary.in_language(words.language)),
        source=words("structure.summary_note", chapter=element.plan.chapter, section=element.plan.section),
        terms=_terms(desk, stop),
        figures=_figures(desk, stop, members),
        chart=phase_chart(words, members, width=CHART_PX),
        key=sector_key(words, members),
        names=_names(words, members),
        note=words(
            graded("structure.presented_note", element_grade(element)), currency=words("map.currency", month=month)
        ),
    )
    board("structure_card", markup, at=element.id)
