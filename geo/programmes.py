"""The programmes of the plan's boxes 5 to 9: works for the whole district, listed but not counted among projects."""

from pathlib import Path
from typing import Final

from geo.csv_rows import read_rows
from geo.names import name_in
from geo.problem import Problem
from geo.project import Record, Text

PROGRAMMES_FILE: Final = "programmes.csv"


class Programme(Record):
    """One programme as its box prints it: `name` verbatim without the closing semicolon, `name_en` ours."""

    box: int
    box_title: Text
    number: int
    name: Text
    name_en: Text

    def name_in(self, language: str) -> str:
        """Return the name in `language`: Chinese for ``zh``, else English."""
        return name_in(language, self.name, {"en": self.name_en})


def load_programmes(folder: Path) -> tuple[list[Programme], list[Problem]]:
    """Return the programmes in the data folder in the plan's order, and the problems found."""
    rows, problems = read_rows(folder / PROGRAMMES_FILE, Programme)
    programmes: dict[tuple[int, int], Programme] = {}
    for row in rows:
        if (row.box, row.number) in programmes:
            problems.append(Problem("id_repeated", PROGRAMMES_FILE, f"{row.box}/{row.number}"))
        programmes.setdefault((row.box, row.number), row)
    return [programmes[key] for key in sorted(programmes)], problems
