"""Look into a file before it is used: ``python -m geo.intake FILE [DATA] [--draft]``.

Prints what it holds, which coordinate systems its numbers may be in, the likeliest first, and each problem as a line.
With ``--draft`` it also prints which column would fill which field, and what would become of each row in the likeliest
system. Fails where nothing can be read or no system fits. Nothing is stored.
"""

import datetime
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from geo.check import DATA_DIR, line
from geo.crs_doctor import Diagnosis, Finding, Verdict, diagnose, reference_of
from geo.intake.draft import Outcome, draft_import
from geo.intake.evidence import ImportDefaults
from geo.intake.file import read_file
from geo.intake.limits import MAX_FILE_BYTES
from geo.intake.mapping import suggest_mapping
from geo.intake.rows import RowNote
from geo.intake.table import Table
from geo.load import Dataset, load_dataset

SHOWN = 6
DRAFT = "--draft"


def held(table: Table) -> str:
    """Return what the file holds as one line."""
    placed = sum(geometry is not None for geometry in table.geometries)
    parts = [f"{len(table.columns)} features, {placed} with a usable geometry", f"format {table.format}"]
    if table.encoding:
        parts.append(f"encoding {table.encoding}")
    declared = table.declared_crs.to_string() if table.declared_crs else "no system"
    return f"{table.name}: " + ", ".join([*parts, f"{declared} declared", f"{len(table.problems)} problems"])


def findings_told(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the verdict and the likeliest systems, each with its figures and reasons, as lines."""
    yield f"verdict: {diagnosis.verdict.replace('_', ' ')} ({diagnosis.tested} features tested)"
    yield from (_told(finding) for finding in diagnosis.findings[:SHOWN])


def _told(finding: Finding) -> str:
    candidate = finding.candidate
    name = f"{candidate.crs or candidate.datum}{' with axes swapped' if candidate.swapped else ''}"
    figures = [f"{finding.inside_share:.0%} inside"]
    if finding.named_count:
        figures.append(f"{finding.agreeing_count} of {finding.named_count} named places agree")
    if finding.shift_m > 0:
        figures.append(f"{finding.shift_m:,.1f} m from the first")
    reasons = ", ".join(reason.replace("_", " ") for reason in finding.reasons)
    return f"  {'fits' if finding.fits else '    '}  {name}: {', '.join(figures)}; {reasons}"


def drafted(table: Table, diagnosis: Diagnosis, dataset: Dataset) -> Iterator[str]:
    """Yield the columns' fields, how many rows have each outcome, and the first of each repair and reason, as lines."""
    mapping = suggest_mapping(table, dataset)
    for path, column in mapping.columns.items():
        yield f"{path} from {column}{' (by its content)' if path in mapping.by_content else ''}"
    defaults = ImportDefaults(table.name, datetime.date.today())
    draft = draft_import(table, diagnosis.findings[0].candidate, mapping, dataset, defaults)
    yield "rows: " + ", ".join(f"{draft.counts[outcome]} {outcome}" for outcome in Outcome)
    found: dict[tuple[str, str], list[RowNote]] = {}
    for note in (note for row in draft.rows for note in row.notes):
        found.setdefault((note.code, note.field), []).append(note)
    for (_, path), notes in found.items():
        yield f"{len(notes)} × {line(notes[0])}{f' [{path}]' if path else ''}"


def main(arguments: Sequence[str]) -> int:
    """Print what the file named first in `arguments` holds; return 0 where a system fits, else 1."""
    wants_draft = DRAFT in arguments
    arguments = [argument for argument in arguments if argument != DRAFT]
    if not arguments:
        print(__doc__)
        return 2
    path, folder = Path(arguments[0]), Path(arguments[1]) if arguments[1:] else DATA_DIR
    try:
        with path.open("rb") as file:
            content = file.read(max(MAX_FILE_BYTES.values()) + 1)
    except OSError as error:
        print(f"{path.name}: {error.strerror}")
        return 1
    table = read_file(path.name, content)
    print(held(table))
    dataset = load_dataset(folder)
    reference = reference_of(dataset)
    diagnosis = diagnose(table, reference) if reference else None
    for told in findings_told(diagnosis) if diagnosis else ():
        print(told)
    for problem in table.problems:
        print(line(problem))
    for told in drafted(table, diagnosis, dataset) if wants_draft and diagnosis and diagnosis.best else ():
        print(told)
    return 0 if diagnosis and diagnosis.verdict is not Verdict.NONE_FITS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
