"""Read a CSV file row by row: every row that is right, and the list of what is not."""

import csv
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from geo.problem import Problem, field_problems

MAX_CSV_BYTES: Final = 20 * 1024 * 1024
Row = TypeVar("Row", bound=BaseModel)


def read_rows(path: Path, model: type[Row]) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a CSV file (UTF-8, one head line) as records of `model`, and the problems.

    An empty cell is no value. The head must name every column of the model and no other, in any order.
    """
    lines, problem = _read_lines(path)
    if problem:
        return [], [problem]
    head, *body = lines or [[]]
    problems = _head_problems(path.name, head, set(model.model_fields))
    rows: list[Row] = []
    for number, cells in enumerate([] if problems else body, start=1):
        where = f"{path.name} #{number}"
        if len(cells) != len(head):
            problems.append(Problem("rule_broken", where, f"{len(cells)} cells under {len(head)} columns"))
            continue
        try:
            rows.append(model.model_validate({name: cell for name, cell in zip(head, cells, strict=True) if cell}))
        except ValidationError as error:
            problems.extend(field_problems(where, error))
    return rows, problems


def _read_lines(path: Path) -> tuple[list[list[str]], Problem | None]:
    try:
        if path.stat().st_size > MAX_CSV_BYTES:
            return [], Problem("file_too_large", path.name)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [cells for cells in csv.reader(file, strict=True) if cells], None
    except FileNotFoundError:
        return [], Problem("file_missing", path.name)
    except (ValueError, csv.Error) as error:
        return [], Problem("file_unreadable", path.name, str(error))
    except OSError as error:
        return [], Problem("file_unreadable", path.name, error.strerror or "")


def _head_problems(name: str, head: list[str], wanted: set[str]) -> list[Problem]:
    if len(set(head)) != len(head):
        return [Problem("file_unreadable", name, "a column stands twice")]
    missing = [Problem("field_missing", name, column) for column in sorted(wanted - set(head))]
    return missing + [Problem("field_unknown", name, column) for column in sorted(set(head) - wanted)]
