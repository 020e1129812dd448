"""What screens say of the structure elements' size, neighbours and projects; plain text, not yet escaped."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from geo.layout import Element
from geo.load import Dataset
from geo.names import name_in
from geo.project import Project
from geo.structure import ElementFigures, Neighbour
from layers.shape_grade import element_grade, graded
from layers.words import Words

ROUND_M: Final = 10
_SENTENCE_ENDS: Final = re.compile(r"(?<=。)|(?<=[.!?]) +")


def extent_label(words: Words, figures: ElementFigures, element: Element) -> str:
    """Return what is measured of an element, its area or its length, with the word for schematic where it is that."""
    measured = "structure.length" if figures.area_m2 is None else "structure.area"
    return words(graded(measured, element_grade(element)))


def extent_in_words(words: Words, figures: ElementFigures) -> tuple[str, str]:
    """Return an element's size as (figure, the same in hectares); the second is empty for a length.

    Two decimals of a square kilometre and whole hectares: a schematic shape is worth no more.
    """
    if figures.area_m2 is None:
        return words("structure.kilometres", km=words.number((figures.length_m or 0) / 1000, "#,##0.00")), ""
    return (
        words("structure.square_kilometres", km2=words.number(figures.area_m2 / 1e6, "#,##0.00")),
        words("structure.hectares", ha=words.number(figures.area_m2 / 1e4, "#,##0")),
    )


def neighbour_in_words(words: Words, neighbour: Neighbour) -> str:
    """Return how far a neighbour is, to ten metres; one that touches is said to."""
    if neighbour.distance_m == 0:
        return words("structure.touches")
    tens = max(1, round(neighbour.distance_m / ROUND_M)) * ROUND_M
    return words("structure.apart", m=words.number(tens))


def group_in_words(data: Dataset, words: Words, element: Element) -> str:
    """Return the name of the element's group."""
    group = next((known for known in data.district.groups if known.name == element.group), None)
    return name_in(words.language, group.name, group.names) if group else element.group


def members_by_element(data: Dataset, projects: Iterable[Project] | None = None) -> dict[str | None, list[Project]]:
    """Return the projects, all by default, by what of the structure the plan ties them to.

    The keys are the elements' ids, the groups' names for what is tied to a group as a whole, and None for neither.
    """
    codes = [*(placed.element.id for placed in data.elements), *(group.name for group in data.district.groups), None]
    found: dict[str | None, list[Project]] = {code: [] for code in codes}
    for project in data.projects if projects is None else projects:
        ties = (project.element, project.group)
        found[next((code for code in ties if code and code in found), None)].append(project)
    return found


def without_element(
    data: Dataset, words: Words, members: Mapping[str | None, list[Project]]
) -> list[tuple[str, list[Project]]]:
    """Return the `members` tied to no single element, by group and then those of none, each under its title."""
    rows = [
        (words("detail.group_only", group=name_in(words.language, group.name, group.names)), members[group.name])
        for group in data.district.groups
    ]
    return [(title, its) for title, its in (*rows, (words("detail.no_element"), members[None])) if its]


def summary_in_short(summary: str) -> str:
    """Return a summary's first sentence and its last, which says the aim; a shorter one as it stands."""
    first, *rest = [sentence for sentence in _SENTENCE_ENDS.split(summary) if sentence]
    if not rest:
        return first
    return f"{first}{rest[-1]}" if first.endswith("。") else f"{first} {rest[-1]}"


def filtered_count(words: Words, projects: Sequence[Project], passing: Collection[str]) -> str:
    """Return how many of the projects there are and how many of them are among the ids that pass the filter."""
    return words("structure.of_which_shown", n=len(projects), m=sum(project.id in passing for project in projects))
