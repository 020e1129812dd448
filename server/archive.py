"""A backup file: a zip with the record, the office's files, and a manifest of what they come to.

What is read may be anybody's: nothing is taken from it before all of it has been looked at.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Annotated, Any, Final

from pydantic import BaseModel, Field, ValidationError

from geo.release import version
from geo.store.backup import MAX_LINE_BYTES, BackupError, Tally, Told, dump, member_of, require_known
from geo.store.database import connect, reading
from geo.whole_file import write_whole
from server.office import SECRETS, SETTINGS, STATE_FILES, Office, sqlite_file

FORMAT: Final = 2
MANIFEST: Final = "manifest.json"
OWNER_ONLY: Final = 0o600
MAX_MANIFEST_BYTES: Final = 32 * 2**20
MAX_MEMBERS: Final = 100_000
MOST_AT_A_TENTH: Final = 2**30
"""So much may come of a file however small; above it, more than `MAX_RATIO` times the file is a bomb."""
MAX_RATIO: Final = 100
_CHUNK: Final = 2**20
_ONE: Final = {SETTINGS, SECRETS, *(f"state/{name}" for name in STATE_FILES)}
_NAME: Final = re.compile(r'(?:template|data)(?:/[^/\\:*?"<>|\x00-\x1f]+)+')
_READING_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, OverflowError, OSError,
    ValueError,
)  # fmt: skip
"""What Python's reader raises where a zip is not as it should be: an offset before the file's start is an OSError."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class _Rows(BaseModel):
    rows: Count
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{1,64}$")]


class _File(BaseModel):
    bytes: Count
    sha256: Sha256


class Manifest(BaseModel):
    """What a backup says of itself; those of the first format hold no files but the editors and the presets."""

    format: int = 1
    release: str = ""
    made: datetime
    tables_of: Annotated[str, Field(alias="schema", pattern=r"^\d{4}$")]
    tables: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], _Rows]
    files: dict[str, _File] = {}

    @property
    def told(self) -> Told:
        """What it says of the record."""
        return {"schema": self.tables_of, "tables": {name: rows.model_dump() for name, rows in self.tables.items()}}

    @property
    def counts(self) -> str:
        """How much of a record it is, for the one at the command line."""
        projects, changes, fields = (self.tables[name].rows for name in ("feature", "change", "revision"))
        return (
            f"{projects} 个项目、{changes} 次修改（{fields} 项） / "
            f"projects {projects}, changes {changes}, fields changed {fields}"
        )


