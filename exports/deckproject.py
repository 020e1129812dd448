"""The slide of one project: its map and facts, or, where it has no place, the facts alone and what else is there."""

from collections.abc import Callable, Iterator, Sequence
from itertools import product
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
from exports.decktext import (
    Paragraph,
    Run,
    clean,
    fitted_line,
    fitted_text,
    line_width,
    one_line,
    paragraph,
    set_text,
    text_height,
)
from exports.mapframe import DrawnMap
from exports.mapplan import MapPlan
from exports.marginalia import notes_of, stamp_of
from exports.native_map import Entry, Looks, preset
from exports.request import Extent
from exports.slides import Box, Canvas, describe
from geo.load import Dataset
from geo.project import Mention, Project
from layers import style
from layers.site_wording import (
    CONTACT_FIELDS,
    Fact,
    Paired,
    around_in_words,
    contact_in_words,
    offer_facts,
    paired,
    plan_facts,
)
from layers.wording import (
    evidence_facts,
    mention_in_words,
    mention_place,
    mention_printed_under,
    place_name,
    project_currency,
    site_name,
)
from layers.words import Words

SITE_DPI: Final = 150
FACT_SIZES: Final = (12.5, 12.0, 11.5, 11.0, 10.5, 10.0, 9.5, 9.0)
WIDE_FACT_SIZES: Final = (13.5, 13.0, *FACT_SIZES)
SUMMARY_SIZES: Final = (13.0, 12.0, 11.0, 10.0, 9.0)
WIDE_SUMMARY_SIZES: Final = (16.0, 15.0, 14.0, *SUMMARY_SIZES)
INDEX_PT: Final = 9.0
WIDE_PT: Final = 700.0
MORE_PT: Final = 12.0
"""Room for the line that says what is cut stands in the notes."""
FOOT_SHARE: Final = 0.5
"""How much of a slide the facts below the map may take at most."""
CONTACT_PT, CONTACT_SIZES = 20.0, (10.5, 10.0, 9.5, 9.0)
LABEL_SHARE: Final = 0.62
MAP_SHARE, BILINGUAL_MAP_SHARE = 0.52, 0.33
BAND_PT: Final = 26.0
BAND_SIZES: Final = (12.5, 11.5, 10.5, 9.5, 8.5)
SUMMARY_SHARE, BILINGUAL_SUMMARY_SHARE = 0.26, 0.45
BILINGUAL_SIZES: Final = (10.5, 10.0, 9.5, 9.0)
RELATED_ROOM_PT: Final = 96.0
BULLET_PT: Final = 10.0


def project_slide(frame: DeckFrame, project: Project, *, has_blanks: bool = False) -> Canvas:
    """Add the slide of one project, with all that is known of it in the notes.

    Parameters
    ----------
    has_blanks : leave lines to write a contact on where the office has named none
    """
    words = frame.words
    currency = frame.in_all(lambda words: project_currency(frame.data, words, project))
    names = [project.name_in(other.language) for other in frame.tongues[1:]]
    canvas = frame.add(project.name_in(words.language), frame.sentence(*names, frame.zh_beside(project.name), currency))
    canvas.notes += _notes(frame, project)
    body = _contact(frame, canvas, project, has_blanks=has_blanks)
    if project.placed:
        _with_map(frame, canvas, body, project)
    else:
        _without_map(frame, canvas, body, project)
    return canvas


