"""What goes into the record and what comes out of its log: edits, changes, revisions, conflicts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from geo.problem import Problem
from geo.store.record import Record


class Kind(StrEnum):
    """What kind of change somebody made."""

    SHIPPED = "shipped"
    EDIT = "edit"
    ADD = "add"
    IMPORT = "import"
    RETIRE = "retire"
    REVIVE = "revive"
    SPLIT = "split"
    MERGE = "merge"
    UNDO = "undo"
    RESTORE = "restore"


@dataclass(frozen=True)
class Entry:
    """A project in the record: its GeoJSON feature (EPSG:4326), its version, and whether it is retired."""

    id: str
    version: int
    retired: bool
    record: Record


@dataclass(frozen=True)
class Edit:
    """What one project is to become.

    `base_version` is the version that the editor saw, 0 for a project that is new. `retired` is left as it is
    where None.
    """

    project_id: str
    record: Record
    base_version: int
    retired: bool | None = None


@dataclass(frozen=True)
class Source:
    """The file that a change comes from."""

    name: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Change:
    """What one person did in one go. `id` numbers the changes in the order in which they were confirmed, from 1.

    `of` is the change that an undo takes back, or to whose state a restoration returns.
    """

    id: int
    at: datetime
    author: str
    kind: Kind
    why: str
    source: Source = field(default_factory=Source)
    of: int | None = None


@dataclass(frozen=True)
class Revision:
    """One field of one project before and after a change; ABSENT where it was not there.

    `path` is ``geometry``, ``retired``, that of a property with dots, or empty where the whole project began, with
    its record in `became`. `version` is the project's after the change.
    """

    change: Change
    project_id: str
    path: str
    was: Any
    became: Any
    version: int


@dataclass(frozen=True)
class Conflict:
    """A project that somebody else has changed in the meantime.

    Attributes
    ----------
    project_id : str
    base : dict or None
        The record that the editor saw, None where the project is new.
    theirs : Entry
        The project now.
    mine : dict
        The record that was to be saved.
    since : tuple of Change
        What was done in the meantime, latest first.
    """

    project_id: str
    base: Record | None
    theirs: Entry
    mine: Record
    since: tuple[Change, ...]


class ConflictError(Exception):
    """Nothing was saved, since others have changed these projects in the meantime."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(", ".join(conflict.project_id for conflict in conflicts))
        self.conflicts = tuple(conflicts)


class InvalidError(ValueError):
    """Nothing was saved, since some of the records break the rules of the model."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{each.where}: {each.code} {each.detail}" for each in problems[:5]))
        self.problems = tuple(problems)
