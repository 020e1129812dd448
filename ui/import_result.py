"""The dry run and what it says of each row, the import itself, and what it has done."""

import tempfile
from collections.abc import Callable, Sequence
from math import hypot
from pathlib import Path, PurePath
from typing import Final

import streamlit as st
from markupsafe import Markup

from exports.formats import FORMATS
from exports.import_report import report_csv, write_report_xlsx
from exports.import_template import write_import_template
from exports.request import ExportRequest
from geo.crs_candidates import transformer_between
from geo.intake.draft import DraftRow, Outcome
from geo.metric import STORAGE_CRS
from geo.store.changes import Conflict
from geo.store.record import GEOMETRY, Difference, differences
from layers.change_wording import project_name, who, why
from layers.import_words import note_in_words
from layers.record_wording import label_of, value_in_words
from ui import import_state, session
from ui.desk import Desk
from ui.download import download_button
from ui.edit_panel import MAX_WHY
from ui.import_progress import progress
from ui.import_state import Imported, Importing, start_dry_run, start_saving
from ui.import_work import DryRun, Settings
from ui.link import DATA_TASKS, Selection
from ui.tables import table
from ui.text import html, joined, plain

MOST_SHOWN: Final = 200
MOST_CHANGES: Final = 6
MOST_CONFLICTS: Final = 10
CHANGES: Final = "changes"


def template_button(desk: Desk) -> None:
    """Draw the way to the workbook to fill in."""
    words = desk.words

    def write(path: Path) -> None:
        write_import_template(desk.data, words, path)

    download_button(
        words("import.template"), _content(write), file_name=f"{words('import.template_file')}.xlsx",
        mime=FORMATS["xlsx"].mime, key="import_template", icon=":material/download:", type="tertiary",
    )  # fmt: skip


def _content(write: Callable[[Path], None]) -> Callable[[], bytes]:
    """Return what makes a workbook's bytes when they are wanted."""

    def make() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file.xlsx"
            write(path)
            return path.read_bytes()

    return make


# ---- trying out, and saving ----


def import_section(desk: Desk, found: Importing, settings: Settings | None) -> None:
    """Draw the dry run's button and its result, and the import's; or how far either is."""
    words, dry_run = desk.words, found.dry_run
    if found.is_at("draft", "save"):
        progress(desk, found)
        return
    is_current = dry_run is not None and dry_run.settings == settings
    st.button(words("import.try"), key="import_try", type="secondary" if is_current else "primary",
              disabled=settings is None, on_click=start_dry_run, args=(found, settings))  # fmt: skip
    if found.news:
        st.warning(words(found.news, about=plain(found.about)))
    if found.conflicts:
        st.html(joined([_conflict(desk, each) for each in found.conflicts[:MOST_CONFLICTS]]))
    if dry_run is None:
        st.caption(words("import.try_hint"))
        return
    if not is_current:
        st.info(words("import.outdated"))
        return
    _report(desk, found, dry_run)
    _save_section(desk, found, dry_run)


def _report(desk: Desk, found: Importing, dry_run: DryRun) -> None:
    words, draft = desk.words, dry_run.draft
    new = sum(row.is_new for row in dry_run.rows)
    counted = [outcome for outcome in Outcome if draft.counts[outcome]]
    shown = st.pills(
        words("import.outcome"),
        counted,
        format_func=lambda each: f"{words(f'import.outcome_{each}')} {words.number(draft.counts[each])}",
        key=found.key("outcome"),
        selection_mode="multi",
        label_visibility="collapsed",
    )
    st.caption(words("import.counted", new=words.number(new), changed=words.number(len(dry_run.rows) - new)))
    wanted = [row for row in draft.rows if not shown or row.outcome in shown]
    heads = [words("import.row"), words("import.outcome"), words("import.project"), words("import.what")]
    rows = [_cells(desk, dry_run, row) for row in wanted[:MOST_SHOWN]]
    caption = words("import.rows_shown", n=len(rows), total=words.number(len(wanted)))
    st.html(html('<div class="import-rows" tabindex="0">{t}</div>', t=table(heads, rows, caption=caption)))
    stem = PurePath(found.name).stem

    def write(path: Path) -> None:
        write_report_xlsx(draft, found.name, ExportRequest(language=words.language), path)

    with st.container(horizontal=True):
        download_button(words("import.report_csv"), lambda: report_csv(draft, words),
                        file_name=f"{stem}-{words('import.sheet_report')}.csv", mime=FORMATS["csv"].mime,
                        key="import_report_csv")  # fmt: skip
        download_button(words("import.report_xlsx"), _content(write),
                        file_name=f"{stem}-{words('import.sheet_report')}.xlsx", mime=FORMATS["xlsx"].mime,
                        key="import_report_xlsx")  # fmt: skip


