"""XLSX and CSV, read by openpyxl, the csv module and, where installed, LibreOffice."""

import csv
import io
import re
import shutil
import subprocess

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.records import records_of
from exports.request import ExportRequest
from exports.spreadsheet import (
    CELL_UNITS,
    csv_bytes,
    defused,
    fitting_cell,
    line_count,
    write_csv,
    write_indicators_xlsx,
    write_xlsx,
)
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.whole_file import write_whole
from tests.data.odd_projects import LONG_TEXT, NAMES, SHIPPED, odd_dataset, shipped_features
from tests.data.samples import both, project_feature, sample_files, write

SHEETS = ["说明", "项目", "规划表述", "空间结构", "指标", "专项工程", "来源"]
FORMULAS = ("formula", "plus", "minus", "at", "wide-formula")


def xlsx(data, request, folder):
    return write_whole(folder / "x.xlsx", lambda path: write_xlsx(data, request, path))


def csv_rows(data, request, folder):
    path = write_whole(folder / "x.csv", lambda file: write_csv(data, request, file))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(sheet):
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(SHIPPED)


@pytest.fixture(scope="module")
def path(shipped, tmp_path_factory):
    return xlsx(shipped, ExportRequest(), tmp_path_factory.mktemp("xlsx"))


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def test_projects_stand_as_in_the_file_of_record(book):
    assert book.sheetnames == SHEETS
    rows = rows_of(book["项目"])
    for row, feature in zip(rows, shipped_features(), strict=True):
        properties, location = feature["properties"], feature["properties"]["location"]
        assert (row["编号"], row["名称"], row["领域代码"], row["阶段代码"], row["落图精度代码"]) == (
            feature["id"],
            properties["name"],
            properties["sector"],
            properties["phase"],
            location["grade"],
        )
        assert [row["经度"], row["纬度"]] == (feature["geometry"]["coordinates"] if feature["geometry"] else [None] * 2)
        assert row["误差（米）"] == location.get("accuracy_m")
        assert row["位置依据"] == location["basis"]["zh"] and row["位置来源"] == location.get("source")
        assert f"{row['核对日期']:%Y-%m-%d}" == location["checked"]
        assert row["表述时点"] == "按2021年3月规划表述，非现状"


def test_mentions_have_a_sheet_of_their_own(book):
    expected = [(f["id"], m["name"]) for f in shipped_features() for m in f["properties"]["mentions"]]
    assert [(row["编号"], row["表述（原文）"]) for row in rows_of(book["规划表述"])] == expected


