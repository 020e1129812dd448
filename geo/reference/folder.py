"""The office's own copy of the data: made once, then changed a layer at a time; each change can be undone."""

import datetime
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geo.check import problems_of
from geo.load import load_dataset
from geo.problem import Problem
from geo.project import Localised
from geo.whole_file import give_all, make_folder, write_whole

FORMER: Final = "former"
"""The folder in the copy that holds the files before each change."""
TOLD: Final = "change.json"
_LEFT_OUT: Final = ("recipes", "__pycache__", FORMER)


class ReplacementError(Exception):
    """Why nothing was changed; `told` says it in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.told = Localised(zh=zh, en=en)


@dataclass(frozen=True)
class Change:
    """A change of the copy: when, which layer, from which file, and each file's checksum before and after."""

    folder: Path
    at: str
    layer: str
    source_file: str
    files: Mapping[str, Mapping[str, str | None]]


def make_copy(shipped: Path, folder: Path) -> None:
    """Copy the shipped data to a folder of the office's own, whole or not at all.

    Raises
    ------
    ReplacementError : where the folder is there and not empty
    """
    if folder.exists() and any(folder.iterdir()):
        raise ReplacementError(f"{folder} 已有内容，没有改动。", f"{folder} is not empty; nothing was changed.")
    make_folder(folder.parent)
    with tempfile.TemporaryDirectory(prefix=".copy-", dir=folder.parent) as passing:
        copied = Path(passing) / "data"
        shutil.copytree(shipped, copied, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        with suppress(FileNotFoundError):
            folder.rmdir()
        give_all(copied, folder.parent)
        copied.rename(folder)


def new_problems(folder: Path, files: Mapping[str, str]) -> list[Problem]:
    """Return what the check finds wrong with the data once the files were written, and does not find now."""
    known = {(problem.code, problem.where) for problem in problems_of(load_dataset(folder), folder)}
    with tempfile.TemporaryDirectory() as passing:
        trial = Path(passing) / "data"
        shutil.copytree(folder, trial, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        for name, text in files.items():
            (trial / name).parent.mkdir(exist_ok=True)
            (trial / name).write_text(text, encoding="utf-8", newline="\n")
        found = problems_of(load_dataset(trial), trial)
    return [problem for problem in found if (problem.code, problem.where) not in known]


def write(folder: Path, files: Mapping[str, str], *, layer: str, source_file: str) -> Change:
    """Write files of the copy, the former ones kept first; a write cut short can be undone like one that was not."""
    at = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")
    kept = folder / FORMER / f"{at.replace(':', '').replace('+0000', 'Z')}-{layer}"
    told = {name: {"was": digest(folder / name), "became": _digest_of(text)} for name, text in files.items()}
    passing = kept.with_name(f".{kept.name}")
    make_folder(kept.parent)
    passing.mkdir()
    for name in files:
        if (folder / name).exists():
            (passing / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, passing / name)
    change: dict[str, Any] = {"at": at, "layer": layer, "source_file": source_file, "files": told}
    (passing / TOLD).write_text(json.dumps(change, ensure_ascii=False, indent=1), encoding="utf-8")
    give_all(passing, folder)
    passing.rename(kept)
    for name, text in files.items():
        write_whole(folder / name, lambda path, text=text: _fill(path, text))  # type: ignore[misc]
    return Change(kept, **change)


def history(folder: Path) -> list[Change]:
    """Return the changes that can be undone, the latest first."""
    kept = sorted((folder / FORMER).glob(f"[!.]*/{TOLD}"), reverse=True)
    return [Change(path.parent, **json.loads(path.read_text(encoding="utf-8"))) for path in kept]


def undo(folder: Path) -> Change:
    """Put the files before the latest change back, to the byte; return that change, which is then forgotten.

    Raises
    ------
    ReplacementError : where there is none, or one of its files was changed since by something else
    """
    change = next(iter(history(folder)), None)
    if change is None:
        raise ReplacementError("没有可以撤销的替换。", "There is no replacement to undo.")
    for name, its in change.files.items():
        if digest(folder / name) not in (its["was"], its["became"]):
            raise ReplacementError(
                f"{name} 在这次替换之后又被改动，没有撤销；之前的文件在 {change.folder}。",
                f"{name} was changed since; nothing was undone. The former files are in {change.folder}.",
            )
    for name, its in change.files.items():
        if its["was"] is None:
            (folder / name).unlink(missing_ok=True)
        else:
            write_whole(folder / name, lambda path, name=name: _copy(change.folder / name, path))  # type: ignore[misc]
    done = change.folder.with_name(f".{change.folder.name}")
    change.folder.rename(done)
    shutil.rmtree(done)
    return change


def digest(path: Path) -> str | None:
    """Return a file's SHA-256, None where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _fill(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
