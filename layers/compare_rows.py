"""The comparison of sites as a table in words, one row a fact and one cell a site: the same on screen and in files."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geo.compare import COMPARED_KINDS, NEIGHBOUR_WITHIN_M, Compared, compare, unsure_m
from geo.load import Dataset
from geo.nearby import Kind, Surroundings
from geo.project import Project
from layers.wording import (
    distance_in_words,
    grade_in_words,
    mention_place,
    mention_printed_under,
    office_facts,
    phases_in_words,
    place_kind_in_words,
    site_name,
    source_in_words,
    structure_in_words,
)
from layers.words import Words

NOTHING: Final = "—"
NAMES_SHOWN: Final = 6


@dataclass(frozen=True)
class Line:
    """One line of a cell; a `note` says more of the line above it, a `verbatim` one is the plan's own Chinese."""

    text: str
    note: bool = False
    verbatim: bool = False


Cell = tuple[Line, ...]


@dataclass(frozen=True)
class Row:
    """One fact of every site; a row whose cells are all the same and says so once has `common` instead."""

    label: str
    cells: tuple[Cell, ...] = ()
    common: str | None = None


@dataclass(frozen=True)
class Section:
    """Rows under one title, and what is to be known of them."""

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def compare_rows(data: Dataset, words: Words, surroundings: Surroundings, projects: Sequence[Project]) -> list[Section]:
    """Return the comparison of `projects`: what the plan says, how sure their places are, what lies around."""
    sections = [_plan(data, words, projects), _surroundings(data, words, surroundings, projects)]
    office = _office(data, words, projects)
    return [*sections, office] if office.rows else sections


def _row(label: str, projects: Iterable[Project], say: Callable[[Project], str]) -> Row:
    return Row(label, tuple((Line(say(project)),) for project in projects))


def _plan(data: Dataset, words: Words, projects: Sequence[Project]) -> Section:
    rows = (
        _row(words("detail.phase"), projects, lambda project: phases_in_words(words, project)),
        _row(words("detail.sector"), projects, lambda project: words(f"sector.{project.sector}")),
        _row(words("detail.structure"), projects, lambda project: structure_in_words(data, words, project)),
        Row(words("detail.mentions"), tuple(_wordings(data, words, project) for project in projects)),
        _row(words("detail.grade"), projects, lambda project: grade_in_words(words, project)),
    )
    sector_note = words("format.term", term=words("detail.sector"), value=words("detail.sector_note"))
    return Section(words("compare.plan"), rows, (sector_note,))


def _wordings(data: Dataset, words: Words, project: Project) -> Cell:
    lines = []
    for mention in project.mentions:
        place = mention_place(data, words, mention)
        lines.append(Line(mention.name, verbatim=True))
        printed = " · ".join(mention_printed_under(mention))
        if printed and words.language == "zh":
            place, printed = f"{place} · {printed}", ""
        lines.append(Line(place, note=True))
        if printed:
            lines.append(Line(printed, note=True, verbatim=True))
    return tuple(lines) or (Line(NOTHING),)


def _surroundings(data: Dataset, words: Words, surroundings: Surroundings, projects: Sequence[Project]) -> Section:
    compared = compare(data, surroundings, projects)
    known = {place.kind for place in surroundings.places}
    reach = words("measure.kilometres", n=words.number(NEIGHBOUR_WITHIN_M / 1000))
    rows = [_kind_row(words, kind, compared, known=kind in known) for kind in COMPARED_KINDS]
    rows.append(Row(words("compare.neighbours", m=reach), tuple(_neighbours(words, each) for each in compared)))
    layers = dict.fromkeys(place.layer for place in surroundings.places if place.kind in COMPARED_KINDS)
    notes = [words("detail.near_note"), *(source_in_words(data, words, layer) for layer in layers)]
    return Section(words("compare.around"), tuple(rows), tuple(note for note in notes if note))


def _kind_row(words: Words, kind: Kind, compared: Sequence[Compared], *, known: bool) -> Row:
    label = place_kind_in_words(words, kind)
    label = label[:1].upper() + label[1:]
    if not known:
        return Row(label, common=words("compare.no_data"))
    return Row(label, tuple(_near(words, kind, each) for each in compared))


def _near(words: Words, kind: Kind, each: Compared) -> Cell:
    if each.near is None:
        return (Line(NOTHING),)
    lines = []
    for place, distance in each.near.get(kind, []):
        lines.append(Line(distance_in_words(words, distance)))
        lines.append(Line(place.name_in(words.language), note=True))
    return tuple(lines)


def _neighbours(words: Words, each: Compared) -> Cell:
    its = each.neighbours
    if its is None:
        return (Line(NOTHING),)
    lines = [Line(words("compare.count", n=len(its.sure)))]
    if its.sure:
        lines.append(Line(_names(words, its.sure), note=True))
    if its.possible:
        unsure = "compare.possible" if unsure_m(each.project) else "compare.possible_others"
        lines.append(Line(words(unsure, n=len(its.possible))))
        lines.append(Line(_names(words, its.possible), note=True))
    if its.unplaced:
        lines.append(Line(words("compare.unplaced", n=its.unplaced), note=True))
    return tuple(lines)


def _names(words: Words, projects: Sequence[Project]) -> str:
    names = words("format.list").join(site_name(words, project) for project in projects[:NAMES_SHOWN])
    more = len(projects) - NAMES_SHOWN
    return words("compare.and_more", names=names, n=more) if more > 0 else names


def _office(data: Dataset, words: Words, projects: Sequence[Project]) -> Section:
    """Return what the office has filled in, empty where it has for none of them."""
    filled = [dict(office_facts(data, words, project)) for project in projects]
    terms = dict.fromkeys(term for facts in filled for term in facts)
    rows = tuple(Row(term, tuple((Line(facts.get(term, NOTHING)),) for facts in filled)) for term in terms)
    return Section(words("compare.office"), rows)
