"""What has changed since a day: the numbers for a meeting, a card for each change, and the files to take along."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import streamlit as st
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from exports.beside import drawn
from exports.change_list import ChangeList, write_changes_pdf, write_changes_xlsx
from exports.formats import FORMATS
from exports.preview import file_content
from exports.request import ExportRequest
from exports.writing import file_stem
from geo.project import Project
from geo.store.review import FOLDED_AFTER, Period, Review, ReviewedChange, review
from layers.change_wording import (
    ToldField,
    ToldProject,
    period_in_words,
    told_project,
    totals_in_words,
    who,
    why,
)
from ui import cache, change_acts, editing
from ui.board import board
from ui.desk import Desk
from ui.download import download_button
from ui.text import html, joined, original_name, plain

SPANS: Final = {"today": 0, "week": 7, "month": 30, "delivery": None, "days": 30}
"""The periods to choose from, in days back from today."""
SPAN, SINCE, UNTIL, ONLY, _SHOWN = "changes_span", "changes_since", "changes_until", "changes_only", "changes_shown"
USUAL: Final = "week"
SHOWN_AT_ONCE: Final = 50
_WRITERS: Final = {"pdf": write_changes_pdf, "xlsx": write_changes_xlsx}
_CSS: Final = (Path(__file__).resolve().parent / "web" / "changes.css").read_text(encoding="utf-8")


def changes_panel(desk: Desk) -> None:
    """Draw the choice of days, what they come to, what is asked to be done with a change, and the changes."""
    words = desk.words
    with st.container(key="changes-top"):
        st.html(f"<style>{_CSS}</style>")
        if editing.store() is None:
            st.warning(words("task.no_store"))
            return
        _choices(desk)
        try:
            found = _found(desk)
        except SQLAlchemyError:
            st.warning(words("task.no_store"))
            return
        change_acts.act_section(desk, found)
        _summary(desk, found)
    _cards(desk, found)


def changed_sites(desk: Desk) -> list[Project]:
    """Return the projects that were changed in the period, those that are not retired."""
    try:
        changed = _found(desk).project_ids if editing.store() else frozenset()
    except SQLAlchemyError:
        changed = frozenset()
    return [project for project in desk.data.projects if project.id in changed]


# ---- which changes ----


def _choices(desk: Desk) -> None:
    words, selection, today = desk.words, desk.state.selection, datetime.date.today()
    st.segmented_control(
        words("changes.since"), list(SPANS), format_func=lambda span: words(f"changes.span_{span}"), key=SPAN,
        default=USUAL, required=True, label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if _span() == "days":
        since, until = _days()
        with st.container(horizontal=True):
            st.date_input(words("changes.from"), since, max_value=today, key=SINCE, format="YYYY-MM-DD", width=180,
                          persist_state="session")  # fmt: skip
            st.date_input(words("changes.until"), until, max_value=today, key=UNTIL, format="YYYY-MM-DD", width=180,
                          persist_state="session")  # fmt: skip
    project = desk.data.project(selection.id) if selection and selection.kind == "site" else None
    if project:
        st.toggle(words("changes.only", name=plain(project.name_in(words.language))), key=ONLY,
                  persist_state="session")  # fmt: skip


def _span() -> str:
    span = st.session_state.get(SPAN)
    return span if span in SPANS else USUAL


def _days() -> tuple[datetime.date, datetime.date]:
    """Return the days that the reader has chosen, the earlier one first."""
    today = datetime.date.today()
    since = st.session_state.get(SINCE) or today - datetime.timedelta(days=SPANS["days"] or 0)
    first, last = sorted((since, st.session_state.get(UNTIL) or today))
    return first, last


def _period() -> Period:
    span = _span()
    if span == "days":
        return Period(*_days())
    days = SPANS[span]
    return Period() if days is None else Period(datetime.date.today() - datetime.timedelta(days=days))


def _only(desk: Desk) -> str | None:
    """Return the picked project's id where the reader wants its history alone."""
    selection = desk.state.selection
    return selection.id if selection and selection.kind == "site" and st.session_state.get(ONLY) else None


def _found(desk: Desk) -> Review:
    return cache.changes(desk.data, _period(), _only(desk))


# ---- what they come to ----


def _summary(desk: Desk, found: Review) -> None:
    words = desk.words
    told = [html("<div><dt>{label}</dt><dd>{number}</dd></div>", label=label, number=number)
            for label, number in totals_in_words(words, found.totals)]  # fmt: skip
    title = _title(desk)
    st.html(html('<section class="change-totals"><h2>{title}</h2><dl>{told}</dl></section>', title=title,
                 told=joined(told)))  # fmt: skip
    if not found.changes:
        st.info(words("changes.none"))
        return
    request = ExportRequest(language=words.language)
    with st.container(horizontal=True, key="changes-files"):
        for code in _WRITERS:
            download_button(
                words(f"changes.file_{code}"), _content(desk, request, code),
                file_name=file_stem(desk.data, request, words("task.changes")) + FORMATS[code].suffix,
                mime=FORMATS[code].mime, key=f"changes_{code}",
            )  # fmt: skip


