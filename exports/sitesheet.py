"""The sheet of one site for an investor: an A4 page with map, facts, surroundings and evidence, in one language or two.

Several sites make a booklet, a page each. Lengths are points from the page's lower left corner.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from exports.canvas import Layer, page_axes, text
from exports.fonts import LINE_HEIGHT, fonts_of, shortened, width_pt, wrapped
from exports.layered_pdf import MapPlace, Page, write_pages
from exports.legend import plain_rows
from exports.locator import locator_row
from exports.mapplan import MapPlan, extent_bounds_m, map_projects, plan_map
from exports.marginalia import missing_note, source_line, stamp_of
from exports.panel import (
    Column,
    Flow,
    Row,
    beside,
    draw_rule,
    fact_rows,
    flow,
    flow_cut,
    heading,
    lines,
    put,
    remark,
    widest,
)
from exports.picture import layer_names
from exports.request import ExportRequest, Extent, chosen_projects
from exports.sheet import SheetStyle, draw_notes, draw_title, make_page
from geo.filter import ProjectFilter
from geo.load import Dataset
from geo.names import name_in
from geo.nearby import Surroundings
from geo.project import Project
from layers import style
from layers.shape_grade import ShapeGrade, element_grade, graded
from layers.site_wording import (
    CONTACT_FIELDS,
    Paired,
    around_facts,
    contact_in_words,
    offer_facts,
    paired,
    plan_facts,
)
from layers.wording import currency_in_words, evidence_facts, place_name, project_currency
from layers.words import Words, words_in

LOOKS: Final = SheetStyle(margin=28, title=19, subtitle=9.5, body=9, note=7.5, type_scale=1.0)
MAP_FLOORS: Final = ((9.5, 270.0), (9.0, 240.0), (8.5, 215.0), (8.0, 185.0), (7.5, 100.0))
"""Sizes of type by falling rank, and how high the map stands at least where the facts are set in one."""
APART_SIZES: Final = 4
"""In how many of them the two parts of the facts are tried in a column each."""
HIGHEST_MAP, MAP_STEP = 330.0, 15.0
LEGEND_PT: Final = 7.5
SUMMARY_PT: Final = 9.5
NAME_PT: Final = 12.0
BAND_PT: Final = 19.0
GAP_PT: Final = 12.0
LOCATOR_WIDTH_PT, LOCATOR_LEAST_PT = 76.0, 92.0
CONTACT_PT, CONTACT_TYPE_PT = 46.0, 8.5
REASON_PT: Final = 8.0
TERM_SHARE: Final = 0.33
MOST_SHARE: Final = 0.6

Progress = Callable[[int, int], None]


def write_site_sheets(
    data: Dataset, request: ExportRequest, path: Path, *, progress: Progress | None = None
) -> list[str]:
    """Write a page for each chosen site as one PDF; return the notices for the person who asked.

    Parameters
    ----------
    request : its sites, else all that pass its filter, get a page each, in its language and the second one
    progress : called after each page
    """
    request = request.model_copy(update={"size": "a4-portrait", "extent": Extent()})
    chosen = chosen_projects(data, request)
    missing: dict[str, None] = {}

    def pages() -> Iterator[Page]:
        surroundings = Surroundings(data)
        for number, project in enumerate(chosen, start=1):
            sheet = site_sheet(data, request, surroundings, project)
            missing.update(dict.fromkeys(sheet.page.missing))
            yield sheet.drawn(number, len(chosen))
            if progress:
                progress(number, len(chosen))
        if not chosen:
            yield _empty_page(data, request)

    title = booklet_title(data, request, chosen)
    write_pages(path, pages(), layer_names=layer_names(data, request.words), title=title,
                subject=currency_in_words(data, request.words, chosen),
                lang=request.words.html_lang)  # fmt: skip
    return [missing_note(request.words, list(missing))] if missing else []


def first_site_sheet(data: Dataset, request: ExportRequest) -> Figure:
    """Return the first page that `write_site_sheets` would write."""
    request = request.model_copy(update={"size": "a4-portrait", "extent": Extent()})
    chosen = chosen_projects(data, request)
    with fonts_of(request.language):
        if not chosen:
            return _empty_page(data, request).figure
        return site_sheet(data, request, Surroundings(data), chosen[0]).drawn(1, len(chosen)).figure


def booklet_title(data: Dataset, request: ExportRequest, chosen: Sequence[Project]) -> str:
    """Return the title asked for, else the one site's name, else one that names the district."""
    if request.title and request.title.strip():
        return request.title.strip()
    if len(chosen) == 1:
        return chosen[0].name_in(request.language)
    district = name_in(request.language, data.district.short_name, data.district.short_names)
    return request.words("sheet.title", district=district)


