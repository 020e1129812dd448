"""Files made by GDAL's own programs and by hand, read into a table: nothing lost, no bad row hiding the good ones."""

import io
import json
import shutil
import sqlite3
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake.coordinate_columns import CoordinateColumns, coordinate_columns
from geo.intake.file import read_file

needs_gdal = pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="GDAL's programs are not installed")

# 大连站 and 八一广场; the metres by gdaltransform -s_srs EPSG:4326 -t_srs EPSG:4549.
SOURCE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"名称": "大连站", "code": "007", "count": 3, "share": 0.5, "day": "2021-03-05"},
            "geometry": {"type": "Point", "coordinates": [121.62837, 38.92214]},
        },
        {
            "type": "Feature",
            "properties": {"名称": "八一广场", "code": "008", "count": None, "share": 1.25, "day": None},
            "geometry": {"type": "Point", "coordinates": [121.635355, 38.884725]},
        },
        {
            "type": "Feature",
            "properties": {"名称": "无处", "code": "009", "count": 4, "share": None, "day": None},
            "geometry": None,
        },
    ],
}
CM120_M = [(641218.351357, 4311121.329660), (641898.630784, 4306978.236133)]


@pytest.fixture(scope="module")
def gdal(tmp_path_factory):
    """Return a function that has ogr2ogr make a file of `SOURCE`, and gives its bytes, or those of its parts."""
    folder = tmp_path_factory.mktemp("gdal")
    source = folder / "source.geojson"
    source.write_text(json.dumps(SOURCE, ensure_ascii=False), encoding="utf-8")

    def make(driver, name, *options):
        target = folder / name
        subprocess.run(["ogr2ogr", "-f", driver, target, source, *options], check=True, capture_output=True)
        return {path.suffix: path.read_bytes() for path in sorted(folder.glob(f"{target.stem}.*"))}

    return make


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def problems_of(table):
    return [(getattr(problem, "feature", 0), problem.code) for problem in table.problems]


def column(table, name):
    return [None if pd.isna(value) else value for value in table.columns[name].astype(object)]


def xy(table):
    return [None if one is None else (one.x, one.y) for one in table.geometries]


# ---- files by GDAL ----


@needs_gdal
def test_a_geopackage_of_gdal_keeps_numbers_text_and_crs(gdal):
    table = read_file("a.gpkg", gdal("GPKG", "a.gpkg", "-t_srs", "EPSG:4549", "-nln", "点位")[".gpkg"])
    assert xy(table)[:2] == [pytest.approx(one, abs=1e-5) for one in CM120_M] and xy(table)[2] is None
    assert table.declared_crs.to_epsg() == 4549 and table.crs_in_file and table.layer == "点位"
    assert column(table, "名称") == ["大连站", "八一广场", "无处"] and column(table, "code") == ["007", "008", "009"]
    assert table.columns["count"].tolist()[::2] == [3, 4] and column(table, "share")[:2] == [0.5, 1.25]
    assert problems_of(table) == [(3, "import_no_geometry")]


@needs_gdal
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, "GBK", "UTF-8", "nonsense"])
def test_a_shapefile_is_read_in_its_real_encoding_whatever_the_cpg_says(gdal, encoding, cpg):
    parts = gdal(
        "ESRI Shapefile", f"s{encoding}.shp", "-lco", f"ENCODING={encoding}", "-t_srs", "EPSG:4549", "-overwrite"
    )
    parts.pop(".cpg", None)
    if cpg:
        parts[".cpg"] = cpg.encode()
    table = read_file("a.zip", zipped({f"数据/点位{suffix}": content for suffix, content in parts.items()}))
    assert column(table, "名称") == ["大连站", "八一广场", "无处"]
    assert table.encoding == {"GBK": "gb18030", "UTF-8": "utf-8"}[encoding]
    assert xy(table)[:2] == [pytest.approx(one, abs=1e-5) for one in CM120_M]
    assert table.declared_crs.to_epsg() == 4549 and column(table, "day")[0] in ("2021-03-05", "2021/03/05")
    assert problems_of(table) == [(3, "import_no_geometry")]


