"""One structure element in large type beside the map, for a meeting room: a name, a few lines, big figures."""

from pathlib import Path
from typing import Final

from markupsafe import Markup

from geo.load import PlacedElement
from geo.project import Localised
from layers.structure_chart import phase_chart, sector_key
from layers.structure_wording import extent_in_words, extent_label, group_in_words, members_by_element
from layers.words import Words
from ui.board import board
from ui.cache import structure_figures
from ui.desk import Desk
from ui.detail import heading
from ui.structure_card import unplaced_in_words
from ui.text import html, joined

_CSS: Final = (Path(__file__).resolve().parent / "web" / "presentation.css").read_text(encoding="utf-8")


def _line(words: Words, title: str, terms: tuple[Localised, ...]) -> Markup:
    if not terms:
        return Markup("")
    listed = words("format.sentence").join(term.in_language(words.language) for term in terms)
    return html("<dt>{title}</dt><dd>{terms}</dd>", title=title, terms=listed)


def structure_slide(desk: Desk, stop: PlacedElement) -> None:
    """Draw the element that the tour stands at, to be read from the far end of a meeting room."""
    words, element = desk.words, stop.element
    members = members_by_element(desk.data)[element.id]
    its = structure_figures(desk.data)[element.id]
    figure, hectares = extent_in_words(words, its)
    month = words.month(desk.data.district.plan.date)
    plan = words("structure.plan_place", chapter=element.plan.chapter, section=element.plan.section)
    markup = html(
        '<style>{css}</style><article class="slide" lang="{lang}"><p class="slide-group">{group} · {plan}</p>{heading}'
        '<dl class="slide-terms">{terms}</dl>'
        '<dl class="slide-figures"><div><dd>{figure}</dd><dt>{extent} {hectares}</dt></div>'
        "<div><dd>{n}</dd><dt>{projects}{unplaced}</dt></div></dl>"
        '<div class="slide-chart">{chart}{key}</div><p class="slide-note">{note}</p></article>',
        css=Markup(_CSS),
        lang=words.html_lang,
        group=group_in_words(desk.data, words, element),
        plan=plan,
        heading=heading(desk, element.name, element.name_in(words.language)),
        terms=joined(
            [
                _line(words, words("detail.functions"), element.functions),
                _line(words, words("detail.leading_sectors"), element.leading_sectors),
            ]
        ),
        figure=figure,
        extent=extent_label(words, its),
        hectares=hectares,
        n=len(members),
        projects=words("structure.projects"),
        unplaced=f" · {unplaced_in_words(words, members)}" if members else "",
        chart=phase_chart(words, members, width=300),
        key=sector_key(words, members),
        note=words("structure.presented_note", currency=words("map.currency", month=month)),
    )
    board("structure_card", markup, at=element.id)
