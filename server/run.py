"""Run the app, once its settings have been checked."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from geo.settings import FOLDERS, VARIABLES, Settings
from server.check import check

ROOT: Final = Path(__file__).resolve().parent.parent
SCRIPT: Final = ROOT / "app.py"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m server", description="Run the app until it is stopped.")
    parser.add_argument("--port", help="port to listen at (default: the setting, 8501)")
    asked = parser.parse_args(arguments)
    if asked.port:
        os.environ[VARIABLES["port"]] = asked.port
    _stay_at_the_root()
    run(check())
    return 0


def _stay_at_the_root() -> None:
    """Work in the app's folder, where Streamlit finds its own settings; folders named from elsewhere stay the same."""
    for key in FOLDERS:
        if named := os.environ.get(VARIABLES[key]):
            os.environ[VARIABLES[key]] = str(Path(named).absolute())
    os.chdir(ROOT)


def run(read: Settings) -> None:
    from streamlit.starlette import App

    sys.argv = [str(SCRIPT)]  # what Streamlit takes for the script it was started with
    App(SCRIPT).run(config=_streamlit_options(read))


def _streamlit_options(read: Settings) -> dict[str, Any]:
    """Return what is set of Streamlit's own options; the others stay as in ``.streamlit/config.toml``."""
    options = {"server.port": read.port, "server.address": read.address, "server.baseUrlPath": read.base_path or None}
    return {name: value for name, value in options.items() if value is not None}
