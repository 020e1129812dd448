"""What an import does with a file: read and test it, try it out, save it. Nothing here knows of a page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely

from geo.crs_candidates import Candidate, Floats
from geo.crs_doctor import Diagnosis, Reference, diagnose, reference_of
from geo.intake.coordinate_columns import CoordinateColumns, coordinate_columns
from geo.intake.draft import DraftRow, ImportDraft, draft_import
from geo.intake.evidence import ImportDefaults
from geo.intake.file import read_file
from geo.intake.mapping import ColumnMapping, suggest_mapping
from geo.intake.table import Table
from geo.load import Dataset
from geo.store.author import Author
from geo.store.changes import Change, Edit, Entry, Kind, Source
from geo.store.current import RecordOfFiles
from geo.store.store import Store
from layers.import_words import import_words
from ui.import_job import ImportJob

MOST_SKETCHED: Final = 2_000
SHEETS: Final = frozenset({"csv", "xlsx"})
"""Formats that hold a place in columns."""


@dataclass(frozen=True)
class Incoming:
    """A file as it was chosen, and which part of it is to be read."""

    name: str
    content: bytes
    layer: str | None = None
    where: CoordinateColumns | None = None


@dataclass(frozen=True)
class ReadFile:
    """What a file holds and what its numbers may mean.

    Attributes
    ----------
    where : CoordinateColumns or None
        The columns of a sheet that hold the place.
    x, y : ndarray of float, (m,)
        The numbers of at most 2,000 of its features.
    """

    source: Source
    table: Table
    mapping: ColumnMapping
    where: CoordinateColumns | None
    reference: Reference | None
    diagnosis: Diagnosis | None
    x: Floats
    y: Floats

    @property
    def has_places(self) -> bool:
        """Whether any row has a place."""
        return bool(len(self.x))

    @property
    def is_usable(self) -> bool:
        """Whether there is any row to import."""
        return bool(len(self.table.columns))


@dataclass(frozen=True)
class Settings:
    """All that decides what a file's rows become."""

    candidate: Candidate
    columns: tuple[tuple[str, str], ...]
    defaults: ImportDefaults


@dataclass(frozen=True)
class DryRun:
    """What the rows would become, and the projects that they are about as they were then."""

    settings: Settings
    draft: ImportDraft
    known: dict[str, Entry]

    @cached_property
    def rows(self) -> tuple[DraftRow, ...]:
        """The rows that have something to save."""
        return tuple(row for row in self.draft.rows if row.record)

    @property
    def edits(self) -> list[Edit]:
        """What is to be saved."""
        return [
            Edit(each, row.record, self.known[each].version if each in self.known else 0)
            for row in self.rows
            if row.record and (each := str(row.project_id))
        ]


def read_and_test(job: ImportJob, file: Incoming, data: Dataset) -> ReadFile:
    """Read a file and find out what its numbers may mean."""
    job.at("read")
    table = read_file(file.name, file.content, layer=file.layer, where=file.where)
    source = Source(table.name, hashlib.sha256(file.content).hexdigest())
    job.at("test")
    mapping = suggest_mapping(table, data, import_words())
    x, y = _sample(table)
    reference = reference_of(data)
    where = file.where or coordinate_columns(headers_of(table)) if table.format in SHEETS else None
    return ReadFile(source, table, mapping, where, reference, _tested(table, reference, len(x)), x, y)


def tested_again(job: ImportJob, read: ReadFile, grids: Sequence[Candidate]) -> Diagnosis | None:
    """Test a file anew, with city grids among the candidates."""
    job.at("test")
    return _tested(read.table, read.reference, len(read.x), grids)


def _tested(table: Table, reference: Reference | None, placed: int, grids: Sequence[Candidate] = ()) -> (
    Diagnosis | None
):  # fmt: skip
    return diagnose(table, reference, grids) if reference and placed else None


def headers_of(table: Table) -> list[str]:
    """Return what the columns are called."""
    return [str(column) for column in table.columns.columns]


def _sample(table: Table) -> tuple[Floats, Floats]:
    """Return a point of each feature in the file's own numbers, of at most 2,000 spread evenly over the file."""
    usable = np.flatnonzero(~shapely.is_missing(table.geometries))
    if len(usable) > MOST_SKETCHED:
        usable = usable[np.linspace(0, len(usable) - 1, MOST_SKETCHED).astype(np.intp)]
    points = shapely.centroid(table.geometries[usable])
    return shapely.get_x(points), shapely.get_y(points)


def try_out(job: ImportJob, read: ReadFile, settings: Settings, record: RecordOfFiles, store: Store) -> DryRun:
    """Draft every row against the projects as they are now."""
    job.at("draft")
    # The projects are read after their versions: what happens in between is told as a conflict, never overwritten.
    entries = store.entries()
    draft = draft_import(
        read.table,
        settings.candidate,
        ColumnMapping(dict(settings.columns)),
        record.dataset(),
        settings.defaults,
        words=import_words(),
        records={each: entry.record for each, entry in entries.items()},
        step=job.step,
    )
    about = {row.project_id for row in draft.rows}
    return DryRun(settings, draft, {each: entry for each, entry in entries.items() if each in about})


def save(job: ImportJob, dry_run: DryRun, store: Store, author: Author, why: str, source: Source) -> Change | None:
    """Save all rows in one change.

    Raises
    ------
    ConflictError, InvalidError, NotAllowedError : as ``Store.save``
    """
    job.at("save")
    return store.save(author, dry_run.edits, why=why, kind=Kind.IMPORT, source=source, progress=job.step)
