"""Programs that we did not write and that open our files; where one is missing, its tests are skipped and say so."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def reader(name: str) -> str:
    """Return the path of a program, or skip the test."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"no {name}: run tools/ensure_readers.sh")
    return path


def said_by(name: str, *arguments: object) -> str:
    """Return what a program prints."""
    command = [reader(name), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode("utf-8", "replace")
