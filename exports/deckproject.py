"""The slide of one project: its map and facts, or, where it has no place, the facts alone and what else is there."""

from collections.abc import Sequence
from typing import Final

from pptx.enum.shapes import MSO_SHAPE

from exports.deckframe import DeckFrame
from exports.deckmaps import plan_slide_map, rendered
from exports.deckpanel import (
    GAP_PT,
    certainty_entries,
    columns_of,
    numbered_row,
    put_columns,
    put_strip,
    sector_entries,
    strip_height,
    text_row,
)
from exports.decktable import Cell, Table, fits, put_table
from exports.decktext import Paragraph, Run, fitted_line, fitted_text, one_line, paragraph, set_text, text_height
from exports.mapframe import DrawnMap
from exports.mapplan import MapPlan
from exports.marginalia import notes_of, stamp_of
from exports.native_map import Entry, Looks, preset
from exports.request import Extent
from exports.slides import Box, Canvas
from geo.project import Mention, Project
from layers import style
from layers.site_wording import Fact, Paired, around_in_words, paired, plan_facts
from layers.wording import (
    evidence_facts,
    mention_in_words,
    mention_place,
    mention_printed_under,
    office_facts,
    place_name,
)
from layers.words import Words

SITE_DPI: Final = 150
FACT_SIZES: Final = (12.5, 12.0, 11.5, 11.0, 10.5, 10.0, 9.5, 9.0)
WIDE_FACT_SIZES: Final = (13.5, 13.0, *FACT_SIZES)
SUMMARY_SIZES: Final = (13.0, 12.0, 11.0, 10.0, 9.0)
WIDE_SUMMARY_SIZES: Final = (16.0, 15.0, 14.0, *SUMMARY_SIZES)
INDEX_PT: Final = 9.0
SMALL_SIZES: Final = (8.5, 8.0, 7.5)
MAP_SHARE, BILINGUAL_MAP_SHARE = 0.52, 0.38
BAND_PT: Final = 26.0
BAND_SIZES: Final = (12.5, 11.5, 10.5, 9.5, 8.5)
RELATED_ROOM_PT: Final = 96.0
BULLET_PT: Final = 10.0


def project_slide(frame: DeckFrame, project: Project) -> Canvas:
    """Add the slide of one project, with all that is known of it in the notes."""
    words = frame.words
    currency = frame.in_all(lambda words: words("map.currency", month=words.month(frame.data.district.plan.date)))
    names = [project.name_in(other.language) for other in frame.tongues[1:]]
    canvas = frame.add(project.name_in(words.language), frame.sentence(*names, frame.zh_beside(project.name), currency))
    canvas.notes += _notes(frame, project)
    if project.placed:
        _with_map(frame, canvas, project)
    else:
        _without_map(frame, canvas, project)
    return canvas


def _told(frame: DeckFrame, project: Project, *, lean: bool = False) -> list[Paired]:
    """Return what is said of a project in every language; `lean` leaves out its element's part and its surroundings."""
    data = frame.data

    def facts(words: Words) -> list[Fact]:
        facts = [*plan_facts(data, words, project, element=not lean), *office_facts(words, project)]
        around = around_in_words(data, words, frame.surroundings, project)
        return [*facts, (words("detail.near"), around)] if project.placed and not lean else facts

    return paired(frame.tongues, facts)


def _evidence(frame: DeckFrame, project: Project) -> list[Paired]:
    return paired(frame.tongues, lambda words: evidence_facts(words, project))


def _notes(frame: DeckFrame, project: Project) -> list[str]:
    data = frame.data
    notes = [project.name]
    told, evidence = _told(frame, project), _evidence(frame, project)
    for i, words in enumerate(frame.tongues):
        notes.append(project.summary.in_language(words.language))
        facts = [fact[i] for fact in (*told, *evidence)]
        notes += [words("format.term", term=term, value=value) for term, value in facts if term]
        notes.append(words("detail.mentions"))
        notes += ["· " + mention_in_words(data, words, mention) for mention in project.mentions]
        if project.element_basis:
            notes.append("· " + project.element_basis.in_language(words.language))
    return [*notes, *notes_of(data, frame.request, frame.projects), stamp_of(frame.request)]


def _band(frame: DeckFrame, canvas: Canvas, box: Box, project: Project) -> None:
    """Put the sector and the phase, the first thing to be read."""
    text = frame.in_all(
        lambda words: frame.sentence(words(f"sector.{project.sector}"), words(f"phase.{project.phase}"))
    )
    shape = preset(canvas, MSO_SHAPE.RECTANGLE, box, Looks(style.SECTORS[project.sector].outline), text)
    size = fitted_line(text, box.width - 16, BAND_SIZES, bold=True)[1] or BAND_SIZES[-1]
    shown = one_line(text, box.width - 16, size, bold=True)
    set_text(shape, canvas.setter, [paragraph(shown, size, align="ctr", bold=True, colour="#FFFFFF")], anchor="ctr")


