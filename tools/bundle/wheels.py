"""The wheels of a bundle: which ones, by name and checksum, from ``wheels.sha256``; fetched once and kept."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename

from tools.bundle.targets import Target

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("wheels.sha256")
CACHE = ROOT / ".venv" / "wheels"
REQUIREMENTS = ROOT / "requirements.txt"


class BundleError(Exception):
    """Why there is no bundle."""


class OutOfReachError(BundleError):
    """A wheel that is not kept and cannot be fetched."""


@dataclass(frozen=True, order=True)
class Wheel:
    """A wheel by its file's name and SHA-256."""

    file: str
    sha256: str

    @property
    def name(self) -> str:
        return parse_wheel_filename(self.file)[0]

    @property
    def version(self) -> str:
        return str(parse_wheel_filename(self.file)[1])

    def fits(self, target: Target, python: str) -> bool:
        return not parse_wheel_filename(self.file)[3].isdisjoint(target.tags(python))


def locked() -> list[Wheel]:
    """Return all wheels of all bundles."""
    rows = (line.split() for line in LOCK.read_text(encoding="ascii").splitlines() if not line.startswith("#"))
    return sorted(Wheel(file, sha256) for sha256, file in rows)


def wheels_for(target: Target, pythons: Iterable[str]) -> list[Wheel]:
    """Return the wheels that a bundle needs; each package has one for each version of Python."""
    wheels = locked()
    names = {wheel.name for wheel in wheels}
    chosen: set[Wheel] = set()
    for python in pythons:
        fitting = [wheel for wheel in wheels if wheel.fits(target, python)]
        if missing := names - {wheel.name for wheel in fitting}:
            raise BundleError(f"no wheel for {target.name}, Python {python}: {', '.join(sorted(missing))}")
        chosen.update(fitting)
    return sorted(chosen)


def requirements(wheels: Iterable[Wheel]) -> str:
    """Return the requirements that install these wheels and nothing else, for pip."""
    hashes: dict[str, list[str]] = {}
    for wheel in wheels:
        hashes.setdefault(f"{wheel.name}=={wheel.version}", []).append(wheel.sha256)
    lines = [" \\\n    --hash=sha256:".join([pin, *sorted(sums)]) for pin, sums in sorted(hashes.items())]
    return "\n".join(lines) + "\n"


def fetch(target: Target, pythons: Iterable[str]) -> Path:
    """Return the folder that holds the wheels, having fetched those that were not there.

    Raises
    ------
    OutOfReachError : where one cannot be fetched
    """
    folder = CACHE / target.name
    for python in pythons:
        wanted = wheels_for(target, [python])
        if missing := [wheel for wheel in wanted if not is_whole(folder, wheel)]:
            _download(target, python, missing, folder)
    return folder


def is_whole(folder: Path, wheel: Wheel) -> bool:
    path = folder / wheel.file
    return path.is_file() and sha256_of(path) == wheel.sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(target: Target, python: str, wheels: Sequence[Wheel], folder: Path) -> None:
    """Fetch wheels; each is in the folder whole or not at all, also where several do this at once."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Fetching {len(wheels)} wheels for {target.name}, Python {python} ...", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        pins = Path(scratch, "wanted.txt")
        pins.write_text(requirements(wheels), encoding="ascii")
        try:
            pip("download", "--no-deps", "--require-hashes", "-d", scratch, "-r", pins, *for_target(target, python))
        except BundleError as error:
            raise OutOfReachError(f"the registry of packages gives no wheels for {target.name}:\n{error}") from error
        if lacking := [wheel.file for wheel in wheels if not is_whole(Path(scratch), wheel)]:
            raise BundleError(f"fetched, but not what wheels.sha256 names: {', '.join(lacking)}")
        for wheel in wheels:
            os.replace(Path(scratch, wheel.file), folder / wheel.file)


def for_target(target: Target, python: str) -> list[str]:
    """Return the options by which pip chooses wheels for another computer."""
    platforms = [option for platform in target.platforms for option in ("--platform", platform)]
    return ["--only-binary=:all:", "--implementation", "cp", "--python-version", python, *platforms]


def pip(*arguments: object) -> str:
    """Run pip and return what it prints.

    Raises
    ------
    BundleError : where it fails; its text is what pip says
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise BundleError(done.stderr.strip())
    return done.stdout
