"""The printed legend: the same entries as on screen, of what the map really shows."""

from collections.abc import Callable, Sequence
from typing import Final

from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon, Rectangle

from exports.canvas import Layer
from exports.mapframe import DrawnMap
from exports.mapsites import SITE_RADIUS_PT
from exports.panel import Row, heading, legend_row, marker_symbol, text_symbol
from geo.load import Dataset
from geo.vocabulary import Sector, Stage
from layers import style
from layers.shape_grade import ShapeGrade, graded, legend_entries
from layers.symbols import SHAPES
from layers.wording import layer_name
from layers.words import Words

DrawSymbol = Callable[[Layer, float, float], None]
HALF_PT: Final = 12


def legend_rows(
    data: Dataset,
    words: Words,
    drawn: DrawnMap,
    size_pt: float,
    width: float,
    *,
    figures: Sequence[Row] = (),
) -> list[Row]:
    """Return the legend's rows, sections without an entry left out; a section stays in one column.

    `figures` stand in place of the plain list of sectors, where they are given.
    """
    structure = _structure(data, words, drawn)
    first = [(layer_name(data, words, "structure"), structure)]
    rest = [
        *([] if figures else [(words("legend.sector"), sector_entries(words, drawn))]),
        (words("legend.stage"), _stages(words, drawn)),
        (words("legend.certainty"), _certainty(words, drawn)),
        (words("legend.base"), _base(data, words, drawn)),
    ]
    return [
        *_section_rows(first, size_pt, width),
        *figures,
        *_section_rows(rest, size_pt, width),
    ]


def plain_rows(data: Dataset, tongues: Sequence[Words], drawn: DrawnMap, size_pt: float, width: float) -> list[Row]:
    """Return the legend of a small map without titles, what the map is about first, in one language or two."""
    said = [_plain(data, words, drawn) for words in tongues]
    return [
        legend_row(" / ".join(dict.fromkeys(name for name, _ in names)), width, size_pt, names[0][1])
        for names in zip(*said, strict=True)
    ]


def _plain(data: Dataset, words: Words, drawn: DrawnMap) -> "Entries":
    return [
        *_certainty(words, drawn),
        *sector_entries(words, drawn),
        *_stages(words, drawn),
        *_structure(data, words, drawn),
        *_base(data, words, drawn),
    ]


def _section_rows(sections: Sequence[tuple[str, "Entries"]], size_pt: float, width: float) -> list[Row]:
    rows: list[Row] = []
    for title, entries in sections:
        if entries:
            rows.append(heading(title, width, size_pt * 1.06))
            last = len(entries) - 1
            rows += [legend_row(name, width, size_pt, draw, keep=i < last) for i, (name, draw) in enumerate(entries)]
    return rows


Entries = list[tuple[str, DrawSymbol]]


def _structure(data: Dataset, words: Words, drawn: DrawnMap) -> Entries:
    entries: Entries = []
    for entry in legend_entries(data):
        if entry.code in drawn.present:
            looks = entry.looks
            draw = _zone_symbol(looks) if looks.fill_opacity else _line_symbol(looks.colour, 3.4, looks.dash)
            entries.append((entry.name_in(words), draw))
    return entries


def sector_symbol(sector: Sector) -> DrawSymbol:
    """Return what draws a sector's symbol."""
    looks = style.SECTORS[sector]
    return marker_symbol(SHAPES[looks.shape], SITE_RADIUS_PT, colour=looks.colour, outline=looks.outline, width_pt=0.9)


def sector_entries(words: Words, drawn: DrawnMap) -> Entries:
    """Return the sectors that the map shows, with their symbols."""
    return [(words(f"sector.{s}"), sector_symbol(s)) for s in Sector if f"sector.{s}" in drawn.present]


def _stages(words: Words, drawn: DrawnMap) -> Entries:
    return [
        (
            words(f"stage.{stage}"),
            marker_symbol(SHAPES["circle"], SITE_RADIUS_PT, colour=None, outline=looks.colour or style.TEXT,
                          width_pt=looks.width * 0.75, dash=looks.dash),
        )
        for stage, looks in ((s, style.STAGES[s]) for s in Stage)
        if f"stage.{stage}" in drawn.present
    ]  # fmt: skip