def _cells(desk: Desk, dry_run: DryRun, row: DraftRow) -> tuple[object, ...]:
    """Return a row of the report: its number, what becomes of it, which project it is, and all that is to be said."""
    words = desk.words
    whose = words("import.is_new") if row.is_new else row.project_id or ""
    name = html('{name}<br><span class="note">{whose}</span>', name=row.name or "—", whose=whose)
    told = [html("<div>{note}</div>", note=note_in_words(words, note)) for note in row.notes]
    return row.number, words(f"import.outcome_{row.outcome}"), name, joined([*_changes(desk, dry_run, row), *told])


def _changes(desk: Desk, dry_run: DryRun, row: DraftRow) -> list[Markup]:
    """Return what a row changes of a project that there is, from and to."""
    known = dry_run.known.get(row.project_id or "")
    if known is None or row.record is None:
        return []
    return _told(desk, differences(known.record, row.record))


def _conflict(desk: Desk, conflict: Conflict) -> Markup:
    """Return who has changed a project since the dry run, why, and what."""
    words, data = desk.words, desk.data
    name = project_name(data, words, conflict.theirs)
    heads = [
        words("import.conflict_by", project=name, who=who(words, each), when=words.moment(each.at),
              why=why(words, each))
        for each in conflict.since
    ]  # fmt: skip
    changes = _told(desk, differences(conflict.base or conflict.mine, conflict.theirs.record))
    lines = [*(html("<div>{head}</div>", head=head) for head in heads), *changes]
    return html('<div class="import-conflict">{lines}</div>', lines=joined(lines))


def _told(desk: Desk, found: Sequence[Difference]) -> list[Markup]:
    """Return the first changes of a project as lines, and how many more there are."""
    words = desk.words
    told = [html('<div class="change">{change}</div>', change=_change(desk, each)) for each in found[:MOST_CHANGES]]
    if len(found) > MOST_CHANGES:
        told.append(
            html('<div class="note">{more}</div>', more=words("import.more_changes", n=len(found) - MOST_CHANGES))
        )
    return told


def _change(desk: Desk, change: Difference) -> str:
    """Return a change of one field as a line: from and to; of a point that moves, how far."""
    words, data = desk.words, desk.data
    if change.path == GEOMETRY and change.was and change.became:
        lon, lat = zip(*(point["coordinates"][:2] for point in (change.was, change.became)), strict=True)
        (x, to_x), (y, to_y) = transformer_between(STORAGE_CRS, data.district.metric_crs).transform(lon, lat)
        return words("import.point_moved", metres=words.number(hypot(to_x - x, to_y - y), "#,##0.0"))
    was, became = (value_in_words(data, words, change.path, each) for each in (change.was, change.became))
    return words("edit.from_to", field=label_of(words, change.path), was=was, became=became)


def _save_section(desk: Desk, found: Importing, dry_run: DryRun) -> None:
    words, count = desk.words, len(dry_run.rows)
    if not count:
        st.info(words("import.nothing"))
        return
    reason = st.text_input(words("edit.why"), key=found.key("why"), max_chars=MAX_WHY,
                           placeholder=words("import.why_hint"))  # fmt: skip
    st.button(words("import.save", n=words.number(count)), key="import_save", type="primary",
              disabled=not reason.strip(), on_click=start_saving, args=(found, reason))  # fmt: skip
    st.caption(words("import.save_hint" if reason.strip() else "import.why_needed"))


# ---- afterwards ----


def imported_section(desk: Desk, done: Imported) -> None:
    """Say what was done, and draw the ways to look at it."""
    words, change = desk.words, done.change
    number = change.id if change else 0
    st.success(words("import.done", name=plain(done.name), added=words.number(len(done.added)),
                     changed=words.number(len(done.changed)), number=number))  # fmt: skip
    with st.container(horizontal=True):
        first = next(iter((*done.added, *done.changed)), None)
        if first:
            st.button(
                words("import.look"), key="import_look", on_click=session.select, args=(Selection("site", first),)
            )
        if CHANGES in DATA_TASKS:
            st.button(words("import.see_changes"), key="import_see_changes", on_click=_see_changes)
        st.button(words("import.show_all"), key="import_show_all", on_click=import_state.leave, type="tertiary")


def _see_changes() -> None:
    st.session_state[session.TASK] = CHANGES
