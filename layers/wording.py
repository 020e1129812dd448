"""What screens and files say of a place or a filter, in one wording."""

from collections.abc import Sequence

from geo.filter import FACETS, NO_PLACE, Facet, ProjectFilter
from geo.load import Dataset
from geo.names import name_in
from geo.vocabulary import Grade, Phase, Sector
from layers.words import Words

_ORDER: dict[Facet, Sequence[str]] = {"phase": list(Phase), "sector": list(Sector), "grade": list(Grade)}


def place_name(data: Dataset, words: Words, code: str) -> str:
    """Return the name of a structure group or element, or the words for "none"."""
    if code == NO_PLACE:
        return words("filter.no_place")
    for group in data.district.groups:
        if group.id == code:
            return name_in(words.language, group.name, group.names)
    placed = data.element(code)
    return placed.element.name_in(words.language) if placed else code


def code_name(data: Dataset, words: Words, facet: Facet, code: str) -> str:
    """Return the name of one code of a facet."""
    return place_name(data, words, code) if facet == "place" else words(f"{facet}.{code}")


def filter_in_words(data: Dataset, words: Words, wanted: ProjectFilter) -> list[str]:
    """Return what `wanted` asks for, one phrase a facet; empty where it asks for nothing."""
    phrases = []
    for facet in FACETS:
        picked = wanted.codes(facet)
        codes = [code for code in _ORDER.get(facet, sorted(picked)) if code in picked]
        if codes:
            value = words("format.list").join(code_name(data, words, facet, code) for code in codes)
            phrases.append(words("format.term", term=words(f"filter.{facet}"), value=value))
    if wanted.any_wording and wanted.phases:
        phrases.append(words("filter.any_wording"))
    if wanted.text.strip():
        phrases.append(words("filter.text_in_words", text=wanted.text.strip()))
    return phrases
