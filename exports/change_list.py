"""What was changed over a while, for the next meeting: upright A4 pages, and a workbook with one row for each field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from exports.canvas import Layer, page_axes
from exports.fields import Field
from exports.fonts import set_in_fonts_of
from exports.layered_pdf import Page, write_pages
from exports.panel import Column, Flow, Row, fact_rows, flow, heading, lines, remark
from exports.picture import layer_names
from exports.records import Fact, Records, Table, clean_text
from exports.records import Row as Record
from exports.request import ExportRequest
from exports.sheet import SheetPage, draw_notes, draw_title, make_page
from exports.spreadsheet import write_book
from geo.load import Dataset
from geo.names import name_in
from geo.store.review import Review, ReviewedChange
from layers.change_wording import ToldProject, fields_of_added, lines_of, told_project, totals_in_words, who, why

FIELDS: Final = (
    Field("number", "changes.number", "integer", width=8),
    Field("at", "changes.at", width=20),
    Field("who", "changes.who", width=16),
    Field("kind", "changes.kind", width=12),
    Field("why", "changes.why", width=36),
    Field("file", "changes.file", width=24),
    Field("name", "edit.project", width=30),
    Field("fate", "changes.fate", width=12),
    Field("field", "changes.field", width=20),
    Field("was", "changes.was", width=36),
    Field("became", "changes.became", width=36),
    Field("note", "changes.note", width=20),
    Field("project_id", "table.id", width=24, code=True),
)
SIZE_PT: Final = 8.5
NAME_SHARE: Final = 0.3
LONGEST_VALUE: Final = 400
MOST_CHANGES: Final = 200
MOST_ADDED: Final = 5_000
"""Of so many added projects the workbook holds every field; a sheet has only so many rows."""


@dataclass(frozen=True)
class ChangeList:
    """What is listed, and the title that says of which days."""

    review: Review
    title: str


# ---- as a workbook ----


def write_changes_xlsx(data: Dataset, request: ExportRequest, listed: ChangeList, path: Path) -> None:
    """Write what the period comes to, then every change with every field of every project; every text stays text."""
    words = request.words
    none = Table("none", (), ())
    facts = (
        Fact("title", words("table.title_label"), clean_text(listed.title)),
        Fact("as_worded", words("table.made_on"), words.date(request.made_on)),
        *(Fact("total", label, number) for label, number in totals_in_words(words, listed.review.totals)),
    )
    records = Records(facts=facts, projects=none, mentions=none, elements=none, sources=none, indicators=none,
                      programmes=none)  # fmt: skip
    table = Table("changes", FIELDS, tuple(_records(data, request, listed.review)))
    write_book(records, request, path, [("changes.sheet", table)])


def _records(data: Dataset, request: ExportRequest, review: Review) -> Iterator[Record]:
    words, added = request.words, 0
    for one in review.changes:
        told = _told_change(request, one)
        if one.is_beginning:
            yield _clean({**dict.fromkeys(field.name for field in FIELDS), **told, "number": None,
                          "note": _beginning(request, one)})  # fmt: skip
            continue
        for touched in one.touched:
            project = told_project(data, words, touched)
            is_new = project.fate == words("changes.was_added")
            began = list(fields_of_added(data, words, touched)) if is_new and added < MOST_ADDED else []
            added += is_new
            of_project = {**told, "name": project.name, "fate": project.fate or None, "project_id": project.id}
            if project.fate:
                left_out = words("changes.fields_left_out") if is_new and not began else None
                yield _clean({**of_project, "field": None, "was": None, "became": None, "note": left_out})
            for each in (*began, *project.fields):
                yield _clean({**of_project, "fate": None, "field": each.label, "was": each.was,
                              "became": each.became, "note": each.note or None})  # fmt: skip


def _told_change(request: ExportRequest, one: ReviewedChange) -> Record:
    words, change = request.words, one.change
    return {
        "number": change.id,
        "at": change.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        "who": who(words, change),
        "kind": words(f"changes.kind_{change.kind}"),
        "why": why(words, change) or None,
        "file": change.source.name or None,
    }


def _clean(row: Record) -> Record:
    return {name: clean_text(value) if isinstance(value, str) else value for name, value in row.items()}


# ---- on paper ----


def write_changes_pdf(data: Dataset, request: ExportRequest, listed: ChangeList, path: Path) -> None:
    """Write the numbers of the period, then every change under a heading of its own, on as many pages as it takes."""
    words = request.words
    set_in_fonts_of(words.language)
    request = request.model_copy(update={"size": "a4-portrait"})
    plan = words("map.currency", month=words.month(data.district.plan.date))
    district = name_in(words.language, data.district.short_name, data.district.short_names)
    subtitle = words("format.sentence").join([district, plan])
    made = [words("format.term", term=words("table.made_on"), value=words.date(request.made_on)),
            words("print.version", version=data.version)]  # fmt: skip
    notes = [words("changes.print_note"), words("format.sentence").join(made)]
    page = make_page(data, request, (), clean_text(listed.title), notes)
    body = page.body
    column = Column(body.left, body.top, body.width, body.height)
    filled = _flows(list(_rows(data, request, listed.review, body.width)), column)
    write_pages(
        path, (Page(_figure(page, request, subtitle, each), None, listed.title) for each in filled),
        layer_names=layer_names(data, words), title=listed.title, subject=subtitle, lang=words.html_lang,
    )  # fmt: skip


def _flows(rows: Sequence[Row], column: Column) -> Iterator[Flow]:
    """Yield each page's rows; nothing is so high that it would not fit a page of its own."""
    left = list(rows)
    while left:
        filled = flow(left, [column])
        yield filled
        left = left[len(filled.placed) :] if filled.placed else []


