"""The indicators of the plan's annexes, as printed, and whether the targets of the plan before were met.

Every value stays the text that the plan prints. A number is read from it only by ``number_in``, which knows none
but plain ones: "≤3.5", "高于全市" and "—" are no numbers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import ge, gt, le, lt
from pathlib import Path
from typing import Final

from pydantic import Field

from geo.csv_rows import NamedRow, NamesColumn, read_rows
from geo.names import Names
from geo.problem import Problem
from geo.project import Text
from geo.translations import Translations

INDICATORS_FILE: Final = "indicators.csv"
TERMS_FILE: Final = "indicator_terms.csv"
NONE_PRINTED: Final = "—"
DONE_OF_TASK: Final = {"市下达任务": "完成市任务"}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LIMITS: Final = {"≤": le, "<": lt, "≥": ge, ">": gt}


class Attribute(StrEnum):
    """How binding an indicator is, in the plan's words."""

    ANTICIPATORY = "预期性"
    BINDING = "约束性"

    @property
    def code(self) -> str:
        """The stable English code."""
        return self.name.lower()


class AnnexKind(StrEnum):
    """What an annex lists: the targets of this plan, or those of the plan before with their results."""

    TARGETS = "targets"
    RESULTS = "results"


class Indicator(NamedRow):
    """One line of an annex, every value as printed.

    An annex of results prints a target and a result, one of targets a base (what was done in `base_year`) and a target;
    each target and result stands either as an absolute value or as yearly growth in per cent, "—" in the other column.
    """

    annex: int
    number: int
    category: Text
    unit: Text
    base_year: int | None = None
    base: Text | None = None
    target_year: int
    target_absolute: Text
    target_growth: Text
    result_year: int | None = None
    result_absolute: Text | None = None
    result_growth: Text | None = None
    attribute: Attribute

    @property
    def annex_kind(self) -> AnnexKind:
        """What its annex lists."""
        return AnnexKind.TARGETS if self.result_year is None else AnnexKind.RESULTS

    @property
    def kinds(self) -> tuple[str, ...]:
        """How the target is stated: ``absolute``, ``growth`` (yearly), both, or neither."""
        stated = (("absolute", self.target_absolute), ("growth", self.target_growth))
        return tuple(kind for kind, text in stated if text != NONE_PRINTED)

    @property
    def printed(self) -> tuple[str, ...]:
        """Every value that the plan prints for it."""
        values = (self.base, self.target_absolute, self.target_growth, self.result_absolute, self.result_growth)
        return tuple(value for value in values if value)


class Term(NamedRow):
    """A word of the annexes (a category, a unit, a value in words) and what we call it, by language."""

    name: Text = Field(alias="term")
    names: NamesColumn = Field(alias="en")


class Verdict(StrEnum):
    """Whether a target was met."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_COMPARABLE = "not_comparable"


class Reason(StrEnum):
    """What a verdict rests on."""

    NUMBER = "number"
    LIMIT = "limit"
    PAIR = "pair"
    SAME_WORDS = "same_words"
    TASK_DONE = "task_done"
    NOTHING_PRINTED = "nothing_printed"
    NOT_ALIKE = "not_alike"


@dataclass(frozen=True)
class Outcome:
    """A verdict and what it rests on."""

    verdict: Verdict
    reason: Reason


def number_in(text: str | None) -> float | None:
    """Return the number that `text` is, None where it is anything but a plain number (-6.9, 80, 44.28)."""
    return float(text) if text and _NUMBER.fullmatch(text) else None


def met(row: Indicator) -> Outcome:
    """Return whether the target of a line of annex 1 was met, by the rule that the page states.

    A target is compared with the result in the same column only. Where either is "—", nothing is compared. A plain
    number is met by a result at least as high, a limit (≤, <, ≥, >) by a result within it, a pair (6/7.5) part by
    part. Words are met by the same words, and a task set by the city by the words that it was fulfilled.
    """
    pairs = ((row.target_absolute, row.result_absolute), (row.target_growth, row.result_growth))
    stated = [(target, result) for target, result in pairs if NONE_PRINTED not in (target, result)]
    if len(stated) != 1 or not stated[0][1]:
        return Outcome(Verdict.NOT_COMPARABLE, Reason.NOTHING_PRINTED)
    target, result = stated[0][0], stated[0][1]
    return _by_words(target, result) or _by_number(target, result) or _by_pair(target, result) or _UNLIKE


_UNLIKE: Final = Outcome(Verdict.NOT_COMPARABLE, Reason.NOT_ALIKE)


def _by_words(target: str, result: str) -> Outcome | None:
    if target == result and number_in(target) is None:
        return Outcome(Verdict.MET, Reason.SAME_WORDS)
    if DONE_OF_TASK.get(target) == result:
        return Outcome(Verdict.MET, Reason.TASK_DONE)
    return None


def _by_number(target: str, result: str) -> Outcome | None:
    reason = Reason.LIMIT if target[0] in _LIMITS else Reason.NUMBER
    limit = number_in(target[1:] if reason is Reason.LIMIT else target)
    reached = number_in(result)
    if limit is None or reached is None:
        return None
    return Outcome(_verdict(_LIMITS.get(target[0], ge)(reached, limit)), reason)


def _by_pair(target: str, result: str) -> Outcome | None:
    targets, results = _numbers(target.split("/")), _numbers(result.split("/"))
    if not targets or not results or len(targets) != len(results):
        return None
    return Outcome(_verdict(all(map(ge, results, targets))), Reason.PAIR)


def _numbers(parts: Iterable[str]) -> list[float]:
    numbers = [number_in(part) for part in parts]
    return [] if None in numbers else [number for number in numbers if number is not None]


def _verdict(is_met: bool) -> Verdict:
    return Verdict.MET if is_met else Verdict.NOT_MET


def load_indicators(folder: Path, translations: Translations) -> tuple[list[Indicator], list[Problem]]:
    """Return the indicators in the data folder by annex and number, and the problems found."""
    rows, problems = read_rows(folder / INDICATORS_FILE, Indicator, translations)
    indicators: dict[tuple[int, int], Indicator] = {}
    for row in rows:
        if (row.annex, row.number) in indicators:
            problems.append(Problem("id_repeated", INDICATORS_FILE, f"{row.annex}/{row.number}"))
        indicators.setdefault((row.annex, row.number), row)
    return [indicators[key] for key in sorted(indicators)], problems


def load_terms(folder: Path, translations: Translations) -> tuple[dict[str, Names], list[Problem]]:
    """Return what the annexes' words are called in other languages, by the Chinese, and the problems found."""
    rows, problems = read_rows(folder / TERMS_FILE, Term, translations)
    return {row.name: row.names for row in rows}, problems
