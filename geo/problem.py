"""A problem found in a file or a link: what is wrong, where, and for whom to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, as a code and its details; the words are in the catalogues under ``problem.<code>``.

    Attributes
    ----------
    code : str
        What kind of problem, e.g. ``file_missing``.
    where : str
        File, or file and feature, or the link's parameter.
    detail : str
        The field or value at fault, shown escaped.
    """

    code: str
    where: str
    detail: str = ""


def field_problems(where: str, error: ValidationError) -> Iterator[Problem]:
    """Yield what a model found wrong with a record, field by field."""
    for item in error.errors(include_url=False, include_context=False):
        field = ".".join(str(part) for part in item["loc"])
        match item["type"]:
            case "missing":
                yield Problem("field_missing", where, field)
            case "extra_forbidden":
                yield Problem("field_unknown", where, field)
            case "value_error":
                yield Problem("rule_broken", where, item["msg"].removeprefix("Value error, "))
            case _:
                yield Problem("field_invalid", where, f"{field} = {item['input']!r}"[:120])
