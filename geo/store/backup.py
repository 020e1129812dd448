"""The record in a backup: its tables as JSON lines, the same from SQLite and PostgreSQL, and back into an empty one.

It is written as the tables are, also by a later release that reads an earlier one's; what is brought back goes into
the tables that it was taken from, is compared with what was told of it, and only then becomes today's.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, DateTime, MetaData, Table, func, insert, make_url, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from geo.store.database import connect, migrate, schema_of, writing
from geo.store.model import SCHEMA, Base

MAX_LINE_BYTES: Final = 64 * 2**20
"""A project's outline of a million corners takes half of it."""
AT_ONCE: Final = 1_000

Told = dict[str, Any]
"""What a backup's manifest says of the record: ``schema``, and under ``tables`` each one's rows and digest."""


@dataclass
class Tally:
    """How many lines there are, and a sum of their SHA-256 that is the same in whatever order they come."""

    rows: int = 0
    digest: str = "0"

    def add(self, line: bytes) -> None:
        """Count one line."""
        self.rows += 1
        self.digest = f"{(int(self.digest, 16) + int.from_bytes(hashlib.sha256(line).digest())) % 2**256:x}"


class BackupError(Exception):
    """A backup cannot be made or brought back; the text says why and what to do, for the one at the command line."""


def member_of(table: str) -> str:
    """Return the name that a table has in a backup."""
    return f"{table}.jsonl"


def dump(connection: Connection, archive: zipfile.ZipFile) -> Told:
    """Write the record's tables, as the connection sees them, into a backup; return what to tell of them."""
    schema = schema_of(connection)
    if schema is None:
        raise BackupError("这里还没有项目数据 / there is no record here yet")
    told: Told = {"schema": schema, "tables": {}}
    for table in _tables(connection):
        tally = Tally()
        with archive.open(member_of(table.name), "w", force_zip64=True) as member:
            for line in _lines(connection, table):
                tally.add(line)
                member.write(line)
        told["tables"][table.name] = asdict(tally)
    return told


def tallies(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return what ``dump`` would tell of each table, without writing it."""
    return {table.name: asdict(_tally(connection, table)) for table in _tables(connection)}


@contextmanager
def loaded(url: str, archive: zipfile.ZipFile, told: Told) -> Iterator[Connection]:
    """Fill the empty database at `url` from a backup, in one transaction that is confirmed when the block ends.

    Raises
    ------
    BackupError : where the backup is damaged or of a newer release, or the database is not empty
    sqlalchemy.exc.SQLAlchemyError, OSError : where the database cannot be written
    """
    require_known(told)
    file = _file_of(url)
    is_new = file is not None and not file.exists()
    engine = connect(url)
    try:
        with writing(engine) as connection:
            require_empty(connection)
            _load(connection, archive, told)
            yield connection
    except BaseException:
        engine.dispose()
        if is_new and file:
            _remove(file)
        raise
    engine.dispose()


def require_known(told: Told) -> None:
    """Do nothing where this release knows the tables of the backup."""
    if str(told["schema"]) > SCHEMA:
        raise BackupError(
            f"这份备份出自更新的版本（数据表 {told['schema']}，本版本 {SCHEMA}）：请用该版本恢复 / "
            f"the backup is of a newer release (tables {told['schema']}, here {SCHEMA}): restore it with that release"
        )


def require_empty(connection: Connection) -> None:
    """Do nothing where there is no record in the database."""
    if any(connection.execute(select(table).limit(1)).first() for table in _tables(connection)):
        raise BackupError(
            "这个库里已有项目数据，恢复只写入空库：请停止系统，把它移到别处，或指定另一个空库 / "
            "the database already holds a record, and a restore fills only an empty one: stop the app and "
            "move that one away, or name another"
        )


def _load(connection: Connection, archive: zipfile.ZipFile, told: Told) -> None:
    if schema_of(connection) not in (None, told["schema"]):
        migrate(connection, "base")
    migrate(connection, told["schema"])
    tables = _tables(connection)
    if {table.name for table in tables} != set(told["tables"]):
        raise BackupError("备份中的数据表不全或多余 / the backup has tables too few or too many")
    for table in tables:
        try:
            _insert(connection, table, archive)
        except OperationalError:  # the database's own trouble, not the file's
            raise
        except (SQLAlchemyError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise BackupError(
                f"备份中的 {table.name} 已损坏 / {table.name} is damaged in the backup: {error}"
            ) from error
        if asdict(_tally(connection, table)) != told["tables"][table.name]:
            raise BackupError(
                f"{table.name}：恢复出的与备份的不一致，未保留任何内容 / "
                "what was brought back is not what was backed up; nothing is kept"
            )
    migrate(connection)
    _require_counts(connection, told["tables"])


def _require_counts(connection: Connection, tables: Mapping[str, Any]) -> None:
    for table in _tables(connection):
        rows = connection.execute(select(func.count()).select_from(table)).scalar()
        if table.name in tables and rows != tables[table.name]["rows"]:
            raise BackupError(f"{table.name}：升级数据表后行数不符 / the migration has changed how many rows there are")


def _tables(connection: Connection) -> list[Table]:
    """Return the record's tables as they are in the database, whatever release made them; those named first first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in Base.metadata.tables)
    return found.sorted_tables


def _insert(connection: Connection, table: Table, archive: zipfile.ZipFile) -> None:
    moments = [column.name for column in table.columns if isinstance(column.type, DateTime)]
    some: list[dict[str, Any]] = []
    with archive.open(member_of(table.name)) as member:
        while line := member.readline(MAX_LINE_BYTES):
            values = json.loads(line)
            for name in moments:
                values[name] = datetime.fromisoformat(values[name]).astimezone(UTC).replace(tzinfo=None)
            some.append(values)
            if len(some) == AT_ONCE:
                connection.execute(insert(table), some)
                some = []
    if some:
        connection.execute(insert(table), some)


def _tally(connection: Connection, table: Table) -> Tally:
    tally = Tally()
    for line in _lines(connection, table):
        tally.add(line)
    return tally


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    for row in connection.execute(select(table).execution_options(yield_per=AT_ONCE)):
        values = {key: _told(value) for key, value in row._mapping.items()}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _told(value: Any) -> Any:
    return value.replace(tzinfo=UTC).isoformat() if isinstance(value, datetime) else value


def _file_of(url: str) -> Path | None:
    read = make_url(url)
    return Path(read.database) if read.get_backend_name() == "sqlite" and read.database else None


def _remove(file: Path) -> None:
    """Take away an SQLite file that did not come to be, and its folder where nothing else is in it."""
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    with suppress(OSError):
        file.parent.rmdir()
