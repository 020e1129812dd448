"""Read a CSV file row by row: every row that is right, and the list of what is not."""

import csv
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from geo.names import ForeignLanguage, name_in
from geo.problem import Problem, field_problems
from geo.project import Record, Text
from geo.translations import Translations

MAX_CSV_BYTES: Final = 20 * 1024 * 1024


def _from_english(value: Any) -> Any:
    return {"en": value} if isinstance(value, str) else value


NamesColumn = Annotated[dict[ForeignLanguage, Text], BeforeValidator(_from_english)]


class NamedRow(Record):
    """A row with a Chinese name and, in the column ``name_en``, our English; `names` holds further languages too."""

    name: Text
    names: NamesColumn = Field(alias="name_en")

    def name_in(self, language: str) -> str:
        """Return the name in `language`, in English where it has none."""
        return name_in(language, self.name, self.names)


Row = TypeVar("Row", bound=NamedRow)


def read_rows(path: Path, model: type[Row], translations: Translations) -> tuple[list[Row], list[Problem]]:
    """Return the rows of a CSV file (UTF-8, one head line) as records of `model`, and the problems.

    An empty cell is no value. The head must name every column of the model and no other, in any order.
    """
    lines, problem = _read_lines(path)
    if problem:
        return [], [problem]
    head, *body = lines or [[]]
    problems = _head_problems(path.name, head, {field.alias or name for name, field in model.model_fields.items()})
    rows: list[Row] = []
    for number, cells in enumerate([] if problems else body, start=1):
        where = f"{path.name} #{number}"
        if len(cells) != len(head):
            problems.append(Problem("rule_broken", where, f"{len(cells)} cells under {len(head)} columns"))
            continue
        try:
            row = model.model_validate({name: cell for name, cell in zip(head, cells, strict=True) if cell})
            rows.append(row.model_copy(update={"names": {**translations.of(row.name), **row.names}}))
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
