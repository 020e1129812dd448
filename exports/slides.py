"""Slides as PowerPoint's own objects: titles, footers, text, pictures, alt text and notes.

All lengths are points (1/72 inch) from the slide's upper left corner.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Length, Pt

from exports.decktext import (
    Paragraph,
    Run,
    Setter,
    clean,
    cut_runs,
    fitted_line,
    fitted_text,
    paragraph,
    set_text,
    typeface_xml,
)
from exports.decktheme import FOOTER_PT, TITLE_PT, TITLES, east_asian_of, open_presentation, placeholder_of, theme_of
from exports.decktheme import title_layout as title_layout_of
from layers import style
from layers.words import Words

LEAST_TITLE_PT: Final = 17
SUBTITLE_PT: Final = 11
LEAST_FOOTER_PT: Final = 6.5


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emu(self) -> tuple[Length, Length, Length, Length]:
        """Left, top, width, height as the file counts them."""
        return Pt(self.left), Pt(self.top), Pt(self.width), Pt(self.height)

    def below(self, height: float, gap: float = 0) -> "Box":
        """Return what is left after taking `height` and a gap from the top."""
        return Box(self.left, self.top + height + gap, self.width, self.height - height - gap)


@dataclass
class Canvas:
    """One slide: what is put on it, and its speaker notes, which are written at the end."""

    slide: Any
    setter: Setter
    body: Box
    notes: list[str] = field(default_factory=list)

    def text(
        self, box: Box, paragraphs: Sequence[Paragraph], name: str, *, anchor: str = "t", wrap: bool = True
    ) -> Any:
        """Put a text box without margins."""
        shape = self.slide.shapes.add_textbox(*box.emu)
        shape.name = clean(name)
        set_text(shape, self.setter, paragraphs, anchor=anchor, wrap=wrap)
        return shape

    def picture(self, box: Box, png: bytes, name: str, alt: str) -> Any:
        """Put a picture with its alt text."""
        shape = self.slide.shapes.add_picture(io.BytesIO(png), *box.emu)
        describe(shape, name, alt)
        return shape

    def group(self, shapes: Sequence[Any], name: str, alt: str) -> Any:
        """Group shapes that are on the slide already: adding them to a group one by one would take far longer."""
        group = self.slide.shapes.add_group_shape(shapes=shapes)
        describe(group, name, alt)
        return group

    def write_notes(self) -> None:
        """Write the speaker notes."""
        notes = self.slide.notes_slide
        self.setter.fill(notes.notes_text_frame._txBody, [paragraph(each) for each in self.notes])


def describe(shape: Any, name: str, alt: str) -> None:
    """Set the name in the selection pane and the alt text."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("name", clean(name))
    properties.set("descr", clean(alt))