@needs_gdal
def test_a_shapefile_without_prj_is_of_no_crs_and_one_without_dbf_of_no_attributes(gdal):
    parts = gdal("ESRI Shapefile", "bare.shp")
    table = read_file("a.zip", zipped({f"a{suffix}": parts[suffix] for suffix in (".shp", ".shx")}))
    assert table.declared_crs is None and len(table.geometries) == 3
    assert {"import_no_crs", "import_no_attributes"} <= {problem.code for problem in table.problems}


@needs_gdal
def test_two_shapefiles_in_a_zip_are_told_and_either_is_read(gdal):
    one, other = gdal("ESRI Shapefile", "one.shp"), gdal("ESRI Shapefile", "two.shp", "-where", "code='008'")
    content = zipped({**{f"one{s}": c for s, c in one.items()}, **{f"two{s}": c for s, c in other.items()}})
    first, second = read_file("a.zip", content), read_file("a.zip", content, layer="two")
    assert first.layers == ("one", "two") and (0, "import_other_layers") in problems_of(first)
    assert column(second, "code") == ["008"]


@needs_gdal
def test_kml_and_xlsx_of_gdal(gdal):
    kml = read_file("a.kml", gdal("KML", "k.kml", "-dsco", "NameField=名称")[".kml"])
    assert xy(kml) == [(121.62837, 38.92214), (121.635355, 38.884725), None]
    assert column(kml, "name") == ["大连站", "八一广场", "无处"] and column(kml, "code") == ["007", "008", "009"]
    sheet = read_file(
        "a.xlsx", gdal("XLSX", "x.xlsx", "-sql", "SELECT *, 121.5 AS lon, 38.9 AS lat FROM source")[".xlsx"]
    )
    assert xy(sheet) == [(121.5, 38.9)] * 3 and column(sheet, "code") == ["007", "008", "009"]
    assert column(sheet, "名称") == ["大连站", "八一广场", "无处"] and sheet.problems == ()


# ---- files by hand ----


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_any_encoding_and_separator(encoding, separator):
    lines = ["名称,经度,纬度,编号", "大连站,121.62837,38.92214,007", '"八一,广场",121.635355,38.884725,008']
    text = "\r\n".join(lines).replace(",", separator)
    table = read_file("a.csv", text.encode(encoding))
    assert xy(table) == [(121.62837, 38.92214), (121.635355, 38.884725)]
    assert column(table, "名称") == ["大连站", f"八一{separator}广场"] and column(table, "编号") == ["007", "008"]
    assert table.declared_crs is None and table.problems == ()


def test_a_bad_row_never_hides_the_good_ones_and_none_is_lost():
    text = (
        "name,x,y,note\n"
        "good,641218.35,4311121.33,\n"
        "words,east,north,\n"
        "not finite,nan,4311121,\n"
        "endless,1e999,4311121,\n"
        "half,641218.35,,\n"
        "nowhere,,,\n"
        "longer,641218.35,4311121.33,kept,also kept\n"
        'open,641218.35,4311121.33,"never closed\n'
        "last,641898.63,4306978.24,=1+1\n"
    )
    table = read_file("a.csv", text.encode())
    assert [index + 1 for index, one in enumerate(table.geometries) if one is not None] == [1, 7, 8, 9]
    assert problems_of(table) == [
        (0, "import_quote_open"),
        (2, "import_not_a_number"),
        (3, "import_not_finite"),
        (4, "import_not_finite"),
        (5, "import_not_a_number"),
        (6, "import_no_geometry"),
    ]
    assert column(table, "column_5")[6] == "also kept"
    assert column(table, "note")[7:] == ["never closed", "=1+1"]
    assert table.problems[1].where == "a.csv #3" and table.problems[1].detail == "east, north"


