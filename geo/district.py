"""What a district's ``district.json`` says: its names, its plan and the plan's groups and boxes."""

import datetime

from pydantic import Field

from geo.indicators import Attribute
from geo.layout import Group
from geo.names import ForeignLanguage
from geo.project import KebabId, Localised, Record, Text


class Plan(Record):
    """The plan that all projects come from."""

    title: Text
    titles: dict[ForeignLanguage, Text]
    number: Text
    date: datetime.date


class Titled(Record):
    """A box of the plan, its title, and how many programmes it lists (None where it lists projects)."""

    title: Text
    titles: dict[ForeignLanguage, Text]
    programmes: int | None = None


class Annex(Record):
    """An annex of the plan that lists indicators.

    `indicators` is how many; `attributes` how many of each kind the plan's text says, `stated_in` where.
    """

    title: Text
    titles: dict[ForeignLanguage, Text]
    indicators: int
    attributes: dict[Attribute, int] = Field(default_factory=dict)
    stated_in: Localised | None = None


class Structure(Record):
    """The plan's name for its spatial structure."""

    name: Text
    names: dict[ForeignLanguage, Text]


class District(Record):
    """One district. `centre` is lon, lat (EPSG:4326); `metric_crs` is where its lengths are computed."""

    id: KebabId
    name: Text
    short_name: Text
    names: dict[ForeignLanguage, Text]
    short_names: dict[ForeignLanguage, Text]
    centre: tuple[float, float]
    metric_crs: Text
    plan: Plan
    structure: Structure
    groups: tuple[Group, ...]
    boxes: dict[int, Titled]
    annexes: dict[int, Annex] = Field(default_factory=dict)


class Source(Record):
    """Where some data files come from, for the reader and for every export's credit."""

    files: tuple[Text, ...]
    title: Localised
    source: Localised
    licence: Localised
    edits: Localised
    gaps: Localised
