"""Drawing with matplotlib, without pyplot or its global state: layers, text with a halo, lines and symbols."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D, IdentityTransform
from shapely import get_parts
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from exports.fonts import BOLD, font, printable, width_pt
from layers import style

HALO_SHARE: Final = 0.30
HALO_OPACITY: Final = 0.9
LAYER_PREFIX: Final = "layer."
MIDDLE_EM: Final = 0.36
"""Half the height of capitals, figures and hanzi, in sizes of the type."""
BEFORE_ANCHOR: Final = {"left": 0.0, "center": 0.5, "right": 1.0}


class Layer(Artist):
    """Artists drawn one after another as one named layer, which SVG and PDF files keep as such.

    Cheaper than adding each to the axes, which would measure and sort them.
    """

    def __init__(self, axes: Axes, name: str) -> None:
        super().__init__()
        self.name, self.on = name, axes
        self._children: list[Artist] = []
        self.set_gid(LAYER_PREFIX + name)
        axes.add_artist(self)

    def add(self, artist: Artist, *, clip: bool = True) -> None:
        """Add one artist, clipped to the axes unless told otherwise."""
        if not artist.is_transform_set():
            artist.set_transform(self.on.transData)
        artist.set_figure(self.figure)
        artist.axes = self.on
        if clip:
            artist.set_clip_path(self.on.patch)
        self._children.append(artist)

    def draw(self, renderer: RendererBase) -> None:
        """Draw the children inside a named group."""
        if not self.get_visible() or not self._children:
            return
        renderer.open_group(self.name, gid=self.get_gid())
        for child in self._children:
            child.draw(renderer)
        renderer.close_group(self.name)


def polygon_path(geometries: Iterable[BaseGeometry]) -> Path:
    """Return one path of all polygons, holes kept."""
    rings = [
        np.asarray(ring.coords)[:, :2]
        for polygon in get_parts(list(geometries))
        if isinstance(polygon, Polygon) and not polygon.is_empty
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    if not rings:
        return Path(np.zeros((0, 2)))
    codes = [
        np.array([Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY], dtype=Path.code_type)
        for ring in rings
    ]
    return Path(np.concatenate(rings), np.concatenate(codes))


def fill(geometries: Iterable[BaseGeometry], colour: str, *, opacity: float = 1, **options: Any) -> PathPatch:
    """Return polygons filled with one colour, without an outline unless `options` say so."""
    options = {"linewidth": 0, **options}
    return PathPatch(polygon_path(geometries), facecolor=(colour, opacity), **options)


def lines_of(geometries: Iterable[BaseGeometry]) -> list[np.ndarray[Any, Any]]:
    """Return every line, or outline of a polygon, as an (n, 2) array."""
    parts = get_parts(list(geometries))
    lines = [part for part in parts if isinstance(part, LineString)]
    lines += [ring for part in parts if isinstance(part, Polygon) for ring in (part.exterior, *part.interiors)]
    return [np.asarray(line.coords)[:, :2] for line in lines]


def strokes(
    geometries: Iterable[BaseGeometry],
    colour: str,
    width_pt: float,
    *,
    dash: Sequence[float] = (),
    opacity: float = 1,
    cap: str = "round",
) -> LineCollection:
    """Return lines or outlines in one style; `dash` counts in points."""
    pattern = (0, tuple(d / width_pt for d in dash)) if dash else "solid"
    return LineCollection(
        lines_of(geometries), colors=[(colour, opacity)], linewidths=width_pt, linestyles=[pattern], capstyle=cap
    )


def symbol(
    points: Sequence[tuple[float, float]],
    at: Sequence[tuple[float, float]],
    radius_pt: float,
    *,
    colour: str | None,
    outline: str,
    width_pt: float,
    dash: Sequence[float] = (),
    transform: Any,
) -> list[PathCollection]:
    """Return markers at the places `at`, white ground first; `points` are the symbol's corners, y downwards."""
    corners = [(x * radius_pt, -y * radius_pt) for x, y in points]
    path = Path([*corners, corners[0]], closed=True)
    looks: dict[str, Any] = {"sizes": (1,), "offsets": list(at), "offset_transform": transform}
    pattern = (0, tuple(d * 0.7 / width_pt for d in dash)) if dash else "solid"
    ground = PathCollection([path], facecolors=[("#FFFFFF", 0.92)], linewidths=0, **looks)
    drawn = PathCollection(
        [path],
        facecolors=[(colour, style.FILL_OPACITY)] if colour else "none",
        edgecolors=outline,
        linewidths=width_pt,
        linestyles=[pattern],
        joinstyle="round",
        **looks,
    )
    for artist in (ground, drawn):
        artist.set_transform(IdentityTransform())
    return [ground, drawn]