def test_csv_with_wkt_and_chosen_columns():
    wkt = read_file("a.csv", b'id,WKT\n1,"POLYGON ((0 0,4 0,4 3,0 0))"\n2,POINT (1 2)\n3,POLYGON ((0 0\n')
    assert wkt.geometries[0].area == 6 and problems_of(wkt) == [(3, "import_geometry_unreadable")]
    assert column(wkt, "id") == [1, 2, 3]
    chosen = read_file("a.csv", b"a,b\n5,6\n", where=CoordinateColumns("b", "a"))
    assert xy(chosen) == [(6, 5)]
    neither = read_file("a.csv", b"a,b\n5,6\n")
    assert problems_of(neither) == [(0, "import_no_coordinates")] and column(neither, "a") == [5]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (["经度(°)", "纬度(°)"], ("经度(°)", "纬度(°)")),
        (["LNG", "LAT"], ("LNG", "LAT")),
        (["X坐标（m）", "Y坐标（m）"], ("X坐标（m）", "Y坐标（m）")),
        (["横坐标", "纵坐标"], ("横坐标", "纵坐标")),
        (["Easting", "Northing"], ("Easting", "Northing")),
        (["x", "y", "lon", "lat"], ("lon", "lat")),
    ],
)
def test_headers_in_chinese_and_english(headers, found):
    where = coordinate_columns(headers)
    assert (where.x, where.y) == found


def test_xlsx_by_hand_with_dates_formulas_and_a_second_sheet():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "地块"
    sheet.append(["名称", "lon", "lat", "面积", "面积"])
    sheet.append(["甲", 121.6, 38.9, 10, "=D2*2"])
    sheet.append([None] * 5)
    sheet.append(["乙", "121.61", 38.91, True, None])
    book.create_sheet("备注")
    stream = io.BytesIO()
    book.save(stream)
    table = read_file("a.xlsx", stream.getvalue())
    assert xy(table) == [(121.6, 38.9), (121.61, 38.91)] and column(table, "名称") == ["甲", "乙"]
    assert column(table, "面积_5") == ["=D2*2", None] and column(table, "面积") == ["10", "true"]
    assert problems_of(table) == [
        (0, "import_header_repeated"),
        (0, "import_other_layers"),
        (1, "import_formula_no_value"),
    ]


def test_kml_shapes_extended_data_folders_and_a_bad_placemark():
    kml = """<?xml version="1.0" encoding="GBK"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
    <Folder><name>站北</name><Placemark><name>面</name>
    <ExtendedData><Data name="期"><value>一</value></Data></ExtendedData>
    <Polygon><outerBoundaryIs><LinearRing>
    <coordinates>0,0,5 4,0,5 4,4,5 0,0,5</coordinates></LinearRing></outerBoundaryIs>
    <innerBoundaryIs><LinearRing><coordinates>2,1 3,1 3,2 2,1</coordinates></LinearRing></innerBoundaryIs></Polygon>
    </Placemark></Folder>
    <Placemark><name>坏</name><Point><coordinates>east,north</coordinates></Point></Placemark>
    <Placemark><name>远</name><Point><coordinates>inf,1</coordinates></Point></Placemark>
    <Placemark><name>多</name><MultiGeometry><Point><coordinates>1,2</coordinates></Point>
    <Point><coordinates>3,4</coordinates></Point></MultiGeometry></Placemark>
    <Placemark><name>杂</name><MultiGeometry><Point><coordinates>1,2</coordinates></Point>
    <LineString><coordinates>3,4 5,6</coordinates></LineString></MultiGeometry></Placemark>
    </Document></kml>""".encode("gbk")
    for table in (read_file("a.kml", kml), read_file("a.kmz", zipped({"doc.kml": kml, "files/a.png": b"x"}))):
        assert table.geometries[0].area == pytest.approx(8 - 0.5)
        assert shapely.get_num_geometries(table.geometries[3]) == 2
        assert column(table, "name") == ["面", "坏", "远", "多", "杂"]
        assert column(table, "folder")[0] == "站北" and column(table, "期")[0] == "一"
        assert problems_of(table) == [
            (2, "import_geometry_unreadable"),
            (3, "import_not_finite"),
            (5, "import_kind"),
        ]


