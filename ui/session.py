"""One reader's session: what is wanted, picked and shown, read once at the top of each run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from geo.filter import NO_PLACE, ProjectFilter
from geo.load import Dataset
from geo.problem import Problem
from layers.filter_panel import filter_from_values
from layers.opportunity_wording import ORDERS, REACHES
from layers.tiles import NO_TILES
from layers.webmap import LAYERS
from layers.words import DEFAULT_LANGUAGE, LANGUAGES, Words, words_in
from ui.cache import dataset
from ui.link import (
    DATA_TASKS,
    LIBRARY_VIEWS,
    MAX_COMPARED,
    MAX_SHORTLIST,
    DeskState,
    Kind,
    Known,
    Selection,
    View,
    decode,
    single_values,
)
from ui.tile_sources import tile_sources

LANGUAGE, TAB, FILTER, HIDDEN, TILES = "lang", "tab", "filter", "hidden", "tiles"
_SELECTION, _STARTED, _LINK_PROBLEMS, _FIRST_VIEW = "selection", "started", "link_problems", "first_view"
_SEQUENCE, _EXPORT_BOUNDS, _EXPORT_ASKED = "sequence", "export_bounds", "export_asked"
_PRESENT, _TOUR, _SHORTLIST, _CHOSEN = "present", "tour", "shortlist", "chosen"
_EXPORT_ONLY, LIBRARY, TASK = "export_only", "library", "task"
ORDER, REACH = "opportunity_order", "opportunity_reach"
_SPOKEN = "spoken"
FORMAT, EXTENT, EXPORT_PATH = "x_format", "x_extent", "export"
USUAL_MAP_PX, TILE_PX = (970, 740), 256
Bounds = tuple[float, float, float, float]
TAB_LIST, TAB_DETAIL, TAB_MEASURE = "list", "detail", "measure"
FOCUS = "focus"


def known_ids(data: Dataset) -> Known:
    """Return every id that a link may name."""
    elements = frozenset(placed.element.id for placed in data.elements)
    return Known(
        places=elements | {group.id for group in data.district.groups} | {NO_PLACE},
        projects=data.project_ids,
        elements=elements,
        tiles=frozenset({NO_TILES, *(source.id for source in tile_sources())}),
        centre=data.district.centre,
    )


def start(data: Dataset) -> None:
    """Take the state from the link, on a session's first run only."""
    if not is_new():
        return
    state, problems = decode(single_values({k: st.query_params.get_all(k) for k in st.query_params}), known_ids(data))
    st.session_state[_STARTED] = True
    st.session_state[_LINK_PROBLEMS] = problems
    st.session_state[_FIRST_VIEW] = state.view
    st.session_state[_PRESENT] = state.presented
    st.session_state[LIBRARY] = state.library
    st.session_state[TASK] = state.task
    st.session_state[ORDER], st.session_state[REACH] = state.order, state.reach
    st.session_state[_SHORTLIST] = state.shortlist
    st.session_state[_CHOSEN] = state.chosen
    st.session_state[LANGUAGE] = state.language
    st.session_state[TILES] = state.tiles
    st.session_state[HIDDEN] = state.hidden
    set_filter(state.filter)
    select(state.selection)
    if state.selection is None:
        st.session_state[TAB] = TAB_LIST
    if state.view and _opened_on(EXPORT_PATH):
        set_export_bounds(bounds_of_view(state.view))
        st.session_state[EXTENT] = "view"


def is_new() -> bool:
    """Return whether this session has drawn nothing yet."""
    return _STARTED not in st.session_state


def give_way() -> None:
    """End this run where the reader has clicked meanwhile: Streamlit looks for that whenever the state is read."""
    is_new()


def _opened_on(path: str) -> bool:
    """Return whether the link that opened this session leads to the page at `path`."""
    return urlsplit(str(st.context.url or "")).path.rstrip("/").endswith("/" + path)