class Line(Text):
    """One line of text on its baseline, set by our own widths; matplotlib would measure each text anew to draw it."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the line."""
        words = self.get_text()
        if not self.get_visible() or not words.strip():
            return
        prop = self.get_fontproperties()
        x, y = map(float, self.get_transform().transform(self.get_unitless_position()))
        share = BEFORE_ANCHOR[self.get_horizontalalignment()]
        if share:
            width = width_pt(words, prop.get_size_in_points(), bold=prop.get_weight() == BOLD)
            shift = cast(float, renderer.points_to_pixels(width)) * share
            turn = math.radians(self.get_rotation())
            x, y = x - shift * math.cos(turn), y - shift * math.sin(turn)
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        self._set_gc_clip(gc)  # type: ignore[attr-defined]
        self._draw_at(renderer, gc, x, y)
        gc.restore()

    def _draw_at(self, renderer: RendererBase, gc: GraphicsContextBase, x: float, y: float) -> None:
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        words, angle = self.get_text(), self.get_rotation()
        renderer.draw_text(gc, x, y, words, self.get_fontproperties(), angle, mtext=self)


class Halo(Line):
    """The outline under a line of text, which keeps it legible on lines and fills."""

    def _draw_at(self, renderer: RendererBase, gc: GraphicsContextBase, x: float, y: float) -> None:
        size_pt = self.get_fontproperties().get_size_in_points()
        is_bold = self.get_fontproperties().get_weight() == BOLD
        pixels = cast(float, renderer.points_to_pixels(1.0))
        gc.set_linewidth(pixels * max(1.6, size_pt * HALO_SHARE))
        gc.set_alpha(HALO_OPACITY)
        gc.set_joinstyle("round")
        place = Affine2D().scale(pixels).rotate_deg(self.get_rotation()).translate(x, y)
        renderer.draw_path(gc, outline_of(self.get_text(), size_pt, is_bold), place, None)


@lru_cache(maxsize=2000)
def outline_of(words: str, size_pt: float, is_bold: bool) -> Path:
    """Return the outline of a text that begins at the origin, in points."""
    return TextPath((0, 0), words, prop=font(size_pt, bold=is_bold))


def text(
    words: str,
    x: float,
    y: float,
    size_pt: float,
    *,
    colour: str = style.TEXT,
    bold: bool = False,
    halo: bool = False,
    across: str = "left",
    up: Literal["baseline", "middle"] = "baseline",
    angle_deg: float = 0,
    unit: float = 1.0,
) -> list[Line]:
    """Return one line of text, its halo first as an outline so that the text itself stays text in PDF.

    `up` says whether `y` is the baseline or half the height of letters; `unit` is how many data units make a point.
    """
    if up == "middle":
        drop, turn = size_pt * MIDDLE_EM * unit, math.radians(angle_deg)
        x, y = x + drop * math.sin(turn), y - drop * math.cos(turn)
    looks: dict[str, Any] = {
        "fontproperties": font(size_pt, bold=bold),
        "ha": across,
        "va": "baseline",
        "rotation": angle_deg,
        "rotation_mode": "anchor",
        "parse_math": False,
    }
    shown = printable(words)
    drawn = [Line(x, y, shown, color=colour, **looks)]
    if halo:
        drawn.insert(0, Halo(x, y, shown, color=style.HALO, **looks))
    return drawn


def page_axes(figure: Figure) -> Axes:
    """Return axes over the whole figure that count in points from the lower left."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width * 72)
    axes.set_ylim(0, height * 72)
    axes.axis("off")
    axes.patch.set_visible(False)
    return axes
