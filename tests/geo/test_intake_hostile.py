"""Files made to break a reader: each is refused or read around, soon, with a clear problem, and nothing is raised."""

import io
import json
import sqlite3
import stat
import time
import tracemalloc
import zipfile

import numpy as np
import openpyxl
import pytest
import shapely
from pyogrio.raw import write as write_raw

from geo.intake import limits
from geo.intake.file import read_file

SECONDS = 5  # of the processor, so that a busy machine does not matter
POINT = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[121.6,38.9]}}'
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>%s</Document></kml>'
PLACEMARK = "<Placemark><name>%s</name><Point><coordinates>121.6,38.9</coordinates></Point></Placemark>"
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + "]>"
)


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def collection(*features):
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def shapefile(tmp_path, count=3):
    """Return the parts of a shapefile of points, written by pyogrio."""
    points = shapely.to_wkb(shapely.points(np.arange(count) + 121.0, 38.0))
    names = np.array([f"n{number}" for number in range(count)], dtype=object)
    write_raw(tmp_path / "a.shp", points, [names], ["name"], geometry_type="Point", crs="EPSG:4326")
    return {path.suffix: path.read_bytes() for path in tmp_path.glob("a.*")}


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_member(content, name, change):
    """Return an archive with one member's bytes changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(one, archive.read(one)) for one in archive.namelist()]
    return zipped(*((one, change(data) if one == name else data) for one, data in members))


def geopackage(script="", *, view=False):
    database = sqlite3.connect(":memory:")
    database.executescript(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id, definition);"
        "CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id);"
        "INSERT INTO gpkg_geometry_columns VALUES ('t', 'geom', 4326);"
        + ("" if view else "CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB);")
        + script
    )
    return database.serialize()


def link_to_passwords():
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped((info, "/etc/passwd"))


def locked():
    content = bytearray(zipped(("a.shp", b"x")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def lying_about_its_size():
    """Return an archive whose list says 10 bytes, and whose member unpacks to 20 MB."""
    content = bytearray(zipped(("doc.kml", b" " * 20_000_000)))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(mark) + offset
        content[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(content)


REFUSED = {
    # formats and suffixes
    "no suffix": ("passwords", b"root:x:0", "import_format"),
    "a program": ("a.exe", b"MZ", "import_format"),
    "a path as its name": ("../../etc/passwd", b"root", "import_format"),
    "nothing": ("a.csv", b"", "import_empty"),
    "only null bytes": ("a.geojson", b"\0" * 1000, "import_empty"),
    "a zip called gpkg": ("a.gpkg", zipped(("a.shp", b"x")), "import_wrong_suffix"),
    "a database called geojson": ("a.geojson", geopackage(), "import_wrong_suffix"),
    "a database called csv": ("a.csv", geopackage(), "import_wrong_suffix"),
    "html called kml": ("a.kml", b"just words", "import_wrong_suffix"),
    "an xls called xlsx": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "import_wrong_suffix"),
    "a picture called csv": ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "import_wrong_suffix"),
    "a pdf called zip": ("a.zip", b"%PDF-1.7", "import_wrong_suffix"),
    # archives
    "a zip cut off": ("a.zip", zipped(("a.shp", bytes(range(256)) * 9))[:-40], "import_archive_broken"),
    "a bomb by ratio": ("a.zip", zipped(("a.shp", b"\0" * 20_000_000)), "import_archive_bomb"),
    "a bomb in a kmz": ("a.kmz", zipped(("doc.kml", b" " * 20_000_000)), "import_archive_bomb"),
    "a bomb in a sheet": ("a.xlsx", zipped(("xl/worksheets/sheet1.xml", b" " * 20_000_000)), "import_archive_bomb"),
    "too many members": ("a.zip", zipped(*((f"{n}.shp", b"") for n in range(1001))), "import_archive_members"),
    "a way out": ("a.zip", zipped(("../../a.shp", b"x")), "import_archive_path"),
    "an absolute path": ("a.zip", zipped(("/etc/a.shp", b"x")), "import_archive_path"),
    "a way out of Windows": ("a.zip", zipped(("..\\..\\a.shp", b"x")), "import_archive_path"),
    "a drive": ("a.zip", zipped(("C:a.shp", b"x")), "import_archive_path"),
    "a link": ("a.zip", link_to_passwords(), "import_archive_path"),
    "a zip in a zip": ("a.zip", zipped(("b.zip", zipped(("a.shp", b"x")))), "import_archive_nested"),
    "a tar in a kmz": ("a.kmz", zipped(("b.tar.gz", b"x")), "import_archive_nested"),
    "a password": ("a.zip", locked(), "import_archive_locked"),
    "a false size": ("a.kmz", lying_about_its_size(), "import_archive_broken"),
    "no shapefile": ("a.zip", zipped(("readme.txt", b"x")), "import_archive_without"),
    "no kml": ("a.kmz", zipped(("readme.txt", b"x")), "import_archive_without"),
    # XML
    "an entity bomb": ("a.kml", ("<?xml version='1.0'?>" + LAUGHS + KML % "&j;").encode(), "import_xml_entities"),
    "an entity bomb in UTF-16": ("a.kml", (LAUGHS + KML % "&j;").encode("utf-16"), "import_xml_entities"),
    "a file read by an entity": (
        "a.kml",
        b'<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>',
        "import_xml_entities",
    ),
    "an entity bomb in a sheet": (
        "a.xlsx",
        with_member(workbook([["lon"]]), "xl/workbook.xml", lambda xml: LAUGHS.encode() + xml),
        "import_xml_entities",
    ),
    "xml cut off": ("a.kml", (KML % (PLACEMARK % "a"))[:60].encode(), "import_broken"),
    "a sheet without its parts": ("a.xlsx", zipped(("xl/workbook.xml", b"<workbook/>")), "import_broken"),
    # JSON
    "json cut off": ("a.geojson", collection(POINT)[:-20], "import_broken"),
    "brackets without end": ("a.geojson", b"[" * 1_000_000, "import_broken"),
    "a number of a million digits": ("a.geojson", b'{"type":' + b"9" * 1_000_000 + b"}", "import_broken"),
    "json of another kind": ("a.json", b'{"name":"x"}', "import_not_geojson"),
    "millions of vertices": (
        "a.geojson",
        b'{"type":"Polygon","coordinates":[[' + b"[1,1]," * 3_000_001 + b"[1,1]]]}",
        "import_too_many_file_vertices",
    ),
    "millions of objects": ("a.geojson", b"[" + b"{}," * 900_000 + b"{}]", "import_too_many_features"),
    # databases
    "a damaged database": ("a.gpkg", geopackage()[:100] + b"\xff" * 8000, "import_broken"),
    "a view without end": (
        "a.gpkg",
        geopackage(
            "CREATE VIEW t AS WITH RECURSIVE c(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM c)"
            " SELECT fid, x'00' AS geom FROM c;",
            view=True,
        ),
        "import_views_skipped",
    ),
    "a column that runs": (
        "a.gpkg",
        geopackage("DROP TABLE t; CREATE TABLE t (fid, geom AS (zeroblob(300000000))); INSERT INTO t VALUES (1)"),
        "import_broken",
    ),
    # sheets
    "too many columns": ("a.csv", (",".join(f"c{n}" for n in range(300)) + "\n1").encode(), "import_too_many_columns"),
    "too many lines": ("a.csv", b"x,y\n" + b"1,2\n" * 400_001, "import_too_many_features"),
    "quotes never closed": ("a.csv", b"x,y\n" + b'"a" b,1\n' * 50, "import_broken"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_file_is_refused_soon_and_says_why(kind):
    name, content, code = REFUSED[kind]
    start = time.process_time()
    table = read_file(name, content)
    assert [problem.code for problem in table.problems] == [code]
    assert len(table.geometries) == len(table.columns) == 0
    assert time.process_time() - start < SECONDS


def test_a_file_above_its_limit_is_not_even_looked_at(monkeypatch):
    monkeypatch.setitem(limits.MAX_FILE_BYTES, "csv", 1000)
    assert [problem.code for problem in read_file("a.csv", b"x,y\n" * 300).problems] == ["import_file_too_large"]


READ_AROUND = {
    "placemarks before a break": ("a.kml", (KML % (PLACEMARK % "a" * 2))[:-17].encode() + b"<<", 2, "import_broken"),
    "a network link": (
        "a.kml",
        (KML % ("<NetworkLink><Link><href>x</href></Link></NetworkLink>" + PLACEMARK % "a")).encode(),
        1,
        "import_kml_link",
    ),
    "null bytes in a sheet": ("a.csv", b"name,x,y\na\0b,1,2\n", 1, "import_text_mixed"),
    "two encodings in a sheet": (
        "a.csv",
        "name,x,y\n西岗,1,2\n大连,1,2\n".encode() + "甘井子,1,2\n".encode("gbk"),
        3,
        "import_text_mixed",
    ),
    "letters of no encoding": ("a.csv", "name,x,y\n西岗,1,2\n".encode() + b"\xff\xff,1,2\n", 2, "import_text_mixed"),
    "coordinates too large for a float": (
        "a.geojson",
        collection(POINT, POINT.replace("121.6", "1" + "0" * 400)),
        1,
        "import_geometry_unreadable",
    ),
    "lists in lists in lists": (
        "a.geojson",
        collection(POINT, POINT.replace("[121.6,38.9]", "[" * 900 + "]" * 900)),
        1,
        "import_geometry_unreadable",
    ),
    "a ring of two points": (
        "a.geojson",
        collection(POINT, '{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}}'),
        1,
        "import_geometry_unreadable",
    ),
    "a collection of everything": (
        "a.geojson",
        collection(POINT, '{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[]}}'),
        1,
        "import_no_geometry",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ_AROUND)
def test_what_is_good_in_a_malformed_file_is_read(kind):
    name, content, good, code = READ_AROUND[kind]
    table = read_file(name, content)
    assert sum(geometry is not None for geometry in table.geometries) == good
    assert code in {problem.code for problem in table.problems}


@pytest.mark.parametrize("limit_of_geojson", [1000, 2000])  # seen in the text, or else in the shape
def test_a_polygon_of_too_many_vertices_is_left_out_and_its_neighbour_kept(monkeypatch, limit_of_geojson):
    monkeypatch.setattr("geo.intake.geojson.MAX_VERTICES", limit_of_geojson)
    monkeypatch.setattr("geo.intake.table.MAX_VERTICES", 1000)
    ring = [[x, 0] for x in range(1000)] + [[500, 1], [0, 0]]
    big = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    table = read_file("a.geojson", collection(json.dumps(big), POINT))
    assert [geometry is None for geometry in table.geometries] == [True, False]
    assert [(problem.code, problem.detail) for problem in table.problems] == [("import_too_many_vertices", "1,000")]


@pytest.mark.parametrize("missing", [".shp", ".shx"])
def test_a_shapefile_without_a_part_it_cannot_do_without(tmp_path, missing):
    parts = shapefile(tmp_path)
    del parts[missing]
    table = read_file("a.zip", zipped(*((f"a{suffix}", content) for suffix, content in parts.items())))
    assert [p.code for p in table.problems] == [
        {".shp": "import_archive_without", ".shx": "import_shapefile_part"}[missing]
    ]


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        (part, damage)
        for part in (".shp", ".shx", ".dbf", ".prj", ".cpg")
        for damage in ("cut", "ones", "null", "empty")
        if (part, damage) != (".dbf", "null")  # many programs fill text up with null bytes, so these are no fault
    ],
)
def test_a_damaged_part_of_a_shapefile_raises_nothing_and_is_told(tmp_path, part, damage):
    parts = shapefile(tmp_path, 5)
    content = parts[part]
    half = len(content) // 2
    rest = {"cut": b"", "ones": b"\xff" * half, "null": b"\0" * half, "empty": None}[damage]
    parts[part] = b"" if rest is None else content[:half] + rest
    table = read_file("a.zip", zipped(*((f"a{suffix}", one) for suffix, one in parts.items())))
    assert table.problems or (part == ".cpg" and len(table.geometries) == 5)


def test_a_sheet_that_claims_a_million_rows_and_columns_takes_no_memory():
    def far_away(xml):
        cell = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
        return xml.replace(b"</sheetData>", cell).replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')

    content = with_member(workbook([["lon", "lat"], [121.6, 38.9]]), "xl/worksheets/sheet1.xml", far_away)
    tracemalloc.start()
    start = time.process_time()
    table = read_file("a.xlsx", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [problem.code for problem in table.problems] == ["import_too_many_features"]
    assert peak < 100e6 and time.process_time() - start < SECONDS * 2


def test_the_database_of_a_stranger_is_stopped_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr("geo.intake.geopackage.MAX_SQL_SECONDS", 0)
    monkeypatch.setattr("geo.intake.geopackage.STEPS_BETWEEN_CHECKS", 10)
    content = geopackage("INSERT INTO t (geom) VALUES (NULL), (NULL), (NULL)")
    assert [problem.code for problem in read_file("a.gpkg", content).problems] == ["import_broken"]


def test_views_beside_a_layer_are_left_out_and_said():
    content = geopackage(
        "INSERT INTO t (geom) VALUES (NULL); CREATE VIEW v AS SELECT * FROM t;"
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 4326);"
    )
    table = read_file("a.gpkg", content)
    assert table.layers == ("t",) and len(table.columns) == 1
    assert [one.detail for one in table.problems if one.code == "import_views_skipped"] == ["v"]
