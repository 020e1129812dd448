"""The project library as data: the rows of its tables in words and in sorting order, and the matrix's counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geo.filter import NO_PLACE, places_of
from geo.load import Dataset
from geo.phase import phases_of
from geo.project import Mention, Project
from geo.vocabulary import Grade, Phase, Sector, Stage
from layers.list_rows import list_symbol
from layers.wording import grade_in_words, place_name, plan_terms, site_name
from layers.words import Words

NOTHING: Final = "—"
_PHASES, _STAGES, _SECTORS, _GRADES = list(Phase), list(Stage), list(Sector), list(Grade)


@dataclass(frozen=True)
class Column:
    """One column beside the name: its code (``library.column_…``), width, and from which width of table on it shows."""

    code: str
    width_px: int
    shown_from_px: int = 0


COLUMNS: Final = (
    Column("phase", 118),
    Column("stage", 84, 1400),
    Column("sector", 116, 560),
    Column("place", 138, 700),
    Column("grade", 138, 400),
    Column("mentions", 116, 1000),
    Column("plans", 152, 830),
)
WHY_COLUMNS: Final = (
    Column("reason", 104),
    Column("why", 300, 560),
    Column("phase", 118, 700),
    Column("sector", 116, 1000),
    Column("mentions", 116, 1400),
)
WORK_COLUMNS: Final = (
    Column("grade", 150),
    Column("basis", 280, 560),
    Column("checked", 112, 780),
    Column("source", 220, 1000),
)
"""Of the work list: what is known of a place, and from what."""
_WORST_FIRST: Final = (Grade.UNLOCATED, Grade.AREA, Grade.STREET, Grade.NEAR, Grade.EXACT)


def plans_of(data: Dataset, project: Project) -> tuple[list[Mention], list[Mention]]:
    """Return the mentions that review the five years before the plan, and those for its own."""
    looks_back = data.district.looks_back
    before = [mention for mention in project.mentions if looks_back(mention)]
    return before, [mention for mention in project.mentions if not looks_back(mention)]


def state_in_words(words: Words, mentions: Sequence[Mention]) -> str:
    """Return the phases that some mentions state, a dash where there is no mention."""
    if not mentions:
        return NOTHING
    stated = phases_of(mentions)
    return words("format.list").join(words(f"phase.{phase}") for phase in Phase if phase in stated)


def plans_in_words(data: Dataset, words: Words, project: Project) -> str:
    """Return what the plan says of a project for the years before it and for its own, with an arrow between."""
    if project.added:
        return words("library.added")
    before, ahead = plans_of(data, project)
    return words("library.from_to", before=state_in_words(words, before), ahead=state_in_words(words, ahead))


def mentions_in_words(words: Words, project: Project) -> str:
    """Return how often the plan names a project and in which boxes."""
    if project.added:
        return words("library.added")
    boxes = sorted({mention.box for mention in project.mentions if mention.box is not None})
    parts = [words("library.boxes", boxes=words("format.list").join(map(str, boxes)))] if boxes else []
    if any(mention.box is None for mention in project.mentions):
        parts.append(words("library.in_text"))
    return words("library.mentions", n=len(project.mentions), where=words("format.list").join(parts))


def group_of(data: Dataset, project: Project) -> str:
    """Return the id of the structure group that the plan ties a project to, ``NO_PLACE`` where there is none."""
    elements = {placed.element.id: placed.element for placed in data.elements}
    ids = places_of(project, data.district.groups, elements)
    return next((group.id for group in data.district.groups if group.id in ids), NO_PLACE)


def table_data(data: Dataset, words: Words) -> dict[str, Any]:
    """Return the table of all projects for ``ui/web/project_table.js``, one row a project in the plan's order."""
    return _table(data, words, data.projects, COLUMNS, row_px=38 if words.language == "zh" else 54, groups=[])


def worklist(data: Dataset) -> list[Project]:
    """Return the projects that have a place or want one, the least certain first; a district-wide one has none."""

    def certainty(project: Project) -> tuple[int, int]:
        return _WORST_FIRST.index(project.location.grade), -(project.location.accuracy_m or 0)

    return sorted((each for each in data.projects if each.location.grade in _WORST_FIRST), key=certainty)


