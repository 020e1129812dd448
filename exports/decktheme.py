"""The presentation that a deck is built in: the organisation's master, or our own with its theme, fonts and places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Presentation_
from pptx.slide import SlideLayout
from pptx.util import Inches, Pt

from geo.vocabulary import Sector
from layers import style

LATIN: Final = "Arial"
EAST_ASIAN: Final = "Microsoft YaHei"
EAST_ASIAN_OF_LANGUAGE: Final = {"ja": "Yu Gothic", "ko": "Malgun Gothic"}
TITLE_PT: Final = 24
FOOTER_PT: Final = 8
MARGIN_PT: Final = 32.0
KEPT_LAYOUTS: Final = frozenset({"Title Slide", "Title and Content", "Title Only", "Blank"})
TITLES: Final = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE})
FURNITURE: Final = frozenset({PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER})
# Left, top, width, height of the master's placeholders in points, on a slide of 960 × 540.
_PLACES: Final[Mapping[Any, tuple[float, float, float, float]]] = {
    PP_PLACEHOLDER.TITLE: (MARGIN_PT, 16, 896, 40),
    PP_PLACEHOLDER.BODY: (MARGIN_PT, 88, 896, 408),
    PP_PLACEHOLDER.FOOTER: (MARGIN_PT, 506, 840, 24),
    PP_PLACEHOLDER.SLIDE_NUMBER: (880, 506, 48, 24),
}
_COLOURS: Final = {
    "dk1": style.TEXT,
    "lt1": style.HALO,
    "dk2": style.TITLE,
    "lt2": style.ACCENT_TINT,
    "hlink": style.TITLE,
    "folHlink": style.BOUNDARY,
    **{
        f"accent{i}": style.SECTORS[sector].colour
        for i, sector in enumerate(
            (Sector.COMMERCE, Sector.HEALTH, Sector.CULTURE, Sector.TECHNOLOGY, Sector.HOUSING, Sector.BUSINESS), 1
        )
    },
}


class TemplateError(ValueError):
    """An organisation's PowerPoint master cannot be used: it is no presentation, or no layout has a title."""


@dataclass(frozen=True)
class Typefaces:
    """The typefaces that every run names; ``+mn-lt`` and the like stand for the theme's own."""

    latin: str = LATIN
    east_asian: str = EAST_ASIAN
    title_latin: str = LATIN
    title_east_asian: str = EAST_ASIAN


def east_asian_of(language: str) -> str:
    """Return the typeface that Office sets a language's East Asian characters in."""
    return EAST_ASIAN_OF_LANGUAGE.get(language, EAST_ASIAN)


def open_presentation(template: Path | None, language: str) -> tuple[Presentation_, Typefaces]:
    """Return an empty presentation with the template's master, else with our own, and the typefaces to name.

    Raises
    ------
    TemplateError : where the template is no PowerPoint file
    """
    east_asian = east_asian_of(language)
    if template is None:
        presentation = Presentation()
        _make_wide(presentation)
        _place_masters(presentation)
        theme_of(presentation.slide_master.part, east_asian, colours=_COLOURS)
        return presentation, Typefaces(east_asian=east_asian, title_east_asian=east_asian)
    try:
        presentation = Presentation(str(template))
    except (PythonPptxError, BadZipFile, KeyError, ValueError, OSError, etree.XMLSyntaxError) as error:
        raise TemplateError(template.name) from error
    _remove_slides(presentation)
    given = theme_of(presentation.slide_master.part, east_asian, keep=True)
    body, title = ("+mn-ea", "+mj-ea") if given else (east_asian, east_asian)
    return presentation, Typefaces("+mn-lt", body, "+mj-lt", title)


def title_layout(presentation: Presentation_) -> SlideLayout:
    """Return the layout that has a title and the fewest other placeholders.

    Raises
    ------
    TemplateError : where no layout has a title
    """
    layouts = [layout for layout in presentation.slide_layouts if _types(layout) & TITLES]
    if not layouts:
        raise TemplateError("no layout with a title")

    def others(layout: SlideLayout) -> tuple[int, bool]:
        types = [shape.placeholder_format.type for shape in _placeholders(layout)]
        return sum(t not in TITLES | FURNITURE for t in types), PP_PLACEHOLDER.FOOTER not in types

    return min(layouts, key=others)


def _types(layout: SlideLayout) -> set[Any]:
    return {shape.placeholder_format.type for shape in _placeholders(layout)}


