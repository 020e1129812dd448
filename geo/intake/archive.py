"""Zip archives, opened only after their own list of contents has been judged."""

import stat
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from geo.intake.limits import (
    MAX_ARCHIVE_MEMBERS,
    MAX_UNPACK_RATIO,
    MAX_UNPACKED_BYTES,
    MIB,
    RATIO_FROM_BYTES,
    RefusedFileError,
    hold_to,
)
from geo.problem import Problem

ARCHIVES: Final = frozenset({".zip", ".kmz", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst"})
ENCRYPTED: Final = 0x1
NAME_IS_UTF8: Final = 0x800
DOCTYPES: Final = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


def open_archive(name: str, content: bytes) -> ZipFile:
    """Return the archive, once its list of contents shows no bomb, trap, lock or archive in the archive.

    Raises
    ------
    RefusedFileError : if it does
    """
    try:
        archive = ZipFile(BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise RefusedFileError(Problem("import_archive_broken", name)) from error
    members = archive.infolist()
    hold_to(MAX_ARCHIVE_MEMBERS, len(members), "import_archive_members", name)
    for member in members:
        _hold_member(name, member)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise RefusedFileError(Problem("import_archive_bomb", name, f"{MAX_UNPACKED_BYTES // MIB}"))
    return archive


def _hold_member(name: str, member: ZipInfo) -> None:
    said = member_name(member)[:120]
    written = member.orig_filename
    path = PurePosixPath(written.replace("\\", "/"))
    leads_out = path.is_absolute() or ".." in path.parts or ":" in written or "\0" in written
    if leads_out or stat.S_ISLNK(member.external_attr >> 16):
        raise RefusedFileError(Problem("import_archive_path", name, said))
    if path.suffix.lower() in ARCHIVES:
        raise RefusedFileError(Problem("import_archive_nested", name, said))
    if member.flag_bits & ENCRYPTED:
        raise RefusedFileError(Problem("import_archive_locked", name, said))
    if member.file_size > max(RATIO_FROM_BYTES, MAX_UNPACK_RATIO * member.compress_size):
        raise RefusedFileError(Problem("import_archive_bomb", name, f"{MAX_UNPACKED_BYTES // MIB}"))


def member_name(member: ZipInfo) -> str:
    """Return a member's name; Windows writes Chinese ones in GBK without saying so."""
    if not member.flag_bits & NAME_IS_UTF8:
        try:
            return member.filename.encode("cp437").decode("gb18030")
        except UnicodeError:
            pass
    return member.filename


def read_member(name: str, archive: ZipFile, member: ZipInfo) -> bytes:
    """Return a member's bytes, never more than its entry in the list says.

    Raises
    ------
    RefusedFileError : if they are damaged
    """
    try:
        return archive.read(member)
    except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise RefusedFileError(Problem("import_archive_broken", name, member_name(member)[:120])) from error
    except Exception as error:  # zlib.error, lzma.LZMAError and their like share no base
        raise RefusedFileError(Problem("import_archive_broken", name, member_name(member)[:120])) from error


def refuse_entities(name: str, xml: bytes) -> None:
    """Refuse XML that declares a document type: no map or sheet needs one, every entity bomb does.

    Raises
    ------
    RefusedFileError : if it does
    """
    if any(word in xml for word in DOCTYPES):
        raise RefusedFileError(Problem("import_xml_entities", name))
