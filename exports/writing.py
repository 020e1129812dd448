"""Names of files that say what is in them."""

import re
from typing import Final

from exports.request import ExportRequest, extent_name
from geo.load import Dataset
from geo.names import name_in
from layers.wording import filter_in_words

MAX_NAME_BYTES: Final = 200
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\s]+')


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
