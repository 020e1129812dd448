"""Bring a backup back: into an empty place, whole or not at all, and proven to be what was backed up."""

import argparse
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from geo.store.backup import BackupError, loaded
from geo.store.database import shown
from geo.whole_file import write_whole
from server.archive import OWNER_ONLY, Backup, Manifest, opened, sha256_of
from server.office import SETTINGS, Office, sqlite_file, sqlite_url, this_office

ASIDE = "settings.from-backup.toml"
"""What the backup's settings are called where others are in their place."""


def restore(file: Path, office: Office, *, to: str | None = None) -> tuple[Manifest, list[str]]:
    """Fill an empty place from a backup; return what was brought back, and what is left to be done by hand.

    Parameters
    ----------
    to : the database for the record, instead of the one that is set; settings that are brought back then name it

    Raises
    ------
    BackupError : where the backup cannot be used or the place is not empty; all is as it was then
    sqlalchemy.exc.SQLAlchemyError, OSError : where something cannot be written; all is as it was then
    """
    to = _whole(to)
    with opened(file) as backup, ExitStack() as also:
        takes_settings = not office.settings.exists() and (SETTINGS in backup.files or to is not None)
        names = set(backup.files)
        if takes_settings:
            settings = b"".join(backup.content(SETTINGS)) if SETTINGS in names else b""
            if to is not None:
                settings = with_database(settings, to)
                names -= {SETTINGS}
                also.enter_context(placed([(office.settings, lambda: iter((settings,)))]))
            office = office.with_settings(settings)
        places = {name: _place(name, office, backup) for name in backup.files if name in names}
        put_back(backup, places, to or office.url)
        return backup.manifest, list(_left(backup, office, places, to))


def _whole(url: str | None) -> str | None:
    """Return a database's URL, that of an SQLite file as it is from every folder."""
    file = sqlite_file(url) if url else None
    return sqlite_url(file.absolute()) if file else url


def with_database(settings: bytes, url: str) -> bytes:
    """Return a file of settings with another database in it, all else as it is.

    Raises
    ------
    BackupError : where its text cannot be changed so
    """
    text = settings.decode("utf-8-sig")
    line = f"database_url = {json.dumps(url, ensure_ascii=False)}"
    changed, found = re.subn(r"(?m)^[ \t]*database_url[ \t]*=.*$", lambda _: line, text, count=1)
    if not found:
        changed = f"{line}\n{text}"
    try:
        if tomllib.loads(changed) == tomllib.loads(text) | {"database_url": url}:
            return changed.encode()
    except tomllib.TOMLDecodeError:
        pass
    raise BackupError(
        f"备份中的 {SETTINGS} 无法改写 database_url：请先自己写一份 {SETTINGS}，再恢复 / "
        "database_url cannot be changed in the backup's settings: write settings of your own first, then restore"
    )


def put_back(backup: Backup, places: dict[str, Path], url: str | None) -> None:
    """Write the backup's files to their places, and its record into the empty database at `url`; all or nothing."""
    missing = [name for name, path in places.items() if not _is_there(path, backup.sha256(name))]
    _require_room(backup, [places[name] for name in missing])
    with placed((places[name], lambda name=name: backup.content(name)) for name in missing):  # type: ignore[misc]
        for name in missing:
            if sha256_of(places[name]) != backup.sha256(name):
                raise BackupError(f"{name}: 写出的与备份的不一致 / what was written is not what was backed up")
        if url:
            with loaded(url, backup.archive, backup.manifest.told):
                pass


def _place(name: str, office: Office, backup: Backup) -> Path:
    path = office.place_of(name)
    if name == SETTINGS and path.is_file() and sha256_of(path) != backup.sha256(name):
        return path.with_name(ASIDE)
    return path


def _is_there(path: Path, checksum: str) -> bool:
    """Return whether a file is in its place already; another one there is never written over."""
    if not path.exists():
        return False
    if path.is_file() and sha256_of(path) == checksum:
        return True
    raise BackupError(
        f"{path} 已存在且内容不同，恢复不覆盖任何文件：请停止系统，把它移到别处，再恢复 / "
        "is there already and is another; a restore writes over nothing: stop the app, move it away, and restore again"
    )


def _require_room(backup: Backup, places: Sequence[Path]) -> None:
    needed = sum(info.file_size for info in backup.archive.infolist())
    for folder in {_existing(path.parent) for path in places}:
        if shutil.disk_usage(folder).free < needed:
            raise BackupError(
                f"磁盘空间不足：{folder} 需要 {needed // 2**20 + 1} MB / the disk is too full: {folder} needs as much"
            )


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())


@contextmanager
def placed(files: Iterable[tuple[Path, Callable[[], Iterator[bytes]]]]) -> Iterator[None]:
    """Write new files; take them and their new folders away again where the block, or the writing, fails."""
    put: list[Path] = []
    made: list[Path] = []
    try:
        for path, content in files:
            made += [each for each in reversed((path.parent, *path.parent.parents)) if not each.exists()]

            def write(temporary: Path, content: Callable[[], Iterator[bytes]] = content) -> None:
                with temporary.open("wb") as stream:
                    stream.writelines(content())

            write_whole(path, write, mode=OWNER_ONLY)
            put.append(path)
        yield
    except BaseException:
        for path in put:
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _left(backup: Backup, office: Office, places: dict[str, Path], to: str | None) -> Iterator[str]:
    if to and make_url(to) != make_url(office.url):
        yield f"启动前请改设置 / before the start, change the settings: {office.settings}: {setting_of(to)}"
    if SETTINGS in places and places[SETTINGS].name == ASIDE:
        yield (
            f"备份中的设置放在 {places[SETTINGS]}，请核对后改名为 {SETTINGS} / "
            "the backup's settings are there; look through them and rename the file"
        )
    if not office.is_bundle and not office.has_own_data() and any(name.startswith("data/") for name in places):
        folder = office.place_of_own_data
        yield (
            f'备份中的基础数据放在 {folder}，请在 {SETTINGS} 中设 data_dir = "{folder.name}" / '
            f"the backup's reference data are there; set data_dir so"
        )
    if backup.manifest.format == 1:
        yield "这份旧格式备份不含设置和版式 / a backup of the first format holds neither settings nor the office's look"


def setting_of(url: str) -> str:
    """Return the line for the settings that names a database, without its password."""
    line = f'database_url = "{shown(url)}"'
    return f"{line}（*** 处写密码 / write the password for ***）" if "***" in line else line


def told(error: BaseException) -> str:
    """Return what went wrong, a database's own words in one line."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0] if str(error) else type(error).__name__


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m server restore", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--to", metavar="URL", help="fill this database, not the one that is set")
    parser.add_argument("--check", action="store_true", help="only look whether the backup is whole; restore nothing")
    asked = parser.parse_args(arguments)
    left: list[str] = []
    try:
        if asked.check:
            with opened(asked.file) as backup:
                manifest = backup.manifest
        else:
            manifest, left = restore(asked.file, this_office(), to=asked.to)
    except (BackupError, SQLAlchemyError, OSError) as error:
        print(f"没有恢复任何内容。 / Nothing was restored.\n{told(error)}", file=sys.stderr)
        return 1
    what = (
        "备份完好 / the backup is whole"
        if asked.check
        else "已恢复，逐行核对一致 / restored, and compared line by line"
    )
    print(f"{what}: {manifest.counts}; {len(manifest.files)} 个文件 / files; {manifest.made:%Y-%m-%d %H:%M} UTC")
    print("".join(f"! {line}\n" for line in left), end="")
    return 0
