"""The export form: what to make, of what, in which form; one frozen request comes out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from exports.formats import FORMATS
from exports.presets import MAX_NAME, PresetError, delete_preset, load_presets, save_preset
from exports.request import MAX_TITLE, SIZES, ExportRequest, Extent, Purpose, crs_offered
from geo.filter import ProjectFilter
from geo.load import Dataset
from layers.opportunity_wording import REACHES
from layers.wording import filter_in_words, place_name
from layers.words import LANGUAGES, Words
from ui import session
from ui.desk import MAP_PAGE, Desk
from ui.text import plain

FORMAT, SIZE, DPI, CRS, EXTENT = session.FORMAT, "x_size", "x_dpi", "x_crs", session.EXTENT
ELEMENT, SITE, TITLE, PURPOSE, REVIEW, LANGUAGE = (
    "x_element",
    "x_site",
    "x_title",
    "x_purpose",
    "x_review",
    "x_language",
)
OPEN_ONLY: Final = "x_open_only"
SECOND: Final = "x_second_language"
_ASKED, _KEPT = "x_asked", "x_kept"
SAME_LANGUAGE: Final = "same"
WITH_MAP: Final = frozenset({"png", "pdf", "svg", "pack"})
WITH_SIZE: Final = WITH_MAP | {"atlas"}
WITH_CRS: Final = frozenset({"gpkg", "shp"})
OF_SITES: Final = frozenset({"sitesheet", "siteslides"})
ABOUT_SITES: Final = frozenset({"pptx", "atlas"}) | OF_SITES
ABOUT_OPPORTUNITIES: Final = frozenset({"opportunities", "opportunities_xlsx"})


@dataclass(frozen=True)
class Asked:
    """What the form asks for: a format and a request."""

    format: str
    request: ExportRequest


def _choice(label: str, options: Sequence[Any], key: str, name: Callable[[Any], str], **more: Any) -> Any:
    return st.selectbox(label, options, key=key, format_func=name, persist_state="session", **more)


def _segments(label: str, options: Sequence[Any], key: str, name: Callable[[Any], str]) -> Any:
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    return st.segmented_control(label, options, key=key, format_func=name, required=True, persist_state="session")


def export_form(desk: Desk) -> Asked:
    """Draw the form and return what it asks for."""
    words = desk.words
    _presets(desk)
    code = _choice(words("export.format"), list(FORMATS), FORMAT, lambda code: words(f"export.format_{code}"))
    st.caption(words(f"export.about_{code}"))
    extent = _extent(desk) if code in WITH_MAP else Extent()
    size = _size(words) if code in WITH_SIZE else "slide"
    dpi = _segments(words("export.dpi"), [150, 300], DPI, str) if code == "png" else 150
    crs = "EPSG:4326"
    if code in WITH_CRS:
        offered = crs_offered(desk.data)
        if st.session_state.get(CRS) not in offered:  # a preset of other data
            st.session_state[CRS] = offered[0]
        crs = _choice(words("export.crs"), offered, CRS,
                      lambda crs: crs_in_words(desk.data, words, crs))  # fmt: skip
    title = st.text_input(words("export.title"), key=TITLE, max_chars=MAX_TITLE, persist_state="session",
                          placeholder=words("export.title_usual"))  # fmt: skip
    language = _language(words)
    second = _second_language(words, language) if code in OF_SITES else None
    purpose = _purpose(words)
    only = session.exported_alone(desk.data)
    sites = _sites(desk, only) if code in ABOUT_SITES else ()
    open_only = code in ABOUT_OPPORTUNITIES and _open_only(desk)
    _filter(desk, only)
    wanted = ProjectFilter(only=only) if only else desk.state.filter
    asked = {"filter": wanted, "language": language, "second_language": second, "title": title or None, "size": size,
             "extent": extent, "purpose": purpose, "hidden": desk.state.hidden, "sites": sites, "open_only": open_only,
             "crs": crs, "dpi": dpi}  # fmt: skip
    request = st.session_state[_ASKED] = ExportRequest.model_validate(asked)
    return Asked(code, request)


def crs_in_words(data: Dataset, words: Words, crs: str) -> str:
    """Return what a system for GIS files is called."""
    if crs == data.district.metric_crs:
        return words("export.crs_zone", crs=crs, meridian=data.district.meridian)
    return words(f"export.crs_{crs.removeprefix('EPSG:')}")


def _sites(desk: Desk, only: frozenset[str]) -> tuple[str, ...]:
    """Return the ids of the projects with a page of their own in their order; none where it is the plan's."""
    selected = desk.state.selection
    if selected and selected.kind == "site" and _only_selected(desk):
        return (selected.id,)
    in_order = tuple(each for each in desk.state.shortlist if each in only)
    return in_order if len(in_order) == len(only) else ()


def _size(words: Words) -> str:
    name = {code: words(f"export.size_{code.replace('-', '_')}") for code in SIZES}
    return str(_choice(words("export.size"), list(SIZES), SIZE, name.__getitem__))


def _language(words: Words) -> str:
    chosen = _choice(
        words("app.language"),
        [SAME_LANGUAGE, *LANGUAGES],
        LANGUAGE,
        lambda code: words("export.same_language" if code == SAME_LANGUAGE else f"language.{code}"),
    )
    return words.language if chosen == SAME_LANGUAGE else str(chosen)


