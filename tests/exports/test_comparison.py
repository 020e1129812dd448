"""The comparison as PDF and workbook: all of its rows, in every language, read by other programs."""

import re
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

from exports.comparison import write_comparison_pdf, write_comparison_xlsx
from exports.request import ExportRequest
from geo.load import load_dataset
from geo.nearby import Surroundings
from layers.compare_rows import compare_rows
from layers.words import LANGUAGES, words_in


@pytest.fixture(scope="module")
def data():
    return load_dataset(Path(__file__).resolve().parents[2] / "data")


@pytest.fixture(scope="module")
def around(data):
    return Surroundings(data)


def chosen(data, count):
    """Return sites of each kind, numbered as on a shortlist of which not all are compared."""
    placed = [project for project in data.projects if project.placed]
    sites = [*placed[:: len(placed) // 4], next(project for project in data.projects if not project.placed)]
    return {2 * i + 1: site for i, site in enumerate(sites[:count])}


def bare(text):
    return re.sub(r"[\s\u00ad\ufffe-]+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_says_all_that_the_screen_says(data, around, tmp_path, language):
    numbered, words = chosen(data, 6), words_in(language)
    write_comparison_pdf(data, ExportRequest(language=language), around, numbered, tmp_path / "a.pdf")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as pdf:
        assert all(abs(page.get_width() - 842) < 1 and abs(page.get_height() - 595) < 1 for page in pdf)
        said = bare("".join(page.get_textpage().get_text_range() for page in pdf))
    for number, project in numbered.items():
        assert bare(f"{number} {project.name_in(language)}") in said and bare(project.name) in said
    for section in compare_rows(data, words, around, list(numbered.values())):
        for text in (section.title, *section.notes, *(row.label for row in section.rows)):
            assert bare(text) in said
        for row in section.rows:
            assert [line.text for cell in row.cells for line in cell if bare(line.text) not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_holds_the_same_rows(data, around, tmp_path, language):
    numbered, words = chosen(data, 3), words_in(language)
    write_comparison_xlsx(data, ExportRequest(language=language), around, numbered, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    found = {row[0]: row[1:4] for row in sheet.iter_rows(values_only=True) if row[0]}
    for section in compare_rows(data, words, around, list(numbered.values())):
        for row in section.rows:
            cells = tuple("\n".join(line.text for line in cell) for cell in row.cells)
            assert found[row.label] == (cells or (row.common,) * 3)


def test_a_text_that_looks_like_a_formula_stays_text(data, around, tmp_path):
    site = chosen(data, 1)[1].model_copy(update={"name": "=1+1", "names": {"en": "@SUM(A1)"}})
    write_comparison_xlsx(data, ExportRequest(language="zh"), around, {1: site}, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_a_cell_longer_than_a_page_goes_on_on_the_next(data, around, tmp_path):
    site = chosen(data, 1)[1]
    many = tuple(
        mention.model_copy(update={"name": f"{mention.name} {i}"}) for i in range(120) for mention in site.mentions[:1]
    )
    long = site.model_copy(update={"mentions": many})
    write_comparison_pdf(data, ExportRequest(language="zh"), around, {1: long, 2: site}, tmp_path / "a.pdf")
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as pdf:
        assert len(pdf) > 2
        said = bare("".join(page.get_textpage().get_text_range() for page in pdf))
    assert [m.name for m in many if bare(m.name) not in said] == []
