"""Writing files so that none is ever left half-written, under names that say what is in them."""

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from exports.request import ExportRequest, extent_name
from geo.load import Dataset
from geo.names import name_in
from layers.wording import filter_in_words

MAX_NAME_BYTES: Final = 200
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\s]+')


def write_whole(path: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it; on failure nothing is left behind.

    Parameters
    ----------
    write : function of the temporary path, which has the suffix of `path`
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def file_stem(data: Dataset, request: ExportRequest, content: str) -> str:
    """Return a file's name without suffix: district, content, filter and date, safe on every system."""
    words = request.words
    district = name_in(words.language, data.district.short_name, data.district.short_names)
    filtered = filter_in_words(data, words, request.filter)
    parts = [district, extent_name(data, request) if request.extent.kind != "district" else "", content]
    parts += [phrase.split(words("format.term").format(term="", value="").strip())[-1] for phrase in filtered]
    stem = _cut("_".join(_NOT_IN_NAMES.sub("-", part).strip("-.") for part in parts if part))
    return f"{stem}_{request.made_on:%Y%m%d}"


def _cut(text: str) -> str:
    while len(text.encode()) > MAX_NAME_BYTES - 20:
        text = text[:-1]
    return text
