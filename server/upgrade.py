"""Take over from an older release: try this one on a copy of its data first, and only then let it go.

The new release lies beside the old one. Whatever fails before the old one is stopped leaves it running and its folder
untouched; whatever fails after that starts it again.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from geo.release import FILE_NAME as VERSION_NAME
from geo.release import order, version
from geo.store.backup import BackupError, require_empty, tallies
from geo.store.changes import Kind
from geo.store.database import connect, migrate, open_database, reading, schema_of, writing
from geo.store.model import ChangeRow, FeatureRow, RevisionRow
from geo.whole_file import write_whole
from server import launch, serving
from server.archive import Backup, Manifest, opened, sha256_of
from server.backup import back_up
from server.logs import FILES as LOGS
from server.logs import MODE as LOG_MODE
from server.office import SETTINGS, Office, office_in, sqlite_file, this_office, trial_of
from server.restore import put_back, told
from server.serving import Server

TRIAL: Final = ".upgrade-trial-"
UNFINISHED: Final = ".upgrade-unfinished"
ROOM: Final = 4
"""So many times the old data must fit on the disk: two backups, the copy that is tried, and the new one's own."""
PATIENCE_S: Final = 30 * 60
AFTERMATH_S: Final = 10


@dataclass
class Upgrade:
    """One upgrade: what it goes from and to, and how the office's service is stopped and started.

    Attributes
    ----------
    old, new : Office
    link : Path or None
        The link through which the old folder was named; it names the new one afterwards.
    stop, start : str
        Commands of the service's manager; empty where there is none, and processes are ended and started here.
    leave : bool
        Whether a server that is started here outlives this process.
    served : list of Server
        Who served the old release's map when this began.
    child : Popen or None
        The server that was started here.
    """

    old: Office
    new: Office
    link: Path | None = None
    stop: str = ""
    start: str = ""
    leave: bool = False
    say: Callable[[str], None] = print
    served: list[Server] = field(default_factory=list)
    child: launch.Process | None = None
    is_started: bool = False

    def run(self) -> None:
        """Do all of it.

        Raises
        ------
        BackupError, OSError, sqlalchemy.exc.SQLAlchemyError, subprocess.SubprocessError : where it failed
        """
        self.say(f"{_version_of(self.old) or '?'} → {version()}: {self.old.root} → {self.new.root}")
        _require_possible(self.old, self.new)
        self.served = serving.running_of_any_release(self.old)
        if len(self.served) > 1 and not (self.stop and self.start):
            raise BackupError(
                f"旧版本有几个进程（{serving.told(self.served)}）：请用 --stop 和 --start 给出命令 / "
                "the old release has several processes: give the commands by --stop and --start"
            )
        if self._unfinished.exists() and not self.served and self._has_come_up():
            self._finish()
            return
        if serving.running(self.new):
            raise BackupError(
                f"新版本已在运行（{serving.told(serving.running(self.new))}） / the new release is running already"
            )
        self._clear_the_last()
        file, manifest = back_up(self.old, self.new.backups)
        self.say(f"1. 旧版本的备份 / backup of the old release: {file}: {manifest.counts}")
        self._try(file, manifest)
        self.say("2. 新版本已在副本上试运行成功 / the new release runs well on a copy")
        with self._or_the_old_again():
            self._stop_the_old()
            self.say("3. 旧版本已停止 / the old release is stopped")
            self._switch()

    # ---- on a copy ----

    def _try(self, file: Path, manifest: Manifest) -> None:
        folder = Path(tempfile.mkdtemp(prefix=TRIAL, dir=self.new.root))
        try:
            trial = trial_of(self.new, folder, launch.free_port())
            with opened(file) as backup:
                put_back(backup, _places(trial, backup), trial.url)
            with launch.running(trial, folder / "trial.log") as health:
                pass
            _require_version(health)
            _require_log(trial.url, manifest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _clear_the_last(self) -> None:
        """Put aside what an upgrade that was broken off has left in this folder."""
        for folder in self.new.root.glob(f"{TRIAL}*"):
            serving.stop(serving.running(trial_of(self.new, folder, 0)))
            shutil.rmtree(folder, ignore_errors=True)
        if not self.is_shared:
            if self._unfinished.exists():
                _require_unused(self.new)
            self._put_state_aside()
            _require_no_record(self.new)

    @property
    def is_shared(self) -> bool:
        """Whether both releases have the record in one place."""
        return self.new.url == self.old.url

    @property
    def _unfinished(self) -> Path:
        """The note that an upgrade is under way; in it, the tables that the old release knows."""
        return self.new.root / UNFINISHED

    def _put_state_aside(self) -> None:
        if self._unfinished.exists() and not self.is_shared and self.new.state.exists():
            aside = self.new.state.with_name(f"{self.new.state.name}.unfinished-{datetime.now():%Y%m%d-%H%M%S}")
            self.new.state.rename(aside)

    # ---- for good ----

    def _stop_the_old(self) -> None:
        has_number = any(server.pid for server in self.served)
        if self.stop:
            launch.command(self.stop)
        elif has_number:
            serving.stop(self.served)
        elif self.served:
            where = serving.told(self.served)
            self.say(f"请现在停止旧版本，其余自动完成 / stop the old release now; all else follows by itself: {where}")
        if left := serving.wait_stopped(self.old, serving.STOP_S if self.stop or has_number else PATIENCE_S):
            raise BackupError(
                f"旧版本没有停下（{serving.told(left)}）；若由服务管理器启动，请用 --stop 和 --start 给出命令 / "
                "the old release did not stop; where a service manager starts it, give its commands by "
                "--stop and --start"
            )

    def _switch(self) -> None:
        if not self._unfinished.exists():
            self._unfinished.write_text(_schema(self.old.url) or "", encoding="utf-8")
        launch.require_free(self._address)
        file, manifest = back_up(self.old, self.new.backups)
        with opened(file) as backup:
            put_back(backup, _places(self.new, backup), None if self.is_shared else self.new.url)
        if self.is_shared:
            open_database(self.new.url).dispose()
        self.say(
            f"4. 数据已带到新版本，逐行核对一致 / the data are in the new release, line by line: {manifest.counts}"
        )
        self._carry_logs()
        self._point_to(self.new.root)
        self._start(self.new)
        health = launch.wait_well(self._address, self.child)
        _require_version(health)
        _require_log(self.new.url, manifest)
        self._require_old_silent(manifest)
        self._finish()

    def _carry_logs(self) -> None:
        """Let the new release go on with the old one's logs; without them it can do."""
        if self.new.logs.resolve() == self.old.logs.resolve():
            return
        try:
            for path in self.old.logs.glob(LOGS):
                write_whole(self.new.logs / path.name, partial(shutil.copyfile, path), mode=LOG_MODE)
        except OSError as error:
            self.say(
                f"！日志没有带过来，请自行拷贝 / the logs were not carried over; copy them: {self.old.logs}: {error}"
            )

    def _has_come_up(self) -> bool:
        """Return whether the new server, started by an upgrade that was broken off just then, serves."""
        until = time.monotonic() + AFTERMATH_S
        while not (comes := serving.running(self.new)) and time.monotonic() < until:
            time.sleep(0.3)
        return bool(comes)

    def _finish(self) -> None:
        self._unfinished.unlink()
        self.say(f"5. 新版本已运行 / the new release serves: {self._address}")
        self.say(f"旧版本的文件夹原样留着，满意后可删 / the old folder is kept until you delete it: {self.old.root}")

    def _require_old_silent(self, manifest: Manifest) -> None:
        if self.is_shared:
            return
        engine = connect(self.old.url, read_only=True)
        with reading(engine) as connection:
            unchanged = tallies(connection) == manifest.told["tables"]
        engine.dispose()
        if not unchanged:
            raise BackupError(
                "旧版本在切换期间又保存了修改：它还在某处运行 / "
                "the old release has saved changes meanwhile: it still runs somewhere"
            )

    @contextmanager
    def _or_the_old_again(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.say(f"！{told(error)}")
            self._end_the_new()
            if self._unfinished.exists():
                if self.is_shared:
                    _go_back(self.old.url, self._unfinished.read_text(encoding="utf-8"))
                self._put_state_aside()
                self._unfinished.unlink()
            self._start_the_old()
            raise

    def _start(self, office: Office) -> None:
        self.is_started = True
        self.child = launch.start(office, self.start, port=self._port, leave=self.leave)

    def _end_the_new(self) -> None:
        if self.child:
            serving.stop(serving.running(self.new))
            launch.end(self.child)
        elif self.is_started and self.stop:
            with suppress(BackupError):
                launch.command(self.stop)
        self.child = None

    def _start_the_old(self) -> None:
        self._point_to(self.old.root)
        if self.served and not serving.running_of_any_release(self.old):
            self._start(self.old)
            launch.wait_answers(self._address, self.child)
        if serving.running_of_any_release(self.old):
            self.say("旧版本在运行 / the old release serves")

    def _point_to(self, root: Path) -> None:
        if self.link and self.link.resolve() != root.resolve():
            beside = self.link.with_name(f".{self.link.name}.new")
            beside.unlink(missing_ok=True)
            beside.symlink_to(root, target_is_directory=True)
            beside.replace(self.link)

    @property
    def _address(self) -> str:
        """Where the old release served, and the new one will."""
        return self.served[0].address if self.served else serving.address_of(
            self.new.address, self.new.port, self.new.base_path
        )  # fmt: skip

    @property
    def _port(self) -> int:
        return urlsplit(self._address).port or self.new.port


def _places(office: Office, backup: Backup) -> dict[str, Path]:
    """Return where an old release's files go; settings that were written for the new one stay."""
    keeps = {SETTINGS} if office.settings.exists() else set()
    return {name: office.place_of(name) for name in backup.files if name not in keeps}


def _require_version(health: dict[str, Any]) -> None:
    if health["version"] != version():
        raise BackupError(f"应答的是另一个版本 / another release answers: {health['version']}, {version()}")


def _version_of(office: Office) -> str:
    for folder in (office.app, office.root):
        with suppress(OSError):
            return (folder / VERSION_NAME).read_text(encoding="utf-8").strip()
    return ""


def _require_possible(old: Office, new: Office) -> None:
    """Do nothing where the one release can take over from the other as the two folders are."""
    if old.app.resolve() == new.app.resolve():
        raise BackupError(
            "这就是旧版本的文件夹：请在新版本中运行 / this is the old release's own folder: run this in the new one"
        )
    if order(_version_of(old)) > order(version()):
        raise BackupError(f"旧版本更新（{_version_of(old)}） / the old release is newer than this one ({version()})")
    own = (new.state, new.template, new.data, sqlite_file(new.url) or new.state)
    if named := [path for path in own if path.resolve().is_relative_to(old.root)]:
        raise BackupError(
            f"{SETTINGS} 用绝对路径指向旧版本的文件夹（{named[0]}）：请改为相对路径 / "
            "names the old release's folder by its whole path: make it relative"
        )
    if old.has_own_data() and not new.has_own_data():
        raise BackupError(
            f"旧版本用自己的基础数据（{old.data}）：请在新版本的 {SETTINGS} 中设 data_dir / "
            "the old release has its own reference data: set data_dir for the new one"
        )
    _require_sums(new.root)
    size = sum(path.stat().st_size for _, path in old.files()) + _size(old.record_file)
    if (free := shutil.disk_usage(new.root).free) < ROOM * size:
        raise BackupError(
            f"磁盘空间不足：需要 {ROOM * size // 2**20 + 1} MB，只有 {free // 2**20} MB / "
            "the disk is too full: so much is needed, and so much is free"
        )


def _require_sums(root: Path) -> None:
    """Do nothing where every file of a bundle is as it was delivered; a source tree has no sums."""
    listed = root / "SHA256SUMS"
    for line in listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else ():
        checksum, _, name = line.partition(" ")
        path = root / name.strip().lstrip("*")
        if not path.is_file() or sha256_of(path) != checksum:
            raise BackupError(
                f"新版本不完整（{name.strip()}）：请重新解压 / the new release is incomplete: unpack it again"
            )


def _require_no_record(new: Office) -> None:
    file = sqlite_file(new.url)
    if file is None or file.exists():
        engine = connect(new.url, read_only=True)
        try:
            with reading(engine) as connection:
                require_empty(connection)
        except BackupError as error:
            raise BackupError(
                f"新版本的文件夹里已有项目数据（{new.state}）：请先把它移到别处 / "
                "the new release has a record already: move that one away first"
            ) from error
        finally:
            engine.dispose()


def _require_unused(new: Office) -> None:
    """Do nothing where nobody has worked with a record that an upgrade broken off has left.

    Such a record ends with what the old one held and, at most, the new release's own file.
    """
    noted = new.root / UNFINISHED
    if not new.record_file.exists():
        return
    engine = connect(new.url, read_only=True)
    with reading(engine) as connection:
        if schema_of(connection):
            began = datetime.fromtimestamp(noted.stat().st_mtime, UTC)
            later = select(ChangeRow.id).where(ChangeRow.at > began, ChangeRow.kind != Kind.SHIPPED.value).limit(1)
            if connection.execute(later).first():
                raise BackupError(
                    f"新版本已有人使用：请直接启动它，并删去 {noted} / "
                    "the new release has been worked with: just start it, and delete that file"
                )
    engine.dispose()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _schema(url: str) -> str | None:
    engine = connect(url, read_only=True)
    with reading(engine) as connection:
        found = schema_of(connection)
    engine.dispose()
    return found


def _go_back(url: str, schema: str) -> None:
    """Bring the tables of a record that both releases share back to those of the old one."""
    engine = connect(url)
    with writing(engine) as connection:
        if schema and schema_of(connection) != schema:
            migrate(connection, schema)
    engine.dispose()


def _require_log(url: str, manifest: Manifest) -> None:
    """Do nothing where a record holds all that the old one held, beside what the new release's file has added."""
    rows = {name: told.rows for name, told in manifest.tables.items()}
    head = rows["change"]
    asked = {
        "change": select(func.count()).select_from(ChangeRow).where(ChangeRow.id <= head),
        "revision": select(func.count()).select_from(RevisionRow).where(RevisionRow.change_id <= head),
        "feature": select(func.count()).select_from(FeatureRow),
    }
    engine = connect(url, read_only=True)
    with reading(engine) as connection:
        found = {name: connection.execute(query).scalar() or 0 for name, query in asked.items()}
    engine.dispose()
    if (found["change"], found["revision"]) != (head, rows["revision"]) or found["feature"] < rows["feature"]:
        raise BackupError(f"新版本中的数量不符 / the counts in the new release differ: {json.dumps(found)}, {rows}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m server upgrade", description=__doc__)
    parser.add_argument("old", type=Path, metavar="OLD_FOLDER", help="the old release's folder, or a link to it")
    parser.add_argument("--stop", default="", metavar="COMMAND", help="stops the service, where a manager runs it")
    parser.add_argument("--start", default="", metavar="COMMAND", help="starts it")
    parser.add_argument("--leave", action="store_true", help="leave the new server running and return")
    asked = parser.parse_args(arguments)
    upgrade = None
    try:
        old = office_in(asked.old)
        link = asked.old.absolute() if asked.old.is_symlink() else None
        upgrade = Upgrade(old, _as_the_old(this_office(), old), link, asked.stop, asked.start, asked.leave, _say)
        upgrade.run()
    except (BackupError, SQLAlchemyError, OSError) as error:
        print(
            f"升级没有完成，仍用旧版本。 / Not upgraded; the old release stays.\n{error}", file=sys.stderr, flush=True
        )
        code = 1
    else:
        code = 0
    if upgrade and upgrade.child and not asked.leave:  # as its launcher would
        with suppress(KeyboardInterrupt):
            upgrade.child.wait()
    return code


def _say(line: str) -> None:
    print(line, flush=True)


def _as_the_old(new: Office, old: Office) -> Office:
    """Return the new release's office as it will be once the old one's settings and data are in it."""
    if not new.settings.exists() and old.settings.is_file():
        new = new.with_settings(old.settings.read_bytes())
    if new.is_bundle and old.has_own_data() and not new.has_own_data():
        new = replace(new, data=new.place_of_own_data)
    return new
