"""One sheet as a file: PNG for slides and chat, SVG for drawing programs, PDF for print and GIS."""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

from exports.layered_pdf import MapPlace, Page, write_pages
from exports.marginalia import stamp_of, subtitle_of
from exports.request import ExportRequest
from exports.sheet import Sheet, make_sheet
from geo.load import Dataset
from geo.pause import garbage_kept
from layers.wording import layer_name
from layers.words import Words

LAYER_CODES = (
    "ground", "roads", "boundary", "metro", "landmarks", "structure", "accuracy", "sites", "labels",
    "furniture", "panel", "title", "notes",
)  # fmt: skip


def layer_names(data: Dataset, words: Words) -> dict[str, str]:
    """Return the names of a sheet's layers as a PDF reader lists them."""
    known = {
        code: layer_name(data, words, code)
        for code in ("roads", "boundary", "metro", "landmarks", "structure", "sites", "labels")
    }
    return {code: known.get(code) or words(f"print.layer_{code}") for code in LAYER_CODES}


def write_png(data: Dataset, request: ExportRequest, path: Path) -> Sheet:
    """Write the request's sheet as PNG at ``request.dpi``; return the sheet.

    Raises
    ------
    UnknownExtentError : where the extent names something without a place
    """
    sheet = make_sheet(data, request)
    save_png(sheet.figure, path, dpi=request.dpi, metadata=_png_texts(data, request, sheet))
    return sheet


def save_png(figure: Any, target: Any, *, dpi: int, metadata: dict[str, str] | None = None) -> None:
    """Save a figure as PNG; `target` is a path or a binary file."""
    figure.set_dpi(dpi)
    options = {"compress_level": 3, "dpi": (dpi, dpi)}
    with garbage_kept():
        FigureCanvasAgg(figure).print_png(target, metadata=metadata or {}, pil_kwargs=options)


def _png_texts(data: Dataset, request: ExportRequest, sheet: Sheet) -> dict[str, str]:
    return {"Title": sheet.title, "Description": subtitle_of(data, request), "Comment": stamp_of(data, request)}


def write_svg(data: Dataset, request: ExportRequest, path: Path) -> Sheet:
    """Write the request's sheet as SVG, its layers as named groups and its text as outlines; return the sheet."""
    sheet = make_sheet(data, request)
    metadata = {"Title": sheet.title, "Description": subtitle_of(data, request), "Date": request.made_on.isoformat()}
    FigureCanvasSVG(sheet.figure).print_svg(path, metadata=metadata)
    return sheet


def write_pdf(data: Dataset, request: ExportRequest, path: Path) -> Sheet:
    """Write the request's sheet as a PDF of one page: vector, searchable, layered, georeferenced; return the sheet."""
    sheet = make_sheet(data, request)
    page = Page(sheet.figure, place_of(data, sheet), sheet.title)
    write_pages(path, [page], layer_names=layer_names(data, request.words), title=sheet.title,
                subject=subtitle_of(data, request), lang=request.words.html_lang)  # fmt: skip
    return sheet


def place_of(data: Dataset, sheet: Sheet) -> MapPlace:
    """Return where the sheet's map lies on paper and ground."""
    return MapPlace(sheet.frame_box, sheet.frame.bounds_m, data.district.metric_crs)
