"""The list of opportunities, read back by pdfium and openpyxl: one page, every site on it, nothing made up."""

import re
from dataclasses import replace

import openpyxl
import pypdfium2
import pytest

from exports.formats import export
from exports.request import ExportRequest
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.project import Localised, Offer
from layers.words import LANGUAGES, words_in
from tests.data.odd_projects import SHIPPED, shipped_features
from tests.languages import name_in

OPEN_PHASES = ("proposed", "revitalise", "preparing")
WANTED = [f for f in shipped_features() if f["properties"]["phase"] in (*OPEN_PHASES, "key")]


def bare(text):
    return re.sub(r"\s", "", text)


def name_of(properties, language):
    return properties["name"] if language == "zh" else name_in(properties, language)


def pages_of(data, request, folder):
    path = folder / "list.pdf"
    export(data, request, "opportunities", path)
    with pypdfium2.PdfDocument(path) as document:
        sizes = [tuple(round(side) for side in page.get_size()) for page in document]
        return sizes, bare("".join(page.get_textpage().get_text_bounded() for page in document))


def book_of(data, request, folder):
    path = folder / "list.xlsx"
    export(data, request, "opportunities_xlsx", path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(SHIPPED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_opportunities_stand_on_one_a4_page_in_every_language(shipped, language, tmp_path):
    words = words_in(language)
    sizes, text = pages_of(shipped, ExportRequest(language=language), tmp_path)
    assert sizes == [(595, 842)]
    assert [f["id"] for f in WANTED if bare(name_of(f["properties"], language)) not in text] == []
    assert [f["id"] for f in WANTED if bare(f["properties"]["name"]) not in text] == []
    unplaced = sum(f["geometry"] is None for f in WANTED)
    assert bare(words("opportunity.count", n=45, open=25, under_way=20, unplaced=unplaced)) in text
    assert bare(words("map.currency", month=words.month(shipped.district.plan.date))) in text
    assert bare(words("opportunity.certainty")) in text
    assert shipped.district.plan.number in text
    for phase in ("proposed", "revitalise", "preparing", "key"):
        assert bare(words("opportunity.quoted", phase=words(f"phase.{phase}"))) in text


def test_others_are_left_out_and_so_is_what_is_under_way_where_that_is_asked(shipped, tmp_path):
    _, text = pages_of(shipped, ExportRequest(open_only=True), tmp_path)
    listed = {f["id"] for f in shipped_features() if bare(f["properties"]["name"]) + "拟" in text}
    proposed = {f["id"] for f in WANTED if f["properties"]["phase"] == "proposed"}
    assert proposed and listed == proposed
    assert not any(bare(f["properties"]["name"]) + "重点实施" in text for f in WANTED)


def test_the_list_follows_the_filter_and_says_where_nothing_is_left(shipped, tmp_path):
    wanted = ProjectFilter(places=frozenset({"bays"}))
    _, text = pages_of(shipped, ExportRequest(filter=wanted), tmp_path)
    kept = [f for f in WANTED if f["properties"]["group"] == "两湾"]
    assert f"共{len(kept)}处" in text
    _, text = pages_of(shipped, ExportRequest(filter=ProjectFilter(text="zzzz")), tmp_path)
    assert bare(words_in("zh")("print.nothing")) in text


def test_more_than_a_page_holds_is_counted_on_it(shipped, tmp_path):
    many = tuple(p.model_copy(update={"id": f"n-{i}-{p.sector}"}) for i in range(4) for p in shipped.projects)
    sizes, text = pages_of(replace(shipped, projects=many), ExportRequest(), tmp_path)
    assert len(sizes) == 1 and f"共{4 * len(WANTED)}处" in text
    left = re.search(r"另有(\d+)项", text)
    assert left and 0 < int(left.group(1)) < 4 * len(WANTED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_a_row_for_each_with_its_area_and_wording(shipped, language, tmp_path):
    words = words_in(language)
    book = book_of(shipped, ExportRequest(language=language), tmp_path)
    sheet = book[words("table.sheet_opportunities")]
    header, *rows = sheet.iter_rows(values_only=True)
    told = [dict(zip(header, row, strict=True)) for row in rows]
    found = {row[words("table.id")]: row for row in told}
    assert set(found) == {f["id"] for f in WANTED} and len(rows) == len(WANTED)
    for feature in WANTED:
        p, row = feature["properties"], found[feature["id"]]
        is_open = p["phase"] in OPEN_PHASES
        assert row[words("opportunity.opening")] == words("opportunity.open" if is_open else "opportunity.under_way")
        assert row[words("table.phase")] == words(f"phase.{p['phase']}")
        assert any(m["name"] in row[words("opportunity.wording")] for m in p["mentions"])
        assert (row[words("table.lon")] is None) is (feature["geometry"] is None)
        assert bool(row[words("opportunity.neighbours")]) is bool(p["element"])
    assert words("table.offer_area") not in header and words("offer.contact") not in header
    about = [str(cell) for line in book[words("table.sheet_about")].iter_rows(values_only=True) for cell in line]
    assert words("map.currency", month=words.month(shipped.district.plan.date)) in about


def test_what_the_office_fills_in_is_on_the_page_and_in_the_workbook(shipped, tmp_path):
    land_use = Localised(zh="商业用地", en="retail")
    offer = Offer(site_area_m2=12_500, land_use=land_use, date="2026-05-01", source="区招商局")
    first, second = (shipped.project(f["id"]) for f in WANTED[:2])
    data = replace(shipped, projects=(first.model_copy(update={"offer": offer}), second))
    _, page = pages_of(data, ExportRequest(), tmp_path)
    assert page.count("商业用地") == 1 and "1.25公顷" in page and "区招商局" in page
    header, *rows = book_of(data, ExportRequest(), tmp_path)["招商清单"].iter_rows(values_only=True)
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert found[first.name]["土地用途"] == "商业用地" and found[second.name]["土地用途"] is None
    assert "联系方式" not in page