def _contact(frame: DeckFrame, canvas: Canvas, project: Project, *, has_blanks: bool) -> Box:
    """Put whom to ask in one line at the foot, else lines to write on if wanted; return the room above."""
    body, words = frame.deck.body, frame.words
    told = frame.in_all(_contact_of(frame.data, project))
    if not told and not has_blanks:
        return body
    top = body.top + body.height - CONTACT_PT + 4
    term = frame.in_all(_word("offer.contact"))
    head = line_width(term, CONTACT_SIZES[-1], bold=True) + GAP_PT
    title = paragraph(term, CONTACT_SIZES[-1], bold=True, colour=style.TITLE)
    canvas.text(Box(body.left, top, head, CONTACT_PT - 4), [title], words("offer.contact"), anchor="b")
    place = Box(body.left + head, top, body.width - head, CONTACT_PT - 4)
    if told:
        fitted, size = fitted_text(told, place.width, place.height, CONTACT_SIZES)
        canvas.text(place, [paragraph(fitted, size)], words("offer.contact"), anchor="b")
        canvas.notes.append(words("format.term", term=term, value=told))
    else:
        _blanks(frame, canvas, place)
    return Box(body.left, body.top, body.width, body.height - CONTACT_PT - 8)


def _contact_of(data: Dataset, project: Project) -> Callable[[Words], str]:
    return lambda words: contact_in_words(data, words, project) or ""


def _word(code: str) -> Callable[[Words], str]:
    return lambda words: words(code)


def _blanks(frame: DeckFrame, canvas: Canvas, box: Box) -> None:
    """Put a labelled line to write on for each part of a contact."""
    step, size = box.width / len(CONTACT_FIELDS), CONTACT_SIZES[-1]
    for i, field in enumerate(CONTACT_FIELDS):
        label = one_line(frame.in_all(_word(field)), step * LABEL_SHARE, size)
        left, used = box.left + i * step, line_width(label, size) + 5
        place = Box(left, box.top, used, box.height)
        canvas.text(place, [paragraph(label, size, colour=style.TEXT_SECONDARY)], label, anchor="b")
        rule = Box(left + used, box.top + box.height - 1, step - used - GAP_PT, 0.75)
        describe(preset(canvas, MSO_SHAPE.RECTANGLE, rule, Looks(style.TEXT_SECONDARY), label), label, label)


def _told(frame: DeckFrame, project: Project) -> list[Paired]:
    """Return what is said of a project in every language."""
    data = frame.data

    def facts(words: Words) -> list[Fact]:
        facts = [*plan_facts(data, words, project), *offer_facts(data, words, project)]
        around = around_in_words(data, words, frame.surroundings, project)
        return [*facts, (words("detail.near"), around)] if project.placed else facts

    return paired(frame.tongues, facts)


def _shown(frame: DeckFrame, project: Project) -> list[Paired]:
    """Return what is said of a project, its mentions in one row, without the sector, which the band names."""
    told = [fact for fact in _told(frame, project) if fact[0][0] != frame.words("detail.sector")]
    return _joined(frame, told, lambda term: not term)


def _shown_evidence(frame: DeckFrame, project: Project) -> list[Paired]:
    """Return how the place is known; beside a map in two languages, in fewer rows."""
    evidence = _evidence(frame, project)
    if len(frame.tongues) == 1 or not project.placed:
        return evidence
    continuing = {frame.words(code) for code in ("detail.coordinate", "detail.address", "detail.checked")}
    return _joined(frame, evidence, continuing.__contains__)


def _joined(frame: DeckFrame, facts: Sequence[Paired], is_continuing: Callable[[str], bool]) -> list[Paired]:
    """Return facts, those that continue the one above told in its row."""
    rows: list[Paired] = []
    for fact in facts:
        if not (rows and is_continuing(fact[0][0])):
            rows.append(fact)
            continue
        both = zip(frame.tongues, rows.pop(), fact, strict=True)
        rows.append(tuple((term, _with_more(words, value, *more)) for words, (term, value), more in both))
    return rows


def _with_more(words: Words, value: str, term: str, more: str) -> str:
    return words("format.phrases").join([value, words("format.term", term=term, value=more) if term else more])


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
        notes += [words("detail.mentions")] if project.mentions else []
        notes += ["· " + mention_in_words(data, words, mention) for mention in project.mentions]
        if project.element_basis:
            notes.append("· " + project.element_basis.in_language(words.language))
    return [*notes, *notes_of(data, frame.request, frame.projects), stamp_of(data, frame.request)]


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
    for words, (fitted, size, height) in zip(
        frame.tongues, _set_summary(frame, box, project, share, sizes), strict=True
    ):
        place = Box(box.left, box.top + used, box.width, height)
        canvas.text(place, [paragraph(fitted, size)], words("table.summary"))
        used += height + 3
    return used - 3


