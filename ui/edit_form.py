"""The fields of a project as a form that is checked as one types."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from geo.intake.mapping import ENUMS, FIELD_OF
from geo.record_faults import MAX_TEXT
from geo.store.record import ABSENT, value_at
from layers.import_words import code_word
from layers.record_wording import label_of, value_in_words
from ui.desk import Desk
from ui.editing import Draft, put

PLACE_FIELDS: Final = (
    "location.grade", "location.accuracy_m", "location.source", "location.source_crs", "location.checked",
    "location.address", "location.basis", "location.basis.en",
)  # fmt: skip
FACT_FIELDS: Final = (
    "name", "names.en", "names.ja", "names.ko", "names.ru", "sector", "phase", "group", "element", "element_basis",
    "element_basis.en", "summary", "summary.en", "added.source", "added.date",
)  # fmt: skip
OFFICE_FIELDS: Final = (
    "current_status.value", "current_status.date", "current_status.source", "offer.site_area_m2", "offer.plot_ratio",
    "offer.land_use", "offer.land_use.en", "offer.investment_sought", "offer.investment_sought.en", "offer.contact",
    "offer.contact.en", "offer.date", "offer.source",
)  # fmt: skip
_NULLABLE: Final = ("group", "element", "location.accuracy_m", "location.address", "location.source",
                    "location.source_crs")  # fmt: skip
_OPTIONAL: Final = ("offer.", "current_status.", "element_basis.", "names.")
_LONG: Final = ("location.basis", "summary", "element_basis", "offer")


def fields(desk: Desk, draft: Draft, paths: Sequence[str]) -> None:
    """Draw these fields of the draft and take what stands in them."""
    taken: dict[str, Any] = {}
    for path in paths:
        if (path == "phase" and not _is_added(draft)) or (path.startswith("added.") and not _is_added(draft)):
            continue
        target = _record_path(path)
        value = _field(desk, draft, path, value_at(draft.record, target))
        if value != _shown(value_at(draft.record, target)):
            taken[target] = value
    if taken:
        put({path: _stored(path, value) for path, value in taken.items()})


def key_of(draft: Draft, path: str) -> str:
    """Return the key of a field's widget."""
    return f"edit-{draft.serial}-{path}"


def _is_added(draft: Draft) -> bool:
    return isinstance(value_at(draft.record, "added"), dict)


def _record_path(path: str) -> str:
    """Return where in the record a field of the form is kept: a sentence by its Chinese."""
    field = FIELD_OF.get(path)
    return f"{path}.zh" if field and field.kind == "sentence" else path


def _shown(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else None


def _stored(path: str, value: Any) -> Any:
    """Return a field as the record keeps it: an empty one is null, not there, or an empty text to be filled."""
    if value is not None:
        return value
    optional = path.startswith(_OPTIONAL) and path != "names.en"
    return None if path in _NULLABLE else ABSENT if optional else ""


def _field(desk: Desk, draft: Draft, path: str, value: Any) -> Any:
    words, key = desk.words, key_of(draft, path)
    label, shown = label_of(words, path), _shown(value)
    kind = FIELD_OF[path].kind if path in FIELD_OF else "date" if path.endswith(".date") else "text"
    if choices := _choices(desk, path):
        codes, told = choices
        index = codes.index(shown) if shown in codes else None if shown == "" else 0
        key = f"edit-{draft.serial}-{words.language}-{path}"  # the browser keeps what a choice was called
        return st.selectbox(label, codes, index=index, format_func=told, key=key, placeholder=words("edit.choose"))
    if kind == "date":
        day = date.fromisoformat(shown) if shown else None
        chosen = st.date_input(label, value=day, key=key, format="YYYY-MM-DD")
        return chosen.isoformat() if chosen else None
    if kind == "integer":
        return st.number_input(label, value=shown, min_value=0, step=1, key=key)
    if kind == "number":
        return st.number_input(label, value=None if shown is None else float(shown), min_value=0.0, key=key)
    draw: Callable[..., str] = st.text_area if path.startswith(_LONG) and path != "offer.source" else st.text_input
    extra = {"height": 84} if draw is st.text_area else {}
    return draw(label, value=shown or "", key=key, max_chars=MAX_TEXT, **extra).strip() or None


def _choices(desk: Desk, path: str) -> tuple[list[str | None], Callable[[str | None], str]] | None:
    words = desk.words
    if path in ENUMS:
        return [str(code) for code in ENUMS[path]], lambda code: code_word(words, path, str(code))
    if path in ("group", "element"):
        ids = (
            [g.name for g in desk.data.district.groups]
            if path == "group"
            else [p.element.id for p in desk.data.elements]
        )
        return [None, *ids], lambda code: value_in_words(desk.data, words, path, code)
    return None
