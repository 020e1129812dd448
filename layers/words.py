"""Every word on screen and on paper, by language: gettext catalogues read with Babel."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES_DIR: Final = Path(__file__).resolve().parent.parent / "locales"
LOCALE_OF_LANGUAGE: Final[dict[str, str]] = {"zh": "zh_CN", "en": "en_GB", "ja": "ja_JP", "ko": "ko_KR", "ru": "ru_RU"}
LANGUAGES: Final = tuple(LOCALE_OF_LANGUAGE)
DEFAULT_LANGUAGE: Final = "zh"


class MissingWordError(KeyError):
    """A catalogue has no translation for an identifier."""


@dataclass(frozen=True)
class Words:
    """The words of one language. Identifiers are dotted codes such as ``phase.key``."""

    language: str
    catalogue: Mapping[str, str]

    def __call__(self, identifier: str, **values: object) -> str:
        """Return the text for `identifier`, its ``{placeholders}`` filled.

        Raises
        ------
        MissingWordError : where the catalogue has no such text
        """
        try:
            text = self.catalogue[identifier]
        except KeyError:
            raise MissingWordError(f"{self.language}: {identifier}") from None
        return text.format(**values) if values else text

    @property
    def locale(self) -> Locale:
        """The Babel locale, e.g. ``zh_CN``."""
        return _locale(LOCALE_OF_LANGUAGE[self.language])

    @property
    def html_lang(self) -> str:
        """The BCP 47 tag, e.g. ``zh-CN``."""
        return LOCALE_OF_LANGUAGE[self.language].replace("_", "-")

    def number(self, value: float, pattern: str = "#,##0.##") -> str:
        """Return `value` written by the language's custom."""
        return format_decimal(value, format=pattern, locale=self.locale)

    def date(self, value: datetime.date) -> str:
        """Return a date written out by the language's custom."""
        return format_date(value, format="long", locale=self.locale)

    def moment(self, value: datetime.datetime) -> str:
        """Return a moment by the language's custom, in the time of the machine that runs this."""
        return format_datetime(value.astimezone(), format="medium", locale=self.locale)

    def month(self, value: datetime.date) -> str:
        """Return year and month, e.g. 2021年3月 or March 2021."""
        return format_date(value, format=self("format.month"), locale=self.locale)


@cache
def _locale(name: str) -> Locale:
    """Return a locale, looked up once: Babel goes through the names of all its files each time."""
    return Locale.parse(name)


@cache
def words_in(language: str) -> Words:
    """Return the words of `language` (one of ``LANGUAGES``)."""
    path = LOCALES_DIR / LOCALE_OF_LANGUAGE[language] / "LC_MESSAGES" / "xigang.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LOCALE_OF_LANGUAGE[language])
    return Words(language, {str(m.id): str(m.string) for m in catalogue if m.id and m.string})
