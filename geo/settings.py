"""The settings: read here and nowhere else, from the environment and from the file ``settings.toml``."""

import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from geo.local_tiles import LocalTiles, different, sentence_of

FILE_VARIABLE: Final = "XIGANG_SETTINGS"
FILE_NAME: Final = "settings.toml"
SECRET: Final = frozenset({"database_url", "tianditu_key"})
"""What is never printed or logged."""
MAX_SESSION_HOURS: Final = 7 * 24
_PREFIX: Final = "XIGANG_"
_ROOT: Final = Path(__file__).resolve().parent.parent
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_FRAMING = re.compile(r"self|none|https?://[A-Za-z0-9*][A-Za-z0-9.-]*(?::(?:\d{1,5}|\*))?")
_BASE_PATH = re.compile(r"(?:[A-Za-z0-9_~][A-Za-z0-9._~-]*(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)*)?")


_BACKSLASH = (
    "Windows 路径里的 \\ 请写成 /，或用单引号，如 'D:\\data' / "
    "in a Windows path write / for \\, or put it between single quotes, as 'D:\\data'"
)
_ABOVE = "；请把它移到第一个 [[tiles]] 之前 / move it above the first [[tiles]]"


class SettingsError(Exception):
    """Settings that cannot be used; its text says which, where they stand and what to do, a line each."""


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if re.fullmatch(r"[\d.]+", value) or not _HOST.fullmatch(value):
            raise
        return value


def _base_path(value: str) -> str:
    path = value.strip().strip("/")
    if not _BASE_PATH.fullmatch(path):
        raise ValueError(value)
    return path


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError as error:
        raise ValueError("no URL") from error
    if backend not in ("sqlite", "postgresql", "postgres"):
        raise ValueError(backend)
    return value


def _listed(value: Any) -> Any:
    return re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value


def _framing(values: tuple[str, ...]) -> tuple[str, ...]:
    bare = tuple(value.strip("'") for value in values)
    if not all(_FRAMING.fullmatch(value) for value in bare) or ("none" in bare and len(bare) > 1):
        raise ValueError(values)
    return bare


def _field(default: Any, zh: str, en: str, **limits: Any) -> Any:
    """Return a field that knows what its value may be, in Chinese (its title) and in English (its description)."""
    return Field(default, title=zh, description=en, **limits)


class Settings(BaseModel, frozen=True, extra="forbid"):
    """Everything that can be set. A key stands in the file; ``XIGANG_`` and its capitals is its variable."""

    address: Annotated[str, AfterValidator(_address)] | None = _field(
        None, "监听地址，例如 127.0.0.1", "the address to listen at, e.g. 127.0.0.1"
    )
    port: int = _field(
        8501, "1 到 65535 的整数，例如 8501", "a whole number from 1 to 65535, e.g. 8501", ge=1, le=65535
    )
    base_path: Annotated[str, AfterValidator(_base_path)] = _field(
        "", "代理下的路径，例如 xigang", "the path under the proxy, e.g. xigang"
    )
    frame_ancestors: Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_framing)] = _field(
        ("self",),
        '可嵌入本系统的网站的列表："self"、"none" 或以 https:// 开头的地址',
        'a list of the sites that may embed the app: "self", "none" or addresses that begin with https://',
        min_length=1,
    )
    state_dir: Path = _field(_ROOT / "var", "一个文件夹，须可写", "a folder that can be written to")
    data_dir: Path = _field(_ROOT / "data", "区数据的文件夹", "the folder of the district's data")
    template_dir: Path = _field(_ROOT / "template", "本单位版式的文件夹", "the folder of the office's own look")
    log_dir: Path | None = _field(None, "日志文件夹，须可写", "a folder for logs that can be written to")
    log_file_mb: float = _field(
        10, "单个日志文件的大小（MB），0.01 到 1000", "the size of a log file in MB, 0.01 to 1000", ge=0.01, le=1000
    )
    log_files: int = _field(
        10, "保留的旧日志文件数，1 到 1000", "how many old log files are kept, 1 to 1000", ge=1, le=1000
    )
    database_url: Annotated[str, AfterValidator(_database_url)] | None = _field(
        None,
        "数据库地址，例如 postgresql://用户:密码@主机/库名",
        "the database's URL, e.g. postgresql://user:password@host/xigang",
    )
    session_hours: float = _field(
        8,
        f"大于 0、不超过 {MAX_SESSION_HOURS} 的小时数，例如 8",
        f"hours above 0 and up to {MAX_SESSION_HOURS}, e.g. 8",
        gt=0,
        le=MAX_SESSION_HOURS,
    )
    tianditu_key: Annotated[str, Field(pattern=r"^[0-9A-Za-z]+$")] | None = _field(
        None, "天地图密钥：字母和数字", "the Tianditu key: letters and digits"
    )

    public_tiles: bool = _field(True, "true 或 false", "true or false")
    tiles: Annotated[tuple[LocalTiles, ...], AfterValidator(different)] = _field(
        (), "若干 [[tiles]] 表", "tables [[tiles]]"
    )

    @property
    def logs(self) -> Path:
        """The folder of the logs: the one set, else ``logs`` among what is remembered."""
        return self.log_dir or self.state_dir / "logs"


