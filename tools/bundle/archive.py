"""Writing and reading archives: the same files give the same bytes."""

import gzip
import hashlib
import io
import os
import tarfile
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

from tools.bundle.content import Entry

SUMS = "SHA256SUMS"
_STORED = {".whl", ".png", ".woff2"}
_PROGRAM, _FILE = 0o755, 0o644


def with_sums(entries: Iterable[Entry]) -> list[Entry]:
    """Return the files in order, after a list of their checksums as ``sha256sum -c`` reads it."""
    files = sorted(entries, key=lambda entry: entry.name)
    lines = (f"{hashlib.sha256(file.read()).hexdigest()}  {file.name}\n" for file in files)
    return [Entry(SUMS, "".join(lines).encode()), *files]


def write_archive(path: Path, folder: str, entries: Iterable[Entry], timestamp: int) -> None:
    """Write a .zip or a .tar.gz whose files all lie in a folder and are of one time; whole or not at all."""
    part = path.with_name(path.name + ".part")
    (_write_zip if path.suffix == ".zip" else _write_tar)(part, folder, entries, timestamp)
    os.replace(part, path)


def _write_zip(path: Path, folder: str, entries: Iterable[Entry], timestamp: int) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(f"{folder}/{entry.name}", time.gmtime(timestamp)[:6])
            is_dense = Path(entry.name).suffix in _STORED
            info.compress_type = zipfile.ZIP_STORED if is_dense else zipfile.ZIP_DEFLATED
            info.create_system = 3  # on every machine that builds, the same
            info.external_attr = (_PROGRAM if entry.is_program else _FILE) << 16
            archive.writestr(info, entry.read())


def _write_tar(path: Path, folder: str, entries: Iterable[Entry], timestamp: int) -> None:
    # The wheels are dense already: more than the lightest compression only costs time.
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", 1, file, mtime=timestamp) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for entry in entries:
            content = entry.read()
            info = tarfile.TarInfo(f"{folder}/{entry.name}")
            info.size, info.mtime = len(content), timestamp
            info.mode = _PROGRAM if entry.is_program else _FILE
            archive.addfile(info, io.BytesIO(content))


def unpack(path: Path, into: Path) -> Path:
    """Unpack an archive of ours and return the folder that was in it."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(into)
    else:
        with tarfile.open(path) as archive:
            archive.extractall(into, filter="data")
    (folder,) = into.iterdir()
    return folder
