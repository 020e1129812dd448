"""What sites are compared by beside the plan's own words: what lies near each, and who of its sector is close by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.load import Dataset
from geo.nearby import METRO, Kind, Nearest, Surroundings
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES

NEIGHBOUR_WITHIN_M: Final = 1000
COMPARED_KINDS: Final[dict[Kind, int]] = {METRO: 1, "station": 1, "airport": 1, "port": 1, "hospital": 2}
"""How many places of each kind are named, the nearest first."""


@dataclass(frozen=True)
class Neighbours:
    """Projects of the same sector around a site, nearest first; None of them where nothing places the site.

    `sure` lie within the reach whatever the accuracies, `possible` only if these are taken in their favour.
    `unplaced` is how many of the sector have no place at all, so that nobody takes the count for complete.
    """

    sure: tuple[Project, ...]
    possible: tuple[Project, ...]
    unplaced: int


@dataclass(frozen=True)
class Compared:
    """One site's figures; `near` and `neighbours` are None for a site without a place."""

    project: Project
    near: Nearest | None
    neighbours: Neighbours | None


def unsure_m(project: Project) -> float:
    """Return how far the project may lie from its point: nothing where it is known itself, else its accuracy."""
    return 0.0 if project.location.grade in KNOWN_GRADES else float(project.location.accuracy_m or 0)


def neighbours_of(
    data: Dataset, surroundings: Surroundings, project: Project, *, within_m: float = NEIGHBOUR_WITHIN_M
) -> Neighbours | None:
    """Return the projects of the same sector within a straight-line distance, None where the project has no point.

    Parameters
    ----------
    within_m : float, metres in the district's metric system

    Notes
    -----
    Both ends may be known only by street or neighbourhood: a neighbour is sure where the distance and both
    accuracies together are no longer than `within_m`, possible where the distance less both is.
    """
    at = surroundings.sites_m.get(project.id)
    if at is None:
        return None
    others = [each for each in data.projects if each.sector is project.sector and each.id != project.id]
    placed = [each for each in others if each.placed]
    apart_m = [float(np.hypot(*(surroundings.sites_m[each.id] - at))) for each in placed]
    sure, possible = [], []
    for distance_m, other in sorted(zip(apart_m, placed, strict=True), key=lambda pair: pair[0]):
        slack_m = unsure_m(project) + unsure_m(other)
        if distance_m + slack_m <= within_m:
            sure.append(other)
        elif distance_m - slack_m <= within_m:
            possible.append(other)
    return Neighbours(tuple(sure), tuple(possible), len(others) - len(placed))


def compare(data: Dataset, surroundings: Surroundings, projects: Sequence[Project]) -> list[Compared]:
    """Return the figures of each project, in their order."""
    kinds, most = list(COMPARED_KINDS), max(COMPARED_KINDS.values())
    found = []
    for project in projects:
        near = surroundings.nearest(project, kinds, count=most) if project.placed else None
        cut = near and {kind: its[: COMPARED_KINDS[kind]] for kind, its in near.items()}
        found.append(Compared(project, cut, neighbours_of(data, surroundings, project)))
    return found
