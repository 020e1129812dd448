"""The files of a bundle: each by its name in it and where its bytes are from."""

import json
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.release import version
from tools.bundle.licences import licences_of
from tools.bundle.targets import OLDEST_GLIBC, Target
from tools.bundle.wheels import ROOT, BundleError, Wheel, requirements

LAUNCHERS = ROOT / "deploy" / "bundle"
COMMANDS = ("start", "upgrade", "backup", "restore", "move", "tool")
SHIPPED = {
    *(".streamlit", "app.py", "data", "deploy", "docs", "exports", "geo", "layers", "locales", "pages", "server"),
    *("static", "ui", "CHANGELOG.md", "LICENSE", "README.md", "README.zh-CN.md", "requirements.txt", "VERSION"),
}
"""What running the app needs, or who runs it."""
LEFT_OUT = {
    *(".ci", ".gitignore", ".pre-commit-config.yaml", "CONTRIBUTING.md", "Makefile", "pyproject.toml"),
    *("requirements-dev.txt", "tests", "tools"),
}
"""What only those who develop it need."""
_ROOM_FOR_STATE_MB = 300
_MB = 1024**2


@dataclass(frozen=True)
class Entry:
    """A file of a bundle."""

    name: str
    source: Path | bytes
    is_program: bool = False

    def read(self) -> bytes:
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


def app_files() -> dict[str, Path]:
    """Return the files of the app by their names in the repository.

    Raises
    ------
    BundleError : where nobody has said of something new whether it is shipped
    """
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    if undecided := {name.split("/")[0] for name in names} - SHIPPED - LEFT_OUT:
        raise BundleError(f"in tools/bundle/content.py, say whether these are shipped: {sorted(undecided)}")
    return {
        name: ROOT / name
        for name in names
        if name.split("/")[0] in SHIPPED and not (ROOT / name).is_relative_to(LAUNCHERS)
    }


def entries(target: Target, pythons: Iterable[str], wheels: Iterable[Wheel], folder: Path) -> Iterator[Entry]:
    """Yield the files of a bundle, but for the list of their checksums."""
    app, pythons = app_files(), tuple(pythons)
    for name, path in app.items():
        yield Entry(f"app/{name}", path)
    for wheel in wheels:
        yield Entry(f"wheels/{wheel.file}", folder / wheel.file)
    yield Entry("wheels/requirements.txt", requirements(wheels).encode())
    for name, text in licences_of(wheels, folder, app).items():
        yield Entry(f"licences/{name}", text)
    yield Entry("VERSION", (ROOT / "VERSION").read_bytes())
    yield Entry("bundle.json", (json.dumps(_facts(target, pythons, wheels, folder), indent=1) + "\n").encode())
    yield from launchers(target, pythons)


def launchers(target: Target, pythons: Sequence[str]) -> Iterator[Entry]:
    """Yield what starts a bundle and tells of it."""
    for command in COMMANDS:
        yield Entry(command + target.script, _filled(f"command{target.script}", target, COMMAND=command), True)
    run = f"run{target.script}"
    yield Entry(f"launch/{run}", _filled(run, target, PYTHONS=" ".join(pythons)), True)
    for name in ("launch/no-python.txt", "README.md", "README.zh-CN.md"):
        text = _filled(name.removeprefix("launch/"), target, PYTHONS=", ".join(pythons), SCRIPT=target.script)
        yield Entry(name, text)
    yield Entry("launch/launch.py", LAUNCHERS / "launch.py")


def _filled(name: str, target: Target, **values: str) -> bytes:
    """Return a file of ``deploy/bundle/`` with its gaps filled and the line ends of the target."""
    text = (LAUNCHERS / name).read_text(encoding="utf-8")
    for gap, value in values.items():
        text = text.replace(f"@{gap}@", value)
    return text.replace("\n", target.newline).encode()


def _facts(target: Target, pythons: tuple[str, ...], wheels: Iterable[Wheel], folder: Path) -> dict[str, object]:
    """Return what the launcher must know."""
    unpacked = {wheel: _inside(folder / wheel.file) for wheel in wheels}
    sizes = [sum(its[1] for wheel, its in unpacked.items() if wheel.fits(target, python)) for python in pythons]
    return {
        "version": version(),
        "target": target.name,
        "pythons": pythons,
        "glibc": [2, OLDEST_GLIBC],
        "longest_path": max(its[0] for its in unpacked.values()),
        "installed_mb": max(sizes) // _MB + _ROOM_FOR_STATE_MB,
    }


def _inside(wheel: Path) -> tuple[int, int]:
    """Return the length of a wheel's longest path and the bytes of its files."""
    with zipfile.ZipFile(wheel) as opened:
        files = opened.infolist()
    return max(len(file.filename) for file in files), sum(file.file_size for file in files)
