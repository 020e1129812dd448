"""The indicators on their page: counts in squares, the two annexes as tables with charts, the rule, the files."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st
from markupsafe import Markup

from exports.records import records_of
from exports.request import ExportRequest
from exports.spreadsheet import csv_bytes, write_indicators_xlsx
from exports.writing import file_stem
from geo.indicators import NONE_PRINTED, AnnexKind, Indicator, Reason, met
from geo.load import Dataset
from geo.names import name_in
from layers.indicator_chart import squares
from layers.indicator_rows import (
    LOOK_OF_KIND,
    Tally,
    annex_rows,
    by_category,
    chart,
    counts_in_words,
    in_words,
    kind_word,
    kinds_of,
    rules_in_words,
    tallies,
    translated,
)
from layers.wording import plan_terms
from layers.words import Words
from ui.desk import Desk
from ui.download import download_button
from ui.text import chinese, html, joined

_CSS: Final = (Path(__file__).resolve().parent / "web" / "indicators.css").read_text(encoding="utf-8")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class _Column:
    """A column: its heading, the heading that it stands under, its cells, and how they are set."""

    head: str
    cell: Callable[[Indicator], Markup | str]
    look: str = ""
    under: str = ""

    @property
    def label(self) -> str:
        """The heading in full, for narrow screens."""
        return f"{self.under} {self.head}".strip()


def styles() -> None:
    """Put the page's style sheet in place."""
    st.html(f"<style>{_CSS}</style>")


def intro(desk: Desk) -> Markup:
    """Return what the page holds, in a sentence or two."""
    words, rows = desk.words, {kind: annex_rows(desk.data, kind) for kind in AnnexKind}
    if not all(rows.values()):  # the one table says it all
        return Markup("")
    counts = {str(kind): len(its) for kind, its in rows.items()}
    numbers = {f"{kind}_annex": its[0].annex for kind, its in rows.items()}
    text = words("indicator.intro", **counts, **numbers, **plan_terms(words, desk.data.district))
    return html('<p class="indicator-intro">{text}</p>', text=text)


def summary(desk: Desk, annex: AnnexKind) -> Markup:
    """Return how many indicators each category has, and of which kind, one square each."""
    words, data = desk.words, desk.data
    rows = tallies(annex_rows(data, annex))
    heads: list[Markup | str] = [words(f"indicator.{head}") for head in ("category", "squares", "total")]
    heads += [_kind_head(words, kind) for kind in kinds_of(annex)]
    heading = words(f"indicator.heading_{annex}", **plan_terms(words, data.district))
    return html(
        '<div class="indicator-tally"><table><caption>{caption}</caption><thead><tr>{heads}</tr></thead>'
        "<tbody>{body}</tbody></table></div>",
        caption=words("indicator.summary", heading=heading, total=rows[-1].total),
        heads=joined([html('<th scope="col">{head}</th>', head=head) for head in heads]),
        body=joined([_tally_row(data, words, row) for row in rows]),
    )


def _kind_head(words: Words, kind: str) -> Markup:
    sign = Markup(squares([(LOOK_OF_KIND[kind], 1)], ""))
    return html("{sign}<span>{word}</span>", sign=sign, word=kind_word(words, kind))


def _tally_row(data: Dataset, words: Words, row: Tally) -> Markup:
    name = in_words(data, words, row.category) if row.category else words("about.total")
    label = words("indicator.squares_alt", category=name, counts=counts_in_words(words, row.counts))
    looks = [(LOOK_OF_KIND[kind], count) for kind, count in row.counts.items()]
    drawn = Markup(squares(looks, label)) if row.category else ""
    numbers = joined([html("<td>{n}</td>", n=n) for n in (row.total, *row.counts.values())])
    return html(
        '<tr class="{look}"><th scope="row">{name}</th><td class="squares">{squares}</td>{numbers}</tr>',
        look="" if row.category else "all", name=name, squares=drawn, numbers=numbers,
    )  # fmt: skip


