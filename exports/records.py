"""The rows behind every data file: projects, mentions, structure, indicators, sources, and what is to be known of them.

Each format writes the same rows. A project's row says how well its place is known and from what, so that no
format can carry a point without its evidence.
"""

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, get_args

from exports.fields import (
    ABOUT_FIELDS,
    ELEMENT_FIELDS,
    INDICATOR_FIELDS,
    LOSS_FIELDS,
    MENTION_FIELDS,
    PROGRAMME_FIELDS,
    PROJECT_FIELDS,
    SOURCE_FIELDS,
    Field,
)
from exports.request import ExportRequest, wanted_projects
from geo.feature import feature_of
from geo.indicators import AnnexKind, Indicator, met
from geo.layout import Element
from geo.load import Dataset
from geo.names import CHINESE, ForeignLanguage, Names, name_in
from geo.parcel import areas_m2
from geo.phase import stated_phase
from geo.programmes import Programme
from geo.project import Mention, Offer, Parcel, Project
from geo.vocabulary import Phase
from layers.indicator_rows import kind_word
from layers.shape_grade import boundary_grade, element_grade, graded, shapes_in_grades
from layers.wording import (
    added_in_words,
    currency_in_words,
    element_credit,
    filter_in_words,
    mention_place,
    mention_printed_under,
    place_name,
    project_currency,
    structure_credit,
    with_added,
)
from layers.words import Words

Value = str | int | float | datetime.date | None
Row = dict[str, Value]
BETWEEN: Final = " | "
REPLACEMENT: Final = "\ufffd"
# What XML 1.0 cannot hold: most control characters, halves of surrogate pairs, two non-characters.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Loss:
    """A text that a file could not hold as it is: which, why, and the whole of what can be written."""

    table: str
    record: str
    field: str
    what: str
    kept_bytes: int
    all_bytes: int
    full_text: str

    def row(self) -> Row:
        """Return the loss as a row of ``LOSS_FIELDS``."""
        return dict(vars(self))


def loss_table(losses: Iterable[Loss]) -> "Table":
    """Return the losses as a table."""
    return Table("losses", LOSS_FIELDS, tuple(loss.row() for loss in losses))


@dataclass(frozen=True)
class Table:
    """Rows of one kind, each holding every field by name; texts are free of what no file can hold."""

    name: str
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]

    def only(self, keep: Callable[[Row], bool]) -> "Table":
        """Return the table with the rows that `keep` accepts."""
        return Table(self.name, self.fields, tuple(row for row in self.rows if keep(row)))


@dataclass(frozen=True)
class Fact:
    """A statement about a whole file: a stable key, its heading in words, and the statement."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class Records:
    """Everything a data file holds. The rows of `elements` stand in the order of the data set's elements."""

    facts: tuple[Fact, ...]
    projects: Table
    mentions: Table
    elements: Table
    sources: Table
    indicators: Table
    programmes: Table
    losses: tuple[Loss, ...] = field(default=())

    @cached_property
    def about(self) -> Table:
        """The facts as a table."""
        return Table(
            "about", ABOUT_FIELDS, tuple({"item": f.key, "label": f.label, "value": f.value} for f in self.facts)
        )

    @property
    def title(self) -> str:
        """The file's title."""
        return next(fact.value for fact in self.facts if fact.key == "title")


def is_placed(row: Mapping[str, Value]) -> bool:
    """Whether a project's row has a point."""
    return row["lon"] is not None


def clean_text(text: str) -> str:
    """Return `text` with each character that XML cannot hold replaced by U+FFFD."""
    return _UNWRITABLE.sub(REPLACEMENT, text)


def cut_to_bytes(text: str, limit: int) -> str:
    """Return the longest start of `text` that takes at most `limit` bytes in UTF-8, no character cut in two."""
    return text.encode()[:limit].decode(errors="ignore")


