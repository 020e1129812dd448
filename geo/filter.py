"""Which projects are wanted: one frozen filter for the map, the list, the counts, the URL and every export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.layout import Element, Group
from geo.project import Project, Record
from geo.vocabulary import Grade, Phase, Sector

Facet = Literal["phase", "sector", "place", "grade"]
FACETS: tuple[Facet, ...] = ("phase", "sector", "place", "grade")
NO_PLACE = "none"
Mask = npt.NDArray[np.bool_]


class ProjectFilter(Record):
    """What is wanted. An empty set restricts nothing; the facets combine with *and*, their codes with *or*.

    `places` holds ids of structure groups and elements, and ``NO_PLACE`` for projects the plan ties to none.
    With `any_wording` a project counts under every phase it was ever given, else under its latest only.
    `only` holds ids of projects picked by hand: where there are any, no other passes.
    """

    phases: frozenset[Phase] = frozenset()
    any_wording: bool = False
    sectors: frozenset[Sector] = frozenset()
    places: frozenset[str] = frozenset()
    grades: frozenset[Grade] = frozenset()
    text: str = ""
    only: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether every project passes."""
        facets = self.phases or self.sectors or self.places or self.grades
        return not (facets or self.text.strip() or self.only)

    def codes(self, facet: Facet) -> frozenset[str]:
        """Return the wanted codes of one facet."""
        return {"phase": self.phases, "sector": self.sectors, "place": self.places, "grade": self.grades}[facet]


def places_of(project: Project, groups: Sequence[Group], elements: Mapping[str, Element]) -> frozenset[str]:
    """Return the ids of the structure groups and the element that the plan ties `project` to.

    A project that box 4 lists under a group but no text ties to an element belongs to the group alone;
    one that the running text ties to an element belongs to that element's group as well.
    """
    element = elements.get(project.element) if project.element else None
    group_names = {project.group, element.group} if element else {project.group}
    ids = {group.id for group in groups if group.name in group_names}
    if element:
        ids.add(element.id)
    return frozenset(ids) or frozenset({NO_PLACE})


@dataclass(frozen=True)
class FacetIndex:
    """Membership of n projects in the codes of one facet."""

    codes: tuple[str, ...]
    member: Mask = field(repr=False)

    def wanted(self, codes: frozenset[str]) -> Mask:
        """Return (n,) whether each project has one of `codes`; all True where none are asked for."""
        if not codes:
            return np.ones(len(self.member), dtype=bool)
        columns = [i for i, code in enumerate(self.codes) if code in codes]
        return np.asarray(self.member[:, columns].any(axis=1))


def _facet_index(codes: Sequence[str], codes_of_each: Sequence[frozenset[str]]) -> FacetIndex:
    column = {code: i for i, code in enumerate(codes)}
    member = np.zeros((len(codes_of_each), len(codes)), dtype=bool)
    for row, its_codes in enumerate(codes_of_each):
        for code in its_codes:
            if code in column:
                member[row, column[code]] = True
    return FacetIndex(tuple(codes), member)


class ProjectIndex:
    """Projects indexed once, so that filtering and live counts stay fast at 100,000 of them.

    Parameters
    ----------
    projects : sequence of Project, (n,)
    groups : sequence of Group
    elements : sequence of Element
    """

    def __init__(self, projects: Sequence[Project], groups: Sequence[Group], elements: Sequence[Element]) -> None:
        by_id = {element.id: element for element in elements}
        places = [places_of(project, groups, by_id) for project in projects]
        place_codes = [*(group.id for group in groups), *(e.id for e in elements if e.id not in {g.id for g in groups})]
        self._latest = _facet_index(list(Phase), [frozenset({project.phase}) for project in projects])
        self._any = _facet_index(list(Phase), [project.phases_in_any_wording for project in projects])
        self._others: dict[Facet, FacetIndex] = {
            "sector": _facet_index(list(Sector), [frozenset({project.sector}) for project in projects]),
            "place": _facet_index([*place_codes, NO_PLACE], places),
            "grade": _facet_index(list(Grade), [frozenset({project.location.grade}) for project in projects]),
        }
        self._ids = tuple(project.id for project in projects)
        self.placed: Mask = np.array([project.placed for project in projects], dtype=bool)
        self.searched_texts = tuple(searchable_text(project) for project in projects)

    def __len__(self) -> int:
        return len(self.searched_texts)

    @property
    def memberships(self) -> Mapping[str, FacetIndex]:
        """The four facets by name, and ``phase_any`` for the phases of any wording."""
        return {"phase": self._latest, "phase_any": self._any} | {
            str(facet): its for facet, its in self._others.items()
        }

    def _facet(self, facet: Facet, wanted: ProjectFilter) -> FacetIndex:
        if facet == "phase":
            return self._any if wanted.any_wording else self._latest
        return self._others[facet]

    def _text_mask(self, text: str) -> Mask:
        words = text.lower().split()
        if not words:
            return np.ones(len(self), dtype=bool)
        return np.array([all(word in searched for word in words) for searched in self.searched_texts], dtype=bool)

    def mask(self, wanted: ProjectFilter, *, without: Facet | None = None) -> Mask:
        """Return (n,) bool, True where the project passes `wanted` (leaving out one facet if asked)."""
        passed = self._text_mask(wanted.text)
        if wanted.only:
            passed &= np.array([identity in wanted.only for identity in self._ids], dtype=bool)
        for facet in FACETS:
            if facet != without:
                passed &= self._facet(facet, wanted).wanted(wanted.codes(facet))
        return passed

    def counts(self, facet: Facet, wanted: ProjectFilter) -> dict[str, int]:
        """Return for each code of `facet` how many projects picking it would show, the other facets as they stand."""
        index = self._facet(facet, wanted)
        totals = index.member[self.mask(wanted, without=facet)].sum(axis=0)
        return {code: int(total) for code, total in zip(index.codes, totals, strict=True)}


def searchable_text(project: Project) -> str:
    """Return what the text search looks through: id, names, mentions and address, in lower case.

    Lower case, not case folding, so that the browser finds the same.
    """
    parts = [project.id, project.name, *project.names.values(), *(mention.name for mention in project.mentions)]
    if project.location.address:
        parts.append(project.location.address)
    return "\n".join(parts).lower()
