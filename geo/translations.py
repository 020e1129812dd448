"""What the data's Chinese names and sentences are called in further languages: gettext catalogues beside the data.

A record carries its Chinese and its English. Further languages stand in ``translations/<language>.po`` of the data
folder, by the Chinese text, so that each text is translated once however many records hold it. A record's own
translation goes first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, get_args

from babel.messages.pofile import PoFileError, read_po

from geo.names import ForeignLanguage
from geo.problem import Problem

TRANSLATIONS_DIR: Final = "translations"
_NAMES_BESIDE: Final = {"name": "names", "title": "titles", "short_name": "short_names"}
_SENTENCE: Final = {"zh", "en"}
_LEFT_ALONE: Final = "geometry"


@dataclass(frozen=True)
class Translations:
    """The catalogues of a data folder: by language, then by Chinese text."""

    by_language: Mapping[ForeignLanguage, Mapping[str, str]] = field(default_factory=dict)

    def of(self, chinese: str) -> dict[ForeignLanguage, str]:
        """Return what `chinese` is called, by language; languages that do not know it are left out."""
        return {code: known[chinese] for code, known in self.by_language.items() if chinese in known}

    def fill(self, value: Any) -> Any:
        """Return a JSON value with the translations put to its names and sentences; geometries stay as they are."""
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, dict):
            return value
        filled = {key: item if key == _LEFT_ALONE else self.fill(item) for key, item in value.items()}
        for chinese, beside in _slots(filled):
            target = filled if beside is None else filled.get(beside)
            merged = {**self.of(chinese), **(target if isinstance(target, dict) else {})}
            if beside is None:
                filled = merged
            elif isinstance(target, dict | None):
                filled[beside] = merged
        return filled


def _slots(record: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield each Chinese text of one JSON object, and the key of its translations (None: the object itself)."""
    if record.keys() >= _SENTENCE and isinstance(record["zh"], str):
        yield record["zh"], None
    for name, beside in _NAMES_BESIDE.items():
        if beside in record and isinstance(record.get(name), str):
            yield record[name], beside


def texts_of(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every Chinese name and sentence of a JSON value that a catalogue may translate, with its English or ""."""
    if isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for chinese, beside in _slots(value):
            yield chinese, ((value if beside is None else value[beside]) or {}).get("en", "")
        for key, item in value.items():
            if key != _LEFT_ALONE:
                yield from texts_of(item)


def load_translations(folder: Path) -> tuple[Translations, list[Problem]]:
    """Return the catalogues of a data folder, and the problems found; a language without a file has none."""
    by_language: dict[ForeignLanguage, dict[str, str]] = {}
    problems: list[Problem] = []
    for language in get_args(ForeignLanguage):
        path = folder / TRANSLATIONS_DIR / f"{language}.po"
        try:
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language, abort_invalid=True)
        except FileNotFoundError:
            continue
        except (OSError, ValueError, PoFileError) as error:
            problems.append(Problem("file_unreadable", path.name, str(error)))
            continue
        by_language[language] = {
            str(message.id): str(message.string)
            for message in catalogue
            if message.id and message.string and not message.fuzzy
        }
    return Translations(by_language), problems
