"""The projects file that the app is delivered with: what is new in it joins the record, what was edited here stays."""

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from geo.load import read_features
from geo.release import order, version
from geo.store.changes import Edit, Entry, Kind, Source
from geo.store.database import reading, writing
from geo.store.history import entries_at
from geo.store.merge import merge
from geo.store.model import FollowedRow, ShippedRow
from geo.store.record import Record, as_json, from_json, plain
from geo.store.write import problems_of_record, write_change

PROJECTS_FILE: Final = "projects.geojson"
_LOG: Final = logging.getLogger(__name__)


def follow(engine: Engine, folder: Path) -> None:
    """Take over what has changed in the folder's projects file since it was last taken over.

    Notes
    -----
    A field that was edited here and has another value in the new file keeps its edit. A project that the new file
    no longer has is retired where it was never edited here, unless something in the file could not be read; one
    that comes back is as the file has it. Where servers of several releases share the record, the file of the latest
    holds: an older release leaves the record as it is.
    """
    try:
        source = Source(PROJECTS_FILE, hashlib.sha256((folder / PROJECTS_FILE).read_bytes()).hexdigest())
    except OSError:  # the loader says what is wrong with it
        return
    with reading(engine) as connection:
        if not _is_news(connection, source):
            return
    shipped, edition, complete = _read(folder)
    with writing(engine) as connection:
        if not _is_news(connection, source):
            return
        before = {row.id: from_json(row.record) for row in connection.execute(select(ShippedRow.__table__))}
        edits = _edits(shipped, before, entries_at(connection, None), complete=complete)
        write_change(connection, "", edits, why=edition, kind=Kind.SHIPPED, source=source)
        _remember(connection, shipped if complete else {**before, **shipped}, source)


def _is_news(connection: Connection, source: Source) -> bool:
    """Return whether the file, or the release that comes with it, is not the one last taken over, nor an older one."""
    followed = _followed(connection)
    if followed is None:
        return True
    if order(version()) < order(followed.release):
        if followed.sha256 != source.sha256:
            _LOG.warning(
                "%s of release %s is not taken over: release %s has been at this record, and its file holds",
                source.name, version(), followed.release,
            )  # fmt: skip
        return False
    return (followed.sha256, followed.release) != (source.sha256, version())


def _followed(connection: Connection) -> Row[str, str] | None:
    return connection.execute(
        select(FollowedRow.sha256, FollowedRow.release).where(FollowedRow.file == PROJECTS_FILE)
    ).first()


def _read(folder: Path) -> tuple[dict[str, Record], str, bool]:
    """Return the file's good records by id, its version, and whether there are no others."""
    features, collection, problems = read_features(folder / PROJECTS_FILE)
    shipped: dict[str, Record] = {}
    for _, feature in features:
        record = plain(feature)
        if not problems_of_record(record) and record["id"] not in shipped:
            shipped[record["id"]] = record
    return shipped, str(collection.get("version", "")), not problems and len(shipped) == len(features)


def _edits(
    shipped: Mapping[str, Record], before: Mapping[str, Record], now: Mapping[str, Entry], *, complete: bool
) -> list[Edit]:
    edits = []
    for each, record in shipped.items():
        entry = now.get(each)
        if entry is None:
            edits.append(Edit(each, record, 0))
            continue
        if entry.retired and each not in before:
            edits.append(Edit(each, record, entry.version, False))
            continue
        together = merge(before.get(each, record), entry.record, record).record
        edits.append(Edit(each, entry.record if problems_of_record(together) else together, entry.version))
    for each in before.keys() - shipped.keys() if complete else ():
        entry = now[each]
        if entry.record == before[each]:
            edits.append(Edit(each, entry.record, entry.version, True))
    return edits


def _remember(connection: Connection, shipped: Mapping[str, Record], source: Source) -> None:
    connection.execute(delete(ShippedRow))
    if shipped:
        rows = [{"id": each, "record": as_json(record)} for each, record in shipped.items()]
        connection.execute(insert(ShippedRow), rows)
    _remember_file(connection, source)


def _remember_file(connection: Connection, source: Source) -> None:
    connection.execute(delete(FollowedRow))
    connection.execute(insert(FollowedRow), {"file": source.name, "sha256": source.sha256, "release": version()})
