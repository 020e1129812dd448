"""The cards of the opportunities: one a site, all of one structure, on one board."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from unicodedata import east_asian_width

import streamlit as st
from markupsafe import Markup

from geo.opportunity import OPENING_OF_PHASE, opportunities
from geo.project import Mention, Project
from layers.list_rows import list_symbol
from layers.opportunity_wording import (
    REACHES,
    Area,
    Section,
    area_key,
    areas,
    meaning_in_words,
    mentions_in_order,
    sections,
)
from layers.shape_grade import graded, structure_grade
from layers.wording import added_in_words, grade_in_words, mention_place, mention_printed_under, office_facts, site_name
from ui.board import board
from ui.cache import structure_figures
from ui.desk import Desk
from ui.text import chinese, html, joined, original_name

AREA_TERMS: Final = ("detail.functions", "detail.leading_sectors")
CERTAINTY: Final = "detail.grade"
CARD_LIMIT: Final = 150
CUT_WIDTH: Final = 56
"""The width from which on a card may cut a text, in Latin letters."""
_CSS: Final = (Path(__file__).resolve().parent / "web" / "opportunities.css").read_text(encoding="utf-8")


def shown_opportunities(desk: Desk) -> list[Project]:
    """Return the opportunities that pass the filter, as far as the reader wants to see."""
    return opportunities(desk.wanted, open_only=desk.state.reach != REACHES[0])


def opportunity_board(desk: Desk) -> None:
    """Draw a card for each opportunity that passes the filter, under headings in the order chosen."""
    words, shown = desk.words, shown_opportunities(desk)
    if not shown:
        if desk.wanted:
            st.info(words("opportunity.none"))
        return
    known = areas(desk.data, words, structure_figures(desk.data))
    parts, room = [], CARD_LIMIT
    for number, section in enumerate(sections(desk.data, words, shown, desk.state.order, known)):
        if room > 0:
            parts.append(_section(desk, number, section, known, section.projects[:room]))
        room -= len(section.projects)
    if room < 0:
        parts.append(html('<p class="note">{more}</p>', more=words("list.more", n=-room)))
    note = html('<p class="note">{meaning}</p>', meaning=meaning_in_words(words))
    with st.container(key="opportunity-cards"):
        st.html(f"<style>{_CSS}</style>")
        board("opportunities", html('<div class="opportunities">{note}{all}</div>', note=note, all=joined(parts)))


def _section(
    desk: Desk, number: int, section: Section, known: Mapping[str | None, Area], shown: Sequence[Project]
) -> Markup:
    """Return a section with the cards of those `shown`; its heading counts all."""
    return html(
        '<section aria-labelledby="opportunities-{number}"><h2 id="opportunities-{number}">{title}</h2>'
        '<ul class="cards">{cards}</ul></section>',
        number=number,
        title=desk.words("opportunity.section", title=section.title, n=len(section.projects)),
        cards=joined([_card(desk, project, known[area_key(desk.data, project)]) for project in shown]),
    )


def _card(desk: Desk, project: Project, area: Area) -> Markup:
    words, selection = desk.words, desk.state.selection
    picked = selection is not None and selection.id == project.id
    return html(
        '<li class="card"{current}><div class="card-head"><span class="symbol">{symbol}</span>'
        '<h3>{name}{original}</h3></div><p class="tags"><span class="opening {opening}">{opened}</span>'
        "<span>{phase}</span><span>{sector}</span></p><dl>{facts}</dl>"
        '<dl class="office">{office}</dl>{buttons}{more}</li>',
        current=Markup(' aria-current="true"') if picked else "",
        symbol=Markup(list_symbol(project)),
        name=site_name(words, project),
        original=original_name(words, project.name),
        opening=OPENING_OF_PHASE[project.phase],
        opened=words(f"opportunity.{OPENING_OF_PHASE[project.phase]}"),
        phase=words(f"phase.{project.phase}"),
        sector=words(f"sector.{project.sector}"),
        facts=joined(_facts(desk, project, area)),
        office=joined([_fact(term, value) for term, value in office_facts(desk.data, words, project)]),
        more=_more(desk, project, area),
        buttons=_buttons(desk, project),
    )


def _fact(term: str, value: object) -> Markup:
    return html("<div><dt>{term}</dt><dd>{value}</dd></div>", term=term, value=value)


def _facts(desk: Desk, project: Project, area: Area) -> list[Markup]:
    """Return what every card says, in the same order; what the plan does not say is said to be missing."""
    words, told = desk.words, _told(desk, project, area)
    otherwise = words("structure.no_sectors")
    around = (words("opportunity.by_element") if area.is_group else told[term] or otherwise for term in AREA_TERMS)
    return [
        _fact(words("detail.structure"), area.title),
        *(_fact(words(term), text) for term, text in zip(AREA_TERMS, around, strict=True)),
        _fact(words("opportunity.wording"), _wording(desk, project)),
        _fact(words(CERTAINTY), told[CERTAINTY]),
    ]


def _told(desk: Desk, project: Project, area: Area) -> dict[str, str]:
    """Return the texts that a card cuts to a few lines, by the identifiers of their terms."""
    words = desk.words
    grade, basis = grade_in_words(words, project), project.location.basis.in_language(words.language)
    reason = basis if project.placed else words("opportunity.no_point", basis=basis)
    certainty = words("format.sentence").join([grade, reason])
    return {**dict(zip(AREA_TERMS, (area.functions, area.leading_sectors), strict=True)), CERTAINTY: certainty}


def _wording(desk: Desk, project: Project) -> Markup:
    """Return the mention that the phase rests on, or that the plan has none."""
    mentions = mentions_in_order(project)
    return _quoted(desk, mentions[0]) if mentions else html("{text}", text=added_in_words(desk.words, project))


def _quoted(desk: Desk, mention: Mention) -> Markup:
    """Return a mention verbatim, with where it stands and what is printed above it."""
    words = desk.words
    printed = words("format.sentence").join(mention_printed_under(mention))
    return html(
        '<span class="quote">{name}</span> <span class="note">{place}{printed}</span>',
        name=chinese(mention.name, words.language),
        place=mention_place(desk.data, words, mention),
        printed=html(" · {printed}", printed=chinese(printed, words.language)) if printed else "",
    )


def _more(desk: Desk, project: Project, area: Area) -> Markup:
    """Return what unfolds: the texts that the card cuts, the neighbours, the other mentions."""
    words = desk.words
    told = _told(desk, project, area)
    parts = [_fact(words(term), text) for term, text in told.items() if _width(text) > CUT_WIDTH]
    if area.neighbours:
        note = html(
            '{beside} <span class="note">{note}</span>',
            beside=area.neighbours,
            note=words(graded("structure.apart_note", structure_grade(desk.data))),
        )
        parts.append(_fact(words("opportunity.neighbours"), note))
    if project.element_basis:
        parts.append(_fact(words("table.element_basis"), project.element_basis.in_language(words.language)))
    if others := mentions_in_order(project)[1:]:
        rows = joined([html("<p>{text}</p>", text=_quoted(desk, other)) for other in others])
        parts.append(_fact(words("opportunity.wordings_other"), rows))
    if not parts:
        return Markup("")
    return html(
        '<details data-id="{id}"><summary data-id="{id}">{label}</summary><dl>{facts}</dl></details>',
        id=project.id,
        label=words("opportunity.more"),
        facts=joined(parts),
    )


def _width(text: str) -> int:
    """Return how wide a text is in Latin letters; a hanzi is two."""
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def _buttons(desk: Desk, project: Project) -> Markup:
    words, listed = desk.words, project.id in desk.state.shortlist
    return html(
        '<p class="card-buttons">'
        '<button type="button" data-do="site" data-id="{id}" data-to="{to}">{pick}{unseen}</button>'
        '<button type="button" data-do="{do}" data-id="{id}" data-again="{id}">{label}{unseen}</button></p>',
        to=".st-key-stage-map" if project.placed else ".st-key-under-map",
        pick=words("opportunity.on_map" if project.placed else "panel.detail"),
        do="drop" if listed else "collect",
        id=project.id,
        label=words("opportunity.drop" if listed else "compare.collect"),
        unseen=html('<span class="unseen"> {name}</span>', name=project.name_in(words.language)),
    )
