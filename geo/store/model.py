"""The tables of the record: each project as it is now, and the append-only log of how it came to be so."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, Dialect, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA: Final = "0002"
"""The migration that these tables are the result of."""


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, also where the database keeps no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as the database keeps it."""
        return value if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its time zone."""
        return value if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables of the record."""


class FeatureRow(Base):
    """A project as it is now. `record` is its GeoJSON feature (EPSG:4326) as JSON, `version` grows by 1 a change."""

    __tablename__ = "feature"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    version: Mapped[int]
    retired: Mapped[bool]
    record: Mapped[str] = mapped_column(Text)


class ChangeRow(Base):
    """What one person did in one go: who, when, why, and from which file."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    author: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(Text)
    source_file: Mapped[str] = mapped_column(String(200))
    source_sha256: Mapped[str] = mapped_column(String(64))


class RevisionRow(Base):
    """One field of one project before and after a change, as JSON; NULL where it was or became absent.

    `path` names the field with dots (``location.grade``); it is empty where the whole project began.
    `version` is the project's after the change.
    """

    __tablename__ = "revision"
    __table_args__ = (Index("revision_by_feature", "feature_id", "version"),)

    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), primary_key=True)
    feature_id: Mapped[str] = mapped_column(ForeignKey("feature.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[int]
    was: Mapped[str | None] = mapped_column(Text)
    became: Mapped[str | None] = mapped_column(Text)


class FollowedRow(Base):
    """The file that the app is delivered with, as it was last taken over, and the latest release that has done so."""

    __tablename__ = "followed"

    file: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    release: Mapped[str] = mapped_column(String(40), server_default="")


class ShippedRow(Base):
    """A project as that file had it, to tell what a newer file changes from what was edited here."""

    __tablename__ = "shipped"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    record: Mapped[str] = mapped_column(Text)
