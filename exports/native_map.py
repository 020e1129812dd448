"""A map of PowerPoint's own shapes, which anyone can recolour, move and hide, grouped by layer; and its legend."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.util import Pt
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from exports.decktext import Paragraph, Run, clean, line_width, set_text
from exports.furniture import length_in_words
from exports.ground import ground_of
from exports.labels import PlacedLabel, leader_from
from exports.mapplan import MapPlan
from exports.mapsites import ACCURACY_FROM_SCALE, BADGE_RADIUS_PT, SITE_RADIUS_PT, STACK_RADIUS_PT
from exports.slides import Box, Canvas, describe
from geo.load import Dataset, PlacedElement
from geo.project import Project
from layers import style
from layers.shape_grade import boundary_grade, element_style, graded
from layers.symbols import SHAPES
from layers.wording import grade_in_words, layer_name, site_name

TOLERANCE_PT: Final = 0.35
MAIN_ROADS: Final[dict[str, float]] = {"trunk": 2.0, "primary": 1.6, "secondary": 1.0}
PRESETS: Final = {
    "circle": MSO_SHAPE.OVAL,
    "square": MSO_SHAPE.RECTANGLE,
    "diamond": MSO_SHAPE.DIAMOND,
    "triangle": MSO_SHAPE.ISOSCELES_TRIANGLE,
    "triangle-down": MSO_SHAPE.FLOWCHART_MERGE,
    "pentagon": MSO_SHAPE.REGULAR_PENTAGON,
    "hexagon": MSO_SHAPE.HEXAGON,
    "cross": MSO_SHAPE.CROSS,
}
CROSS_ARM: Final = 0.31
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Looks:
    """Fill and outline of a shape; None leaves it out. Width in points, dash as PowerPoint names it."""

    fill: str | None = None
    opacity: float = 1
    line: str | None = None
    width_pt: float = 0.75
    dash: MSO_LINE_DASH_STYLE | None = None


# ---- single shapes ----


def dress(shape: Any, looks: Looks) -> Any:
    """Give a shape its own fill and outline instead of the theme's style; return it."""
    reference = shape._element.find(qn("p:style"))
    if reference is not None:
        shape._element.remove(reference)
    if looks.fill:
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor.from_string(looks.fill[1:])
        if looks.opacity < 1:
            colour = shape._element.spPr.find(f"{qn('a:solidFill')}/{qn('a:srgbClr')}")
            etree.SubElement(colour, qn("a:alpha"), val=str(round(looks.opacity * 100_000)))
    else:
        shape.fill.background()
    if looks.line:
        shape.line.color.rgb = RGBColor.from_string(looks.line[1:])
        shape.line.width = Pt(looks.width_pt)
        if looks.dash:
            shape.line.dash_style = looks.dash
    else:
        shape.line.fill.background()
    return shape


def preset(canvas: Canvas, kind: Any, box: Box, looks: Looks, name: str) -> Any:
    """Put one of PowerPoint's own shapes."""
    shape = canvas.slide.shapes.add_shape(kind, *box.emu)
    shape.name = clean(name)
    return dress(shape, looks)


def freeform(canvas: Canvas, contours: Sequence[Points], looks: Looks, name: str, *, closed: bool) -> Any:
    """Put a shape of one or more contours, given in points of the slide; the inner ones of a closed shape are holes."""
    scaled = [[(round(Pt(x)), round(Pt(y))) for x, y in contour] for contour in contours]
    builder = canvas.slide.shapes.build_freeform(*scaled[0][0], scale=1.0)
    for i, contour in enumerate(scaled):
        if i:
            builder.move_to(*contour[0])
        builder.add_line_segments(contour[1:], close=closed)
    shape = builder.convert_to_shape()
    shape.name = clean(name)
    return dress(shape, looks)


def symbol(canvas: Canvas, code: str, x: float, y: float, radius_pt: float, looks: Looks, name: str) -> Any:
    """Put a marker, centred on a point of the slide, as one of PowerPoint's own shapes."""
    corners = np.array(SHAPES[code]) * radius_pt
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    shape = preset(canvas, PRESETS[code], Box(x + left, y + top, right - left, bottom - top), looks, name)
    if code == "cross":
        shape.adjustments[0] = CROSS_ARM
    return shape


