"""The parts of the page about the data: what is counted, the rules, the tables of counts and sources."""

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from geo.filter import ProjectFilter
from geo.project import Project
from geo.vocabulary import Grade
from layers.shape_grade import shapes_in_grades
from layers.wording import place_name, ranges_in_words
from layers.words import Words
from ui.desk import Desk
from ui.tables import table
from ui.text import html, joined

_EVERYTHING: Final = ProjectFilter()
_SOURCE_PARTS: Final = {"data": "title", "source": "source", "licence": "licence", "edits": "edits", "gaps": "gaps"}


def intro(desk: Desk) -> Markup:
    """Return what the data hold and of which plan they are, and the rules they are read by."""
    words, plan = desk.words, desk.data.district.plan
    rules = [words("about.rule_currency", month=words.month(plan.date))]
    rules += [shapes_in_grades(desk.data, words), words("about.rule_sector"), words("about.offline")]
    version = words("about.version", version=desk.data.version, number=plan.number, date=words.date(plan.date))
    return html(
        '<div class="prose">{paragraphs}<h2>{title}</h2><ul>{rules}</ul></div>',
        paragraphs=joined([html("<p>{text}</p>", text=text) for text in (*_counts(desk), version)]),
        title=words("about.rules"),
        rules=joined([html("<li>{rule}</li>", rule=rule) for rule in rules]),
    )


def _counts(desk: Desk) -> list[str]:
    """Return what is counted of the plan's own projects, and how many the office added to them, if any."""
    words, projects = desk.words, [project for project in desk.data.projects if not project.added]
    placed = sum(project.placed for project in projects)
    told = words(
        "about.intro",
        projects=len(projects),
        mentions=sum(len(project.mentions) for project in projects),
        elements=len(desk.data.elements),
        placed=placed,
        unplaced=len(projects) - placed,
    )
    added = len(desk.data.projects) - len(projects)
    more = [words("about.added", n=len(projects), m=added)] if added else []
    listing = desk.data.district.listing_boxes
    boxes = [_boxes(words, projects, listing)] if listing else []
    return [told, *boxes, *more]


def _boxes(words: Words, projects: Sequence[Project], listing: Sequence[int]) -> str:
    boxes = [[mention.box in listing for mention in project.mentions] for project in projects]
    named = sum(map(any, boxes))
    return words("about.boxes", boxes=ranges_in_words(words, listing), projects=named, mentions=sum(map(sum, boxes)),
                 others=len(boxes) - named)  # fmt: skip


def grades(desk: Desk) -> Markup:
    """Return how many projects are placed how well, and what each grade means."""
    words, counts = desk.words, desk.data.index.counts("grade", _EVERYTHING)
    return table(
        [words("about.grade"), words("about.count"), words("about.meaning")],
        [(words(f"grade.{grade}"), counts[grade], words(f"about.grade_{grade}")) for grade in Grade],
        caption=words("about.grades"),
    )


def by_phase_or_sector(desk: Desk, facet: str, codes: Iterable[str]) -> Markup:
    """Return how many projects each code of a facet holds, with the total."""
    words, counts = desk.words, desk.data.index.counts(facet, _EVERYTHING)  # type: ignore[arg-type]
    rows = [(words(f"{facet}.{code}"), counts[code]) for code in codes]
    rows.append((words("about.total"), sum(counts.values())))
    return table([words(f"filter.{facet}"), words("about.count")], rows, caption=words(f"about.by_{facet}"))


def by_place(desk: Desk) -> Markup:
    """Return how many projects each group and element of the structure holds; a project may count twice."""
    words, counts = desk.words, desk.data.index.counts("place", _EVERYTHING)
    rows = [(place_name(desk.data, words, code), count) for code, count in counts.items()]
    return table([words("filter.place"), words("about.count")], rows, caption=words("about.by_group"))


def sources(desk: Desk) -> Markup:
    """Return where each data set comes from, under which licence, and what is known to be wanting."""
    words = desk.words
    return table(
        [words(f"about.{column}") for column in _SOURCE_PARTS],
        [
            [getattr(source, part).in_language(words.language) for part in _SOURCE_PARTS.values()]
            for source in desk.data.sources
        ],
        caption=words("about.sources"),
    )
