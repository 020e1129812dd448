"""The closed vocabularies of the map: stable codes that stand in data, URLs and catalogues.

The words for each code are in ``locales/``; nothing here is ever shown.
"""

from enum import StrEnum


class Phase(StrEnum):
    """How far the plan says a project is, in the plan's own categories."""

    COMPLETED = "completed"
    BUILDING = "building"
    PREPARING = "preparing"
    KEY = "key"
    PROPOSED = "proposed"
    REVITALISE = "revitalise"
    UNSTATED = "unstated"


class Stage(StrEnum):
    """Phases grouped for drawing: one line style each."""

    DONE = "done"
    ACTIVE = "active"
    PIPELINE = "pipeline"
    UNSTATED = "unstated"


STAGE_OF_PHASE: dict[Phase, Stage] = {
    Phase.COMPLETED: Stage.DONE,
    Phase.BUILDING: Stage.ACTIVE,
    Phase.KEY: Stage.ACTIVE,
    Phase.PREPARING: Stage.PIPELINE,
    Phase.PROPOSED: Stage.PIPELINE,
    Phase.REVITALISE: Stage.PIPELINE,
    Phase.UNSTATED: Stage.UNSTATED,
}

PHASES_OF_STAGE: dict[Stage, frozenset[Phase]] = {
    stage: frozenset(phase for phase, its_stage in STAGE_OF_PHASE.items() if its_stage is stage) for stage in Stage
}


class Sector(StrEnum):
    """Our own sector of a project, judged from its name and the plan's chapters 5 and 6."""

    COMMERCE = "commerce"
    HEALTH = "health"
    CULTURE = "culture"
    TECHNOLOGY = "technology"
    HOUSING = "housing"
    BUSINESS = "business"
    LAND = "land"
    INFRASTRUCTURE = "infrastructure"


class Grade(StrEnum):
    """How well the place of a project is known, best first."""

    EXACT = "exact"
    NEAR = "near"
    STREET = "street"
    AREA = "area"
    DISTRICTWIDE = "districtwide"
    UNLOCATED = "unlocated"


PLACED_GRADES = frozenset({Grade.EXACT, Grade.NEAR, Grade.STREET, Grade.AREA})
KNOWN_GRADES = frozenset({Grade.EXACT, Grade.NEAR})