def stage_looks(project_stage: Any, fill: str | None, outline: str, *, scale: float = 0.75) -> Looks:
    """Return a marker's looks: fill for certainty, outline for the stage."""
    stage = style.STAGES[project_stage]
    dash = None
    if stage.dash:
        dash = MSO_LINE_DASH_STYLE.SQUARE_DOT if stage.dash[0] > 2 else MSO_LINE_DASH_STYLE.ROUND_DOT
    return Looks(fill or "#FFFFFF", 1.0, stage.colour or outline, stage.width * scale, dash)


def tint(colour: str, opacity: float) -> str:
    """Return a colour as it looks laid over white with an opacity."""
    channels = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(channel * opacity + 255 * (1 - opacity)):02X}" for channel in channels)


# ---- the map ----


class NativeMap:
    """Draws a planned map on a slide as native shapes, layer by layer; `box` is the map's place on the slide."""

    def __init__(self, canvas: Canvas, data: Dataset, plan: MapPlan, box: Box, projects: Sequence[Project]) -> None:
        self.canvas, self.data, self.plan, self.box = canvas, data, plan, box
        self.frame, self.ground = plan.frame, ground_of(data)
        self.request, self.words = plan.drawing.scope.request, plan.drawing.scope.words
        self.projects = [project for project in projects if project.id in plan.drawn.markers]
        self._window = shapely.box(*self.frame.bounds_m)

    def draw(self) -> None:
        """Draw every layer that the request shows; each becomes one group."""
        purpose, hidden = self.request.purpose, self.request.hidden
        layers: list[tuple[str, str, Callable[[], Iterable[Any]]]] = [
            ("ground", "print.layer_ground", self._ground),
            ("roads", "layer.roads", self._roads),
            ("boundary", "layer.boundary", self._boundary),
            ("metro", "layer.metro", lambda: self._dots("metro", style.METRO, 2.1)),
            ("landmarks", "layer.landmarks", lambda: self._dots("landmarks", style.LANDMARK, 1.4)),
            ("structure", "layer.structure", self._structure),
            ("accuracy", "print.layer_accuracy", self._accuracy),
            ("sites", "layer.sites", self._sites),
            ("labels", "layer.labels", self._labels),
            ("furniture", "print.layer_furniture", self._furniture),
        ]
        for code, name, make in layers:
            if code in hidden or (code == "accuracy" and "sites" in hidden):
                continue
            if code == "boundary" and not purpose.shows_boundary:
                continue
            shapes = list(make())
            if shapes:
                title = layer_name(self.data, self.words, code) if name.startswith("layer.") else self.words(name)
                self.canvas.group(shapes, title, self.words("deck.alt_layer", layer=title, n=len(shapes)))

    # ---- geometry on the slide ----

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """Return a metric position on the slide."""
        px, py = self.frame.to_pt(x, y)
        return self._on_slide(px, py)

    def _on_slide(self, px: float, py: float) -> tuple[float, float]:
        left, bottom, _, _ = self.plan.map_box
        return self.box.left + left + px, self.box.top + self.box.height - bottom - py

    def _cut(self, geometry: BaseGeometry) -> BaseGeometry:
        seen = geometry.intersection(self._window)
        return seen.simplify(TOLERANCE_PT * self.frame.metres_per_pt)

    def _contours(self, line: Any) -> Points:
        return [self._at(x, y) for x, y, *_ in line.coords]

    def _areas(self, geometries: Iterable[BaseGeometry], looks: Looks, name: str) -> Iterator[Any]:
        for geometry in geometries:
            for part in shapely.get_parts(self._cut(geometry)):
                if isinstance(part, Polygon) and not part.is_empty:
                    rings = [self._contours(ring) for ring in (part.exterior, *part.interiors)]
                    yield freeform(self.canvas, rings, looks, name, closed=True)

    def _line(self, geometries: Sequence[BaseGeometry], looks: Looks, name: str) -> Iterator[Any]:
        """Yield one open shape of all lines, where any is seen."""
        merged = shapely.union_all([self._cut(geometry) for geometry in geometries])
        if merged.geom_type == "MultiLineString":
            merged = linemerge(merged)
        lines = [p for p in shapely.get_parts(merged) if isinstance(p, LineString) and not p.is_empty]
        if lines:
            yield freeform(self.canvas, [self._contours(line) for line in lines], looks, name, closed=False)

    # ---- layers ----

    def _ground(self) -> Iterator[Any]:
        west, north = self._on_slide(0, self.frame.height_pt)
        sea = Box(west, north, self.frame.width_pt, self.frame.height_pt)
        yield preset(self.canvas, MSO_SHAPE.RECTANGLE, sea, Looks(style.SEA), self.words("deck.sea"))
        land = [named.geometry for named in self.ground.base.get("land", ())]
        yield from self._areas(land, Looks(style.LAND, line=style.SHORE, width_pt=0.5), self.words("deck.land"))
        if self.request.purpose.shows_boundary:
            district = self.ground.of_kind("boundary", "land")
            yield from self._areas(
                district, Looks(style.DISTRICT), self.words(graded("deck.district", boundary_grade(self.data)))
            )

    def _roads(self) -> Iterator[Any]:
        named = self.ground.base.get("roads", ())
        for road_class, width in reversed(MAIN_ROADS.items()):
            looks = Looks(line=tint(style.ROAD_CASING, 0.55), width_pt=width)
            by_name: dict[str, list[BaseGeometry]] = defaultdict(list)
            for road in named:
                if road.kind == road_class:
                    by_name[road.names.get(self.words.language) or road.names.get("zh", "")].append(road.geometry)
            for name, geometries in by_name.items():
                yield from self._line(geometries, looks, name or self.words("layer.roads"))

    def _boundary(self) -> Iterator[Any]:
        name = layer_name(self.data, self.words, "boundary")
        outlines = [shapely.boundary(shape) for shape in self.ground.of_kind("boundary", "outline")]
        yield from self._line(outlines, Looks(line=style.BOUNDARY_BAND, width_pt=4), name)
        dash = MSO_LINE_DASH_STYLE.LONG_DASH_DOT
        yield from self._line(outlines, Looks(line=style.BOUNDARY, width_pt=1.1, dash=dash), name)

    def _dots(self, layer: str, colour: str, radius_pt: float) -> Iterator[Any]:
        looks = Looks("#FFFFFF", line=colour, width_pt=0.9)
        for named in self.ground.base.get(layer, ()):
            at = named.geometry.centroid
            if self.frame.holds(at.x, at.y):
                name = named.names.get(self.words.language) or named.names.get("zh", layer)
                yield symbol(self.canvas, "circle", *self._at(at.x, at.y), radius_pt, looks, name)

    def _structure(self) -> Iterator[Any]:
        lines_last = sorted(self.data.elements, key=lambda p: (p.element.kind == "line", -p.geometry.area))
        for placed in lines_last:
            yield from self._element(placed)

    def _element(self, placed: PlacedElement) -> Iterator[Any]:
        looks, geometry = element_style(self.data, placed.element), self.ground.elements[placed.element.id]
        name = placed.element.name_in(self.words.language)
        dash = MSO_LINE_DASH_STYLE.SQUARE_DOT if looks.dash else None
        if placed.element.kind == "line":
            axis = Looks(line=looks.colour, width_pt=looks.width * 0.72, dash=dash)
            for shape in self._line([geometry], axis, name):
                if looks.arrow_ends:
                    _arrow_ends(shape)
                yield shape
            return
        area = Looks(looks.colour, looks.fill_opacity + 0.06, looks.colour, looks.width * 1.1, dash)
        yield from self._areas([geometry], area, name)

    def _stacks(self) -> list[list[Project]]:
        """Return the projects by place, the best known of each place first."""
        at: dict[tuple[float, float], list[Project]] = defaultdict(list)
        for project in self.projects:
            at[self.ground.sites[project.id]].append(project)
        return [sorted(stack, key=lambda p: p.location.grade not in style.FILLED_GRADES) for stack in at.values()]

    def _accuracy(self) -> Iterator[Any]:
        if self.frame.scale > ACCURACY_FROM_SCALE:
            return
        for stack in self._stacks():
            lead = stack[0]
            if lead.location.grade not in style.FILLED_GRADES and lead.location.accuracy_m:
                x, y = self._at(*self.ground.sites[lead.id])
                radius = lead.location.accuracy_m / self.frame.metres_per_pt
                looks = Looks(line=style.SECTORS[lead.sector].outline, dash=MSO_LINE_DASH_STYLE.DASH)
                box = Box(x - radius, y - radius, 2 * radius, 2 * radius)
                yield preset(self.canvas, MSO_SHAPE.OVAL, box, looks, lead.name_in(self.words.language))

    def _parcels(self) -> Iterator[Any]:
        for project in self.projects:
            if parcel := self.ground.parcels.get(project.id):
                sector = style.SECTORS[project.sector]
                looks = Looks(sector.colour, style.PARCEL_FILL_OPACITY, sector.outline, style.PARCEL_WIDTH_PX * 0.75)
                yield from self._areas([parcel], looks, site_name(self.words, project))

    def _sites(self) -> Iterator[Any]:
        yield from self._parcels()
        share = self.plan.drawn.share
        for stack in sorted(self._stacks(), key=lambda s: s[0].location.grade in style.FILLED_GRADES):
            lead, point = stack[0], self._at(*self.ground.sites[stack[0].id])
            is_known = lead.location.grade in style.FILLED_GRADES
            name = self.words("format.list").join(site_name(self.words, project) for project in stack)
            is_counted = len(stack) > 1 and not self.plan.drawn.unnamed
            if is_counted and not is_known:
                shape = self._counted(point, STACK_RADIUS_PT, len(stack), 8, name)
            else:
                sector = style.SECTORS[lead.sector]
                looks = stage_looks(
                    lead.stage, tint(sector.colour, style.FILL_OPACITY) if is_known else None, sector.outline,
                    scale=0.75 * share,
                )  # fmt: skip
                shape = symbol(self.canvas, sector.shape, *point, SITE_RADIUS_PT * share, looks, name)
            describe(shape, name, self.words("format.phrases").join(self._told(project) for project in stack))
            yield shape
            if is_counted and is_known:
                offset = SITE_RADIUS_PT - 0.6
                yield self._counted((point[0] + offset, point[1] - offset), BADGE_RADIUS_PT, len(stack), 5.5, name)

    def _told(self, project: Project) -> str:
        parts = [self.words(f"phase.{project.phase}"), grade_in_words(self.words, project)]
        note = self.words("format.list").join(parts)
        return site_name(self.words, project) + self.words("print.noted", note=note)

    def _counted(self, at: tuple[float, float], radius: float, count: int, size_pt: float, name: str) -> Any:
        looks = Looks("#FFFFFF", line=style.TEXT, width_pt=1.0)
        shape = symbol(self.canvas, "circle", *at, radius, looks, name)
        number = Paragraph((Run(str(count), bold=True, colour=style.TEXT),), size_pt, "ctr")
        set_text(shape, self.canvas.setter, [number], anchor="ctr", wrap=False)
        return shape

    def _labels(self) -> Iterator[Any]:
        labels = self.plan.drawn.labels
        for placed in labels:
            start = leader_from(placed)
            if start and placed.leader_to:
                ends = [self._on_slide(*start), self._on_slide(*placed.leader_to)]
                looks = Looks(line=placed.colour, width_pt=0.7)
                yield freeform(self.canvas, [ends], looks, " ".join(placed.lines), closed=False)
        for placed in labels:
            yield self._label(placed)

    def _label(self, placed: PlacedLabel) -> Any:
        x, y = self._on_slide(placed.x, placed.y)
        size = placed.size_pt
        is_number = placed.key.startswith("number-")
        width = max(line_width(line, size, bold=placed.bold) for line in placed.lines) + (1 if is_number else 4)
        height = size * 1.3 * len(placed.lines)
        lines = [Paragraph((Run(line, placed.bold, placed.colour, glow=True),), size, "ctr") for line in placed.lines]
        box = Box(x - width / 2, y - height / 2, width, height)
        shape = self.canvas.text(box, lines, " ".join(placed.lines), anchor="ctr", wrap=False)
        shape.rotation = -placed.angle_deg
        if is_number:
            dress(shape, Looks("#FFFFFF", 0.7))
        return shape

    def _furniture(self) -> Iterator[Any]:
        bar, words = self.plan.bar, self.words
        left, foot = self._on_slide(10, 7)
        x0, y0, x1, y1 = bar.box
        ground = Box(*self._on_slide(x0, y1), x1 - x0, y1 - y0)
        yield preset(self.canvas, MSO_SHAPE.RECTANGLE, ground, Looks("#FFFFFF", 0.85), "scale")
        for i in range(4):
            fill = style.TEXT if i % 2 == 0 else "#FFFFFF"
            part = Box(left + bar.bar_pt * i / 4, foot - 3, bar.bar_pt / 4, 3)
            yield preset(self.canvas, MSO_SHAPE.RECTANGLE, part, Looks(fill, line=style.TEXT, width_pt=0.5), "scale")
        for share, text in ((0.0, "0"), (1.0, length_in_words(words, bar.length_m))):
            at = Box(left + bar.bar_pt * share - (20 if share else 0), foot - 15, 40, 11)
            label = Paragraph((Run(text, colour=style.TEXT),), 8, "ctr" if share else "l")
            yield self.canvas.text(at, [label], text, wrap=False)
        yield from self._north()
        west, north = self._on_slide(0, self.frame.height_pt)
        edge = Box(west, north, self.frame.width_pt, self.frame.height_pt)
        yield preset(self.canvas, MSO_SHAPE.RECTANGLE, edge, Looks(line=style.TEXT_SECONDARY), "frame")

    def _north(self) -> Iterator[Any]:
        x0, y0, x1, _ = self.plan.arrow.box(self.frame)
        x, y = self._on_slide((x0 + x1) / 2, y0 + 4)
        arrow = [(x - 7, y), (x, y - 28), (x + 7, y), (x, y - 6)]
        looks = Looks(style.TITLE, line="#FFFFFF", width_pt=0.75)
        shape = freeform(self.canvas, [arrow], looks, self.words("print.north"), closed=True)
        shape.rotation = self.plan.arrow.turn_deg
        yield shape
        label = Paragraph((Run(self.words("print.north"), True, style.TITLE, glow=True),), 9, "ctr")
        yield self.canvas.text(Box(x - 20, y - 42, 40, 12), [label], self.words("print.north"), wrap=False)


