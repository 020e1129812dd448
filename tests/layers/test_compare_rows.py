"""The rows of the comparison: the fields of the office where a site has them, no kind of place without data."""

import datetime
from pathlib import Path

import pytest

from geo.load import load_dataset
from geo.nearby import Surroundings
from geo.project import Offer
from layers.compare_rows import NAMES_SHOWN, compare_rows
from layers.words import words_in

WORDS = words_in("zh")


@pytest.fixture(scope="module")
def data():
    return load_dataset(Path(__file__).resolve().parents[2] / "data")


@pytest.fixture(scope="module")
def around(data):
    return Surroundings(data)


def titles(sections):
    return [section.title for section in sections]


def test_the_offices_fields_stand_only_where_some_site_has_them(data, around):
    first, second = data.projects[:2]
    assert WORDS("compare.office") not in titles(compare_rows(data, WORDS, around, [first, second]))
    offer = Offer(site_area_m2=12_000, date=datetime.date(2026, 1, 2), source="招商局台账")
    filled = first.model_copy(update={"offer": offer})
    office = compare_rows(data, WORDS, around, [filled, second])[-1]
    assert office.title == WORDS("compare.office")
    (row,) = office.rows
    assert row.label == WORDS("offer.site_area")
    (said,), (missing,) = row.cells
    assert "1.20 公顷" in said.text and "招商局台账" in said.text and missing.text == "—"


def test_names_beyond_the_first_are_counted(data, around):
    def counted(project):
        cells = next(
            row.cells
            for section in compare_rows(data, WORDS, around, [project])
            for row in section.rows
            if row.label == WORDS("compare.neighbours", m="1 公里")
        )
        return [line.text for line in cells[0]]

    listed = [text for project in data.projects if project.placed for text in counted(project) if "、" in text]
    assert listed and all(text.count("、") < NAMES_SHOWN for text in listed)


def test_a_kind_of_which_the_base_map_knows_nothing_says_so(data, around):
    rows = [row for section in compare_rows(data, WORDS, around, data.projects[:3]) for row in section.rows]
    assert [row.label for row in rows if row.common] == [WORDS("place.port")]
    assert all(len(row.cells) == 3 for row in rows if not row.common)
