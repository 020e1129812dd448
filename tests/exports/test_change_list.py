"""The list of changes read back by openpyxl and pdfium: every field before and after, and nothing acts as a formula."""

import re
from datetime import date

import openpyxl
import pypdfium2
import pytest

from exports.change_list import ChangeList, write_changes_pdf, write_changes_xlsx
from exports.request import ExportRequest
from geo.load import load_dataset
from geo.store.author import Author, Role
from geo.store.changes import Edit, Kind, Source
from geo.store.record import ABSENT, with_values
from geo.store.review import Period, review
from geo.store.store import Store
from layers.change_wording import period_in_words, why
from layers.words import LANGUAGES, words_in
from tests.data.samples import collection, project_feature, sample_files, write

LI = Author("=李<b>", Role.EDITOR)
FORMULA = "=HYPERLINK(1;2)"
HERE, MOVED = (121.61, 38.91), (121.611, 38.91)
# A thousandth of a degree of longitude on the ellipsoid at 38.91° N is 86.75 m.
METRES = 87


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return the sample district and its record: one project moved and confirmed, one retired, many imported."""
    folder = tmp_path_factory.mktemp("data")
    files = sample_files()
    files["projects.geojson"] = collection(project_feature("park"), project_feature("pier", name="码头"), version="1")
    data = load_dataset(write(folder, files))
    store = Store(f"sqlite:///{folder / 'record.sqlite'}")
    store.follow(folder)
    park, pier = store.entry("park"), store.entry("pier")
    values = [("geometry", {"type": "Point", "coordinates": list(MOVED)}), ("location.grade", "exact"),
              ("location.accuracy_m", 10), ("names.en", "<b>_Park_</b>"), ("name", FORMULA)]  # fmt: skip
    store.save(LI, [Edit("park", with_values(park.record, values), 1)], why="+实测", source=Source("a.xlsx"))
    store.save(LI, [Edit("pier", pier.record, 1, True)], why="重复", kind=Kind.RETIRE)
    store.save(LI, [new(f"n{i:03}", "长" * 3000 if i == 0 else "x") for i in range(30)], why="导入", kind=Kind.IMPORT)
    return data, store


def new(identity, basis):
    location = {"basis": {"zh": basis, "en": basis}}
    feature = project_feature(identity, name=f"新{identity}", location=location)
    return Edit(identity, {"id": identity, "geometry": feature["geometry"], "properties": feature["properties"]}, 0)


def listed(store, language, most=None, period=Period()):  # noqa: B008
    return ChangeList(review(store, period, most=most), period_in_words(words_in(language), period))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_a_row_for_each_field_in_every_language(kept, language, tmp_path):
    (data, store), words, path = kept, words_in(language), tmp_path / "c.xlsx"
    write_changes_xlsx(data, ExportRequest(language=language), listed(store, language), path)
    book = openpyxl.load_workbook(path)
    about = {row[0].value: row[1].value for row in book[words("table.sheet_about")].iter_rows(min_row=3)}
    numbers = {"changes": "3", "added": "30", "changed": "1", "retired": "1", "confirmed": "1"}
    assert {name: about[words(f"changes.total_{name}")] for name in numbers} == numbers
    head, *rows = book[words("changes.sheet")].iter_rows(values_only=True)
    assert head[-1] == words("table.id")
    assert [sum(row[0] == number for row in rows) for number in (2, 3)] == [5, 1]
    told = {row[8]: row for row in rows if row[-1] == "park" and row[0] == 2}
    grade = told[words("table.grade")]
    assert grade[9:12] == (words("grade.street"), words("grade.exact"), words("changes.grade_raised"))
    assert grade[1][:4].isdigit() and grade[2] == "=李<b>" and grade[4:6] == ("+实测", "a.xlsx")
    assert str(METRES) in told[words("record.geometry")][11]
    assert told[words("table.name")][9:11] == ("滨海公园", FORMULA)
    assert told[words("table.accuracy_m")][9:11] == ("300", "10")
    [retired] = [row for row in rows if row[0] == 3]
    assert retired[6] in ("码头", "Seaside Park") and retired[7] == words("changes.was_retired")
    added = [row for row in rows if row[0] == 4 and row[7]]
    assert len(added) == 30 and {row[7] for row in added} == {words("changes.was_added")}
    [beginning] = [row for row in rows if row[0] not in (2, 3, 4)]
    assert (beginning[0], beginning[2], beginning[6]) == (None, words("changes.shipped"), None)
    assert beginning[11] == words("changes.beginning", n=2)


def test_the_workbook_has_the_whole_content_of_what_was_added(kept, tmp_path):
    (data, store), words = kept, words_in("zh")
    write_changes_xlsx(data, ExportRequest(), listed(store, "zh"), tmp_path / "c.xlsx")
    _, *rows = openpyxl.load_workbook(tmp_path / "c.xlsx")["变更"].iter_rows(values_only=True)
    told = {row[8]: row[9:11] for row in rows if row[0] == 4 and row[-1] == "n000" and not row[7]}
    assert {was for was, _ in told.values()} == {"—"} and "—" not in {became for _, became in told.values()}
    assert told[words("table.name")] == ("—", "新n000")
    assert told[words("table.grade")] == ("—", words("grade.street"))
    assert told[words("table.accuracy_m")] == ("—", "300")
    assert told[words("table.basis")] == ("—", "长" * 3000)
    assert told[words("record.geometry")] == ("—", "38.910000° N, 121.610000° E")


def test_beyond_what_a_sheet_holds_the_fields_are_said_to_be_left_out(kept, tmp_path, monkeypatch):
    data, store = kept
    monkeypatch.setattr("exports.change_list.MOST_ADDED", 1)
    write_changes_xlsx(data, ExportRequest(), listed(store, "zh"), tmp_path / "c.xlsx")
    _, *rows = openpyxl.load_workbook(tmp_path / "c.xlsx")["变更"].iter_rows(values_only=True)
    added = [row for row in rows if row[0] == 4 and row[7]]
    assert [row[11] for row in added] == [None] + [words_in("zh")("changes.fields_left_out")] * 29
    assert {row[-1] for row in rows if row[0] == 4 and row[8]} == {"n000"}


SQUARE_M = 100


def parcel(sides):
    """Return a parcel that lies about the site, so many times 100 m wide; 1° is 86 750 m by 111 010 m here."""
    (lon, lat), east, north = HERE, SQUARE_M / 86_750, SQUARE_M / 111_010
    ring = [[lon, lat], [lon + east * sides, lat], [lon + east * sides, lat + north], [lon, lat + north], [lon, lat]]
    return {"geometry": {"type": "Polygon", "coordinates": [ring]}, "source": "测绘", "date": "2026-05-06"}


def test_a_parcel_tells_its_area_before_and_after(tmp_path):
    files = sample_files()
    files["projects.geojson"] = collection(project_feature("park"), version="1")
    data = load_dataset(write(tmp_path, files))
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite'}")
    store.follow(tmp_path)
    for values in ([("parcel", parcel(1))], [("parcel.geometry", parcel(2)["geometry"])], [("parcel", ABSENT)]):
        entry = store.entry("park")
        store.save(LI, [Edit("park", with_values(entry.record, values), entry.version)], why="x")
    write_changes_xlsx(data, ExportRequest(language="en"), listed(store, "en"), tmp_path / "c.xlsx")
    _, *rows = openpyxl.load_workbook(tmp_path / "c.xlsx")["Changes"].iter_rows(values_only=True)
    notes = {row[0]: re.sub(r"[\d.,]+", lambda found: str(round(float(found[0].replace(",", "")), 1)), row[11])
             for row in rows if row[0]}  # fmt: skip
    assert list(notes) == [4, 3, 2]
    for number, (was, became) in {2: ("—", "1.0 ha"), 3: ("1.0 ha", "2.0 ha"), 4: ("2.0 ha", "—")}.items():
        assert notes[number].replace("\xa0", " ").endswith(f"{was} → {became}"), notes


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_names_the_change_that_it_is_about_in_the_readers_language(tmp_path, language):
    files = sample_files()
    files["projects.geojson"] = collection(project_feature("park"), version="1")
    write(tmp_path, files)
    store = Store(f"sqlite:///{tmp_path / 'record.sqlite'}")
    store.follow(tmp_path)
    store.save(LI, [Edit("park", with_values(store.entry("park").record, [("sector", "health")]), 1)], why="x")
    undone = store.undo(LI, 2, why="#7 错")
    assert (undone.of, undone.why) == (2, "#7 错") and store.changes()[0] == undone
    assert why(words_in(language), undone) == words_in(language)("changes.done_why", number=2, why="#7 错")
    assert store.changes()[1].of is None


def test_no_cell_is_a_formula(kept, tmp_path):
    data, store = kept
    write_changes_xlsx(data, ExportRequest(), listed(store, "zh"), tmp_path / "c.xlsx")
    for sheet in openpyxl.load_workbook(tmp_path / "c.xlsx"):
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(("=", "+")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printed_list_is_a4_and_says_the_same(kept, language, tmp_path):
    (data, store), words, path = kept, words_in(language), tmp_path / "c.pdf"
    write_changes_pdf(data, ExportRequest(language=language), listed(store, language, most=20), path)
    with pypdfium2.PdfDocument(path) as document:
        sizes = {tuple(round(side) for side in page.get_size()) for page in document}
        text = re.sub(r"\s", "", "".join(page.get_textpage().get_text_bounded() for page in document))

    def bare(told):
        return re.sub(r"\s", "", told)

    assert sizes == {(595, 842)}
    for each in (
        words("changes.title_since", since=words("changes.delivery")),
        words("changes.total_added"), FORMULA, "=李<b>", words("changes.grade_raised"), words("grade.exact"),
        words("changes.more_projects", n=10), words("changes.shipped"), words("changes.beginning", n=2), "+实测",
    ):  # fmt: skip
        assert bare(each) in text, each


def test_an_empty_period_is_said(kept, tmp_path):
    data, store = kept
    period = Period(date(2020, 1, 1), date(2020, 1, 31))
    write_changes_pdf(data, ExportRequest(), listed(store, "zh", period=period), tmp_path / "c.pdf")
    with pypdfium2.PdfDocument(tmp_path / "c.pdf") as document:
        text = document[0].get_textpage().get_text_bounded()
    assert len(re.findall("2020年1月1日至2020年1月31日的变更", text)) == 1 and "这段时间没有变更" in text
    write_changes_xlsx(data, ExportRequest(), listed(store, "zh", period=period), tmp_path / "c.xlsx")
    assert openpyxl.load_workbook(tmp_path / "c.xlsx")["变更"].max_row == 1


def test_very_long_texts_end_on_paper_and_stand_whole_in_the_workbook(kept, tmp_path):
    data, store = kept
    entry = store.entry("n001")
    long = {"zh": "长" * 3000, "en": "long " * 600}
    store.save(LI, [Edit("n001", with_values(entry.record, [("summary", long)]), entry.version)], why="文" * 3000)
    write_changes_pdf(data, ExportRequest(), listed(store, "zh", most=20), tmp_path / "c.pdf")
    with pypdfium2.PdfDocument(tmp_path / "c.pdf") as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert "…" in text and "数据底账由此开始" in text
    write_changes_xlsx(data, ExportRequest(), listed(store, "zh"), tmp_path / "c.xlsx")
    values = [row[10] for row in openpyxl.load_workbook(tmp_path / "c.xlsx")["变更"].iter_rows(values_only=True)]
    assert "长" * 3000 in values


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_no_cell_holds_is_listed_on_a_sheet_of_its_own(kept, language, tmp_path):
    (data, store), words = kept, words_in(language)
    entry = store.entry("n002")
    values = [("summary.zh", "长" * 40_000)] if entry.version == 1 else [("summary.zh", "短")]
    store.save(LI, [Edit("n002", with_values(entry.record, values), entry.version)], why="x")
    write_changes_xlsx(data, ExportRequest(language=language), listed(store, language), tmp_path / "c.xlsx")
    names = openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames
    assert names == [words(each) for each in ("table.sheet_about", "changes.sheet", "table.sheet_losses")]
