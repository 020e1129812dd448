"""The command line of the service: ``python -m server [COMMAND] [--settings FILE] ...``; without a command it runs."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from geo.settings import FILE_VARIABLE, SettingsError

USUAL: Final = "run"
COMMANDS: Final = {name: f"server.{name}" for name in (USUAL, "check", "backup", "restore", "move", "upgrade")}
"""The module of each command; its ``main`` takes the arguments and returns the exit code."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m server", add_help=False)
    parser.add_argument("--settings", type=Path, metavar="FILE")
    asked, rest = parser.parse_known_args(sys.argv[1:] if arguments is None else arguments)
    if asked.settings:  # in the environment, the processes that this one starts find it, too
        os.environ[FILE_VARIABLE] = str(asked.settings.absolute())
    name = rest.pop(0) if rest and rest[0] in COMMANDS else USUAL
    try:
        return int(import_module(COMMANDS[name]).main(rest))
    except SettingsError as error:
        print(f"设置有误，没有启动。 / The settings are wrong; nothing was started.\n{error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
