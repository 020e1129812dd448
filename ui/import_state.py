"""The file that a session is importing: as far as it is read, tested, tried out; dropped when done or left."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import streamlit as st

from geo.crs_candidates import Candidate
from geo.crs_doctor import Diagnosis, Finding, Verdict
from geo.load import Dataset
from geo.store.changes import Change, Conflict, ConflictError
from ui import editing
from ui.cache import dataset, record
from ui.import_job import CancelledError, ImportJob
from ui.import_preview import Preview, preview_of
from ui.import_work import DryRun, Incoming, ReadFile, Settings, read_and_test, save, tested_again, try_out
from ui.login import author

_IMPORTING, _IMPORTED, _SERIAL, _UPLOADER = "importing", "imported", "import_serial", "import_uploader"
PATIENCE_S: Final = 1.0
"""What ends within this needs no progress bar."""


@dataclass
class Importing:
    """One file on its way. `serial` tells it, and each part of it that is read, apart: each has its own fields.

    Attributes
    ----------
    file_id : str
        The browser's upload.
    read, dry_run : ReadFile, DryRun or None
        None until the job is done, and again when something before it changes.
    grid : Candidate or None
        A city grid fitted to control points.
    news : str
        What to say of the last attempt, as the identifier of the words; `about` is its detail.
    conflicts : tuple of Conflict
        What others had changed since the dry run when the last attempt was made.
    previews : dict
        What each system that was chosen makes of the file.
    """

    serial: int
    file_id: str
    name: str
    job: ImportJob | None = None
    read: ReadFile | None = None
    grid: Candidate | None = None
    dry_run: DryRun | None = None
    news: str = ""
    about: str = ""
    conflicts: tuple[Conflict, ...] = ()
    previews: dict[Candidate, Preview] = field(default_factory=dict)

    def key(self, field: str) -> str:
        """Return the key of a widget about this file."""
        return f"import-{self.serial}-{field}"

    def is_at(self, *parts: str) -> bool:
        """Whether one of these parts of its import is running."""
        return self.job is not None and self.job.part in parts


@dataclass(frozen=True)
class Imported:
    """What the last import of this session has done; `change` is None where nothing differed."""

    name: str
    change: Change | None
    added: tuple[str, ...]
    changed: tuple[str, ...]


def importing() -> Importing | None:
    """Return the file that is being imported."""
    found: Importing | None = st.session_state.get(_IMPORTING)
    return found


def imported() -> Imported | None:
    """Return what has just been imported."""
    found: Imported | None = st.session_state.get(_IMPORTED)
    return found


def uploader_key() -> str:
    """Return the key of the widget where a file is chosen; it changes where that is to be empty again."""
    return f"import_file_{st.session_state.get(_UPLOADER, 0)}"


def leave() -> None:
    """Drop the file and what is known of it, unless it is being saved; what was saved stays in the record."""
    found = importing()
    if found and found.job and found.is_at("save") and not found.job.ended():
        return
    forget()
    st.session_state.pop(_IMPORTED, None)


def forget() -> None:
    """Drop the file."""
    found: Importing | None = st.session_state.pop(_IMPORTING, None)
    if found and found.job:
        found.job.cancel()


def _forget_upload() -> None:
    """Drop the file, and let another be chosen."""
    forget()
    st.session_state[_UPLOADER] = st.session_state.get(_UPLOADER, 0) + 1


# ---- what is done with it ----


def take_up(file_id: str, name: str, content: bytes) -> Importing:
    """Begin with a file that was chosen."""
    leave()
    return _begin(file_id, Incoming(name, content))


def read_again(found: Importing, file: Incoming) -> None:
    """Read another part of the file, or other columns as its place."""
    forget()
    _begin(found.file_id, file)


def _begin(file_id: str, file: Incoming) -> Importing:
    number = st.session_state[_SERIAL] = st.session_state.get(_SERIAL, 0) + 1
    begun = st.session_state[_IMPORTING] = Importing(number, file_id, file.name)
    data = dataset()

    def take(job: ImportJob) -> None:
        begun.read = job.result
        if isinstance(job.error, CancelledError):
            _forget_upload()

    _start(begun, "read", lambda job: read_and_test(job, file, data), take)
    return begun


def add_grid(found: Importing, grid: Candidate) -> None:
    """Test the file anew with a city grid among the candidates."""
    read = found.read
    if read is None:
        return
    found.grid, found.dry_run = grid, None

    def take(job: ImportJob) -> None:
        if job.result:
            found.read = replace(read, diagnosis=job.result)

    _start(found, "test", lambda job: tested_again(job, read, [grid]), take)


def start_dry_run(found: Importing, settings: Settings) -> None:
    """Try out what the rows would become."""
    read, of_record, store = found.read, record(), editing.store()
    if read is None or store is None:
        return
    found.dry_run = None

    def take(job: ImportJob) -> None:
        found.dry_run = job.result

    _start(found, "draft", lambda job: try_out(job, read, settings, of_record, store), take)


def start_saving(found: Importing, why: str) -> None:
    """Save what was tried out; refused where this session's person may not."""
    read, dry_run, store = found.read, found.dry_run, editing.store()
    if not editing.may_edit() or store is None:
        found.news = "task.needs_login"
        return
    if read is None or dry_run is None or not why.strip():
        return
    who = author()

    def take(job: ImportJob) -> None:
        _take_saved(found, dry_run, job)

    _start(found, "save", lambda job: save(job, dry_run, store, who, why, read.source), take)