def records_of(data: Dataset, request: ExportRequest, projects: Sequence[Project] | None = None) -> Records:
    """Return the rows of all data files for what `request` asks: every project that passes, or `projects` alone."""
    words = request.words
    projects = wanted_projects(data, request) if projects is None else projects
    losses: list[Loss] = []

    def table(name: str, fields: Iterable[Field], rows: Iterable[Row]) -> Table:
        return Table(name, tuple(fields), tuple(_clean_row(words, name, row, losses) for row in rows))

    def whole(name: str, fields: Iterable[Field], rows: Sequence[Row]) -> Table:
        filled = (field for field in fields if not field.optional or any(row[field.name] for row in rows))
        return table(name, filled, rows)

    return Records(
        projects=table("projects", _filled_fields(data, words), (_project_row(data, words, each) for each in projects)),
        mentions=table(
            "mentions", MENTION_FIELDS, (row for each in projects for row in _mention_rows(data, words, each))
        ),
        elements=whole("structure", ELEMENT_FIELDS, [_element_row(data, words, e.element) for e in data.elements]),
        sources=table("sources", SOURCE_FIELDS, _source_rows(data, words)),
        indicators=whole("indicators", INDICATOR_FIELDS, [_indicator_row(data, words, row) for row in data.indicators]),
        programmes=whole("programmes", PROGRAMME_FIELDS, [_programme_row(data, words, row) for row in data.programmes]),
        facts=tuple(_facts(data, request, projects)),
        losses=tuple(losses),
    )


def _clean_row(words: Words, table: str, row: Row, losses: list[Loss]) -> Row:
    cleaned: Row = {}
    for name, value in row.items():
        cleaned[name] = clean_text(value) if isinstance(value, str) else value
        if cleaned[name] != value:
            text = str(cleaned[name])
            size = len(text.encode())
            record = clean_text(
                str(row.get("id") or row.get("project_id") or row.get("title") or row.get("name") or "")
            )
            losses.append(Loss(table, record, name, words("table.loss_cleaned"), size, size, text))
    return cleaned


def _filled_fields(data: Dataset, words: Words) -> Iterable[Field]:
    """Yield the fields of projects without the optional ones that no project of the data set fills."""
    filled = {f"name_{language}" for project in data.projects for language in project.names}
    if any(project.current_status for project in data.projects):
        filled |= {"status", "status_date", "status_source"}
    if any(project.offer for project in data.projects):
        filled |= set(_offer_row(words, None))
    if any(project.parcel for project in data.projects):
        filled |= set(_parcel_row(data, None))
    if any(project.added for project in data.projects):
        filled |= {"added_source", "added_date"}
    return (each for each in PROJECT_FIELDS if not each.optional or each.name in filled)


def _project_row(data: Dataset, words: Words, project: Project) -> Row:
    location, status = project.location, project.current_status
    group = _group_id(data, project.group)
    return {
        "id": project.id,
        "name": project.name,
        **_names(project.names),
        "phase_word": words(f"phase.{project.phase}"),
        "stage_word": words(f"stage.{project.stage}"),
        "sector_word": words(f"sector.{project.sector}"),
        "group_word": place_name(data, words, group) if group else project.group,
        "element_word": place_name(data, words, project.element) if project.element else None,
        "element_basis": project.element_basis.in_language(words.language) if project.element_basis else None,
        "grade_word": words(f"grade.{location.grade}"),
        "accuracy_m": location.accuracy_m,
        "basis": location.basis.in_language(words.language),
        "address": location.address,
        "source": location.source,
        "source_crs": location.source_crs,
        "checked": location.checked,
        "lon": project.lon,
        "lat": project.lat,
        "mentions": BETWEEN.join(_mention_in_words(data, words, mention) for mention in project.mentions)
        or added_in_words(words, project),
        "mention_count": len(project.mentions),
        "summary": project.summary.in_language(words.language),
        "status": status.value if status else None,
        "status_date": status.date if status else None,
        "status_source": status.source if status else None,
        **_offer_row(words, project.offer),
        **_parcel_row(data, project.parcel),
        "added_source": project.added.source if project.added else None,
        "added_date": project.added.date if project.added else None,
        "as_worded": project_currency(data, words, project),
        "phase": str(project.phase),
        "phases_any": BETWEEN.join(phase for phase in Phase if phase in project.phases_in_any_wording),
        "stage": str(project.stage),
        "sector": str(project.sector),
        "group": group,
        "element": project.element,
        "grade": str(location.grade),
        "data_version": data.version,
        "record": clean_text(json.dumps(feature_of(project)["properties"], ensure_ascii=False)),
    }


