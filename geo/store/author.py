"""Who writes, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each role may do what those before it may. Compare with ``includes``, not ``<``."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        """Return whether this role may do all that `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class NotAllowedError(PermissionError):
    """Somebody asked for what takes a higher role than theirs.

    Attributes
    ----------
    needed : Role
        The least role that would have been allowed.
    """

    def __init__(self, needed: Role) -> None:
        super().__init__(f"this takes the role {needed}")
        self.needed = needed


@dataclass(frozen=True)
class Author:
    """A person as the log of changes names them; the anonymous reader has no name and is a viewer."""

    name: str
    role: Role

    def may(self, needed: Role) -> bool:
        """Return whether this person has the role `needed`, or a higher one."""
        return self.role.includes(needed)

    def require(self, needed: Role) -> None:
        """Do nothing where the person has the role.

        Raises
        ------
        NotAllowedError : where the person has a lower role than `needed`
        """
        if not self.may(needed):
            raise NotAllowedError(needed)


ANYONE = Author("", Role.VIEWER)
