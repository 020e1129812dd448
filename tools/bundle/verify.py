"""Whether a bundle that was built can be used: read back from its archive, file by file."""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.bundle.archive import SUMS, unpack
from tools.bundle.closure import unmet
from tools.bundle.content import COMMANDS, LEFT_OUT
from tools.bundle.licences import package_in
from tools.bundle.targets import Target
from tools.bundle.wheels import REQUIREMENTS, BundleError, for_target, pip, sha256_of
from tools.bundle.wine import faults_under_wine

_FOR_WINDOWS_TOO = re.compile(r'[^<>:"|?*\x00-\x1f\\]+')
_DEVICES = re.compile(r"(?i)(?:.*/)?(con|prn|aux|nul|com\d|lpt\d)(\.[^/]*)?")
_LONGEST_NAME = 150
_PLACE = r"%~[a-z]*\d|%HERE%|%PYTHON_FOUND%|%XIGANG_PYTHON%"


def faults(archive: Path, target: Target, pythons: Iterable[str]) -> list[str]:
    """Return what is wrong with a bundle."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = unpack(archive, Path(scratch))
        return [
            *_of_sums(folder),
            *_of_names(folder),
            *_of_launchers(folder, target),
            *(fault for python in pythons for fault in _of_wheels(folder / "wheels", target, python)),
        ]


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _of_sums(folder: Path) -> Iterator[str]:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    summed = {name: wanted for wanted, name in (line.split("  ", 1) for line in lines)}
    there = set(_names(folder)) - {SUMS}
    yield from (f"not in {SUMS}, or not there: {name}" for name in sorted(there ^ set(summed)))
    yield from (f"not as in {SUMS}: {name}" for name in sorted(there) if sha256_of(folder / name) != summed.get(name))


def _of_names(folder: Path) -> Iterator[str]:
    names = _names(folder)
    if len({name.casefold() for name in names}) < len(names):
        yield "two names differ in nothing but capitals"
    for name in names:
        if not _FOR_WINDOWS_TOO.fullmatch(name) or _DEVICES.fullmatch(name) or len(name) > _LONGEST_NAME:
            yield f"no name for a file on Windows: {name}"
        if name.startswith(tuple(f"app/{left_out}" for left_out in LEFT_OUT)):
            yield f"is only for those who develop: {name}"


def _of_launchers(folder: Path, target: Target) -> Iterator[str]:
    files = [f"{command}{target.script}" for command in COMMANDS] + [f"launch/run{target.script}"]
    for name in files:
        content = (folder / name).read_bytes()
        if not content.isascii() or b"@PYTHONS" in content or b"@COMMAND" in content:
            yield f"{name} holds what its shell cannot read"
        if target.script == ".bat":
            yield from faults_of_batch(name, content.decode("ascii", "replace"))
            if content.replace(b"\r\n", b"").count(b"\n"):
                yield f"{name} has line ends that cmd trips over"
        if target.script == ".sh" and (b"\r" in content or not (folder / name).stat().st_mode & 0o100):
            yield f"{name} cannot be run"
    if target.script == ".bat":
        yield from faults_under_wine(folder)
    facts = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    if facts["version"] != (folder / "VERSION").read_text(encoding="ascii").strip() or facts["target"] != target.name:
        yield "bundle.json is of another bundle"


def faults_of_batch(name: str, text: str) -> list[str]:
    """Return the lines that would break in a folder whose name has spaces or one of ``&()!^``.

    Such names are safe within quotes only; ``call`` doubles a ``^`` even there, and delayed expansion takes out ``!``.
    """
    wrong = []
    for line in text.splitlines():
        bare = re.sub(r'"[^"]*"', "", line)
        is_called = "call" in line.casefold().split() and re.search(_PLACE, line) and not line.startswith("rem ")
        if re.search(_PLACE, bare) or is_called or "enabledelayedexpansion" in line.casefold():
            wrong.append(f"{name} breaks in some folders: {line}")
    return wrong


def _of_wheels(wheels: Path, target: Target, python: str) -> Iterator[str]:
    """Yield what pip, or this target's own conditions, miss where there are these wheels and no network."""
    options = ["--dry-run", "--ignore-installed", "--no-index", "--find-links", wheels, "--target", "unused"]
    chosen = ["--report", "-", *for_target(target, python)]
    try:
        report = json.loads(pip("install", *options, *chosen, "-r", REQUIREMENTS))
        pip("install", *options, *chosen, "--require-hashes", "-r", wheels / "requirements.txt")
    except BundleError as error:
        yield f"Python {python}: {error}"
        return
    files = {item["download_info"]["url"].rsplit("/", 1)[1] for item in report["install"]}
    packages = [package_in(wheels / file) for file in files]
    yield from (f"Python {python} lacks {lacking}" for lacking in unmet(packages, target, python))
