"""The organisation's own look: a folder with a logo, a PowerPoint master, a colour and a contact line."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from PIL import Image
from pydantic import Field, StringConstraints, ValidationError

from geo.problem import Problem
from geo.project import Record
from geo.settings import settings

LOGO_NAMES: Final = ("logo.png", "logo.jpg")
DECK_NAME: Final = "master.pptx"
SETTINGS_NAME: Final = "template.json"
MAX_LOGO_BYTES: Final = 5 * 1024 * 1024


class _Settings(Record):
    """What ``template.json`` may say."""

    title_colour: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    contact: Annotated[str, Field(max_length=200)] | None = None


@dataclass(frozen=True)
class Template:
    """What every sheet and deck takes from the organisation; all of it may be missing.

    `problems` says what in the folder could not be used.
    """

    logo: Path | None = None
    deck: Path | None = None
    title_colour: str | None = None
    contact: str | None = None
    problems: tuple[Problem, ...] = ()


def template_of(folder: Path | None = None) -> Template:
    """Return the template in `folder`, else in the one that is set, else in ``template/``."""
    folder = folder or settings().template_dir
    problems: list[Problem] = []
    its = _settings(folder / SETTINGS_NAME, problems)
    logo = next((path for name in LOGO_NAMES if (path := folder / name).is_file()), None)
    if logo and (problem := _problem_of_logo(logo)):
        problems.append(problem)
        logo = None
    deck = folder / DECK_NAME
    return Template(logo, deck if deck.is_file() else None, its.title_colour, its.contact, tuple(problems))


def _problem_of_logo(logo: Path) -> Problem | None:
    if logo.stat().st_size > MAX_LOGO_BYTES:
        return Problem("file_too_large", logo.name)
    try:
        with Image.open(logo) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return Problem("file_unreadable", logo.name, str(error))
    return None


def _settings(path: Path, problems: list[Problem]) -> _Settings:
    try:
        return _Settings.model_validate(json.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        return _Settings()
    except ValidationError as error:
        problems += [
            Problem("field_invalid", path.name, ".".join(str(part) for part in item["loc"])) for item in error.errors()
        ]
    except (OSError, ValueError) as error:
        problems.append(Problem("file_unreadable", path.name, str(error)))
    return _Settings()