def _set_summary(
    frame: DeckFrame, box: Box, project: Project, share: float, sizes: Sequence[float]
) -> list[tuple[str, float, float]]:
    """Return the summary as it finds room in every language: its text, size and height."""
    told = [project.summary.in_language(words.language) for words in frame.tongues]
    sizes = _sizes(frame, sizes)
    most = box.height * share / len(told)
    fitted = [fitted_text(each, box.width, most, sizes) for each in told]
    return [(text, size, text_height(text, box.width, size)) for text, size in fitted]


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
    """Put facts with a column for each language, and below them that more is in the notes where they are cut."""
    words = frame.words
    name = project.name_in(words.language)
    alt = words("deck.alt_facts", name=name)
    table = _table_of(frame, box.width, facts)
    if fits(table, box.height, sizes[-1]):
        return put_table(canvas, box, table, sizes, name, alt, stretch=stretch)
    cut = Box(box.left, box.top, box.width, box.height - MORE_PT - 3)
    used = put_table(canvas, cut, table, sizes, name, alt) + 3
    _say_more(frame, canvas, box.below(used))
    return used + MORE_PT


def _say_more(frame: DeckFrame, canvas: Canvas, box: Box) -> None:
    """Say at the top of a box that what is cut stands in the notes."""
    said = frame.words("deck.more_in_notes")
    place = Box(box.left, box.top, box.width, MORE_PT)
    canvas.text(place, [paragraph(said, INDEX_PT, align="r", colour=style.TEXT_SECONDARY)], said)


def _sizes(frame: DeckFrame, sizes: Sequence[float]) -> Sequence[float]:
    return sizes if len(frame.tongues) == 1 else BILINGUAL_SIZES


def _table_of(frame: DeckFrame, width: float, facts: Sequence[Paired]) -> Table:
    terms = min(max(width * 0.27, 70), 130 if width < WIDE_PT else 190)
    rows = tuple(
        (Cell(" / ".join(dict.fromkeys(term for term, _ in fact))), *(Cell(value) for _, value in fact))
        for fact in facts
    )
    count = len(frame.tongues)
    return Table(rows, (terms, *[(width - terms) / count] * count), has_header_row=False, has_header_column=True)


# ---- with a place ----


def _with_map(frame: DeckFrame, canvas: Canvas, body: Box, project: Project) -> None:
    """Put map and facts beside each other; what finds no room there goes below both, over the whole width.

    Where that is not enough the summary, which only tells the facts over, is left to the notes.
    """
    width = body.width * (MAP_SHARE if len(frame.tongues) == 1 else BILINGUAL_MAP_SHARE)
    facts = [*_shown(frame, project), *_shown_evidence(frame, project)]
    feet = list(_feet(frame, _beside(body, width).width, facts, body))
    for is_brief, foot in product((False, True), feet):
        height = sum(_table_of(frame, body.width, foot).heights(FACT_SIZES[-1])) + 9 if foot else 0
        above = Box(body.left, body.top, body.width, body.height - height)
        plan, map_height = _site_map(frame, project, width, above.height)
        right, index = _beside(above, width), _index_text(frame, plan.drawn)
        told = [fact for fact in facts if fact not in foot]
        room = _room(frame, right, project, index, is_brief=is_brief)
        has_whole_summary = is_brief or _is_summary_whole(frame, right, project)
        if has_whole_summary and fits(_table_of(frame, right.width, told), room.height, FACT_SIZES[-1]):
            break
    _put_map(frame, canvas, Box(above.left, above.top, width, above.height), project, plan, map_height)
    _facts(frame, canvas, right, room, project, told, index, is_brief=is_brief)
    if foot:
        _fact_table(frame, canvas, body.below(above.height, 8), foot, FACT_SIZES, project)


