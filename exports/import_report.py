"""What became of each row of an import, as CSV or XLSX to hand back to whoever made the file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from exports.fields import Field
from exports.records import Fact, Records, Row, Table, clean_text
from exports.request import ExportRequest
from exports.spreadsheet import csv_bytes, write_book
from geo.intake.draft import DraftRow, ImportDraft, Outcome
from geo.load import Dataset
from layers.import_words import note_in_words
from layers.record_wording import change_in_words
from layers.words import Words

REPORT_FIELDS: Final = (
    Field("number", "import.row", "integer", width=8),
    Field("outcome", "import.outcome", width=18),
    Field("name", "table.name", width=36),
    Field("project_id", "import.report_id", width=26),
    Field("is_new", "import.new", width=12),
    Field("changes", "import.report_changes", width=70),
    Field("repairs", "import.repairs", width=70),
    Field("reasons", "import.reasons", width=70),
)
SAYS_WHY: Final = frozenset({Outcome.REJECTED, Outcome.SKIPPED})


def report_table(draft: ImportDraft, words: Words) -> Table:
    """Return the rows of the report, in the order of the file."""
    return Table("report", REPORT_FIELDS, tuple(_rows(draft, words)))


def _rows(draft: ImportDraft, words: Words) -> Iterator[Row]:
    for row in draft.rows:
        told = "\n".join(clean_text(note_in_words(words, note)) for note in row.notes) or None
        says_why = row.outcome in SAYS_WHY
        yield {
            "number": row.number,
            "outcome": words(f"import.outcome_{row.outcome}"),
            "name": clean_text(row.name) or None,
            "project_id": row.project_id,
            "is_new": _new_or_known(row, words),
            "changes": _changes(row, draft.dataset, words),
            "repairs": None if says_why else told,
            "reasons": told if says_why else None,
        }


def _changes(row: DraftRow, data: Dataset, words: Words) -> str | None:
    """Return each field that the row changes of a project that there is, from and to, or that it changes none."""
    if row.outcome is Outcome.UNCHANGED:
        return words("import.no_changes")
    return "\n".join(clean_text(change_in_words(data, words, each)) for each in row.changes) or None


def _new_or_known(row: DraftRow, words: Words) -> str | None:
    if row.outcome is Outcome.SKIPPED:
        return None
    return words("import.is_new") if row.is_new else words("import.is_known")


def report_csv(draft: ImportDraft, words: Words) -> bytes:
    """Return the report as CSV, in which no text can act as a formula."""
    return csv_bytes(report_table(draft, words), words)


def write_report_xlsx(draft: ImportDraft, file_name: str, request: ExportRequest, path: Path) -> None:
    """Write the report as a workbook, with the file's name and how many rows had each outcome on its first sheet."""
    words = request.words
    made_on = words.date(request.made_on)
    counted = (
        Fact(outcome, words(f"import.outcome_{outcome}"), words.number(draft.counts[outcome])) for outcome in Outcome
    )
    none = Table("none", (), ())
    records = Records(
        facts=(
            Fact("title", words("table.title_label"), f"{words('import.sheet_report')} {clean_text(file_name)}"),
            Fact("as_worded", words("table.made_on"), made_on),
            *counted,
        ),
        projects=none,
        mentions=none,
        elements=none,
        sources=none,
        indicators=none,
        programmes=none,
    )
    write_book(records, request, path, [("import.sheet_report", report_table(draft, words))])
