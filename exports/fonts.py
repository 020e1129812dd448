"""The bundled fonts of printed maps: registration, widths, line breaks, and characters that no font has."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

FONT_DIR: Final = Path(__file__).resolve().parent / "fonts"
Families = tuple[str, ...]
CHINESE_FIRST: Final[Families] = ("SC", "KR")
FAMILIES_OF_LANGUAGE: Final[dict[str, Families]] = {
    "ja": ("JP", "SC", "KR"),
    **dict.fromkeys(("ko", "ru"), ("KR", "SC")),
}
"""The fonts by falling rank: a character is set in the first that has it. The form of a hanzi
and the width of a mark differ by language."""
REGULAR, BOLD = 400, 700
LINE_HEIGHT: Final = 1.32
MISSING: Final = "〓"
"""What is printed for a character that no bundled font has; the printers' old sign for it."""
DRAWING: Final = threading.Lock()
"""Held while anything is drawn in a process with several readers: FreeType's faces break where threads share them."""

# Set once for the process and never changed, so safe between threads: TrueType in PDF stays searchable text.
matplotlib.rcParams["pdf.fonttype"] = 42
matplotlib.rcParams["svg.fonttype"] = "path"
matplotlib.rcParams["svg.hashsalt"] = "xigang"
# Hinted letters stand on whole pixels, unevenly and wider than measured.
matplotlib.rcParams["text.hinting"] = "no_hinting"

_UNBROKEN = re.compile(
    r"(?:±\s?)?\d[\d,.]*\sk?m²?(?:~\d[\d,.]*\sk?m)?(?![a-z])\s?|[\u30a1-\u30fa\u30fc]+|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+\s?|\s|.",
    re.DOTALL,
)
SMALL_KANA: Final = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶー々ゝゞ"
NOT_FIRST: Final = frozenset("，。、；：？！）》】”’·・…—～％%,.;:?!)]}〕」』" + SMALL_KANA)
NOT_LAST: Final = frozenset("（《【“‘([{〔「『")
LONGEST_KATAKANA: Final = 0.6
"""What part of a line a word in katakana may fill and stay whole; a longer one is broken, as Japanese allows."""


_families: ContextVar[Families] = ContextVar("families", default=CHINESE_FIRST)


def set_in_fonts_of(language: str) -> None:
    """Set and measure what follows, in this thread, in the fonts of `language`."""
    _families.set(FAMILIES_OF_LANGUAGE.get(language, CHINESE_FIRST))


@contextmanager
def fonts_of(language: str) -> Iterator[None]:
    """Set and measure what happens inside the block in the fonts of `language`."""
    before = _families.set(FAMILIES_OF_LANGUAGE.get(language, CHINESE_FIRST))
    try:
        yield
    finally:
        _families.reset(before)


def font_file(family: str, *, bold: bool = False) -> Path:
    """Return the file of a bundled font."""
    return FONT_DIR / f"NotoSans{family}-{BOLD if bold else REGULAR}.ttf"


@cache
def register_fonts() -> None:
    """Make the bundled fonts known to matplotlib, once."""
    for path in FONT_DIR.glob("*.ttf"):
        font_manager.fontManager.addfont(path)


def font(size_pt: float, *, bold: bool = False) -> FontProperties:
    """Return the bundled font at a size, to be given to each text."""
    return _font(_families.get(), size_pt, bold)


@cache
def _font(families: Families, size_pt: float, bold: bool) -> FontProperties:
    register_fonts()
    names = [f"Noto Sans {family}" for family in families]
    return FontProperties(family=names, size=size_pt, weight=BOLD if bold else REGULAR)


@cache
def _faces(families: Families, bold: bool) -> tuple[FT2Font, ...]:
    return tuple(FT2Font(str(font_file(family, bold=bold))) for family in families)


@cache
def _known() -> frozenset[int]:
    return frozenset().union(*(face.get_charmap() for face in _faces(CHINESE_FIRST, False)))