@dataclass(frozen=True)
class Backup:
    """A backup that is open, and has been found whole.

    `files` gives the name of each of the office's files, as ``Office.place_of`` takes it, its name in the zip.
    """

    file: Path
    archive: zipfile.ZipFile
    manifest: Manifest
    files: Mapping[str, str] = field(default_factory=dict)

    def content(self, name: str) -> Iterator[bytes]:
        """Yield one of the office's files, a piece at a time."""
        with self.archive.open(self.files[name]) as member:
            yield from pieces(member)

    def sha256(self, name: str) -> str:
        """Return the checksum of one of the office's files."""
        return sha256(self.content(name))


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what is in a stream, a piece at a time."""
    while piece := stream.read(_CHUNK):
        yield piece


def sha256(content: Iterator[bytes]) -> str:
    """Return the checksum of pieces."""
    total = hashlib.sha256()
    for piece in content:
        total.update(piece)
    return total.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as stream:
        return sha256(pieces(stream))


# ---- making one ----


def make(office: Office, file: Path) -> Manifest:
    """Write a backup of an office as it is at this moment, read it again, and return its manifest.

    Nothing is changed of what is read, and an earlier release's record is read as it is.

    Raises
    ------
    BackupError, OSError, sqlalchemy.exc.SQLAlchemyError : where it cannot be made; no file is left then
    """

    if (database := sqlite_file(office.url)) and not database.is_file():
        raise BackupError(f"这里没有项目数据 / there is no record here: {database}")

    def write(path: Path) -> None:
        before = _unopened_since_ns(database)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            engine = connect(office.url, read_only=True)
            try:
                with reading(engine) as connection:
                    told = dump(connection, archive)
            finally:
                engine.dispose()
            if before and database and database.stat().st_mtime_ns != before:  # it was read without a lock
                raise BackupError(
                    "备份期间系统刚好启动并有修改：请再备份一次 / "
                    "the app was started, and a change made, during the backup: back up again"
                )
            files = {name: _add(archive, name, source) for name, source in office.files()}
            made = datetime.now(UTC).isoformat()
            manifest = {"format": FORMAT, "release": version(), "made": made, **told, "files": files}
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        with opened(path):
            pass

    write_whole(file, write, mode=OWNER_ONLY)
    with zipfile.ZipFile(file) as archive:
        return _manifest(archive)


def _unopened_since_ns(database: Path | None) -> int:
    """Return when an SQLite file that nobody has open was changed last, 0 of any other."""
    if database is None or database.with_name(f"{database.name}-wal").exists():
        return 0
    return database.stat().st_mtime_ns


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> dict[str, Any]:
    told = _File(bytes=0, sha256="0" * 64)
    total = hashlib.sha256()
    info = zipfile.ZipInfo(name)
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, OWNER_ONLY << 16
    with source.open("rb") as stream, archive.open(info, "w", force_zip64=True) as member:
        for piece in pieces(stream):
            total.update(piece)
            told.bytes += len(piece)
            member.write(piece)
    return {"bytes": told.bytes, "sha256": total.hexdigest()}


# ---- reading one ----


@contextmanager
def opened(file: Path) -> Iterator[Backup]:
    """Open a backup, once all of it has been read and is as its manifest says.

    Raises
    ------
    BackupError : where it is no backup, damaged, of a newer release or made to do harm
    """
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(_zip(file))
            manifest = _manifest(archive)
            backup = Backup(file, archive, manifest, _files(archive, manifest))
            _require_whole(backup)
        except _READING_ERRORS as error:
            raise _damaged(file, error) from error
        yield backup


def _damaged(file: Path, why: object) -> BackupError:
    return BackupError(
        f"{file.name} 已损坏或不完整（{why}）：请换用另一份备份 / is damaged or incomplete ({why}): take another backup"
    )


def _zip(file: Path) -> zipfile.ZipFile:
    try:
        with file.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise BackupError(f"{file} 无法读取 / cannot be read: {error.strerror}") from error
    if start[:2] != b"PK":
        raise BackupError(f"{file.name} 不是本系统的备份 / is no backup of this system")
    return zipfile.ZipFile(file)


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    name = Path(archive.filename or "").name
    try:
        info = archive.getinfo(MANIFEST)
    except KeyError as error:
        raise BackupError(f"{name} 不是本系统的备份 / is no backup of this system: {MANIFEST}") from error
    if info.file_size > MAX_MANIFEST_BYTES:
        raise _hostile(name, MANIFEST)
    try:
        read = json.loads(archive.read(info))
        if isinstance(read, dict) and isinstance(number := read.get("format", 1), int) and number > FORMAT:
            raise BackupError(
                f"{name} 出自更新的版本：请用该版本恢复 / is of a newer release: restore it with that one"
            )
        manifest = Manifest.model_validate(read)
        require_known(manifest.told)
        _ = manifest.counts
    except (ValidationError, ValueError, KeyError, RecursionError) as error:
        raise _damaged(Path(name), MANIFEST) from error
    return manifest


def _hostile(name: str, what: str) -> BackupError:
    return BackupError(
        f"{name} 中有备份里不该有的内容，未采用（{what[:80]!r}） / "
        f"holds what no backup holds; nothing was taken from it ({what[:80]!r})"
    )


def _files(archive: zipfile.ZipFile, manifest: Manifest) -> dict[str, str]:
    """Return the office's files by their names; all that is in the zip must be told of, and the other way round."""
    file = Path(archive.filename or "")
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(names) > MAX_MEMBERS or len({name.casefold() for name in names}) != len(names):
        raise _hostile(file.name, "names")
    files: dict[str, str]
    if manifest.format == 1:
        files = {f"state/{name}": name for name in STATE_FILES if name in names}
    else:
        files = {name: name for name in manifest.files}
    tables = {member_of(name) for name in manifest.tables}
    for info in infos:
        if info.filename not in {MANIFEST, *tables, *files.values()} or info.flag_bits & 1:
            raise _hostile(file.name, info.filename)
    if missing := ({*tables, *files.values()} - set(names)):
        raise _damaged(file, ", ".join(sorted(missing)[:3]))
    for name in files:
        if name not in _ONE and not (_NAME.fullmatch(name) and _is_plain(name)):
            raise _hostile(file.name, name)
    whole = sum(info.file_size for info in infos)
    if whole > max(MOST_AT_A_TENTH, MAX_RATIO * file.stat().st_size):
        raise _hostile(file.name, f"{whole} bytes")
    return files


def _is_plain(name: str) -> bool:
    """Return whether a name stays where it is put, on every system."""
    parts = PurePosixPath(name).parts
    return "/".join(parts) == name and all(part == part.strip(" .") or part[:1] == "." for part in parts) and (
        not {".", ".."} & set(parts)
    )  # fmt: skip


def _require_whole(backup: Backup) -> None:
    for name, rows in backup.manifest.tables.items():
        tally = Tally()
        with backup.archive.open(member_of(name)) as member:
            while line := member.readline(MAX_LINE_BYTES):
                tally.add(line)
        if asdict(tally) != rows.model_dump():
            raise _damaged(backup.file, member_of(name))
    for name, told in backup.manifest.files.items():
        if backup.archive.getinfo(name).file_size != told.bytes or backup.sha256(name) != told.sha256:
            raise _damaged(backup.file, name)