def annex_table(desk: Desk, annex: AnnexKind) -> Markup:
    """Return an annex as one table, its categories as the plan prints them, with a chart where there are numbers."""
    words, data = desk.words, desk.data
    rows, terms = annex_rows(data, annex), plan_terms(words, data.district)
    columns = _columns(data, words, rows[0])
    caption = words(f"indicator.caption_{annex}", annex=rows[0].annex, **terms)
    bodies = [_category(data, words, columns, category, group) for category, group in by_category(rows)]
    return html(
        '<div class="indicator-table"><h2>{heading}</h2><table role="table"><caption>{caption}</caption>'
        '<thead role="rowgroup">{head}</thead>{bodies}</table>'
        '<p class="note">{note}</p><p class="note">{source}</p></div>',
        heading=words(f"indicator.heading_{annex}", **terms), caption=caption,
        head=_head(columns), bodies=joined(bodies),
        note=words(f"indicator.chart_note_{annex}", **terms), source=_source(desk, rows),
    )  # fmt: skip


def _category(data: Dataset, words: Words, columns: list[_Column], category: str, rows: list[Indicator]) -> Markup:
    return html(
        '<tbody role="rowgroup"><tr role="row" class="category"><th role="rowheader" scope="rowgroup"'
        ' colspan="{span}">{name}<span class="count">{n}</span></th></tr>{rows}</tbody>',
        span=len(columns),
        name=_worded(data, words, category),
        n=words("indicator.items", n=len(rows)),
        rows=joined([_row(columns, row) for row in rows]),
    )


def _columns(data: Dataset, words: Words, first: Indicator) -> list[_Column]:
    def value(head: str, field: str, under: str = "") -> _Column:
        def cell(row: Indicator) -> Markup:
            return _worded(data, words, getattr(row, field) or NONE_PRINTED)

        return _Column(head, cell, "value" if under else "value base", under)

    def both(under: str, field: str) -> list[_Column]:
        kinds = ("absolute", "growth")
        return [value(words(f"indicator.head_{kind}"), f"{field}_{kind}", under) for kind in kinds]

    target = words("indicator.head_target", year=first.target_year)
    unit = _Column(words("indicator.unit"), lambda row: _worded(data, words, row.unit), "unit")
    drawn = _Column(
        words(f"indicator.chart_{first.annex_kind}", **plan_terms(words, data.district)),
        lambda row: Markup(chart(words, row) or ""),
        "chart",
    )
    attribute = _Column(words("indicator.attribute"), lambda row: kind_word(words, row.attribute.code), "attribute")
    columns = [
        _Column(words("indicator.number"), lambda row: str(row.number), "number"),
        _Column(words("indicator.name"), lambda row: _name(words, row), "name"),
        unit,
    ]
    if first.annex_kind is AnnexKind.RESULTS:
        columns += both(target, "target") + both(words("indicator.head_result", year=first.result_year), "result")
        verdict = _Column(words("indicator.verdict"), lambda row: _verdict(words, row), "verdict")
        return [*columns, drawn, verdict, attribute]
    base = value(words("indicator.head_base", year=first.base_year), "base")
    return [*columns, base, *both(target, "target"), drawn, attribute]


def _head(columns: list[_Column]) -> Markup:
    top, below = [], []
    for number, column in enumerate(columns):
        cell = html("<th role='columnheader' scope='col' class='{look}'", look=column.look)
        if not column.under:
            top.append(cell + html(" rowspan='2'>{head}</th>", head=column.head))
            continue
        below.append(cell + html(">{head}</th>", head=column.head))
        if column.under != columns[number - 1].under:
            span = sum(each.under == column.under for each in columns)
            top.append(
                html("<th role='columnheader' scope='colgroup' colspan='{n}'>{head}</th>", n=span, head=column.under)
            )
    return html("<tr role='row'>{top}</tr><tr role='row'>{below}</tr>", top=joined(top), below=joined(below))


