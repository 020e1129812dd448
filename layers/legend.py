"""The legend as data: every entry with its symbol, and the code whose presence on the map calls for it."""

from collections.abc import Sequence
from typing import Any

from geo.load import Dataset
from geo.vocabulary import Stage
from layers import style
from layers.shape_grade import legend_entries
from layers.symbols import svg_symbol
from layers.words import LANGUAGES, words_in

_LINE = '<svg width="26" height="14" aria-hidden="true">{}</svg>'


def _line_svg(colour: str, width: float, dash: Sequence[float] = (), casing: str | None = None) -> str:
    dashes = f' stroke-dasharray="{" ".join(f"{d:g}" for d in dash)}"' if dash else ""
    drawn = f'<path d="M1 7h24" stroke="{casing}" stroke-width="{width + 2:g}"/>' if casing else ""
    return _LINE.format(f'{drawn}<path d="M1 7h24" stroke="{colour}" stroke-width="{width:g}"{dashes}/>')


def _area_svg(looks: style.StructureStyle) -> str:
    at = (-5, 1, 7, 13, 19) if looks.hatch else ()
    lines = "".join(f'<path d="M{x} 13l12 -12" stroke="{looks.colour}" stroke-width="0.7"/>' for x in at)
    dash = ' stroke-dasharray="2 2"' if looks.dash else f' stroke-width="{looks.width:g}"'
    return (
        '<svg width="26" height="14" aria-hidden="true"><clipPath id="c"><rect x="1" y="1" width="24" height="12"/>'
        f'</clipPath><rect x="1" y="1" width="24" height="12" fill="{looks.colour}" fill-opacity="{looks.fill_opacity}"'
        f' stroke="{looks.colour}"{dash}/><g clip-path="url(#c)">{lines}</g></svg>'
    )


def _structure_items(data: Dataset) -> list[dict[str, Any]]:
    items = []
    for entry in legend_entries(data):
        looks = entry.looks
        svg = _area_svg(looks) if looks.fill_opacity else _line_svg(looks.colour, 4, (9, 3) if looks.dash else ())
        names = {language: entry.name_in(words_in(language)) for language in LANGUAGES}
        items.append({"when": "layer.structure", "svg": svg, "names": names})
    items.append({"when": "picked", "label": "legend.picked", "svg": _line_svg(style.SELECTION, 3)})
    return items


def _stage_svg(stage: Stage) -> str:
    looks = style.STAGES[stage]
    return svg_symbol(
        "circle", fill="none", outline=looks.colour or style.TEXT, width=looks.width, dash=looks.dash, radius=6.5
    )


def legend_sections(data: Dataset) -> list[dict[str, Any]]:
    """Return the legend, section by section.

    Each item has ``when`` (it is shown where the map shows that code), ``svg``, and either ``label``
    (an identifier of the catalogues) or ``names`` (by language).
    """
    sectors: list[dict[str, Any]] = [
        {
            "when": f"sector.{sector}",
            "label": f"sector.{sector}",
            "svg": svg_symbol(looks.shape, fill=looks.colour, outline=looks.outline, width=1.2),
        }
        for sector, looks in style.SECTORS.items()
    ]
    stages = [{"when": f"stage.{stage}", "label": f"stage.{stage}", "svg": _stage_svg(stage)} for stage in Stage]
    neutral = style.TEXT_SECONDARY
    certainty: list[dict[str, Any]] = [
        {
            "when": "filled",
            "label": "legend.filled",
            "svg": svg_symbol("circle", fill="#AEB6BD", outline=neutral, width=1.4),
        },
        {
            "when": "hollow",
            "label": "legend.hollow",
            "svg": svg_symbol("circle", fill="none", outline=neutral, width=1.4),
        },
        {"when": "stack", "label": "legend.stack", "svg": _stack_svg()},
        {"when": "parcel", "label": "legend.parcel", "svg": _parcel_svg()},
    ]
    sketch: list[dict[str, Any]] = [
        {"when": "sketch.before", "label": "legend.sketch_before", "svg": _dot_svg(style.SKETCH_BEFORE, 4.2)},
        {"when": "sketch.after", "label": "legend.sketch_after", "svg": _dot_svg(style.HALO, 4.2, style.SKETCH_AFTER)},
    ]
    base: list[dict[str, Any]] = [
        {
            "when": "layer.boundary",
            "label": "layer.boundary",
            "svg": _line_svg(style.BOUNDARY, 1.4, (7, 3, 1.5, 3), style.BOUNDARY_BAND),
        },
        {"when": "layer.roads", "label": "layer.roads", "svg": _line_svg(style.ROAD, 3, (), style.ROAD_CASING)},
        {"when": "layer.metro", "label": "layer.metro", "svg": _dot_svg(style.METRO, 4.2)},
        {"when": "layer.landmarks", "label": "layer.landmarks", "svg": _dot_svg(style.LANDMARK, 2.6)},
    ]
    return [
        {"title": "legend.sketch", "items": sketch},
        {"title": "layer.structure", "items": _structure_items(data)},
        {"title": "legend.sector", "items": sectors},
        {"title": "legend.stage", "items": stages},
        {"title": "legend.certainty", "items": certainty},
        {"title": "legend.base", "items": base},
    ]


def _parcel_svg() -> str:
    grey = style.TEXT_SECONDARY
    outline = f'fill="{grey}" fill-opacity="{style.PARCEL_FILL_OPACITY}" stroke="{grey}"'
    return _LINE.format(f'<path d="M3 12 5 2h15l3 4-3 6z" {outline} stroke-width="{style.PARCEL_WIDTH_PX}"/>')


def _stack_svg() -> str:
    ring = svg_symbol("circle", fill="none", outline=style.TEXT, width=1.4, radius=8)
    number = f'<text x="9" y="12.5" text-anchor="middle" font-size="10" font-weight="600" fill="{style.TEXT}">n</text>'
    return ring.replace("</svg>", number + "</svg>")


def _dot_svg(colour: str, radius: float, fill: str = "#fff") -> str:
    circle = f'<circle cx="7" cy="7" r="{radius}" fill="{fill}" stroke="{colour}" stroke-width="1.6"/>'
    return f'<svg width="14" height="14" aria-hidden="true">{circle}</svg>'
