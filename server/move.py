"""Move the record to another database: SQLite to PostgreSQL, back, or on to another server; proven equal."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from geo.store.backup import BackupError, loaded, tallies
from geo.store.database import connect, reading, shown
from server.archive import Manifest, opened
from server.backup import back_up
from server.office import Office, sqlite_url, this_office
from server.restore import setting_of, told
from server.serving import require_stopped

LOCAL = "sqlite"


def move(office: Office, to: str) -> tuple[Path, Manifest]:
    """Copy the record to the empty database at `to`, by way of a backup that is kept; return it.

    Raises
    ------
    BackupError, OSError, sqlalchemy.exc.SQLAlchemyError : where that cannot be done; both are as they were then
    """
    if make_url(to) == make_url(office.url):
        raise BackupError("两个库是同一个 / both are the same database")
    require_stopped(office)
    file, manifest = back_up(office)
    with opened(file) as backup, loaded(to, backup.archive, manifest.told) as there:
        engine = connect(office.url, read_only=True)
        with reading(engine) as here:
            if tallies(here) != manifest.told["tables"]:
                raise BackupError(
                    "搬迁期间又有人修改：请停止系统后重试 / "
                    "somebody has made a change meanwhile: stop the app and try again"
                )
        engine.dispose()
        del there
    return file, manifest


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m server move", description=__doc__)
    parser.add_argument("to", metavar="URL", help=f"an empty database; “{LOCAL}” is the file in the state folder")
    asked = parser.parse_args(arguments)
    try:
        office = this_office()
        to = sqlite_url(office.record_file) if asked.to == LOCAL else asked.to
        file, manifest = move(office, to)
    except (BackupError, SQLAlchemyError, OSError) as error:
        print(f"没有搬迁，一切照旧。 / Nothing was moved; all is as it was.\n{told(error)}", file=sys.stderr)
        return 1
    print(f"已搬到 / moved to {shown(to)}: {manifest.counts}")
    print(f"备份留在 / the backup is kept: {file}")
    setting = "删去 database_url / take database_url out" if asked.to == LOCAL else setting_of(to)
    print(f"现在请改设置再启动 / now change the settings, then start: {office.settings}: {setting}")
    return 0
