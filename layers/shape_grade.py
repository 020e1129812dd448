"""Whether a shape is schematic or its authority's own: how it is drawn for that, and what is said of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo.layout import Element, Group
from geo.load import Dataset
from geo.names import name_in
from layers import style
from layers.words import Words


class ShapeGrade(StrEnum):
    """What a shape is, or the shapes of a layer together."""

    SCHEMATIC = "schematic"
    MIXED = "mixed"
    OFFICIAL = "official"


_OTHERWISE: Final = {
    "layer.structure": "layer.structure_plain",
    "layer.boundary": "layer.boundary_official",
    "map.schematic": "map.official",
    "detail.schematic": "detail.official",
    "filter.place_note": "filter.place_plain",
    "print.internal": "print.internal_official",
    "webpage.internal": "print.internal_official",
    "deck.membership": "deck.membership_plain",
    "deck.district": "deck.district_plain",
    "deck.alt_structure_map": "deck.alt_structure_plain",
    "structure.area": "structure.area_plain",
    "structure.length": "structure.length_plain",
    "structure.column_extent": "structure.extent_plain",
    "structure.measured": "structure.measured_plain",
    "structure.presented_note": "structure.presented_plain",
    "structure.apart_note": "structure.apart_plain",
    "structure.table_note": "structure.table_plain",
    "sheet.element_shown": "sheet.element_plain",
    "print.legend_element": "print.legend_element_plain",
    "help.read_schematic": "help.read_extent",
    "help.read_schematic_text": "help.read_extent_text",
}
"""The words in place of those that call a shape schematic, where not all that they are said of are."""
_OFFICIAL: Final = {"layer.structure": "layer.structure_official"}
"""Those in place of these, where all are official."""


def element_grade(element: Element) -> ShapeGrade:
    """Return what an element's shape is."""
    return ShapeGrade.SCHEMATIC if element.schematic else ShapeGrade.OFFICIAL


def structure_grade(data: Dataset) -> ShapeGrade:
    """Return what the structure's shapes are."""
    grades = {element_grade(placed.element) for placed in data.elements}
    return ShapeGrade.MIXED if len(grades) > 1 else next(iter(grades), ShapeGrade.SCHEMATIC)


def boundary_grade(data: Dataset) -> ShapeGrade:
    """Return what the district's boundary is."""
    says = data.base.get("boundary", {}).get("grade")
    return ShapeGrade.OFFICIAL if says == ShapeGrade.OFFICIAL else ShapeGrade.SCHEMATIC


def layer_grade(data: Dataset, code: str) -> ShapeGrade:
    """Return what a layer's shapes are; layers that nothing calls schematic are not asked for."""
    return structure_grade(data) if code == "structure" else boundary_grade(data)


def graded(identifier: str, grade: ShapeGrade) -> str:
    """Return the identifier of the words for shapes of a grade, by that of the words for schematic ones."""
    if grade is ShapeGrade.SCHEMATIC:
        return identifier
    otherwise = _OTHERWISE.get(identifier, identifier)
    return _OFFICIAL.get(identifier, otherwise) if grade is ShapeGrade.OFFICIAL else otherwise


def named_by_grade(words: Words, name: str, element: Element) -> str:
    """Return an element's name as it stands on a map, with the mark behind it where the shape is schematic."""
    return name + words("map.schematic_short") if element.schematic else name


def structure_in_grades(data: Dataset, words: Words) -> str:
    """Return of what kind the structure's shapes are, in a sentence without a stop."""
    return words(f"shape.structure_{structure_grade(data)}")


def shapes_in_grades(data: Dataset, words: Words) -> str:
    """Return of what kind boundary and structure are, and what that means for publishing a map."""
    boundary, structure = boundary_grade(data), structure_grade(data)
    if boundary is structure is ShapeGrade.SCHEMATIC:
        return words("about.rule_boundary")
    said = words(f"shape.boundary_{boundary}")
    return words("about.rule_shapes", boundary=said, structure=structure_in_grades(data, words))


# ---- how it is drawn ----


def group_colour(data: Dataset, group: str) -> str:
    """Return the colour of the group named `group`."""
    names = [known.name for known in data.district.groups]
    return style.STRUCTURE[names.index(group) % len(style.STRUCTURE)] if group in names else style.STRUCTURE[-1]


def schematic_style(data: Dataset, element: Element) -> style.StructureStyle:
    """Return how an element is drawn where its shape is schematic: by what the shape is, in the group's colour."""
    return style.structure_style(group_colour(data, element.group), is_line=element.kind == "line")


def element_style(data: Dataset, element: Element) -> style.StructureStyle:
    """Return how an element is drawn: an official shape as a surveyed line."""
    looks = schematic_style(data, element)
    return looks if element.schematic else looks.surveyed()


def legend_code(element: Element) -> str:
    """Return the code by which a drawn map says that it shows such an element."""
    return f"structure.{element.group}.{element.kind}.{element_grade(element)}"


@dataclass(frozen=True)
class LegendEntry:
    """An entry of the legend: the lines or the areas of one group that are of one grade."""

    code: str
    group: Group
    looks: style.StructureStyle
    mark: str | None

    def name_in(self, words: Words) -> str:
        """Return what it is called: the group's name, with its grade where there are shapes of both."""
        name = name_in(words.language, self.group.name, self.group.names)
        return name + words(self.mark) if self.mark else name


def legend_entries(data: Dataset) -> Iterator[LegendEntry]:
    """Yield the legend's entries of the structure, in the order of the groups; those without elements are left out."""
    is_mixed = structure_grade(data) is ShapeGrade.MIXED
    for group in data.district.groups:
        of_group = [placed.element for placed in data.elements if placed.element.group == group.name]
        seen = {legend_code(each): each for each in sorted(of_group, key=lambda each: not each.schematic)}
        for code, element in seen.items():
            mark = "map.schematic_short" if element.schematic else "map.official_short"
            yield LegendEntry(code, group, element_style(data, element), mark if is_mixed else None)
