"""The log: a line of JSON for each event, in files that are turned over and, for a service's journal, on stderr."""

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import make_url

from geo.settings import Settings
from geo.whole_file import make_empty, make_folder

MB: Final = 1_000_000
FILES: Final = "xigang-*.log*"
"""The log files of every port, also those that are full."""
MODE: Final = 0o640
HIDDEN: Final = "***"
_EMPTY: Final = (None, "")
# Their own handlers would write beside the log, in another form.
_OTHERS: Final = ("streamlit", "uvicorn", "websockets")
# Streamlit tells again of the errors that `log_error` tells of.
_REPEATS: Final = "streamlit.error_util"


class JsonLine(logging.Formatter):
    """Writes a record as one line of JSON, without `secrets` wherever they may have got in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted({*secrets, *(quote(each, safe="") for each in secrets)}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": record.process,
        }
        if record.name == "xigang":
            line["event"] = record.getMessage()
            details = getattr(record, "details", {}).items()
            line |= {"author": getattr(record, "author", ""), **{key: its for key, its in details if its not in _EMPTY}}
        else:
            line |= {"event": "message", "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        hidden = {key: self._hidden(value) for key, value in line.items()}
        return json.dumps(hidden, ensure_ascii=False)

    def _hidden(self, value: object) -> object:
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, list | tuple):
            return [self._hidden(each) for each in value]
        text = str(value)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


class OwnFile(RotatingFileHandler):
    """Files that nobody else on this machine may read, also those begun when one is full."""

    def _open(self) -> TextIOWrapper:
        make_empty(Path(self.baseFilename), MODE)
        return super()._open()


def file_of(read: Settings) -> Path:
    """Return the file that a process logs to."""
    return read.logs / f"xigang-{read.port}.log"


def start_log(read: Settings, more_secrets: Iterable[str] = ()) -> None:
    """Log from now on to a file of this port's own: two processes that turned over one file would lose lines."""
    make_folder(read.logs)
    file = OwnFile(
        file_of(read),
        maxBytes=round(read.log_file_mb * MB),
        backupCount=read.log_files,
        encoding="utf-8",
    )
    console = logging.StreamHandler(sys.stderr)
    if sys.stderr.isatty():
        console.setLevel(logging.WARNING)  # whoever sits there wants to hear of trouble alone
    secrets = [each for each in (*_secrets(read), *more_secrets) if each]
    for handler in (file, console):
        handler.setFormatter(JsonLine(secrets))
        handler.addFilter(lambda record: record.name != _REPEATS)
    logging.basicConfig(level=logging.INFO, handlers=[file, console], force=True)
    logging.captureWarnings(True)
    _take_over_others()


def _secrets(read: Settings) -> Iterable[str]:
    yield from (key or "" for key in (read.tianditu_key, *(tiles.key for tiles in read.tiles)))
    if read.database_url:
        url = make_url(read.database_url)
        yield str(url.password or "")
        yield from (str(value) for key, value in url.query.items() if "password" in key)


def _take_over_others() -> None:
    logging.getLogger("pikepdf").setLevel(logging.WARNING)  # it tells of each start
    for name in list(logging.root.manager.loggerDict):
        if name.split(".")[0] in _OTHERS:
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.propagate = name != "uvicorn.access"
            if name.startswith("uvicorn"):
                logger.setLevel(logging.WARNING)


def log_error(error: Exception) -> None:
    """Log what nobody has caught, with its traceback; the screen shows none of it."""
    logging.getLogger("xigang").error("error", exc_info=error, extra={"details": {"error": type(error).__name__}})