def worklist_data(data: Dataset, words: Words) -> dict[str, Any]:
    """Return the table of the places to verify, the least certain first."""
    return _table(data, words, worklist(data), WORK_COLUMNS, row_px=60, groups=[])


def unplaced_data(data: Dataset, words: Words) -> dict[str, Any]:
    """Return the table of what has no place, by structure group, each row with the reason."""
    members: dict[str, list[Project]] = {code: [] for code in (*(g.id for g in data.district.groups), NO_PLACE)}
    for project in data.projects:
        if not project.placed:
            members[group_of(data, project)].append(project)
    projects = [project for its in members.values() for project in its]
    groups = [{"label": place_name(data, words, code), "size": len(its)} for code, its in members.items()]
    return _table(data, words, projects, WHY_COLUMNS, row_px=60, groups=groups)


def _table(
    data: Dataset,
    words: Words,
    projects: Sequence[Project],
    columns: Sequence[Column],
    *,
    row_px: int,
    groups: list[dict[str, Any]],
) -> dict[str, Any]:
    terms = plan_terms(words, data.district)
    symbols: list[str] = []
    rows = []
    for project in projects:
        symbol = list_symbol(project)
        if symbol not in symbols:
            symbols.append(symbol)
        cells = [_cell(data, words, project, column.code) for column in columns]
        rows.append(
            {
                "id": project.id,
                "name": site_name(words, project),
                "chinese": "" if words.language == "zh" else project.name,
                "symbol": symbols.index(symbol),
                "cells": [text for text, _ in cells],
                "order": [order for _, order in cells],
            }
        )
    return {
        "columns": [
            {
                "code": c.code,
                "label": words(f"library.column_{c.code}", **terms),
                "width": c.width_px,
                "from": c.shown_from_px,
            }
            for c in columns
        ],
        "rows": rows,
        "symbols": symbols,
        "groups": groups,
        "rowHeight": row_px,
    }


def _cell(data: Dataset, words: Words, project: Project, column: str) -> tuple[str, float]:
    """Return a cell's text and the number it sorts by; texts without an order of their own sort by themselves (-1)."""
    location = project.location
    match column:
        case "phase":
            return words(f"phase.{project.phase}"), _PHASES.index(project.phase)
        case "stage":
            return words(f"stage.{project.stage}"), _STAGES.index(project.stage)
        case "sector":
            return words(f"sector.{project.sector}"), _SECTORS.index(project.sector)
        case "place":
            codes = data.index.memberships["place"].codes
            code = project.element if data.element(project.element) else group_of(data, project)
            return place_name(data, words, code or NO_PLACE), codes.index(code or NO_PLACE)
        case "grade":
            order = _GRADES.index(location.grade) * 1e6 + (location.accuracy_m or 0)
            return grade_in_words(words, project), order
        case "mentions":
            return mentions_in_words(words, project), len(project.mentions)
        case "plans":
            before, ahead = plans_of(data, project)
            return plans_in_words(data, words, project), _plan_order(before) * 10 + _plan_order(ahead)
        case "checked":
            return words.date(location.checked), location.checked.toordinal()
        case "source":
            return location.source or NOTHING, -1
        case "reason":
            return words(f"grade.{location.grade}"), _GRADES.index(location.grade)
        case _:
            return location.basis.in_language(words.language), -1


def _plan_order(mentions: Sequence[Mention]) -> int:
    stated = phases_of(mentions)
    return min(_PHASES.index(phase) for phase in stated) if mentions else len(_PHASES)


# ---- the matrix ----


@dataclass(frozen=True)
class Tally:
    """How many projects, and how many of them have no place."""

    total: int
    unplaced: int


def tally(projects: Iterable[Project]) -> dict[tuple[str, str], Tally]:
    """Count projects by sector and latest phase; an empty code stands for all, so totals are among the cells."""
    total: Counter[tuple[str, str]] = Counter()
    unplaced: Counter[tuple[str, str]] = Counter()
    for project in projects:
        for cell in ((s, p) for s in (project.sector, "") for p in (project.phase, "")):
            total[cell] += 1
            unplaced[cell] += not project.placed
    return {cell: Tally(n, unplaced[cell]) for cell, n in total.items()}
