"""What an import as a whole states of its rows, and the words of ours that stand where a row says nothing itself."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from pyproj import CRS

from geo.crs_candidates import Candidate, Datum
from geo.vocabulary import Grade, Phase, Sector

CRS_NAMES: Final = {Datum.GCJ02: "GCJ-02", Datum.BD09: "BD-09"}
CITY_GRID: Final = "city grid"
CRS_NAME_CHARS: Final = 80


@dataclass(frozen=True)
class ImportDefaults:
    """What stands where a row states nothing.

    Attributes
    ----------
    source : str
        What the file is and whose, e.g. 西岗区自然资源局宗地测绘.
    date : date
        When that held.
    grade, accuracy_m : Grade, int, optional
        How well the file's points are known; without them each row with a point has to say so itself.
    basis_zh, basis_en : str
        How the places are known, by default from the source.
    sector, phase : Sector, Phase, optional
        Of new projects; without them each row has to say so itself.
    grid_name : str
        What a city's own grid is called, where the coordinates are in one.
    """

    source: str
    date: date
    grade: Grade | None = None
    accuracy_m: int | None = None
    basis_zh: str = ""
    basis_en: str = ""
    sector: Sector | None = None
    phase: Phase | None = None
    grid_name: str = CITY_GRID

    @cached_property
    def day(self) -> str:
        """The date as a record has it."""
        return self.date.isoformat()

    @cached_property
    def last_day(self) -> str:
        """The last day on which anything can have been looked at: today, or the import's own."""
        return max(date.today(), self.date).isoformat()

    @property
    def added(self) -> dict[str, str]:
        """Who added a project, and when."""
        return {"source": self.source, "date": self.day}

    def basis(self) -> dict[str, str]:
        """Return by what a place is known."""
        made = {"zh": f"依据{self.source}（{self.day}）。", "en": f"By {self.source}, {self.day}."}
        zh, en = self.basis_zh.strip(), self.basis_en.strip()
        return {"zh": zh or en, "en": en or zh} if zh or en else made

    def no_place(self) -> dict[str, str]:
        """Return why a project has no place."""
        return {"zh": f"{self.source}未给出位置。", "en": f"{self.source} gives no place."}

    def summary(self) -> dict[str, str]:
        """Return what is said of a new project that comes without a word on it."""
        return {
            "zh": f"规划未列，据{self.source}（{self.day}）补录。",
            "en": f"Not named in the plan; recorded from {self.source}, {self.day}.",
        }


def crs_name(candidate: Candidate, defaults: ImportDefaults) -> str:
    """Return what a record calls the system that its point came in."""
    if candidate.grid is not None:
        return defaults.grid_name.strip()[:CRS_NAME_CHARS] or CITY_GRID
    if candidate.datum in CRS_NAMES:
        return CRS_NAMES[candidate.datum]
    if candidate.datum is not Datum.OTHER:
        return candidate.crs or ""
    crs = CRS.from_user_input(candidate.crs)
    authority = crs.to_authority()
    return (":".join(authority) if authority else crs.name)[:CRS_NAME_CHARS]
