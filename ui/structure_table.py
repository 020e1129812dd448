"""The comparison of all structure elements: one row an element, leading to it."""

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from geo.load import PlacedElement
from geo.project import Project
from geo.vocabulary import Stage
from layers.shape_grade import graded, structure_grade
from layers.structure_wording import extent_in_words, group_in_words, members_by_element, without_element
from ui.board import board
from ui.cache import structure_figures
from ui.desk import Desk
from ui.text import html, joined, original_name


def _cell(shown: object, value: object, *, number: bool = False) -> Markup:
    kind = Markup(' class="number"') if number else ""
    return html('<td{kind} data-value="{value}">{shown}</td>', kind=kind, value=value, shown=shown)


def _counts(projects: Sequence[Project]) -> list[int]:
    stages = Counter(project.stage for project in projects)
    return [len(projects), *(stages[stage] for stage in Stage), sum(not project.placed for project in projects)]


def _count_cells(desk: Desk, projects: Sequence[Project]) -> Markup:
    """Return the counts of all projects, where a filter is on with the number that passes."""
    total, *others = _counts(projects)
    shown = Markup("")
    if not desk.state.filter.is_empty:
        passed = sum(project.id in desk.passing for project in projects)
        shown = html('<span class="note">{n}</span>', n=desk.words("structure.shown_n", m=passed))
    first = html("{total}{shown}", total=total, shown=shown)
    return joined([_cell(first, total, number=True), *(_cell(n, n, number=True) for n in others)])


def _row(desk: Desk, order: int, placed: PlacedElement, members: Sequence[Project]) -> Markup:
    words, element = desk.words, placed.element
    its = structure_figures(desk.data)[element.id]
    figure, hectares = extent_in_words(words, its)
    name = element.name_in(words.language)
    sectors = words("format.list").join(term.in_language(words.language) for term in element.leading_sectors)
    place = words("structure.plan_place", chapter=element.plan.chapter, section=element.plan.section)
    cells = [
        _cell(group_in_words(desk.data, words, element), order),
        _cell(
            html("{figure} <span class='note'>{ha}</span>", figure=figure, ha=hectares),
            round(its.area_m2) if its.area_m2 is not None else 0,
            number=True,
        ),
        _count_cells(desk, members),
        _cell(sectors or words("structure.no_sectors"), sectors),
        _cell(place, element.plan.chapter * 100 + element.plan.section),
    ]
    return html(
        '<tr data-id="{id}"><th scope="row" data-value="{name}" data-order="{order}">'
        '<button type="button" data-do="element" data-id="{id}">{name}</button>{original}</th>{cells}</tr>',
        id=element.id,
        name=name,
        original=original_name(words, element.name),
        order=order,
        cells=joined(cells),
    )


def _sum_row(desk: Desk, title: str, projects: Sequence[Project]) -> Markup:
    return html(
        '<tr><th scope="row">{title}</th><td></td><td></td>{cells}<td></td><td></td></tr>',
        title=title,
        cells=_count_cells(desk, projects),
    )


def comparison_table(desk: Desk) -> Markup:
    """Return the table of all elements, its counts adding up to all projects."""
    words, data = desk.words, desk.data
    members, grade = members_by_element(data), structure_grade(data)
    headers = [
        *(words(key) for key in ("structure.column_element", "structure.column_group")),
        words(graded("structure.column_extent", grade)),
        words("structure.column_projects"),
        *(words(f"stage.{stage}") for stage in Stage),
        *(words(key) for key in ("structure.column_unplaced", "structure.column_sectors", "structure.column_plan")),
    ]
    numbers = range(2, 4 + len(Stage) + 1)
    head = [
        html(
            '<th scope="col"{kind}><button type="button" data-do="sort" data-id="{i}">{header}</button></th>',
            kind=Markup(' class="number"') if i in numbers else "",
            i=i,
            header=header,
        )
        for i, header in enumerate(headers)
    ]
    rows = [_row(desk, i, placed, members[placed.element.id]) for i, placed in enumerate(data.elements)]
    title = words("structure.table_n", n=len(rows))
    return html(
        '<div class="plain-table compare" role="region" tabindex="0" aria-label="{title}"><table>'
        '<caption>{title} <span class="note">{filtered}</span></caption>'
        "<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
        '<tfoot>{rest}{total}</tfoot></table></div><p class="note">{note}</p>',
        title=title,
        filtered="" if desk.state.filter.is_empty else words("structure.filtered", filter=desk.filter_in_words),
        head=joined(head),
        rows=joined(rows),
        rest=joined([_sum_row(desk, label, its) for label, its in without_element(data, words, members)]),
        total=_sum_row(desk, words("structure.total"), data.projects),
        note=words(graded("structure.table_note", grade)),
    )


def structure_table(desk: Desk, stop: PlacedElement) -> None:
    """Draw the comparison, the element that the tour stands at marked."""
    board("structure_table", comparison_table(desk), at=stop.element.id)
