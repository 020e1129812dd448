"""Bring the translators' files up to date: ``python -m tools.catalogues``.

``locales/<locale>/LC_MESSAGES/xigang.po`` gets every text of the interface that the Chinese catalogue has, and
``data/translations/<language>.po`` every Chinese name and sentence of the data. What is new stands there empty, the
Chinese and the English above it; what is no longer used goes; translations that stand are kept.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from geo.translations import TRANSLATIONS_DIR, texts_of
from layers.words import LOCALE_OF_LANGUAGE, LOCALES_DIR

DATA: Final = Path(__file__).resolve().parents[1] / "data"
WRITTEN_BY_HAND: Final = ("zh", "en")
CHINESE_COLUMNS: Final = {"name": "name_en", "term": "en"}
PROJECT: Final = "Xigang planning map"
AUTHORS: Final = "the Xigang planning map authors"
BEGUN: Final = datetime(2026, 11, 23, tzinfo=UTC)
Texts = dict[str, list[str]]
"""What a catalogue is to hold: each identifier with the lines that help its translator."""


def texts_of_data(folder: Path) -> Texts:
    """Return every Chinese text of a data folder, with its English."""
    return {chinese: [english] if english else [] for chinese, english in _texts(folder) if chinese}


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted([*folder.glob("*.*json"), *folder.glob("base/*.geojson")]):
        yield from texts_of(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from ((row[column], row[beside]) for column, beside in CHINESE_COLUMNS.items() if column in row)


def texts_of_interface() -> Texts:
    """Return the identifier of every text on screen and paper, with its Chinese and English."""
    by_hand = [_read(_interface(language), language) for language in WRITTEN_BY_HAND]
    return {str(m.id): [str(known[m.id].string) for known in by_hand] for m in by_hand[0] if m.id}


def update(path: Path, locale: str, texts: Texts) -> int:
    """Bring a catalogue up to date; return how many of its texts want a translation."""
    old = _read(path, locale) if path.exists() else Catalog(locale)
    new = Catalog(
        locale, header_comment=f"# {PROJECT}: {locale}", project=PROJECT, version="1", msgid_bugs_address=AUTHORS,
        last_translator=AUTHORS, language_team=locale, creation_date=BEGUN, revision_date=BEGUN, fuzzy=False,
    )  # fmt: skip
    for identifier, told in texts.items():
        known = old.get(identifier)
        lines = [line for text in told for line in text.splitlines()]
        new.add(identifier, known.string if known else "", auto_comments=lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=0)
    return sum(1 for message in new if message.id and not message.string)


def _interface(language: str) -> Path:
    return LOCALES_DIR / LOCALE_OF_LANGUAGE[language] / "LC_MESSAGES" / "xigang.po"


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def main() -> None:
    for language, locale in LOCALE_OF_LANGUAGE.items():
        if language in WRITTEN_BY_HAND:
            continue
        for path, texts in (
            (_interface(language), texts_of_interface()),
            (DATA / TRANSLATIONS_DIR / f"{language}.po", texts_of_data(DATA)),
        ):
            print(f"{path.name} ({language}): {update(path, locale, texts)} of {len(texts)} to translate")


if __name__ == "__main__":
    main()
