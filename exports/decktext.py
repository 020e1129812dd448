"""Text on slides: runs and paragraphs, measured so that they fit their box, and set with typefaces and language."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from lxml import etree
from pptx.oxml.ns import qn
from pptx.util import Pt

from exports.decktheme import Typefaces
from exports.fonts import shortened, width_pt, wrapped

LINE: Final = 1.3
"""Distance of two lines in type sizes, set exactly so that every program lays the text out alike."""
_LANGUAGE_OF_SCRIPT: Final = (("CJK", "zh-CN"), ("HANGUL", "ko-KR"), ("HIRAGANA", "ja-JP"), ("CYRILLIC", "ru-RU"))


@dataclass(frozen=True)
class Run:
    """Text in one style; `colour` None takes the theme's."""

    text: str
    bold: bool = False
    colour: str | None = None
    glow: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Runs of one size; `hanging_pt` indents all lines but the first, `after_pt` is room below."""

    runs: tuple[Run, ...]
    size_pt: float | None = None
    align: str = "l"
    hanging_pt: float = 0
    after_pt: float = 0

    @property
    def text(self) -> str:
        """The text alone."""
        return "".join(run.text for run in self.runs)


def paragraph(
    text: str, size_pt: float | None = None, *, align: str = "l", after_pt: float = 0, **looks: Any
) -> Paragraph:
    """Return a paragraph of one run."""
    return Paragraph((Run(text, **looks),), size_pt, align, after_pt=after_pt)


# ---- measuring ----


def clean(text: str) -> str:
    """Return text on one line without characters that XML cannot hold or that steer the setting."""
    kept = (c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return "".join(kept)


def room(text: str, limit_pt: float) -> float:
    """Return the width to measure against: the reader's typefaces may run wider than the bundled ones."""
    wide = sum(ord(c) > 0x2E7F for c in text)  # no text at all counts as wide, and is no wider for it
    return limit_pt / (1.04 if wide * 2 >= len(text) else 1.09)


def lines_of(text: str, limit_pt: float, size_pt: float, *, bold: bool = False, most: int | None = None) -> list[str]:
    """Return the lines that a text takes, the last one cut with an ellipsis beyond `most`."""
    return wrapped(clean(text), room(text, limit_pt), size_pt, bold=bold, max_lines=most)


@lru_cache(maxsize=4096)  # a table is measured again after each cell that is cut
def text_height(text: str, limit_pt: float, size_pt: float, *, bold: bool = False) -> float:
    """Return how high a text stands."""
    return len(lines_of(text, limit_pt, size_pt, bold=bold)) * size_pt * LINE


def fitted_text(
    text: str, box_width: float, box_height: float, sizes: Sequence[float], *, bold: bool = False
) -> tuple[str, float]:
    """Return the text and the largest of `sizes` (descending) at which it fits; at the last it is cut."""
    for size in sizes:
        if text_height(text, box_width, size, bold=bold) <= box_height:
            return clean(text), size
    least = sizes[-1]
    most = max(1, int(box_height / (least * LINE)))
    return joined(lines_of(text, box_width, least, bold=bold, most=most), text), least


def fitted_line(text: str, width: float, sizes: Iterable[float], *, bold: bool = False) -> tuple[str, float]:
    """Return the text and the first of `sizes` at which it stands on one line; size 0 where at none."""
    fits = (float(size) for size in sizes if len(lines_of(text, width, size, bold=bold)) == 1)
    return clean(text), next(fits, 0.0)


def joined(lines: Sequence[str], text: str) -> str:
    """Return lines that `text` was broken into as one text again, with a space only where `text` has one."""
    source, whole = clean(text), ""
    for line in lines:
        gap = " " if source[len(whole) : len(whole) + 1] == " " else ""
        whole += gap + line
    return whole


def one_line(text: str, limit_pt: float, size_pt: float, *, bold: bool = False) -> str:
    """Return text cut to one line."""
    return shortened(clean(text), room(text, limit_pt), size_pt, bold=bold)