def _summary(
    frame: DeckFrame, canvas: Canvas, box: Box, project: Project, share: float, sizes: Sequence[float]
) -> float:
    """Put the summary in at most a share of the box; return its height."""
    used = 0.0
    for words in frame.tongues:
        told = project.summary.in_language(words.language)
        fitted, size = fitted_text(told, box.width, box.height * share / len(frame.tongues), sizes)
        height = text_height(fitted, box.width, size)
        place = Box(box.left, box.top + used, box.width, height)
        canvas.text(place, [paragraph(fitted, size)], words("table.summary"))
        used += height + 3
    return used - 3


def _fact_table(
    frame: DeckFrame,
    canvas: Canvas,
    box: Box,
    facts: Sequence[Paired],
    sizes: Sequence[float],
    project: Project,
    *,
    stretch: float = 1.2,
) -> float:
    """Put facts with a column for each language; return the table's height."""
    name = project.name_in(frame.words.language)
    alt = frame.words("deck.alt_facts", name=name)
    table = _table_of(frame, box.width, facts)
    return put_table(canvas, box, table, _sizes(frame, sizes), name, alt, stretch=stretch)


def _sizes(frame: DeckFrame, sizes: Sequence[float]) -> Sequence[float]:
    return sizes if len(frame.tongues) == 1 else (*sizes, *SMALL_SIZES)


def _table_of(frame: DeckFrame, width: float, facts: Sequence[Paired]) -> Table:
    terms = min(max(width * 0.27, 70), 130)
    rows = tuple(
        (Cell(" / ".join(dict.fromkeys(term for term, _ in fact))), *(Cell(value) for _, value in fact))
        for fact in facts
    )
    count = len(frame.tongues)
    return Table(rows, (terms, *[(width - terms) / count] * count), has_header_row=False, has_header_column=True)


# ---- with a place ----


def _with_map(frame: DeckFrame, canvas: Canvas, project: Project) -> None:
    body, words = frame.deck.body, frame.words
    width = body.width * (MAP_SHARE if len(frame.tongues) == 1 else BILINGUAL_MAP_SHARE)
    plan, height = _site_map(frame, project, width)
    name = project.name_in(words.language)
    place = words("format.phrases").join(value for _, value in evidence_facts(words, project)[:2])
    alt = words("deck.alt_site_map", name=name, facts=place)
    canvas.picture(Box(body.left, body.top, width, height), rendered(plan, SITE_DPI), name, alt)
    strip = Box(body.left, body.top + height + 4, width, body.height - height - 4)
    put_strip(canvas, _entries(frame, plan.drawn), strip, INDEX_PT, frame.legend_alt)
    left = body.left + width + GAP_PT + 4
    right = Box(left, body.top, body.left + body.width - left, body.height)
    _facts(frame, canvas, right, project, _index_text(frame, plan.drawn))


def _entries(frame: DeckFrame, drawn: DrawnMap) -> list[Entry]:
    return [*sector_entries(frame.words, drawn), *certainty_entries(frame.words, drawn)]


def _site_map(frame: DeckFrame, project: Project, width: float) -> tuple[MapPlan, float]:
    """Return the map around a site and its height, which leaves room for the legend below it."""
    extent = Extent(kind="site", id=project.id)
    request = frame.request.model_copy(update={"extent": extent, "title": None})
    height = frame.deck.body.height - 36
    plan = plan_slide_map(frame.data, request, width, height)
    need = strip_height(_entries(frame, plan.drawn), width, INDEX_PT) + 4
    if need > 36:
        height = frame.deck.body.height - need
        plan = plan_slide_map(frame.data, request, width, height)
    return plan, height


def _index_text(frame: DeckFrame, drawn: DrawnMap) -> str:
    words = frame.words
    numbered = [f"{n} {project.name_in(words.language)}" for n, project in drawn.numbered]
    if not numbered:
        return ""
    return words("format.term", term=words("print.index"), value=words("format.phrases").join(numbered))


def _facts(frame: DeckFrame, canvas: Canvas, box: Box, project: Project, index: str) -> None:
    """Put band, summary, the table of facts, and below it the index of the map's numbers."""
    words = frame.words
    _band(frame, canvas, Box(box.left, box.top, box.width, BAND_PT), project)
    rest = box.below(BAND_PT, 8)
    rest = rest.below(_summary(frame, canvas, rest, project, 0.26, SUMMARY_SIZES), 8)
    below = min(text_height(index, rest.width, INDEX_PT) + 10, rest.height * 0.42) if index else 0
    room = Box(rest.left, rest.top, rest.width, rest.height - below)
    facts = [[*_told(frame, project, lean=lean), *_evidence(frame, project)] for lean in (False, True)]
    whole = fits(_table_of(frame, room.width, facts[0]), room.height, _sizes(frame, FACT_SIZES)[-1])
    used = _fact_table(frame, canvas, room, facts[not whole], FACT_SIZES, project)
    if index:
        place = rest.below(used, 10)
        fitted, size = fitted_text(index, place.width, place.height, (10.5, 10, 9.5, INDEX_PT))
        canvas.text(place, [paragraph(fitted, size, colour=style.TEXT_SECONDARY)], words("print.index"))
        canvas.notes.append(index)