def test_geojson_rows_with_faults_stand_beside_good_ones():
    features = [
        '{"type":"Feature","id":"a","properties":{"n":{"x":1}},"geometry":{"type":"Point","coordinates":[1,2]}}',
        '{"type":"Feature","properties":null,"geometry":{"type":"Point","coordinates":[NaN,2]}}',
        '{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[0,0],[1e999,2]]}}',
        '{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}}',
        '{"type":"Feature","properties":{},"geometry":{"type":"Circle","coordinates":[1,2]}}',
        "17",
    ]
    text = '{"type":"FeatureCollection","features":[' + ",".join(features) + "]}"
    table = read_file("a.geojson", text.encode())
    assert problems_of(table) == [
        (2, "import_not_finite"),
        (3, "import_not_finite"),
        (4, "import_invalid_shape"),
        (5, "import_geometry_unreadable"),
        (6, "import_not_a_feature"),
    ]
    assert column(table, "id")[0] == "a" and column(table, "n")[0] == '{"x": 1}'
    assert table.geometries[3] is not None and not table.crs_in_file


def test_a_geojson_that_states_a_crs_of_old():
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4550"}}
    table = read_file("a.json", json.dumps({**SOURCE, "crs": crs}).encode())
    assert table.declared_crs.to_epsg() == 4550 and table.crs_in_file


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(-1e8, 1e8, allow_nan=False),
            st.floats(-1e8, 1e8, allow_nan=False),
            st.text(st.characters(codec="gb18030", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_geojson_gives_back_every_number_and_letter(rows):
    features = [
        {"type": "Feature", "properties": {"t": text}, "geometry": {"type": "Point", "coordinates": [x, y]}}
        for x, y, text in rows
    ]
    table = read_file("a.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert xy(table) == [(x, y) for x, y, _ in rows] and column(table, "t") == [text for _, _, text in rows]


@given(content=st.binary(max_size=300), suffix=st.sampled_from(["geojson", "gpkg", "zip", "kml", "kmz", "csv", "xlsx"]))
def test_no_bytes_at_all_raise(content, suffix):
    table = read_file(f"a.{suffix}", content)
    assert len(table.geometries) == len(table.columns)


def test_a_geopackage_with_a_damaged_blob_and_gbk_text_keeps_the_other_rows():
    database = sqlite3.connect(":memory:")
    database.executescript(
        """
        CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id, definition);
        INSERT INTO gpkg_spatial_ref_sys VALUES (4490, 'EPSG', 4490, '');
        CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id);
        INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 4490);
        CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);
        """
    )
    head = b"GP\0\x01" + (4490).to_bytes(4, "little")
    good = head + shapely.to_wkb(shapely.Point(121.6, 38.9))
    for blob, name in ((good, "'a'"), (b"rubbish", "'b'"), (good[:-4], "'c'"), (good, "CAST(x'CEF7B8DA' AS TEXT)")):
        database.execute(f"INSERT INTO t (geom, name) VALUES (?, {name})", (blob,))
    database.commit()
    table = read_file("a.gpkg", database.serialize())
    assert xy(table) == [(121.6, 38.9), None, None, (121.6, 38.9)] and table.declared_crs.to_epsg() == 4490
    assert column(table, "name") == ["a", "b", "c", "西岗"]
    assert problems_of(table) == [
        (2, "import_geometry_unreadable"),
        (3, "import_geometry_unreadable"),
        (4, "import_text_mixed"),
    ]


@pytest.mark.parametrize(
    ("name", "content"), [("a.csv", b"x,y\n" + b"1,2\n" * 600_000), ("a.geojson", b"[" + b"{}," * 900_000 + b"{}]")]
)
def test_the_limit_that_is_told_is_the_one_that_the_page_states(name, content):
    (problem,) = read_file(name, content).problems
    assert (problem.code, problem.detail) == ("import_too_many_features", "200,000")


def test_rows_of_a_sheet_have_the_numbers_that_a_spreadsheet_shows():
    rows = [["name", "x", "y"], ["a", 1, 2], [], ["b", "east", 2], ["c", None, None]]
    lines = b'name,x,y\n"a\nb",1,2\n\nb,east,2\nc,,\n'
    book = openpyxl.Workbook()
    for number, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells, 1):
            book.active.cell(number, column, cell)
    packed = io.BytesIO()
    book.save(packed)
    for name, content in (("a.xlsx", packed.getvalue()), ("a.csv", lines)):
        table = read_file(name, content)
        assert table.numbers == (2, 4, 5)
        assert [problem.where for problem in table.problems] == [f"{name} #4", f"{name} #5"]
    drawn = b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null}]}'
    assert read_file("a.geojson", drawn).numbers == (1,)
