"""Writing files so that none is ever left half-written, nor taken from the user that the app runs as."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], None], *, mode: int = 0o644) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it; on failure nothing is left behind.

    A file that is replaced keeps its owner, a new one gets its folder's, where this process may say so.

    Parameters
    ----------
    write : function of the temporary path, which has the suffix of `path` and is its owner's alone until it is whole
    mode : who may read and write the file then
    """
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
    _give(handle, path if path.exists() else path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where there is none; each gets the owner of the one it is in."""
    if folder.is_dir():
        return
    if folder != folder.parent:
        make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    if _is_root():
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        _give(handle, folder.parent)
        os.close(handle)


def make_empty(path: Path, mode: int) -> None:
    """Make an empty file, owned as its folder is, where there is none."""
    with suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        _give(handle, path.parent)
        os.close(handle)


def give_all(path: Path, like: Path) -> None:
    """Let a folder and all that is in it belong to whom another belongs to, where root has made it."""
    if _is_root():
        owner = like.stat()
        for each in (*path.rglob("*"), path):  # itself last: until then nobody else can change what is in it
            os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _give(handle: int, like: Path) -> None:
    """Let an open file belong to whom another belongs to; only root may, and only root needs to."""
    if _is_root():
        with suppress(OSError):
            os.fchown(handle, like.stat().st_uid, like.stat().st_gid)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