# ---- without a place ----


def _without_map(frame: DeckFrame, canvas: Canvas, project: Project) -> None:
    """Put what the plan says on the left, its wordings and why there is no place on the right, related ones below."""
    body, words = frame.deck.body, frame.words
    evidence = _evidence(frame, project)
    told = [fact for fact in _told(frame, project) if fact[0][0] not in ("", words("detail.mentions"))]
    half = (body.width - 2 * GAP_PT) / 2
    left = Box(body.left, body.top, half, body.height - RELATED_ROOM_PT)
    _band(frame, canvas, Box(left.left, left.top, half, BAND_PT), project)
    rest = left.below(BAND_PT, 10)
    rest = rest.below(_summary(frame, canvas, rest, project, 0.4, WIDE_SUMMARY_SIZES), 10)
    used = _fact_table(frame, canvas, rest, told, WIDE_FACT_SIZES, project)
    bottom = rest.top + used
    right = Box(body.left + half + 2 * GAP_PT, body.top, half, left.height)
    used = _mention_table(frame, canvas, Box(right.left, right.top, half, right.height * 0.55), project)
    rest = right.below(used, 14)
    head = Paragraph((Run(frame.in_all(lambda words: words("deck.not_on_map")), True, style.SELECTION),), 14)
    canvas.text(Box(rest.left, rest.top, half, 20), [head], words("deck.not_on_map"))
    rest = rest.below(20, 4)
    used = _fact_table(frame, canvas, rest, evidence, WIDE_FACT_SIZES, project)
    bottom = max(bottom, rest.top + used) + 18
    _related(frame, canvas, Box(body.left, bottom, body.width, body.top + body.height - bottom), project)


def _mention_table(frame: DeckFrame, canvas: Canvas, box: Box, project: Project) -> float:
    words = frame.words
    heads = ("detail.mentions", "deck.mention_place", "deck.printed_under")
    rows = [tuple(Cell(words(head)) for head in heads)]
    for mention in project.mentions:
        under = " · ".join(mention_printed_under(mention)) or "—"
        place = _place_in_all(frame, mention)
        rows.append((Cell(mention.name, bold=True), Cell(place), Cell(under)))
    table = Table(tuple(rows), (box.width * 0.42, box.width * 0.36, box.width * 0.22))
    alt = words("deck.alt_mentions", name=project.name_in(words.language))
    return put_table(canvas, box, table, WIDE_FACT_SIZES, words("detail.mentions"), alt)


def _place_in_all(frame: DeckFrame, mention: Mention) -> str:
    return frame.in_all(lambda words: mention_place(frame.data, words, mention))


def related_projects(frame: DeckFrame, project: Project) -> tuple[str, list[Project]]:
    """Return what ties a project to others in words (its element, else group, else sector), and those others."""
    words, others = frame.words, [other for other in frame.data.projects if other is not project]
    if project.element:
        name = place_name(frame.data, words, project.element)
        return name, [other for other in others if other.element == project.element]
    group = next((group for group in frame.data.district.groups if group.name == project.group), None)
    if group:
        return place_name(frame.data, words, group.id), [other for other in others if other.group == group.name]
    return words(f"sector.{project.sector}"), [other for other in others if other.sector == project.sector]


def _related(frame: DeckFrame, canvas: Canvas, box: Box, project: Project) -> None:
    """List the projects that share the element, group or sector, as many as there is room for."""
    words = frame.words
    name, related = related_projects(frame, project)
    told = []
    for other in related:
        pattern = "print.noted" if other.placed else "print.noted_unplaced"
        told.append(other.name_in(words.language) + words(pattern, note=words(f"phase.{other.phase}")))
    if not told or box.height < 40:
        return
    title = words("deck.related", name=name, n=len(told))
    head = paragraph(one_line(title, box.width, 12, bold=True), 12, bold=True, colour=style.TITLE)
    canvas.text(Box(box.left, box.top, box.width, 18), [head], title)
    canvas.notes += [title, *(f"· {text}" for text in told)]
    rest = box.below(18, 4)
    width = (rest.width - 2 * GAP_PT) / 3
    for shown in range(len(told), 0, -1):
        rows = [numbered_row("·", text, width, 10.5, BULLET_PT) for text in told[:shown]]
        if shown < len(told):
            rows.append(text_row(words("deck.more", n=len(told) - shown), width, 10.5, colour=style.TEXT_SECONDARY))
        if columns := columns_of(rows, 3, rest.height):
            put_columns(canvas, columns, rest, width, frame.legend_alt)
            return
