"""Keep everything that is the office's own in one file: record, editors, presets, settings, template, replaced data."""

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from geo.store.backup import BackupError
from server.archive import Manifest, make
from server.office import Office, this_office
from server.restore import told

_OURS: Final = re.compile(r"xigang-\d{8}-\d{6}(?:-\d+)?\.zip")


def back_up(office: Office, file: Path | None = None, *, keep: int | None = None) -> tuple[Path, Manifest]:
    """Write a backup to a file, or under the moment's name into a folder; return where, and what it holds.

    Parameters
    ----------
    file : a file that ends in .zip and is not there yet, or a folder; the office's own ``backups`` where None
    keep : how many backups made so the folder keeps; older ones are deleted once the new one has been read again

    Raises
    ------
    BackupError, OSError, sqlalchemy.exc.SQLAlchemyError : where none can be made; none is deleted then
    """
    folder = office.backups if file is None else file
    path = folder if folder.suffix == ".zip" and not folder.is_dir() else _new_name(folder)
    if path.exists():
        raise BackupError(f"{path} 已存在，备份不覆盖任何文件 / is there already; a backup writes over nothing")
    manifest = make(office, path)
    if keep is not None:
        kept = sorted(each for each in path.parent.iterdir() if _OURS.fullmatch(each.name))
        for old in kept[:-keep]:
            old.unlink()
    return path, manifest


def _new_name(folder: Path) -> Path:
    stem = f"xigang-{datetime.now():%Y%m%d-%H%M%S}"
    names = (f"{stem}.zip", *(f"{stem}-{number}.zip" for number in range(2, 1000)))
    return next(folder / name for name in names if not (folder / name).exists())


def _kept(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("应为 1 以上的整数 / must be a whole number above 0")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m server backup", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a .zip or a folder; by default backups/")
    parser.add_argument("--keep", type=_kept, metavar="N", help="keep the newest N in the folder")
    asked = parser.parse_args(arguments)
    try:
        path, manifest = back_up(this_office(), asked.file, keep=asked.keep)
    except (BackupError, SQLAlchemyError, OSError) as error:
        print(f"没有做成备份。 / No backup was made.\n{told(error)}", file=sys.stderr)
        return 1
    print(f"{path}: {manifest.counts}; {len(manifest.files)} 个文件 / files")
    return 0
