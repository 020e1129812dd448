"""An import tried out: what each row of a file would make of the projects, and why not. Nothing is stored here."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from pandas import isna
from pydantic import ValidationError

from geo.check import PROJECT_MARGIN_M
from geo.crs_candidates import Candidate
from geo.feature import feature_of
from geo.intake.cells import Cell, parsed, parser_of
from geo.intake.evidence import ImportDefaults, crs_name
from geo.intake.mapping import FIELD_OF, KEBAB, NO_WORDS, ColumnMapping, ImportWords, codes_of, name_key
from geo.intake.rows import EVIDENCE, RowDraft, RowNote
from geo.intake.shapes import Places, places_of
from geo.intake.table import EXAMPLE_ID, FeatureProblem, Table
from geo.load import Dataset, parse_project
from geo.problem import field_problems
from geo.project import Project
from geo.store.record import Difference, differences, with_values

NOT_PROJECTS: Final = frozenset({"structure", "accuracy", "parcels"})
"""What our own GeoJSON and KML hold besides projects, by their column ``layer``."""
HOLD_PROJECTS_BY_LAYER: Final = frozenset({"geojson", "kml", "kmz"})
GEOMETRY_LOST: Final = frozenset(
    {
        "import_geometry_unreadable",
        "import_not_finite",
        "import_kind",
        "import_too_many_vertices",
        "import_not_a_number",
        "import_not_a_feature",
    }
)
READ_WITH_CARE: Final = frozenset({"import_text_mixed", "import_formula_no_value"})
ROWS_BETWEEN_STEPS: Final = 1_000
Record = dict[str, Any]
Step = Callable[[int, int], None]


class Outcome(StrEnum):
    """What becomes of a row."""

    ACCEPTED = "accepted"
    REPAIRED = "repaired"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What becomes of one row of the file; `number` is as `Table.numbers` has it.

    `record` is the whole new feature where the row is accepted or repaired, else None; `name` the one in the row;
    `changes` are those of a project that there is; `notes` say what was repaired or, of a row not taken, why.
    """

    number: int
    outcome: Outcome
    project_id: str | None
    is_new: bool
    record: Record | None
    name: str = ""
    notes: tuple[RowNote, ...] = ()
    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class ImportDraft:
    """All rows of a file in their order, and the data set that they were compared with."""

    rows: tuple[DraftRow, ...]
    dataset: Dataset

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """How many rows have each outcome."""
        return Counter(row.outcome for row in self.rows)


def draft_import(
    table: Table,
    candidate: Candidate,
    mapping: ColumnMapping,
    dataset: Dataset,
    defaults: ImportDefaults,
    *,
    words: ImportWords = NO_WORDS,
    records: Mapping[str, Record] | None = None,
    taken: Collection[str] = (),
    step: Step | None = None,
) -> ImportDraft:
    """Return what each row would make of the data set.

    Parameters
    ----------
    table : Table
    candidate : Candidate
        What the file's numbers mean.
    mapping : ColumnMapping
    dataset : Dataset
        Rows are compared with its projects: by identifier, else by Chinese name.
    defaults : ImportDefaults
    words : ImportWords
        What the screens call codes.
    records : mapping, optional
        The stored feature of each project, where it says less than the data set's: translations are filled in there.
    taken : collection of str
        Further identifiers no new project may have, as those of retired ones.
    step : function, optional
        Told now and then how many rows of how many are done; an exception of its own ends the draft.
    """
    drafting = _Drafting(table, candidate, mapping, dataset, defaults, words, records or {}, taken)
    count = len(table.columns)
    rows = []
    for index in range(count):
        rows.append(drafting.row(index))
        if step and index % ROWS_BETWEEN_STEPS == 0:
            step(index, count)
    return ImportDraft(tuple(rows), dataset)


