"""What we write, an import reads back: GeoPackage and GeoJSON whole, the others but for the losses that are stated."""

import csv
import datetime
import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from exports.formats import export
from exports.import_report import report_csv, write_report_xlsx
from exports.import_template import COLUMNS, FILLED_ROWS, write_import_template
from exports.request import ExportRequest
from geo.crs_candidates import Candidate, Datum
from geo.feature import feature_of
from geo.intake.draft import Outcome, draft_import
from geo.intake.evidence import ImportDefaults
from geo.intake.file import read_file
from geo.intake.mapping import ENUMS, FIELDS, suggest_mapping
from geo.intake.table import EXAMPLE_ID
from geo.load import load_dataset, parse_project
from geo.store.record import differences
from geo.vocabulary import Grade
from layers.import_words import field_word, import_words
from layers.words import LANGUAGES, words_in

ROOT = Path(__file__).resolve().parents[2]
DAY = datetime.date(2026, 11, 25)
DEFAULTS = ImportDefaults("测试", DAY)
DATUM = {"EPSG:4326": Datum.WGS84, "EPSG:4490": Datum.CGCS2000, "EPSG:4550": Datum.CGCS2000}
SQUARE = [[121.61, 38.91], [121.612, 38.91], [121.612, 38.911], [121.61, 38.911], [121.61, 38.91]]


@pytest.fixture(scope="module")
def data():
    """The shipped data, and a project that has every field a record can have."""
    shipped = load_dataset(ROOT / "data")
    feature = feature_of(next(one for one in shipped.projects if one.element and one.placed))
    for_all = {"zh": "甲；乙\n“丙”", "en": "=A, 'B'", "ja": "あ", "ko": "가", "ru": "Я"}
    properties = feature["properties"] | {
        "name": "增补项目（一期）", "names": {"en": "-Added", "ja": "追加", "ko": "추가", "ru": "Добавлено"},
        "phase": "building", "mentions": [], "summary": for_all,
        "current_status": {"value": "已开工", "date": "2026-10-01", "source": "现场核实"},
        "offer": {"site_area_m2": 1234.5, "plot_ratio": 2.5, "land_use": for_all, "investment_sought": for_all,
                  "contact": for_all, "date": "2026-09-01", "source": "招商局"},
        "location": feature["properties"]["location"] | {"address": "长江路1号", "accuracy_m": 3, "grade": "exact"},
        "parcel": {"geometry": {"type": "Polygon", "coordinates": [SQUARE]}, "source": "测绘", "date": "2026-11-01"},
        "added": {"source": "发改局", "date": "2026-11-02"},
    }  # fmt: skip
    point = {"type": "Point", "coordinates": [121.6111111, 38.9105556]}
    added = parse_project(feature | {"id": "added-site", "geometry": point, "properties": properties})
    return replace(shipped, projects=(*shipped.projects, added))


def read_back(data, known, folder, code, *, language="zh", crs="EPSG:4326"):
    suffix = {"shp": ".zip"}.get(code, f".{code}")
    path = folder / f"x{suffix}"
    export(data, ExportRequest(language=language, made_on=DAY, crs=crs), code, path)
    table = read_file(path.name, path.read_bytes())
    mapping = suggest_mapping(table, data, import_words())
    return draft_import(table, Candidate(DATUM[crs], crs), mapping, known, DEFAULTS, words=import_words()).rows


WHOLE = [("gpkg", "EPSG:4326"), ("gpkg", "EPSG:4490"), ("gpkg", "EPSG:4550"), ("geojson", "EPSG:4326")]


@pytest.mark.parametrize("language", ["zh", "ru"])
@pytest.mark.parametrize(("code", "crs"), WHOLE)
def test_geopackage_and_geojson_come_back_whole(data, tmp_path, code, crs, language):
    rows = read_back(data, replace(data, projects=()), tmp_path, code, language=language, crs=crs)
    records = {row.project_id: row.record for row in rows if row.record}
    assert {one.id: differences(feature_of(one), records[one.id]) for one in data.projects} == {
        one.id: [] for one in data.projects
    }
    assert {row.outcome for row in rows if not row.record} <= {Outcome.SKIPPED}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["gpkg", "geojson", "shp", "kmz", "xlsx", "csv"])
def test_what_comes_back_changes_nothing(data, tmp_path, code, language):
    crs = "EPSG:4550" if code in ("gpkg", "shp") else "EPSG:4326"
    rows = read_back(data, data, tmp_path, code, language=language, crs=crs)
    assert {row.outcome for row in rows} <= {Outcome.UNCHANGED, Outcome.SKIPPED}
    known = sum(one.placed for one in data.projects) if code == "shp" else len(data.projects)
    assert sum(row.outcome is Outcome.UNCHANGED for row in rows) == known


def stated_losses():
    """Return the fields that the table in data/README.md says each format loses."""
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    section = text.split("## Exported and imported again")[1]
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \|", section, re.MULTILINE)
    return {code: set(re.findall(r"`([\w.]+)`", told)) for code, told in rows}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", ["shp", "kmz", "xlsx", "csv"])
def test_the_other_formats_lose_what_is_stated_and_nothing_else(data, tmp_path, code, language):
    rows = read_back(data, replace(data, projects=()), tmp_path, code, language=language)
    projects = {one.id: one for one in data.projects}
    lost = set()
    for row in rows:
        if row.record:
            found = [one.path for one in differences(feature_of(projects.pop(row.project_id)), row.record)]
            lost |= {re.sub(r"\.(zh|en|ja|ko|ru)$", "", path) for path in found if not path.endswith(f".{language}")}
            cut = [path for path in found if path.endswith(f".{language}")]
            assert not cut or code == "shp"
    lost |= {"unplaced"} if projects else set()
    assert all(not one.placed for one in projects.values())
    if code == "shp":
        lost.add("cut")
    assert lost == stated_losses()[code]


