"""Whether the app could run here as it is set up: the settings, the folders, the record and the district's data."""

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from geo.settings import (
    SECRET,
    TABLES,
    VARIABLES,
    Settings,
    SettingsError,
    misspelt_variables,
    settings,
    settings_file,
    with_file,
)
from geo.store.database import connect, database_url, open_database, schema_of, shown
from geo.store.editors.people import Editors, EditorsFileError
from geo.store.model import SCHEMA
from geo.whole_file import make_folder
from server.listening import fault_of_address
from server.logs import FILES, file_of
from server.office import this_office

_ANOTHERS: Final = (
    "归另一个用户，服务读写不了：请用 chown -R 归还给服务用户 / "
    "is another user's, and the service cannot read and write it: give it back by chown -R"
)


def check() -> Settings:
    """Return the settings where the app can run with them.

    Raises
    ------
    SettingsError : where it cannot; its text says why, a line each
    """
    read = settings()
    wrong = [*misspelt_variables(), *fault_of_address(read), *_folders(read), *faults_of_record()]
    if wrong:
        raise SettingsError("\n".join(with_file(wrong, settings_file())))
    return read


def doubts(read: Settings) -> list[str]:
    """Return what the app can run with, but not all of what belongs to it: files that are another user's."""
    found = []
    try:
        Editors(read.state_dir / "editors.json").people()
    except EditorsFileError as error:
        found.append(f"编辑人员名单读不了，谁也不能登录 / nobody can sign in: {error}")
    for path in (*sorted(read.state_dir.iterdir()), *sorted(read.logs.glob(FILES)), this_office().backups):
        with suppress(FileNotFoundError):  # others come and go
            if path.exists() and _is_anothers(path, read.state_dir):
                found.append(f"{path}: {_ANOTHERS}")
    return found


def _is_anothers(path: Path, state: Path) -> bool:
    """Return whether the app's user, or where root asks the state folder's, could not write to a file."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return path.stat().st_uid != state.stat().st_uid
    return not os.access(path, os.R_OK | os.W_OK)


def _folders(read: Settings) -> Iterator[str]:
    if not (read.data_dir / "district.json").is_file():
        yield f"{_named('data_dir')}: 没有 / there is no {read.data_dir / 'district.json'}"
    if "template_dir" in read.model_fields_set and not read.template_dir.is_dir():
        yield f"{_named('template_dir')}: 没有这个文件夹 / there is no folder {read.template_dir}"
    for key, folder in (("state_dir", read.state_dir), ("log_dir", read.logs)):
        try:
            make_folder(folder)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(f"{folder}")
            if key == "log_dir" and file_of(read).exists() and not os.access(file_of(read), os.W_OK):
                raise PermissionError(f"{file_of(read)} {_ANOTHERS}")
        except OSError as error:
            yield f"{_named(key)}: 不能写入 / cannot be written to: {error}"


def faults_of_record(*, to_run: bool = False) -> Iterator[str]:
    """Yield why the record cannot be used: a sentence, or none.

    Its tables are brought up to date only where the app is `to_run`: an older release may be at work with them.
    """
    url = database_url()
    try:
        tables = _tables_of(url)
        if tables > SCHEMA:
            yield (
                f"{_named('database_url')}: 底账出自更新的版本（数据表 {tables}，本版本 {SCHEMA}）：请用那个版本 / "
                f"the record is of a newer release (tables {tables}, here {SCHEMA}); run that one: {shown(url)}"
            )
        elif to_run:
            open_database(url).dispose()
    except (SQLAlchemyError, OSError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield f"{_named('database_url')}: 数据库打不开 / the record cannot be opened: {shown(url)}: {why}"


def _tables_of(url: str) -> str:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            return schema_of(connection) or ""
    finally:
        engine.dispose()


def _named(key: str) -> str:
    return f"{key} ({VARIABLES[key]})"


def _told(read: Settings, key: str) -> str:
    """Return a setting for the one at the command line, what holds a secret hidden."""
    value = read.logs if key == "log_dir" else getattr(read, key)
    if value in (None, "", ()):
        return "—"
    if key in SECRET:
        return "***"
    if isinstance(value, tuple):
        return ", ".join(each.id if key == TABLES else each for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(
        prog="python -m server check", description="Check the settings and all they name; start nothing."
    ).parse_args(arguments)
    read = check()
    print(f"{settings_file()}{'' if settings_file().is_file() else '  (没有，用默认值 / none, defaults are used)'}")
    for key in type(read).model_fields:
        print(f"  {key} = {_told(read, key)}{'' if key in read.model_fields_set else '  (默认 / default)'}")
    print("".join(f"! {line}\n" for line in doubts(read)), end="")
    print("设置可用。 / The settings can be used.")
    return 0
