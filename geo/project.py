"""What a project is: the one pydantic model behind ``data/projects.geojson``."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from geo.names import ForeignLanguage, name_in
from geo.parcel import distance_m, outline
from geo.phase import latest_phase, phases_of
from geo.vocabulary import PLACED_GRADES, STAGE_OF_PHASE, Grade, Phase, Sector, Stage

KebabId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
NEAR_LIMIT_M = 250


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Localised(Record):
    """A sentence of ours in the two languages every record must carry, and in those it has besides."""

    zh: Text
    en: Text
    ja: Text | None = None
    ko: Text | None = None
    ru: Text | None = None

    def in_language(self, language: str) -> str:
        """Return the text in `language`, the English one where it has none."""
        text: str | None = getattr(self, language, None)
        return text or self.en


class Mention(Record):
    """One place where the plan names a project.

    A mention in a box holds `box` and `heading` (and `group` where the box prints one);
    a mention in the running text holds `chapter` and `section` instead. `phase` is what its heading states, where
    that is none of the usual ones (``geo.phase.PHASE_OF_HEADING``).
    """

    box: int | None = None
    heading: Text | None = None
    group: Text | None = None
    chapter: int | None = None
    section: int | None = None
    phase: Phase | None = None
    name: Text

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Self:
        if (self.box is None) == (self.chapter is None):
            raise ValueError("a mention stands either in a box or in a chapter of the running text")
        if self.phase and not self.heading:
            raise ValueError("only a heading states a phase")
        return self


class Location(Record):
    """Where a project is, how well that is known, and from what.

    `source_crs` is the system that the source counts in: a code such as ``EPSG:4549``, ``GCJ-02`` or ``BD-09``, or
    the name of a city grid. The point itself is WGS 84 whatever it says.
    """

    grade: Grade
    accuracy_m: Annotated[int, Field(gt=0)] | None = None
    basis: Localised
    address: Text | None = None
    source: Text | None = None
    source_crs: ShortText | None = None
    checked: date

    @model_validator(mode="after")
    def _evidence_for_every_point(self) -> Self:
        placed = self.grade in PLACED_GRADES
        if placed and (self.accuracy_m is None or self.source is None or self.source_crs is None):
            raise ValueError(f"a location graded {self.grade} needs accuracy_m, source and source_crs")
        if not placed and self.accuracy_m is not None:
            raise ValueError(f"a location graded {self.grade} has no point, so no accuracy_m")
        if self.grade is Grade.NEAR and self.accuracy_m is not None and self.accuracy_m > NEAR_LIMIT_M:
            raise ValueError(f"near means within {NEAR_LIMIT_M} m; accuracy_m is {self.accuracy_m}")
        return self


class CurrentStatus(Record):
    """What is known of a project after the plan; filled by the office, never by us."""

    value: Text
    date: date
    source: Text


class Offer(Record):
    """What an investor can be offered at a site; filled by the office, never by us. `date` is when it held."""

    site_area_m2: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    plot_ratio: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    land_use: Localised | None = None
    investment_sought: Localised | None = None
    contact: Localised | None = None
    date: date
    source: Text

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        told = (self.site_area_m2, self.plot_ratio, self.land_use, self.investment_sought, self.contact)
        if not any(told):
            raise ValueError("an offer fills at least one of its fields")
        return self


class Parcel(Record):
    """The plot of a project as the office has it: a GeoJSON Polygon or MultiPolygon (EPSG:4326), from what, of when."""

    geometry: dict[str, Any]
    source: Text
    date: date

    @field_validator("geometry")
    @classmethod
    def _is_an_outline(cls, geometry: dict[str, Any]) -> dict[str, Any]:
        outline(geometry)
        return geometry

    def distance_m(self, lon: float, lat: float) -> float:
        """Return how far a point (degrees, EPSG:4326) lies outside the parcel, 0 inside."""
        return distance_m(lon, lat, outline(self.geometry))


class Added(Record):
    """By what and when the office added a project that the plan does not name."""

    source: Text
    date: date


class Project(Record):
    """A project of the plan, or one that the office added, as the ``properties`` of its feature plus ``id`` and point.

    `lon`, `lat` are WGS 84 degrees (EPSG:4326), both None where the project has no place.
    The phase is that of the mentions; an added project has none, and its phase is as stored.
    """

    id: KebabId
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    name: Text
    names: dict[ForeignLanguage, Text]
    sector: Sector
    phase: Phase
    group: Text | None
    element: KebabId | None
    element_basis: Localised | None
    current_status: CurrentStatus | None
    mentions: tuple[Mention, ...]
    location: Location
    summary: Localised
    offer: Offer | None = None
    parcel: Parcel | None = None
    added: Added | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "en" not in self.names:
            raise ValueError("names needs an English name (en)")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a point needs both lon and lat")
        if (self.lon is not None) != (self.location.grade in PLACED_GRADES):
            raise ValueError(f"geometry and grade disagree: grade is {self.location.grade}")
        if (self.element is None) != (self.element_basis is None):
            raise ValueError("element and element_basis go together")
        return self

    @model_validator(mode="after")
    def _of_the_plan_or_added(self) -> Self:
        if bool(self.mentions) == bool(self.added):
            raise ValueError("a project has mentions in the plan, or else says who added it (added); never both")
        derived = latest_phase(self.mentions) if self.mentions else self.phase
        if self.phase is not derived:
            raise ValueError(f"stored phase {self.phase} differs from the mentions' latest, {derived}")
        return self

    @model_validator(mode="after")
    def _stands_in_its_parcel(self) -> Self:
        if self.parcel is None:
            return self
        if self.lon is None or self.lat is None:
            raise ValueError("only a project with a place has a parcel")
        away, allowed = self.parcel.distance_m(self.lon, self.lat), self.location.accuracy_m or 0
        if away > allowed:
            raise ValueError(f"the point is {away:.0f} m outside the parcel, more than its accuracy of {allowed} m")
        return self

    @property
    def stage(self) -> Stage:
        """The drawing stage of the stored (latest) phase."""
        return STAGE_OF_PHASE[self.phase]

    @property
    def phases_in_any_wording(self) -> frozenset[Phase]:
        """Every phase that some mention states; ``unstated`` alone where none does, that of an added one as stored."""
        return phases_of(self.mentions) if self.mentions else frozenset({self.phase})

    @property
    def placed(self) -> bool:
        """Whether the project has a point on the map."""
        return self.lon is not None

    def name_in(self, language: str) -> str:
        """Return the name in `language`: Chinese for ``zh``, else that language's, else English."""
        return name_in(language, self.name, self.names)
