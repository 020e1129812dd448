"""A tour from stop to stop, the elements or the sites: its bar, the presentation in large type, and the way to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from markupsafe import Markup

from geo.project import Project
from layers.structure_wording import group_in_words
from layers.words import LANGUAGES, Words
from ui import session
from ui.board import board
from ui.desk import Desk
from ui.link import Kind
from ui.text import html, joined

_CSS: Final = (Path(__file__).resolve().parent / "web" / "presentation.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Tour:
    """The ids of the stops of one kind in their order, and the one that the tour stands at."""

    kind: Kind
    stops: tuple[str, ...]
    at: str


def tour_of(desk: Desk, kind: Kind, sites: Sequence[Project] = ()) -> Tour | None:
    """Return the tour of the elements or the sites as it stands, None where there is nothing to go through.

    The sites are the shortlist where there is one, else those of the page, `sites`. A tour stands at what is picked,
    for a project picked on the tour of the elements at the project's element; else where it last stood, else at the
    first stop.
    """
    selection = desk.state.selection
    stops, picked = desk.state.shortlist or tuple(project.id for project in sites), selection.id if selection else None
    if kind == "element":
        stops = tuple(placed.element.id for placed in desk.data.elements)
        project = desk.data.project(selection.id) if selection and selection.kind == "site" else None
        picked = project.element if project else picked
    at = session.stop_among(stops, picked)
    return Tour(kind, stops, at) if at else None


def show_button(words: Words) -> None:
    """Draw the way into the presentation of the sites."""
    label = words("show.open")
    board("show_button", html('<button type="button" data-do="present" data-id="site">{label}</button>', label=label))


def _option(value: str, name: str, *, selected: bool) -> Markup:
    template = '<option value="{value}"{selected}>{name}</option>'
    return html(template, value=value, name=name, selected=Markup(" selected") if selected else "")


def _elements(desk: Desk, at: str) -> Markup:
    language = desk.words.language
    groups = []
    for _, elements in groupby(desk.data.elements, key=lambda placed: placed.element.group):
        members = [placed.element for placed in elements]
        options = [_option(each.id, each.name_in(language), selected=each.id == at) for each in members]
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


def _name(desk: Desk, tour: Tour) -> str:
    placed, project = desk.data.element(tour.at), desk.data.project(tour.at)
    named = placed.element if tour.kind == "element" and placed else project
    return named.name_in(desk.words.language) if named else ""


def _steps(desk: Desk, tour: Tour) -> Markup:
    words, i, n = desk.words, tour.stops.index(tour.at), len(tour.stops)
    return html(
        '{previous}<span class="tour-at" role="status">{position}<span class="unseen"> {name}</span></span>{next}',
        previous=_step(-1, "‹", words("structure.previous"), possible=i > 0),
        position=words("structure.position", i=i + 1, n=n),
        name=_name(desk, tour),
        next=_step(1, "›", words("structure.next"), possible=i < n - 1),
    )


def _languages(words: Words) -> Markup:
    options = [_option(code, words(f"language.{code}"), selected=code == words.language) for code in LANGUAGES]
    label, options_in_all = words("app.language"), joined(options)
    return html('<select data-do="language" aria-label="{label}">{all}</select>', label=label, all=options_in_all)


def _large(words: Words, label: str, steps: Markup) -> Markup:
    """Return previous and next, and apart from them the language and the way out."""
    return html(
        '<style>{css}</style><nav class="tour large" aria-label="{label}">{steps}</nav>'
        '<div class="tour-aside">{languages}<button type="button" data-do="leave">{leave}</button></div>',
        css=Markup(_CSS),
        label=label,
        steps=steps,
        languages=_languages(words),
        leave=words("structure.leave"),
    )


def _beside(desk: Desk, tour: Tour, label: str, steps: Markup) -> Markup:
    words = desk.words
    return html(
        '<nav class="tour" aria-label="{label}">{steps}'
        '<label>{jump} <select data-do="element">{options}</select></label>'
        '<span class="note tour-keys">{keys}</span><span class="tour-end">'
        '<button type="button" data-do="scroll" data-to=".st-key-structure-table">{compare}</button>'
        '<button type="button" data-do="present" data-id="element" class="primary">{present}</button></span></nav>',
        label=label,
        steps=steps,
        jump=words("structure.jump"),
        options=_elements(desk, tour.at),
        keys=words("structure.keys"),
        compare=words("structure.compare"),
        present=words("structure.present"),
    )


def tour_bar(desk: Desk, tour: Tour) -> None:
    """Draw the bar of the tour; in a presentation only previous, next, the language and the way out."""
    words, presented = desk.words, bool(desk.state.presented)
    label, steps = words("show.label" if tour.kind == "site" else "structure.label"), _steps(desk, tour)
    markup = _large(words, label, steps) if presented else _beside(desk, tour, label, steps)
    board("tour_bar", markup, at=tour.at, kind=tour.kind, stops=list(tour.stops), present=presented)
