"""The database behind the record: SQLite beside the app, or PostgreSQL for several servers; its tables kept current."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from geo.settings import settings
from geo.store.model import SCHEMA
from geo.whole_file import make_empty, make_folder

FILE_NAME: Final = "record.sqlite"
NEW_FILE_MODE: Final = 0o640
"""The owner's, and for its group to read; SQLite's side files get the same."""
BUSY_TIMEOUT_S: Final = 30
"""So long a writer waits for the others before it gives up."""
CONNECT_TIMEOUT_S: Final = 10
IDLE_WRITER_TIMEOUT_S: Final = 120
"""After so long a silence in the middle of a change, PostgreSQL ends it: a client that hangs holds up nobody else."""
WRITER_LOCK: Final = 7_163_001
"""The key of PostgreSQL's advisory lock: one writer at a time, so that changes are numbered as they are confirmed."""
MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
_WRITES: Final = "xigang_writes"
_WAITING: Final = f"busy_timeout={BUSY_TIMEOUT_S * 1000}"
_LASTING: Final = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON")


def database_url() -> str:
    """Return where the record is: the URL that is set, else an SQLite file in the state folder."""
    local = URL.create("sqlite", database=str(settings().state_dir / FILE_NAME))
    return settings().database_url or local.render_as_string(hide_password=False)


def shown(url: str) -> str:
    """Return a database's URL without its passwords, also those among its options.

    Raises
    ------
    sqlalchemy.exc.ArgumentError : where it is no URL
    """
    read = make_url(url)
    hidden = read.update_query_dict({option: "***" for option in read.query if "password" in option})
    return hidden.render_as_string(hide_password=True).replace("%2A", "*")


def open_database(url: str) -> Engine:
    """Return an engine for the record at `url`, its tables made or brought up to date.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError, OSError : where the database cannot be reached, read or written
    """
    engine = connect(url)
    with engine.connect() as connection:
        current = schema_of(connection)
    if current != SCHEMA:  # nothing is loaded for it where they are
        with writing(engine) as connection:
            migrate(connection)
    return engine


def connect(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for the record at `url` with its tables as they are; an SQLite file can be opened to read only.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError, OSError : where `url` names no database of a kind that can hold the record
    """
    return _engine(make_url(url), read_only)


def _engine(url: URL, read_only: bool) -> Engine:
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            file = Path(url.database).absolute()
            if read_only:
                # Where nobody has it open, not even the side files of a reader are left beside it.
                alone = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
                ask = partial(sqlite3.connect, f"{file.as_uri()}?mode=ro{alone}", uri=True, check_same_thread=False)
                return _set_up_sqlite(create_engine("sqlite://", creator=ask, poolclass=NullPool), _WAITING)
            make_folder(file.parent)
            make_empty(file, NEW_FILE_MODE)
            return _set_up_sqlite(create_engine(url.set(drivername="sqlite")), _WAITING, *_LASTING)
        case "postgresql" | "postgres":
            psycopg = url.set(drivername="postgresql+psycopg")
            return create_engine(psycopg, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    raise ArgumentError("the record is kept in an SQLite file or in PostgreSQL")


def _set_up_sqlite(engine: Engine, *pragmas: str) -> Engine:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one snapshot."""
    snapshot = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**snapshot) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction, alone: confirmed when this returns, undone when it raises."""
    # What is read after the lock must be what the writer before has confirmed, whatever the server's default is.
    fresh = {} if engine.dialect.name == "sqlite" else {"isolation_level": "READ COMMITTED"}
    with engine.connect().execution_options(**{_WRITES: True}, **fresh) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_TIMEOUT_S}s'"))
            connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_WRITER_TIMEOUT_S}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
        yield connection


def migrate(connection: Connection, to: str = "head") -> None:
    """Bring the tables, in the transaction at hand, to those of the migration `to`, forwards or back (``base``: none).

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError : where the tables are of a release that this one does not know, or cannot be changed
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    back = to == "base" or to < (schema_of(connection) or "")
    try:
        (command.downgrade if back else command.upgrade)(config, to)
    except CommandError as error:  # a newer release of the app has been here
        raise SQLAlchemyError(str(error)) from error


def schema_of(connection: Connection) -> str | None:
    """Return the migration that the tables are the result of, None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
