"""The one way text from data reaches the screen: escaped for HTML or for Streamlit's Markdown labels."""

import re

from markupsafe import Markup, escape

from layers.words import Words

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&^])")


def plain(text: str) -> str:
    """Return `text` so that a Markdown label shows it as it stands."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def html(template: str, /, **values: object) -> Markup:
    """Return `template` (ours) filled with `values`, each escaped unless it is already ``Markup``."""
    return Markup(template).format(**values)


def joined(parts: list[Markup]) -> Markup:
    """Return the parts one after another."""
    return Markup("").join(parts)


def chinese(text: str, language: str) -> Markup:
    """Return a name of the plan, marked as Chinese on screens in other languages."""
    return escape(text) if language == "zh" else html('<span lang="zh">{text}</span>', text=text)


def original_name(words: Words, name: str) -> Markup:
    """Return the plan's own name as a note below the translated one; empty on Chinese screens."""
    return Markup("") if words.language == "zh" else html('<span class="note" lang="zh">{name}</span>', name=name)
