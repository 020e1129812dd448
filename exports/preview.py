"""What the app shows or hands out of an export, as bytes that pass from one process to another."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from exports.opportunity_list import make_opportunity_page
from exports.picture import save_png
from exports.request import ExportRequest
from exports.sheet import make_sheet
from exports.sitesheet import first_site_sheet
from geo.load import Dataset

WIDTH_PX: Final = 1280
_FIRST_PAGE: Final[dict[str, Callable[[Dataset, ExportRequest], Any]]] = {
    "opportunities": lambda data, request: make_opportunity_page(data, request).figure,
    "sitesheet": first_site_sheet,
    "siteslides": first_site_sheet,
}


def looks_like(code: str) -> str:
    """Return which format a format's preview is that of: most begin with the same sheet."""
    return code if code in _FIRST_PAGE else "png"


def preview_picture(data: Dataset, request: ExportRequest, code: str) -> bytes:
    """Return a format's first page as PNG.

    Raises
    ------
    UnknownExtentError : where the extent names something without a place
    """
    figure = _FIRST_PAGE[code](data, request) if code in _FIRST_PAGE else make_sheet(data, request).figure
    picture = io.BytesIO()
    save_png(figure, picture, dpi=round(WIDTH_PX / figure.get_size_inches()[0]))
    return picture.getvalue()


def file_content(data: Dataset, write: Callable[..., object], suffix: str, *more: object) -> bytes:
    """Return what `write`, given the data, `more` and a path, writes there."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        write(data, *more, path)
        return path.read_bytes()
