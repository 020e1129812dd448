"""The licences of all that a bundle holds: the texts that came with it, and a table that says what has none."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from geo.release import version
from tools.bundle.closure import Package
from tools.bundle.wheels import BundleError, Wheel

_TEXT = re.compile(r"(LICEN[CS]ES?|COPYING|NOTICE|OFL)\b.*", re.IGNORECASE)
_CODE = {".py", ".pyi", ".pyc", ".h", ".hpp", ".js", ".json"}
_TITLE = """\
# 许可 / Licences

本安装包所含软件及其许可。许可全文在同名文件夹里；数据的许可见 `app/data/README.md`。

What this bundle holds and its licences. The texts are in the folder of each; for the data see `app/data/README.md`.

| 名称 / name | 版本 / version | 许可 / licence | 全文 / texts |
| --- | --- | --- | --- |
"""
_NO_TEXT = "软件包未附全文 / none came with the package"
_NAMED = 3
_OWN = {
    ".": ("xigang-map", version(), "MIT"),
    "exports/fonts": ("noto-sans-print", "2.004", "OFL-1.1"),
    "static/fonts": ("noto-sans-web", "2.004", "OFL-1.1"),
    "static/leaflet-*": ("leaflet", "", "BSD-2-Clause"),
    "static/geoman-*": ("leaflet-geoman", "", "MIT"),
}
"""What the app has of others, by its folder; where no version is given, the folder's name ends with it."""


@dataclass(frozen=True)
class Licensed:
    """A part of a bundle, what its metadata call its licence, and the texts by their names."""

    name: str
    version: str
    licence: str
    texts: Mapping[str, bytes]

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}"


def metadata_of(path: Path) -> Message:
    """Return what a wheel says of itself."""
    with zipfile.ZipFile(path) as wheel:
        name = next(name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return BytesParser(policy=policy.compat32).parsebytes(wheel.read(name))


def package_in(path: Path) -> Package:
    about = metadata_of(path)
    return Package(about["Name"], about["Version"], tuple(about.get_all("Requires-Dist", ())))


def licences_of(wheels: Iterable[Wheel], folder: Path, app: Mapping[str, Path]) -> dict[str, bytes]:
    """Return the files of a bundle's folder ``licences``, by their names in it.

    Raises
    ------
    BundleError : where no licence is known of a package
    """
    first = {wheel.name: wheel for wheel in sorted(wheels, reverse=True)}
    parts = [*_of_app(app), *(_of_wheel(first[name], folder) for name in sorted(first))]
    if unknown := [part.name for part in parts if not part.licence and not part.texts]:
        raise BundleError(f"no licence is known of {', '.join(unknown)}")
    files = {f"{part.folder}/{name}": text for part in parts for name, text in part.texts.items()}
    return {"README.md": table(parts).encode(), **files}


def table(parts: Iterable[Licensed]) -> str:
    """Return what tells of all parts and their licences."""
    return _TITLE + "".join(map(_row, parts))


def _of_wheel(wheel: Wheel, folder: Path) -> Licensed:
    path = folder / wheel.file
    with zipfile.ZipFile(path) as opened:
        named = {name: opened.read(name) for name in opened.namelist() if _is_text(name)}
    once = {text: name for name, text in sorted(named.items(), reverse=True, key=lambda item: ".dist-info/" in item[0])}
    own = {name.split(".dist-info/", 1)[-1].removeprefix("licenses/"): text for text, name in once.items()}
    return Licensed(wheel.name, wheel.version, _expression(metadata_of(path)), dict(sorted(own.items())))


def _is_text(name: str) -> bool:
    path = PurePosixPath(name)
    return not name.endswith("/") and path.suffix.lower() not in _CODE and (
        ".dist-info/licenses/" in name or bool(_TEXT.fullmatch(path.name))
    )  # fmt: skip


def _expression(about: Message) -> str:
    """Return the licence by its name: as an SPDX expression where there is one."""
    first_line = str(about["License"] or "").strip().split("\n")[0]
    classifiers = [name.rsplit(" :: ", 1)[1] for name in about.get_all("Classifier", ()) if name.startswith("License")]
    return str(about["License-Expression"] or "") or ", ".join(classifiers) or first_line


def _of_app(app: Mapping[str, Path]) -> Iterator[Licensed]:
    """Yield the app and what it has of others: each has its licence beside it."""
    for name, path in sorted(app.items()):
        if not _TEXT.fullmatch(PurePosixPath(name).name):
            continue
        place = PurePosixPath(name).parent
        title, version, licence = next(known for pattern, known in _OWN.items() if fnmatch(str(place), pattern))
        version = version or place.name.rpartition("-")[2]
        yield Licensed(title, version, licence, {PurePosixPath(name).name: path.read_bytes()})


def _row(part: Licensed) -> str:
    first = list(part.texts)[:_NAMED]
    links = " ".join(f"[{name}](<{part.folder}/{name}>)" for name in first) or _NO_TEXT
    if more := len(part.texts) - len(first):
        links += f" +{more}"
    return f"| {part.name} | {part.version} | {part.licence.replace('|', '/')} | {links} |\n"
