"""The panel beside a map: rows of legend, figures, index and facts that flow through columns and leave none empty."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.patches import Rectangle

from exports.canvas import Layer, symbol, text
from exports.fonts import LINE_HEIGHT, shortened, width_pt, wrapped
from layers import style

SYMBOL_WIDTH_PT: Final = 26
INDENT_PT: Final = 22


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

    `optional` rows fill what room is left and may be cut off; the count of those cut is said.
    `above` is room before it, which the first row of a column goes without.
    """

    height: float
    draw: Draw
    keep: bool = False
    optional: bool = False
    above: float = 0


def heading(words: str, size_pt: float, *, optional: bool = False) -> Row:
    """Return a section's title."""

    def draw(layer: Layer, left: float, top: float, width: float) -> None:
        shown = shortened(words, width, size_pt, bold=True)
        _put(layer, text(shown, left, top - size_pt, size_pt, colour=style.TITLE, bold=True))

    return Row(size_pt * 1.6, draw, keep=True, optional=optional, above=size_pt * 0.7)


def lines(
    words: str,
    width: float,
    size_pt: float,
    *,
    colour: str = style.TEXT,
    bold: bool = False,
    indent: float = 0,
    max_lines: int | None = None,
    optional: bool = False,
) -> list[Row]:
    """Return a paragraph, one row a line."""
    broken = wrapped(words, width - indent, size_pt, bold=bold, max_lines=max_lines)

    def row(line: str, last: bool) -> Row:
        def draw(layer: Layer, left: float, top: float, _: float) -> None:
            _put(layer, text(line, left + indent, top - size_pt, size_pt, colour=colour, bold=bold))

        return Row(size_pt * (LINE_HEIGHT + (0.35 if last else 0)), draw, optional=optional)

    return [row(line, i == len(broken) - 1) for i, line in enumerate(broken)]


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
            _put(layer, text(line, left + SYMBOL_WIDTH_PT + 6, y, size_pt, up="center_baseline"))

    return Row(height, draw, keep=keep)


def numbered_row(
    number: str, name: str, note: str, width: float, size_pt: float, *, optional: bool = False
) -> list[Row]:
    """Return an index entry: its number, and the name with its note on as many lines as it takes."""
    broken = wrapped(name + note, width - INDENT_PT, size_pt)

    def draw(layer: Layer, left: float, top: float, _: float) -> None:
        _put(layer, text(number, left + INDENT_PT - 6, top - size_pt, size_pt, bold=True, across="right"))
        for i, line in enumerate(broken):
            y = top - size_pt - i * size_pt * LINE_HEIGHT
            _put(layer, text(line, left + INDENT_PT, y, size_pt))

    return [Row(size_pt * (LINE_HEIGHT * len(broken) + 0.12), draw, optional=optional)]


def bar_row(words: str, count: int, most: int, size_pt: float, *, colour: str, share: float, name_width: float) -> Row:
    """Return a key figure: name, a bar of `count` out of `most` (the part `share` of it solid), and the number."""
    height = size_pt * 1.62

    def draw(layer: Layer, left: float, top: float, width: float) -> None:
        middle, number_width = top - height / 2, size_pt * 2.2
        name = shortened(words, name_width - 4, size_pt)
        _put(layer, text(name, left, middle, size_pt, up="center_baseline"))
        room = width - name_width - number_width
        full = room * count / max(most, 1)
        bar: dict[str, Any] = {
            "height": size_pt * 0.72,
            "linewidth": 0.6,
            "edgecolor": style.shade(colour, style.OUTLINE_SHADE),
        }
        at = (left + name_width, middle - size_pt * 0.36)
        layer.add(Rectangle(at, full, facecolor=(colour, 0.12), **bar), clip=False)
        if share:
            layer.add(Rectangle(at, full * share, facecolor=(colour, 0.75), **bar), clip=False)
        _put(layer, text(str(count), left + width, middle, size_pt, bold=True, across="right", up="center_baseline"))

    return Row(height, draw)


def fact_rows(term: str, value: str, width: float, size_pt: float) -> list[Row]:
    """Return a term and its value, side by side with a hairline below; a long value takes several lines."""
    term_width = min(max(width * 0.24, 44), 76) * (size_pt / 9)
    broken = wrapped(value, width - term_width, size_pt)
    terms = wrapped(term, term_width - 6, size_pt)
    count = max(len(broken), len(terms))
    height = size_pt * (LINE_HEIGHT * count + 0.62)

    def draw(layer: Layer, left: float, top: float, full: float) -> None:
        for i in range(count):
            y = top - size_pt * (1.12 + i * LINE_HEIGHT)
            if i < len(terms):
                _put(layer, text(terms[i], left, y, size_pt, colour=style.TEXT_SECONDARY))
            if i < len(broken):
                _put(layer, text(broken[i], left + term_width, y, size_pt))
        layer.add(Rectangle((left, top - height), full, 0.4, facecolor=style.HAIRLINE, linewidth=0), clip=False)

    return [Row(height, draw)]


def gap(height: float) -> Row:
    """Return empty room."""
    return Row(height, lambda *_: None)


def _put(layer: Layer, artists: Iterable[Any]) -> None:
    for artist in artists:
        layer.add(artist, clip=False)


@dataclass(frozen=True)
class Flow:
    """Rows with their columns and tops, and how many optional rows found no room; None of it drawn yet."""

    placed: list[tuple[Row, Column, float]]
    cut: int
    fits: bool

    def draw(self, layer: Layer) -> None:
        """Draw every placed row."""
        for row, column, top in self.placed:
            row.draw(layer, column.left, top, column.width)

    @property
    def columns_used(self) -> int:
        """How many columns hold something."""
        return len({column.left for _, column, _ in self.placed})


def flow(rows: Sequence[Row], columns: Sequence[Column], tail: Callable[[int], Row] | None = None) -> Flow:
    """Let rows run through the columns in order; a row that is kept with the next moves on with it.

    Where optional rows find no room, `tail` makes the row that says how many.
    """
    first = _run(rows, columns)
    if not first.cut or tail is None:
        return first
    height = tail(first.cut).height
    last = columns[-1]
    shorter = [*columns[:-1], Column(last.left, last.top, last.width, last.height - height)]
    second = _run(rows, shorter)
    at = next((top - row.height for row, column, top in reversed(second.placed) if column.left == last.left), last.top)
    return Flow([*second.placed, (tail(second.cut), last, at)], second.cut, second.fits)


def _height_kept(rows: Sequence[Row], first: int) -> float:
    """Return the height of a row and of those it is kept with."""
    height = 0.0
    for row in rows[first:]:
        height += row.above + row.height
        if not row.keep:
            break
    return height


def _run(rows: Sequence[Row], columns: Sequence[Column]) -> Flow:
    placed: list[tuple[Row, Column, float]] = []
    column_number, used = 0, 0.0
    for i, row in enumerate(rows):
        need = _height_kept(rows, i)
        while column_number < len(columns) and used + need > columns[column_number].height:
            column_number, used = column_number + 1, 0.0
        if column_number == len(columns):
            left_over = rows[i:]
            return Flow(placed, sum(r.optional and not r.keep for r in left_over), all(r.optional for r in left_over))
        column = columns[column_number]
        used += row.above if used else 0
        placed.append((row, column, column.top - used))
        used += row.height
    return Flow(placed, 0, True)


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
        _put(layer, text(words, x, y, size_pt, bold=True, across="center", up="center_baseline"))

    return draw


def widest(words: Iterable[str], size_pt: float) -> float:
    """Return the width of the widest text."""
    return max((width_pt(each, size_pt) for each in words), default=0.0)
