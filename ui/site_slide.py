"""One site in large type beside the map, for an investor: what the plan says of it, and what lies around it."""

from typing import Final

from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from geo.nearby import METRO, Kind
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES, Grade
from layers.list_rows import list_symbol
from layers.opportunity_wording import terms_in_words
from layers.structure_wording import summary_in_short
from layers.wording import grade_in_words, office_facts, structure_in_words
from ui.board import board
from ui.cache import surroundings
from ui.desk import Desk
from ui.detail import heading, near_rows
from ui.text import html, joined
from ui.tour import Tour, tour_bar

NEAR_KINDS: Final[tuple[Kind, ...]] = (METRO, "station", "airport", "port", "hospital", "square")
NEAR_LINES: Final = 5


def show_site(desk: Desk, tour: Tour, bar: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Draw the site that the tour stands at, and the bar; nothing else of the app is to be seen."""
    project = desk.data.project(tour.at)
    with bar:
        tour_bar(desk, tour)
    if project:
        with panel:
            board("site_slide", _slide(desk, project), at=project.id)


def _slide(desk: Desk, project: Project) -> Markup:
    words = desk.words
    return html(
        '<article class="slide of-site" lang="{lang}"><p class="slide-group"><span class="symbol">{symbol}</span> '
        '{sector}</p>{heading}<p>{summary}</p><dl class="slide-terms">{facts}</dl>{near}'
        '<p class="slide-note">{note}</p></article>',
        lang=words.html_lang,
        symbol=Markup(list_symbol(project)),
        sector=words(f"sector.{project.sector}"),
        heading=heading(desk, project.name, project.name_in(words.language)),
        summary=summary_in_short(project.summary.in_language(words.language)),
        facts=joined(_facts(desk, project)),
        near=_near(desk, project),
        note=words("map.currency", month=words.month(desk.data.district.plan.date)),
    )


def _fact(term: str, value: object) -> Markup:
    return html("<dt>{term}</dt><dd>{value}</dd>", term=term, value=value)


def _facts(desk: Desk, project: Project) -> list[Markup]:
    words = desk.words
    told = [
        (words("detail.phase"), words(f"phase.{project.phase}")),
        (words("detail.structure"), structure_in_words(desk.data, words, project)),
        *_area_facts(desk, project),
        *office_facts(desk.data, words, project),
    ]
    place = html('{grade}<small class="slide-place">{map}</small>',
                 grade=grade_in_words(words, project), map=_shown_instead(desk, project))  # fmt: skip
    return [*(_fact(term, value) for term, value in told), _fact(words("show.place"), place)]


def _area_facts(desk: Desk, project: Project) -> list[tuple[str, str]]:
    """Return what the plan wants of the element around a site that has no place, so no surroundings of its own."""
    words, placed = desk.words, desk.data.element(project.element)
    if project.placed or placed is None:
        return []
    element = placed.element
    terms = ((words("detail.functions"), element.functions), (words("detail.leading_sectors"), element.leading_sectors))
    return [(title, terms_in_words(words, its)) for title, its in terms if its]


def _shown_instead(desk: Desk, project: Project) -> str:
    """Return what the map shows where it cannot show the site itself, or only within a circle."""
    words, placed = desk.words, desk.data.element(project.element)
    if project.location.grade is Grade.DISTRICTWIDE:
        return words("show.districtwide")
    if project.placed:
        return "" if project.location.grade in KNOWN_GRADES else words("show.within")
    if placed:
        return words("show.unplaced_element", element=placed.element.name_in(words.language))
    return words("show.unplaced_district")


def _near(desk: Desk, project: Project) -> Markup:
    """Return the nearest place of each kind by a straight line, nothing for a site without a place."""
    words = desk.words
    found = surroundings(desk.data).nearest(project, NEAR_KINDS, count=1)
    rows = near_rows(words, found, dict.fromkeys(NEAR_KINDS, 1))[:NEAR_LINES]
    if not rows:
        return Markup("")
    title = words("detail.near")
    return html(
        '<div class="slide-near"><h3>{title}</h3><table class="near">{rows}</table></div>',
        title=title,
        rows=joined(rows),
    )