def _arrow_ends(shape: Any) -> None:
    line = shape.line._get_or_add_ln()
    for tag in ("a:headEnd", "a:tailEnd"):
        etree.SubElement(line, qn(tag), type="triangle", w="med", len="med")


# ---- the legend ----

DrawSymbol = Callable[[Canvas, float, float], list[Any]]


@dataclass(frozen=True)
class Entry:
    """A legend entry: its text and what draws its symbol around a point of the slide."""

    text: str
    draw: DrawSymbol


def marker_entry(text: str, code: str, looks: Looks, radius_pt: float = SITE_RADIUS_PT, inside: str = "") -> Entry:
    """Return the entry of a marker, with a letter in it where `inside` is given."""

    def draw(canvas: Canvas, x: float, y: float) -> list[Any]:
        shape = symbol(canvas, code, x, y, radius_pt, looks, text)
        if inside:
            letter = Paragraph((Run(inside, bold=True, colour=style.TEXT),), 8, "ctr")
            set_text(shape, canvas.setter, [letter], anchor="ctr", wrap=False)
        return [shape]

    return Entry(text, draw)


def line_entry(text: str, *looks: Looks) -> Entry:
    """Return the entry of a line, drawn as strokes one over another."""

    def draw(canvas: Canvas, x: float, y: float) -> list[Any]:
        return [freeform(canvas, [[(x - 12, y), (x + 12, y)]], each, text, closed=False) for each in looks]

    return Entry(text, draw)


def area_entry(text: str, looks: Looks) -> Entry:
    """Return the entry of an area."""

    def draw(canvas: Canvas, x: float, y: float) -> list[Any]:
        return [preset(canvas, MSO_SHAPE.RECTANGLE, Box(x - 12, y - 5, 24, 10), looks, text)]

    return Entry(text, draw)
