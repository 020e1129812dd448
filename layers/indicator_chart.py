"""The quiet charts of the indicators, as small SVG pictures: a bar with its target, and a row of squares.

They are ``<img>`` elements with the SVG in a data address and the text alternative in ``alt``, since Streamlit takes
inline SVG out of HTML.
"""

from collections.abc import Iterable
from html import escape
from typing import Final
from urllib.parse import quote

from layers import style

BAR_WIDTH_PX: Final = 168
BAR_HEIGHT_PX: Final = 18
SQUARE_PX: Final = 11
GAP_PX: Final = 3
BAR_COLOUR: Final = "#9DB2C6"
_MARGIN: Final = 3
_SQUARES: Final = {
    "filled": f'fill="{style.TITLE}" stroke="{style.TITLE}"',
    "hollow": f'fill="#FFFFFF" stroke="{style.TITLE}"',
    "dashed": f'fill="#FFFFFF" stroke="{style.TEXT_SECONDARY}" stroke-dasharray="2 2"',
}


def _picture(width: float, height: float, alt: str, drawn: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}">{drawn}</svg>'
    address = f"data:image/svg+xml,{quote(svg, safe='')}"
    return f'<img width="{width:g}" height="{height:g}" alt="{escape(alt)}" src="{address}">'


def bullet(value: float, target: float, alt: str) -> str:
    """Return a bar from zero to `value` and an upright line at `target`, on a scale of their own.

    The bar of a value below zero is hollow: it runs leftward, which on a scale of its own does not tell by itself.

    Parameters
    ----------
    alt : str
        What the chart says, in words.
    """
    low, high = min(0.0, value, target), max(0.0, value, target)
    scale = (BAR_WIDTH_PX - 2 * _MARGIN) / ((high - low) or 1)
    zero, end, goal = (_MARGIN + (number - low) * scale for number in (0.0, value, target))
    left, right = min(zero, end), max(zero, end)
    middle = BAR_HEIGHT_PX / 2
    look = f'fill="{BAR_COLOUR}"' if value >= 0 else f'fill="#FFFFFF" stroke="{style.TITLE}" stroke-dasharray="3 2"'
    return _picture(
        BAR_WIDTH_PX,
        BAR_HEIGHT_PX,
        alt,
        f'<path d="M{_MARGIN} {middle}H{BAR_WIDTH_PX - _MARGIN}" stroke="{style.HAIRLINE}"/>'
        f'<rect x="{left:.1f}" y="5" width="{right - left:.1f}" height="8" {look}/>'
        f'<path d="M{min(max(goal, left), right):.1f} {middle}H{goal:.1f}" stroke="{style.TITLE}"'
        ' stroke-dasharray="2 2"/>'
        f'<path d="M{zero:.1f} 2V16" stroke="{style.TEXT_SECONDARY}" stroke-width="0.8"/>'
        f'<path d="M{goal:.1f} 1V17" stroke="{style.TITLE}" stroke-width="2.4"/>',
    )


def squares(counts: Iterable[tuple[str, int]], alt: str) -> str:
    """Return one square a thing.

    Parameters
    ----------
    counts : pairs of a look (``filled``, ``hollow``, ``dashed``) and how many look so
    alt : str
        What the chart says, in words; empty for a mere sign.
    """
    looks = [_SQUARES[look] for look, count in counts for _ in range(count)]
    step = SQUARE_PX + GAP_PX
    drawn = "".join(
        f'<rect x="{1 + number * step}" y="1" width="{SQUARE_PX}" height="{SQUARE_PX}" stroke-width="1.2" {look}/>'
        for number, look in enumerate(looks)
    )
    return _picture(max(len(looks), 1) * step, SQUARE_PX + 2, alt, drawn)
