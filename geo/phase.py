"""A project's phase from its mentions: the one place where the rule stands."""

from collections.abc import Iterable
from typing import Protocol

from geo.vocabulary import Phase

PHASE_OF_HEADING: dict[str, Phase] = {
    "完工达效": Phase.COMPLETED,
    "实施建设": Phase.BUILDING,
    "前期推进": Phase.PREPARING,
    "重点实施": Phase.KEY,
    "拟推进": Phase.PROPOSED,
    "力争盘活": Phase.REVITALISE,
}


class StatesPhase(Protocol):
    """Anything that knows the plan's box and heading it stands under."""

    @property
    def box(self) -> int | None: ...

    @property
    def heading(self) -> str | None: ...

    @property
    def phase(self) -> Phase | None: ...


class StandsInPlan(Protocol):
    """Anything that knows its place in the plan: a box, or a chapter and section."""

    @property
    def box(self) -> int | None: ...

    @property
    def chapter(self) -> int | None: ...

    @property
    def section(self) -> int | None: ...


def stated_phase(mention: StatesPhase) -> Phase | None:
    """Return the phase that the mention says its heading states, else that of a usual heading; None for neither."""
    return mention.phase or PHASE_OF_HEADING.get(mention.heading) if mention.heading else None


def latest_phase(mentions: Iterable[StatesPhase]) -> Phase:
    """Return the phase of the latest mention that states one.

    The plan looks back first and forward later, so a higher box number is the later wording.
    A mention without a phase never replaces one with; with none at all the phase is ``unstated``.
    """
    stated = [(mention.box or 0, phase) for mention in mentions if (phase := stated_phase(mention))]
    return max(stated, key=lambda pair: pair[0])[1] if stated else Phase.UNSTATED


def phases_of(mentions: Iterable[StatesPhase]) -> frozenset[Phase]:
    """Return every phase stated by some mention, or ``{unstated}``."""
    return frozenset(filter(None, map(stated_phase, mentions))) or frozenset({Phase.UNSTATED})
