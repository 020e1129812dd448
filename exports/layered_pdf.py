"""Vector PDF with layers that can be switched off, and with coordinates that GIS programs read.

matplotlib writes neither: its renderer is told where each layer begins and ends, and pikepdf adds what the marks
mean (optional content groups) and where the map lies (a viewport with a geospatial measure, ISO 32000-2, 12.10).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from matplotlib._path import convert_to_string  # type: ignore[attr-defined]
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_pdf import Op, PdfFile, RendererPdf, Verbatim
from matplotlib.figure import Figure
from pikepdf import Array, Dictionary, Name, String
from pyproj import CRS

from exports.canvas import LAYER_PREFIX
from exports.ground import transformer_to
from geo.pause import garbage_kept

POINTS_PER_INCH = 72
CREATOR = "Planning map"


@dataclass(frozen=True)
class MapPlace:
    """Where a map lies on its page and on the ground.

    `page_box` is left, bottom, right, top in points; `bounds_m` is west, south, east, north in `crs`.
    """

    page_box: tuple[float, float, float, float]
    bounds_m: tuple[float, float, float, float]
    crs: str


@dataclass(frozen=True)
class Page:
    """One page: its drawing, the map on it if any, and its bookmark (`level` 0 at the top)."""

    figure: Figure
    place: MapPlace | None
    bookmark: str
    level: int = 0


class _CompactFile(PdfFile):
    """Writes paths to a hundredth of a point, which is finer than any printer, and so in half the room."""

    @staticmethod
    def pathOperations(path, transform, clip=None, simplify=None, sketch=None):  # type: ignore[no-untyped-def]
        operators = [Op.moveto.value, Op.lineto.value, b"", Op.curveto.value, Op.closepath.value]
        return [Verbatim(convert_to_string(path, transform, clip, simplify, sketch, 2, operators, True))]


class _LayerRenderer(RendererPdf):
    """Marks the content of each layer; a layer is a group whose gid begins with ``layer.``."""

    def __init__(self, file: PdfFile, dpi: float, height: float, width: float, seen: list[str]) -> None:
        super().__init__(file, dpi, height, width)
        self._seen, self._open = seen, []  # type: ignore[var-annotated]

    def open_group(self, s: str, gid: str | None = None) -> None:
        is_layer = bool(gid and gid.startswith(LAYER_PREFIX))
        self._open.append(is_layer)
        if is_layer:
            if s not in self._seen:
                self._seen.append(s)
            self.file.output(*self.gc.finalize())
            self.file.output(Verbatim(f"/OC /{_property(s)} BDC".encode()))

    def close_group(self, s: str) -> None:
        if self._open.pop():
            self.file.output(*self.gc.finalize())
            self.file.output(Verbatim(b"EMC"))


def _property(layer: str) -> str:
    return "Layer-" + layer


def write_pages(
    path: Path, pages: Iterable[Page], *, layer_names: Mapping[str, str], title: str, subject: str, lang: str
) -> None:
    """Write pages as one PDF, layered, georeferenced and with bookmarks; fonts are shared between the pages.

    Parameters
    ----------
    pages : iterable of Page, taken one after another so that only one figure need exist at a time
    layer_names : mapping of a layer's code to its name in the reader's list of layers
    """
    layers: list[str] = []
    places: list[tuple[MapPlace | None, str, int]] = []
    file = _CompactFile(str(path), metadata={"Title": title, "Subject": subject, "Creator": CREATOR})
    try:
        for page in pages:
            with garbage_kept():
                _draw_page(file, page.figure, layers)
            places.append((page.place, page.bookmark, page.level))
        file.finalize()
    finally:
        file.close()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        _name_layers(pdf, layers, layer_names)
        for pdf_page, (place, _, _) in zip(pdf.pages, places, strict=True):
            if place:
                pdf_page.obj.VP = Array([_viewport(place)])
        if len(places) > 1:
            _add_bookmarks(pdf, places)
        pdf.Root.Lang = String(lang)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _draw_page(file: PdfFile, figure: Figure, layers: list[str]) -> None:
    figure.dpi = POINTS_PER_INCH
    width, height = figure.get_size_inches()
    file.newPage(width, height)
    vector = _LayerRenderer(file, POINTS_PER_INCH, height, width, layers)
    renderer = MixedModeRenderer(figure, width, height, POINTS_PER_INCH, vector)
    figure.draw(renderer)  # type: ignore[arg-type]
    renderer.finalize()
    file.endStream()


def _name_layers(pdf: pikepdf.Pdf, layers: Sequence[str], names: Mapping[str, str]) -> None:
    groups = {
        layer: pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(names.get(layer, layer)))) for layer in layers
    }
    properties = Dictionary({f"/{_property(layer)}": group for layer, group in groups.items()})
    for page in pdf.pages:
        page.obj.Resources.Properties = properties
    in_order = Array(list(groups.values()))
    default = Dictionary(Name=String("Layers"), Order=in_order, ON=in_order, BaseState=Name.ON)
    pdf.Root.OCProperties = Dictionary(OCGs=in_order, D=default)


def _viewport(place: MapPlace) -> Dictionary:
    crs = CRS(place.crs)
    west, south, east, north = place.bounds_m
    corners = [(west, south), (west, north), (east, north), (east, south)]
    degrees = [transformer_to(place.crs).transform(*corner, direction="INVERSE") for corner in corners]
    unit = [0, 0, 0, 1, 1, 1, 1, 0]
    system: dict[str, Any] = {"/Type": Name.PROJCS, "/WKT": String(crs.to_wkt("WKT1_GDAL"))}
    if crs.to_epsg():
        system["/EPSG"] = crs.to_epsg()
    measure = Dictionary(
        Type=Name.Measure,
        Subtype=Name.GEO,
        Bounds=Array(unit),
        GPTS=Array([_exact(value) for lon, lat in degrees for value in (lat, lon)]),
        LPTS=Array(unit),
        GCS=Dictionary(system),
    )
    return Dictionary(
        Type=Name.Viewport, BBox=Array([_exact(v, 4) for v in place.page_box]), Name=String("Map"), Measure=measure
    )


def _exact(value: float, digits: int = 9) -> Any:
    return pikepdf.Object.parse(f"{value:.{digits}f}".encode())


def _add_bookmarks(pdf: pikepdf.Pdf, places: Sequence[tuple[MapPlace | None, str, int]]) -> None:
    with pdf.open_outline() as outline:
        parent: pikepdf.OutlineItem | None = None
        for number, (_, title, level) in enumerate(places):
            item = pikepdf.OutlineItem(title, number)
            if level and parent:
                parent.children.append(item)
            else:
                outline.root.append(item)
                parent = item
    pdf.Root.PageMode = Name.UseOutlines