def bounds_of_view(view: View) -> Bounds:
    """Return west, south, east, north (EPSG:4326) of a map of usual size at a view (lat, lon, zoom)."""
    lat, lon, zoom = view
    degrees_a_px = 360 / (TILE_PX * 2**zoom)
    half_x, half_y = (length / 2 * degrees_a_px for length in USUAL_MAP_PX)
    half_y *= math.cos(math.radians(lat))
    return lon - half_x, lat - half_y, lon + half_x, lat + half_y


def set_filter(wanted: ProjectFilter) -> None:
    """Filter by `wanted` from now on."""
    st.session_state[FILTER] = wanted


def take_change(changed: Mapping[str, Any]) -> None:
    """Take what the browser's filter row says is wanted; what it cannot know is left out."""
    data = dataset()
    known = known_ids(data)
    set_filter(filter_from_values(changed, known.places))
    _leave_details_that_hide_the_result(data)
    set_hidden(frozenset(changed["hidden"]))
    st.session_state[TILES] = changed["tiles"] if changed["tiles"] in known.tiles else NO_TILES
    st.session_state[_SEQUENCE] = int(changed["sequence"])


def _leave_details_that_hide_the_result(data: Dataset) -> None:
    """Turn from the details to the list where the picked project no longer passes, or the reader is searching."""
    if st.session_state.get(TAB) != TAB_DETAIL:
        return
    wanted: ProjectFilter = st.session_state[FILTER]
    selection: Selection | None = st.session_state.get(_SELECTION)
    row = data.row_of.get(selection.id) if selection and selection.kind == "site" else None
    if wanted.text.strip() or (row is not None and not data.index.mask(wanted)[row]):
        st.session_state[TAB] = TAB_LIST


def set_hidden(hidden: frozenset[str]) -> None:
    """Leave these layers off the map from now on."""
    st.session_state[HIDDEN] = hidden & frozenset(LAYERS)


def set_export_bounds(bounds: Bounds) -> None:
    """Remember the map's view for the export page: west, south, east, north in degrees (EPSG:4326)."""
    st.session_state[_EXPORT_BOUNDS] = bounds


def export_bounds() -> Bounds | None:
    """Return the view that was last brought to the export page."""
    bounds: Bounds | None = st.session_state.get(_EXPORT_BOUNDS)
    return bounds


def ask_for_export(bounds: Bounds | None, only: Iterable[str] = (), file_format: str | None = None) -> None:
    """Note that the reader wants a file: of the present filter and view, or of these projects alone."""
    export_only(only)
    if file_format:
        st.session_state[FORMAT] = file_format
    if bounds:
        set_export_bounds(bounds)
        st.session_state[EXTENT] = "view"
    st.session_state[_EXPORT_ASKED] = True


def export_only(project_ids: Iterable[str]) -> None:
    """Take these projects alone into exports from now on; with none, the filter decides again."""
    st.session_state[_EXPORT_ONLY] = frozenset(project_ids)


def exported_alone(data: Dataset) -> frozenset[str]:
    """Return the ids of the projects that exports are to take alone; none where the filter decides."""
    wanted: frozenset[str] = st.session_state.get(_EXPORT_ONLY, frozenset())
    return wanted & data.project_ids


def export_was_asked() -> bool:
    """Return once whether the reader has just asked for the export page."""
    return bool(st.session_state.pop(_EXPORT_ASKED, False))


def sequence() -> int:
    """Return the number of the browser's last change that has been taken."""
    return int(st.session_state.get(_SEQUENCE, 0))


def select(selection: Selection | None) -> None:
    """Pick one thing (or nothing) and turn the panel to it."""
    st.session_state[_SELECTION] = selection
    if selection:
        st.session_state[TAB] = TAB_DETAIL


def shortlist() -> tuple[str, ...]:
    """Return the ids of the projects that the reader has collected, in the order of collecting."""
    collected: tuple[str, ...] = st.session_state.get(_SHORTLIST, ())
    return collected


def collect(project_ids: Iterable[str]) -> bool:
    """Put projects on the shortlist; return whether there was room for all of them."""
    before, chosen = shortlist(), _chosen()
    wanted = tuple(dict.fromkeys((*before, *project_ids)))
    st.session_state[_SHORTLIST] = wanted[:MAX_SHORTLIST]
    if chosen:
        new = wanted[len(before) : MAX_SHORTLIST]
        choose(chosen | set(new[: MAX_COMPARED - len(chosen)]))
    return len(wanted) <= MAX_SHORTLIST


