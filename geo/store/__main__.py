"""Look into the record: the log of changes, and the projects of any day."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from geo.settings import SettingsError
from geo.store.changes import Change
from geo.store.database import database_url
from geo.store.export import geojson_at
from geo.store.rows import stored_why
from geo.store.store import Store
from geo.whole_file import write_whole


def moment(text: str) -> datetime:
    """Return the moment that a date or a time names: a date its last one, in this machine's time zone.

    Raises
    ------
    ValueError : where it names none
    """
    read = datetime.fromisoformat(text)
    end = datetime.combine(read, time.max) if len(text) <= len("2026-11-25") else read
    return end if end.tzinfo else end.astimezone()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        store = Store(database_url())
        return _export(store, asked.at, asked.file) if asked.command == "export" else _log(store, asked.last)
    except (SettingsError, SQLAlchemyError, OSError) as error:
        print(f"底账读不了 / the record cannot be read: {error}", file=sys.stderr)
        return 1


def _export(store: Store, at: datetime | None, file: Path) -> int:
    change_id = store.head() if at is None else store.last_change_at(at)
    if not change_id:
        print("那时还没有记录 / nothing was on record then", file=sys.stderr)
        return 1

    def write(path: Path) -> None:
        path.write_text(geojson_at(store, change_id), encoding="utf-8")

    write_whole(file, write)
    print(f"{file}: 第 {change_id} 号变更之后的状态 / as after change {change_id}")
    return 0


def _log(store: Store, last: int | None) -> int:
    for change in store.changes(limit=last):
        print(_told(change))
    return 0


def _told(change: Change) -> str:
    """Return a change as one line: number, local time, kind, who, and why or from which file."""
    words = (change.author or "-", stored_why(change.why, change.of), change.source.name)
    when = change.at.astimezone().isoformat(sep=" ", timespec="seconds")
    return " ".join(f"{change.id}  {when}  {change.kind}  {'  '.join(filter(None, words))}".split("\n"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m geo.store",
        description="查看底账：变更日志、任一天的项目 / look into the record: the log, the projects of any day",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="把今天或以前某天的项目写成 GeoJSON / write the projects of a day")
    export.add_argument(
        "--at",
        type=moment,
        metavar="DATE",
        help="到这一天结束或这一时刻，默认今天 / the end of this day, or a time; today's by default",
    )
    export.add_argument("file", type=Path)
    log = commands.add_parser("log", help="列出变更，新的在前 / list the changes, latest first")
    log.add_argument("--last", type=int, metavar="N", help="只列这么多 / only so many")
    return parser


if __name__ == "__main__":
    sys.exit(main())
