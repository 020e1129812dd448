"""What screens and files say of the sites that are open to an investor, and of the area around each; plain text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geo.layout import Element
from geo.load import Dataset
from geo.names import name_in
from geo.opportunity import OPENING_OF_PHASE, Opening, opening_of
from geo.phase import stated_phase
from geo.project import Localised, Mention, Project
from geo.structure import ElementFigures
from geo.vocabulary import Phase, Sector
from layers.structure_wording import group_in_words, members_by_element, neighbour_in_words
from layers.words import Words

ORDERS: Final = ("structure", "sector", "phase")
REACHES: Final = ("all", "open")


@dataclass(frozen=True)
class Area:
    """What the plan says of the part of the structure that a site is tied to; empty where it says nothing.

    `title` names the element, else the group, else says that there is none. Of a whole group, each element is told of.
    """

    title: str
    functions: str = ""
    leading_sectors: str = ""
    neighbours: str = ""
    is_group: bool = False


@dataclass(frozen=True)
class Section:
    """Opportunities under one heading. `area` is what the heading's part of the structure is, if it is one."""

    title: str
    projects: Sequence[Project]
    area: Area | None = None


def opening_in_words(words: Words, phase: Phase) -> str:
    """Return whether a site of this phase is open or under way, and the plan's word for the phase."""
    opening = words(f"opportunity.{OPENING_OF_PHASE[phase]}")
    return words("format.sentence").join([opening, words(f"phase.{phase}")])


def meaning_in_words(words: Words) -> str:
    """Return what "open" and "under way" mean, in the plan's words, and what they do not."""

    def phases(opening: Opening) -> str:
        return words("format.list").join(
            words("opportunity.quoted", phase=words(f"phase.{phase}"))
            for phase, its in OPENING_OF_PHASE.items()
            if its is opening
        )

    return words("opportunity.meaning", open=phases(Opening.OPEN), under_way=phases(Opening.UNDER_WAY))


def count_in_words(words: Words, projects: Sequence[Project]) -> str:
    """Return how many sites there are, how many of them open, under way, and without a place."""
    n_open = sum(opening_of(project) is Opening.OPEN for project in projects)
    return words(
        "opportunity.count",
        n=len(projects),
        open=n_open,
        under_way=len(projects) - n_open,
        unplaced=sum(not project.placed for project in projects),
    )


def terms_in_words(words: Words, terms: Sequence[Localised]) -> str:
    """Return terms of the plan as one phrase."""
    return words("format.list").join(term.in_language(words.language) for term in terms)


def mentions_in_order(project: Project) -> list[Mention]:
    """Return the project's mentions, the one that its phase rests on first."""
    return sorted(
        project.mentions, key=lambda mention: (stated_phase(mention) is not project.phase, -(mention.box or 0))
    )


def areas(data: Dataset, words: Words, figures: Mapping[str, ElementFigures]) -> dict[str | None, Area]:
    """Return the areas by an element's id, a group's name, and None for no part of the structure."""
    elements = [placed.element for placed in data.elements]
    found: dict[str | None, Area] = {None: Area(words("detail.no_element"))}
    for group in data.district.groups:
        found[group.name] = Area(
            words("detail.group_only", group=name_in(words.language, group.name, group.names)),
            *_told_of_each(words, [element for element in elements if element.group == group.name]),
            is_group=True,
        )
    return found | {element.id: _area(data, words, element, figures[element.id]) for element in elements}


def _told_of_each(words: Words, elements: Sequence[Element]) -> tuple[str, str]:
    """Return the functions and the leading sectors of several elements, each after its element's name."""

    def told(terms_of: Callable[[Element], Sequence[Localised]]) -> str:
        return words("format.phrases").join(
            words("format.term", term=element.name_in(words.language), value=terms_in_words(words, terms))
            for element in elements
            if (terms := terms_of(element))
        )

    return told(lambda element: element.functions), told(lambda element: element.leading_sectors)


def _area(data: Dataset, words: Words, element: Element, figures: ElementFigures) -> Area:
    neighbours = [
        words("format.mention", name=other.element.name_in(words.language), place=neighbour_in_words(words, each))
        for each in figures.neighbours
        if (other := data.element(each.id))
    ]
    name = element.name_in(words.language)
    within_group = [] if element.name.startswith(element.group) else [group_in_words(data, words, element)]
    return Area(
        words("format.sentence").join([*within_group, name]),
        terms_in_words(words, element.functions),
        terms_in_words(words, element.leading_sectors),
        words("format.list").join(neighbours),
    )


def area_key(data: Dataset, project: Project) -> str | None:
    """Return the key of the project's area among ``areas``."""
    if data.element(project.element):
        return project.element
    return project.group if any(group.name == project.group for group in data.district.groups) else None


def sections(
    data: Dataset, words: Words, projects: Sequence[Project], order: str, known: Mapping[str | None, Area]
) -> list[Section]:
    """Return `projects` under the headings of `order` (one of ``ORDERS``), empty headings left out."""
    if order == "sector":
        found = [Section(words(f"sector.{sector}"), [p for p in projects if p.sector is sector]) for sector in Sector]
    elif order == "phase":
        found = [
            Section(opening_in_words(words, phase), [p for p in projects if p.phase is phase])
            for phase in OPENING_OF_PHASE
        ]
    else:
        members = members_by_element(data, projects)
        found = [Section(known[key].title, members[key], known[key]) for key in _keys_by_group(data)]
    return [section for section in found if section.projects]


def _keys_by_group(data: Dataset) -> list[str | None]:
    """Return the keys of ``areas``: each group's elements, then the group as a whole, and none at the end."""
    keys: list[str | None] = []
    for group in data.district.groups:
        keys += [placed.element.id for placed in data.elements if placed.element.group == group.name]
        keys.append(group.name)
    return [*keys, None]
