"""Empty databases of record, in SQLite and in PostgreSQL; an office with its own data and a survey of its district."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from pyproj import Transformer
from shapely.geometry import Polygon

from geo.load import load_dataset
from geo.reference.folder import make_copy
from geo.store.store import Store
from tests.geo.replacing import DEMO, outline_of, zipped_shapefile
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


@pytest.fixture
def office(monkeypatch, tmp_path):
    """The office's own copy of the made-up district."""
    monkeypatch.setenv("XIGANG_DATA_DIR", str(DEMO))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    copy = tmp_path / "data"
    make_copy(DEMO, copy)
    monkeypatch.setenv("XIGANG_DATA_DIR", str(copy))
    return copy


@pytest.fixture
def survey(office, tmp_path):
    """A boundary 40 m wider all round, in metres of the district's zone: made by pyproj point by point."""
    zone = load_dataset(office).district.metric_crs
    west, south, east, north = outline_of(office).bounds
    forth = Transformer.from_crs("EPSG:4326", zone, always_xy=True)
    (left, low), (right, high) = forth.transform(west, south), forth.transform(east, north)
    corners = [(left - 40, low - 40), (right + 40, low - 40), (right + 40, high + 40), (left - 40, high + 40)]
    return zipped_shapefile(tmp_path / "survey.zip", [Polygon(corners)], zone, 名称=["某区"]), zone, corners
