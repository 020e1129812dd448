"""The panel beside a map: rows of legend, figures, index and facts that flow through columns and leave none empty."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.patches import Rectangle

from exports.canvas import Layer, symbol, text
from exports.fonts import LINE_HEIGHT, fonts_of, width_pt, wrapped
from layers import style

SYMBOL_WIDTH_PT: Final = 26
INDENT_PT: Final = 22
JUSTIFIED_SHARE: Final = 0.2
MAX_GAP_PT: Final = 16.0
_LATIN_WORD = re.compile(r"[^\s\u2e80-\u9fff\uff00-\uffef]{1,15}")


@dataclass(frozen=True)
class Column:
    """A place for rows, in points from the page's lower left: left, top, width, height."""

    left: float
    top: float
    width: float
    height: float


Draw = Callable[[Layer, float, float, float], None]
"""Draws a row into a layer, given its left, top and width in points."""


@dataclass(frozen=True)
class Row:
    """One row of the panel. `keep` holds it together with the next one, as a heading must be.

    `above` is room before it, which the first row of a column goes without.
    """

    height: float
    draw: Draw
    keep: bool = False
    above: float = 0


def heading(words: str, width: float, size_pt: float) -> Row:
    """Return a section's title; one wider than `width` takes several lines."""
    broken = wrapped(words, width, size_pt, bold=True)

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        for i, line in enumerate(broken):
            y = top - size_pt * (1 + i * LINE_HEIGHT)
            put(layer, text(line, left, y, size_pt, colour=style.TITLE, bold=True))

    return Row(size_pt * (1.6 + (len(broken) - 1) * LINE_HEIGHT), draw, keep=True, above=size_pt * 0.7)


def lines(
    words: str,
    width: float,
    size_pt: float,
    *,
    colour: str = style.TEXT,
    bold: bool = False,
    indent: float = 0,
    max_lines: int | None = None,
) -> list[Row]:
    """Return a paragraph, one row a line."""
    broken = wrapped(words, width - indent, size_pt, bold=bold, max_lines=max_lines)

    def row(line: str, last: bool) -> Row:
        def draw(layer: Layer, left: float, top: float, _: float) -> None:
            put(layer, text(line, left + indent, top - size_pt, size_pt, colour=colour, bold=bold))

        return Row(size_pt * (LINE_HEIGHT + (0.35 if last else 0)), draw)

    return [row(line, i == len(broken) - 1) for i, line in enumerate(broken)]


def remark(words: str, width: float, size_pt: float) -> Row:
    """Return a paragraph in a quiet colour as one row, which is never cut."""
    broken = wrapped(words, width, size_pt)

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        for i, line in enumerate(broken):
            y = top - size_pt * (1 + i * LINE_HEIGHT)
            put(layer, text(line, left, y, size_pt, colour=style.TEXT_SECONDARY))

    return Row(size_pt * (LINE_HEIGHT * len(broken) + 0.35), draw)


def legend_row(
    words: str, width: float, size_pt: float, draw_symbol: Callable[[Layer, float, float], None], *, keep: bool = False
) -> Row:
    """Return a legend entry; `draw_symbol` draws into a layer around a centre."""
    broken = wrapped(words, width - SYMBOL_WIDTH_PT - 6, size_pt)
    height = size_pt * (0.24 + LINE_HEIGHT * len(broken))

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        middle = top - height / 2
        draw_symbol(layer, left + SYMBOL_WIDTH_PT / 2, middle)
        for i, line in enumerate(broken):
            y = middle + ((len(broken) - 1) / 2 - i) * size_pt * LINE_HEIGHT
            put(layer, text(line, left + SYMBOL_WIDTH_PT + 6, y, size_pt, up="middle"))

    return Row(height, draw, keep=keep)


def numbered_row(number: str, name: str, note: str, width: float, size_pt: float) -> list[Row]:
    """Return an index entry: its number, and the name with its note on as many lines as it takes."""
    broken = wrapped(name + note, width - INDENT_PT, size_pt)

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        put(layer, text(number, left + INDENT_PT - 6, top - size_pt, size_pt, bold=True, across="right"))
        for i, line in enumerate(broken):
            y = top - size_pt - i * size_pt * LINE_HEIGHT
            put(layer, text(line, left + INDENT_PT, y, size_pt))

    return [Row(size_pt * (LINE_HEIGHT * len(broken) + 0.12), draw)]


@dataclass(frozen=True)
class Bar:
    """A key figure: `count` out of `most`, of which `solid` are drawn solid."""

    count: int
    most: int
    solid: int
    colour: str


