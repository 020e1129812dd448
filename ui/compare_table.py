"""The comparison: the shortlist to order and choose from, and the chosen sites side by side."""

from pathlib import Path
from typing import Final

import streamlit as st
from markupsafe import Markup

from geo.project import Project
from layers.compare_rows import Cell, Line, Row, Section, compare_rows
from ui.board import board
from ui.cache import surroundings
from ui.desk import Desk
from ui.link import MAX_COMPARED
from ui.text import chinese, html, joined, original_name, plain

_CSS: Final = (Path(__file__).resolve().parent / "web" / "compare.css").read_text(encoding="utf-8")


def comparison(desk: Desk) -> None:
    """Draw the list of collected sites and the table of those compared."""
    st.html(f"<style>{_CSS}</style>")
    board("compare", html("{list}{table}", list=_shortlist(desk), table=_table(desk)))


def not_on_map(desk: Desk) -> None:
    """Say which of the compared sites the map cannot show."""
    words = desk.words
    missing = [project for each in desk.state.compared if (project := desk.data.project(each)) and not project.placed]
    if missing:
        names = [
            words("compare.numbered", number=desk.numbers[each.id], name=each.name_in(words.language))
            for each in missing
        ]
        st.caption(plain(words("compare.not_on_map", names=words("format.list").join(names))))


def _shortlist(desk: Desk) -> Markup:
    words, state = desk.words, desk.state
    collected = [project for each in state.shortlist if (project := desk.data.project(each))]
    full = len(state.compared) >= MAX_COMPARED
    items = [
        _item(desk, project, number, last=number == len(collected), full=full)
        for number, project in enumerate(collected, 1)
    ]
    return html(
        '<section class="shortlist"><p><strong>{said}</strong> <span class="note">{hint}</span>'
        '<button type="button" data-do="empty">{empty}</button></p><ol>{items}</ol></section>',
        said=words("compare.said", n=len(collected), m=len(state.compared)),
        hint=words("compare.hint_one") if len(collected) == 1 else words("compare.hint", n=MAX_COMPARED),
        empty=words("compare.empty"),
        items=joined(items),
    )


def _item(desk: Desk, project: Project, number: int, *, last: bool, full: bool) -> Markup:
    words, name, compared = desk.words, project.name_in(desk.words.language), desk.state.compared
    chosen = project.id in compared
    stuck = len(compared) == 1 if chosen else full
    return html(
        '<li><button type="button" class="choose" data-do="choose" data-id="{id}" aria-pressed="{chosen}"'
        ' aria-disabled="{stuck}" title="{choose}"><span class="number">{number}</span><span>{name}</span></button>'
        "{up}{down}{drop}</li>",
        id=project.id,
        chosen=str(chosen).lower(),
        stuck=str(stuck).lower(),
        choose=words("compare.choose_full", n=MAX_COMPARED) if stuck and not chosen else words("compare.choose"),
        number=number,
        name=name,
        up=_small("earlier", project.id, "↑", words("compare.up", name=name), possible=number > 1),
        down=_small("later", project.id, "↓", words("compare.down", name=name), possible=not last),
        drop=_small("drop", project.id, "×", words("compare.drop", name=name), possible=True),
    )


def _small(do: str, project_id: str, sign: str, label: str, *, possible: bool) -> Markup:
    return html(
        '<button type="button" class="small" data-do="{do}" data-id="{id}" aria-label="{label}" title="{label}"'
        ' aria-disabled="{off}">{sign}</button>',
        do=do,
        id=project_id,
        label=label,
        off=str(not possible).lower(),
        sign=sign,
    )


def _table(desk: Desk) -> Markup:
    words = desk.words
    projects = [project for each in desk.state.compared if (project := desk.data.project(each))]
    sections = compare_rows(desk.data, words, surroundings(desk.data), projects)
    notes = dict.fromkeys(note for section in sections for note in section.notes)
    return html(
        '<div class="compared" tabindex="0" role="region" aria-label="{caption}"><table style="--sites: {n}">'
        '<caption class="unseen">{caption}</caption><thead><tr><td></td>{heads}</tr></thead>{bodies}</table></div>'
        '<div class="compared-notes">{notes}</div>',
        caption=words("compare.caption", n=len(projects)),
        n=len(projects),
        heads=joined([_head(desk, project) for project in projects]),
        bodies=joined([_section(desk, section, len(projects)) for section in sections]),
        notes=joined([html('<p class="note">{note}</p>', note=note) for note in notes]),
    )


def _head(desk: Desk, project: Project) -> Markup:
    selection = desk.state.selection
    picked = selection is not None and (selection.kind, selection.id) == ("site", project.id)
    return html(
        '<th scope="col"{current}><button type="button" data-do="site" data-id="{id}">'
        '<span class="number">{number}</span>{name}</button>{original}</th>',
        current=Markup(' aria-current="true"') if picked else "",
        id=project.id,
        number=desk.numbers[project.id],
        name=project.name_in(desk.words.language),
        original=original_name(desk.words, project.name),
    )


def _section(desk: Desk, section: Section, n: int) -> Markup:
    return html(
        '<tbody><tr class="group"><th scope="rowgroup" colspan="{n}"><span>{title}</span></th></tr>{rows}</tbody>',
        n=n + 1,
        title=section.title,
        rows=joined([_row(desk, row, n) for row in section.rows]),
    )


def _row(desk: Desk, row: Row, n: int) -> Markup:
    cells = (
        html('<td colspan="{n}" class="note">{text}</td>', n=n, text=row.common)
        if row.common
        else joined([_cell(desk, cell) for cell in row.cells])
    )
    return html('<tr><th scope="row">{label}</th>{cells}</tr>', label=row.label, cells=cells)


def _cell(desk: Desk, cell: Cell) -> Markup:
    return html("<td>{lines}</td>", lines=joined([_line(desk, line) for line in cell]))


def _line(desk: Desk, line: Line) -> Markup:
    text = chinese(line.text, desk.words.language) if line.verbatim else line.text
    return html('<span class="{kind}">{text}</span>', kind="note" if line.note else "line", text=text)
