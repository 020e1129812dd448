"""What stands beside a map on a slide: legend, notes and index, flowing through columns as native text and shapes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pptx.enum.dml import MSO_LINE_DASH_STYLE

from exports.decktext import Paragraph, Run, line_width, text_height
from exports.mapframe import DrawnMap
from exports.mapsites import STACK_RADIUS_PT
from exports.native_map import Entry, Looks, area_entry, line_entry, marker_entry, stage_looks, tint
from exports.slides import Box, Canvas
from geo.load import Dataset
from geo.project import Project
from geo.vocabulary import Sector, Stage
from layers import style
from layers.shape_grade import legend_entries
from layers.wording import layer_name, site_name
from layers.words import Words

INDENT_PT: Final = 32.0
NUMBER_PT: Final = 24.0
GAP_PT: Final = 14.0


@dataclass(frozen=True)
class Row:
    """A paragraph or a legend entry, with its height; `keep` holds it together with the next one."""

    height: float
    paragraph: Paragraph | None = None
    entry: Entry | None = None
    size_pt: float = 9
    keep: bool = False


def heading(text: str, width: float, size_pt: float) -> Row:
    """Return a section's heading, with room above."""
    size = size_pt * 1.1
    words = Paragraph((Run(text, bold=True, colour=style.TITLE),), size, after_pt=2)
    return Row(text_height(text, width, size, bold=True) + 2, words, keep=True)


def text_row(text: str, width: float, size_pt: float, *, bold: bool = False, colour: str | None = None) -> Row:
    """Return a paragraph."""
    words = Paragraph((Run(text, bold=bold, colour=colour),), size_pt, after_pt=4)
    return Row(text_height(text, width, size_pt, bold=bold) + 4, words)


def numbered_row(number: str, name: str, width: float, size_pt: float, hanging_pt: float = NUMBER_PT) -> Row:
    """Return an index entry: a number and a name with a hanging indent."""
    words = Paragraph((Run(f"{number}\t", bold=True), Run(name)), size_pt, hanging_pt=hanging_pt, after_pt=1)
    return Row(text_height(name, width - hanging_pt, size_pt) + 1, words)


def entry_row(entry: Entry, width: float, size_pt: float, *, keep: bool) -> Row:
    """Return a legend entry."""
    return Row(max(text_height(entry.text, width - INDENT_PT, size_pt), 13) + 2, None, entry, size_pt, keep)


def gap_row(height: float) -> Row:
    """Return room between sections."""
    return Row(height, keep=True)


# ---- flowing ----


def columns_of(rows: Sequence[Row], count: int, height: float) -> list[list[Row]] | None:
    """Return the rows in so many columns of like height, None where they do not fit."""
    step = height / 24
    for i in range(1, 25):
        flowed = _flow(rows, step * i)
        if len(flowed) <= count and all(_height(column) <= height for column in flowed):
            return flowed
    return None


def _height(rows: Sequence[Row]) -> float:
    return sum(row.height for row in rows)


def _flow(rows: Sequence[Row], height: float) -> list[list[Row]]:
    columns: list[list[Row]] = [[]]
    for i, row in enumerate(rows):
        need = row.height
        for previous, following in zip(rows[i:], rows[i + 1 :], strict=False):
            if not previous.keep:
                break
            need += following.height
        starts_block = i == 0 or not rows[i - 1].keep
        if starts_block and columns[-1] and _height(columns[-1]) + need > height:
            columns.append([])
        is_gap = row.paragraph is None and row.entry is None
        if columns[-1] or not is_gap:
            columns[-1].append(row)
    return columns


def put_columns(
    canvas: Canvas, columns: Sequence[Sequence[Row]], box: Box, width: float, legend: tuple[str, str]
) -> None:
    """Put columns side by side; what has symbols is grouped under the name and alt text in `legend`."""
    shapes: list[Any] = []
    for i, rows in enumerate(columns):
        shapes += _put_column(canvas, rows, box.left + i * (width + GAP_PT), box.top, width)
    if shapes:
        canvas.group(shapes, *legend)