# ---- the template and the report ----


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("office", [False, True], ids=["as written", "through LibreOffice"])
def test_a_template_filled_in_is_read_with_every_column_known(data, tmp_path, language, office):
    if office and not (shutil.which("soffice") and language in ("zh", "en")):
        pytest.skip("no LibreOffice, or said by the other languages")
    words, path = words_in(language), tmp_path / "t.xlsx"
    write_import_template(data, words, path)
    book = openpyxl.load_workbook(path)
    filled = {path: words(f"{path.removeprefix('location.')}.{next(iter(kind))}") for path, kind in ENUMS.items()}
    filled |= {each.path: "2026-11-01" for each in FIELDS if each.kind == "date"}
    filled |= {"location.accuracy_m": 2, "offer.site_area_m2": 100.5, "offer.plot_ratio": 2}
    filled |= {"lon": 121.61, "lat": 38.91, "id": "new-plot", "group": None, "element": data.elements[0].element.name}
    book.worksheets[0].append([filled.get(column, f"text {column}") for column in COLUMNS])
    book.save(path)
    if office:
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", "xlsx"]
        subprocess.run([*command, "--outdir", tmp_path / "out", path], check=True, capture_output=True, timeout=120)
        path = tmp_path / "out" / "t.xlsx"
    table = read_file("t.xlsx", path.read_bytes())
    mapping = suggest_mapping(table, data, import_words())
    assert mapping.columns.keys() == set(COLUMNS) - {"lon", "lat", "group"}
    candidate = Candidate(Datum.WGS84, "EPSG:4326")
    (row,) = draft_import(table, candidate, mapping, data, DEFAULTS, words=import_words()).rows
    assert table.problems == () and row.number == 3, "the example is none, the codes no layer"
    assert row.outcome is not Outcome.REJECTED, row.notes
    project = parse_project(row.record)
    assert (project.id, project.lon, project.offer.site_area_m2) == ("new-plot", 121.61, 100.5)
    assert project.element == data.elements[0].element.id and project.current_status.date == datetime.date(2026, 11, 1)


def test_the_template_offers_lists_and_marks_its_example(data, tmp_path):
    write_import_template(data, words_in("zh"), tmp_path / "t.xlsx")
    sheet, codes = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets
    assert sheet["A2"].value == EXAMPLE_ID and "不导入" in sheet["B2"].value
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert len(lists) == 5 and all(str(rule.sqref).endswith(str(FILLED_ROWS + 1)) for rule in lists)
    assert {row[2].value for row in codes.iter_rows(min_row=2)} >= {"commerce", "exact", "proposed"}


def test_every_field_has_a_word_and_the_report_says_each_row_and_runs_no_formula(data, tmp_path):
    words = words_in("zh")
    assert all(field_word(words, each.path) for each in FIELDS)
    text = "名称,经度,纬度,领域\n=cmd(),121.61,38.91,胡写\n"
    table = read_file("a.csv", text.encode())
    mapping = suggest_mapping(table, data, import_words())
    draft = draft_import(table, Candidate(Datum.WGS84, "EPSG:4326"), mapping, data, DEFAULTS, words=import_words())
    said = report_csv(draft, words).decode("utf-8-sig")
    assert "'=cmd()" in said and "领域：“胡写”不在可用的代码" in said and "误差（米）：缺少必填内容" in said
    write_report_xlsx(draft, "a.csv", ExportRequest(), tmp_path / "r.xlsx")
    about, report = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets
    assert report["C2"].value == "=cmd()" and report["C2"].data_type == "s" and report["B2"].value == "退回"
    assert ["退回", "1"] in [[cell.value for cell in row] for row in about.iter_rows()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_holds_each_change_from_and_to_and_no_known_row_is_blank(data, language):
    words = words_in(language)
    site, same = [one for one in data.projects if one.placed and not one.parcel][:2]
    ring = ",".join(f"{site.lon + x} {site.lat + y}" for x, y in ((0, 0.0002), (0.0002, 0), (0, -0.0002), (0, 0.0002)))
    text = f'id,地址,WKT\n{site.id},新街 8 号,"POLYGON (({ring}))"\n{same.id},,\n'
    table = read_file("a.csv", text.encode())
    best = replace(DEFAULTS, grade=Grade.EXACT, accuracy_m=2)
    mapping = suggest_mapping(table, data, import_words())
    draft = draft_import(table, Candidate(Datum.WGS84, "EPSG:4326"), mapping, data, best, words=import_words())
    changed, unchanged = csv.DictReader(io.StringIO(report_csv(draft, words).decode("utf-8-sig")))
    told = changed[words("import.report_changes")].splitlines()
    assert len(told) == len(draft.rows[0].changes) > 3
    address = words("edit.from_to", field=words("table.address"), was=site.location.address or "—", became="新街 8 号")
    assert address in told
    assert any(line.startswith(words("record.parcel")) and words("record.outline") in line for line in told)
    assert unchanged[words("import.report_changes")] == words("import.no_changes")
    assert [changed[words("import.row")], unchanged[words("import.row")]] == ["2", "3"]