def _certainty(words: Words, drawn: DrawnMap) -> Entries:
    circle = {"outline": style.TEXT_SECONDARY, "width_pt": 1.0}
    filled = marker_symbol(SHAPES["circle"], SITE_RADIUS_PT, colour=style.TEXT_SECONDARY, **circle)
    hollow = marker_symbol(SHAPES["circle"], SITE_RADIUS_PT, colour=None, **circle)
    ring = marker_symbol(SHAPES["circle"], 7, colour=None, outline=style.TEXT, width_pt=1.1)
    entries = [("filled", filled), ("hollow", hollow), ("stack", text_symbol("n", ring, 8))]
    return [
        *((words(f"legend.{code}"), draw) for code, draw in entries if code in drawn.present),
        *([(words("legend.parcel"), _parcel_symbol)] if "parcel" in drawn.present else []),
        *((name, draw) for code, name, draw in _marks(words) if code in drawn.present),
    ]


def _marks(words: Words) -> list[tuple[str, str, DrawSymbol]]:
    """Return what only detailed maps show: circles of accuracy, and the marks of what the sheet is about."""

    def circle(outline: str, width_pt: float, dash: tuple[float, ...] = ()) -> DrawSymbol:
        return marker_symbol(SHAPES["circle"], 7, colour=None, outline=outline, width_pt=width_pt, dash=dash)

    return [
        ("accuracy", words("print.legend_accuracy"), circle(style.TEXT_SECONDARY, 0.8, (4, 3))),
        ("picked_site", words("print.legend_site"), circle(style.SELECTION, 2)),
        *(
            (f"picked_element.{grade}", words(graded("print.legend_element", grade)),
             _line_symbol(style.SELECTION, 1.8, dash))
            for grade, dash in ((ShapeGrade.SCHEMATIC, (6, 4)), (ShapeGrade.OFFICIAL, ()))
        ),
    ]  # fmt: skip


def _base(data: Dataset, words: Words, drawn: DrawnMap) -> Entries:
    entries = [
        ("boundary", _line_symbol(style.BOUNDARY, 1.1, (7, 3, 1.5, 3), casing=style.BOUNDARY_BAND, casing_pt=5)),
        ("roads", _line_symbol(style.ROAD, 2.6, casing=style.ROAD_CASING, casing_pt=4.4)),
        ("metro", marker_symbol(SHAPES["circle"], 2.6, colour=None, outline=style.METRO, width_pt=1.0)),
        ("landmarks", marker_symbol(SHAPES["circle"], 1.7, colour=None, outline=style.LANDMARK, width_pt=1.0)),
    ]
    return [(layer_name(data, words, code), draw) for code, draw in entries if f"layer.{code}" in drawn.present]


def _line_symbol(
    colour: str, width_pt: float, dash: tuple[float, ...] = (), *, casing: str | None = None, casing_pt: float = 0
) -> DrawSymbol:
    pattern = (0, tuple(d * 0.6 / width_pt for d in dash)) if dash else "solid"

    def draw(layer: Layer, x: float, y: float) -> None:
        line = [[(x - HALF_PT, y), (x + HALF_PT, y)]]
        if casing:
            layer.add(LineCollection(line, colors=[casing], linewidths=casing_pt, capstyle="butt"), clip=False)
        layer.add(
            LineCollection(line, colors=[colour], linewidths=width_pt, linestyles=[pattern], capstyle="butt"),
            clip=False,
        )

    return draw


def _parcel_symbol(layer: Layer, x: float, y: float) -> None:
    grey = style.TEXT_SECONDARY
    corners = [(x - 9, y - 5), (x - 7, y + 5), (x + 6, y + 5), (x + 9, y - 1), (x + 6, y - 5)]
    plot = Polygon(corners, facecolor=(grey, style.PARCEL_FILL_OPACITY), edgecolor=grey,
                   linewidth=style.PARCEL_WIDTH_PX * 0.75)  # fmt: skip
    layer.add(plot, clip=False)


def _zone_symbol(looks: style.StructureStyle) -> DrawSymbol:
    def draw(layer: Layer, x: float, y: float) -> None:
        half = 5.5
        box = Rectangle((x - HALF_PT, y - half), 2 * HALF_PT, 2 * half, facecolor=(looks.colour, looks.fill_opacity),
                        edgecolor=looks.colour, linewidth=looks.width * 0.9,
                        linestyle=(0, looks.dash) if looks.dash else "solid")  # fmt: skip
        layer.add(box, clip=False)
        if not looks.hatch:
            return
        steps = [x - HALF_PT + shift for shift in range(-9, 24, 5)]
        slants = LineCollection(
            [[(start, y - half), (start + 2 * half, y + half)] for start in steps], colors=[(looks.colour, 0.45)],
            linewidths=0.5,
        )  # fmt: skip
        layer.add(slants, clip=False)
        slants.set_clip_path(box)

    return draw
