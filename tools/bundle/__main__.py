"""Make the archives by which the map gets to an office without internet.

``python -m tools.bundle [--target linux-x64] [--python 3.13] [--out dist]`` builds and checks them;
``python -m tools.bundle lock`` chooses their wheels anew.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from geo.release import version
from tools.bundle.archive import with_sums, write_archive
from tools.bundle.content import entries
from tools.bundle.lock import write_lock
from tools.bundle.targets import PYTHONS, TARGETS, Target
from tools.bundle.verify import faults
from tools.bundle.wheels import ROOT, BundleError, fetch, sha256_of, wheels_for


def build(target: Target, pythons: Sequence[str], out: Path) -> Path:
    """Build a bundle and return its archive.

    Raises
    ------
    BundleError : where there is something that it lacks
    """
    folder = fetch(target, pythons)
    wheels = wheels_for(target, pythons)
    name = f"xigang-map-{version()}-{target.name}"
    out.mkdir(parents=True, exist_ok=True)
    archive = out / (name + target.suffix)
    write_archive(archive, name, with_sums(entries(target, pythons, wheels, folder)), commit_time())
    return archive


def commit_time() -> int:
    return int(_git("log", "-1", "--format=%ct"))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def build_and_check(target: Target, pythons: Sequence[str], out: Path) -> None:
    begun = time.monotonic()
    archive = build(target, pythons, out)
    if wrong := faults(archive, target, pythons):
        archive.unlink()
        raise BundleError("\n".join([f"{archive.name} cannot be used:", *wrong]))
    archive.with_name(archive.name + ".sha256").write_text(f"{sha256_of(archive)}  {archive.name}\n", encoding="utf-8")
    size_mb = archive.stat().st_size / 1024**2
    print(f"{archive}: {size_mb:.0f} MB, Python {', '.join(pythons)}, {time.monotonic() - begun:.0f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bundle", description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="?", choices=["build", "lock"], default="build")
    parser.add_argument("--target", choices=list(TARGETS), action="append", help="default: all")
    parser.add_argument("--python", choices=PYTHONS, action="append", help="default: all")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    asked = parser.parse_args()
    try:
        if asked.task == "lock":
            print(f"{len(write_lock())} wheels")
            return 0
        if changed := _git("status", "--porcelain", "--untracked-files=no").splitlines():
            print(f"NOT THE COMMITTED STATE: {len(changed)} changed files, such as {changed[0]}", file=sys.stderr)
        for name in asked.target or TARGETS:
            build_and_check(TARGETS[name], asked.python or PYTHONS, asked.out)
    except BundleError as error:
        print(f"NO BUNDLE: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