def _empty_page(data: Dataset, request: ExportRequest) -> Page:
    said = request.words("print.nothing")
    page = make_page(data, request, [], said, [], LOOKS)
    figure = Figure(figsize=request.paper.inches, facecolor="white")
    draw_title(Layer(page_axes(figure), "title"), page, "")
    return Page(figure, None, said)


def site_sheet(data: Dataset, request: ExportRequest, surroundings: Surroundings, project: Project) -> "SiteSheet":
    """Return one site's page; where not all finds room, without the summary, which only tells the facts over."""
    sheet = SiteSheet(data, request, surroundings, project)
    return sheet if sheet.facts.fits else SiteSheet(data, request, surroundings, project, brief=True)


class SiteSheet:
    """One site's page in the making, its facts set; `brief` leaves out the summary."""

    def __init__(
        self,
        data: Dataset,
        request: ExportRequest,
        surroundings: Surroundings,
        project: Project,
        *,
        brief: bool = False,
    ) -> None:
        self.data, self.project, self.surroundings, self.is_brief = data, project, surroundings, brief
        self.request = request.model_copy(
            update={"extent": self._extent(), "filter": ProjectFilter(only=frozenset({project.id})), "title": None}
        )
        self.tongues, self.words = request.tongues, request.words
        self.page = make_page(
            self.data, self.request, [project], project.name_in(self.words.language), self._notes(), LOOKS
        )
        body = self.page.body
        self.left, self.width = body.left, body.width
        self.cells = self._cell_widths()
        self.map_width = body.width * (0.5 if len(self.tongues) > 1 else 0.64)
        self.head = self._head_rows()
        head_height = max(_height(self.head), LOCATOR_LEAST_PT if self._has_locator else 0)
        self.map_top = body.top - head_height - GAP_PT * 0.7
        self.facts_bottom = body.bottom + CONTACT_PT + 4
        self.map_height, self.facts = self._fit()

    def _extent(self) -> Extent:
        """Return the surroundings of the site; without a place, the element that it belongs to, else the district."""
        if self.project.placed:
            return Extent(kind="site", id=self.project.id)
        return Extent(kind="element", id=self.project.element) if self.project.element else Extent()

    @property
    def _has_locator(self) -> bool:
        return self.request.extent.kind != "district"

    def _notes(self) -> list[str]:
        notes = []
        for words in self.tongues:
            said = [source_line(self.data, words, [self.project])]
            said += [words("detail.near_note")] if self.project.placed else []
            if words is self.words:
                said.append(words("print.made", date=words.date(self.request.made_on)))
                said.append(words("print.version", version=self.data.version))
            else:
                said.insert(0, stamp_of(self.data, self.request.model_copy(update={"language": words.language})))
            notes.append(words("format.sentence").join(said))
        return notes

    # ---- the parts ----

    def _head_rows(self) -> list[Row]:
        """Return the names in other languages, the band of sector and phase, and the summaries."""
        width = self.width - (LOCATOR_WIDTH_PT + GAP_PT if self._has_locator else 0)
        names = [(words, self.project.name_in(words.language)) for words in self.tongues[1:]]
        if all(words.language != "zh" for words in self.tongues):
            names.append((words_in("zh"), self.project.name))
        rows: list[Row] = []
        for words, name in names:
            rows += _told(words, name, width, NAME_PT, bold=True, colour=style.TITLE)
        rows.append(self._band(width))
        size = SUMMARY_PT if len(self.tongues) == 1 else SUMMARY_PT - 1
        for words in self.tongues if not self.is_brief else ():
            rows += _told(words, self.project.summary.in_language(words.language), width, size)
        return rows

    def _band(self, width: float) -> Row:
        """Return sector and phase in the sector's colour, the first thing to be read."""
        said = [
            words("format.sentence").join(
                [words(f"sector.{self.project.sector}"), words(f"phase.{self.project.phase}")]
            )
            for words in self.tongues
        ]
        size = 10.0
        while size > LEGEND_PT and sum(width_pt(each, size, bold=True) + GAP_PT * 1.5 for each in said) > width:
            size -= 0.5

        def draw(layer: Layer, left: float, top: float, _: float) -> None:
            colour = style.SECTORS[self.project.sector].outline
            layer.add(Rectangle((left, top - BAND_PT), width, BAND_PT, facecolor=colour, linewidth=0), clip=False)
            x = left + 8
            for words, each in zip(self.tongues, said, strict=True):
                with fonts_of(words.language):
                    put(layer, text(each, x, top - BAND_PT / 2, size, colour="#FFFFFF", bold=True, up="middle"))
                    x += width_pt(each, size, bold=True) + GAP_PT * 1.5

        return Row(BAND_PT + 6, draw, above=2)

    def _reason_rows(self, width: float) -> list[Row]:
        """Return why a site without a place is not on the map, and what the map shows instead."""
        rows: list[Row] = []
        for words in self.tongues:
            grade = words(f"grade.{self.project.location.grade}")
            head = words("format.term", term=words("deck.not_on_map"), value=grade)
            rows += _told(words, head, width, REASON_PT + 1, bold=True, colour=style.SELECTION)
            rows += _told(words, self.project.location.basis.in_language(words.language), width, REASON_PT)
            rows += _told(words, self._shown_instead(words), width, REASON_PT)
        return rows

    def _shown_instead(self, words: Words) -> str:
        if not self.project.element:
            return words("sheet.district_shown")
        placed = self.data.element(self.project.element)
        grade = element_grade(placed.element) if placed else ShapeGrade.SCHEMATIC
        element = place_name(self.data, words, self.project.element)
        return words(graded("sheet.element_shown", grade), element=element)

    def _parts(self, size: float) -> list[list[Row]]:
        """Return what the plan and the office say, and what is around the site and how it is known."""
        data, project = self.data, self.project
        brief = len(self.tongues) > 1
        said = paired(self.tongues, lambda words: plan_facts(data, words, project))
        offered = paired(self.tongues, lambda words: offer_facts(data, words, project))
        around = paired(
            self.tongues,
            lambda words: around_facts(data, words, self.surroundings, project, brief=brief),
        )
        evidence = paired(self.tongues, lambda words: evidence_facts(words, project))
        return [
            self._part("sheet.plan", said, size) + self._part("compare.office", offered, size),
            self._part("detail.near", around, size) + self._part("detail.location", evidence, size),
        ]

    def _part(self, title: str, facts: list[Paired], size: float) -> list[Row]:
        """Return a titled part, each fact in all languages side by side."""
        if not facts:
            return []
        heads, bodies = [], []
        for i, (words, width) in enumerate(zip(self.tongues, self.cells, strict=True)):
            with fonts_of(words.language):
                its = [fact[i] for fact in facts]
                terms = min(widest((term for term, _ in its), size) + 8, width * TERM_SHARE)
                rows = fact_rows(its, width, size, ruled=False, term_width=terms)
                heads.append((words.language, heading(words(title), width, size * 1.06)))
                bodies.append([(words.language, row) for row in rows])
        told = [beside(cells, self.cells, GAP_PT, ruled=True) for cells in zip(*bodies, strict=True)]
        return [beside(heads, self.cells, GAP_PT), *told]

    def _cell_widths(self) -> list[float]:
        """Return half the page, or for two languages shares of it by how long their summaries run."""
        room = self.width - GAP_PT
        if len(self.tongues) == 1:
            return [room / 2]
        runs = [width_pt(self.project.summary.in_language(words.language), 1) for words in self.tongues]
        first = min(max(runs[0] / sum(runs), 1 - MOST_SHARE), MOST_SHARE)
        return [room * first, room * (1 - first)]

    # ---- the page ----

    def drawn(self, number: int, total: int) -> Page:
        """Return the finished page; of several, with its number."""
        figure = Figure(figsize=self.request.paper.inches, facecolor="white")
        plan = self._plan(self.map_height)
        plan.draw(figure)
        axes = page_axes(figure)
        plan.draw_furniture(axes)
        panel, notes, body = Layer(axes, "panel"), Layer(axes, "notes"), self.page.body
        flow(self.head, [Column(self.left, body.top, self.width, body.height)]).draw(panel)
        if self._has_locator:
            height = body.top - self.map_top - GAP_PT * 0.7
            row = locator_row(self.data, self.request, plan.frame.bounds_m, LOCATOR_WIDTH_PT, height_pt=height)
            row.draw(panel, self.left + self.width - LOCATOR_WIDTH_PT, body.top, LOCATOR_WIDTH_PT)
        self._draw_beside_map(panel, plan)
        self.facts.draw(panel)
        self._draw_contact(panel, body.bottom + CONTACT_PT)
        draw_title(Layer(axes, "title"), self.page, self._currency())
        draw_notes(notes, self.page)
        if total > 1:
            said = self.words("atlas.page", n=number, total=total)
            right = self.page.width - LOOKS.margin
            put(notes, text(said, right, LOOKS.margin * 0.5, LOOKS.note, colour=style.TEXT_SECONDARY, across="right"))
        place = MapPlace(plan.page_box, plan.frame.bounds_m, self.data.district.metric_crs)
        return Page(figure, place, self.project.name_in(self.words.language))

    def _currency(self) -> str:
        return " / ".join(project_currency(self.data, words, self.project) for words in self.tongues)

    def _fit(self) -> tuple[float, Flow]:
        """Return how high the map stands, and the facts: in the largest type, and in it with the highest map."""
        for apart in (True, False) if len(self.tongues) == 1 else (False,):
            for size, floor in MAP_FLOORS[:APART_SIZES] if apart else MAP_FLOORS:
                height, parts = HIGHEST_MAP, self._parts(size)
                while height >= floor - (MAP_STEP * 2 if self.is_brief else 0):
                    facts = self._set(parts, height, apart=apart)
                    if facts.fits:
                        return height, facts
                    height -= MAP_STEP
        rows, columns = [row for part in parts for row in part], self._columns(floor)
        return floor, flow_cut(rows, columns, lambda n: remark(self.words("print.more", n=n), self.cells[0], size))

    def _columns(self, map_height: float) -> list[Column]:
        top = self.map_top - map_height - GAP_PT * 0.5
        height = max(top - self.facts_bottom, 1.0)
        if len(self.tongues) > 1:
            return [Column(self.left, top, self.width, height)]
        (width,) = self.cells
        return [Column(self.left + i * (width + GAP_PT), top, width, height) for i in range(2)]

    def _set(self, parts: Sequence[Sequence[Row]], map_height: float, *, apart: bool) -> Flow:
        """Return the facts in their columns, with `apart` each part in a column of its own."""
        columns = self._columns(map_height)
        if not apart:
            return flow([row for part in parts for row in part], columns)
        each = [flow(part, [column]) for part, column in zip(parts, columns, strict=True)]
        return Flow([placed for flown in each for placed in flown.placed], sum(flown.cut for flown in each))

    def _plan(self, height: float) -> MapPlan:
        box = (self.left, self.map_top - height, self.map_width, height)
        bounds_m = extent_bounds_m(self.data, self.request.extent)
        return plan_map(self.data, self.request, map_projects(self.data, self.request), box, bounds_m, LOOKS.type_scale)

    def _draw_beside_map(self, layer: Layer, plan: MapPlan) -> None:
        """Draw the legend beside the map, above it the reason where the site has no place."""
        width = self.width - self.map_width - GAP_PT
        reason = [] if self.project.placed else self._reason_rows(width)
        legend = plain_rows(self.data, self.tongues, plan.drawn, LEGEND_PT, width)
        column = Column(self.left + self.map_width + GAP_PT, self.map_top, width, self.map_height)
        flow([*reason, *legend], [column]).draw(layer)

    def _draw_contact(self, layer: Layer, top: float) -> None:
        """Draw whom to ask; where the office has named nobody, lines to write on."""
        draw_rule(layer, self.left, top, self.width, style.LINE)
        title = " / ".join(words("offer.contact") for words in self.tongues)
        put(layer, text(title, self.left, top - 12, 9, colour=style.TITLE, bold=True))
        said = dict.fromkeys(contact_in_words(self.data, words, self.project) for words in self.tongues)
        told = [line for each in said if each for line in wrapped(each, self.width, CONTACT_TYPE_PT)]
        for i, line in enumerate(told[:3]):
            put(layer, text(line, self.left, top - 23 - i * CONTACT_TYPE_PT * LINE_HEIGHT, CONTACT_TYPE_PT))
        if told:
            return
        step = (self.width + GAP_PT) / len(CONTACT_FIELDS)
        for i, field in enumerate(CONTACT_FIELDS):
            label, x = " / ".join(words(field) for words in self.tongues), self.left + i * step
            draw_rule(layer, x, top - 33, step - GAP_PT, style.TEXT_SECONDARY)
            shown = shortened(label, step - GAP_PT, LEGEND_PT)
            put(layer, text(shown, x, top - 42, LEGEND_PT, colour=style.TEXT_SECONDARY))


def _height(rows: Sequence[Row]) -> float:
    return sum(row.height + (row.above if i else 0) for i, row in enumerate(rows))


def _told(words: Words, said: str, width: float, size: float, **looks: Any) -> list[Row]:
    """Return a paragraph measured and drawn in the fonts of a language."""
    with fonts_of(words.language):
        rows = lines(said, width, size, **looks)
    return [beside([(words.language, row)], [width], 0) for row in rows]
