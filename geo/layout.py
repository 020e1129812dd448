"""What a structure element is: the model behind ``data/layout.geojson``."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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

    A `schematic` shape is ours: `basis` is the recipe it was drawn by, `open_edges` what is guessed in it. Any other is
    an authority's; `basis` says whose.
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
    schematic: bool

    @model_validator(mode="after")
    def _guessed_only_where_schematic(self) -> Self:
        if self.open_edges and not self.schematic:
            raise ValueError("open_edges are guesses, so only a schematic shape has them")
        return self

    def name_in(self, language: str) -> str:
        """Return the name in `language`: Chinese for ``zh``, else that language's, else English."""
        return name_in(language, self.name, self.names)


class Group(Record):
    """A group of elements as the plan prints it, e.g. in the headings of its box 4."""

    id: KebabId
    name: Text
    names: dict[ForeignLanguage, Text]
