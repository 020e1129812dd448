"""The filter row: what the reader wants to see, with live counts."""

from collections.abc import Callable, Sequence

import streamlit as st

from geo.filter import NO_PLACE, Facet, ProjectFilter
from geo.names import name_in
from geo.vocabulary import PHASES_OF_STAGE, Grade, Phase, Sector, Stage
from layers.tiles import NO_TILES
from layers.webmap import LAYERS
from ui import session
from ui.cache import tile_sources
from ui.desk import Desk
from ui.link import MAX_TEXT
from ui.text import plain

_SHORTCUT_STAGES = (Stage.DONE, Stage.ACTIVE, Stage.PIPELINE)
_STAGE = "stage"


def _option_pills(
    desk: Desk, facet: Facet, key: str, options: Sequence[str], name: Callable[[str], str], *, label: str | None = None
) -> None:
    counts = desk.index.counts(facet, desk.state.filter)
    st.pills(
        label or desk.words(f"filter.{facet}"),
        options,
        selection_mode="multi",
        format_func=lambda code: f"{plain(name(code))} **{counts.get(code, 0)}**",
        key=key,
        label_visibility="visible" if label else "collapsed",
        persist_state="session",
    )


def _take_stage() -> None:
    stage = st.session_state[_STAGE]
    st.session_state[session.PHASE] = [phase for phase in Phase if stage and phase in PHASES_OF_STAGE[stage]]


def _phase_options(desk: Desk) -> None:
    words = desk.words
    chosen = desk.state.filter.phases
    st.session_state[_STAGE] = next((stage for stage in _SHORTCUT_STAGES if PHASES_OF_STAGE[stage] == chosen), None)
    st.pills(
        words("filter.stage"),
        _SHORTCUT_STAGES,
        format_func=lambda stage: words(f"stage.{stage}"),
        key=_STAGE,
        on_change=_take_stage,
    )
    _option_pills(desk, "phase", session.PHASE, list(Phase), lambda code: words(f"phase.{code}"))
    st.toggle(
        words("filter.any_wording"),
        key=session.ANY_WORDING,
        help=words("filter.any_wording_help"),
        persist_state="session",
    )


def place_name(desk: Desk, code: str) -> str:
    """Return the name of a structure group or element, or the words for "none"."""
    if code == NO_PLACE:
        return desk.words("filter.no_place")
    for group in desk.data.district.groups:
        if group.id == code:
            return name_in(desk.words.language, group.name, group.names)
    placed = desk.data.element(code)
    return placed.element.name_in(desk.words.language) if placed else code


def _place_options(desk: Desk) -> None:
    groups = desk.data.district.groups
    group_ids = {group.id for group in groups}
    elements = [placed.element.id for placed in desk.data.elements if placed.element.id not in group_ids]
    options = [*(group.id for group in groups), *elements, NO_PLACE]
    _option_pills(desk, "place", session.PLACE, options, lambda code: place_name(desk, code))


def _layer_options(desk: Desk) -> None:
    words = desk.words
    st.pills(
        words("layers.title"),
        LAYERS,
        selection_mode="multi",
        format_func=lambda code: words(f"layer.{code}"),
        key=session.SHOWN_LAYERS,
        persist_state="session",
    )
    st.radio(
        words("tiles.title"),
        [NO_TILES, *(source.id for source in tile_sources())],
        format_func=lambda code: words(f"tiles.{code}"),
        key=session.TILES,
        help=words("tiles.help"),
        persist_state="session",
    )


def _sector_options(desk: Desk) -> None:
    _option_pills(desk, "sector", session.SECTOR, list(Sector), lambda code: desk.words(f"sector.{code}"))
    st.caption(desk.words("filter.sector_note"))


def _grade_options(desk: Desk) -> None:
    _option_pills(desk, "grade", session.GRADE, list(Grade), lambda code: desk.words(f"grade.{code}"))
    st.caption(desk.words("filter.grade_note"))


# Drawn only while open: a closed popover costs a rerun nothing. (Its label must stay the same, or it would close.)
_FACET_OPTIONS: dict[Facet, Callable[[Desk], None]] = {
    "phase": _phase_options,
    "sector": _sector_options,
    "place": _place_options,
    "grade": _grade_options,
}


def _clear() -> None:
    session.set_filter(ProjectFilter())


def filter_row(desk: Desk) -> None:
    """Draw the filters as one row of popovers, the search, and how much is shown."""
    words = desk.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter-row"):
        for facet, draw in _FACET_OPTIONS.items():
            with st.popover(words(f"filter.{facet}"), key=f"pop_{facet}", on_change="rerun") as popover:
                if popover.open:
                    draw(desk)
        st.text_input(
            words("filter.search"),
            key=session.TEXT,
            placeholder=words("filter.search"),
            label_visibility="collapsed",
            type="search",
            live=True,
            max_chars=MAX_TEXT,
            width=220,
            persist_state="session",
        )
        with st.popover(words("layers.title"), key="pop_layers", on_change="rerun") as popover:
            if popover.open:
                _layer_options(desk)
        st.button(
            words("filter.clear"), on_click=_clear, disabled=desk.state.filter.is_empty, type="tertiary", key="clear"
        )
        st.markdown(shown_in_words(desk), width="content")


def shown_in_words(desk: Desk) -> str:
    """Return how many projects pass, on the map and off it, and what they were filtered by; escaped for Markdown."""
    wanted = desk.wanted
    placed = sum(project.placed for project in wanted)
    counted = desk.words("count.shown", shown=len(wanted), total=len(desk.data.projects), unplaced=len(wanted) - placed)
    return " · ".join([counted, *_chosen_in_words(desk)])


def _chosen_in_words(desk: Desk) -> list[str]:
    words = desk.words
    chosen = []
    for facet, codes in _FACET_CODES.items():
        picked = desk.state.filter.codes(facet)
        names = [
            plain(place_name(desk, code) if facet == "place" else words(f"{facet}.{code}"))
            for code in (codes or sorted(picked))
            if code in picked
        ]
        if names:
            chosen.append(words("format.term", term=words(f"filter.{facet}"), value=words("format.list").join(names)))
    return chosen


_FACET_CODES: dict[Facet, Sequence[str]] = {
    "phase": list(Phase),
    "sector": list(Sector),
    "place": (),
    "grade": list(Grade),
}
