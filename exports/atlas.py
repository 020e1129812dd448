"""The atlas: cover, overview, a page for each structure element and site, the projects without a place, an index."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from exports.canvas import Layer, page_axes, text
from exports.contents import figure_rows, site_rows
from exports.fonts import font, wrapped
from exports.layered_pdf import Page, write_pages
from exports.locator import locator_row
from exports.marginalia import notes_of, stamp_of, subtitle_of
from exports.panel import Column, Row, flow, heading, lines, numbered_row
from exports.picture import layer_names, place_of
from exports.request import ExportRequest, Extent, chosen_projects, wanted_projects
from exports.sheet import SheetStyle, make_sheet, style_of
from geo.load import Dataset
from geo.project import Project
from layers import style
from layers.wording import layer_name, site_name, title_of

Progress = Callable[[int, int], None]
"""Told after each page how many are done, and of how many."""


def write_atlas(data: Dataset, request: ExportRequest, path: Path, *, progress: Progress | None = None) -> int:
    """Write the atlas as one PDF with bookmarks; return its number of pages.

    Parameters
    ----------
    request : the sites are those in ``request.sites``, else all that pass the filter; every other part follows it
    progress : called after each page

    Notes
    -----
    The index is laid out first, so that its length, and so the total, is known before any map is drawn.
    """
    atlas = _Atlas(data, request)
    total = atlas.page_count

    def counted() -> Iterator[Page]:
        for done, page in enumerate(atlas.pages(), start=1):
            yield page
            if progress:
                progress(done, total)

    words = request.words
    write_pages(path, counted(), layer_names=layer_names(data, words), title=atlas.title,
                subject=subtitle_of(data, request), lang=words.html_lang)  # fmt: skip
    return total


class _Atlas:
    def __init__(self, data: Dataset, request: ExportRequest) -> None:
        self.data, self.request, self.words = data, request, request.words
        self.style: SheetStyle = style_of(request)
        self.projects = wanted_projects(data, request)
        chosen = chosen_projects(data, request)
        self.placed = [project for project in chosen if project.placed]
        self.unplaced = [project for project in chosen if not project.placed]
        self.title = (request.title or "").strip() or title_of(self.words, data.district, "atlas.title")
        self.unplaced_pages = self._paginate(self._unplaced_rows())
        self.index_pages = self._paginate(self._index_rows(), columns=3)

    @property
    def _first_site(self) -> int:
        return 3 + len(self.data.elements)

    @property
    def page_count(self) -> int:
        """Cover, overview, elements, sites, projects without a place, index."""
        return self._first_site - 1 + len(self.placed) + len(self.unplaced_pages) + len(self.index_pages)

    def pages(self) -> Iterator[Page]:
        """Yield the pages in order, each drawn when it is asked for."""
        number = 1
        for page in self._drawn():
            if number > 1:
                self._number_page(page.figure, number)
            yield page
            number += 1

    def _drawn(self) -> Iterator[Page]:
        words = self.words
        yield Page(self._cover(), None, self.title)
        yield self._sheet(Extent(), words("atlas.overview"), 0)
        for i, placed in enumerate(self.data.elements):
            name = placed.element.name_in(words.language)
            yield self._sheet(Extent(kind="element", id=placed.element.id), name, i and 1, words("atlas.structure"))
        for i, project in enumerate(self.placed):
            name = project.name_in(words.language)
            yield self._sheet(Extent(kind="site", id=project.id), name, i and 1, words("atlas.sites"))
        for i, rows in enumerate(self.unplaced_pages):
            title = words("list.unplaced", n=len(self.unplaced))
            yield Page(self._text_page(title, rows, 2), None, title, int(i > 0))
        for i, rows in enumerate(self.index_pages):
            yield Page(self._text_page(words("atlas.index"), rows, 3), None, words("atlas.index"), int(i > 0))

    def _sheet(self, extent: Extent, name: str, level: int, section: str = "") -> Page:
        asked = self.request.model_copy(update={"extent": extent, "title": None})
        sheet = make_sheet(self.data, asked)
        bookmark = f"{section} · {name}" if section and not level else name
        return Page(sheet.figure, place_of(self.data, sheet), bookmark, level)

    # ---- pages of text ----

    def _page_size(self) -> tuple[float, float]:
        width, height = self.request.paper.inches
        return width * 72, height * 72

    def _columns(self, count: int) -> list[Column]:
        width, height = self._page_size()
        looks, gap = self.style, self.style.body * 2
        top = height - looks.margin - looks.title * 1.7
        column = (width - 2 * looks.margin - (count - 1) * gap) / count
        room = top - looks.margin - looks.note * 3
        return [Column(looks.margin + i * (column + gap), top, column, room) for i in range(count)]

    def _paginate(self, rows: Sequence[Row], columns: int = 2) -> list[list[Row]]:
        pages: list[list[Row]] = []
        rest = list(rows)
        while rest:
            fitted = len(flow(rest, self._columns(columns)).placed)
            pages.append(rest[: max(fitted, 1)])
            rest = rest[max(fitted, 1) :]
        return pages

    def _unplaced_rows(self) -> list[Row]:
        size, width = self.style.body, self._columns(2)[0].width
        rows: list[Row] = []
        for project in self.unplaced:
            rows.append(heading(site_name(self.words, project), width, size * 1.1))
            rows += site_rows(self.data, self.words, project, size, width)
        return rows

    def _index_rows(self) -> list[Row]:
        size, width = self.style.body, self._columns(3)[0].width
        rows = [heading(layer_name(self.data, self.words, "structure"), width, size * 1.06)]
        for i, placed in enumerate(self.data.elements):
            rows += numbered_row(str(3 + i), placed.element.name_in(self.words.language), "", width, size)
        rows.append(heading(self.words("list.placed", n=len(self.placed)), width, size * 1.06))
        for i, project in enumerate(self.placed):
            rows += self._index_row(self._first_site + i, project, width)
        if self.unplaced:
            rows.append(heading(self.words("list.unplaced", n=len(self.unplaced)), width, size * 1.06))
            for project in self.unplaced:
                rows += self._index_row(self._page_of_unplaced(project), project, width)
        return rows

    def _index_row(self, page: int, project: Project, width: float) -> list[Row]:
        return numbered_row(str(page), site_name(self.words, project), "", width, self.style.body)

    def _page_of_unplaced(self, project: Project) -> int:
        """Return the page where a project without a place begins."""
        rows_before = 0
        for other in self.unplaced:
            if other is project:
                break
            width = self._columns(2)[0].width
            rows_before += 1 + len(site_rows(self.data, self.words, other, self.style.body, width))
        page = self._first_site + len(self.placed)
        for rows in self.unplaced_pages:
            if rows_before < len(rows):
                return page
            rows_before -= len(rows)
            page += 1
        return page

    def _blank(self) -> Figure:
        return Figure(figsize=self.request.paper.inches, facecolor="white")

    def _text_page(self, title: str, rows: Sequence[Row], columns: int) -> Figure:
        figure = self._blank()
        axes = page_axes(figure)
        layer, looks = Layer(axes, "panel"), self.style
        _, height = self._page_size()
        for artist in text(
            title, looks.margin, height - looks.margin - looks.title * 0.9, looks.title, colour=style.TITLE, bold=True
        ):
            layer.add(artist, clip=False)
        flow(rows, self._columns(columns)).draw(layer)
        return figure

    def _cover(self) -> Figure:
        figure, words, looks = self._blank(), self.words, self.style
        width, height = self._page_size()
        left, inner = looks.margin * 2, width * 0.52 - 2 * looks.margin
        layer = Layer(page_axes(figure), "title")
        size = looks.title * 1.5
        y = height * 0.72
        for line in wrapped(self.title, inner, size, bold=True, max_lines=3):
            for artist in text(line, left, y, size, colour=style.TITLE, bold=True):
                layer.add(artist, clip=False)
            y -= size * 1.35
        rows: list[Row] = []
        for line in (subtitle_of(self.data, self.request), stamp_of(self.data, self.request)):
            rows += lines(line, min(inner, 360), looks.subtitle, colour=style.TEXT_SECONDARY)
        rows += figure_rows(words, self.projects, looks.body * 1.1, min(inner, 360), title=words("print.figures"))
        flow(rows, [Column(left, y, min(inner, 360), y - looks.margin * 2)]).draw(layer)
        picture = locator_row(self.data, self.request, None, width * 0.4, height_pt=height * 0.66)
        picture.draw(layer, width * 0.58, height * 0.86, 0)
        notes = notes_of(self.data, self.request, self.projects)
        y = looks.margin + len(notes) * looks.note * 2.6
        for note in notes:
            for line in wrapped(note, width - 4 * looks.margin, looks.note):
                y -= looks.note * 1.35
                for artist in text(line, left, y, looks.note, colour=style.TEXT_SECONDARY):
                    layer.add(artist, clip=False)
        return figure

    def _number_page(self, figure: Figure, number: int) -> None:
        width, _ = self._page_size()
        looks = self.style
        figure.text(
            1 - looks.margin / width, looks.margin * 0.45 / self._page_size()[1],
            self.words("atlas.page", n=number, total=self.page_count),
            fontproperties=font(looks.note), color=style.TEXT_SECONDARY, ha="right", parse_math=False,
        )  # fmt: skip
