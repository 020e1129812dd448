"""What a row becomes: taken, repaired, left as it is or rejected, always with the reason; nothing invented."""

import datetime
import json
from pathlib import Path

import pytest
import shapely

from geo.crs_candidates import Candidate, Datum
from geo.feature import feature_of
from geo.intake.draft import Outcome, draft_import
from geo.intake.evidence import ImportDefaults
from geo.intake.file import read_file
from geo.intake.mapping import ColumnMapping, suggest_mapping
from geo.intake.table import EXAMPLE_ID
from geo.load import load_dataset, parse_project
from geo.vocabulary import Grade, Phase, Sector

DATA = Path(__file__).resolve().parents[2] / "data"
WGS84 = Candidate(Datum.WGS84, "EPSG:4326")
DAY = datetime.date(2026, 11, 25)
BARE = ImportDefaults("区自然资源局测绘", DAY)
FULL = ImportDefaults("区自然资源局测绘", DAY, Grade.EXACT, 2, sector=Sector.LAND, phase=Phase.PROPOSED)


@pytest.fixture(scope="module")
def data():
    return load_dataset(DATA)


def drafted(data, text, defaults=FULL, mapping=None, **options):
    table = read_file("a.csv", text.encode())
    return draft_import(table, WGS84, mapping or suggest_mapping(table, data), data, defaults, **options).rows


def drawn(data, *geometries, defaults=FULL):
    features = [
        {"type": "Feature", "properties": {"name": f"地块{n}", "name_en": f"Plot {n}"}, "geometry": geometry}
        for n, geometry in enumerate(geometries)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    table = read_file("a.geojson", content)
    return draft_import(table, WGS84, suggest_mapping(table, data), data, defaults).rows


def codes(row):
    return [(note.code.removeprefix("import_"), note.field) for note in row.notes]


def test_a_new_project_has_its_evidence_and_says_who_added_it(data):
    (row,) = drafted(
        data,
        "名称,英文名称,领域,阶段,经度,纬度,落图精度,误差（米）\n新厂,New Plant,technology,实施建设,121.61,38.91,"
        "exact,3\n",
        BARE,
    )
    assert (row.outcome, row.is_new, row.project_id) == (Outcome.ACCEPTED, True, "added-20261125-0001")
    project = parse_project(row.record)
    assert (project.sector, project.phase, project.location.grade, project.location.accuracy_m) == (
        Sector.TECHNOLOGY, Phase.BUILDING, Grade.EXACT, 3,
    )  # fmt: skip
    assert project.added.source == project.location.source == BARE.source and project.location.source_crs == "EPSG:4326"
    assert project.mentions == () and project.location.checked == DAY


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("名称,经度,纬度,阶段,落图精度,误差\n甲,121.61,38.91,拟推进,exact,3\n", "sector"),
        ("名称,经度,纬度,领域,落图精度,误差\n甲,121.61,38.91,land,exact,3\n", "phase"),
        ("名称,经度,纬度,领域,阶段,误差\n甲,121.61,38.91,land,拟推进,3\n", "location.grade"),
        ("名称,经度,纬度,领域,阶段,落图精度\n甲,121.61,38.91,land,拟推进,exact\n", "location.accuracy_m"),
    ],
)
def test_what_a_project_needs_is_never_made_up(data, text, field):
    (row,) = drafted(data, text, BARE)
    assert row.outcome is Outcome.REJECTED and ("value_missing", field) in codes(row) and row.record is None


def test_all_that_a_new_project_lacks_is_told_at_once(data):
    (row,) = drafted(data, "名称,经度,纬度,地址\n,121.61,38.91,长江路\n", BARE)
    assert codes(row) == [
        ("name_missing", "name"), ("value_missing", "sector"), ("value_missing", "phase"),
        ("value_missing", "location.grade"), ("value_missing", "location.accuracy_m"),
    ]  # fmt: skip
    (row,) = drafted(data, "名称,经度,纬度,领域\n,121.61,x,胡写\n")
    assert sorted(codes(row)) == [("name_missing", "name"), ("not_a_number", ""), ("value_unknown", "sector")]


def test_a_missing_english_name_is_the_chinese_one_and_said(data):
    (row,) = drafted(data, "名称,经度,纬度\n新厂,121.61,38.91\n")
    assert row.outcome is Outcome.REPAIRED and codes(row) == [("english_missing", "names.en")]
    assert row.record["properties"]["names"] == {"en": "新厂"}


def test_an_empty_cell_takes_nothing_away_and_an_equal_one_changes_nothing(data):
    project = next(one for one in data.projects if one.location.source)
    rows = drafted(data, f"id,名称,领域,地址,概述\n{project.id},{project.name},{project.sector},,\n")
    assert [row.outcome for row in rows] == [Outcome.UNCHANGED]