def _feet(frame: DeckFrame, width: float, facts: Sequence[Paired], body: Box) -> Iterator[list[Paired]]:
    """Yield ever more of the facts that stand highest in a table of this width, while they fit the foot of `body`."""
    heights = _table_of(frame, width, facts).heights(FACT_SIZES[-1])
    highest = sorted(range(len(facts)), key=lambda i: -heights[i])
    for count in range(len(facts)):
        foot = [facts[i] for i in sorted(highest[:count])]
        if foot and not fits(_table_of(frame, body.width, foot), body.height * FOOT_SHARE, FACT_SIZES[-1]):
            return
        yield foot


def _beside(body: Box, width: float) -> Box:
    """Return the room to the right of a map."""
    taken = width + GAP_PT + 4
    return Box(body.left + taken, body.top, body.width - taken, body.height)


def _put_map(frame: DeckFrame, canvas: Canvas, box: Box, project: Project, plan: MapPlan, height: float) -> None:
    """Put the map with its legend below."""
    words = frame.words
    name = project.name_in(words.language)
    place = words("format.phrases").join(value for _, value in evidence_facts(words, project)[:2])
    alt = words("deck.alt_site_map", name=name, facts=place)
    canvas.picture(Box(box.left, box.top, box.width, height), rendered(plan, SITE_DPI), name, alt)
    put_strip(canvas, _entries(frame, plan.drawn), box.below(height, 4), INDEX_PT, frame.legend_alt)


def _entries(frame: DeckFrame, drawn: DrawnMap) -> list[Entry]:
    return [*sector_entries(frame.words, drawn), *certainty_entries(frame.words, drawn)]


def _site_map(frame: DeckFrame, project: Project, width: float, room: float) -> tuple[MapPlan, float]:
    """Return the map around a site and its height, which leaves room for the legend below it."""
    extent = Extent(kind="site", id=project.id)
    request = frame.request.model_copy(update={"extent": extent, "title": None})
    height = room - 36
    plan = plan_slide_map(frame.data, request, width, height)
    need = strip_height(_entries(frame, plan.drawn), width, INDEX_PT) + 4
    if need > 36:
        height = room - need
        plan = plan_slide_map(frame.data, request, width, height)
    return plan, height


def _index_text(frame: DeckFrame, drawn: DrawnMap) -> str:
    words = frame.words
    numbered = [f"{n} {site_name(words, project)}" for n, project in drawn.numbered]
    if not numbered:
        return ""
    return words("format.term", term=words("print.index"), value=words("format.phrases").join(numbered))


def _summary_share(frame: DeckFrame) -> float:
    return SUMMARY_SHARE if len(frame.tongues) == 1 else BILINGUAL_SUMMARY_SHARE


def _is_summary_whole(frame: DeckFrame, box: Box, project: Project) -> bool:
    shown = _set_summary(frame, box.below(BAND_PT, 8), project, _summary_share(frame), SUMMARY_SIZES)
    told = [clean(project.summary.in_language(words.language)) for words in frame.tongues]
    return [text for text, *_ in shown] == told


def _room(frame: DeckFrame, box: Box, project: Project, index: str, *, is_brief: bool) -> Box:
    """Return where the table of facts may stand, between the summary and the index of the map's numbers."""
    rest = box.below(BAND_PT, 8)
    summary = _set_summary(frame, rest, project, _summary_share(frame), SUMMARY_SIZES)
    rest = rest.below(MORE_PT if is_brief else sum(height + 3 for *_, height in summary) - 3, 8)
    below = min(text_height(index, rest.width, INDEX_PT) + 10, rest.height * 0.42) if index else 0
    return Box(rest.left, rest.top, rest.width, rest.height - below)