def _row(columns: list[_Column], row: Indicator) -> Markup:
    return html('<tr role="row">{cells}</tr>', cells=joined([_cell(column, column.cell(row)) for column in columns]))


def _cell(column: _Column, content: Markup | str) -> Markup:
    if column.look == "name":
        return html('<th role="rowheader" scope="row" class="name">{content}</th>', content=content)
    look = column.look if content else f"{column.look} empty"
    return html(
        '<td role="cell" class="{look}" data-label="{label}">{content}</td>',
        look=look,
        label=column.label,
        content=content,
    )


def _worded(data: Dataset, words: Words, text: str) -> Markup:
    ours = translated(data, words, text)
    if ours is None or ours == text:
        return chinese(text, "zh" if text.isascii() or text == NONE_PRINTED else words.language)
    return html('{ours} <span class="printed" lang="zh">{text}</span>', ours=ours, text=text)


def _name(words: Words, row: Indicator) -> Markup:
    if words.language == "zh":
        return html("{name}", name=row.name)
    ours = row.name_in(words.language)
    return html('{ours} <span class="printed" lang="zh">{name}</span>', ours=ours, name=row.name)


def _verdict(words: Words, row: Indicator) -> Markup:
    outcome = met(row)
    plain = outcome.reason is Reason.NUMBER  # speaks for itself beside the two numbers
    return html(
        '{sign}<strong>{verdict}</strong> <span class="reason">{reason}</span>',
        sign=Markup(squares([(LOOK_OF_KIND[outcome.verdict], 1)], "")),
        verdict=kind_word(words, outcome.verdict),
        reason="" if plain else words(f"indicator.reason_{outcome.reason}"),
    )


def _source(desk: Desk, rows: list[Indicator]) -> str:
    words, district, annex = desk.words, desk.data.district, rows[0].annex
    known = district.annexes.get(annex)
    title = name_in(words.language, known.title, known.titles) if known else ""
    source = words("indicator.source", annex=annex, title=title, number=district.plan.number)
    if not known or not known.stated_in:
        return source
    counts = {attribute.code: count for attribute, count in known.attributes.items()}
    if tallies(rows)[-1].counts != counts:
        return source
    place = known.stated_in.in_language(words.language)
    agrees = words("indicator.agrees", place=place, counts=counts_in_words(words, counts))
    return words("format.phrases").join((source, agrees))


def rules(words: Words) -> Markup:
    """Return the rule for "met" as a list."""
    return html(
        '<div class="indicator-rules"><h3>{title}</h3><ul>{rules}</ul></div>',
        title=words("indicator.rule"),
        rules=joined([html("<li>{rule}</li>", rule=rule) for rule in rules_in_words(words)]),
    )


def downloads(desk: Desk) -> None:
    """Draw the ways to the files."""
    words, district = desk.words, desk.data.district
    name = name_in(words.language, district.name, district.names)
    request = ExportRequest(language=words.language, title=words("indicator.file_title", district=name))
    stem = file_stem(desk.data, request, words("indicator.file_name"))
    files = (("xlsx", _XLSX, _workbook(desk.data, request)), ("csv", "text/csv", _csv(desk.data, request)))
    with st.container(horizontal=True, vertical_alignment="center", key="indicator-files"):
        for code, mime, content in files:
            download_button(
                words(f"indicator.download_{code}"), content, file_name=f"{stem}.{code}", mime=mime,
                key=f"indicators_{code}",
            )  # fmt: skip
        st.caption(words("indicator.print_hint"), width="stretch")


def _workbook(data: Dataset, request: ExportRequest) -> Any:
    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "indicators.xlsx"
            write_indicators_xlsx(data, request, path)
            return path.read_bytes()

    return make


def _csv(data: Dataset, request: ExportRequest) -> Any:
    return lambda: csv_bytes(records_of(data, request).indicators, request.words)