def test_a_project_is_known_by_its_name_in_any_width_and_only_what_differs_changes(data):
    project = next(one for one in data.projects if "（" in one.name)
    name = project.name.replace("（", " (").replace("）", ")")
    (row,) = drafted(data, f"项目名称,行业,阶段\n{name},文化,\n".replace("文化", "culture"))
    assert row.project_id == project.id and not row.is_new
    before, after = feature_of(project), row.record
    assert (
        after["properties"] == before["properties"] | {"sector": "culture"} and after["geometry"] == before["geometry"]
    )


def test_the_stored_record_is_changed_where_it_says_less_than_the_translated_one(data):
    project = data.projects[0]
    stored = feature_of(project)
    stored["properties"]["names"] = {"en": stored["properties"]["names"]["en"]}
    (row,) = drafted(data, f"id,领域\n{project.id},culture\n", records={project.id: stored})
    assert row.record["properties"]["names"].keys() == {"en"} and row.record["properties"]["sector"] == "culture"
    assert [(one.path, one.became) for one in row.changes] == [("sector", "culture")]


def test_a_phase_other_than_the_plans_becomes_the_present_state(data):
    project = next(one for one in data.projects if one.phase is Phase.PROPOSED)
    (row,) = drafted(data, f"id,阶段\n{project.id},实施建设\n")
    assert row.record["properties"]["phase"] == "proposed" and codes(row) == [("phase_as_status", "phase")]
    assert row.record["properties"]["current_status"] == {
        "value": "实施建设", "date": "2026-11-25", "source": BARE.source,
    }  # fmt: skip


def test_old_evidence_never_stands_for_a_new_place(data):
    project = next(one for one in data.projects if one.location.grade is Grade.STREET)
    said = project.location
    text = "id,经度,纬度,位置依据,位置来源\n" + f'{project.id},121.6123,38.9123,"{said.basis.zh}","{said.source}"\n'
    (row,) = drafted(data, text)
    location = row.record["properties"]["location"]
    assert (location["grade"], location["accuracy_m"], location["source"]) == ("exact", 2, BARE.source)
    assert BARE.source in location["basis"]["zh"] and said.basis.zh not in location["basis"].values()
    (row,) = drafted(data, text, BARE)
    assert row.outcome is Outcome.REJECTED and ("value_missing", "location.grade") in codes(row)


# ---- what the import as a whole says, over projects that there are ----

POORER = ImportDefaults("地图描绘", DAY, Grade.NEAR, 80)


@pytest.fixture(scope="module")
def exact(data):
    return next(one for one in data.projects if one.location.grade is Grade.EXACT and one.parcel is None)


def around(lon, lat):
    """Return a square of some 40 m around a point, as WKT."""
    west, east, south, north = lon - 2e-4, lon + 2e-4, lat - 2e-4, lat + 2e-4
    return f"POLYGON (({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"


@pytest.mark.parametrize("defaults", [POORER, FULL, BARE])
@pytest.mark.parametrize("metres_north", [0, 0.9])
def test_a_place_that_moves_no_more_than_a_metre_is_no_change(data, exact, defaults, metres_north):
    lat = exact.lat + metres_north / 111_000
    (row,) = drafted(data, f"id,经度,纬度\n{exact.id},{exact.lon},{lat:.7f}\n", defaults)
    assert (row.outcome, row.record, row.notes) == (Outcome.UNCHANGED, None, ())


def test_a_row_without_a_place_leaves_the_evidence_of_the_place(data, exact):
    (row,) = drafted(data, f"id,地址\n{exact.id},长江路 1 号\n", POORER)
    assert [(one.path, one.became) for one in row.changes] == [("location.address", "长江路 1 号")]


def test_a_better_known_place_stays_unless_the_file_itself_states_a_lower_grade(data, exact):
    lat = exact.lat + 20 / 111_000
    (row,) = drafted(data, f"id,经度,纬度\n{exact.id},{exact.lon},{lat:.7f}\n", POORER)
    assert row.outcome is Outcome.UNCHANGED and codes(row) == [("place_kept", "location.grade")]
    (row,) = drafted(data, f"id,经度,纬度,落图精度\n{exact.id},{exact.lon},{lat:.7f},near\n", POORER)
    assert row.record["properties"]["location"]["grade"] == "near" and row.outcome is Outcome.ACCEPTED
    assert row.record["geometry"]["coordinates"][1] == pytest.approx(lat)