def _placeholders(owner: Any) -> list[Any]:
    return list(owner.placeholders)


def theme_of(part: Any, east_asian: str, *, colours: Mapping[str, str] | None = None, keep: bool = False) -> bool:
    """Set typefaces, and colours if given, in the theme of a master's part; `east_asian` is that of the language.

    With `keep`, typefaces that the theme names stay; return whether it named East Asian ones.
    """
    theme = part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = theme._element if hasattr(theme, "_element") else etree.fromstring(theme.blob)
    named = [node for node in root.iter(qn("a:ea")) if node.getparent().tag in _FONT_TAGS]
    given = all(node.get("typeface") for node in named)
    if keep and given:
        return True
    for font in (node for tag in _FONT_TAGS for node in root.iter(tag)):
        if not keep:
            font.find(qn("a:latin")).set("typeface", LATIN)
        font.find(qn("a:ea")).set("typeface", east_asian)
        for script in font.iter(qn("a:font")):
            if script.get("script") in _SCRIPTS:
                script.set("typeface", _SCRIPTS[script.get("script")])
    for scheme in root.iter(qn("a:clrScheme")):
        _set_colours(scheme, colours or {})
    if not hasattr(theme, "_element"):
        theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return False


_SCRIPTS: Final = {"Hans": EAST_ASIAN, "Jpan": EAST_ASIAN_OF_LANGUAGE["ja"], "Hang": EAST_ASIAN_OF_LANGUAGE["ko"]}
_FONT_TAGS: Final = (qn("a:majorFont"), qn("a:minorFont"))


def _set_colours(scheme: Any, colours: Mapping[str, str]) -> None:
    for name, colour in colours.items():
        slot = scheme.find(qn(f"a:{name}"))
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr"), val=colour.removeprefix("#"))


def _remove_slides(presentation: Presentation_) -> None:
    ids = presentation.slides._sldIdLst
    for each in list(ids):
        presentation.part.drop_rel(each.rId)
        ids.remove(each)


def _make_wide(presentation: Presentation_) -> None:
    """Make the library's own 4:3 template 16:9, with the layouts that a reader may want."""
    stretch = Inches(13.333) / presentation.slide_width
    presentation.slide_width, presentation.slide_height = Inches(13.333), Inches(7.5)
    for layout in list(presentation.slide_layouts):
        if layout.name not in KEPT_LAYOUTS:
            presentation.slide_layouts.remove(layout)
            continue
        for shape in _placeholders(layout):
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = round(shape.left * stretch), round(shape.width * stretch)


def _place_masters(presentation: Presentation_) -> None:
    master = presentation.slide_master
    for owner in (master, *presentation.slide_layouts):
        for shape in _placeholders(owner):
            if shape.placeholder_format.type == PP_PLACEHOLDER.DATE:
                shape._element.getparent().remove(shape._element)
    for shape in master.placeholders:
        place = _PLACES.get(shape.placeholder_format.type)
        if place:
            shape.left, shape.top, shape.width, shape.height = (Pt(length) for length in place)
        body = shape._element.find(f".//{qn('a:bodyPr')}")
        for side in ("lIns", "tIns", "rIns", "bIns"):
            body.set(side, "0")
    _set_title_style(master._element)
    for shape in master.placeholders:
        if shape.placeholder_format.type in FURNITURE:
            _set_furniture_style(shape._element, shape.placeholder_format.type == PP_PLACEHOLDER.FOOTER)


def _set_title_style(master: Any) -> None:
    level = master.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    level.set("algn", "l")
    properties = level.find(qn("a:defRPr"))
    properties.set("sz", str(TITLE_PT * 100))
    properties.set("b", "1")
    for colour in properties.iter(qn("a:schemeClr")):
        colour.set("val", "tx2")


def _set_furniture_style(shape: Any, is_footer: bool) -> None:
    for level in shape.iter(qn("a:lvl1pPr")):
        level.set("algn", "l" if is_footer else "r")
    for properties in shape.iter(qn("a:defRPr")):
        properties.set("sz", str(FOOTER_PT * 100))


def placeholder_of(owner: Any, types: Iterable[Any]) -> Any | None:
    """Return the first placeholder of one of the types on a slide, layout or master, None where there is none."""
    wanted = set(types)
    return next((shape for shape in owner.placeholders if shape.placeholder_format.type in wanted), None)
