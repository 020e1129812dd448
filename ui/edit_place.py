"""Where the edited project is: its pin, dropped or dragged on the map or typed, and its parcel from a drawn outline."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import streamlit as st

from geo.drawing import Drawing
from geo.intake.shapes import parcel_geometry
from geo.store.record import ABSENT, GEOMETRY, value_at
from layers.record_wording import label_of
from layers.wording import area_in_words
from ui import drawings, session
from ui.desk import Desk
from ui.edit_form import PLACE_FIELDS, fields, key_of
from ui.editing import Draft, draft, draft_for, may_edit, put

DECIMALS: Final = 7
SECTION: Final = "edit_section"
PLACE: Final = "place"


def pin(desk: Desk) -> dict[str, Any] | None:
    """Return the edited project's pin as the map takes it, None where no place is being edited."""
    if not may_edit() or st.session_state.get(SECTION, PLACE) != PLACE:
        return None
    found = draft_for(desk)
    if not found:
        return None
    point = _point(found)
    return {
        "at": [point[1], point[0]] if point else None,
        "accuracy": value_at(found.record, "location.accuracy_m"),
        "parcel": [[[lat, lon] for lon, lat in ring] for ring in _rings(found)],
    }


def _rings(found: Draft) -> list[list[list[float]]]:
    """Return the outer rings of the edited project's parcel, closed."""
    parcel = value_at(found.record, "parcel")
    if not isinstance(parcel, dict):
        return []
    geometry = parcel["geometry"]
    return [geometry["coordinates"][0]] if geometry["type"] == "Polygon" else [p[0] for p in geometry["coordinates"]]


def take_pin(moved: Mapping[str, Any]) -> None:
    """Put the pin where it was dropped on the map (lat, lon in degrees, EPSG:4326)."""
    found = draft()
    if found:
        lat, lon = (round(float(each), DECIMALS) for each in moved["at"])
        _put_point(lon, lat)


def _point(found: Draft) -> tuple[float, float] | None:
    geometry = found.record[GEOMETRY]
    return (geometry["coordinates"][0], geometry["coordinates"][1]) if geometry else None


def _put_point(lon: float | None, lat: float | None) -> None:
    found = draft()
    if not found:
        return
    st.session_state[key_of(found, "lon")], st.session_state[key_of(found, "lat")] = lon, lat
    placed = lon is not None and lat is not None
    put({GEOMETRY: {"type": "Point", "coordinates": [lon, lat]} if placed else None})


def place_section(desk: Desk, found: Draft) -> None:
    """Draw the pin's coordinates, the evidence for them, and the parcel."""
    words = desk.words
    _offer_outline(desk)
    st.caption(words("edit.pin_hint"))
    point = _point(found) or (None, None)
    left, right = st.columns(2)
    for place, path, value, limit in ((left, "lon", point[0], 180.0), (right, "lat", point[1], 90.0)):
        key = key_of(found, path)
        st.session_state.setdefault(key, value)
        place.number_input(words(f"edit.{path}"), key=key, min_value=-limit, max_value=limit, value=None,
                           step=0.0001, format="%.6f", on_change=_take_typed)  # fmt: skip
    if found.record[GEOMETRY]:
        st.button(words("edit.no_point"), key="edit_no_point", on_click=_put_point, args=(None, None), type="tertiary")
    fields(desk, found, PLACE_FIELDS)
    _parcel(desk, found)


def _take_typed() -> None:
    found = draft()
    if found:
        lon, lat = (st.session_state[key_of(found, path)] for path in ("lon", "lat"))
        if lon is not None and lat is not None:
            put({GEOMETRY: {"type": "Point", "coordinates": [round(lon, DECIMALS), round(lat, DECIMALS)]}})


# ---- the parcel ----


def _parcel(desk: Desk, found: Draft) -> None:
    words, parcel = desk.words, value_at(found.record, "parcel")
    st.markdown(f"**{label_of(words, 'parcel')}**")
    if not isinstance(parcel, dict):
        st.caption(words("edit.parcel_hint"))
    if isinstance(parcel, dict):
        fields(desk, found, ("parcel.source", "parcel.date"))
        with st.container(horizontal=True):
            st.button(words("edit.parcel_reshape"), key="edit_reshape", on_click=_reshape)
            st.button(words("edit.parcel_drop"), key="edit_no_parcel", on_click=put, args=({"parcel": ABSENT},),
                      type="tertiary")  # fmt: skip


def _offer_outline(desk: Desk) -> None:
    """Draw the way to make the last drawn shape the parcel, where there is one."""
    outlines = [each for each in drawings.drawings() if each.kind != "line"]
    if not outlines:
        return
    area = area_in_words(desk.words, outlines[-1].area_m2(desk.data.district.metric_crs))
    st.button(desk.words("edit.parcel_from", area=area), key="edit_parcel", type="primary", on_click=_take_outline,
              args=(outlines[-1], desk.data.district.metric_crs))  # fmt: skip


def _take_outline(drawn: Drawing, crs: str) -> None:
    """Make the outline the parcel; the drawing itself has served its turn."""
    found = draft()
    if found is None:
        return
    known = value_at(found.record, "parcel")
    evidence = known if isinstance(known, dict) else {"source": "", "date": date.today().isoformat()}
    shape = drawn.lon_lat(crs)
    put({"parcel": {**evidence, "geometry": parcel_geometry(shape)}})
    if found.record[GEOMETRY] is None:
        inside = shape.representative_point()
        _put_point(round(inside.x, DECIMALS), round(inside.y, DECIMALS))
    drawings.drop(drawn.id)


def _reshape() -> None:
    """Put the parcel's outline among the drawings, where its corners can be moved."""
    found, tab = draft(), st.session_state.get(session.TAB)
    for ring in _rings(found) if found else ():
        drawings.add("outline", ring[:-1])
    st.session_state[session.TAB] = tab
