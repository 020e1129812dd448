"""The database behind the record: its tables, the log that only grows, several processes, servers of another mind."""

import subprocess
import sys
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from geo.store import database
from geo.store.author import Author, Role
from geo.store.changes import ConflictError, Edit
from geo.store.model import SCHEMA, Base
from geo.store.store import Store
from tests.data.samples import project_feature

LI = Author("李", Role.EDITOR)
PARK = [Edit("park", project_feature("park"), 0)]


def test_the_tables_are_those_of_the_latest_migration():
    assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [SCHEMA]


def test_the_migrations_make_what_the_models_say(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == SCHEMA
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("table", ["change", "revision"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}",
        "UPDATE {} SET {column} = ''",
        "TRUNCATE {} CASCADE",
        "INSERT OR REPLACE INTO {} SELECT * FROM {}",
    ],
)
def test_nobody_rewrites_the_log(store, table, statement):
    of_one_database = {"TRUNCATE": "postgresql", "INSERT": "sqlite"}.get(statement.split()[0])
    if of_one_database not in (None, store.engine.dialect.name):
        return
    store.save(LI, PARK, why="")
    before = store.revisions()
    column = {"change": "author", "revision": "became"}[table]
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement.format(table, table, column=column)))
    assert store.revisions() == before


def test_sqlite_waits_for_the_disk_and_for_others(new_sqlite_database):
    engine = Store(new_sqlite_database()).engine
    with engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in asked]
    assert found == ["wal", 2, 30_000, 1]


def test_a_reader_sees_one_state_while_another_writes(store):
    store.save(LI, PARK, why="")
    with database.reading(store.engine) as connection:
        count = text("SELECT count(*) FROM feature")
        before = connection.execute(count).scalar()
        store.save(LI, [Edit("quay", project_feature("quay"), 0)], why="")
        assert connection.execute(count).scalar() == before == 1
    assert store.head() == 2


@pytest.mark.postgresql
@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_writer_sees_what_the_one_before_confirmed_whatever_the_servers_default(
    new_postgresql_database, postgres_server, level
):
    url = new_postgresql_database()
    strict = Store(f"{url}&options=-cdefault_transaction_isolation%3D{level.replace(' ', '%5C%20')}")
    strict.save(LI, PARK, why="")
    told: list[object] = []

    def second():
        try:
            told.append(strict.save(LI, [Edit("park", project_feature("park", names={"en": "Mine"}), 1)], why=""))
        except Exception as error:
            told.append(error)

    thread = threading.Thread(target=second)
    with database.writing(strict.engine) as connection:
        thread.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while not connection.execute(waiting).scalar():
            thread.join(0.01)
        connection.execute(text("UPDATE feature SET version = 2"))
    thread.join()
    assert isinstance(told[0], ConflictError)


@pytest.mark.postgresql
def test_a_connection_that_the_server_cuts_saves_nothing_and_the_next_works(new_postgresql_database, postgres_server):
    store = Store(new_postgresql_database())
    with pytest.raises(SQLAlchemyError), database.writing(store.engine) as connection:
        connection.execute(text("DELETE FROM shipped"))
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        postgres_server.run(f"SELECT pg_terminate_backend({pid})")
        connection.execute(text("SELECT 1"))
    assert store.save(LI, PARK, why="").id == 1
    postgres_server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'record%'")
    assert store.head() == 1, "a connection in the pool that is gone is made anew"


def test_an_app_older_than_the_database_says_so_instead_of_writing(url, store):
    try:
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(SQLAlchemyError, match="9999"):
            Store(url)
    finally:
        with store.engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{SCHEMA}'"))


def test_any_folder_name_will_do(tmp_path, monkeypatch):
    odd = tmp_path / "a b?c#d%41区"
    monkeypatch.setenv("XIGANG_STATE_DIR", str(odd))
    monkeypatch.delenv("XIGANG_DATABASE_URL", raising=False)
    Store(database.database_url())
    assert (odd / "record.sqlite").exists()


START = """
import sys
from pathlib import Path
from geo.store.store import Store
store = Store(sys.argv[1])
store.follow(Path("data"))
print(store.head(), len(store.entries()))
"""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_processes_that_start_at_once_make_the_tables_and_take_over_the_file_once(kind, request, tmp_path):
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    else:
        url = request.getfixturevalue("postgres_server").new_database()
    started = [
        subprocess.Popen([sys.executable, "-c", START, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ended = [process.communicate(timeout=120) for process in started]
    assert [out.strip() for out, _ in ended] == ["1 113"] * 4, [err for _, err in ended]
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM change")).scalar() == 1
    engine.dispose()
