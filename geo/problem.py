"""A problem found in a file or a link: what is wrong, where, and for whom to mend it."""

from dataclasses import dataclass


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
