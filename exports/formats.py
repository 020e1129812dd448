"""Every format that can be asked for, by its code: how its files end, and what writes them."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from exports.atlas import write_atlas
from exports.fonts import set_in_fonts_of
from exports.geojson import write_geojson
from exports.kml import write_kmz
from exports.marginalia import missing_note
from exports.opportunity_list import write_opportunities, write_opportunities_xlsx
from exports.picture import write_pdf, write_png, write_svg
from exports.request import ExportRequest
from exports.sitesheet import write_site_sheets
from exports.spreadsheet import write_csv, write_xlsx
from exports.vector import write_geopackage, write_shapefile
from exports.webpage import write_webpage
from exports.writing import file_stem
from geo.load import Dataset
from geo.whole_file import write_whole

Progress = Callable[[int, int], None]
Kind = Literal["map", "document", "data"]
Write = Callable[[Dataset, ExportRequest, Path, Progress], list[str]]
"""Writes one file and returns notices for the person who asked, such as characters that no font has."""


@dataclass(frozen=True)
class Format:
    """One format: `is_slow` ones take more than a second or two and report their progress."""

    code: str
    suffix: str
    kind: Kind
    write: Write
    mime: str
    is_slow: bool = False


def _sheet(write: Callable[[Dataset, ExportRequest, Path], object]) -> Write:
    def run(data: Dataset, request: ExportRequest, path: Path, progress: Progress) -> list[str]:
        sheet = write(data, request, path)
        missing = getattr(sheet, "missing", [])
        progress(1, 1)
        return [missing_note(request.words, missing)] if missing else []

    return run


def _atlas(data: Dataset, request: ExportRequest, path: Path, progress: Progress) -> list[str]:
    write_atlas(data, request, path, progress=progress)
    return []


def _deck(data: Dataset, request: ExportRequest, path: Path, progress: Progress) -> list[str]:
    from exports.deck import write_deck  # python-pptx takes long to import, and few exports need it

    write_deck(data, request, path, progress=progress)
    return []


def _site_sheets(data: Dataset, request: ExportRequest, path: Path, progress: Progress) -> list[str]:
    return write_site_sheets(data, request, path, progress=progress)


def _site_slides(data: Dataset, request: ExportRequest, path: Path, progress: Progress) -> list[str]:
    from exports.siteslides import write_site_slides

    write_site_slides(data, request, path, progress=progress)
    return []


PACK_FORMATS: Final = ("png", "pdf", "pptx", "html", "xlsx")


def _pack(data: Dataset, request: ExportRequest, path: Path, progress: Progress) -> list[str]:
    """Write the meeting pack: overview as picture and PDF, deck, web page and table in one zip."""
    notices: list[str] = []
    with TemporaryDirectory() as folder, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, code in enumerate(PACK_FORMATS):

            def step(done: int, total: int, number: int = number) -> None:
                progress(number * 100 + done * 100 // max(total, 1), len(PACK_FORMATS) * 100)

            each = FORMATS[code]
            part = Path(folder) / file_name(data, request, code)
            notices += each.write(data, request, part, step)
            packed.write(part, part.name)
            progress((number + 1) * 100, len(PACK_FORMATS) * 100)
    return list(dict.fromkeys(notices))


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
FORMATS: Final[dict[str, Format]] = {
    each.code: each
    for each in (
        Format("png", ".png", "map", _sheet(write_png), "image/png"),
        Format("pdf", ".pdf", "map", _sheet(write_pdf), "application/pdf"),
        Format("svg", ".svg", "map", _sheet(write_svg), "image/svg+xml"),
        Format("pptx", ".pptx", "document", _deck, f"{_OFFICE}.presentationml.presentation", is_slow=True),
        Format("atlas", ".pdf", "document", _atlas, "application/pdf", is_slow=True),
        Format("sitesheet", ".pdf", "document", _site_sheets, "application/pdf", is_slow=True),
        Format("siteslides", ".pptx", "document", _site_slides, f"{_OFFICE}.presentationml.presentation", is_slow=True),
        Format("html", ".html", "document", _sheet(write_webpage), "text/html"),
        Format("opportunities", ".pdf", "document", _sheet(write_opportunities), "application/pdf"),
        Format("pack", ".zip", "document", _pack, "application/zip", is_slow=True),
        Format("xlsx", ".xlsx", "data", _sheet(write_xlsx), f"{_OFFICE}.spreadsheetml.sheet"),
        Format(
            "opportunities_xlsx", ".xlsx", "data", _sheet(write_opportunities_xlsx), f"{_OFFICE}.spreadsheetml.sheet"
        ),
        Format("csv", ".csv", "data", _sheet(write_csv), "text/csv"),
        Format("geojson", ".geojson", "data", _sheet(write_geojson), "application/geo+json"),
        Format("gpkg", ".gpkg", "data", _sheet(write_geopackage), "application/geopackage+sqlite3"),
        Format("shp", ".zip", "data", _sheet(write_shapefile), "application/zip"),
        Format("kmz", ".kmz", "data", _sheet(write_kmz), "application/vnd.google-earth.kmz"),
    )
}


def file_name(data: Dataset, request: ExportRequest, code: str) -> str:
    """Return the file's name: district, content, filter, date."""
    return file_stem(data, request, request.words(f"format.file_{code}")) + FORMATS[code].suffix


def export(
    data: Dataset, request: ExportRequest, code: str, path: Path, *, progress: Progress | None = None
) -> list[str]:
    """Write one format to `path`, whole or not at all; return notices for the person who asked.

    Raises
    ------
    KeyError : for a code that is not in ``FORMATS``
    UnknownExtentError : where the extent names something without a place
    """
    notices: list[str] = []
    set_in_fonts_of(request.language)

    def write(temporary: Path) -> None:
        notices.extend(FORMATS[code].write(data, request, temporary, progress or (lambda done, total: None)))

    write_whole(path, write)
    return notices
