"""What the reader has drawn: kept in the session, and by the reader's own browser for when the session begins anew."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from geo.drawing import MAX_DRAWINGS, Drawing, DrawingError, drawings_geojson, measurable
from geo.drawing_file import read_drawings, too_large
from geo.problem import Problem
from ui import cache, session

_DRAWINGS, _REVISION = "drawings", "drawings_revision"
_DRAWN, _NOT_DRAWN, _NEWS, _FIT = "drawn_count", "not_drawn", "drawing_news", "drawings_fit"


@dataclass(frozen=True)
class News:
    """What came of opening a file, or with `file` None of what the browser had kept."""

    file: str | None
    opened: int
    problems: tuple[Problem, ...]


def _crs() -> str:
    """Return the system that the district is measured in."""
    return cache.dataset().district.metric_crs


def drawings() -> tuple[Drawing, ...]:
    """Return what the reader has drawn, in order; it outlives changes of filter, page and language."""
    return tuple(st.session_state.get(_DRAWINGS, ()))


def saved_text() -> str:
    """Return the drawings as the GeoJSON that is saved to a file or kept by the browser."""
    saved = drawings_geojson(drawings(), _crs())
    return json.dumps(saved, ensure_ascii=False, separators=(",", ":"))


def revision() -> str:
    """Return a short hash that changes with the drawings, and when there are none to be awaited any more."""
    return str(st.session_state.get(_REVISION, "awaited"))


def are_awaited() -> bool:
    """Return whether this session has no drawings of its own yet, so that the browser may bring those it has kept."""
    return _DRAWINGS not in st.session_state


def add(kind: str, points: object) -> None:
    """Keep a shape that the reader has drawn and turn to its measures; one that is no shape is noted instead."""
    try:
        drawing = measurable("drawn", kind, points, _crs())
    except DrawingError:
        st.session_state[_NOT_DRAWN] = True
    else:
        _keep([*drawings(), *_numbered([drawing])][-MAX_DRAWINGS:])
    st.session_state[session.TAB] = session.TAB_MEASURE


def reshape(drawing_id: str, points: object) -> None:
    """Move the corners of an outline; one that is no shape any more is noted and stays as it was."""
    try:
        changed = measurable(drawing_id, "outline", points, _crs())
    except DrawingError:
        st.session_state[_NOT_DRAWN] = True
        changed = None
    _keep([changed if changed and each.id == drawing_id else each for each in drawings()])


def drop(drawing_id: str | None) -> None:
    """Forget one drawing, or all of them where `drawing_id` is None."""
    _keep([drawing for drawing in drawings() if drawing_id is not None and drawing.id != drawing_id])


def take_kept(text: str) -> None:
    """Take up the drawings that the browser had kept, unless this session already has its own."""
    if not are_awaited():
        return
    found, problems = read_drawings(text, _crs())
    _keep(_numbered(found))
    if problems:
        st.session_state[_NEWS] = News(None, len(found), tuple(problems))


def open_file(name: str, text: str | None) -> None:
    """Add the drawings of a file to those on the map; `text` is None where the browser found it too large."""
    found: list[Drawing] = []
    problems = [too_large()]
    if text is not None:
        found, problems = read_drawings(text, _crs(), room=MAX_DRAWINGS - len(drawings()))
    if found:
        _keep([*drawings(), *_numbered(found)])
        st.session_state[_FIT] = revision()
    st.session_state[_NEWS] = News(name, len(found), tuple(problems))


def _numbered(found: Sequence[Drawing]) -> list[Drawing]:
    """Return drawings with ids of their own in this session."""
    first = st.session_state.get(_DRAWN, 0) + 1
    st.session_state[_DRAWN] = first + len(found) - 1
    return [d.model_copy(update={"id": f"{d.kind}-{number}"}) for number, d in enumerate(found, start=first)]


def _keep(wanted: Sequence[Drawing]) -> None:
    st.session_state[_DRAWINGS] = tuple(wanted)
    named = repr([(drawing.id, drawing.points) for drawing in wanted])
    st.session_state[_REVISION] = hashlib.sha256(named.encode()).hexdigest()[:12]
    st.session_state.pop(_NEWS, None)


def was_refused() -> bool:
    """Return once whether the last shape was no shape, such as an outline that crosses itself."""
    return bool(st.session_state.pop(_NOT_DRAWN, False))


def news() -> News | None:
    """Return what came of the last file, until the drawings change again."""
    told: News | None = st.session_state.get(_NEWS)
    return told


def are_to_be_shown_whole() -> bool:
    """Return once whether the drawings have just come from a file, so that the map is to fit them."""
    return st.session_state.pop(_FIT, None) == revision()