def bar_row(
    words: str,
    bar: Bar,
    width: float,
    size_pt: float,
    *,
    name_width: float,
    draw_symbol: Callable[[Layer, float, float], None],
) -> Row:
    """Return a legend entry with its key figure: symbol, name, bar and number."""
    indent = SYMBOL_WIDTH_PT * 0.85
    number_width = max(size_pt * 1.9, width_pt(str(bar.most), size_pt, bold=True) + 6)
    broken = wrapped(words, name_width, size_pt)
    height = max(size_pt * (0.24 + LINE_HEIGHT * len(broken)), size_pt * 1.62)
    full = (width - indent - name_width - 8 - number_width) * bar.count / max(bar.most, 1)
    outline = {"linewidth": 0.6, "edgecolor": style.shade(bar.colour, style.OUTLINE_SHADE)}

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        middle = top - height / 2
        draw_symbol(layer, left + indent * 0.42, middle)
        for i, line in enumerate(broken):
            y = middle + ((len(broken) - 1) / 2 - i) * size_pt * LINE_HEIGHT
            put(layer, text(line, left + indent, y, size_pt, up="middle"))
        at = (left + indent + name_width + 8, middle - size_pt * 0.36)
        for part, opacity in ((full, 0.12), (full * bar.solid / max(bar.count, 1), 0.75)):
            if part:
                box = Rectangle(at, part, size_pt * 0.72, facecolor=(bar.colour, opacity), **outline)  # type: ignore[arg-type]
                layer.add(box, clip=False)
        end = left + width
        put(layer, text(str(bar.count), end, middle, size_pt, bold=True, across="right", up="middle"))

    return Row(height, draw)


def fact_rows(
    facts: Sequence[tuple[str, str]],
    width: float,
    size_pt: float,
    *,
    ruled: bool = True,
    term_width: float | None = None,
) -> list[Row]:
    """Return terms and their values in two columns, a hairline below each; a long value takes several lines."""
    longest = widest((word for term, _ in facts for word in _LATIN_WORD.findall(term)), size_pt)
    term_width = max(term_width or min(max(width * 0.24, 44), 76) * (size_pt / 9), longest + 8)
    return [_fact_row(term, value, width, size_pt, term_width, ruled) for term, value in facts]


def _fact_row(term: str, value: str, width: float, size_pt: float, term_width: float, ruled: bool) -> Row:
    broken = wrapped(value, width - term_width, size_pt)
    terms = wrapped(term, term_width - 6, size_pt)
    count = max(len(broken), len(terms))
    height = size_pt * (LINE_HEIGHT * count + (0.62 if ruled else 0.32))

    def draw(layer: Layer, left: float, top: float, full: float) -> None:
        for i in range(count):
            y = top - size_pt * (1.12 + i * LINE_HEIGHT)
            if i < len(terms):
                put(layer, text(terms[i], left, y, size_pt, colour=style.TEXT_SECONDARY))
            if i < len(broken):
                put(layer, text(broken[i], left + term_width, y, size_pt))
        if ruled:
            draw_rule(layer, left, top - height, full)

    return Row(height, draw)


def draw_rule(layer: Layer, left: float, y: float, width: float, colour: str = style.HAIRLINE) -> None:
    """Draw a hairline."""
    layer.add(Rectangle((left, y), width, 0.4, facecolor=colour, linewidth=0), clip=False)


def beside(cells: Sequence[tuple[str, Row]], widths: Sequence[float], gap: float, *, ruled: bool = False) -> Row:
    """Return rows of several languages side by side as one, each given with its language."""
    height = max(row.height for _, row in cells)

    def draw(layer: Layer, left: float, top: float, full: float) -> None:
        if ruled:
            draw_rule(layer, left, top - height, full)
        for (language, row), width in zip(cells, widths, strict=True):
            with fonts_of(language):
                row.draw(layer, left, top, width)
            left += width + gap

    first = cells[0][1]
    return Row(height, draw, keep=first.keep, above=first.above)


def put(layer: Layer, artists: Iterable[Any]) -> None:
    """Add artists to a layer, unclipped."""
    for artist in artists:
        layer.add(artist, clip=False)


@dataclass(frozen=True)
class Filler:
    """Rows that fill what room is left, as many as fit but no fewer than `least`; `more` says how many did not fit.

    `pieces` are taken each by itself, those that fit, with `rows` as the heading of the first; none is cut.
    `stretch` makes one row for the room that is left in a column, or None where it is too little.
    """

    rows: Sequence[Row] = ()
    least: int = 1
    more: Callable[[int], Row] | None = None
    pieces: Sequence[Sequence[Row]] = ()
    stretch: Callable[[float], Row | None] | None = None


Placed = tuple[Row, Column, float]
"""A row, its column and its top."""


@dataclass(frozen=True)
class Flow:
    """Rows with their columns and tops, none of it drawn yet; `cut` rows found no room."""

    placed: list[Placed]
    cut: int = 0

    @property
    def fits(self) -> bool:
        """Whether every row found room."""
        return not self.cut

    def draw(self, layer: Layer) -> None:
        """Draw every placed row."""
        for row, column, top in self.placed:
            row.draw(layer, column.left, top, column.width)


