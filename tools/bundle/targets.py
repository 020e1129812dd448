"""What a bundle can be made for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from packaging.tags import Tag, compatible_tags, cpython_tags

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""The versions of Python that every pinned dependency has a wheel for; the app is tested on the first."""
OLDEST_GLIBC = 28
"""2.28 is in Debian 10, RHEL 8, openEuler 20.03, Kylin V10 and whatever is newer."""
_NAMED_MANYLINUX = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True)
class Target:
    """A kind of computer: the tags of its wheels, best first, and how it looks to requirements with a condition."""

    name: str
    platforms: tuple[str, ...]
    markers: tuple[tuple[str, str], ...]
    suffix: str
    script: str
    newline: str

    def environment(self, python: str) -> dict[str, str]:
        """Return the values of a requirement's conditions on this kind of computer."""
        versions = {"python_version": python, "python_full_version": f"{python}.0", "implementation_version": python}
        fixed = {"implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": ""}
        return versions | fixed | dict(self.markers)

    def tags(self, python: str) -> frozenset[Tag]:
        """Return what a wheel may be tagged with to be installed here."""
        return _tags(self.platforms, python)


@cache
def _tags(platforms: tuple[str, ...], python: str) -> frozenset[Tag]:
    version = tuple(map(int, python.split(".")))
    interpreter = f"cp{version[0]}{version[1]}"
    mine = cpython_tags(version, platforms=platforms)
    return frozenset([*mine, *compatible_tags(version, interpreter, platforms)])


def _manylinux() -> Iterator[str]:
    for minor in range(OLDEST_GLIBC, 4, -1):
        yield f"manylinux_2_{minor}_x86_64"
        if minor in _NAMED_MANYLINUX:
            yield f"{_NAMED_MANYLINUX[minor]}_x86_64"


LINUX = Target(
    "linux-x64",
    tuple(_manylinux()),
    (("sys_platform", "linux"), ("platform_system", "Linux"), ("os_name", "posix"), ("platform_machine", "x86_64")),
    ".tar.gz",
    ".sh",
    "\n",
)
WINDOWS = Target(
    "windows-x64",
    ("win_amd64",),
    (("sys_platform", "win32"), ("platform_system", "Windows"), ("os_name", "nt"), ("platform_machine", "AMD64")),
    ".zip",
    ".bat",
    "\r\n",
)
TARGETS = {target.name: target for target in (LINUX, WINDOWS)}