def _rows(data: Dataset, request: ExportRequest, review: Review, width: float) -> Iterator[Row]:
    words = request.words
    totals = totals_in_words(words, review.totals)
    told = words("format.phrases").join(words("format.term", term=label, value=number) for label, number in totals)
    yield from lines(told, width, SIZE_PT * 1.15, bold=True)
    if not review.changes:
        yield remark(words("changes.none"), width, SIZE_PT)
    for one in review.changes[:MOST_CHANGES]:
        yield from _change_rows(data, request, one, width)
    if len(review.changes) > MOST_CHANGES:
        yield remark(words("changes.more_changes", n=len(review.changes) - MOST_CHANGES), width, SIZE_PT)


def _change_rows(data: Dataset, request: ExportRequest, one: ReviewedChange, width: float) -> Iterator[Row]:
    words, change = request.words, one.change
    # The beginning is no change, and counts as none: it bears no number.
    number = [] if one.is_beginning else [words("changes.numbered", number=change.id)]
    head = [*number, words.moment(change.at), who(words, change), words(f"changes.kind_{change.kind}")]
    yield heading(clean_text(words("format.sentence").join(head)), width, SIZE_PT * 1.1)
    terms = [(words("changes.why"), why(words, change)), (words("changes.file"), change.source.name)]
    for term, value in terms:
        if value:
            yield remark(clean_text(words("format.term", term=term, value=_short(value))), width, SIZE_PT)
    if one.is_beginning:
        yield remark(_beginning(request, one), width, SIZE_PT)
        return
    for touched in one.touched:
        yield from _project_rows(request, told_project(data, words, touched), width)
    if one.more:
        yield remark(words("changes.more_projects", n=one.more), width, SIZE_PT)


def _beginning(request: ExportRequest, one: ReviewedChange) -> str:
    return request.words("changes.beginning", n=one.more + len(one.touched))


def _project_rows(request: ExportRequest, project: ToldProject, width: float) -> list[Row]:
    """Return a project's lines, its name before the first of them."""
    said = [clean_text(_short(line)) for line in lines_of(request.words, project)]
    names = [clean_text(_short(project.name)), *[""] * (len(said) - 1)]
    return fact_rows(list(zip(names, said, strict=True)), width, SIZE_PT, term_width=width * NAME_SHARE)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _figure(page: SheetPage, request: ExportRequest, subtitle: str, filled: Flow) -> Figure:
    figure = Figure(figsize=request.paper.inches, facecolor="white")
    axes = page_axes(figure)
    filled.draw(Layer(axes, "panel"))
    draw_title(Layer(axes, "title"), page, subtitle)
    draw_notes(Layer(axes, "notes"), page)
    return figure
