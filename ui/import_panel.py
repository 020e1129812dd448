"""The panel that takes a file into the record: choose it, say what its numbers mean and what its columns hold, try it
out, save it.
"""

from pathlib import Path
from typing import Final

import streamlit as st

from geo.intake.coordinate_columns import CoordinateColumns
from geo.intake.limits import MAX_FEATURES, MAX_FILE_BYTES, MAX_VERTICES, MIB
from layers.words import Words
from ui import editing, import_state
from ui.desk import Desk
from ui.import_columns import columns_section, defaults_section
from ui.import_crs import crs_section
from ui.import_progress import progress
from ui.import_result import import_section, imported_section, template_button
from ui.import_state import Importing
from ui.import_work import SHEETS, Incoming, ReadFile, Settings, headers_of
from ui.notices import problem_in_words, problem_notice
from ui.text import html, plain

_CSS: Final = (Path(__file__).resolve().parent / "web" / "import.css").read_text(encoding="utf-8")
FORMAT_NAMES: Final = {
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "zip": "Shapefile (.zip)",
    "kml": "KML",
    "kmz": "KMZ",
    "csv": "CSV",
    "xlsx": "XLSX",
    "dxf": "DXF",
}
MOST_TOLD: Final = 60
MOST_BYTES: Final = max(MAX_FILE_BYTES.values())


def import_panel(desk: Desk) -> None:
    """Draw the steps as far as they have come."""
    words = desk.words
    st.html(f"<style>{_CSS}{_uploader_words(words)}</style>")
    if editing.store() is None:
        st.warning(words("task.no_store"))
        return
    if done := import_state.imported():
        imported_section(desk, done)
    _step(words, 1, "import.step_file")
    if not editing.may_edit():
        import_state.leave()
        st.info(words("task.needs_login"))
        _limits(words)
        template_button(desk)
        return
    found = _file(desk)
    _steps(desk, found)


def _steps(desk: Desk, found: Importing | None) -> None:
    words = desk.words
    read = found.read if found else None
    if found is None:
        return
    if found.news and (read is None or import_state.chosen(found) is None):
        st.warning(words(found.news, about=plain(found.about)))
    if read is None:
        progress(desk, found)
        return
    told = read.table.problems[:MOST_TOLD]
    if read.is_usable:
        problem_notice(words, told, title="import.problems")
    else:
        st.error("\n".join([words("import.unusable"), "", *(f"- {problem_in_words(words, each)}" for each in told)]))
    if len(read.table.problems) > MOST_TOLD:
        st.caption(words("import.more_problems", n=len(read.table.problems) - MOST_TOLD))
    if not read.is_usable:
        return
    _parts(words, found, read)
    _step(words, 2, "import.step_crs")
    candidate = crs_section(desk, found, read)
    if candidate is None:
        return
    _step(words, 3, "import.step_columns")
    columns = columns_section(desk, found, read)
    defaults = defaults_section(desk, found, candidate)
    _step(words, 4, "import.step_try")
    settings = Settings(candidate, tuple(columns.items()), defaults) if defaults else None
    import_section(desk, found, settings)


def _step(words: Words, number: int, title: str) -> None:
    kind = "import-step first" if number == 1 else "import-step"
    st.html(html('<h3 class="{kind}"><span>{n}</span>{title}</h3>', kind=kind, n=number, title=words(title)))


# ---- the file ----


def _limits(words: Words) -> None:
    """Say which formats are read, and how large they may be."""
    by_size: dict[int, list[str]] = {}
    for code, most in MAX_FILE_BYTES.items():
        by_size.setdefault(most // MIB, []).append(FORMAT_NAMES[code])
    told = [
        words("import.limit", formats=words("format.list").join(names), most=size)
        for size, names in sorted(by_size.items())
    ]
    st.caption(words("format.phrases").join(told))
    st.caption(words("import.limit_rows", rows=words.number(MAX_FEATURES), vertices=words.number(MAX_VERTICES)))


def _file(desk: Desk) -> Importing | None:
    """Draw where a file is chosen; return what is being imported."""
    words, found = desk.words, import_state.importing()
    _limits(words)
    with st.container(key="import-file"):
        chosen = st.file_uploader(
            words("import.choose"),
            key=import_state.uploader_key(),
            max_upload_size=MOST_BYTES // MIB,
            label_visibility="collapsed",
        )
    template_button(desk)
    if found and found.is_at("save"):
        return found
    if chosen is None:
        import_state.forget()
        return None
    if found is None or found.file_id != chosen.file_id:
        return import_state.take_up(chosen.file_id, chosen.name, chosen.getvalue())
    return found


def _uploader_words(words: Words) -> str:
    """Return the style that puts our words in place of the uploader's English ones."""
    texts = {"drop": "import.drop", "choose": "import.choose", "refused": "import.refused"}
    return "".join(f".st-key-import-file{{--{name}:{_quoted(words(key))}}}" for name, key in texts.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ") + '"'


def _parts(words: Words, found: Importing, read: ReadFile) -> None:
    """Say what the file holds, and draw the choice of a layer, and of the columns with the place."""
    table = read.table
    placed = sum(geometry is not None for geometry in table.geometries)
    st.caption(words("import.holds", n=words.number(len(table.columns)), placed=words.number(placed)))
    if len(table.layers) > 1:
        st.selectbox(
            words("import.layer"), table.layers, index=table.layers.index(table.layer), key=found.key("layer"),
            on_change=lambda: _read_again(found, layer=st.session_state[found.key("layer")]),
        )  # fmt: skip
    if table.format in SHEETS:
        with st.expander(words("import.place_columns"), expanded=not placed):
            _place_columns(words, found, read)


def _place_columns(words: Words, found: Importing, read: ReadFile) -> None:
    """Draw the choice of the columns that hold the place."""
    headers, where = headers_of(read.table), read.where or CoordinateColumns()
    x, y, wkt = (
        place.selectbox(
            words(f"import.place_{code}"),
            headers,
            index=headers.index(known) if known in headers else None,
            key=found.key(code),
            placeholder=words("import.no_column"),
        )
        for place, code, known in zip(st.columns(3), ("x", "y", "wkt"), (where.x, where.y, where.wkt), strict=True)
    )
    wanted = CoordinateColumns(wkt=wkt) if wkt else CoordinateColumns(x, y)
    st.button(words("import.read_again"), key=found.key("read_again"),
              disabled=wanted == where or not (wkt or (x and y)), on_click=_read_again, args=(found,),
              kwargs={"where": wanted})  # fmt: skip


def _read_again(found: Importing, *, layer: str | None = None, where: CoordinateColumns | None = None) -> None:
    chosen = st.session_state.get(import_state.uploader_key())
    if chosen is not None and found.read:
        layer = layer or found.read.table.layer or None
        import_state.read_again(found, Incoming(found.name, chosen.getvalue(), layer, where))