def test_a_parcel_around_a_better_known_place_comes_beside_it(data, exact):
    (row,) = drafted(data, f'id,WKT\n{exact.id},"{around(exact.lon, exact.lat)}"\n', POORER)
    assert [(one.path, one.became["source"]) for one in row.changes] == [("parcel", "地图描绘")]
    (row,) = drafted(data, f'id,WKT\n{exact.id},"{around(exact.lon, exact.lat + 0.001)}"\n', POORER)
    assert row.outcome is Outcome.UNCHANGED and codes(row) == [("place_kept", "location.grade")]


def test_a_parcel_where_there_was_none_is_a_new_place(data, exact):
    (row,) = drafted(data, f'id,WKT\n{exact.id},"{around(exact.lon, exact.lat)}"\n')
    assert {"parcel", "location.source"} <= {one.path for one in row.changes}
    assert row.record["properties"]["location"]["source"] == FULL.source


@pytest.mark.parametrize("heading", ["核对日期", "现状日期", "招商信息日期"])
def test_a_date_to_come_is_rejected(data, heading):
    (row,) = drafted(data, f"名称,英文名称,经度,纬度,{heading}\n甲,A,121.61,38.91,2130-01-01\n")
    assert row.outcome is Outcome.REJECTED and [code for code, _ in codes(row)] == ["date_future"]


@pytest.mark.parametrize(
    ("heading", "cell", "field", "value", "note"),
    [
        ("用地面积（公顷）", "2.5", "site_area_m2", 25000, "unit_converted"),
        ("用地面积（亩）", "３", "site_area_m2", 2000, "unit_converted"),
        ("用地面积（万平方米）", "1.2", "site_area_m2", 12000, "unit_converted"),
        ("用地面积（平方米）", "12,000", "site_area_m2", 12000, "number_read"),
        ("用地面积", "１２００", "site_area_m2", 1200, "number_read"),
        ("用地面积", "1200㎡", "site_area_m2", 1200, "number_read"),
        ("用地面积", "2.5公顷", "site_area_m2", None, "value_number"),
        ("用地面积", "约1000", "site_area_m2", None, "value_number"),
    ],
)
def test_numbers_are_read_as_they_are_written_and_units_only_from_headings(data, heading, cell, field, value, note):
    (row,) = drafted(data, f'名称,英文名称,经度,纬度,{heading}\n甲,A,121.61,38.91,"{cell}"\n')
    assert codes(row) == [(note, f"offer.{field}")]
    assert (row.record["properties"]["offer"][field] if row.record else None) == value


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-05", "2026-11-05"), ("2026/11/5", "2026-11-05"), ("2026.11.05", "2026-11-05"),
        ("2026年11月5日", "2026-11-05"), ("２０２６年１１月５日", "2026-11-05"), ("20261105", "2026-11-05"),
        ("2026-11-05T10:00:00", "2026-11-05"), ("2026年11月", None), ("05/11/2026", None), ("2026-02-30", None),
        ("明年", None),
    ],
)  # fmt: skip
def test_dates_in_every_order_that_leaves_no_doubt(data, cell, day):
    (row,) = drafted(data, f"名称,英文名称,经度,纬度,核对日期\n甲,A,121.61,38.91,{cell}\n")
    if day is None:
        assert row.outcome is Outcome.REJECTED and codes(row) == [("value_date", "location.checked")]
    else:
        assert row.record["properties"]["location"]["checked"] == day


SQUARE = [[121.61, 38.91], [121.612, 38.91], [121.612, 38.911], [121.61, 38.911], [121.61, 38.91]]
BOW = [[121.61, 38.91], [121.612, 38.911], [121.612, 38.91], [121.61, 38.911], [121.61, 38.91]]


@pytest.mark.parametrize(
    ("geometry", "notes", "has_parcel"),
    [
        ({"type": "Polygon", "coordinates": [SQUARE]}, [], True),
        ({"type": "Polygon", "coordinates": [SQUARE[::-1]]}, ["ring_rewound"], True),
        ({"type": "Polygon", "coordinates": [BOW]}, ["shape_repaired"], True),
        ({"type": "LineString", "coordinates": SQUARE}, ["line_closed"], True),
        ({"type": "LineString", "coordinates": SQUARE[:3]}, ["line_open"], None),
        ({"type": "MultiPoint", "coordinates": SQUARE[:1]}, [], False),
        ({"type": "MultiPoint", "coordinates": SQUARE[:2]}, ["several_points"], None),
        ({"type": "Point", "coordinates": [121.61, 38.91, 12.5]}, ["height_dropped"], False),
        ({"type": "Point", "coordinates": [121.61, 38.91, 0]}, [], False),
        ({"type": "Point", "coordinates": [122.5, 38.91]}, ["outside_district"], None),
        ({"type": "Polygon", "coordinates": [[[121.61, 38.91], [121.62, 38.92], [121.61, 38.91], [121.61, 38.91]]]},
         ["shape_repaired", "shape_lost"], None),
    ],
)  # fmt: skip
def test_shapes_become_points_and_parcels_or_are_rejected(data, geometry, notes, has_parcel):
    (row,) = drawn(data, geometry)
    found = [code for code, _ in codes(row)]
    assert sorted(set(found)) == sorted(notes) and (row.record is not None) == (has_parcel is not None)
    if row.record:
        project = parse_project(row.record)
        assert (project.parcel is not None) == has_parcel
        if has_parcel:
            area = shapely.geometry.shape(project.parcel.geometry)
            assert area.is_valid and area.covers(shapely.Point(project.lon, project.lat))
            assert all(shapely.is_ccw(part.exterior) for part in shapely.get_parts(area))


