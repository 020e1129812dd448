"""What stands on a map besides the map: scale bar, north arrow, frame; all with round figures."""

import math
from dataclasses import dataclass
from typing import Final

from matplotlib.patches import Polygon, Rectangle

from exports.canvas import Layer, text
from exports.fonts import width_pt
from exports.labels import Box
from exports.mapframe import MapFrame
from layers import style
from layers.words import Words

ROUND: Final = (1, 1.2, 1.5, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9, 10)
BAR_STEPS: Final = (1, 2, 5, 10)
INSET_PT: Final = 8


def round_scale(least: float) -> float:
    """Return the smallest round n of 1:n that is at least `least`."""
    power = 10 ** math.floor(math.log10(least))
    return float(next(step * power for step in ROUND if step * power >= least * (1 - 1e-9)))


def round_length_m(most: float) -> float:
    """Return the longest of 1, 2 and 5 times a power of ten metres that is at most `most`."""
    power = 10 ** math.floor(math.log10(most))
    return float(max(step * power for step in BAR_STEPS if step * power <= most * (1 + 1e-9)))


def length_in_words(words: Words, length_m: float) -> str:
    """Return a round length with its unit."""
    if length_m >= 1000:
        return words("print.kilometres", n=words.number(length_m / 1000))
    return words("print.metres", n=words.number(length_m))


@dataclass(frozen=True)
class ScaleBar:
    """A bar of `length_m` in the map's lower left corner, with 1:n beside it on paper."""

    length_m: float
    bar_pt: float
    caption: str
    size_pt: float

    @classmethod
    def of(cls, frame: MapFrame, words: Words, size_pt: float, *, on_paper: bool) -> "ScaleBar":
        """Return the bar for a map."""
        length_m = round_length_m(frame.width_pt * 0.22 * frame.metres_per_pt)
        caption = words("print.scale", n=words.number(frame.scale)) if on_paper else ""
        return cls(length_m, length_m / frame.metres_per_pt, caption, size_pt)

    @property
    def box(self) -> Box:
        """Its room on the map."""
        width = self.bar_pt + 2 * INSET_PT + self.size_pt * 2.2
        if self.caption:
            width = max(width, width_pt(self.caption, self.size_pt) + 2 * INSET_PT)
        height = self.size_pt * (3.6 if self.caption else 2.3)
        return 4, 4, 4 + width, 4 + height

    def draw(self, layer: Layer, words: Words, left: float, bottom: float) -> None:
        """Draw it, the map's lower left corner being at (`left`, `bottom`)."""
        x0, y0, x1, y1 = self.box
        layer.add(
            Rectangle((left + x0, bottom + y0), x1 - x0, y1 - y0, facecolor=("#FFFFFF", 0.85), linewidth=0), clip=False
        )
        x, y = left + x0 + INSET_PT, bottom + y0 + self.size_pt * 0.55
        for i in range(4):
            shade = style.TEXT if i % 2 == 0 else "#FFFFFF"
            layer.add(
                Rectangle(
                    (x + self.bar_pt * i / 4, y),
                    self.bar_pt / 4,
                    3,
                    facecolor=shade,
                    edgecolor=style.TEXT,
                    linewidth=0.6,
                ),
                clip=False,
            )
        up = y + 3 + self.size_pt * 0.35
        for share, label in ((0, "0"), (1, length_in_words(words, self.length_m))):
            for artist in text(label, x + self.bar_pt * share, up, self.size_pt, across="center" if share else "left"):
                layer.add(artist, clip=False)
        if self.caption:
            for artist in text(self.caption, x, up + self.size_pt * 1.35, self.size_pt, bold=True):
                layer.add(artist, clip=False)


@dataclass(frozen=True)
class NorthArrow:
    """An arrow to true north in the map's upper right corner; `turn_deg` is clockwise from the sheet's top."""

    turn_deg: float
    size_pt: float

    def box(self, frame: MapFrame) -> Box:
        """Its room on the map."""
        return frame.width_pt - 34, frame.height_pt - 50, frame.width_pt - 4, frame.height_pt - 4

    def draw(self, layer: Layer, words: Words, frame: MapFrame, left: float, bottom: float) -> None:
        """Draw it, the map's lower left corner being at (`left`, `bottom`)."""
        x0, y0, x1, _ = self.box(frame)
        x, y, turn = left + (x0 + x1) / 2, bottom + y0 + 4, math.radians(self.turn_deg)

        def turned(dx: float, dy: float) -> tuple[float, float]:
            return x + dx * math.cos(turn) + dy * math.sin(turn), y - dx * math.sin(turn) + dy * math.cos(turn)

        tip, foot, notch = turned(0, 28), (turned(-7, 0), turned(7, 0)), turned(0, 6)
        for corner, colour in ((foot[0], style.TITLE), (foot[1], "#FFFFFF")):
            layer.add(
                Polygon([tip, corner, notch], closed=True, facecolor=colour, edgecolor=style.TITLE, linewidth=0.8),
                clip=False,
            )
        for artist in text(
            words("print.north"),
            *turned(0, 31),
            self.size_pt,
            bold=True,
            colour=style.TITLE,
            across="center",
            halo=True,
        ):
            layer.add(artist, clip=False)
