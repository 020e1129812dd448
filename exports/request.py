"""What is asked of an export: one frozen request for the page, the command line and every format."""

import datetime
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from geo.filter import ProjectFilter
from geo.load import Dataset
from geo.metric import STORAGE_CRS
from geo.opportunity import opportunities
from geo.project import Project, Record
from layers.words import DEFAULT_LANGUAGE, LANGUAGES, Words, words_in

SizeCode = Literal["slide", "a4-landscape", "a4-portrait", "a3-landscape", "a3-portrait"]
DataCrs = Annotated[str, Field(pattern=r"^EPSG:[0-9]{4,5}$")]
CGCS2000: Final = "EPSG:4490"
MAX_TITLE: Final = 120
MM_PER_INCH: Final = 25.4


@dataclass(frozen=True)
class PaperSize:
    """A sheet's width and height in millimetres, and how much larger its type is than a slide's."""

    width_mm: float
    height_mm: float
    type_scale: float = 1.0
    is_paper: bool = True

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height in inches."""
        return self.width_mm / MM_PER_INCH, self.height_mm / MM_PER_INCH


SIZES: Final[dict[SizeCode, PaperSize]] = {
    "slide": PaperSize(338.6667, 190.5, is_paper=False),  # 13.333 × 7.5 inches, a 16:9 slide
    "a4-landscape": PaperSize(297, 210),
    "a4-portrait": PaperSize(210, 297),
    "a3-landscape": PaperSize(420, 297, 1.15),
    "a3-portrait": PaperSize(297, 420, 1.15),
}


class Extent(Record):
    """Which part of the district a map shows.

    ``district`` shows all of it; ``element`` and ``site`` show what `id` names; ``view`` shows `bounds`,
    west, south, east, north in degrees (EPSG:4326).
    """

    kind: Literal["district", "element", "site", "view"] = "district"
    id: str | None = None
    bounds: tuple[float, float, float, float] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind in ("element", "site") and not self.id:
            raise ValueError(f"an extent of kind {self.kind} needs an id")
        if self.kind == "view":
            if self.bounds is None:
                raise ValueError("an extent of kind view needs bounds")
            west, south, east, north = self.bounds
            if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
                raise ValueError("bounds are west, south, east, north in degrees")
        return self


class Purpose(Record):
    """Who a map is for. A public one shows the boundary only with the review number (审图号) that it was given."""

    kind: Literal["internal", "public"] = "internal"
    review_number: Annotated[str, Field(max_length=60)] | None = None

    @property
    def shows_boundary(self) -> bool:
        """Whether the administrative boundary may be drawn."""
        return self.kind == "internal" or bool(self.review_number and self.review_number.strip())


class ExportRequest(Record):
    """Everything an export is made from, beside the data.

    `sites` are the ids of projects that get a page or slide of their own; empty means all that pass the filter.
    With `open_only` the list of opportunities leaves out what is under way.
    In `second_language` the sheets and slides of sites say everything once more.
    `hidden` are the map layers left out (``layers.webmap.LAYERS``). `crs` is for GeoPackage and Shapefile, one of
    ``crs_offered``.
    """

    filter: ProjectFilter = ProjectFilter()
    language: str = DEFAULT_LANGUAGE
    second_language: str | None = None
    title: Annotated[str, Field(max_length=MAX_TITLE)] | None = None
    size: SizeCode = "slide"
    extent: Extent = Extent()
    purpose: Purpose = Purpose()
    hidden: frozenset[str] = frozenset()
    sites: tuple[str, ...] = ()
    open_only: bool = False
    crs: DataCrs = "EPSG:4326"
    dpi: Literal[150, 300] = 150
    made_on: datetime.date = Field(default_factory=datetime.date.today)

    @model_validator(mode="after")
    def _two_languages(self) -> Self:
        if self.second_language not in (None, *LANGUAGES) or self.second_language == self.language:
            raise ValueError("the second language is another one of " + ", ".join(LANGUAGES))
        return self

    @property
    def words(self) -> Words:
        """The words of the request's language."""
        return words_in(self.language)

    @property
    def tongues(self) -> tuple[Words, ...]:
        """The words of the request's language, and of the second one where it has one."""
        return (self.words, words_in(self.second_language)) if self.second_language else (self.words,)

    @property
    def paper(self) -> PaperSize:
        """The sheet's size."""
        return SIZES[self.size]


def crs_offered(data: Dataset) -> tuple[str, ...]:
    """Return the systems that data can be written in: WGS 84, CGCS2000, and the district's own zone in metres."""
    return (STORAGE_CRS, CGCS2000, data.district.metric_crs)


class UnknownExtentError(ValueError):
    """An extent names an element or a site that does not exist or has no place."""


def wanted_projects(data: Dataset, request: ExportRequest) -> list[Project]:
    """Return the projects that pass the request's filter, placed or not, in the plan's order."""
    mask = data.index.mask(request.filter)
    return [project for project, passed in zip(data.projects, mask, strict=True) if passed]


def wanted_opportunities(data: Dataset, request: ExportRequest) -> list[Project]:
    """Return the opportunities that pass the request's filter, the most open first."""
    return opportunities(wanted_projects(data, request), open_only=request.open_only)


def chosen_projects(data: Dataset, request: ExportRequest) -> list[Project]:
    """Return the projects that get a page of their own: those named in `sites`, else all that pass the filter."""
    if not request.sites:
        return wanted_projects(data, request)
    by_id = {project.id: project for project in data.projects}
    return [by_id[site] for site in request.sites if site in by_id]


def extent_name(data: Dataset, request: ExportRequest) -> str:
    """Return what the map shows, in words: the district, an element, a site, or the current view."""
    words, extent = request.words, request.extent
    if extent.kind == "element":
        placed = data.element(extent.id)
        return placed.element.name_in(words.language) if placed else ""
    if extent.kind == "site":
        project = data.project(extent.id)
        return project.name_in(words.language) if project else ""
    return words(f"export.extent_{extent.kind}")
