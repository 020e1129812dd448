"""Pick a name in the reader's language, the same way everywhere."""

from collections.abc import Mapping
from typing import Literal

ForeignLanguage = Literal["en", "ja", "ko", "ru"]
Names = Mapping[ForeignLanguage, str]
CHINESE = "zh"


def name_in(language: str, name: str, names: Names) -> str:
    """Return `name` (Chinese) for ``zh``, else the name in `language`, else English, else Chinese."""
    known = by_language(name, names)
    return known.get(language) or known.get("en") or name


def by_language(name: str, names: Names) -> dict[str, str]:
    """Return the name in every language it has, Chinese included, by language code."""
    return {CHINESE: name, **{str(code): text for code, text in names.items()}}
