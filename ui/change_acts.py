"""What can be done with a change: have the projects as they were after it, take it back, return to that state."""

from collections.abc import Callable
from typing import Final

import streamlit as st
from markupsafe import Markup

from exports.formats import FORMATS
from exports.request import ExportRequest
from exports.writing import file_stem
from geo.store.author import NotAllowedError, Role
from geo.store.changes import Change, Conflict, ConflictError, InvalidError
from geo.store.export import geojson_at
from geo.store.review import FOLDED_AFTER, Review, ReviewedChange, changed_again, restored
from geo.store.store import Store
from layers.change_wording import project_name, who
from layers.record_wording import label_of
from ui import editing, session
from ui.cache import dataset
from ui.desk import Desk
from ui.download import download_button
from ui.login import author
from ui.text import html, joined, plain

MAX_WHY: Final = 500
_ASKED, _NEWS, _PROBLEMS = "change_act", "change_act_news", "change_act_problems"
NEEDS: Final = {"as_of": Role.VIEWER, "undo": Role.EDITOR, "restore": Role.ADMIN}
"""What can be asked for, and the role that it takes; the record itself refuses whoever has not got it."""


def _ask(act: str) -> Callable[[str], None]:
    def asked(change_id: str) -> None:
        st.session_state[_ASKED] = (act, int(change_id)) if change_id.isdecimal() else None
        st.session_state[_PROBLEMS] = ()

    return asked


ASKED: Final = {act: _ask(act) for act in NEEDS}


def buttons(desk: Desk, one: ReviewedChange, found: Review) -> Markup:
    """Return what this person can ask for of a change."""
    told = [
        html(
            '<button type="button" data-do="{act}" data-id="{id}" data-to=".st-key-changes-top">{label}'
            '<span class="unseen"> {number}</span></button>',
            act=act,
            id=one.change.id,
            label=desk.words(f"changes.{act}"),
            number=desk.words("changes.numbered", number=one.change.id),
        )
        for act in NEEDS
        if _is_offered(act, one)
    ]
    return html('<p class="change-buttons">{buttons}</p>', buttons=joined(told))


def _is_offered(act: str, one: ReviewedChange) -> bool:
    return author().may(NEEDS[act]) and not (act == "undo" and one.is_beginning)


def act_section(desk: Desk, found: Review) -> None:
    """Draw what came of the last act, and the form of the one that is asked for."""
    if news := st.session_state.pop(_NEWS, None):
        st.toast(news, icon=":material/check:")
    asked, store = st.session_state.get(_ASKED), editing.store()
    act, change_id = asked or ("", 0)
    one = next((one for one in found.changes if one.change.id == change_id), None)
    if one is None or store is None or not _is_offered(act, one):
        _tell_problems()
        return
    words, change = desk.words, one.change
    with st.container(border=True, key="change-act"):
        head = [words("changes.numbered", number=change.id), words.moment(change.at), who(words, change)]
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            told = plain(words("format.sentence").join(head))
            st.markdown(f"**{words(f'changes.{act}')}** {told}", width="content")
            st.button(words("changes.leave"), key="change_leave", on_click=_leave, type="tertiary")
        _tell_problems()
        match act:
            case "undo":
                st.caption(words("changes.undo_hint"))
                _reason(desk, "undo", _undo, change.id)
            case "restore":
                _restoring(desk, store, change.id)
            case _:
                _as_of(desk, store, change)


def _tell_problems() -> None:
    if problems := st.session_state.get(_PROBLEMS):
        first, *further = problems
        st.error("\n".join([first, "", *(f"- {each}" for each in further)]))


def _leave() -> None:
    st.session_state[_ASKED], st.session_state[_PROBLEMS] = None, ()


def _as_of(desk: Desk, store: Store, change: Change) -> None:
    words, day = desk.words, change.at.astimezone().date()
    request = ExportRequest(language=words.language, made_on=day)
    st.caption(words("changes.as_of_hint"))
    download_button(
        words("changes.as_of_file"), lambda: geojson_at(store, change.id), mime=FORMATS["geojson"].mime,
        file_name=f"{file_stem(desk.data, request, words('changes.numbered', number=change.id))}.geojson",
        key="change_as_of",
    )  # fmt: skip


def _restoring(desk: Desk, store: Store, change_id: int) -> None:
    words = desk.words
    changing = restored(store, change_id)
    if not changing:
        st.info(words("changes.restore_nothing"))
        return
    names = [plain(project_name(desk.data, words, entry)) for entry in changing[:FOLDED_AFTER]]
    more = [words("changes.more_projects", n=len(changing) - len(names))] if len(changing) > len(names) else []
    st.warning(words("changes.restore_hint", n=len(changing), names=words("format.list").join([*names, *more])))
    _reason(desk, "restore", _restore, change_id)


def _reason(desk: Desk, act: str, do: Callable[[int, str], None], change_id: int) -> None:
    """Draw the form that asks why, and does it."""
    words, key = desk.words, f"change-why-{act}-{change_id}"
    with st.form(f"change_form_{act}", border=False):
        st.text_input(words("edit.why"), key=key, max_chars=MAX_WHY, placeholder=words("changes.why_hint"))
        st.form_submit_button(words(f"changes.{act}_do"), type="primary", on_click=do, args=(change_id, key))


# ---- done on the server, whoever asks ----


def _undo(change_id: int, key: str) -> None:
    _do(change_id, key, lambda store, why: store.undo(author(), change_id, why=why))


def _restore(change_id: int, key: str) -> None:
    _do(change_id, key, lambda store, why: store.restore(author(), change_id, why=why))


def _do(change_id: int, key: str, act: Callable[[Store, str], Change | None]) -> None:
    """Do it with the reason given; what stands in the way is told, and the form stays."""
    words, store = session.words(), editing.store()
    reason = str(st.session_state.get(key) or "").strip()[:MAX_WHY]
    if store is None or not reason:
        st.session_state[_PROBLEMS] = (words("changes.why_missing" if store else "task.no_store"),)
        return
    try:
        done = act(store, reason)
    except NotAllowedError:
        st.session_state[_PROBLEMS] = (words("changes.not_allowed"),)
    except ConflictError as error:
        st.session_state[_PROBLEMS] = _clashes(store, change_id, error.conflicts)
    except InvalidError as error:
        problem = error.problems[0]
        told = words("problem.edit_rule", where=plain(problem.where), detail=plain(problem.detail))
        st.session_state[_PROBLEMS] = (told,)
    else:
        _leave()
        st.session_state[_NEWS] = words("edit.saved", number=done.id) if done else words("changes.restore_nothing")


def _clashes(store: Store, change_id: int, conflicts: tuple[Conflict, ...]) -> tuple[str, ...]:
    """Return what has been changed again: of which project, which field, by whom and when."""
    words, data = session.words(), dataset()
    told = [
        words("changes.clash", name=plain(project_name(data, words, each.theirs)), field=plain(label_of(words, path)),
              who=plain(who(words, change)), when=words.moment(change.at))
        for each in conflicts
        for path, change in changed_again(store, change_id, each)
    ]  # fmt: skip
    more = [words("changes.more_clashes", n=len(told) - FOLDED_AFTER)] if len(told) > FOLDED_AFTER else []
    return (words("changes.undo_refused"), *told[:FOLDED_AFTER], *more)
