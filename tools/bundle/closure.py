"""Whether packages have all that they need among themselves, on another kind of computer than this one.

pip judges the conditions of requirements by the computer that it runs on; this goes by the target's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.bundle.targets import Target
from tools.bundle.wheels import REQUIREMENTS


@dataclass(frozen=True)
class Package:
    """A package and what it needs, each as its metadata word it."""

    name: str
    version: str
    needs: tuple[str, ...]


def pinned() -> list[Requirement]:
    """Return what the app itself asks for."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def unmet(packages: Iterable[Package], target: Target, python: str) -> list[str]:
    """Return what the app and the packages need, but is not among the packages in a fitting version."""
    there = {canonicalize_name(package.name): package for package in packages}
    lacking = set()
    asked = [(needed, "the app") for needed in pinned()]
    seen = set()
    while asked:
        needed, by = asked.pop()
        name = canonicalize_name(needed.name)
        package = there.get(name)
        if package is None or not needed.specifier.contains(package.version, prereleases=True):
            lacking.add(f"{needed} (for {by})")
        elif (key := (name, frozenset(needed.extras))) not in seen:
            seen.add(key)
            asked += [(its, name) for its in _needs(package, needed.extras, target.environment(python))]
    return sorted(lacking)


def _needs(package: Package, extras: Iterable[str], environment: dict[str, str]) -> Iterator[Requirement]:
    for needed in map(Requirement, package.needs):
        conditions = [environment | {"extra": extra} for extra in ("", *extras)]
        if needed.marker is None or any(map(needed.marker.evaluate, conditions)):
            yield needed
