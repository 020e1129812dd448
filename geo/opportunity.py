"""Which projects are still open to an investor, by the plan's own words."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from geo.project import Project
from geo.vocabulary import Phase


class Opening(StrEnum):
    """How far a project is open: not begun by the plan's wording, or under way by it."""

    OPEN = "open"
    UNDER_WAY = "under_way"


OPENING_OF_PHASE: Final = {
    Phase.PROPOSED: Opening.OPEN,
    Phase.REVITALISE: Opening.OPEN,
    Phase.PREPARING: Opening.OPEN,
    Phase.KEY: Opening.UNDER_WAY,
}
"""The phases of opportunities, the most open first; every other is done, being built, or not stated."""


def opening_of(project: Project) -> Opening | None:
    """Return whether the project's latest phase is open or under way, None where it is no opportunity."""
    return OPENING_OF_PHASE.get(project.phase)


def opportunities(projects: Iterable[Project], *, open_only: bool = False) -> list[Project]:
    """Return the opportunities among `projects`, the most open first, else in the order given.

    Parameters
    ----------
    projects : iterable of Project
    open_only : bool, default False
        Whether to leave out what is under way.

    Returns
    -------
    list of Project
    """
    order = list(OPENING_OF_PHASE)
    found = [project for project in projects if project.phase in OPENING_OF_PHASE]
    if open_only:
        found = [project for project in found if opening_of(project) is Opening.OPEN]
    return sorted(found, key=lambda project: order.index(project.phase))
