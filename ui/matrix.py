"""The matrix sector × phase: counts that add up, each cell a way to filter."""

from pathlib import Path
from typing import Any, Final

import streamlit as st

from geo.filter import ProjectFilter
from geo.vocabulary import Phase, Sector
from layers import style
from layers.library_rows import Tally, tally
from layers.symbols import svg_symbol
from ui import session
from ui.desk import Desk

KEY: Final = "library_matrix"
_WEB: Final = Path(__file__).resolve().parent / "web"

_matrix = st.components.v2.component(
    "xigang_matrix",
    html='<div class="matrix"></div>',
    css=(_WEB / "matrix.css").read_text(encoding="utf-8"),
    js=(_WEB / "matrix.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def matrix(desk: Desk) -> None:
    """Draw the matrix of what passes the filter but for phase and sector, which its cells set."""
    words, wanted = desk.words, desk.state.filter
    others = wanted.model_copy(update={"phases": frozenset(), "sectors": frozenset(), "any_wording": False})
    mask = desk.data.index.mask(others)
    counted = tally(project for project, passed in zip(desk.data.projects, mask, strict=True) if passed)
    whole = counted.get(("", ""), Tally(0, 0))
    columns = [*Phase, ""]
    _matrix(
        key=KEY,
        data={
            "caption": words("library.matrix", n=whole.total, placed=whole.total - whole.unplaced, m=whole.unplaced),
            "note": words("library.matrix_note"),
            "corner": words("library.matrix_corner"),
            "columns": [words(f"phase.{code}") if code else words("library.total") for code in columns],
            "rows": [
                {
                    "label": words(f"sector.{sector}") if sector else words("library.total"),
                    "symbol": _symbol(sector) if sector else "",
                    "cells": [_cell(desk, counted, sector, phase) for phase in columns],
                }
                for sector in (*Sector, "")
            ],
        },
        on_picked_change=_take_cell,
    )


def _symbol(sector: str) -> str:
    looks = style.SECTORS[Sector(sector)]
    return svg_symbol(looks.shape, fill=looks.colour, outline=looks.outline, width=1.2)


def _cell(desk: Desk, counted: dict[tuple[str, str], Tally], sector: str, phase: str) -> dict[str, Any]:
    words, wanted, its = desk.words, desk.state.filter, counted.get((sector, phase), Tally(0, 0))
    share = words.number(its.unplaced / its.total, "0%") if its.total else "0%"
    return {
        "sector": sector,
        "phase": phase,
        "n": its.total,
        "share": its.unplaced / its.total if its.total else 0,
        "title": words(
            "library.matrix_cell",
            sector=words(f"sector.{sector}") if sector else words("library.all_sectors"),
            phase=words(f"phase.{phase}") if phase else words("library.all_phases"),
            n=its.total,
            m=its.unplaced,
            share=share,
        ),
        "pressed": (wanted.sectors, wanted.phases) == _facets(sector, phase) and bool(sector or phase),
    }


def _facets(sector: str, phase: str) -> tuple[frozenset[Sector], frozenset[Phase]]:
    return (
        frozenset({Sector(sector)}) if sector else frozenset(),
        frozenset({Phase(phase)}) if phase else frozenset(),
    )


def _take_cell() -> None:
    """Filter by the cell that was picked; picked again, or the grand total, it lets both facets go."""
    picked: dict[str, Any] | None = st.session_state[KEY].picked
    if not picked:
        return
    sectors, phases = _facets(picked["sector"], picked["phase"])
    wanted: ProjectFilter = st.session_state[session.FILTER]
    if (wanted.sectors, wanted.phases) == (sectors, phases):
        sectors, phases = _facets("", "")
    changed = {"sectors": sectors, "phases": phases, "any_wording": False}
    session.set_filter(wanted.model_copy(update=changed))
