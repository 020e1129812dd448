"""The local file of those who may sign in: name, role and the hash of a password, never the password."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import Semaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from geo.state_dir import state_dir
from geo.store.author import Author, Role
from geo.whole_file import make_empty, make_folder, write_whole

if sys.platform != "win32":
    import fcntl

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 200
MAX_NAME: Final = 80
OWNER_ONLY: Final = 0o600
_HASHER: Final = PasswordHasher()  # argon2id by RFC 9106
_TURNS: Final = Semaphore(2)  # each hash takes 64 MB


class EditorsError(ValueError):
    """What was asked of the editors' file cannot be done; the message says why, in Chinese and in English."""


class EditorsFileError(EditorsError):
    """The editors' file is there but cannot be read, so nobody is let in and nothing is written over it."""


class Person(BaseModel):
    """One who may sign in.

    Attributes
    ----------
    role : Role
    created : datetime
        When the person was added (UTC).
    disabled : bool
        Whether the person is kept out for the time being.
    password_hash : str or None
        argon2id with its parameters; None for one who signs in through OIDC.
    password_set : datetime or None
        When the password was last set (UTC); sessions from before it are over.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    created: datetime
    disabled: bool = False
    password_hash: str | None = None
    password_set: datetime | None = None


_PEOPLE: Final = TypeAdapter(dict[str, Person])


class Editors:
    """The people in one file, which is read anew whenever it has changed."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_dir() / "editors.json"

    def people(self) -> Mapping[str, Person]:
        """Return all people by name; none where there is no file yet.

        Raises
        ------
        EditorsFileError : where the file cannot be read
        """
        try:
            stat = self.path.stat()
            return _read(self.path, stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "不是人员名单 / it is not a list of people"
            raise EditorsFileError(f"{self.path} 无法读取 / cannot be read: {reason}") from None

    def can_be_read(self) -> bool:
        """Return whether it is known who may sign in."""
        try:
            self.people()
        except EditorsFileError:
            return False
        return True

    def find(self, name: str) -> tuple[str, Person] | None:
        """Return a person and the name as filed, whatever its capitals; None where there is none."""
        wanted = name_key(name)
        return next(((filed, person) for filed, person in self.people().items() if name_key(filed) == wanted), None)

    def check(self, name: str, password: str) -> tuple[str, Person] | None:
        """Return a person as ``find`` does where the password is right; it takes as long where there is no such one."""
        found = self.find(name)
        known = found[1].password_hash if found and not found[1].disabled else None
        is_right = _matches(known or _nobodys_hash(), password)
        if found is None or known is None or not is_right:
            return None
        if _HASHER.check_needs_rehash(known):
            self._renew_hash(found[0], known, password)
        return found

    def author(self, name: str, password_set: datetime | None) -> Author | None:
        """Return who `name` is by now; None where removed, disabled, or given another password since `password_set`.

        Parameters
        ----------
        name : as signed in, here or, with no `password_set`, through OIDC
        password_set : of the person when signing in; None through OIDC
        """
        filed, person = self.find(name) or ("", None)
        if person is None or person.disabled or person.password_set != password_set:
            return None
        return Author(filed, person.role)

    def add(self, name: str, role: Role, password: str | None) -> str:
        """Add a person, without a password one who signs in through OIDC; return the name as filed.

        Raises
        ------
        EditorsError : where the name or password will not do or the name is taken
        """
        filed, now = _tidy(name), _now()
        if not filed or len(filed) > MAX_NAME or not filed.isprintable():
            raise EditorsError(
                f"姓名应为 1 到 {MAX_NAME} 个可以显示的字符 / a name has 1 to {MAX_NAME} printable characters"
            )
        if password is None and "@" not in filed:
            raise EditorsError(
                "用 OIDC 登录的人以电子邮箱为姓名 / who signs in through OIDC is named by an e-mail address"
            )
        person = Person(role=role, created=now)
        if password is not None:
            person = person.model_copy(update=_password_fields(filed, password))
        with self._changed() as people:
            if any(name_key(each) == name_key(filed) for each in people):
                raise EditorsError(f"已有 {filed} / there is a {filed} already")
            people[filed] = person
        return filed

    def remove(self, name: str) -> None:
        """Remove a person, who is signed out everywhere at once."""
        with self._changed() as people:
            del people[self._filed(name)]

    def set_role(self, name: str, role: Role) -> None:
        """Give a person another role, from the next click on."""
        self._change(name, role=role)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Keep a person out for the time being, or let them in again."""
        self._change(name, disabled=disabled)

    def set_password(self, name: str, password: str) -> None:
        """Give a person another password; whoever is signed in with the old one is signed out."""
        filed = self._filed(name)
        if self.people()[filed].password_hash is None:
            raise EditorsError(f"{filed} 用 OIDC 登录，在这里没有密码 / signs in through OIDC and has no password here")
        self._change(name, **_password_fields(filed, password))

    def _filed(self, name: str) -> str:
        found = self.find(name)
        if found is None:
            raise EditorsError(f"没有 {_tidy(name)} / there is no {_tidy(name)}")
        return found[0]

    def _change(self, name: str, **fields: object) -> None:
        with self._changed() as people:
            filed = self._filed(name)
            people[filed] = people[filed].model_copy(update=fields)

    def _renew_hash(self, filed: str, known: str, password: str) -> None:
        """Store the hash by today's parameters, unless somebody else has changed the person meanwhile."""
        renewed = _HASHER.hash(_normal(password))
        with suppress(OSError), self._changed() as people:
            person = people.get(filed)
            if person and person.password_hash == known:
                people[filed] = person.model_copy(update={"password_hash": renewed})

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Person]]:
        """Hand out the people to be changed, and write them where nothing went wrong."""
        with _alone(self.path):
            people = dict(self.people())
            yield people
            raw = _PEOPLE.dump_python(people, mode="json", exclude_defaults=True)
            text = json.dumps(raw, ensure_ascii=False, indent=1) + "\n"
            write_whole(self.path, lambda file: _fill(file, text), mode=OWNER_ONLY)


