"""The glossary: wherever a Chinese text holds one of its terms, the translation holds a form that stands for it."""

import csv

import pytest

from layers.words import LANGUAGES
from tests.languages import FOREIGN, ROOT, TRANSLATED, data_texts, interface

with (ROOT / "locales" / "glossary.csv").open(encoding="utf-8", newline="") as file:
    GLOSSARY = list(csv.DictReader(file))


def pairs(language: str) -> list[tuple[str, str]]:
    """Return each Chinese text of the screens and the data beside what it is in `language`."""
    return [*((text, interface(language)[i]) for i, text in interface("zh").items()), *data_texts(language).items()]


def test_the_glossary_has_a_column_for_each_language_and_each_term_once():
    assert tuple(GLOSSARY[0]) == LANGUAGES
    terms = [row["zh"] for row in GLOSSARY]
    assert len(terms) == len(set(terms)) > 50
    cells = [row[language] for row in GLOSSARY for language in FOREIGN if row[language]]
    assert [cell for cell in cells if not all(cell.split("|"))] == []


# An empty cell leaves the language free: Russian drops 项目 at the end of a name.
FIXED = [(row, language) for row in GLOSSARY for language in TRANSLATED if row[language]]


@pytest.mark.parametrize(("row", "language"), FIXED, ids=lambda value: value if isinstance(value, str) else value["zh"])
def test_a_term_is_the_same_everywhere(row, language):
    forms = [form.casefold() for form in row[language].split("|")]
    held = [(chinese, text) for chinese, text in pairs(language) if row["zh"] in chinese]
    assert held, "a term that stands nowhere guards nothing"
    assert [pair for pair in held if not any(form in pair[1].casefold() for form in forms)] == []
