"""What is wrong, said in words: problems of files and of links, and an empty result."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from geo.filter import ProjectFilter
from geo.problem import Problem
from layers.fault_words import detail_in_words
from layers.words import Words
from ui import session
from ui.desk import Desk
from ui.text import plain

FEW: Final = 12


def problem_in_words(words: Words, problem: Problem) -> str:
    """Return one problem as a sentence: what, where, what to do; escaped for Markdown."""
    return words(f"problem.{problem.code}", where=plain(problem.where), detail=plain(detail_in_words(words, problem)))


def problem_notice(words: Words, problems: Sequence[Problem], *, title: str) -> None:
    """Draw one folded warning for all `problems`, unfolded where it is short."""
    if not problems:
        return
    with st.expander(words(title, n=len(problems)), icon=":material/warning:", expanded=len(problems) <= FEW):
        st.markdown("\n".join(f"- {problem_in_words(words, problem)}" for problem in problems))


def empty_notice(desk: Desk) -> None:
    """Say why nothing passes and offer the way back."""
    if desk.mask.any() or not desk.data.projects:
        return
    st.info(desk.words("empty.filter"))
    st.button(desk.words("filter.clear"), key="clear_empty", on_click=session.set_filter, args=(ProjectFilter(),))


def problem_notices(desk: Desk) -> None:
    """Draw what is wrong with the link that led here, and with the data, where anything is."""
    problem_notice(desk.words, session.link_problems(), title="problem.link_title")
    problem_notice(desk.words, desk.data.problems, title="problem.data_title")
