"""The folders that the app reads its data from and keeps what it must remember in."""

import os
from pathlib import Path
from typing import Final

STATE_DIR_VARIABLE: Final = "XIGANG_STATE_DIR"
DATA_DIR_VARIABLE: Final = "XIGANG_DATA_DIR"
_ROOT: Final = Path(__file__).resolve().parent.parent


def state_dir() -> Path:
    """Return the folder named in the environment, else ``var/``; it need not exist yet."""
    return Path(os.environ.get(STATE_DIR_VARIABLE) or _ROOT / "var")


def data_dir() -> Path:
    """Return the folder of the district's data: the one named in the environment, else the shipped ``data/``."""
    return Path(os.environ.get(DATA_DIR_VARIABLE) or _ROOT / "data")
