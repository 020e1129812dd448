"""The project being edited: what the editor saw, and what it is to become; one at a time in a session."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from geo.store.author import Role
from geo.store.changes import Conflict, Entry
from geo.store.record import ABSENT, Record, differences, value_at, with_values
from geo.store.store import Store
from geo.vocabulary import Grade, Phase
from ui import session
from ui.cache import record
from ui.desk import DATA_PAGE, Desk
from ui.link import Selection
from ui.login import author

_DRAFT, _SERIAL, _TO_SAVE, _SAVED = "draft", "draft_serial", "save_was_asked", "edit_saved"
_WHOLES: Final = ("element_basis", "current_status", "offer", "parcel")
"""Parts that a project has or has not: they go when nothing is left in them."""


@dataclass(frozen=True)
class Draft:
    """A project in the making. `base` is its record as the editor saw it, None for a new one; `serial` tells drafts
    apart, so that each has its own fields on the screen. `by` is who began it, the only one who goes on with it; `why`
    the reason given before a conflict; `split_from` the project that it is a part of.
    """

    serial: int
    base: Record | None
    base_version: int
    record: Record
    retired: bool = False
    conflict: Conflict | None = None
    by: str = ""
    why: str = ""
    split_from: str = ""

    @property
    def project_id(self) -> str:
        """The project's id."""
        return str(self.record["id"])

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to save."""
        return self.base is None or bool(differences(self.base, self.record))


def draft() -> Draft | None:
    """Return what is being edited."""
    found: Draft | None = st.session_state.get(_DRAFT)
    return found if found and found.by == author().name else None


def draft_for(desk: Desk) -> Draft | None:
    """Return what is being edited: the draft as left, else the picked project as it is now."""
    found, selection, kept = draft(), desk.state.selection, store()
    picked = selection.id if selection and selection.kind == "site" else None
    if found and (found.is_changed or found.conflict):
        return found
    if picked and kept and (entry := kept.entry(picked)):
        if found and found.project_id == picked and found.base_version == entry.version:
            return found
        return start(entry)
    keep(None)
    return None


def keep(changed: Draft | None) -> None:
    """Go on with this draft, or with none."""
    st.session_state[_DRAFT] = changed


def start(entry: Entry) -> Draft:
    """Begin to edit a project as it is now."""
    made = Draft(_next_serial(), entry.record, entry.version, entry.record, entry.retired, by=author().name)
    keep(made)
    return made


def start_again(found: Draft, entry: Entry, wanted: Record) -> Draft:
    """Go on with `wanted` from the project as it is now, after somebody else has changed it."""
    made = replace(found, serial=_next_serial(), base=entry.record, base_version=entry.version, record=wanted,
                   retired=entry.retired, conflict=None)  # fmt: skip
    keep(made)
    return made


def start_new(like: Record | None = None, *, split_from: str = "") -> Draft:
    """Begin a project that the plan does not name; with `like`, as a part of that one."""
    today = datetime.date.today().isoformat()
    record: Record = like or {
        "geometry": None,
        "properties": {
            "name": "",
            "names": {"en": ""},
            "sector": "",
            "phase": Phase.UNSTATED.value,
            "group": None,
            "element": None,
            "element_basis": None,
            "current_status": None,
            "location": {
                "grade": Grade.UNLOCATED.value,
                "accuracy_m": None,
                "basis": {"zh": "", "en": ""},
                "address": None,
                "source": None,
                "source_crs": None,
                "checked": today,
            },
            "summary": {"zh": "", "en": ""},
        },
    }
    properties = {**record["properties"], "mentions": [], "added": {"source": "", "date": today}}
    made = Draft(
        _next_serial(),
        None,
        0,
        {"id": _new_id(), "geometry": record["geometry"], "properties": properties},
        by=author().name,
        split_from=split_from,
    )
    keep(made)
    return made


def in_conflict(found: Draft, conflict: Conflict, why: str) -> Draft:
    """Return the draft with what stands in the way of saving it, and the reason that was given."""
    return replace(found, conflict=conflict, why=why)


def _new_id() -> str:
    """Return an id for a project that is added today, one that no project has or had."""
    kept = store()
    taken = set(kept.entries()) if kept else set()
    numbers = range(1, len(taken) + 2)
    return next(made for n in numbers if (made := f"added-{datetime.date.today():%Y%m%d}-{n:04d}") not in taken)


def _next_serial() -> int:
    st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    return int(st.session_state[_SERIAL])


def put(values: Mapping[str, Any]) -> None:
    """Set fields of the draft by their paths; a part with nothing left in it goes."""
    found = draft()
    if found:
        keep(replace(found, record=tidied(with_values(found.record, values.items()))))


def tidied(record: Record) -> Record:
    """Return the record without parts that hold nothing but, perhaps, a date."""
    values: list[tuple[str, Any]] = []
    for part in _WHOLES:
        value = value_at(record, part)
        if isinstance(value, dict):
            kept = {key: each for key, each in value.items() if _says(each)}
            nothing = None if part in ("element_basis", "current_status") else ABSENT
            values.append((part, kept if kept.keys() - {"date"} else nothing))
    return with_values(record, values)


def _says(value: Any) -> bool:
    return any(map(_says, value.values())) if isinstance(value, dict) else value not in (None, "")


def note_saved(number: int) -> None:
    """Note that a change was saved, to be told once."""
    st.session_state[_SAVED] = number


def saved() -> int | None:
    """Return once the number of the change that has just been saved."""
    number: int | None = st.session_state.pop(_SAVED, None)
    return number


def ask_to_save() -> None:
    """Note that the draft is to be saved, once this run has taken what stands in its fields."""
    st.session_state[_TO_SAVE] = True


def save_was_asked() -> bool:
    """Return once whether the draft is to be saved."""
    return bool(st.session_state.pop(_TO_SAVE, False))


def may_edit() -> bool:
    """Return whether this session's person may change the record, and there is one to change."""
    return author().may(Role.EDITOR) and store() is not None


def store() -> Store | None:
    """Return the record, None where its database cannot be reached."""
    return record().store


def edit_button(desk: Desk) -> None:
    """Draw the way from a picked project to its form; only for those who may edit."""
    selection = desk.state.selection
    if not (selection and selection.kind == "site" and may_edit()):
        return
    if st.button(desk.words("detail.edit"), key="edit_site", icon=":material/edit:", on_click=_ask_to_edit):
        st.switch_page(DATA_PAGE)


def _ask_to_edit() -> None:
    st.session_state[session.TASK] = "edit"


def pick(project_id: str | None) -> None:
    """Pick a project on the map and in the lists."""
    session.select(Selection("site", project_id) if project_id else None)
