"""The lines of annexes 1 and 2 as a page or a file shows them: in words, counted, and what can be drawn."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from geo.indicators import NONE_PRINTED, AnnexKind, Attribute, Indicator, Verdict, met, number_in
from geo.load import Dataset
from geo.names import CHINESE, name_in
from layers.indicator_chart import bullet
from layers.words import Words

PER_CENT: Final = "％"
LOOK_OF_KIND: Final = {
    Attribute.ANTICIPATORY.code: "hollow",
    Attribute.BINDING.code: "filled",
    str(Verdict.MET): "filled",
    str(Verdict.NOT_MET): "hollow",
    str(Verdict.NOT_COMPARABLE): "dashed",
}
RULES: Final = ("column", "number", "limit", "pair", "words", "else", "ours")


@dataclass(frozen=True)
class Tally:
    """How many lines of a category, and of all of an annex, are of each kind; `category` is None for all."""

    category: str | None
    total: int
    counts: dict[str, int]


def annex_rows(data: Dataset, annex: AnnexKind) -> list[Indicator]:
    """Return the lines of one kind of annex in its order."""
    return [row for row in data.indicators if row.annex_kind is annex]


def by_category(rows: Iterable[Indicator]) -> list[tuple[str, list[Indicator]]]:
    """Return the lines under the categories that the plan prints, in its order."""
    return [(category, list(group)) for category, group in groupby(rows, key=lambda row: row.category)]


def kinds_of(annex: AnnexKind) -> tuple[str, ...]:
    """Return the kinds that the lines of an annex are counted by: verdicts of results, attributes of targets."""
    return (
        tuple(str(verdict) for verdict in Verdict)
        if annex is AnnexKind.RESULTS
        else tuple(attribute.code for attribute in Attribute)
    )


def kind_word(words: Words, kind: str) -> str:
    """Return the word for a verdict or an attribute."""
    return words(f"indicator.kind_{kind}")


def tallies(rows: Sequence[Indicator]) -> list[Tally]:
    """Return the counts by category, and at the end those of the whole annex."""
    return [_tally(category, group) for category, group in by_category(rows)] + [_tally(None, rows)]


def _tally(category: str | None, rows: Sequence[Indicator]) -> Tally:
    annex = rows[0].annex_kind
    found = Counter(str(met(row).verdict) if annex is AnnexKind.RESULTS else row.attribute.code for row in rows)
    return Tally(category, len(rows), {kind: found[kind] for kind in kinds_of(annex)})


def counts_in_words(words: Words, counts: dict[str, int]) -> str:
    """Return counts by kind as one phrase."""
    return words("format.list").join(
        words("indicator.count", kind=kind_word(words, kind), n=count) for kind, count in counts.items()
    )


def translated(data: Dataset, words: Words, text: str) -> str | None:
    """Return our translation of a word of the annexes; None where none is needed or known."""
    names = data.terms.get(text)
    return name_in(words.language, text, names) if names and words.language != CHINESE else None


def in_words(data: Dataset, words: Words, text: str) -> str:
    """Return a word of the annexes in the reader's language, a number as it stands."""
    return translated(data, words, text) or text


def drawable(row: Indicator) -> tuple[float, float] | None:
    """Return the value and the target to draw, None where either is no number or they measure different things.

    Of a target still ahead, yearly growth can be drawn only where what was done is growth too, stated in per cent.
    """
    result = row.result_absolute if row.annex_kind is AnnexKind.RESULTS else row.base
    pair = (result, row.target_absolute)
    if row.target_absolute == NONE_PRINTED:
        grown = row.result_growth if row.annex_kind is AnnexKind.RESULTS else row.base if row.unit == PER_CENT else None
        pair = (grown, row.target_growth)
    value, target = number_in(pair[0]), number_in(pair[1])
    return None if value is None or target is None else (value, target)


def chart(words: Words, row: Indicator) -> str | None:
    """Return the line's chart as a picture with its text alternative, None where there is nothing to draw."""
    numbers = drawable(row)
    if numbers is None:
        return None
    grows = row.target_absolute == NONE_PRINTED
    target = row.target_growth if grows else row.target_absolute
    if row.annex_kind is AnnexKind.RESULTS:
        value, year = row.result_growth if grows else row.result_absolute, row.result_year
    else:
        value, year = row.base, row.base_year
    label = words(
        "indicator.alt_growth" if grows else "indicator.alt_absolute",
        name=row.name_in(words.language), year=year, value=value, target_year=row.target_year, target=target,
    )  # fmt: skip
    return bullet(*numbers, label)


def rules_in_words(words: Words) -> list[str]:
    """Return the rule for "met", sentence by sentence."""
    return [words(f"indicator.rule_{rule}") for rule in RULES]