def _take_saved(found: Importing, dry_run: DryRun, job: ImportJob) -> None:
    if isinstance(job.error, ConflictError):
        start_dry_run(found, dry_run.settings)
        found.conflicts = job.error.conflicts
        found.news, found.about = "import.conflict", str(len(found.conflicts))
    elif job.error is None:
        ids = [(str(row.project_id), row.is_new) for row in dry_run.rows]
        added, changed = (tuple(each for each, is_new in ids if is_new is wanted) for wanted in (True, False))
        _forget_upload()
        st.session_state[_IMPORTED] = Imported(found.name, job.result, added, changed)


def _start(found: Importing, part: str, work: Callable[[ImportJob], Any], take: Callable[[ImportJob], None]) -> None:
    if found.job:
        found.job.cancel()
    found.news, found.conflicts = "", ()
    found.job = ImportJob(part, work, take).start()


def settle() -> Importing | None:
    """Take what a job has brought, if it has ended; return the file that is being imported."""
    found = importing()
    job = found.job if found else None
    if found is None or job is None or not job.ended():
        return found
    found.job = None
    job.take(job)
    if job.error and not found.news:
        cancelled = isinstance(job.error, CancelledError)
        found.news, found.about = "import.cancelled" if cancelled else "import.failed", type(job.error).__name__
    return importing()


# ---- what is chosen ----


def choices(found: Importing) -> list[Finding]:
    """Return the candidates to choose from, the likeliest first: those that fit, or all where that was asked for."""
    diagnosis = _diagnosis(found)
    if diagnosis is None:
        return []
    if st.session_state.get(found.key("all")):
        return list(diagnosis.findings)
    return [each for each in diagnosis.findings if each.fits or each.candidate.grid]


def chosen(found: Importing) -> Candidate | None:
    """Return what the file's numbers are taken to mean: what the reader chose, else the first where that is certain."""
    key, options = found.key("crs"), choices(found)
    if key not in st.session_state:
        sure = _diagnosis(found)
        return sure.findings[0].candidate if sure and sure.verdict is Verdict.CERTAIN else None
    at = st.session_state[key]
    candidates = [each.candidate for each in options]
    return at if at in candidates else None


def preview(found: Importing, data: Dataset) -> Preview | None:
    """Return what the chosen system makes of the file, None where none is chosen or nothing can be said."""
    candidate, read = chosen(found), found.read
    if candidate is None or read is None or read.reference is None:
        return None
    if candidate not in found.previews:
        found.previews[candidate] = preview_of(read.table, candidate, data, read.reference)
    return found.previews[candidate]


def _diagnosis(found: Importing) -> Diagnosis | None:
    return found.read.diagnosis if found.read else None
