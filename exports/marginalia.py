"""What a sheet or deck says about itself beside the map: title, subtitle, stamp, and the notes at the foot."""

from collections.abc import Iterable, Sequence

from exports.request import ExportRequest, extent_name, wanted_projects
from geo.load import Dataset
from geo.names import name_in
from geo.project import Project
from layers.shape_grade import boundary_grade, graded, structure_in_grades
from layers.wording import credit_in_words, currency_in_words, filter_in_words, title_of, with_added
from layers.words import Words


def sheet_title(data: Dataset, request: ExportRequest) -> str:
    """Return the title asked for, else one that says what the map shows."""
    if request.title and request.title.strip():
        return request.title.strip()
    if request.extent.kind in ("element", "site"):
        return extent_name(data, request)
    return title_of(request.words, data.district, "print.title")


def filter_line(data: Dataset, request: ExportRequest) -> str:
    """Return the filter in words, for every sheet and file."""
    words = request.words
    phrases = filter_in_words(data, words, request.filter)
    return words("print.filter", filter=words("format.phrases").join(phrases) if phrases else words("print.everything"))


def subtitle_of(data: Dataset, request: ExportRequest, projects: Sequence[Project] | None = None) -> str:
    """Return what stands below the title: how current the content is, and the filter.

    Parameters
    ----------
    projects : those on the sheet, where they are others than pass the filter
    """
    words = request.words
    currency = currency_in_words(data, words, wanted_projects(data, request) if projects is None else projects)
    return words("format.sentence").join([currency, filter_line(data, request)])


def source_line(data: Dataset, words: Words, projects: Iterable[Project]) -> str:
    """Return where the content is from: the plan, and the office where it added some of the projects."""
    plan = data.district.plan
    title = name_in(words.language, plan.title, plan.titles)
    credit = credit_in_words(data, words)
    said = words("print.source" if credit else "print.source_alone", title=title, number=plan.number, credit=credit)
    return with_added(words, said, projects)


def stamp_of(data: Dataset, request: ExportRequest) -> str:
    """Return what the sheet may be used for."""
    words, purpose = request.words, request.purpose
    if purpose.kind == "internal":
        return words(graded("print.internal", boundary_grade(data)))
    if purpose.shows_boundary:
        return words("print.review", number=(purpose.review_number or "").strip())
    return words("print.no_boundary")


def notes_of(data: Dataset, request: ExportRequest, projects: Sequence[Project]) -> list[str]:
    """Return the notes at the foot: sources, coordinates, accuracy, date and version."""
    words = request.words
    unplaced = sum(not project.placed for project in projects)
    told = "print.accuracy_alone" if request.extent.kind == "site" else "print.accuracy"
    return [
        source_line(data, words, projects),
        words(told, n=unplaced, structure=structure_in_grades(data, words)),
        words("format.sentence").join(
            [
                words("print.crs", crs=data.district.metric_crs),
                words("print.made", date=words.date(request.made_on)),
                words("print.version", version=data.version),
            ]
        ),
    ]


def missing_note(words: Words, missing: Sequence[str]) -> str:
    """Return the note on characters that no bundled font has."""
    return words("print.missing", codes=words("format.list").join(f"U+{ord(c):04X}" for c in missing))
