"""The programmes of the plan's boxes 5 to 9: works for the whole district, listed but not counted among projects."""

from pathlib import Path
from typing import Final

from geo.csv_rows import NamedRow, read_rows
from geo.problem import Problem
from geo.project import Text
from geo.translations import Translations

PROGRAMMES_FILE: Final = "programmes.csv"


class Programme(NamedRow):
    """One programme as its box prints it: `name` verbatim without the closing semicolon, `names` ours by language."""

    box: int
    box_title: Text
    number: int


def load_programmes(folder: Path, translations: Translations) -> tuple[list[Programme], list[Problem]]:
    """Return the programmes in the data folder in the plan's order, and the problems found."""
    rows, problems = read_rows(folder / PROGRAMMES_FILE, Programme, translations)
    programmes: dict[tuple[int, int], Programme] = {}
    for row in rows:
        if (row.box, row.number) in programmes:
            problems.append(Problem("id_repeated", PROGRAMMES_FILE, f"{row.box}/{row.number}"))
        programmes.setdefault((row.box, row.number), row)
    return [programmes[key] for key in sorted(programmes)], problems
