"""Where the app keeps what it must remember."""

import os
from pathlib import Path
from typing import Final

STATE_DIR_VARIABLE: Final = "XIGANG_STATE_DIR"
_USUAL: Final = Path(__file__).resolve().parent.parent / "var"


def state_dir() -> Path:
    """Return the folder named in the environment, else ``var/``; it need not exist yet."""
    return Path(os.environ.get(STATE_DIR_VARIABLE) or _USUAL)