def _fill(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait for whoever is changing the file; on Windows, where one person runs the command, there is no lock."""
    make_folder(path.parent)
    lock = path.with_suffix(".lock")
    make_empty(lock, OWNER_ONLY)
    handle = os.open(lock, os.O_RDWR)
    try:
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@lru_cache(maxsize=4)
def _read(path: Path, _changed_ns: int, _size: int, _inode: int) -> dict[str, Person]:
    try:
        return _PEOPLE.validate_json(path.read_bytes())
    except ValidationError:
        raise ValueError from None  # its message would hold the hashes


def _password_fields(name: str, password: str) -> dict[str, object]:
    """Return what is kept of a password.

    Raises
    ------
    EditorsError : where it is too short, too long or the name
    """
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise EditorsError(
            f"密码应为 {MIN_PASSWORD} 到 {MAX_PASSWORD} 个字符 / "
            f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters"
        )
    if name_key(password) == name_key(name):
        raise EditorsError("密码不能与姓名相同 / the name will not do as the password")
    return {"password_hash": _HASHER.hash(_normal(password)), "password_set": _now()}


def _matches(known: str, password: str) -> bool:
    with _TURNS:
        try:
            return _HASHER.verify(known, _normal(password[:MAX_PASSWORD])) and len(password) <= MAX_PASSWORD
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(os.urandom(32))


def name_key(name: str) -> str:
    """Return what all ways of typing one name have in common."""
    return _tidy(name).casefold()


def _tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _normal(password: str) -> str:
    """Return the same characters for the same keys, whichever way a keyboard composes them."""
    return unicodedata.normalize("NFC", password)


def _now() -> datetime:
    return datetime.now(UTC)
