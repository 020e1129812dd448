"""The panel that edits one project: choose it, change it, see at once what is wrong, save it with a reason."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from geo.problem import Problem
from geo.record_faults import evidence_faults, faults_of, outside_fault
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
FEW: Final = 4
_CSS: Final = (Path(__file__).resolve().parent / "web" / "edit.css").read_text(encoding="utf-8")


def edit_panel(desk: Desk) -> None:
    """Draw the form of the picked project, or the ways to pick one and to add one."""
    words = desk.words
    st.html(f"<style>{_CSS}</style>")
    if number := editing.saved():
        st.toast(words("edit.saved", number=number), icon=":material/check:")
    if editing.store() is None:
        st.warning(words("task.no_store"))
        return
    if not editing.may_edit():
        st.info(words("task.needs_role" if author().name else "task.needs_login"))
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
                if found.record["properties"]["mentions"]:
                    st.caption(words("edit.phase_note"))
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
    names = _names(desk)
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


def _names(desk: Desk) -> dict[str, str]:
    """Return the projects' names by id; those that several bear with their ids, so that each is its own choice."""
    names = {project.id: project.name_in(desk.words.language) for project in desk.data.projects}
    times = Counter(names.values())
    return {each: name if times[name] == 1 else f"{name} · {each}" for each, name in names.items()}


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
    if found.base:
        faults += evidence_faults(found.base, found.record)
    _tell(desk, faults)
    _tell_same_name(desk, found)
    why = st.text_input(words("edit.why"), key=f"edit-why-{found.serial}", max_chars=MAX_WHY,
                        placeholder=words("edit.why_hint"))  # fmt: skip
    st.button(words("edit.save"), key="edit_save", type="primary", disabled=bool(faults), on_click=editing.ask_to_save)
    asked = editing.save_was_asked()
    if asked and not why.strip():
        st.error(words("edit.why_missing"))
    elif asked and not faults:
        _save(desk, found, why, Kind.EDIT if found.base else Kind.SPLIT if found.split_from else Kind.ADD)


def _changes_in_words(desk: Desk, base: Record, record: Record) -> Iterator[str]:
    for each in differences(base, record):
        was, became = (value_in_words(desk.data, desk.words, each.path, value) for value in (each.was, each.became))
        yield desk.words("edit.from_to", field=label_of(desk.words, each.path), was=_cut(was), became=_cut(became))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _tell(desk: Desk, faults: Sequence[Problem]) -> None:
    if faults:
        told = [fault_in_words(desk, fault) for fault in faults[:FEW]]
        if len(faults) > FEW:
            told.append(desk.words("edit.more_faults", n=len(faults) - FEW))
        st.warning("\n".join(f"- {each}" for each in told), icon=":material/edit_note:")


def _tell_same_name(desk: Desk, found: Draft) -> None:
    name = found.record["properties"]["name"].strip()
    if any(each.name == name and each.id != found.project_id for each in desk.data.projects):
        st.warning(desk.words("edit.same_name", name=plain(name)))


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
        if found.split_from:
            why = desk.words("edit.split_why", name=found.split_from, why=why)
        retired = False if found.retired else None
        edit = Edit(found.project_id, found.record, found.base_version, retired)
        change = store.save(author(), [edit], why=why, kind=kind)
    except ConflictError as error:
        editing.keep(editing.in_conflict(found, error.conflicts[0], why))
    except InvalidError as error:
        _tell(desk, [Problem("edit_rule", "", problem.detail) for problem in error.problems])
        return
    except NotAllowedError:
        st.error(desk.words("task.needs_login"))
        return
    else:
        editing.note_saved(change.id if change else 0)
        editing.keep(None)
        editing.pick(found.project_id)
    st.rerun()
