"""As last time: exports kept under a name, to be made again next week with the data of that day."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from exports.request import ExportRequest
from geo.state_dir import state_dir
from geo.whole_file import write_whole

MAX_PRESETS: Final = 200
MAX_NAME: Final = 60


class PresetError(ValueError):
    """A preset cannot be kept: its name is empty or too long, or there are too many."""


def presets_path() -> Path:
    """Return the file that holds the presets."""
    return state_dir() / "presets.json"


def load_presets(path: Path | None = None) -> dict[str, ExportRequest]:
    """Return the presets by name; each is dated today, and those no longer understood are left out."""
    found: dict[str, ExportRequest] = {}
    for name, values in _read(path or presets_path()).items():
        try:
            found[name] = ExportRequest.model_validate(values)
        except ValidationError:
            continue
    return found


def save_preset(name: str, request: ExportRequest, path: Path | None = None) -> None:
    """Keep a request under a name, in place of one that had it before.

    Raises
    ------
    PresetError : where the name is empty or too long, or there are too many presets
    """
    path, name = path or presets_path(), " ".join(name.split())
    kept = _read(path)
    if not name or len(name) > MAX_NAME:
        raise PresetError(name)
    if name not in kept and len(kept) >= MAX_PRESETS:
        raise PresetError(str(MAX_PRESETS))
    kept[name] = request.model_dump(mode="json", exclude={"made_on"}, exclude_defaults=True)
    _write(path, kept)


def delete_preset(name: str, path: Path | None = None) -> None:
    """Forget a preset; nothing happens where there is none of that name."""
    path = path or presets_path()
    kept = _read(path)
    if kept.pop(name, None) is not None:
        _write(path, kept)


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _write(path: Path, presets: dict[str, Any]) -> None:
    text = json.dumps(presets, ensure_ascii=False, indent=1)

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_whole(path, write)