def _title(desk: Desk) -> str:
    words, title = desk.words, period_in_words(desk.words, _period())
    project = desk.data.project(_only(desk))
    return words("format.term", term=project.name_in(words.language), value=title) if project else title


def _content(desk: Desk, request: ExportRequest, code: str) -> Callable[[], Any]:
    period, only, title, store = _period(), _only(desk), _title(desk), editing.store()

    def make() -> bytes:
        assert store is not None
        listed = ChangeList(review(store, period, project_id=only, most=FOLDED_AFTER if code == "pdf" else None), title)
        return drawn(file_content, desk.data, _WRITERS[code], FORMATS[code].suffix, request, listed)

    return make


# ---- the cards ----


def _cards(desk: Desk, found: Review) -> None:
    if not found.changes:
        return
    shown = int(st.session_state.get(_SHOWN, SHOWN_AT_ONCE))
    cards = joined([_card(desk, one, found) for one in found.changes[:shown]])
    with st.container(key="change-cards"):
        board("changes", html('<ol class="changes">{cards}</ol>', cards=cards), change_acts.ASKED)
        if len(found.changes) > shown:
            st.button(desk.words("changes.show_more", n=len(found.changes) - shown), key="changes_more",
                      on_click=_show_more)  # fmt: skip


def _show_more() -> None:
    st.session_state[_SHOWN] = int(st.session_state.get(_SHOWN, SHOWN_AT_ONCE)) + SHOWN_AT_ONCE


def _card(desk: Desk, one: ReviewedChange, found: Review) -> Markup:
    words, change = desk.words, one.change
    reason = why(words, change)
    projects = [_project(desk, told_project(desk.data, words, each)) for each in one.touched]
    more, n = "more_projects", one.more
    if one.is_beginning:
        more, n, projects = "beginning", one.more + len(projects), []
    return html(
        '<li class="change"><header><h3>{number}</h3><span class="kind">{kind}</span><span>{who}</span>'
        '<time datetime="{at}">{when}</time></header>{why}{file}'
        '<ul class="touched">{projects}</ul>{more}{buttons}</li>',
        number=words("changes.numbered", number=change.id),
        kind=words(f"changes.kind_{change.kind}"),
        who=who(words, change),
        at=change.at.isoformat(),
        when=words.moment(change.at),
        why=html('<p class="why">{why}</p>', why=reason) if reason else "",
        file=_note(words("format.term", term=words("changes.file"), value=change.source.name))
        if change.source.name else "",
        projects=joined(projects),
        more=_note(words(f"changes.{more}", n=n)) if n else "",
        buttons=change_acts.buttons(desk, one, found),
    )  # fmt: skip


def _note(text: str) -> Markup:
    return html('<p class="note">{text}</p>', text=text)


def _project(desk: Desk, project: ToldProject) -> Markup:
    words = desk.words
    fate = html('<span class="fate">{fate}</span>', fate=project.fate) if project.fate else ""
    gone = html(' <span class="note">{gone}</span>', gone=words("changes.is_retired")) if project.is_retired else ""
    fields = joined([_field(each) for each in project.fields])
    return html(
        "<li>{name}{fate}{gone}{fields}</li>",
        name=_name(desk, project),
        fate=fate,
        gone=gone if project.fate != words("changes.was_retired") else "",
        fields=html("<dl>{fields}</dl>", fields=fields) if fields else "",
    )


def _name(desk: Desk, project: ToldProject) -> Markup:
    """Return a project's name, as the way to it where it can be picked."""
    name = html("{name}{original}", name=project.name, original=original_name(desk.words, project.original))
    if desk.data.project(project.id) is None:
        return html('<span class="name">{name}</span>', name=name)
    selection = desk.state.selection
    picked = Markup(' aria-current="true"') if selection and selection.id == project.id else ""
    return html('<button type="button" class="name" data-do="site" data-id="{id}"{picked}>{name}</button>',
                id=project.id, picked=picked, name=name)  # fmt: skip


def _field(told: ToldField) -> Markup:
    note = html(' <span class="what">{note}</span>', note=told.note) if told.note else ""
    return html("<div><dt>{label}</dt><dd><span class=\"was\">{was}</span> → {became}{note}</dd></div>",
                label=told.label, was=told.was, became=told.became, note=note)  # fmt: skip
