"""The atlas: every project told once, bookmarks and index pages right against what pdfium finds."""

import datetime
import re

import pikepdf
import pypdfium2
import pytest

from exports.atlas import write_atlas
from exports.request import ExportRequest
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Sector
from tests.exports.readers import ROOT

TECHNOLOGY = ProjectFilter(sectors=frozenset({Sector.TECHNOLOGY}))


@pytest.fixture(scope="module")
def data():
    return load_dataset(ROOT / "data")


@pytest.fixture(scope="module", params=["zh", "en"])
def atlas(request, data, tmp_path_factory):
    """Return the language, the file, its pages' text and what was reported, for the technology projects."""
    path, told = tmp_path_factory.mktemp("atlas") / "atlas.pdf", []
    asked = ExportRequest(filter=TECHNOLOGY, language=request.param, made_on=datetime.date(2026, 1, 5))
    count = write_atlas(data, asked, path, progress=lambda done, total: told.append((done, total)))
    with pypdfium2.PdfDocument(path) as document:
        pages = [squeezed(page.get_textpage().get_text_range()) for page in document]
    assert count == len(pages)
    return request.param, path, pages, told


def titles_of(path):
    """Return what stands at the top of each page."""
    with pypdfium2.PdfDocument(path) as document:
        return [squeezed(page.get_textpage().get_text_bounded(bottom=page.get_height() - 60)) for page in document]


def wanted(data):
    return [project for project in data.projects if project.sector is Sector.TECHNOLOGY]


def squeezed(text):
    return "".join(text.split())


def test_progress_counts_every_page(atlas):
    _, _, pages, told = atlas
    assert told == [(i, len(pages)) for i in range(1, len(pages) + 1)]


def test_each_project_and_element_has_its_page(atlas, data):
    language, path, _, _ = atlas
    titles = titles_of(path)
    starts = [*(p.element for p in data.elements), *(p for p in wanted(data) if p.placed)]
    for number, each in enumerate(starts, start=2):
        assert titles[number].startswith(squeezed(each.name_in(language))), each.id


def test_the_index_names_each_once_with_the_page_where_it_is(atlas, data):
    language, _, pages, _ = atlas
    first_index = max(i for i, page in enumerate(pages) if i < len(pages) and is_index(page))
    index = pages[first_index]
    for project in wanted(data):
        name = squeezed(project.name_in(language))
        found = re.findall(r"(\d+)" + re.escape(name), index)
        assert len(found) == 1, project.id
        page = int(found[0]) if len(found[0]) <= 2 else int(found[0][-2:])
        assert name in pages[page - 1], project.id


def is_index(page):
    return page.startswith(("索引", "Index"))


def test_projects_without_a_place_are_included_with_their_facts(atlas, data):
    language, _, pages, _ = atlas
    unplaced = [project for project in wanted(data) if not project.placed]
    text = "".join(page for page in pages if not is_index(page))
    assert unplaced and all(squeezed(project.name_in(language)) in text for project in unplaced)
    assert all(squeezed(project.summary.in_language(language))[:20] in text for project in unplaced)


def test_bookmarks_lead_to_their_pages(atlas):
    _, path, pages, _ = atlas
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        items = [each for item in outline.root for each in (item, *item.children)]
        bookmarks = [item.title for item in items]
    titles = titles_of(path)
    assert len(bookmarks) == len(pages)
    for number, bookmark in list(enumerate(bookmarks))[2:]:
        assert titles[number].startswith(squeezed(bookmark.split(" · ")[-1])), bookmark


def test_an_atlas_of_nothing_still_tells_the_structure(data, tmp_path):
    asked = ExportRequest(filter=ProjectFilter(text="没有这个项目"), made_on=datetime.date(2026, 1, 5))
    assert write_atlas(data, asked, tmp_path / "atlas.pdf") == 2 + len(data.elements) + 1


def test_chosen_sites_only(data, tmp_path):
    asked = ExportRequest(sites=("huizhi-yunding", "nanlou-haijing"), made_on=datetime.date(2026, 1, 5))
    path = tmp_path / "atlas.pdf"
    assert write_atlas(data, asked, path) == 2 + len(data.elements) + 1 + 1 + 1
    assert path.stat().st_size < 2_500_000
