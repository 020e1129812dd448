"""What all slides of a deck share: data, words, footer, sources for the notes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PIL import Image

from exports.decktext import Run, fitted_text, paragraph
from exports.marginalia import filter_line, notes_of, source_line, stamp_of, subtitle_of
from exports.request import ExportRequest, wanted_projects
from exports.slides import Box, Canvas, SlideDeck
from exports.template import template_of
from geo.load import Dataset
from geo.nearby import Surroundings
from layers import style
from layers.words import Words

LOGO_HEIGHT_PT: Final = 26.0


class DeckFrame:
    """One deck being made: the slides of every kind are added through it."""

    def __init__(self, data: Dataset, request: ExportRequest, template: Path | None) -> None:
        self.data, self.request, self.words, self.tongues = data, request, request.words, request.tongues
        self.surroundings = Surroundings(data)
        self.look = template_of()
        self.deck = SlideDeck(self.words, template or self.look.deck, title_colour=self.look.title_colour)
        self.logo_box = self._logo_box()
        self.projects = wanted_projects(data, request)
        self.subtitle = subtitle_of(data, request, self.projects)

    def add(self, title: str, subtitle: str | None = None) -> Canvas:
        """Add a slide with what all have."""
        canvas = self.deck.add(title, self.subtitle if subtitle is None else subtitle, self._footer())
        if self.look.logo and self.logo_box:
            canvas.picture(self.logo_box, self.look.logo.read_bytes(), "logo", self.words("deck.alt_logo"))
        return canvas

    def _logo_box(self) -> Box | None:
        """Take the logo's room from the right end of the title's line, once for all slides."""
        if not self.look.logo:
            return None
        with Image.open(self.look.logo) as picture:
            shape = picture.width / picture.height
        title = self.deck.title_box
        width = min(LOGO_HEIGHT_PT * shape, title.width * 0.25)
        self.deck.title_box = replace(title, width=title.width - width - 12)
        right = title.left + title.width
        return Box(right - width, title.top, width, width / shape)

    def _footer(self) -> list[Run]:
        words, gap = self.words, self.words("format.sentence")
        parts = [
            source_line(self.data, words, self.projects),
            words("print.made", date=words.date(self.request.made_on)),
            words("print.version", version=self.data.version),
            *([self.look.contact] if self.look.contact else []),
        ]
        stamp = Run(stamp_of(self.data, self.request), bold=True, colour=style.BOUNDARY)
        return [stamp, Run(gap + gap.join(parts), colour=style.TEXT_SECONDARY)]

    def source_notes(self) -> list[str]:
        """Return sources, coordinates, filter, stamp, and licences of the data."""
        words = self.words
        notes = [*notes_of(self.data, self.request, self.projects), filter_line(self.data, self.request)]
        notes += [stamp_of(self.data, self.request), words("deck.data_sources")]
        for source in self.data.sources:
            told = (source.title, source.source, source.licence, source.gaps)
            notes.append("· " + words("format.phrases").join(part.in_language(words.language) for part in told))
        return notes

    def counts(self) -> tuple[int, int, int]:
        """Return how many projects there are, how many with a place and how many without."""
        placed = sum(project.placed for project in self.projects)
        return len(self.projects), placed, len(self.projects) - placed

    def counts_in_words(self) -> str:
        """Return the counts as a sentence."""
        total, placed, unplaced = self.counts()
        return self.words("print.counts", n=total, placed=placed, unplaced=unplaced)

    def map_alt(self, title: str) -> str:
        """Return the alt text of a map of many projects."""
        return self.words("deck.alt_map", title=title, counts=self.counts_in_words(), note=self.subtitle)

    @property
    def legend_alt(self) -> tuple[str, str]:
        """The name and alt text of a legend."""
        return self.words("legend.title"), self.words("deck.alt_legend")

    def sentence(self, *parts: str) -> str:
        """Return the parts that are not empty as one line."""
        return self.words("format.sentence").join(part for part in parts if part)

    def zh_beside(self, name: str) -> str:
        """Return the plan's own name for a subtitle in another language."""
        return "" if any(words.language == "zh" for words in self.tongues) else name

    def in_all(self, say: Callable[[Words], str], gap: str = " / ") -> str:
        """Return what `say` gives in every language of the deck, said once where it is the same."""
        return gap.join(dict.fromkeys(say(words) for words in self.tongues))

    def say_empty(self, canvas: Canvas, box: Box) -> None:
        """Say that no project passes the filter."""
        text, size = fitted_text(self.words("deck.empty"), box.width, box.height, (12, 11, 10, 9), bold=True)
        canvas.text(box, [paragraph(text, size, bold=True, colour=style.SELECTION)], self.words("deck.empty"))
        canvas.notes.insert(0, self.words("deck.empty"))