def test_rows_that_repeat_disagree_or_are_no_projects(data):
    first, second = data.projects[:2]
    element = data.elements[0].element.id
    rows = drafted(
        data,
        "id,名称,经度,纬度\n"
        f"{first.id},{second.name},,\nnew-plot,新厂,121.61,38.91\n,新 厂,121.61,38.91\n"
        f"{EXAMPLE_ID},例,121.61,38.91\n{element},要素,121.61,38.91\n,没有经度,x,38.91\n",
    )
    assert [row.outcome for row in rows] == [
        Outcome.REJECTED, Outcome.REPAIRED, Outcome.REJECTED, Outcome.SKIPPED, Outcome.REJECTED,
    ]  # fmt: skip
    assert rows[1].project_id == "new-plot"
    assert [row.number for row in rows] == [2, 3, 4, 6, 7] and rows[2].notes[0].detail == "3"
    assert [codes(rows[index])[0][0] for index in (0, 2, 3, 4)] == [
        "id_other_name", "row_repeated", "not_a_project", "not_a_number",
    ]  # fmt: skip


def test_identifiers_made_up_never_meet_one_that_is_taken(data):
    rows = drafted(data, "名称,经度,纬度\n甲,121.61,38.91\n乙,121.61,38.91\n", taken=["added-20261125-0001"])
    assert [row.project_id for row in rows] == ["added-20261125-0002", "added-20261125-0003"]


def test_a_guard_against_formulas_is_taken_off_and_spaces_are_tidied(data):
    (row,) = drafted(data, "名称,英文名称,经度,纬度\n'=1+1,  A   B,121.61,38.91\n")
    assert row.record["properties"]["name"] == "=1+1" and row.record["properties"]["names"]["en"] == "A B"
    assert codes(row) == [("text_cleaned", "names.en")]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("项目名称,项目英文名称,领域,落图精度,误差（米）,位置依据（英文）,概述",
         {"name", "names.en", "sector", "location.grade", "location.accuracy_m", "location.basis.en", "summary"}),
        ("Name (Chinese),Name (English),Sector,Phase code,Address,Plot ratio", {"name", "names.en", "sector", "phase",
          "location.address", "offer.plot_ratio"}),
    ],
)  # fmt: skip
def test_columns_are_suggested_by_chinese_and_english_headings(data, headings, fields):
    names = headings.split(",")
    table = read_file("a.csv", f"{headings}\n{','.join('甲' for _ in names)}\n".encode())
    assert suggest_mapping(table, data).columns.keys() == fields


def test_columns_are_suggested_by_content_and_numbers_are_no_identifiers(data):
    names = [project.name for project in data.projects[:5]]
    text = "id,地块,类\n" + "".join(f"{n},{name},land\n" for n, name in enumerate(names))
    found = suggest_mapping(read_file("a.csv", text.encode()), data)
    assert dict(found.columns) == {"name": "地块", "sector": "类"} and found.by_content == {"name", "sector"}


def test_a_drawings_layer_is_a_sector_only_by_known_words_and_never_a_name(data):
    for layer, found in (("land", {"sector": "layer"}), ("DK-01", {})):
        entity = f"0\nPOINT\n8\n{layer}\n10\n41640000\n20\n4309000\n"
        text = f"0\nSECTION\n2\nENTITIES\n{entity * 3}0\nENDSEC\n0\nEOF\n"
        assert dict(suggest_mapping(read_file("a.dxf", text.encode()), data).columns) == found


def test_a_draft_can_be_stopped(data):
    class StopError(Exception):
        pass

    def stop(done, count):
        raise StopError

    with pytest.raises(StopError):
        drafted(data, "名称,经度,纬度\n甲,121.61,38.91\n", step=stop)


def test_a_mapping_to_columns_that_are_not_there_maps_nothing(data):
    (row,) = drafted(
        data, "名称,经度,纬度\n甲,121.61,38.91\n", mapping=ColumnMapping({"name": "无", "nonsense": "名称"})
    )
    assert codes(row) == [("name_missing", "name")]
