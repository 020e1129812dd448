"""What is done with a whole project: retire it and bring it back, split it, merge it into another."""

import streamlit as st

from geo.store.author import NotAllowedError
from geo.store.changes import ConflictError, Edit, InvalidError, Kind
from layers.record_wording import record_name
from ui import editing
from ui.desk import Desk
from ui.edit_place import SECTION
from ui.editing import Draft
from ui.login import author
from ui.text import plain

_NEWS = "edit_acts_news"


def acts_section(desk: Desk, found: Draft) -> None:
    """Draw the acts, each with the reason that it takes."""
    words = desk.words
    if found.base is None or found.is_changed:
        st.info(words("edit.acts_after_saving"))
        return
    if news := st.session_state.pop(_NEWS, None):
        st.error(words(news))
    others = {p.id: p.name_in(words.language) for p in desk.data.projects if p.id != found.project_id}
    why = st.text_input(words("edit.why"), key=f"edit-why-{found.serial}", placeholder=words("edit.why_hint"))
    no_reason = not why.strip()
    st.markdown(f"**{words('edit.retire')}**")
    st.caption(words("edit.retire_hint"))
    st.button(words("edit.retire"), key="edit_retire", disabled=no_reason, on_click=_do,
              args=(Kind.RETIRE, why, [(found, True)]))  # fmt: skip
    st.markdown(f"**{words('edit.merge')}**")
    st.caption(words("edit.merge_hint"))
    into = st.selectbox(words("edit.merge_into"), list(others), index=None, format_func=lambda each: others[each],
                        key=f"edit-into-{found.serial}", placeholder=words("edit.project_hint"))  # fmt: skip
    told = words("edit.merge_why", name=plain(others.get(into or "", "")), why=why)
    st.button(words("edit.merge"), key="edit_merge_into", disabled=no_reason or not into, on_click=_do,
              args=(Kind.MERGE, told, [(found, True)]), kwargs={"pick": into})  # fmt: skip
    st.markdown(f"**{words('edit.split')}**")
    st.caption(words("edit.split_hint"))
    st.button(
        words("edit.split"),
        key="edit_split",
        on_click=_split,
        args=(found, record_name(desk.data, words, found.record)),
    )


def retired_section(desk: Desk) -> None:
    """Draw the retired projects, each with the way back."""
    store, words = editing.store(), desk.words
    retired = [entry for entry in store.entries().values() if entry.retired] if store else []
    if not retired:
        return
    with st.expander(words("edit.retired", n=len(retired))):
        why = st.text_input(words("edit.why"), key="edit-why-revive", placeholder=words("edit.why_hint"))
        for entry in retired:
            name = record_name(desk.data, words, entry.record)
            was = Draft(0, entry.record, entry.version, entry.record, True)
            st.button(words("edit.revive", name=plain(name)), key=f"edit_revive_{entry.id}", disabled=not why.strip(),
                      on_click=_do, args=(Kind.REVIVE, why, [(was, False)]), type="tertiary")  # fmt: skip


def _do(kind: Kind, why: str, wanted: list[tuple[Draft, bool]], pick: str | None = None) -> None:
    store = editing.store()
    if store is None:
        return
    edits = [Edit(found.project_id, found.record, found.base_version, retired) for found, retired in wanted]
    try:
        change = store.save(author(), edits, why=why, kind=kind)
        editing.note_saved(change.id if change else 0)
    except NotAllowedError:
        st.session_state[_NEWS] = "task.needs_login"
    except (ConflictError, InvalidError):
        st.session_state[_NEWS] = "edit.changed_meanwhile"
    editing.keep(None)
    editing.pick(pick)


def _split(found: Draft, name: str) -> None:
    editing.pick(None)
    editing.start_new(like=found.record, split_from=name)
    st.session_state[SECTION] = "facts"
