"""How everything looks, said once: the web map, its legend, the list and the print map all read this.

Colour says *what* (sector), stroke says *how far along* (stage), fill says *how sure* (grade).
"""

from dataclasses import dataclass, replace
from typing import Final

from geo.vocabulary import Grade, Sector, Stage

SEA: Final = "#D9E6EE"
LAND: Final = "#EFEDE7"
DISTRICT: Final = "#FBFAF7"
SHORE: Final = "#A9BECB"
ROAD: Final = "#FFFFFF"
ROAD_CASING: Final = "#BDB8AE"
METRO: Final = "#5B6678"
BOUNDARY: Final = "#5E4B8B"
BOUNDARY_BAND: Final = "#DAD3E8"
LANDMARK: Final = "#5C6770"
TEXT: Final = "#1F2A33"
TEXT_SECONDARY: Final = "#5A6670"
TITLE: Final = "#14406B"
HALO: Final = "#FFFFFF"
SELECTION: Final = "#D1410C"
UNSTATED: Final = "#6B7278"
DRAWING: Final = "#0B5FA5"
SKETCH_BEFORE: Final = "#4B555C"
SKETCH_AFTER: Final = "#C2007A"

LINE: Final = "#C9D3DA"
HAIRLINE: Final = "#E1E6EA"
HOVER: Final = "#F3F6F8"
ACCENT_TINT: Final = "#EEF3F8"
PICKED_TINT: Final = "#FDEEE7"

ROAD_WIDTH_PX: Final = {"trunk": 4.0, "primary": 3.4, "secondary": 2.6, "tertiary": 1.8}
ROAD_CASING_PX: Final = 1.4

SITE_RADIUS_PX: Final = 7.0
PRESENT_SCALE: Final = 1.8
FILL_OPACITY: Final = 0.54
FADED_OPACITY: Final = 0.4
PARCEL_WIDTH_PX: Final = 1.2
PARCEL_FILL_OPACITY: Final = 0.12
OUTLINE_SHADE: Final = 0.543


def shade(colour: str, factor: float) -> str:
    """Return `colour` (``#RRGGBB``) with each channel multiplied by `factor` (0–1)."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(channel * factor):02X}" for channel in channels)


@dataclass(frozen=True)
class SectorStyle:
    """A sector's hue and its marker shape (a name of ``layers.symbols``)."""

    colour: str
    shape: str

    @property
    def outline(self) -> str:
        """The darker hue of outlines and labels, at least 4.5:1 against every ground."""
        return shade(self.colour, OUTLINE_SHADE)


SECTORS: Final[dict[Sector, SectorStyle]] = {
    Sector.COMMERCE: SectorStyle("#E8B500", "square"),
    Sector.HEALTH: SectorStyle("#117733", "cross"),
    Sector.CULTURE: SectorStyle("#B5548F", "diamond"),
    Sector.TECHNOLOGY: SectorStyle("#332288", "triangle"),
    Sector.HOUSING: SectorStyle("#56B4E9", "pentagon"),
    Sector.BUSINESS: SectorStyle("#882255", "hexagon"),
    Sector.LAND: SectorStyle("#84A860", "triangle-down"),
    Sector.INFRASTRUCTURE: SectorStyle("#7058CC", "circle"),
}


@dataclass(frozen=True)
class StageStyle:
    """A stage's outline: width in px (screen) or pt (print), dash lengths in the same unit."""

    width: float
    dash: tuple[float, ...] = ()
    colour: str | None = None


STAGES: Final[dict[Stage, StageStyle]] = {
    Stage.DONE: StageStyle(1.0),
    Stage.ACTIVE: StageStyle(2.2),
    Stage.PIPELINE: StageStyle(1.8, (5, 2)),
    Stage.UNSTATED: StageStyle(1.6, (2, 1.6), UNSTATED),
}

SURVEYED_WIDTH: Final = 1.6
FILLED_GRADES: Final = frozenset({Grade.EXACT, Grade.NEAR})


@dataclass(frozen=True)
class StructureStyle:
    """How the schematic lines or areas of one group of the spatial structure are drawn."""

    colour: str
    fill_opacity: float = 0.16
    width: float = 1.0
    dash: tuple[float, ...] = (2, 2)
    hatch: bool = True
    arrow_ends: bool = False

    def surveyed(self) -> "StructureStyle":
        """Return how the group's official shapes are drawn: by a whole line, without hatch or arrow ends."""
        return replace(self, width=max(self.width, SURVEYED_WIDTH), dash=(), hatch=False, arrow_ends=False)


STRUCTURE: Final = ("#14406B", "#1E8A8A", "#C4622D", "#7A6FA8")
"""The colours of the structure's groups, in their order."""


def structure_style(colour: str, *, is_line: bool) -> StructureStyle:
    """Return how schematic elements are drawn: a line as an axis, an area filled."""
    if not is_line:
        return StructureStyle(colour)
    return StructureStyle(colour, fill_opacity=0, width=6.0, dash=(14, 5), hatch=False, arrow_ends=True)


_CSS_NAMES: Final = {
    "sea": SEA,
    "text": TEXT,
    "secondary": TEXT_SECONDARY,
    "title": TITLE,
    "selection": SELECTION,
    "line": LINE,
    "hairline": HAIRLINE,
    "hover": HOVER,
    "accent-tint": ACCENT_TINT,
    "picked": PICKED_TINT,
    "sketch-before": SKETCH_BEFORE,
    "sketch-after": SKETCH_AFTER,
}


def css_variables() -> str:
    """Return the colours that style sheets use, as CSS custom properties (``--title:#14406B;`` …)."""
    return "".join(f"--{name}:{colour};" for name, colour in _CSS_NAMES.items())
