"""Which column fills which field, and what stands where the file says nothing."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import PurePath
from typing import Final, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo.crs_candidates import Candidate
from geo.intake.evidence import ImportDefaults
from geo.intake.mapping import FIELDS
from geo.intake.table import Table
from geo.record_faults import MAX_TEXT
from geo.vocabulary import PLACED_GRADES, Grade, Phase, Sector
from layers.import_words import code_word, field_word
from layers.words import Words
from ui.desk import Desk
from ui.import_state import Importing
from ui.import_work import ReadFile, headers_of
from ui.text import plain

SAMPLES: Final = 3
LOOKED_AT: Final = 300
SAMPLE_CHARS: Final = 24
ABREAST: Final = 2
Code = TypeVar("Code", bound=StrEnum)


def columns_section(desk: Desk, found: Importing, read: ReadFile) -> dict[str, str]:
    """Draw a choice of column for each field, those that were suggested first; return the column by field."""
    words, table = desk.words, read.table
    suggested = read.mapping.columns
    every = [each.path for each in FIELDS]
    mapped = [path for path in every if path in suggested]
    st.caption(words("import.columns_hint", n=len(mapped)))
    chosen = _choices(words, found, read, mapped)
    with st.expander(words("import.more_fields", n=len(every) - len(mapped)), expanded=not mapped):
        chosen |= _choices(words, found, read, [path for path in every if path not in suggested])
    twice = sorted({column for column in chosen.values() if list(chosen.values()).count(column) > 1})
    if twice:
        st.caption(words("import.column_twice", columns=plain(words("format.list").join(twice))))
    places = {read.where.x, read.where.y, read.where.wkt} if read.where else set()
    unused = [column for column in headers_of(table) if column not in {*chosen.values(), *places}]
    if unused:
        st.caption(words("import.unused", columns=plain(words("format.list").join(unused))))
    return chosen


def _choices(words: Words, found: Importing, read: ReadFile, paths: Sequence[str]) -> dict[str, str]:
    headers = headers_of(read.table)
    chosen: dict[str, str] = {}
    for start in range(0, len(paths), ABREAST):
        for place, path in zip(st.columns(ABREAST), paths[start : start + ABREAST], strict=False):
            suggestion = read.mapping.columns.get(path)
            with place:
                column = st.selectbox(
                    plain(field_word(words, path)),
                    headers,
                    index=headers.index(suggestion) if suggestion in headers else None,
                    key=found.key(f"column-{path}"),
                    placeholder=words("import.no_column"),
                )
                if column:
                    chosen[path] = column
                    guess = words("import.by_content") if path in read.mapping.by_content else ""
                    st.caption(plain(f"{_samples(words, read.table, column)} {guess}"))
    return chosen


def _samples(words: Words, table: Table, column: str) -> str:
    """Return some of what stands in a column."""
    cells = table.columns[column].head(LOOKED_AT).dropna().astype(str)
    seen = [text for cell in dict.fromkeys(cells) if (text := " ".join(cell.split()))][:SAMPLES]
    cut = [text if len(text) <= SAMPLE_CHARS else text[: SAMPLE_CHARS - 1] + "…" for text in seen]
    return words("format.list").join(cut) or words("import.column_empty")


def defaults_section(desk: Desk, found: Importing, candidate: Candidate) -> ImportDefaults | None:
    """Draw what holds for all rows that do not say otherwise; return it, None while the source is missing."""
    words = desk.words
    st.markdown(f"**{words('import.defaults')}**")
    left, right = st.columns([2, 1])
    source = left.text_input(words("import.source"), key=found.key("source"), max_chars=MAX_TEXT,
                             placeholder=words("import.source_hint"))  # fmt: skip
    day = right.date_input(words("import.date"), value=date.today(), key=found.key("date"), format="YYYY-MM-DD",
                           max_value=date.today())  # fmt: skip
    first, second, third, fourth = st.columns(4)
    grade = _default(words, first, found, "location.grade", [each for each in Grade if each in PLACED_GRADES])
    accuracy_m = second.number_input(field_word(words, "location.accuracy_m"), value=None, min_value=1, step=1,
                                     key=found.key("accuracy"), placeholder=words("import.from_row"))  # fmt: skip
    sector = _default(words, third, found, "sector", list(Sector))
    phase = _default(words, fourth, found, "phase", list(Phase))
    chinese, english = st.columns(2)
    basis = chinese.text_input(field_word(words, "location.basis"), key=found.key("basis"), max_chars=MAX_TEXT,
                               placeholder=words("import.basis_hint"))  # fmt: skip
    basis_en = english.text_input(field_word(words, "location.basis.en"), key=found.key("basis_en"),
                                  max_chars=MAX_TEXT, placeholder=words("import.basis_hint"))  # fmt: skip
    grid_name = ""
    if candidate.grid is not None:
        grid_name = st.text_input(words("grid.name"), key=found.key("grid_name"), max_chars=80,
                                  placeholder=PurePath(found.name).stem)  # fmt: skip
    if not source.strip():
        st.caption(words("import.source_needed"))
        return None
    return ImportDefaults(source.strip(), day, grade, accuracy_m, basis, basis_en, sector, phase, grid_name)


def _default(words: Words, place: DeltaGenerator, found: Importing, path: str, codes: list[Code]) -> Code | None:
    """Draw the code that stands where a row gives none; None where every row has to."""
    return place.selectbox(field_word(words, path), codes, index=None, key=found.key(f"default-{path}"),
                           format_func=lambda each: code_word(words, path, each),
                           placeholder=words("import.from_row"))  # fmt: skip
