"""What a structure element is: the model behind ``data/layout.geojson``."""

from typing import Annotated, Literal

from pydantic import Field

from geo.names import ForeignLanguage, name_in
from geo.project import KebabId, Localised, Record, Text


class PlanPlace(Record):
    """A chapter and section of the plan."""

    chapter: int
    section: int


class OpenEdge(Record):
    """A part of an element's outline or line that no evidence fixes."""

    side: Localised
    length_m: Annotated[int, Field(gt=0)] | None = None


class Element(Record):
    """One element of the plan's spatial structure, without its geometry.

    The shape is schematic; `basis` is the recipe it was drawn by, `open_edges` what is guessed in it.
    `functions` and `leading_sectors` are the plan's terms in Chinese with our English beside each.
    """

    id: KebabId
    group: Text
    kind: Literal["line", "area"]
    name: Text
    names: dict[ForeignLanguage, Text]
    summary: Localised
    functions: tuple[Localised, ...]
    leading_sectors: tuple[Localised, ...]
    plan: PlanPlace
    basis: Localised
    open_edges: tuple[OpenEdge, ...]
    schematic: Literal[True]

    def name_in(self, language: str) -> str:
        """Return the name in `language`: Chinese for ``zh``, else that language's, else English."""
        return name_in(language, self.name, self.names)


class Group(Record):
    """A group of elements as the plan prints it, e.g. in the headings of its box 4."""

    id: KebabId
    name: Text
    names: dict[ForeignLanguage, Text]
