"""What a sheet or slide of one site says of it, part by part; the facts of two languages stand beside each other."""

from collections.abc import Callable, Sequence
from typing import Final

from geo.compare import COMPARED_KINDS
from geo.load import Dataset
from geo.nearby import Surroundings
from geo.project import Project
from layers.compare_rows import NOTHING, Cell, compare_rows
from layers.wording import mention_in_words, office_facts, phases_in_words, structure_in_words
from layers.words import Words

CONTACT_FIELDS: Final = ("sheet.office", "sheet.person", "sheet.phone")
"""What is to be written on a sheet or slide where the office has named no contact."""

Fact = tuple[str, str]
Paired = tuple[Fact, ...]
"""One fact in every language of a sheet, as (term, value)."""


def paired(tongues: Sequence[Words], facts_in: Callable[[Words], Sequence[Fact]]) -> list[Paired]:
    """Return the facts that `facts_in` gives, each in every language."""
    return list(zip(*(facts_in(words) for words in tongues), strict=True))


def plan_facts(data: Dataset, words: Words, project: Project, *, element: bool = True) -> list[Fact]:
    """Return what the plan says of a site, every mention verbatim, and of the `element` it belongs to."""
    facts = [
        (words("detail.phase"), phases_in_words(words, project)),
        (words("detail.sector"), words(f"sector.{project.sector}")),
        (words("detail.structure"), structure_in_words(data, words, project)),
        *(_element_facts(data, words, project) if element else []),
    ]
    told = [mention_in_words(data, words, mention) for mention in project.mentions]
    return facts + [(words("detail.mentions") if i == 0 else "", text) for i, text in enumerate(told)]


def _element_facts(data: Dataset, words: Words, project: Project) -> list[Fact]:
    placed = data.element(project.element)
    if placed is None:
        return []
    terms = (
        ("detail.functions", placed.element.functions),
        ("detail.leading_sectors", placed.element.leading_sectors),
    )
    return [
        (words(code), words("format.list").join(term.in_language(words.language) for term in its))
        for code, its in terms
        if its
    ]


def around_facts(
    data: Dataset, words: Words, surroundings: Surroundings, project: Project, *, brief: bool = False
) -> list[Fact]:
    """Return what lies around a site in straight lines: a figure, or a range; one dash for all where it has no place.

    With `brief` only the nearest place of each kind is named, and no projects of the sector.
    """
    _, around, *_ = compare_rows(data, words, surroundings, [project])
    rows = around.rows[: len(COMPARED_KINDS)] if brief else around.rows
    if not project.placed:
        kinds = words("format.list").join(row.label for row in rows[: len(COMPARED_KINDS)])
        return [(kinds, NOTHING + words("print.noted", note=words(f"grade.{project.location.grade}")))]
    return [
        (row.label, NOTHING if row.common else _said(words, row.cells[0][:2] if brief else row.cells[0]))
        for row in rows
    ]


def around_in_words(data: Dataset, words: Words, surroundings: Surroundings, project: Project) -> str:
    """Return the nearest place of each kind with its distance as one text."""
    told = around_facts(data, words, surroundings, project, brief=True)
    return words("format.phrases").join(words("format.term", term=term, value=value) for term, value in told)


def _said(words: Words, cell: Cell) -> str:
    """Return a cell's lines as one text, each note after the line that it belongs to."""
    told: list[str] = []
    for line in cell:
        if line.note and told:
            told[-1] = words("format.sentence").join([told[-1], line.text])
        else:
            told.append(line.text)
    return words("format.phrases").join(told)


def offer_facts(data: Dataset, words: Words, project: Project) -> list[Fact]:
    """Return what the office has filled in of the site, the contact left out."""
    return [fact for fact in office_facts(data, words, project) if fact[0] != words("offer.contact")]


def contact_in_words(data: Dataset, words: Words, project: Project) -> str | None:
    """Return whom to ask about the site, None where the office has named nobody."""
    return dict(office_facts(data, words, project)).get(words("offer.contact"))
