"""The cards of the opportunities: one a site, all of one structure, on one board."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

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
from layers.wording import grade_in_words, mention_place, mention_printed_under, office_facts
from ui.board import board
from ui.cache import structure_figures
from ui.desk import Desk
from ui.text import chinese, html, joined, original_name

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
    parts = [
        _section(desk, number, section, known)
        for number, section in enumerate(sections(desk.data, words, shown, desk.state.order, known))
    ]
    note = html('<p class="note">{meaning}</p>', meaning=meaning_in_words(words))
    with st.container(key="opportunity-cards"):
        st.html(f"<style>{_CSS}</style>")
        board("opportunities", html('<div class="opportunities">{note}{all}</div>', note=note, all=joined(parts)))


def _section(desk: Desk, number: int, section: Section, known: Mapping[str | None, Area]) -> Markup:
    return html(
        '<section aria-labelledby="opportunities-{number}"><h2 id="opportunities-{number}">{title}</h2>'
        '<ul class="cards">{cards}</ul></section>',
        number=number,
        title=desk.words("opportunity.section", title=section.title, n=len(section.projects)),
        cards=joined([_card(desk, project, known[area_key(desk.data, project)]) for project in section.projects]),
    )


def _card(desk: Desk, project: Project, area: Area) -> Markup:
    words, selection = desk.words, desk.state.selection
    picked = selection is not None and selection.id == project.id
    return html(
        '<li class="card"{current}><div class="card-head"><span class="symbol">{symbol}</span>'
        '<h3>{name}{original}</h3></div><p class="tags"><span class="opening {opening}">{opened}</span>'
        "<span>{phase}</span><span>{sector}</span></p><dl>{facts}</dl>"
        '<div class="beyond">{office}{more}</div>{buttons}</li>',
        current=Markup(' aria-current="true"') if picked else "",
        symbol=Markup(list_symbol(project)),
        name=project.name_in(words.language),
        original=original_name(words, project.name),
        opening=OPENING_OF_PHASE[project.phase],
        opened=words(f"opportunity.{OPENING_OF_PHASE[project.phase]}"),
        phase=words(f"phase.{project.phase}"),
        sector=words(f"sector.{project.sector}"),
        facts=joined(_facts(desk, project, area)),
        office=_office(desk, project),
        more=_more(desk, project, area),
        buttons=_buttons(desk, project),
    )


def _fact(term: str, value: object) -> Markup:
    return html("<div><dt>{term}</dt><dd>{value}</dd></div>", term=term, value=value)


def _facts(desk: Desk, project: Project, area: Area) -> list[Markup]:
    """Return what every card says, in the same order; what the plan does not say is said to be missing."""
    words, missing = desk.words, desk.words("structure.no_sectors")
    return [
        _fact(words("detail.structure"), area.title),
        _fact(words("detail.functions"), area.functions or missing),
        _fact(words("detail.leading_sectors"), area.leading_sectors or missing),
        _fact(words("opportunity.wording"), _quoted(desk, mentions_in_order(project)[0])),
        _fact(words("detail.grade"), _certainty(desk, project)),
    ]


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


def _certainty(desk: Desk, project: Project) -> str:
    words = desk.words
    grade, basis = grade_in_words(words, project), project.location.basis.in_language(words.language)
    told = basis if project.placed else words("opportunity.no_point", basis=basis)
    return words("format.sentence").join([grade, told])


def _office(desk: Desk, project: Project) -> Markup:
    facts = [_fact(term, value) for term, value in office_facts(desk.words, project)]
    return html('<dl class="office">{facts}</dl>', facts=joined(facts)) if facts else Markup("")


def _more(desk: Desk, project: Project, area: Area) -> Markup:
    """Return what unfolds: the neighbours and the other mentions; the card's own texts are then shown whole."""
    words = desk.words
    others = mentions_in_order(project)[1:]
    facts = [_fact(words("opportunity.neighbours"), area.neighbours or words("structure.no_sectors"))]
    if project.element_basis:
        basis = project.element_basis.in_language(words.language)
        facts.append(_fact(words("table.element_basis"), basis))
    if others:
        rows = joined([html("<p>{text}</p>", text=_quoted(desk, other)) for other in others])
        facts.append(_fact(words("opportunity.wordings_other"), rows))
    return html(
        '<details data-id="{id}"><summary data-id="{id}">{label}</summary><dl>{facts}</dl></details>',
        id=project.id,
        label=words("opportunity.more"),
        facts=joined(facts),
    )


def _buttons(desk: Desk, project: Project) -> Markup:
    words, listed = desk.words, project.id in desk.state.shortlist
    on_map = html(
        '<button type="button" data-do="site" data-id="{id}" data-to=".st-key-stage-map">{label}</button>',
        id=project.id,
        label=words("opportunity.on_map"),
    )
    return html(
        '<p class="card-buttons">{on_map}<button type="button" data-do="{do}" data-id="{id}" data-again="{id}">{label}'
        '<span class="unseen"> {name}</span></button></p>',
        on_map=on_map if project.placed else "",
        do="drop" if listed else "collect",
        id=project.id,
        label=words("opportunity.drop" if listed else "compare.collect"),
        name=project.name_in(words.language),
    )
