"""What comes of an export: the live preview, the download, the progress of a long one, the copy in the clipboard."""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import streamlit as st
from markupsafe import Markup

from exports.beside import DrawingFailedError, drawn
from exports.fonts import missing_characters
from exports.formats import FORMATS, export, file_name
from exports.marginalia import missing_note
from exports.preview import file_content, looks_like, preview_picture
from exports.request import UnknownExtentError, chosen_projects, wanted_opportunities, wanted_projects
from geo.load import Dataset
from geo.project import Project
from geo.state_dir import data_dir
from layers.wording import grade_in_words
from layers.words import Words
from ui import session
from ui.desk import Desk
from ui.download import download_button, told
from ui.export_form import ABOUT_OPPORTUNITIES, OF_SITES, Asked
from ui.export_job import ExportJob
from ui.tables import table
from ui.text import plain

FIRST_ROWS: Final = 12
SHOWS_A_TABLE: Final = frozenset({"opportunities_xlsx", "xlsx", "csv", "geojson", "gpkg", "shp", "kmz", "html"})
SHOWS_A_SHEET: Final = frozenset({"png", "pdf", "svg", "pack", "pptx", "atlas", "opportunities", *OF_SITES})
_JOB, _COPIED, KEY_COPY = "export_job", "copied_picture", "copy_picture"
_WEB: Final = Path(__file__).resolve().parent / "web"

_copy = st.components.v2.component(
    "xigang_copy_picture",
    html='<div class="copy-picture"><button type="button"></button><span role="status"></span></div>',
    css=(_WEB / "copy_picture.css").read_text(encoding="utf-8"),
    js=(_WEB / "copy_picture.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@st.cache_data(show_spinner=False, max_entries=40)
def _preview(fingerprint: str, request_json: str, format_code: str, _data: Dataset, _asked: Asked) -> bytes:
    return drawn(preview_picture, _data, _asked.request, format_code, meanwhile=session.give_way)


def preview(desk: Desk, asked: Asked) -> None:
    """Draw the sheet as it will be, or say what a file without a sheet will hold."""
    words, request = desk.words, asked.request
    if asked.format in SHOWS_A_SHEET:
        try:
            kind = looks_like(asked.format)
            picture = _preview(desk.data.fingerprint, request.model_dump_json(), kind, desk.data, asked)
        except UnknownExtentError:
            st.info(words("export.no_place"))
            return
        except DrawingFailedError as error:
            st.error(words("export.failed", reason=plain(str(error))))
            return
        with st.container(key="x-preview"):
            st.image(picture, width="stretch", alt=words("export.preview_alt"))
    wanted = wanted_opportunities if asked.format in ABOUT_OPPORTUNITIES else wanted_projects
    projects = wanted(desk.data, request)
    if asked.format in SHOWS_A_TABLE:
        st.html(_first_rows(desk, projects))
    placed = sum(project.placed for project in projects)
    st.caption(words("export.holds", n=len(projects), placed=placed, unplaced=len(projects) - placed))
    missing = missing_characters([request.title or "", request.filter.text])
    if missing:
        st.warning(missing_note(words, missing))
    if not projects:
        st.info(words("export.nothing"))


def _first_rows(desk: Desk, projects: Sequence[Project]) -> Markup:
    """Return the first rows of what a data file holds."""
    words = desk.words
    columns = ("layer.sites", "filter.phase", "filter.sector", "filter.grade")
    rows = [
        (project.name_in(words.language), words(f"phase.{project.phase}"), words(f"sector.{project.sector}"),
         grade_in_words(words, project))
        for project in projects[:FIRST_ROWS]
    ]  # fmt: skip
    return table([words(column) for column in columns], rows, caption=words("export.first_rows", n=len(rows)))


def result(desk: Desk, asked: Asked) -> None:
    """Draw the way to the file: a download at once, or a job with progress and a way to stop it."""
    words, data = desk.words, desk.data
    name = file_name(data, asked.request, asked.format)
    if FORMATS[asked.format].is_slow:
        _job_panel(desk, asked, name)
        st.caption(plain(name))
        return
    with st.container(horizontal=True, vertical_alignment="center", key="x-result"):
        download_button(
            words("export.download"), content_of(data, asked), file_name=name, mime=FORMATS[asked.format].mime,
            type="primary", key="x_download",
        )  # fmt: skip
        if asked.format == "png":
            _copy_button(desk, asked, name)
        st.caption(plain(name), width="stretch")


def content_of(data: Dataset, asked: Asked) -> Callable[[], bytes]:
    """Return what makes the file's bytes when they are wanted."""
    return lambda: drawn(file_content, data, export, FORMATS[asked.format].suffix, asked.request, asked.format)


def _job_panel(desk: Desk, asked: Asked, name: str) -> None:
    words = desk.words
    job: ExportJob | None = st.session_state.get(_JOB)
    if job and (job.request != asked.request or job.code != asked.format) and job.finished:
        job = None
    if job is None:
        sites = len(chosen_projects(desk.data, asked.request))
        st.button(words("export.make"), type="primary", on_click=_start, args=(asked, name), key="x_make",
                  help=words("export.make_help", n=sites))  # fmt: skip
    elif job.finished:
        _job_result(words, job)
    else:
        _job_progress(words, job)


@st.fragment(run_every=0.5)
def _job_progress(words: Words, job: ExportJob) -> None:
    if st.session_state.get(_JOB) is not job or job.finished:
        st.rerun()  # the whole page, which then has nothing that runs on a timer
    st.progress(job.share, text=_progress_in_words(words, job))
    st.button(words("export.cancel"), on_click=_cancel, key="x_cancel")


def _job_result(words: Words, job: ExportJob) -> None:
    if job.error:
        st.error(words("export.failed", reason=plain(job.error)))
        st.button(words("export.again"), on_click=_cancel, key="x_again")
        return
    for notice in job.notices:
        st.warning(plain(notice))
    download_button(words("export.download"), job.content, file_name=job.name, mime=FORMATS[job.code].mime,
                    type="primary", key="x_ready")  # fmt: skip
    st.button(words("export.again"), on_click=_cancel, key="x_again")


def _progress_in_words(words: Words, job: ExportJob) -> str:
    if not job.total:
        return words("export.starting")
    if job.code == "pack":
        return words("export.progress_share", share=round(100 * job.share))
    return words("export.progress", done=job.done, total=job.total)


def _start(asked: Asked, name: str) -> None:
    _cancel()
    st.session_state[_JOB] = ExportJob(asked.format, name, asked.request, data_dir()).start()


def _cancel() -> None:
    job: ExportJob | None = st.session_state.pop(_JOB, None)
    if job:
        job.cancel()


def _copy_button(desk: Desk, asked: Asked, name: str) -> None:
    words = desk.words
    number, picture = st.session_state.pop(_COPIED, (0, None))
    if number:
        screen = Asked("png", asked.request.model_copy(update={"dpi": 150}))
        picture = base64.b64encode(told(content_of(desk.data, screen), name)()).decode("ascii")
    texts = {part: words(f"export.copy_{part}") for part in ("label", "busy", "done", "refused")}
    _copy(key=KEY_COPY, data={"number": number, "picture": picture, **texts}, on_asked_change=_asked_for_copy)


def _asked_for_copy() -> None:
    number = st.session_state[KEY_COPY].asked
    if number:
        st.session_state[_COPIED] = (int(number), None)
