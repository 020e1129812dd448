"""What a release folder holds that is the office's own, and where: beside the application, which comes anew."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from geo import settings as known
from geo.store.backup import BackupError
from geo.store.database import FILE_NAME as RECORD_NAME

SETTINGS, SECRETS = "settings.toml", "secrets.toml"
STATE_FILES: Final[tuple[str, ...]] = ("editors.json", "presets.json")
APP: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Office:
    """The office's own: where a release folder keeps it.

    Attributes
    ----------
    root : Path
        The release folder; a bundle's holds the application in ``app``, a source tree is the application.
    app : Path
    settings, secrets : Path
        They need not exist.
    state, template, data, logs : Path
        The folders; `data` can be the shipped one.
    url : str
        The database of the record.
    address, port, base_path : where it listens
    """

    root: Path
    app: Path
    settings: Path
    secrets: Path
    state: Path
    template: Path
    data: Path
    logs: Path
    url: str
    address: str | None
    port: int
    base_path: str

    @property
    def backups(self) -> Path:
        """The folder that backups go to where none is named."""
        return self.state.parent / "backups"

    @property
    def record_file(self) -> Path:
        """The SQLite file of the record where no other database is set."""
        return self.state / RECORD_NAME

    @property
    def is_bundle(self) -> bool:
        """Whether the application has a folder of its own in the release's."""
        return self.root != self.app

    def has_own_data(self) -> bool:
        """Return whether the district's data are other than the shipped ones."""
        return self.data.resolve() != (self.app / "data").resolve()

    @property
    def place_of_own_data(self) -> Path:
        """The folder for data that replace the shipped ones."""
        if self.has_own_data():
            return self.data
        return self.root / ("data" if self.is_bundle else "office-data")

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield the office's files, all but the record, each with its name in a backup."""
        for name, path in ((SETTINGS, self.settings), (SECRETS, self.secrets)):
            if path.is_file():
                yield name, path
        for name in STATE_FILES:
            if (self.state / name).is_file():
                yield f"state/{name}", self.state / name
        for name, folder in (("template", self.template), ("data", self.data)):
            if name == "template" or self.has_own_data():
                for path in sorted(folder.rglob("*")):
                    if path.is_file() and not path.name.startswith("."):
                        yield f"{name}/{path.relative_to(folder).as_posix()}", path

    def place_of(self, name: str) -> Path:
        """Return where a file of a backup belongs."""
        first, _, rest = name.partition("/")
        places = {SETTINGS: self.settings, SECRETS: self.secrets, "state": self.state, "template": self.template}
        return places.get(first, self.place_of_own_data) / rest if rest else places[first]

    def with_settings(self, content: bytes) -> "Office":
        """Return what this would be with other settings in the file."""
        told = _office(self.root, self.app, self.settings, _values(content, self.settings), os.environ)
        return replace(told, secrets=self.secrets)


def this_office() -> Office:
    """Return the office's own of the release that runs this, as the environment and the settings have it."""
    root = _root_of(APP)
    file = known.settings_file() if root == APP or known.FILE_VARIABLE in os.environ else root / SETTINGS
    return _office(root, APP, file, _values_of(file), os.environ)


def office_in(folder: Path) -> Office:
    """Return the office's own of another release folder: from its settings, and a database set for all of them.

    Raises
    ------
    BackupError : where the folder is no release
    """
    root = folder.resolve()
    app = root / "app" if (root / "app" / "app.py").is_file() else root
    if not (app / "app.py").is_file() or not (app / "geo" / "store").is_dir():
        raise BackupError(
            f"{folder} 不是本系统的文件夹：请给出旧版本所在的文件夹 / "
            "is no folder of this system: name the one that the old release is in"
        )
    database = known.VARIABLES["database_url"]
    variables = {name: os.environ[name] for name in (database,) if name in os.environ}
    file = root / SETTINGS
    return _office(root, app, file, _values_of(file), variables)


def _root_of(app: Path) -> Path:
    return app.parent if app.name == "app" and (app.parent / "SHA256SUMS").is_file() else app


def _office(root: Path, app: Path, file: Path, values: Mapping[str, Any], variables: Mapping[str, str]) -> Office:
    try:
        return _read(root, app, file, values, variables)
    except (TypeError, ValueError) as error:
        raise BackupError(
            f"{file} 或环境变量有误（{error}），运行 server check 可知是哪一项 / "
            "is wrong, or a variable is; server check says which"
        ) from error


def _read(root: Path, app: Path, file: Path, values: Mapping[str, Any], variables: Mapping[str, str]) -> Office:
    def value(key: str) -> str | None:
        return variables.get(known.VARIABLES[key]) or values.get(key)

    def folder(key: str, usual: Path) -> Path:
        set_here = variables.get(known.VARIABLES[key])
        is_meant = set_here and Path(set_here) != usual  # a bundle's launcher sets what is usual
        return Path(str(set_here)) if is_meant else file.parent / (values.get(key) or usual)

    own_data = root / "data" if root != app and (root / "data").is_dir() else app / "data"
    state = folder("state_dir", root / "state" if root != app else app / "var")
    return Office(
        root,
        app,
        file,
        app / ".streamlit" / SECRETS,
        state,
        folder("template_dir", root / "template"),
        folder("data_dir", own_data),
        folder("log_dir", state / "logs" if root == app else root / "logs"),
        _absolute(value("database_url"), app) or sqlite_url(state / RECORD_NAME),
        value("address"),
        int(value("port") or 8501),
        str(value("base_path") or "").strip("/"),
    )


def sqlite_url(file: Path) -> str:
    """Return the URL of an SQLite file."""
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


def _absolute(url: str | None, app: Path) -> str | None:
    """Return a database's URL, an SQLite file's whole: the server runs in the application's folder."""
    file = sqlite_file(url) if url else None
    return sqlite_url(app / file) if file else url


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite database, None where the URL is of another kind."""
    try:
        read = make_url(url)
    except ArgumentError as error:
        raise BackupError("database_url: 不是数据库地址 / is no database's URL") from error
    return Path(read.database) if read.get_backend_name() == "sqlite" and read.database else None


def _values_of(file: Path) -> dict[str, Any]:
    return _values(file.read_bytes(), file) if file.is_file() else {}


def _values(content: bytes, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise BackupError(f"{file} 无法读取 / cannot be read: {error}") from error


def trial_of(office: Office, folder: Path, port: int) -> Office:
    """Return an office of its own in `folder` that the application of `office` can be tried with."""
    state = folder / "state"
    return replace(
        office,
        settings=office.settings if office.settings.exists() else folder / SETTINGS,
        secrets=folder / SECRETS,
        state=state,
        template=folder / "template",
        data=folder / "data" if office.has_own_data() else office.data,
        logs=state / "logs",
        url=sqlite_url(state / RECORD_NAME),
        address="127.0.0.1",
        port=port,
    )