def _offer_row(words: Words, offer: Offer | None) -> Row:
    texts = ("land_use", "investment_sought", "contact")
    return {
        "site_area_m2": offer.site_area_m2 if offer else None,
        "plot_ratio": offer.plot_ratio if offer else None,
        **{name: text.in_language(words.language) if (text := getattr(offer, name, None)) else None for name in texts},
        "offer_date": offer.date if offer else None,
        "offer_source": offer.source if offer else None,
    }


def rows_with_parcels(data: Dataset, records: Records) -> list[tuple[Row, Parcel]]:
    """Return the rows of the projects whose plots the office has, each with its plot."""
    parcels = {project.id: project.parcel for project in data.projects if project.parcel}
    return [(row, parcels[str(row["id"])]) for row in records.projects.rows if row["id"] in parcels]


def _parcel_row(data: Dataset, parcel: Parcel | None) -> Row:
    return {
        "parcel_area_m2": round(areas_m2([parcel.geometry], crs=data.district.metric_crs)[0], 1) if parcel else None,
        "parcel_date": parcel.date if parcel else None,
        "parcel_source": parcel.source if parcel else None,
    }


def _mention_in_words(data: Dataset, words: Words, mention: Mention) -> str:
    place = words("format.sentence").join((mention_place(data, words, mention), *mention_printed_under(mention)))
    return words("format.term", term=place, value=mention.name)


def _mention_rows(data: Dataset, words: Words, project: Project) -> Iterable[Row]:
    for number, mention in enumerate(project.mentions, start=1):
        phase = stated_phase(mention)
        yield {
            "project_id": project.id,
            "project_name": project.name,
            "number": number,
            "wording": mention.name,
            "place": mention_place(data, words, mention),
            "printed_under": words("format.sentence").join(mention_printed_under(mention)) or None,
            "phase_word": words(f"phase.{phase}") if phase else None,
            "box": mention.box,
            "chapter": mention.chapter,
            "section": mention.section,
            "group": mention.group,
            "heading": mention.heading,
            "phase": str(phase) if phase else None,
        }


def _element_row(data: Dataset, words: Words, element: Element) -> Row:
    language, group = words.language, _group_id(data, element.group)
    edges = [
        words("detail.edge", side=edge.side.in_language(language), length_m=words.number(edge.length_m))
        if edge.length_m
        else edge.side.in_language(language)
        for edge in element.open_edges
    ]
    return {
        "id": element.id,
        "name": element.name,
        **_names(element.names),
        "group_word": place_name(data, words, group) if group else element.group,
        "functions": BETWEEN.join(each.in_language(language) for each in element.functions),
        "leading_sectors": BETWEEN.join(each.in_language(language) for each in element.leading_sectors),
        "summary": element.summary.in_language(language),
        "plan_place": words("mention.text", chapter=element.plan.chapter, section=element.plan.section),
        "schematic": words(graded("map.schematic", element_grade(element))),
        "basis": element.basis.in_language(language),
        "open_edges": BETWEEN.join(edges),
        "credit": element_credit(data, words, element),
        "kind": element.kind,
        "group": group,
    }


def _names(names: Names) -> Row:
    return {f"name_{language}": names.get(language) for language in get_args(ForeignLanguage)}


