"""Choose the wheels of all bundles anew, from requirements.txt: ``python -m tools.bundle lock``."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.bundle.closure import Package, unmet
from tools.bundle.targets import PYTHONS, TARGETS, Target
from tools.bundle.wheels import LOCK, REQUIREMENTS, BundleError, Wheel, for_target, pip

INSTALLER = "pip"
"""Travels along, so that a Python without pip can install the rest."""
_HEADER = """\
# Every wheel of every bundle, those that requirements.txt needs in turn included; pip installs the others.
# Made anew by "make locks" after a change of requirements.txt.
"""


def write_lock(path: Path = LOCK) -> list[Wheel]:
    """Write ``wheels.sha256`` and return what it holds."""
    wheels = sorted({wheel for target in TARGETS.values() for python in PYTHONS for wheel in _resolve(target, python)})
    versions: dict[str, set[str]] = {}
    for wheel in wheels:
        versions.setdefault(wheel.name, set()).add(wheel.version)
    if torn := {name for name, its in versions.items() if len(its) > 1}:
        raise BundleError(f"not of one version on all targets and Pythons; pin in requirements.txt: {sorted(torn)}")
    path.write_text(_HEADER + "".join(f"{wheel.sha256}  {wheel.file}\n" for wheel in wheels), encoding="ascii")
    return wheels


def _resolve(target: Target, python: str) -> Iterator[Wheel]:
    print(f"Choosing wheels for {target.name}, Python {python} ...", flush=True)
    options = ["--dry-run", "--ignore-installed", "--report", "-", "--target", "unused", *for_target(target, python)]
    report = json.loads(pip("install", *options, "-r", REQUIREMENTS, INSTALLER))
    about = [item["metadata"] for item in report["install"]]
    packages = [Package(its["name"], its["version"], tuple(its.get("requires_dist", ()))) for its in about]
    if lacking := unmet(packages, target, python):
        raise BundleError(f"needed on {target.name}, Python {python}, but not here; pin it: {', '.join(lacking)}")
    for item in report["install"]:
        source = item["download_info"]
        yield Wheel(unquote(urlsplit(source["url"]).path.rsplit("/", 1)[1]), source["archive_info"]["hashes"]["sha256"])
