"""The whole record as one file, and back: to keep it safe, or to move it to another machine or database.

The file is a zip of one JSON-lines file a table, the same from SQLite and PostgreSQL, with what else the state folder
keeps, and a manifest of how many rows each has and what they come to.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select

from geo.store.database import open_database, reading, writing
from geo.store.model import SCHEMA, Base
from geo.whole_file import write_whole

TABLES: Final = tuple(Base.metadata.sorted_tables)
BESIDE: Final = ("editors.json", "presets.json")
MANIFEST: Final = "manifest.json"
AT_ONCE: Final = 1_000


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
    """A backup cannot be made or brought back; the text says why, for the one at the command line."""


def back_up(engine: Engine, state: Path, file: Path) -> dict[str, int]:
    """Write the record and the state folder's files into `file`, as of one moment; return the rows of each table."""
    counts: dict[str, int] = {}

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, reading(engine) as connection:
            manifest: dict[str, Any] = {"schema": SCHEMA, "made": datetime.now(UTC).isoformat(), "tables": {}}
            for table in TABLES:
                tally = Tally()
                with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as member:
                    for line in _lines(connection, table):
                        tally.add(line)
                        member.write(line)
                counts[table.name] = tally.rows
                manifest["tables"][table.name] = asdict(tally)
            for name in BESIDE:
                if (state / name).is_file():
                    archive.write(state / name, name)
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))

    write_whole(file, write, mode=0o600)
    return counts


def bring_back(url: str, state: Path, file: Path) -> dict[str, int]:
    """Fill the empty database at `url` and the state folder from a backup; return the rows of each table.

    What was brought back is read again and compared with the backup before it is confirmed.

    Raises
    ------
    BackupError : where the file is no backup, is damaged or of a newer release, or the database is not empty
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            engine = open_database(url)
            counts = _fill(engine, archive, manifest)
            for name in set(BESIDE) & set(archive.namelist()):
                content = archive.read(name)
                write_whole(state / name, lambda path, content=content: _put(path, content), mode=0o600)  # type: ignore[misc]
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BackupError(f"{file.name} is no backup, or is damaged ({error})") from error
    return counts


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if str(manifest["schema"]) > SCHEMA:
        raise BackupError(f"the backup is of a newer release (tables {manifest['schema']}, here {SCHEMA})")
    return manifest


def _fill(engine: Engine, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> dict[str, int]:
    with writing(engine) as connection:
        if any(connection.execute(select(table).limit(1)).first() for table in TABLES):
            raise BackupError("the database already holds a record; name an empty one, or move that one away first")
        for table in TABLES:
            _insert(connection, table, archive)
            tally = Tally()
            for line in _lines(connection, table):
                tally.add(line)
            if asdict(tally) != manifest["tables"][table.name]:
                raise BackupError(f"{table.name}: what was brought back is not what was backed up; nothing is kept")
    return {name: told["rows"] for name, told in manifest["tables"].items()}


def _insert(connection: Connection, table: Any, archive: zipfile.ZipFile) -> None:
    some: list[dict[str, Any]] = []
    with archive.open(f"{table.name}.jsonl") as member:
        for line in member:
            some.append(_row(table, json.loads(line)))
            if len(some) == AT_ONCE:
                connection.execute(insert(table), some)
                some = []
    if some:
        connection.execute(insert(table), some)


def _lines(connection: Connection, table: Any) -> Iterator[bytes]:
    for row in connection.execute(select(table).execution_options(yield_per=AT_ONCE)):
        values = {
            key: value.isoformat() if isinstance(value, datetime) else value for key, value in row._mapping.items()
        }
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _row(table: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "at": datetime.fromisoformat(values["at"])} if "at" in table.columns else values
