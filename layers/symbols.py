"""Marker shapes as points on a unit frame: one list for canvas, SVG and print."""

import math
from typing import Final

Points = tuple[tuple[float, float], ...]


def _regular(corners: int, *, start_deg: float, radius: float) -> Points:
    turn = 2 * math.pi / corners
    first = math.radians(start_deg)
    return tuple(
        (round(radius * math.cos(first + i * turn), 3), round(radius * math.sin(first + i * turn), 3))
        for i in range(corners)
    )


def _cross(arm: float, length: float) -> Points:
    a, b = arm, length
    return ((-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a))


# Screen orientation: x to the right, y down; sizes balanced so that all shapes weigh about the same.
SHAPES: Final[dict[str, Points]] = {
    "circle": _regular(24, start_deg=0, radius=0.94),
    "square": _regular(4, start_deg=45, radius=1.16),
    "diamond": _regular(4, start_deg=0, radius=1.18),
    "triangle": _regular(3, start_deg=-90, radius=1.24),
    "triangle-down": _regular(3, start_deg=90, radius=1.24),
    "pentagon": _regular(5, start_deg=-90, radius=1.08),
    "hexagon": _regular(6, start_deg=0, radius=1.05),
    "cross": _cross(0.4, 1.05),
}


def svg_symbol(
    shape: str,
    *,
    fill: str,
    outline: str,
    width: float,
    dash: tuple[float, ...] = (),
    size: int = 18,
    radius: float = 6,
) -> str:
    """Return a small inline SVG of one marker; `fill` may be ``none`` for a hollow one."""
    middle = size / 2
    points = " ".join(f"{middle + x * radius:.1f},{middle + y * radius:.1f}" for x, y in SHAPES[shape])
    dashes = f' stroke-dasharray="{" ".join(f"{d:g}" for d in dash)}"' if dash else ""
    return (
        f'<svg width="{size}" height="{size}" viewBox="0 0 {size} {size}" aria-hidden="true">'
        f'<polygon points="{points}" fill="{fill}" stroke="{outline}" stroke-width="{width:g}"{dashes}'
        ' stroke-linejoin="round"/></svg>'
    )
