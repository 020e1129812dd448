"""The bar of the guided tour: previous, next, where it stands, a way to any element, and the presentation."""

from itertools import groupby

from markupsafe import Markup

from geo.load import PlacedElement
from layers.structure_wording import group_in_words
from ui.board import board
from ui.desk import Desk
from ui.text import html, joined


def _options(desk: Desk, stop: PlacedElement) -> Markup:
    language = desk.words.language
    groups = []
    for _, elements in groupby(desk.data.elements, key=lambda placed: placed.element.group):
        members = [placed.element for placed in elements]
        options = [
            html(
                '<option value="{id}"{selected}>{name}</option>',
                id=each.id,
                selected=Markup(" selected") if each is stop.element else "",
                name=each.name_in(language),
            )
            for each in members
        ]
        label = group_in_words(desk.data, desk.words, members[0])
        groups.append(html('<optgroup label="{label}">{options}</optgroup>', label=label, options=joined(options)))
    return joined(groups)


def _step(by: int, arrow: str, label: str, *, possible: bool) -> Markup:
    before, after = (arrow, "") if by < 0 else ("", arrow)
    return html(
        '<button type="button" data-do="step" data-by="{by}" aria-disabled="{off}" aria-label="{label}">'
        '{before}<span class="step-label">{label}</span>{after}</button>',
        by=by,
        off="false" if possible else "true",
        label=label,
        before=before,
        after=after,
    )


def _steps(desk: Desk, stop: PlacedElement) -> Markup:
    words, elements = desk.words, desk.data.elements
    i = elements.index(stop)
    return html(
        '{previous}<span class="tour-at" role="status">{position}<span class="unseen"> {name}</span></span>{next}',
        previous=_step(-1, "‹", words("structure.previous"), possible=i > 0),
        position=words("structure.position", i=i + 1, n=len(elements)),
        name=stop.element.name_in(words.language),
        next=_step(1, "›", words("structure.next"), possible=i < len(elements) - 1),
    )


def tour_bar(desk: Desk, stop: PlacedElement) -> None:
    """Draw the bar; in a presentation only previous, next and leave."""
    words = desk.words
    steps = _steps(desk, stop)
    if desk.state.present:
        markup = html(
            '<nav class="tour large" aria-label="{label}">{steps}'
            '<button type="button" data-do="leave">{leave}</button></nav>',
            label=words("structure.label"),
            steps=steps,
            leave=words("structure.leave"),
        )
    else:
        markup = html(
            '<nav class="tour" aria-label="{label}">{steps}'
            '<label>{jump} <select data-do="element">{options}</select></label>'
            '<span class="note tour-keys">{keys}</span><span class="tour-end">'
            '<button type="button" data-do="scroll" data-to=".st-key-structure-table">{compare}</button>'
            '<button type="button" data-do="present" class="primary">{present}</button></span></nav>',
            label=words("structure.label"),
            steps=steps,
            jump=words("structure.jump"),
            options=_options(desk, stop),
            keys=words("structure.keys"),
            compare=words("structure.compare"),
            present=words("structure.present"),
        )
    stops = [placed.element.id for placed in desk.data.elements]
    board("tour_bar", markup, at=stop.element.id, stops=stops, present=desk.state.present)