def _put_column(canvas: Canvas, rows: Sequence[Row], left: float, top: float, width: float) -> list[Any]:
    shapes: list[Any] = []
    waiting: list[Row] = []
    has_entries = any(row.entry for row in rows)

    def flush() -> None:
        if waiting:
            height = _height(waiting)
            paragraphs = [row.paragraph for row in waiting if row.paragraph]
            if paragraphs:
                name = paragraphs[0].text
                shape = canvas.text(Box(left, top - height, width, height), paragraphs, name)
                if has_entries:
                    shapes.append(shape)
            waiting.clear()

    for row in rows:
        if row.entry or row.paragraph is None:
            flush()
        top += row.height
        if row.entry:
            shapes += row.entry.draw(canvas, left + INDENT_PT / 2 - 2, top - row.height / 2)
            place = Box(left + INDENT_PT, top - row.height, width - INDENT_PT, row.height)
            shapes.append(
                canvas.text(place, [Paragraph((Run(row.entry.text),), row.size_pt)], row.entry.text, anchor="ctr")
            )
        elif row.paragraph:
            waiting.append(row)
    flush()
    return shapes


def strip_height(entries: Sequence[Entry], width: float, size_pt: float) -> float:
    """Return how high a strip of legend entries stands."""
    return len(_strip_lines(entries, width, size_pt)) * 16.0


def put_strip(canvas: Canvas, entries: Sequence[Entry], box: Box, size_pt: float, legend: tuple[str, str]) -> None:
    """Put legend entries one after another on as many lines as they take, as one group."""
    shapes: list[Any] = []
    for i, line in enumerate(_strip_lines(entries, box.width, size_pt)):
        x, y = box.left, box.top + i * 16
        for entry in line:
            shapes += entry.draw(canvas, x + 8, y + 8)
            width = line_width(entry.text, size_pt) + 4
            text = Paragraph((Run(entry.text),), size_pt)
            shapes.append(canvas.text(Box(x + 19, y, width, 16), [text], entry.text, anchor="ctr", wrap=False))
            x += width + 29
    if shapes:
        canvas.group(shapes, *legend)


def _strip_lines(entries: Sequence[Entry], width: float, size_pt: float) -> list[list[Entry]]:
    lines: list[list[Entry]] = []
    used = width + 1
    for entry in entries:
        need = line_width(entry.text, size_pt) + 33
        if used + need > width:
            lines.append([])
            used = 0.0
        lines[-1].append(entry)
        used += need
    return lines


# ---- legend and index ----


def legend_rows(
    data: Dataset, words: Words, drawn: DrawnMap, projects: Sequence[Project], width: float, size_pt: float
) -> list[Row]:
    """Return the legend of what a map shows, with how many projects each sector and stage has."""
    sections = (
        (layer_name(data, words, "structure"), structure_entries(data, words, drawn)),
        (words("deck.sector_counts"), sector_entries(words, drawn, projects)),
        (words("deck.stage_counts"), _stage_entries(words, drawn, projects)),
        (words("legend.certainty"), certainty_entries(words, drawn)),
        (words("legend.base"), _base_entries(data, words, drawn)),
    )
    rows: list[Row] = []
    for title, entries in sections:
        if entries:
            rows += [gap_row(size_pt * 0.7)] if rows else []
            rows.append(heading(title, width, size_pt))
            last = len(entries) - 1
            rows += [entry_row(entry, width, size_pt, keep=i < last) for i, entry in enumerate(entries)]
    return rows


def index_rows(words: Words, drawn: DrawnMap, width: float, size_pt: float) -> list[Row]:
    """Return the index of the numbers on a map."""
    rows = [heading(words("print.index"), width, size_pt)] if drawn.numbered else []
    return rows + [numbered_row(str(n), both_names(words, project), width, size_pt) for n, project in drawn.numbered]


def both_names(words: Words, project: Project) -> str:
    """Return a project's name in the deck's language, with the plan's own beside it where that is another."""
    name = site_name(words, project)
    same = words.language == "zh" or project.name_in(words.language) == project.name
    return name if same else f"{name} {project.name}"