def _beside(words: Words) -> str:
    """Return the language of the words that stand beside Chinese ones: the reader's, for a Chinese reader English."""
    return "en" if words.language == CHINESE else words.language


def _translated(data: Dataset, words: Words, term: str) -> str | None:
    names = data.terms.get(term)
    return name_in(_beside(words), term, names) if names else None


def _indicator_row(data: Dataset, words: Words, row: Indicator) -> Row:
    outcome = met(row) if row.annex_kind is AnnexKind.RESULTS else None
    in_words = [f"{text} = {told}" for text in dict.fromkeys(row.printed) if (told := _translated(data, words, text))]
    return {
        **row.model_dump(exclude={"attribute", "names"}),
        **_names(row.names),
        "attribute_word": kind_word(words, row.attribute.code),
        "verdict_word": kind_word(words, outcome.verdict) if outcome else None,
        "reason_word": words(f"indicator.reason_{outcome.reason}") if outcome else None,
        "category_word": _translated(data, words, row.category),
        "unit_word": _translated(data, words, row.unit),
        "values_word": BETWEEN.join(in_words) or None,
        "attribute": row.attribute.code,
        "verdict": str(outcome.verdict) if outcome else None,
    }


def _programme_row(data: Dataset, words: Words, programme: Programme) -> Row:
    box = data.district.boxes.get(programme.box)
    return {
        **programme.model_dump(exclude={"names"}),
        **_names(programme.names),
        "box_title_word": name_in(_beside(words), box.title, box.titles) if box else None,
    }


def _source_rows(data: Dataset, words: Words) -> Iterable[Row]:
    for source in data.sources:
        sentences = {name: getattr(source, name) for name in ("title", "source", "licence", "edits", "gaps")}
        yield {
            "files": BETWEEN.join(source.files),
            **{name: sentence.in_language(words.language) for name, sentence in sentences.items()},
        }


def _group_id(data: Dataset, name: str | None) -> str | None:
    return next((group.id for group in data.district.groups if group.name == name), None)


def _facts(data: Dataset, request: ExportRequest, projects: Sequence[Project]) -> Iterable[Fact]:
    words, district = request.words, data.district
    name = name_in(words.language, district.name, district.names)
    plan = name_in(words.language, district.plan.title, district.plan.titles)
    placed = sum(project.placed for project in projects)
    asked = words("format.phrases").join(filter_in_words(data, words, request.filter)) or words("print.everything")
    counts = words("print.counts", n=len(projects), placed=placed, unplaced=len(projects) - placed)
    stated = (
        ("title", "table.title_label", request.title or words("table.title", district=name)),
        ("district", "table.district", name),
        ("as_worded", "table.as_worded", currency_in_words(data, words, projects)),
        ("filter", "table.filter", asked),
        ("counts", "table.counts", counts),
        ("none_found", "table.counts", "" if projects else words("empty.filter")),
        ("plan", "table.plan", with_added(words, f"{plan} ({district.plan.number})", projects)),
        ("plan_date", "table.plan_date", words.date(district.plan.date)),
        ("data_version", "table.data_version", data.version),
        ("made_on", "table.made_on", words.date(request.made_on)),
        ("purpose", "table.purpose", _purpose(data, request)),
        ("accuracy", "table.grade", words("table.note_grade")),
        ("sectors", "table.sector", words("about.rule_sector")),
        ("structure", "table.structure", shapes_in_grades(data, words)),
        ("credit", "table.credit_label", structure_credit(data, words)),
    )
    return (Fact(key, words(label), clean_text(value)) for key, label, value in stated if value)


def _purpose(data: Dataset, request: ExportRequest) -> str:
    number = (request.purpose.review_number or "").strip()
    if request.purpose.kind == "internal":
        return request.words(graded("print.internal", boundary_grade(data)))
    return request.words("print.review", number=number) if number else ""