def line_width(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return the room that one line of text needs, in points."""
    return width_pt(text, size_pt, bold=bold) * 1000 / room(text, 1000)


def cut_runs(runs: Sequence[Run], length: int) -> list[Run]:
    """Return runs cut to so many characters, ending in an ellipsis."""
    kept: list[Run] = []
    for run in runs:
        if length <= 0:
            break
        kept.append(replace(run, text=run.text[:length] + ("…" if len(run.text) > length else "")))
        length -= len(run.text)
    return kept


# ---- setting ----


def _language_of(text: str, default: str) -> str:
    for character in text:
        name = unicodedata.name(character, "") if ord(character) > 0x3FF else ""
        for script, language in _LANGUAGE_OF_SCRIPT:
            if name.startswith(script):
                return language
    return default


def colour_xml(parent: Any, colour: str) -> None:
    """Give a node one colour to be filled with."""
    fill = etree.SubElement(parent, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=colour.removeprefix("#"))


def typeface_xml(properties: Any, latin: str, east_asian: str) -> None:
    """Name the typefaces in the properties of a run."""
    etree.SubElement(properties, qn("a:latin"), typeface=latin)
    etree.SubElement(properties, qn("a:ea"), typeface=east_asian)
    etree.SubElement(properties, qn("a:cs"), typeface=latin)


@dataclass(frozen=True)
class Setter:
    """Writes paragraphs with both typefaces and the language named on every run."""

    typefaces: Typefaces
    language: str

    def fill(self, body: Any, paragraphs: Iterable[Paragraph], *, title: bool = False) -> None:
        """Replace the paragraphs of a text body."""
        for old in body.findall(qn("a:p")):
            body.remove(old)
        for each in paragraphs:
            self._paragraph(body, each, title)

    def _paragraph(self, body: Any, each: Paragraph, title: bool) -> None:
        node = etree.SubElement(body, qn("a:p"))
        properties = etree.SubElement(node, qn("a:pPr"), algn=each.align)
        if each.hanging_pt:
            indent = round(Pt(each.hanging_pt))
            properties.set("marL", str(indent))
            properties.set("indent", str(-indent))
        if each.size_pt:
            self._spacing(properties, "a:lnSpc", each.size_pt * LINE)
            self._spacing(properties, "a:spcBef", 0)
            self._spacing(properties, "a:spcAft", each.after_pt)
            if each.hanging_pt:
                etree.SubElement(properties, qn("a:buNone"))
                stops = etree.SubElement(properties, qn("a:tabLst"))
                etree.SubElement(stops, qn("a:tab"), pos=str(round(Pt(each.hanging_pt))), algn="l")
        for run in each.runs:
            self._run(node, run, each.size_pt, title)

    @staticmethod
    def _spacing(properties: Any, tag: str, points: float) -> None:
        spacing = etree.SubElement(properties, qn(tag))
        etree.SubElement(spacing, qn("a:spcPts"), val=str(round(points * 100)))

    def _run(self, node: Any, run: Run, size_pt: float | None, title: bool) -> None:
        text = "\t".join(clean(part) if part.strip() else part for part in run.text.split("\t"))
        text = (" " if run.text[:1] == " " else "") + text + (" " if run.text[1:] and run.text[-1:] == " " else "")
        element = etree.SubElement(node, qn("a:r"))
        properties = etree.SubElement(element, qn("a:rPr"), lang=_language_of(text, self.language))
        properties.set("altLang", "en-GB" if properties.get("lang") != "en-GB" else "zh-CN")
        if size_pt:
            properties.set("sz", str(round(size_pt * 100)))
        if run.bold:
            properties.set("b", "1")
        if run.colour:
            colour_xml(properties, run.colour)
        if run.glow:
            effects = etree.SubElement(properties, qn("a:effectLst"))
            glow = etree.SubElement(effects, qn("a:glow"), rad=str(Pt(2.5)))
            etree.SubElement(glow, qn("a:srgbClr"), val="FFFFFF")
        faces = self.typefaces
        latin, east_asian = (faces.title_latin, faces.title_east_asian) if title else (faces.latin, faces.east_asian)
        typeface_xml(properties, latin, east_asian)
        etree.SubElement(element, qn("a:t")).text = text


def set_text(
    shape: Any, setter: Setter, paragraphs: Sequence[Paragraph], *, anchor: str = "t", wrap: bool = True,
    margin_pt: float = 0,
) -> None:  # fmt: skip
    """Set a shape's text, without automatic fitting: what is put fits already."""
    body = shape._element.txBody
    settings = body.find(qn("a:bodyPr"))
    for side in ("lIns", "tIns", "rIns", "bIns"):
        settings.set(side, str(Pt(margin_pt)))
    settings.set("wrap", "square" if wrap else "none")
    settings.set("anchor", anchor)
    for child in list(settings):
        settings.remove(child)
    etree.SubElement(settings, qn("a:noAutofit"))
    setter.fill(body, paragraphs)