def structure_entries(data: Dataset, words: Words, drawn: DrawnMap) -> list[Entry]:
    """Return the entries of the structure's groups."""
    entries = []
    for entry in legend_entries(data):
        if entry.code not in drawn.present:
            continue
        looks, name = entry.looks, entry.name_in(words)
        dash = MSO_LINE_DASH_STYLE.SQUARE_DOT if looks.dash else None
        if looks.fill_opacity:
            area = Looks(looks.colour, looks.fill_opacity + 0.06, looks.colour, looks.width * 0.9, dash)
            entries.append(area_entry(name, area))
        else:
            entries.append(line_entry(name, Looks(line=looks.colour, width_pt=3.4, dash=dash)))
    return entries


def sector_entries(words: Words, drawn: DrawnMap, projects: Sequence[Project] | None = None) -> list[Entry]:
    """Return the entries of the sectors on a map, with counts of `projects` where they are given."""
    every, placed = (Counter(p.sector for p in group) for group in _both(projects))
    entries = []
    for sector in Sector:
        looks = style.SECTORS[sector]
        if f"sector.{sector}" in drawn.present or every[sector]:
            text = words(f"sector.{sector}")
            if projects is not None:
                text = words("deck.counted", name=text, n=every[sector], placed=placed[sector])
            marker = Looks(tint(looks.colour, style.FILL_OPACITY), line=looks.outline, width_pt=0.9)
            entries.append(marker_entry(text, looks.shape, marker))
    return entries


def _both(projects: Sequence[Project] | None) -> tuple[list[Project], list[Project]]:
    every = list(projects or ())
    return every, [project for project in every if project.placed]


def _stage_entries(words: Words, drawn: DrawnMap, projects: Sequence[Project]) -> list[Entry]:
    every, placed = (Counter(p.stage for p in group) for group in _both(projects))
    return [
        marker_entry(
            words("deck.counted", name=words(f"stage.{stage}"), n=every[stage], placed=placed[stage]),
            "circle",
            stage_looks(stage, None, style.TEXT),
        )
        for stage in Stage
        if f"stage.{stage}" in drawn.present or every[stage]
    ]


def certainty_entries(words: Words, drawn: DrawnMap) -> list[Entry]:
    """Return the entries of filled and hollow markers and of shared places."""
    line = Looks(line=style.TEXT_SECONDARY, width_pt=1.0)
    filled = replace(line, fill=tint(style.TEXT_SECONDARY, style.FILL_OPACITY))
    entries = {
        "filled": marker_entry(words("legend.filled"), "circle", filled),
        "hollow": marker_entry(words("legend.hollow"), "circle", replace(line, fill="#FFFFFF")),
        "stack": marker_entry(
            words("legend.stack"), "circle", Looks("#FFFFFF", line=style.TEXT, width_pt=1.0), STACK_RADIUS_PT, "n"
        ),
    }
    return [entry for code, entry in entries.items() if code in drawn.present]


def _base_entries(data: Dataset, words: Words, drawn: DrawnMap) -> list[Entry]:
    dash = MSO_LINE_DASH_STYLE.LONG_DASH_DOT
    names = {code: layer_name(data, words, code) for code in ("boundary", "roads", "metro", "landmarks")}
    entries = {
        "boundary": line_entry(
            names["boundary"],
            Looks(line=style.BOUNDARY_BAND, width_pt=4),
            Looks(line=style.BOUNDARY, width_pt=1.1, dash=dash),
        ),
        "roads": line_entry(
            names["roads"], Looks(line=style.ROAD_CASING, width_pt=3.4), Looks(line=style.ROAD, width_pt=2.2)
        ),
        "metro": marker_entry(names["metro"], "circle", Looks("#FFFFFF", line=style.METRO), 2.6),
        "landmarks": marker_entry(names["landmarks"], "circle", Looks("#FFFFFF", line=style.LANDMARK), 1.8),
    }
    return [entry for code, entry in entries.items() if f"layer.{code}" in drawn.present]
