"""The dataset of record: the data folder's files, with the projects as the record has them now."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final
from zlib import crc32

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from geo.load import Dataset, load_dataset, parse_project
from geo.pause import garbage_kept
from geo.problem import Problem, field_problems
from geo.project import Project
from geo.settings import VARIABLES
from geo.state_dir import data_dir
from geo.store.changes import Entry
from geo.store.database import database_url, shown
from geo.store.store import Store

RETRY_S: Final = 15
"""A database that cannot be reached is tried again so often."""


class RecordOfFiles:
    """The record that goes with a data folder; shared by all sessions of a process.

    Projects are parsed once, and again only as they change.

    Attributes
    ----------
    store : Store or None
        None while the database cannot be reached; the projects are those of the file then, and cannot be edited.
    """

    @garbage_kept()
    def __init__(self, folder: Path, url: str) -> None:
        self._files = self._current = load_dataset(folder)
        self._folder, self._url = folder, url
        self._lock = Lock()
        self._head = 0
        self._projects: dict[str, Project | None] = {}
        self._problems: dict[str, list[Problem]] = {}
        self.store: Store | None = None
        self._open()

    @garbage_kept()
    def _open(self) -> None:
        self._tried_at = monotonic()
        try:
            store = open_store(self._url)
            store.follow(self._folder)
            self.store = store
        except (SQLAlchemyError, OSError) as error:
            self._current = _with_problem(self._files, self._url, error)

    def dataset(self) -> Dataset:
        """Return the data with the projects of record; the same object until something changes.

        Where the database is gone for the moment, the last state stands, with a problem that says so.
        """
        with self._lock:
            if self.store is None and monotonic() - self._tried_at > RETRY_S:
                self._open()
            if self.store is None:
                return self._current
            try:
                if self.store.head() != self._head:
                    self._current = self._refreshed(self.store)
            except SQLAlchemyError as error:
                return _with_problem(self._current, self._url, error)
            return self._current

    @garbage_kept()
    def _refreshed(self, store: Store) -> Dataset:
        self._head, changed = store.entries_since(self._head)
        for entry in changed.values():
            self._take(entry)
        problems = [problem for found in self._problems.values() for problem in found]
        return replace(
            self._files,
            projects=tuple(project for project in self._projects.values() if project),
            problems=(*self._files.problems, *problems),
            version=f"{self._files.version}-{self._head}" if self._head > 1 else self._files.version,
            fingerprint=f"{self._files.fingerprint}-{crc32(self._url.encode()):08x}-{self._head}",
        )

    def _take(self, entry: Entry) -> None:
        self._projects[entry.id], self._problems[entry.id] = None, []
        if entry.retired:
            return
        try:
            self._projects[entry.id] = parse_project(self._files.translations.fill(entry.record))
        except ValidationError as error:
            self._problems[entry.id] = list(field_problems(entry.id, error))
        except ValueError as error:
            self._problems[entry.id] = [Problem("rule_broken", entry.id, str(error))]


@lru_cache(maxsize=4)
def open_store(url: str) -> Store:
    """Return the record at `url`, opened once a process."""
    return Store(url)


def dataset_of_record(folder: Path) -> Dataset:
    """Return the folder's data; with the projects of record where it is the folder that the app uses.

    Raises
    ------
    UnreadableDistrictError : as ``load_dataset``
    """
    if folder.resolve() != data_dir().resolve():
        return load_dataset(folder)
    return RecordOfFiles(folder, database_url()).dataset()


def _with_problem(dataset: Dataset, url: str, error: Exception) -> Dataset:
    """Return the dataset with a word on why the record cannot be reached; without the URL's password."""
    try:
        where = shown(url)
    except SQLAlchemyError:  # no URL at all
        where = VARIABLES["database_url"]
    return replace(dataset, problems=(*dataset.problems, Problem("store_unavailable", where, type(error).__name__)))