def _facts(
    frame: DeckFrame,
    canvas: Canvas,
    box: Box,
    room: Box,
    project: Project,
    facts: Sequence[Paired],
    index: str,
    *,
    is_brief: bool,
) -> None:
    """Put band, summary, the table of facts in its `room`, and below it the index of the map's numbers."""
    _band(frame, canvas, Box(box.left, box.top, box.width, BAND_PT), project)
    rest = box.below(BAND_PT, 8)
    if is_brief:
        _say_more(frame, canvas, rest)
    else:
        _summary(frame, canvas, rest, project, _summary_share(frame), SUMMARY_SIZES)
    used = _fact_table(frame, canvas, room, facts, FACT_SIZES, project)
    if index:
        place = Box(room.left, room.top, room.width, box.top + box.height - room.top).below(used, 10)
        fitted, size = fitted_text(index, place.width, place.height, (10.5, 10, 9.5, INDEX_PT))
        canvas.text(place, [paragraph(fitted, size, colour=style.TEXT_SECONDARY)], frame.words("print.index"))
        canvas.notes.append(index)


# ---- without a place ----


def _without_map(frame: DeckFrame, canvas: Canvas, body: Box, project: Project) -> None:
    """Put what the plan says on the left, its wordings and why there is no place on the right, related ones below."""
    words = frame.words
    evidence = _evidence(frame, project)
    told = [fact for fact in _shown(frame, project) if fact[0][0] != words("detail.mentions")]
    half = (body.width - 2 * GAP_PT) / 2
    left = Box(body.left, body.top, half, body.height - RELATED_ROOM_PT)
    _band(frame, canvas, Box(left.left, left.top, half, BAND_PT), project)
    rest = left.below(BAND_PT, 10)
    rest = rest.below(_summary(frame, canvas, rest, project, 0.4, WIDE_SUMMARY_SIZES), 10)
    sizes = _sizes(frame, WIDE_FACT_SIZES)
    used = _fact_table(frame, canvas, rest, told, sizes, project)
    bottom = rest.top + used
    right = Box(body.left + half + 2 * GAP_PT, body.top, half, left.height)
    used = _mention_table(frame, canvas, Box(right.left, right.top, half, right.height * 0.55), project)
    rest = right.below(used, 14)
    head = Paragraph((Run(frame.in_all(_word("deck.not_on_map")), True, style.SELECTION),), 14)
    canvas.text(Box(rest.left, rest.top, half, 20), [head], words("deck.not_on_map"))
    rest = rest.below(20, 4)
    used = _fact_table(frame, canvas, rest, evidence, sizes, project)
    bottom = max(bottom, rest.top + used) + 18
    _related(frame, canvas, Box(body.left, bottom, body.width, body.top + body.height - bottom), project)


def _mention_table(frame: DeckFrame, canvas: Canvas, box: Box, project: Project) -> float:
    words = frame.words
    if not project.mentions:
        return 0
    heads = ("detail.mentions", "deck.mention_place", "deck.printed_under")
    rows = [tuple(Cell(words(head)) for head in heads)]
    for mention in project.mentions:
        under = " · ".join(mention_printed_under(mention)) or "—"
        place = _place_in_all(frame, mention)
        rows.append((Cell(mention.name, bold=True), Cell(place), Cell(under)))
    table = Table(tuple(rows), (box.width * 0.42, box.width * 0.36, box.width * 0.22))
    alt = words("deck.alt_mentions", name=project.name_in(words.language))
    return put_table(canvas, box, table, _sizes(frame, WIDE_FACT_SIZES), words("detail.mentions"), alt)


def _place_in_all(frame: DeckFrame, mention: Mention) -> str:
    return frame.in_all(lambda words: mention_place(frame.data, words, mention))


def related_projects(frame: DeckFrame, project: Project) -> tuple[str, list[Project]]:
    """Return what ties a project to others of the plan (its element, else group, else sector), and those others."""
    words = frame.words
    others = [other for other in frame.data.projects if other is not project and not other.added]
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
