"""The list beside the map: every project that passes the filter, placed or not; the keyboard's way to the sites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import streamlit as st

from geo.filter import places_of
from geo.layout import Element
from geo.project import Project
from layers import style
from layers.symbols import svg_symbol
from layers.wording import place_name
from ui.desk import Desk
from ui.link import Selection
from ui.session import select

LIST_LIMIT: Final = 500
_WEB: Final = Path(__file__).resolve().parent / "web"
KEY: Final = "site_list"

_list = st.components.v2.component(
    "xigang_site_list",
    html='<div class="site-list"></div>',
    css=(_WEB / "site_list.css").read_text(encoding="utf-8"),
    js=(_WEB / "site_list.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _take_pick() -> None:
    picked = st.session_state[KEY].picked
    if picked:
        select(Selection("site", picked))


def _symbol(project: Project) -> str:
    if not project.placed:
        return ""
    sector, stage = style.SECTORS[project.sector], style.STAGES[project.stage]
    fill = sector.colour if project.location.grade in style.FILLED_GRADES else "none"
    return svg_symbol(
        sector.shape, fill=fill, outline=stage.colour or sector.outline, width=stage.width, dash=stage.dash, size=20
    )


def _row(desk: Desk, project: Project, elements: Mapping[str, Element]) -> dict[str, str]:
    words = desk.words
    place = project.element or min(places_of(project, desk.data.district.groups, elements))
    parts = [words(f"phase.{project.phase}"), words(f"sector.{project.sector}"), place_name(desk.data, words, place)]
    return {
        "id": project.id,
        "name": project.name_in(words.language),
        "chinese": "" if words.language == "zh" else project.name,
        "note": " · ".join(parts),
        "grade": words(f"grade.{project.location.grade}"),
        "symbol": _symbol(project),
    }


def site_list(desk: Desk) -> None:
    """Draw the list in two parts, placed and not placed, each counted."""
    words = desk.words
    wanted = desk.wanted
    elements = {placed.element.id: placed.element for placed in desk.data.elements}
    sections: list[dict[str, Any]] = []
    for title, placed in (("list.placed", True), ("list.unplaced", False)):
        rows = [project for project in wanted if project.placed is placed]
        if rows:
            shown = rows[:LIST_LIMIT]
            more = words("list.more", n=len(rows) - len(shown)) if len(rows) > len(shown) else ""
            sections.append(
                {"title": words(title, n=len(rows)), "rows": [_row(desk, p, elements) for p in shown], "more": more}
            )
    selection = desk.state.selection
    _list(
        key=KEY,
        data={
            "sections": sections,
            "selected": selection.id if selection and selection.kind == "site" else None,
            "label": words("list.label"),
        },
        on_picked_change=_take_pick,
    )
