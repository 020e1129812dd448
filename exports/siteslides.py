"""Slides of chosen sites alone: a cover that lists them, and a slide for each; in one language or two."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from exports.deckframe import DeckFrame
from exports.deckproject import project_slide
from exports.decktable import Cell, Table, put_table
from exports.request import ExportRequest, Extent, chosen_projects
from exports.sitesheet import booklet_title
from exports.slides import Canvas
from geo.filter import ProjectFilter
from geo.load import Dataset
from geo.project import Project
from layers import style
from layers.wording import currency_in_words, grade_in_words, site_name
from layers.words import Words

Progress = Callable[[int, int], None]
COVER_SIZES: Final = (14.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.5)
CONTENTS: Final = ("layer.sites", "filter.sector", "filter.phase", "filter.grade")
COVER_SHARES: Final = (0.06, 0.46, 0.16, 0.16, 0.16)


def write_site_slides(data: Dataset, request: ExportRequest, path: Path, *, progress: Progress | None = None) -> None:
    """Write a cover and a slide for each chosen site as PPTX, and nothing else.

    Parameters
    ----------
    request : its sites, else all that pass its filter, get a slide each, in its language and the second one
    progress : called after each slide
    """
    chosen = chosen_projects(data, request)
    only = ProjectFilter(only=frozenset(project.id for project in chosen)) if chosen else request.filter
    frame = DeckFrame(data, request.model_copy(update={"size": "slide", "extent": Extent(), "filter": only}), None)
    title = booklet_title(data, request, chosen if len(chosen) == 1 else ())
    for done in range(len(chosen) + 1):
        canvas = project_slide(frame, chosen[done - 1], has_blanks=True) if done else _cover(frame, title, chosen)
        canvas.write_notes()
        if progress:
            progress(done + 1, len(chosen) + 1)
    frame.deck.save(path, title=title, subject=frame.subtitle, language=frame.words.html_lang)


def _cover(frame: DeckFrame, title: str, chosen: list[Project]) -> Canvas:
    """Add the cover: what these slides are, how current they are, and the sites with their pages."""
    currency = frame.in_all(lambda words: currency_in_words(frame.data, words, chosen))
    canvas = frame.add(title, currency)
    if chosen:
        name = frame.words("sheet.cover", n=len(chosen))
        put_table(canvas, frame.deck.body, _contents(frame, chosen), COVER_SIZES, name, name, stretch=1.6)
    else:
        frame.say_empty(canvas, frame.deck.body)
    canvas.notes += [frame.counts_in_words(), *frame.source_notes()]
    return canvas


def _contents(frame: DeckFrame, chosen: list[Project]) -> Table:
    heads = [Cell(frame.in_all(_word(code))) for code in CONTENTS]
    rows = [_row(frame, page, project) for page, project in enumerate(chosen, start=2)]
    return Table(((Cell(""), *heads), *rows), tuple(frame.deck.body.width * share for share in COVER_SHARES))


def _word(code: str) -> Callable[[Words], str]:
    return lambda words: words(code)


def _row(frame: DeckFrame, page: int, project: Project) -> tuple[Cell, ...]:
    name = frame.in_all(lambda words: site_name(words, project))
    return (
        Cell(str(page), align="ctr"),
        Cell(name, bold=True, mark=style.SECTORS[project.sector].colour),
        Cell(frame.in_all(_word(f"sector.{project.sector}"))),
        Cell(frame.in_all(_word(f"phase.{project.phase}"))),
        Cell(frame.in_all(lambda words: grade_in_words(words, project))),
    )