FOLDERS: Final = ("state_dir", "data_dir", "template_dir", "log_dir")
_STREAMLIT_HAS: Final = {"PORT": "port", "ADDRESS": "address", "BASE_URL_PATH": "base_path"}
TABLES: Final = "tiles"
"""The one key that is no single value and stands in the file only."""
VARIABLES: Final[dict[str, str]] = {key: _PREFIX + key.upper() for key in Settings.model_fields if key != TABLES} | {
    "tianditu_key": "TIANDITU_KEY"
}
"""The environment variable of each key; where it is set and not empty, it wins over the file."""


def settings_file() -> Path:
    """Return the settings' file: the one named in the environment, or in the folder named there, else beside the app.

    It need not exist.
    """
    named = os.environ.get(FILE_VARIABLE)
    path = Path(named) if named else _ROOT
    return path / FILE_NAME if path.is_dir() else path.absolute()


def settings() -> Settings:
    """Return the settings as the environment has them now; the file is read once.

    Raises
    ------
    SettingsError : where any of them cannot be used
    """
    return _settings(settings_file(), tuple((key, os.environ.get(name, "")) for key, name in VARIABLES.items()))


@lru_cache(maxsize=8)
def _settings(path: Path, variables: tuple[tuple[str, str], ...]) -> Settings:
    filed, wrong = _read(path)
    values = filed | {key: value for key, value in variables if value}
    where = dict.fromkeys(filed, path.name) | {key: VARIABLES[key] for key, value in variables if value}
    try:
        read = Settings.model_validate(values)
    except ValidationError as error:
        wrong += list(_sentences(error, values, where))
    if wrong:
        about_file = any(line.startswith(path.name) for line in wrong)
        raise SettingsError("\n".join(with_file(wrong, path) if about_file else dict.fromkeys(wrong)))
    return read


def with_file(wrong: Iterable[str], path: Path) -> Iterator[str]:
    """Yield the sentences, after the file's whole path where there is one."""
    if path.is_file():
        yield f"设置文件 / settings file: {path}"
    yield from dict.fromkeys(wrong)


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Return what the file sets, its folders taken from where it lies, and what is wrong with it as a whole."""
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = tomllib.loads(text)
    except FileNotFoundError:
        named = os.environ.get(FILE_VARIABLE)
        return {}, [f"--settings, {FILE_VARIABLE}: 没有这个文件 / there is no such file: {path}"] if named else []
    except (OSError, ValueError) as error:
        hint = _on_backslash(text, error)
        return {}, [f"{path.name}: 无法读取，应为 UTF-8 的 TOML / cannot be read as TOML in UTF-8: {error}{hint}"]
    wrong = []
    for key in FOLDERS:
        if values.get(key) == "":
            del values[key]  # as an empty variable; else it would be the folder that the app is in
        if isinstance(values.get(key), str):
            if not values[key].isprintable():  # what “D:\\temp” between double quotes has become
                wrong.append(f"{path.name}, {key} = {values[key]!r}: {_BACKSLASH}")
            values[key] = str(path.parent / values[key])
    for table in values[TABLES] if isinstance(values.get(TABLES), list) else ():
        if isinstance(table, dict) and isinstance(table.get("file"), str):
            table["file"] = str(path.parent / table["file"])
    return values, wrong


def _on_backslash(text: str, error: Exception) -> str:
    r"""Return what to do where the error is in a line with a backslash, such as the path ``"D:\data"``."""
    found = re.search(r"line (\d+)", str(error))
    return f"; {_BACKSLASH}" if found and "\\" in "".join(text.splitlines()[int(found[1]) - 1 : int(found[1])]) else ""


def _sentences(error: ValidationError, values: Mapping[str, Any], where: Mapping[str, str]) -> Iterator[str]:
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        key = str(item["loc"][0])
        if key == TABLES and len(item["loc"]) + (item["type"] == "value_error") > 1:
            belongs_above = item["type"] == "extra_forbidden" and item["loc"][-1] in Settings.model_fields
            yield f"{where[key]}, {sentence_of(item, values[key])}{_ABOVE if belongs_above else ''}"
            continue
        place = where[key] if where[key] == VARIABLES.get(key) else f"{where[key]}, {key}"
        if item["type"] == "extra_forbidden" and len(item["loc"]) == 1:
            yield f"{place}: 没有这项设置 / there is no such setting{_nearest(key, Settings.model_fields)}"
            continue
        shown = "***" if key in SECRET or key == TABLES else repr(values[key])  # a base map may have a key
        field = Settings.model_fields[key]
        yield f"{place} = {shown}: 不能用，应为{field.title} / cannot be used; it must be {field.description}"


def _nearest(name: str, known: Any) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"；是否指 / did you mean “{near[0]}”?" if near else ""


def misspelt_variables() -> list[str]:
    """Return a sentence for each variable that is meant for a setting and is none: misspelt, or Streamlit's own."""
    known = {*VARIABLES.values(), FILE_VARIABLE}
    passed_over = {f"STREAMLIT_SERVER_{its}": VARIABLES[key] for its, key in _STREAMLIT_HAS.items()}
    ours = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
    return [
        *(
            f"{name}: 不再使用，请改用 / no longer heard, use {ours}"
            for name, ours in passed_over.items()
            if name in os.environ
        ),
        *(
            f"{name}: 没有这个变量 / there is no such variable{_nearest(name, known)}"
            for name in ours
            if get_close_matches(name, known, n=1, cutoff=0.85)
        ),
    ]