@dataclass
class _Known:
    """The projects there are, by identifier and by name, and which row of the file has taken up which."""

    by_id: dict[str, Project] = field(default_factory=dict)
    by_name: dict[str, list[Project]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    row_of_id: dict[str, int] = field(default_factory=dict)
    row_of_name: dict[str, int] = field(default_factory=dict)


class _Drafting:
    """One draft in the making."""

    def __init__(
        self,
        table: Table,
        candidate: Candidate,
        mapping: ColumnMapping,
        dataset: Dataset,
        defaults: ImportDefaults,
        words: ImportWords,
        records: Mapping[str, Record],
        taken: Collection[str],
    ) -> None:
        self.table, self.defaults, self.records = table, defaults, records
        self.crs_name = crs_name(candidate, defaults)
        self.places: Places = places_of(table, candidate, dataset)
        self.cells = _cells(table, mapping, dataset, words)
        self.not_projects = {EXAMPLE_ID, *(placed.element.id for placed in dataset.elements)}
        self.layers = (
            table.columns["layer"].tolist()
            if table.format in HOLD_PROJECTS_BY_LAYER and "layer" in table.columns
            else []
        )
        self.problems: dict[int, list[FeatureProblem]] = {}
        for problem in table.problems:
            if isinstance(problem, FeatureProblem):
                self.problems.setdefault(problem.feature, []).append(problem)
        self.known = _Known()
        for project in dataset.projects:
            self.known.by_id[project.id] = project
            self.known.by_name.setdefault(name_key(project.name), []).append(project)
        self.known.taken = {*self.known.by_id, *records, *taken}
        self.next_ids = self._new_ids()

    def row(self, index: int) -> DraftRow:
        """Return what becomes of one row."""
        number = self.table.numbers[index]
        cells = {path: column[index] for path, column in self.cells.items() if column[index].value is not None
                 or column[index].note}  # fmt: skip
        draft = RowDraft(f"{self.table.name} #{number}", number, cells, self.defaults)
        given_id = cells["id"].value if "id" in cells else None
        layer = self.layers[index] if self.layers else None
        if given_id in self.not_projects or layer in NOT_PROJECTS:
            draft.note("import_not_a_project")
            return self._row(draft, Outcome.SKIPPED, None, None)
        project = self._project(draft, given_id)
        is_new = project is None and not draft.rejected
        self._tell_read(index, draft)
        if is_new:
            draft.tell_missing(self._needed(index, draft))
        if draft.rejected:
            return self._ended(draft, project, None)
        return self._existing(index, draft, project) if project else self._new(index, draft, given_id)

    def _tell_read(self, index: int, draft: RowDraft) -> None:
        """Note what reading and placing the row have found."""
        for problem in self.problems.get(index + 1, ()):
            if problem.code in GEOMETRY_LOST:
                draft.reject(problem.code, problem.detail)
            elif problem.code in READ_WITH_CARE:
                draft.note(problem.code, problem.detail)
        if index in self.places.refused:
            draft.reject(*self.places.refused[index])
        for code, detail in self.places.notes.get(index, ()):
            draft.note(code, detail)
        for path, cell in draft.cells.items():
            if cell.bad:
                draft.reject(cell.note, cell.detail, path)
            elif cell.note:
                draft.note(cell.note, cell.detail, path)
        draft.tell_future()

    def _needed(self, index: int, draft: RowDraft) -> Iterator[str]:
        """Yield the fields that a new project cannot be without."""
        yield from ("name", "sector")
        if not draft.value("mentions"):
            yield "phase"
        if self._geometry(index) or index in self.places.refused:
            yield from EVIDENCE

    # ---- which project ----

    def _project(self, draft: RowDraft, given_id: str | None) -> Project | None:
        """Return the project that a row is about, None where it is a new one."""
        name = draft.value("name")
        named = self.known.by_name.get(name_key(name), []) if name else []
        project = self.known.by_id.get(given_id) if given_id else None
        if project and named and project not in named:
            draft.reject("import_id_other_name", f"{given_id} / {named[0].id}", "id")
        if project is None and len(named) > 1:
            draft.reject("import_name_ambiguous", ", ".join(one.id for one in named)[:120], "name")
        elif project is None and named:
            project = named[0]
            if given_id and KEBAB.fullmatch(given_id):
                draft.note("import_id_replaced", f"{given_id} → {project.id}", "id")
        if project:
            first = self.known.row_of_id.setdefault(project.id, draft.number)
        elif name:
            first = self.known.row_of_name.setdefault(name_key(name), draft.number)
        else:
            return None
        if first != draft.number:
            draft.reject("import_row_repeated", str(first))
        return project

    def _new_ids(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            made = f"added-{self.defaults.date:%Y%m%d}-{number:04d}"
            if made not in self.known.taken:
                yield made

    def _id_for_new(self, draft: RowDraft, given_id: str | None) -> str:
        if given_id and KEBAB.fullmatch(given_id) and len(given_id) <= 60 and given_id not in self.known.taken:
            made = given_id
        else:
            made = next(self.next_ids)
            if given_id:
                draft.note("import_id_replaced", f"{given_id} → {made}", "id")
        self.known.taken.add(made)
        return made

    # ---- what it becomes ----

    def _existing(self, index: int, draft: RowDraft, project: Project) -> DraftRow:
        current = feature_of(project)
        wanted = draft.over(current, self._geometry(index), self.crs_name)
        if draft.rejected:
            return self._ended(draft, project, None)
        changes = differences(current, wanted)
        if not changes:
            return self._row(draft, Outcome.UNCHANGED, project, None)
        stored = self.records.get(project.id, current)
        record = with_values(stored, [(one.path, one.became) for one in changes])
        return self._ended(draft, project, self._checked(index, draft, record), differences(stored, record))

    def _new(self, index: int, draft: RowDraft, given_id: str | None) -> DraftRow:
        record = draft.fresh(self._geometry(index), self.crs_name)
        if not draft.rejected:
            record["id"] = self._id_for_new(draft, given_id)
        return self._ended(draft, None, self._checked(index, draft, record))

    def _geometry(self, index: int) -> tuple[float, float, Any] | None:
        lon = float(self.places.lon[index])
        return (lon, float(self.places.lat[index]), self.places.parcels[index]) if lon == lon else None

    def _checked(self, index: int, draft: RowDraft, record: Record) -> Record | None:
        """Return the record if the model takes it, else None, the row being rejected."""
        if draft.rejected:
            return None
        accuracy_m = record["properties"]["location"]["accuracy_m"] or 0
        if self.places.outside_m[index] > accuracy_m + PROJECT_MARGIN_M:
            draft.reject("import_outside_district", f"{self.places.outside_m[index]:,.0f}")
            return None
        try:
            parse_project(record)
        except ValidationError as error:
            for problem in field_problems(draft.where, error):
                draft.reject(problem.code, problem.detail)
            return None
        except ValueError as error:
            draft.reject("rule_broken", str(error)[:120])
            return None
        return record

    def _ended(
        self, draft: RowDraft, project: Project | None, record: Record | None, changes: Sequence[Difference] = ()
    ) -> DraftRow:
        outcome = Outcome.REJECTED if record is None else Outcome.REPAIRED if draft.notes else Outcome.ACCEPTED
        return replace(self._row(draft, outcome, project, record), changes=tuple(changes if record else ()))

    def _row(self, draft: RowDraft, outcome: Outcome, project: Project | None, record: Record | None) -> DraftRow:
        known_id = project.id if project else record["id"] if record else None
        name = str(draft.value("name") or (project.name if project else ""))
        is_new = project is None and outcome is not Outcome.SKIPPED
        return DraftRow(draft.number, outcome, known_id, is_new, record, name, tuple(draft.notes))


def _cells(table: Table, mapping: ColumnMapping, dataset: Dataset, words: ImportWords) -> dict[str, list[Cell]]:
    codes = codes_of(dataset, words)
    read: dict[str, list[Cell]] = {}
    for path, column in mapping.columns.items():
        if path in FIELD_OF and column in table.columns:
            raw = table.columns[column].astype(object)
            values = raw.where(~isna(raw), None).tolist()
            read[path] = parsed(values, parser_of(FIELD_OF[path], column, codes))
    return read
