"""Empty databases of record, in SQLite and in PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from geo.store.store import Store
from tests.postgres import Server, running_server

NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    with running_server(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def new_postgresql_database(postgres_server) -> NewDatabase:
    """Return a function that empties the database of the tests, and returns its URL."""
    url = postgres_server.new_database()
    Store(url).engine.dispose()

    def emptied() -> str:
        # Making a database takes too long; as a replica, the server leaves out the triggers that keep the log.
        postgres_server.run(
            "SET session_replication_role = replica; TRUNCATE feature, change, revision, followed, shipped", url=url
        )
        return url

    return emptied


@pytest.fixture(scope="session")
def new_sqlite_database(tmp_path_factory) -> NewDatabase:
    """Return a function that makes a file with the empty tables of the record, and returns its URL."""
    folder = tmp_path_factory.mktemp("records")
    Store(f"sqlite:///{folder / 'empty.sqlite'}").engine.dispose()
    made: list[int] = []

    def copied() -> str:
        made.append(1)
        path = folder / f"record-{len(made)}.sqlite"
        shutil.copyfile(folder / "empty.sqlite", path)
        return f"sqlite:///{path}"

    return copied


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_database(request) -> NewDatabase:
    return request.getfixturevalue(f"new_{request.param}_database")


@pytest.fixture
def url(new_database) -> str:
    return new_database()


@pytest.fixture
def store(url) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.engine.dispose()