class SlideDeck:
    """A presentation being made. `body` is the room between the subtitle and the footer."""

    def __init__(self, words: Words, template: Path | None = None, *, title_colour: str | None = None) -> None:
        self.words, self.title_colour = words, title_colour
        self.presentation, typefaces = open_presentation(template, words.language)
        self.setter = Setter(typefaces, words.html_lang)
        self.layout = title_layout_of(self.presentation)
        self.width = Emu(self.presentation.slide_width or 0).pt
        self.height = Emu(self.presentation.slide_height or 0).pt
        self.title_box = _box_of(placeholder_of(self.layout, TITLES))
        self.subtitle_box = Box(
            self.title_box.left, self.title_box.top + self.title_box.height + 3, self.title_box.width, SUBTITLE_PT * 1.5
        )
        top = self.subtitle_box.top + self.subtitle_box.height + 8
        self.body = Box(self.title_box.left, top, self.title_box.width, self._footer_top() - 6 - top)
        self._slides: list[Canvas] = []

    def _footer_top(self) -> float:
        furniture = [
            placeholder_of(self.layout, {kind}) for kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
        ]
        tops = [_box_of(shape).top for shape in furniture if shape is not None]
        return min([top for top in tops if top > self.height * 0.7] or [self.height - 30])

    def __len__(self) -> int:
        return len(self._slides)

    def add(self, title: str, subtitle: str, footer: Sequence[Run]) -> Canvas:
        """Add a slide with its native title, subtitle, footer and number."""
        slide = self.presentation.slides.add_slide(self.layout)
        canvas = Canvas(slide, self.setter, self.body)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.type not in TITLES:
                shape._element.getparent().remove(shape._element)
        self._title(canvas, title)
        fitted, size = fitted_text(subtitle, self.subtitle_box.width, self.subtitle_box.height, (SUBTITLE_PT, 10, 9))
        canvas.text(self.subtitle_box, [paragraph(fitted, size, colour=style.TEXT_SECONDARY)], "subtitle")
        if fitted != clean(subtitle):
            canvas.notes.append(clean(subtitle))
        self._footer(canvas, footer)
        self._number(canvas)
        self._slides.append(canvas)
        return canvas

    def _title(self, canvas: Canvas, title: str) -> None:
        box = self.title_box
        fitted, size = fitted_line(title, box.width, range(TITLE_PT, LEAST_TITLE_PT, -1), bold=True)
        if not size:
            fitted, size = fitted_text(title, box.width, box.height, (15, 14), bold=True)
        shape = canvas.slide.shapes.title
        self.setter.fill(shape._element.txBody, [Paragraph((Run(fitted, colour=self.title_colour),), size)], title=True)
        if fitted != clean(title):
            canvas.notes.append(clean(title))

    def _footer(self, canvas: Canvas, runs: Sequence[Run]) -> None:
        layout = placeholder_of(self.layout, {PP_PLACEHOLDER.FOOTER})
        whole = "".join(run.text for run in runs)
        box = Box(self.body.left, self.height - 26, self.body.width - 50, 22) if layout is None else _box_of(layout)
        fitted, size = fitted_line(whole, box.width - 2, (FOOTER_PT, 7.5, 7))
        if not size:
            fitted, size = fitted_text(whole, box.width - 2, max(box.height, 20), (7.5, 7, LEAST_FOOTER_PT))
        if fitted != clean(whole):
            canvas.notes.append(clean(whole))
            runs = cut_runs(runs, len(fitted) - 1)
        paragraphs = [Paragraph(tuple(runs), size)]
        if layout is None:
            canvas.text(box, paragraphs, "footer")
            return
        body = self._clone(canvas, layout)
        self.setter.fill(body, paragraphs)

    def _number(self, canvas: Canvas) -> None:
        layout = placeholder_of(self.layout, {PP_PLACEHOLDER.SLIDE_NUMBER})
        if layout is None:
            return
        body = self._clone(canvas, layout)
        for old in body.findall(qn("a:p")):
            body.remove(old)
        node = etree.SubElement(body, qn("a:p"))
        number = etree.SubElement(node, qn("a:fld"), id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}", type="slidenum")
        properties = etree.SubElement(number, qn("a:rPr"), lang=self.words.html_lang)
        typeface_xml(properties, self.setter.typefaces.latin, self.setter.typefaces.east_asian)
        etree.SubElement(number, qn("a:t")).text = str(len(self._slides) + 1)

    def _clone(self, canvas: Canvas, layout: Any) -> Any:
        """Put the layout's footer or number placeholder on the slide, which the library leaves out; return its text."""
        kind = layout._element.find(f".//{qn('p:ph')}")
        tree = canvas.slide.shapes._spTree
        number = max(int(i) for i in tree.xpath(".//p:cNvPr/@id")) + 1
        shape = parse_xml(
            f"<p:sp {nsdecls('p', 'a')}><p:nvSpPr><p:cNvPr id='{number}' name=''/><p:cNvSpPr><a:spLocks noGrp='1'/>"
            "</p:cNvSpPr><p:nvPr><p:ph/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody>"
            "</p:sp>"
        )
        shape.find(f".//{qn('p:cNvPr')}").set("name", layout.name)
        for key, value in kind.attrib.items():
            shape.find(f".//{qn('p:ph')}").set(key, value)
        tree.append(shape)
        return shape.find(qn("p:txBody"))

    def save(self, path: Path, *, title: str, subject: str, language: str) -> None:
        """Write the file."""
        theme_of(self.presentation.notes_master.part, east_asian_of(self.words.language))
        properties = self.presentation.core_properties
        properties.title, properties.subject, properties.language = clean(title)[:250], clean(subject)[:250], language
        properties.author = properties.last_modified_by = properties.comments = ""
        self.presentation.save(str(path))


def _box_of(shape: Any) -> Box:
    return Box(*(Emu(length).pt for length in (shape.left, shape.top, shape.width, shape.height)))