def drop_from_shortlist(project_id: str | None) -> None:
    """Take one project off the shortlist, or all of them where `project_id` is None."""
    left = tuple(each for each in shortlist() if project_id is not None and each != project_id)
    st.session_state[_SHORTLIST] = left


def move_in_shortlist(project_id: str, by: int) -> None:
    """Move one project up (-1) or down (1) the shortlist; at its ends it stays."""
    order = list(shortlist())
    if project_id in order:
        at = order.index(project_id)
        order.insert(max(0, at + by), order.pop(at))
        st.session_state[_SHORTLIST] = tuple(order)


def choose(project_ids: Iterable[str]) -> None:
    """Compare these of the collected projects from now on; with none, the first ones."""
    st.session_state[_CHOSEN] = frozenset(project_ids)


def toggle_compared(project_id: str) -> None:
    """Compare one more of the collected projects, or one less; never none, nor more than stand side by side."""
    compared = DeskState(shortlist=shortlist(), chosen=_chosen()).compared
    wanted = frozenset(compared) ^ ({project_id} & set(shortlist()))
    if 0 < len(wanted) <= MAX_COMPARED:
        choose(wanted)


def _chosen() -> frozenset[str]:
    chosen: frozenset[str] = st.session_state.get(_CHOSEN, frozenset())
    return chosen & frozenset(shortlist())


def present(wanted: Kind | None) -> None:
    """Show the structure's elements or the sites in large type, one by one, or nothing of the kind any more."""
    st.session_state[_PRESENT] = wanted


def stop_among(stops: Sequence[str], picked: str | None) -> str | None:
    """Return the one of `stops` that a tour stands at: the picked one, else the last, else the first."""
    for stop in (picked, st.session_state.get(_TOUR), *stops[:1]):
        if stop in stops:
            st.session_state[_TOUR] = stop
            return stop
    return None


def speak(language: str) -> None:
    """Change the language from within the stage; the whole app is to be drawn again."""
    if language in LANGUAGES:
        st.session_state[LANGUAGE] = language
        st.session_state[_SPOKEN] = True


def language_was_changed() -> bool:
    """Return once whether the language has just been changed from within the stage."""
    return bool(st.session_state.pop(_SPOKEN, False))


def link_problems() -> list[Problem]:
    """Return what the link that opened this session asked for in vain."""
    return list(st.session_state.get(_LINK_PROBLEMS, []))


def first_view() -> View | None:
    """Return the view the link asked for, as lat, lon, zoom."""
    view: View | None = st.session_state.get(_FIRST_VIEW)
    return view


def current(data: Dataset) -> DeskState:
    """Return this run's state as the widgets stand; ids that the data no longer knows are dropped."""
    get = st.session_state.get
    known = known_ids(data)
    wanted: ProjectFilter = get(FILTER) or ProjectFilter()
    selection: Selection | None = get(_SELECTION)
    if selection and selection.id not in (known.projects if selection.kind == "site" else known.elements):
        selection = None
    return DeskState(
        filter=wanted.model_copy(update={"places": wanted.places & known.places}),
        language=get(LANGUAGE) or DEFAULT_LANGUAGE,
        selection=selection,
        hidden=get(HIDDEN) or frozenset(),
        tiles=get(TILES) or NO_TILES,
        view=first_view(),
        presented=get(_PRESENT),
        library=get(LIBRARY) or LIBRARY_VIEWS[0],
        task=get(TASK) or DATA_TASKS[0],
        shortlist=tuple(each for each in shortlist() if each in known.projects),
        order=get(ORDER) or ORDERS[0],
        reach=get(REACH) or REACHES[0],
        chosen=_chosen() & known.projects,
    )


def words() -> Words:
    """Return the words of this session's language; before it has started, of the link's."""
    language = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    return words_in(language if language in LANGUAGES else DEFAULT_LANGUAGE)
