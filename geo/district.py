"""What a district's ``district.json`` says: its names, its plan and the plan's groups and boxes."""

import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from geo.crs_candidates import ZONE_WIDTH, Datum, zone_of
from geo.indicators import Attribute
from geo.layout import Group
from geo.names import ForeignLanguage
from geo.phase import StandsInPlan
from geo.project import KebabId, Localised, Record, Text

FIRST_PLAN_YEAR = 1951
YEARS = 5


class Plan(Record):
    """The five-year plan that all projects come from.

    `five_year` is its number (14 for 2021–2025); `review` are the chapters and sections of its running text that look
    back on the years of the plan before.
    """

    title: Text
    titles: dict[ForeignLanguage, Text]
    number: Text
    date: datetime.date
    five_year: Annotated[int, Field(ge=12, le=19)]
    review: tuple[tuple[int, int], ...] = ()

    @property
    def first_year(self) -> int:
        """The first of its five years."""
        return FIRST_PLAN_YEAR + YEARS * self.five_year


class Titled(Record):
    """A box of the plan: its title, and what it lists.

    Attributes
    ----------
    programmes : how many works for the whole district it lists; None where it lists projects
    headings : the headings that its projects stand under
    has_groups : whether it prints the structure's groups above them
    is_review : whether it looks back on the years of the plan before
    """

    title: Text
    titles: dict[ForeignLanguage, Text]
    programmes: int | None = None
    headings: tuple[Text, ...] = ()
    has_groups: bool = False
    is_review: bool = False


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
    """One district.

    `centre` is lon, lat (EPSG:4326). Lengths are computed in `metric_crs`, the CGCS2000 3-degree zone (x without the
    zone's number) that it lies in or beside.
    """

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

    @model_validator(mode="after")
    def _measured_where_it_lies(self) -> Self:
        zone = zone_of(Datum.CGCS2000, self.metric_crs)
        if zone is None or zone.prefixed or abs(zone.meridian - self.centre[0]) > ZONE_WIDTH:
            raise ValueError(f"metric_crs {self.metric_crs} is no CGCS2000 3-degree zone (EPSG:4534 to 4554) at centre")
        return self

    @property
    def meridian(self) -> int:
        """The central meridian of `metric_crs`."""
        zone = zone_of(Datum.CGCS2000, self.metric_crs)
        return zone.meridian if zone else 0

    @property
    def listing_boxes(self) -> tuple[int, ...]:
        """The boxes that list projects under headings."""
        return tuple(number for number, box in self.boxes.items() if box.headings)

    def looks_back(self, mention: StandsInPlan) -> bool:
        """Return whether a mention stands where the plan reviews the five years before it."""
        if mention.box is not None:
            return mention.box in self.boxes and self.boxes[mention.box].is_review
        return (mention.chapter, mention.section) in self.plan.review


class Source(Record):
    """Where some data files come from, for the reader and for every export's credit.

    `credit` is what maps and exports say of them, beside the credit of OpenStreetMap, which needs no asking.
    """

    files: tuple[Text, ...]
    title: Localised
    source: Localised
    licence: Localised
    edits: Localised
    gaps: Localised
    credit: Localised | None = None