def _second_language(words: Words, language: str) -> str | None:
    others = [None, *(code for code in LANGUAGES if code != language)]
    if st.session_state.get(SECOND) not in others:
        st.session_state[SECOND] = None
    chosen = _choice(words("export.second_language"), others, SECOND,
                     lambda code: words(f"language.{code}" if code else "export.one_language"))  # fmt: skip
    return None if chosen is None else str(chosen)


def _extent(desk: Desk) -> Extent:
    words, data = desk.words, desk.data
    bounds = session.export_bounds()
    kinds = ["district", "element", "site", *(["view"] if bounds else [])]
    kind = _segments(words("export.extent"), kinds, EXTENT, lambda kind: words(f"export.extent_{kind}"))
    if kind == "element" and data.elements:
        ids = [placed.element.id for placed in data.elements]
        _preselect(ELEMENT, ids, desk, "element")
        return Extent(
            kind="element", id=_choice(words("filter.place"), ids, ELEMENT, lambda i: place_name(data, words, i))
        )
    if kind == "site":
        names = {project.id: project.name_in(words.language) for project in data.projects if project.placed}
        if names:
            _preselect(SITE, list(names), desk, "site")
            return Extent(kind="site", id=_choice(words("layer.sites"), list(names), SITE, names.__getitem__))
    if kind == "view" and bounds:
        return Extent(kind="view", bounds=bounds)
    return Extent()


def _preselect(key: str, ids: Sequence[str], desk: Desk, kind: str) -> None:
    """Begin with what is picked on the map."""
    selection = desk.state.selection
    if st.session_state.get(key) not in ids:
        st.session_state[key] = selection.id if selection and selection.kind == kind and selection.id in ids else ids[0]


def _only_selected(desk: Desk) -> bool:
    return st.toggle(desk.words("export.only_selected"), key="x_only", persist_state="session")


def _open_only(desk: Desk) -> bool:
    """Return whether what is under way is left out, at first as on the page of the opportunities."""
    st.session_state.setdefault(OPEN_ONLY, desk.state.reach != REACHES[0])
    return st.toggle(desk.words("export.open_only"), key=OPEN_ONLY, persist_state="session")


def _purpose(words: Words) -> Purpose:
    kind = _segments(words("export.purpose"), ["internal", "public"], PURPOSE, lambda kind: words(f"export.{kind}"))
    if kind == "internal":
        return Purpose()
    number = st.text_input(words("export.review"), key=REVIEW, max_chars=60, persist_state="session",
                           help=words("export.review_help"))  # fmt: skip
    if not number.strip():
        st.caption(words("export.without_review"))
    return Purpose(kind="public", review_number=number.strip() or None)


def _filter(desk: Desk, only: frozenset[str]) -> None:
    words = desk.words
    if only:
        st.markdown(words("library.export_only", n=len(only)))
        st.button(words("library.export_all"), key="x_all", on_click=session.export_only, args=((),))
        return
    phrases = filter_in_words(desk.data, words, desk.state.filter)
    text = plain(words("format.phrases").join(phrases)) if phrases else words("print.everything")
    st.markdown(words("export.filter", filter=text, n=len(desk.wanted)))
    st.page_link(MAP_PAGE, label=words("export.change_filter"))
    if shortlist := desk.state.shortlist:
        st.button(words("compare.export", n=len(shortlist)), key="x_shortlist", on_click=session.export_only,
                  args=(shortlist,))  # fmt: skip


def _presets(desk: Desk) -> None:
    words = desk.words
    with st.popover(words("export.presets"), width="stretch"):
        presets = load_presets()
        if presets:
            name = st.selectbox(words("export.preset"), list(presets), key="x_preset")
            left, right = st.columns(2)
            left.button(words("export.preset_use"), on_click=_use_preset, args=(presets[name],), width="stretch")
            right.button(words("export.preset_delete"), on_click=delete_preset, args=(name,), width="stretch")
        else:
            st.caption(words("export.preset_none"))
        new = st.text_input(words("export.preset_name"), key="x_preset_name", max_chars=MAX_NAME)
        st.button(words("export.preset_save"), disabled=not new.strip(), on_click=_keep_preset)
    if kept := st.session_state.pop(_KEPT, None):
        st.toast(words(kept[0], **kept[1]))


def _keep_preset() -> None:
    """Keep what the form last asked for under the name that was typed."""
    name = st.session_state["x_preset_name"]
    try:
        save_preset(name, st.session_state[_ASKED])
    except PresetError:
        st.session_state[_KEPT] = ("export.preset_refused", {})
    except OSError as error:
        st.session_state[_KEPT] = ("export.preset_failed", {"reason": plain(error.strerror or "")})
    else:
        st.session_state[_KEPT] = ("export.preset_saved", {"name": plain(name)})


def _use_preset(request: ExportRequest) -> None:
    session.set_filter(request.filter.model_copy(update={"only": frozenset()}))
    session.export_only(request.filter.only)
    session.set_hidden(request.hidden)
    extent, purpose = request.extent, request.purpose
    values: dict[str, Any] = {
        SIZE: request.size, DPI: request.dpi, CRS: request.crs, EXTENT: extent.kind, TITLE: request.title or "",
        PURPOSE: purpose.kind, REVIEW: purpose.review_number or "", LANGUAGE: request.language,
        SECOND: request.second_language,
        OPEN_ONLY: request.open_only,
    }  # fmt: skip
    if extent.kind in ("element", "site"):
        values[ELEMENT if extent.kind == "element" else SITE] = extent.id
    if extent.bounds:
        session.set_export_bounds(extent.bounds)
    st.session_state.update(values)
