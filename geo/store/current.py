"""The dataset of record: the data folder's files, with the projects as the record has them now."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from geo.load import Dataset, load_dataset, parse_project
from geo.problem import Problem, field_problems
from geo.project import Project
from geo.store.changes import Entry
from geo.store.database import database_url
from geo.store.store import Store
from geo.translations import Translations


class CurrentProjects:
    """The projects of a record, parsed once and again only as they change; shared by all sessions of a process."""

    def __init__(self, store: Store, translations: Translations) -> None:
        self._store, self._translations = store, translations
        self._lock = Lock()
        self._head = 0
        self._projects: dict[str, Project | None] = {}
        self._problems: dict[str, list[Problem]] = {}

    def put_into(self, files: Dataset) -> Dataset:
        """Return the dataset with the projects of record in place of the file's."""
        with self._lock:
            if self._store.head() != self._head:
                self._head, changed = self._store.entries_since(self._head)
                for entry in changed.values():
                    self._take(entry)
            projects = tuple(project for project in self._projects.values() if project)
            problems = [problem for found in self._problems.values() for problem in found]
        return replace(
            files,
            projects=projects,
            problems=(*files.problems, *problems),
            fingerprint=f"{files.fingerprint}-{self._head}",
        )

    @property
    def head(self) -> int:
        """The number of the latest change, asked of the database."""
        return self._store.head()

    def _take(self, entry: Entry) -> None:
        self._projects[entry.id], self._problems[entry.id] = None, []
        if entry.retired:
            return
        try:
            self._projects[entry.id] = parse_project(self._translations.fill(entry.record))
        except ValidationError as error:
            self._problems[entry.id] = list(field_problems(entry.id, error))
        except ValueError as error:
            self._problems[entry.id] = [Problem("rule_broken", entry.id, str(error))]


@lru_cache(maxsize=4)
def open_store(url: str) -> Store:
    """Return the record at `url`, opened once a process."""
    return Store(url)


def store_problem(error: Exception) -> Problem:
    """Return what to tell the reader where the record cannot be reached; no password is in it."""
    where = make_url(database_url()).render_as_string(hide_password=True)
    return Problem("store_unavailable", where, type(error).__name__)


def dataset_of_record(folder: Path) -> Dataset:
    """Return the folder's data with the projects of record, those of its file where the record cannot be reached.

    Raises
    ------
    UnreadableDistrictError : as ``load_dataset``
    """
    files = load_dataset(folder)
    try:
        store = open_store(database_url())
        store.follow(folder)
        return CurrentProjects(store, files.translations).put_into(files)
    except (SQLAlchemyError, OSError) as error:
        return replace(files, problems=(*files.problems, store_problem(error)))