@lru_cache(maxsize=20_000)
def _advance_em(character: str, families: Families, bold: bool) -> float:
    for face in _faces(families, bold):
        if face.get_char_index(ord(character)):
            face.set_size(100, 72)
            return float(face.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / 100
    return 1.0


def width_pt(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide one line of text is, in points."""
    return size_pt * _width_em(text, _families.get(), bold)


@lru_cache(maxsize=50_000)
def _width_em(text: str, families: Families, bold: bool) -> float:
    return sum(_advance_em(character, families, bold) for character in text)


def missing_characters(texts: Iterable[str]) -> list[str]:
    """Return the characters in `texts` that no bundled font has, sorted; control characters count as well."""
    known = _known()
    return sorted({c for text in texts for c in text if ord(c) not in known and not c.isspace()})


def printable(text: str) -> str:
    """Return `text` on one line, each character that no bundled font has replaced by ``MISSING``."""
    known = _known()
    # A dollar sign would begin matplotlib's formulas; parse_math is off for every text drawn here.
    return "".join(c if ord(c) in known else MISSING for c in " ".join(text.split()))


def wrapped(
    text: str, limit_pt: float, size_pt: float, *, bold: bool = False, max_lines: int | None = None
) -> list[str]:
    """Break text into lines of at most `limit_pt` points, by the rules of Chinese, Japanese and Latin setting.

    Words of Latin, Cyrillic, Hangul and the like stay whole unless one alone is too long, and so do short ones of
    katakana; no line begins with a closing mark or ends with an opening one. With `max_lines` the last line ends in an
    ellipsis where text is left over.
    """

    def width(part: str) -> float:
        return width_pt(part, size_pt, bold=bold)

    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for piece in _pieces(text, limit_pt, size_pt, bold):
        if line and used + width(piece.rstrip()) > limit_pt:
            kept, line = _parted([*line, piece], lambda part: width(part) <= limit_pt)
            lines.append(kept)
            used = width("".join(line))
        else:
            line.append(piece)
            used += width(piece)
    lines.append("".join(line).rstrip())
    lines = [each for each in lines if each] or [""]
    if max_lines and len(lines) > max_lines:
        lines = [*lines[: max_lines - 1], shortened(" ".join(lines[max_lines - 1 :]), limit_pt, size_pt, bold=bold)]
    return lines


def _parted(pieces: list[str], fits: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Part an overfull line before its last piece, or earlier where a mark would stand wrong at the break."""
    at = len(pieces) - 1
    while at and (pieces[at][0] in NOT_FIRST or pieces[at - 1].rstrip()[-1:] in NOT_LAST):
        at -= 1
    if at and fits("".join(pieces[at:]).strip()):
        return "".join(pieces[:at]).rstrip(), [pieces[at].lstrip(), *pieces[at + 1 :]]
    kept, last = "".join(pieces[:-1]).rstrip(), pieces[-1].lstrip()
    if len(kept) > 1 and last[:1] in NOT_FIRST:
        return kept[:-1], [kept[-1], last]
    return kept, [last]


def shortened(text: str, limit_pt: float, size_pt: float, *, bold: bool = False) -> str:
    """Return text cut to `limit_pt` points, ending in an ellipsis where something was cut."""
    if width_pt(text, size_pt, bold=bold) <= limit_pt:
        return text
    while text and width_pt(text + "…", size_pt, bold=bold) > limit_pt:
        text = text[:-1]
    return text.rstrip() + "…"


def _pieces(text: str, limit_pt: float, size_pt: float, bold: bool) -> Iterable[str]:
    for piece in _UNBROKEN.findall(text):
        if "ァ" <= piece[0] <= "ー" and width_pt(piece, size_pt, bold=bold) > LONGEST_KATAKANA * limit_pt:
            yield from piece
            continue
        while len(piece) > 1 and width_pt(piece.rstrip(), size_pt, bold=bold) > limit_pt:
            fits = 1
            while width_pt(piece[: fits + 1], size_pt, bold=bold) <= limit_pt:
                fits += 1
            yield piece[:fits]
            piece = piece[fits:]
        yield piece
