"""The panel that edits one project: choose it, change it, see at once what is wrong, save it with a reason."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from geo.problem import Problem
from geo.record_faults import faults_of, outside_fault
from geo.store.author import NotAllowedError
from geo.store.changes import ConflictError, Edit, InvalidError, Kind
from geo.store.record import Record, differences
from layers.record_wording import label_of, record_name, value_in_words
from ui import editing
from ui.cache import outline
from ui.desk import Desk
from ui.edit_acts import acts_section, retired_section
from ui.edit_conflict import conflict_section
from ui.edit_form import FACT_FIELDS, OFFICE_FIELDS, fields
from ui.edit_place import PLACE, SECTION, place_section
from ui.editing import Draft
from ui.login import author
from ui.text import html, plain

SECTIONS: Final = (PLACE, "facts", "office", "acts")
MAX_WHY: Final = 500
MAX_SHOWN: Final = 60
_SAVED: Final = "edit_saved"
_CSS: Final = (Path(__file__).resolve().parent / "web" / "edit.css").read_text(encoding="utf-8")


def edit_panel(desk: Desk) -> None:
    """Draw the form of the picked project, or the ways to pick one and to add one."""
    words = desk.words
    st.html(f"<style>{_CSS}</style>")
    if saved := st.session_state.pop(_SAVED, None):
        st.toast(words("edit.saved", number=saved), icon=":material/check:")
    if editing.store() is None:
        st.warning(words("task.no_store"))
        return
    if not editing.may_edit():
        st.info(words("task.needs_login"))
        return
    found = editing.draft_for(desk)
    _chooser(desk, found)
    if found is None:
        st.info(words("edit.pick"))
        retired_section(desk)
        return
    if found.conflict:
        conflict_section(desk, found, found.conflict, _save)
        return
    st.html(html("<h3 class='edit-title'>{name}</h3>", name=_title(desk, found)))
    section = st.segmented_control(
        words("edit.section"),
        SECTIONS,
        format_func=lambda code: words(f"edit.section_{code}"),
        key=SECTION,
        default=PLACE,
        required=True,
        label_visibility="collapsed",
    )
    if section == "acts":
        acts_section(desk, found)
        return
    with st.container(key="edit-fields"):
        match section:
            case "facts":
                fields(desk, found, FACT_FIELDS)
            case "office":
                fields(desk, found, OFFICE_FIELDS)
            case _:
                place_section(desk, found)
    _save_section(desk)


def _title(desk: Desk, found: Draft) -> str:
    return record_name(desk.data, desk.words, found.record) or desk.words("edit.new")


# ---- which project ----


def _chooser(desk: Desk, found: Draft | None) -> None:
    """Draw the choice of a project; where another is being edited, the way to it or out of it."""
    words, selection = desk.words, desk.state.selection
    picked = selection.id if selection and selection.kind == "site" else None
    if found and (found.is_changed or found.conflict):
        if picked and picked != found.project_id:
            st.warning(words("edit.unsaved", name=plain(_title(desk, found))))
        st.button(words("edit.discard"), key="edit_discard", on_click=editing.keep, args=(None,), type="tertiary",
                  icon=":material/undo:")  # fmt: skip
        return
    names = {project.id: project.name_in(words.language) for project in desk.data.projects}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            words("edit.project"),
            list(names),
            index=list(names).index(picked) if picked in names else None,
            format_func=lambda each: names[each],
            key=f"edit_project-{picked}",
            on_change=lambda: editing.pick(st.session_state[f"edit_project-{picked}"]),
            placeholder=words("edit.project_hint"),
        )
        st.button(words("edit.add"), key="edit_add", icon=":material/add:", on_click=_start_new)


def _start_new() -> None:
    editing.pick(None)
    editing.start_new()
    st.session_state[SECTION] = "facts"


# ---- save ----


def _save_section(desk: Desk) -> None:
    words, found = desk.words, editing.draft()
    if found is None or not found.is_changed:
        st.caption(words("edit.unchanged"))
        return
    if found.base:
        st.caption("  \n".join(plain(each) for each in _changes_in_words(desk, found.base, found.record)))
    faults = faults_of(found.record)
    faults += outside_fault(found.record, outline(desk.data), desk.data.district.metric_crs)
    _tell(desk, faults)
    why = st.text_input(words("edit.why"), key=f"edit-why-{found.serial}", max_chars=MAX_WHY,
                        placeholder=words("edit.why_hint"))  # fmt: skip
    ready = not faults and bool(why.strip())
    st.button(words("edit.save"), key="edit_save", type="primary", disabled=not ready, on_click=editing.ask_to_save)
    if editing.save_was_asked() and ready:
        _save(desk, found, why, Kind.EDIT if found.base else Kind.ADD)


def _changes_in_words(desk: Desk, base: Record, record: Record) -> Iterator[str]:
    for each in differences(base, record):
        was, became = (value_in_words(desk.data, desk.words, each.path, value) for value in (each.was, each.became))
        yield desk.words("edit.from_to", field=label_of(desk.words, each.path), was=_cut(was), became=_cut(became))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _tell(desk: Desk, faults: Sequence[Problem]) -> None:
    if faults:
        told = [fault_in_words(desk, fault) for fault in faults]
        st.warning("\n".join(f"- {each}" for each in told), icon=":material/edit_note:")


def fault_in_words(desk: Desk, fault: Problem) -> str:
    """Return what is wrong with a field, with the field's own name; escaped for Markdown."""
    words = desk.words
    field = label_of(words, fault.where) if fault.where else words("record.whole")
    return words(f"problem.{fault.code}", where=plain(field), detail=plain(fault.detail))


def _save(desk: Desk, found: Draft, why: str, kind: Kind) -> None:
    """Save the draft; whatever stands in the way is shown, and the draft stays."""
    store = editing.store()
    if store is None:
        st.warning(desk.words("task.no_store"))
        return
    try:
        change = store.save(author(), [Edit(found.project_id, found.record, found.base_version)], why=why, kind=kind)
    except ConflictError as error:
        editing.keep(editing.in_conflict(found, error.conflicts[0]))
    except InvalidError as error:
        _tell(desk, [Problem("edit_rule", "", problem.detail) for problem in error.problems])
        return
    except NotAllowedError:
        st.error(desk.words("task.needs_login"))
        return
    else:
        st.session_state[_SAVED] = change.id if change else 0
        editing.keep(None)
        editing.pick(found.project_id)
    st.rerun()
