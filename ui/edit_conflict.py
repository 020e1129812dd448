"""Somebody else has changed the project in the meantime: who, what, and the choice where both changed one field."""

from collections.abc import Callable

import streamlit as st

from geo.store.changes import Conflict, Kind
from geo.store.merge import merge
from geo.store.record import differences, with_values
from layers.record_wording import label_of, value_in_words
from ui import editing
from ui.desk import Desk
from ui.editing import Draft
from ui.text import plain

Save = Callable[[Desk, Draft, str, Kind], None]


def conflict_section(desk: Desk, found: Draft, conflict: Conflict, save: Save) -> None:
    """Draw what the other has done, the choice in each clash, and the ways on: save both, or go by theirs."""
    words, data = desk.words, desk.data
    base = conflict.base or conflict.mine
    latest = conflict.since[0]
    told = "edit.conflict_retired" if conflict.theirs.retired and not found.retired else "edit.conflict"
    st.warning(words(told, who=plain(latest.author), when=words.moment(latest.at)))
    for each in differences(base, conflict.theirs.record):
        was, became = (value_in_words(data, words, each.path, value) for value in (each.was, each.became))
        st.markdown(plain(words("edit.from_to", field=label_of(words, each.path), was=was, became=became)))
    both = merge(base, conflict.theirs.record, conflict.mine)
    chosen = []
    for clash in both.clashes:
        theirs, mine = (value_in_words(data, words, clash.path, value) for value in (clash.theirs, clash.mine))
        choices = {"theirs": words("edit.theirs", value=plain(theirs)), "mine": words("edit.mine", value=plain(mine))}
        choice = st.radio(
            label_of(words, clash.path),
            list(choices),
            index=None,
            format_func=lambda each: choices[each],  # noqa: B023
            key=f"edit-{found.serial}-clash-{clash.path}",
        )
        chosen.append((clash, choice))
    why = st.text_input(
        words("edit.why"), key=f"edit-why-conflict-{found.serial}", value=found.why, placeholder=words("edit.why_hint")
    )
    undecided = any(choice is None for _, choice in chosen)
    with st.container(horizontal=True):
        ready = not undecided and bool(why.strip())
        st.button(words("edit.save_both"), key="edit_merge", type="primary", disabled=not ready,
                  on_click=editing.ask_to_save)  # fmt: skip
        if editing.save_was_asked() and ready:
            kept = [(clash.path, clash.mine) for clash, choice in chosen if choice == "mine"]
            wanted = editing.start_again(found, conflict.theirs, with_values(both.record, kept))
            save(desk, wanted, why, Kind.EDIT)
        st.button(words("edit.take_theirs"), key="edit_theirs", on_click=editing.keep, args=(None,))