class _Pen:
    """Where the next row goes."""

    def __init__(self, columns: Sequence[Column], number: int = 0, used: float = 0.0) -> None:
        self.columns, self.number, self.used = columns, number, used
        self.placed: list[Placed] = []

    def copy(self) -> "_Pen":
        return _Pen(self.columns, self.number, self.used)

    @property
    def room(self) -> float:
        """The height left in this column."""
        return self.columns[self.number].height - self.used if self.number < len(self.columns) else 0.0

    def put(self, rows: Sequence[Row]) -> int:
        """Place rows while there is room; a row that is kept with the next moves on with it. Return how many."""
        for i, row in enumerate(rows):
            need = _height_kept(rows, i) - (0 if self.used else row.above)
            while self.number < len(self.columns) and need > self.room:
                self.number, self.used = self.number + 1, 0.0
                need = _height_kept(rows, i) - row.above
            if self.number == len(self.columns):
                return i
            column = self.columns[self.number]
            self.used += row.above if self.used else 0
            self.placed.append((row, column, column.top - self.used))
            self.used += row.height
        return len(rows)


def flow(rows: Sequence[Row], columns: Sequence[Column], fillers: Iterable[Filler] = ()) -> Flow:
    """Let rows run through the columns in order, then what fills the room that they leave."""
    pen = _Pen(columns)
    done = pen.put(rows)
    if done < len(rows):
        return Flow(pen.placed, len(rows) - done)
    for filler in fillers:
        _fill(pen, filler)
    return Flow(_justified(pen.placed, columns))


def flow_cut(rows: Sequence[Row], columns: Sequence[Column], more: Callable[[int], Row]) -> Flow:
    """Let rows run through the columns as far as they fit, and say at the end how many did not."""
    done = _most(_Pen(columns), rows, more)
    pen = _Pen(columns)
    pen.put([*rows[:done], more(len(rows) - done)])
    return Flow(pen.placed, len(rows) - done)


def _most(pen: _Pen, rows: Sequence[Row], more: Callable[[int], Row] | None) -> int:
    """Return how many of the rows fit, with what says how many do not."""
    if pen.copy().put(rows) == len(rows):
        return len(rows)
    for count in range(pen.copy().put(rows), 0, -1):
        if rows[count - 1].keep:
            continue
        wanted = [*rows[:count], *([more(len(rows) - count)] if more else [])]
        if pen.copy().put(wanted) == len(wanted):
            return count
    return 0


def _fill(pen: _Pen, filler: Filler) -> None:
    if filler.stretch:
        made = filler.stretch(pen.room)
        if made is None and pen.number + 1 < len(pen.columns):
            made = filler.stretch(pen.columns[pen.number + 1].height)
        pen.put([made] if made else [])
        return
    if filler.pieces:
        _fill_pieces(pen, filler)
        return
    count = _most(pen, filler.rows, filler.more)
    if count >= min(filler.least, len(filler.rows)):
        left_out = len(filler.rows) - count
        pen.put([*filler.rows[:count], *([filler.more(left_out)] if filler.more and left_out else [])])


def _fill_pieces(pen: _Pen, filler: Filler) -> None:
    title = list(filler.rows)
    for piece in filler.pieces:
        rows = [*title, *piece]
        if pen.copy().put(rows) == len(rows):
            pen.put(rows)
            title = []


def _justified(placed: list[Placed], columns: Sequence[Column]) -> list[Placed]:
    """Spread the little room that is left at a column's foot over its gaps, so that columns end alike."""
    spread: list[Placed] = []
    for column in columns:
        own = [each for each in placed if each[1] is column]
        gaps = sum(bool(row.above) for row, _, _ in own[1:])
        left = own[-1][2] - own[-1][0].height - (column.top - column.height) if own else 0.0
        step = left / gaps if gaps and left < column.height * JUSTIFIED_SHARE else 0.0
        shift = 0.0
        for i, (row, _, top) in enumerate(own):
            shift += min(step, MAX_GAP_PT) if i and row.above else 0.0
            spread.append((row, column, top - shift))
    return spread


def _height_kept(rows: Sequence[Row], first: int) -> float:
    """Return the height of a row and of those it is kept with."""
    height = 0.0
    for row in rows[first:]:
        height += row.above + row.height
        if not row.keep:
            break
    return height


def marker_symbol(
    points: Sequence[tuple[float, float]], radius_pt: float, **looks: Any
) -> Callable[[Layer, float, float], None]:
    """Return what draws a map symbol in the legend."""

    def draw(layer: Layer, x: float, y: float) -> None:
        for artist in symbol(points, [(x, y)], radius_pt, transform=layer.on.transData, **looks):
            layer.add(artist, clip=False)

    return draw


def text_symbol(
    words: str, draw_under: Callable[[Layer, float, float], None], size_pt: float
) -> Callable[[Layer, float, float], None]:
    """Return what draws a symbol with a text on it."""

    def draw(layer: Layer, x: float, y: float) -> None:
        draw_under(layer, x, y)
        put(layer, text(words, x, y, size_pt, bold=True, across="center", up="middle"))

    return draw


def widest(words: Iterable[str], size_pt: float) -> float:
    """Return the width of the widest text."""
    return max((width_pt(each, size_pt) for each in words), default=0.0)
