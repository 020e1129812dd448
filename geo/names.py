"""Pick a name in the reader's language, the same way everywhere."""

from collections.abc import Mapping

CHINESE = "zh"


def name_in(language: str, name: str, names: Mapping[str, str]) -> str:
    """Return `name` (Chinese) for ``zh``, else the name in `language`, else English, else Chinese."""
    if language == CHINESE:
        return name
    return names.get(language) or names.get("en") or name
