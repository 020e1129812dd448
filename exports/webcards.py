"""The cards of the one-file page as data: what its list, table and details say, in one language or in none."""

from collections.abc import Iterable, Sequence
from typing import Any

from geo.layout import Element, OpenEdge
from geo.load import Dataset
from geo.names import name_in
from geo.project import Localised, Mention, Project
from geo.vocabulary import Phase
from layers import style
from layers.list_rows import list_row, list_symbol
from layers.shape_grade import element_grade, graded
from layers.wording import (
    coordinate_in_words,
    grade_in_words,
    mention_place,
    mention_printed_under,
    office_facts,
    phases_in_words,
    structure_in_words,
)
from layers.words import Words

Card = dict[str, Any]


def symbols(projects: Iterable[Project]) -> dict[str, str]:
    """Return each marker that some project has, by the key that ``project_facts`` names it by."""
    return {_symbol_key(project): list_symbol(project) for project in projects}


def _symbol_key(project: Project) -> str:
    if not project.placed:
        return ""
    filled = project.location.grade in style.FILLED_GRADES
    return f"{project.sector} {project.stage} {'filled' if filled else 'hollow'}"


def project_facts(data: Dataset, project: Project) -> Card:
    """Return what is the same in all languages; the table sorts the structure by `order`."""
    location = project.location
    return {
        "id": project.id,
        "name": project.name,
        "placed": project.placed,
        "sector": project.sector,
        "phase": project.phase,
        "grade": location.grade,
        "accuracy": location.accuracy_m,
        "lonLat": f"{project.lon:.5f}, {project.lat:.5f}" if project.placed else None,
        "coordinate": coordinate_in_words(project),
        "address": location.address,
        "source": location.source,
        "crs": location.source_crs,
        "symbol": _symbol_key(project),
        "element": project.element,
        "order": structure_order(data, project),
        "mentions": [
            {"name": mention.name, "under": mention_printed_under(mention), "place": mention_key(mention)}
            for mention in project.mentions
        ],
    }


def structure_order(data: Dataset, project: Project) -> int:
    """Return the plan's order of groups and elements, a group's own projects after those of its elements."""
    codes: list[str | None] = []
    for group in data.district.groups:
        codes += [placed.element.id for placed in data.elements if placed.element.group == group.name]
        codes.append(group.name)
    code = project.element or project.group
    return codes.index(code) if code in codes else len(codes)


def project_texts(data: Dataset, words: Words, project: Project) -> Card:
    """Return what differs by language."""
    row = list_row(data, words, project)
    return {
        "name": row["name"],
        "note": row["note"],
        "phase": phases_in_words(words, project),
        "structure": structure_in_words(data, words, project),
        "structureBasis": _in(words, project.element_basis),
        "grade": grade_in_words(words, project),
        "basis": _in(words, project.location.basis),
        "checked": words.date(project.location.checked),
        "summary": _in(words, project.summary),
        "office": office_facts(data, words, project),
    }


def _in(words: Words, text: Localised | None) -> str:
    return text.in_language(words.language) if text else ""


def mention_key(mention: Mention) -> str:
    """Return a key of the place that a mention stands in, shared by all mentions of that place."""
    return f"{mention.box}" if mention.box is not None else f"{mention.chapter}.{mention.section}"


def mention_places(data: Dataset, words: Words) -> dict[str, str]:
    """Return the words for every place that some mention stands in, by ``mention_key``."""
    mentions = (mention for project in data.projects for mention in project.mentions)
    return {mention_key(mention): mention_place(data, words, mention) for mention in mentions}


def element_facts(data: Dataset, element: Element) -> Card:
    """Return what is the same in all languages: name, group, members, how many of each phase."""
    members = [project for project in data.projects if project.element == element.id]
    tally = {phase: sum(project.phase is phase for project in members) for phase in Phase}
    return {
        "id": element.id,
        "name": element.name,
        "members": [project.id for project in members],
        "tally": {phase: n for phase, n in tally.items() if n},
    }


def element_texts(data: Dataset, words: Words, element: Element) -> Card:
    """Return what differs by language."""
    group = next((group for group in data.district.groups if group.name == element.group), None)
    return {
        "name": element.name_in(words.language),
        "group": name_in(words.language, group.name, group.names) if group else words("filter.no_place"),
        "place": words(
            "detail.element_place",
            group=name_in(words.language, group.name, group.names) if group else "",
            chapter=element.plan.chapter,
            section=element.plan.section,
        ),
        "summary": _in(words, element.summary),
        "functions": _terms(words, element.functions),
        "sectors": _terms(words, element.leading_sectors),
        "drawn": words(graded("detail.schematic", element_grade(element))),
        "basis": _in(words, element.basis),
        "edges": [_edge(words, edge) for edge in element.open_edges],
    }


def _terms(words: Words, terms: Sequence[Localised]) -> list[Card]:
    return [{"text": _in(words, term), "chinese": "" if words.language == "zh" else term.zh} for term in terms]


def _edge(words: Words, edge: OpenEdge) -> str:
    side = _in(words, edge.side)
    return side if edge.length_m is None else words("detail.edge", side=side, length_m=words.number(edge.length_m))