def typed_annexes():
    with (SHIPPED.parent / "tests/data/plan_annexes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed(row):
    """Return what the plan prints in a row of the file, in its order."""
    names = ["目标（绝对量）", "目标（年均增长±％）"]
    names = [*names, "完成（绝对量）", "完成（年均增长±％）"] if str(row["附件"]) == "1" else ["基期完成", *names]
    return " ".join(row[name] for name in names)


def test_indicators_stand_as_texts_as_the_plan_prints_them(book, shipped, tmp_path):
    expected = [(r["annex"], r["number"], r["name"], r["unit"], r["values"], r["attribute"]) for r in typed_annexes()]
    alone = write_whole(tmp_path / "i.xlsx", lambda path: write_indicators_xlsx(shipped, ExportRequest(), path))
    text = csv_bytes(records_of(shipped, ExportRequest()).indicators, ExportRequest().words).decode("utf-8-sig")
    read = openpyxl.load_workbook(alone)
    assert read.sheetnames == ["说明", "指标", "专项工程"]
    for rows in (rows_of(book["指标"]), rows_of(read["指标"]), list(csv.DictReader(io.StringIO(text, newline="")))):
        assert [
            (str(r["附件"]), str(r["序号"]), r["指标名称"], r["单位"], printed(r), r["指标属性"]) for r in rows
        ] == expected
        assert [r["是否达到代码"] or "" for r in rows] == [r["verdict"] for r in typed_annexes()]
    about = {label: value for label, value, *_ in read["说明"].iter_rows(values_only=True)}
    assert "项目数" not in about and "不可比" in about["“是否达到”的比对规则"]


def test_programmes_have_a_sheet_of_their_own(book):
    rows = rows_of(book["专项工程"])
    assert [(row["专栏"], row["序号"]) for row in rows] == [
        (box, number) for box, n in ((5, 10), (6, 9), (7, 8), (8, 10), (9, 6)) for number in range(1, n + 1)
    ]
    assert rows[0]["工程（任务）名称"] == "老旧小区改造工程" and all(row["英文名称"] for row in rows)


def test_the_first_sheet_says_what_the_file_is(book):
    about = {label: value for label, value, *_ in book["说明"].iter_rows(values_only=True)}
    unplaced = sum(f["geometry"] is None for f in shipped_features())
    assert f"未落图 {unplaced} 项" in about["项目数"]
    assert about["筛选条件"] == "全部项目" and about["数据版本"] and about["导出日期"]
    assert about["表述时点"] == "按2021年3月规划表述，非现状"


def test_sheets_are_set_up_for_reading_and_printing(book):
    for name in SHEETS[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "C2" and sheet.auto_filter.ref
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape" and sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet["A1"].font.b and sheet["A2"].alignment.wrap_text
        assert sheet.column_dimensions["A"].width > 10
        assert all(sheet.row_dimensions[row].height >= 15 for row in range(1, sheet.max_row + 1))


@pytest.mark.parametrize(
    ("value", "lines"), [(None, 1), (12, 1), ("汉" * 9, 2), ("a" * 9, 1), ("一\n二", 2), ("a" * 40, 5)]
)
def test_a_row_is_as_high_as_its_longest_text(value, lines):
    assert line_count(value, 10) == lines


def cells_of(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def test_no_text_acts_as_a_formula_or_a_link(tmp_path):
    book = openpyxl.load_workbook(xlsx(odd_dataset(tmp_path), ExportRequest(title="=1+1"), tmp_path))
    assert not [cell for cell in cells_of(book) if cell.data_type == "f" or cell.hyperlink]
    names = {row["编号"]: row["名称"] for row in rows_of(book["项目"])}
    assert {k: names[k] for k in NAMES if k != "nul"} == {
        k: v.replace("\r", "\n") for k, v in NAMES.items() if k != "nul"
    }
    quoted = {cell.value for cell in cells_of(book) if cell.quotePrefix}
    assert {NAMES[key] for key in FORMULAS} <= quoted and "=1+1" not in names.values()
    assert next(row["概述"] for row in rows_of(book["项目"]) if row["编号"] == "told") == LONG_TEXT
    assert {row["编号"] for row in rows_of(book["变动"])} == {"nul"}


def test_a_text_too_long_for_a_cell_is_cut_and_listed(tmp_path):
    files = sample_files()
    files["projects.geojson"]["features"] = [project_feature("long", summary=both("👷" * CELL_UNITS))]
    book = openpyxl.load_workbook(xlsx(load_dataset(write(tmp_path, files)), ExportRequest(), tmp_path))
    assert rows_of(book["项目"])[0]["概述"] == "👷" * (CELL_UNITS // 2)
    assert rows_of(book["变动"])[0]["编号"] == "long"


def test_a_csv_has_every_project_and_defuses_formulas(shipped, tmp_path):
    rows = csv_rows(shipped, ExportRequest(), tmp_path)
    assert [row["编号"] for row in rows] == [f["id"] for f in shipped_features()]
    assert [row["误差（米）"] for row in rows] == [
        str(f["properties"]["location"].get("accuracy_m") or "") for f in shipped_features()
    ]
    odd = {row["编号"]: row["名称"] for row in csv_rows(odd_dataset(tmp_path), ExportRequest(), tmp_path)}
    assert {key: odd[key] for key in FORMULAS} == {key: f"'{NAMES[key]}" for key in FORMULAS}
    assert odd["korean"] == NAMES["korean"] and odd["lines"] == NAMES["lines"]


@given(st.text())
def test_nothing_defused_starts_like_a_formula(text):
    safe = defused(text)
    assert safe.removeprefix("'") == text.removeprefix("'")
    is_number = re.fullmatch(r"-[0-9]+(\.[0-9]+)?", safe)
    assert is_number or (safe.lstrip()[:1] not in tuple("=+-@＝＋－＠") and safe[:1] not in ("\t", "\r", "\n"))


@pytest.mark.parametrize(("text", "safe"), [("-6.9", "-6.9"), ("-1", "-1"), ("-1-1", "'-1-1"), ("-6.9\n", "'-6.9\n")])
def test_a_negative_number_stays_as_it_is(text, safe):
    assert defused(text) == safe


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.integers(min_value=0, max_value=3))
def test_a_cell_holds_at_most_its_units(text, less):
    long = "汉" * (CELL_UNITS - less) + text
    kept = fitting_cell(long)
    assert long.startswith(kept) and len(kept.encode("utf-16-le")) <= 2 * CELL_UNITS


def test_nothing_found_says_so(shipped, tmp_path):
    request = ExportRequest(filter=ProjectFilter(text="没有这样的项目"))
    book = openpyxl.load_workbook(xlsx(shipped, request, tmp_path))
    assert rows_of(book["项目"]) == []
    assert any("没有项目同时符合" in str(cell.value) for cell in cells_of(book))
    assert csv_rows(shipped, request, tmp_path) == []


def test_libreoffice_opens_it(path, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice: the workbook was read by openpyxl only")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, path]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    assert (tmp_path / "x.pdf").stat().st_size > 20_000
