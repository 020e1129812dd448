"""Files of millions of vertices and bombs, each read by a process that may take little memory and few seconds.

And files of GDAL and LibreOffice, cut off and spoilt at many places: none raises, each says what is wrong.
"""

import io
import json
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.intake.file import read_file
from tests.geo.test_intake_hostile import geopackage, workbook, zipped

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES, SECONDS = 1000, 30
READ = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEGABYTES * 2}_000_000,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS},) * 2)
from geo.intake.file import read_file
with open(sys.argv[1], "rb") as file:
    table = read_file(sys.argv[1], file.read())
good = sum(geometry is not None for geometry in table.geometries)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))  # the peak since this program began
print(good, int(status["VmHWM"].split()[0]) // 1000, *[problem.code for problem in table.problems])
"""


def ring(count):
    angles = np.linspace(0, 2 * np.pi, count)
    points = np.column_stack([121.6 + 0.01 * np.cos(angles), 38.9 + 0.01 * np.sin(angles)])
    points[-1] = points[0]
    return shapely.Polygon(points)


def geopackage_of(polygon):
    blob = b"GP\0\1" + struct.pack("<i", 4326) + shapely.to_wkb(polygon)

    database = sqlite3.connect(":memory:")
    database.deserialize(geopackage())
    database.execute("INSERT INTO t (geom) VALUES (?)", (blob,))
    database.commit()
    return database.serialize()


def shapefile_of(polygon):
    points = shapely.get_coordinates(polygon)
    box = struct.pack("<4d", *polygon.bounds)
    record = struct.pack("<i", 5) + box + struct.pack("<3i", 1, len(points), 0) + points.tobytes()
    head = bytearray(100)
    head[:4], head[24:28] = b"\0\0\x27\x0a", struct.pack(">i", (108 + len(record)) // 2)
    head[28:36], head[36:68] = struct.pack("<2i", 1000, 5), box
    index = bytes(head) + struct.pack(">2i", 50, len(record) // 2)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.shp", bytes(head) + struct.pack(">2i", 1, len(record) // 2) + record)
        archive.writestr("a.shx", index)
    return stream.getvalue()


VERTICES = 10_000_000
HUGE = {
    "geojson": lambda: ("a.geojson", b'{"type":"Polygon","coordinates":[[' + b"[1,1]," * 8_000_000 + b"[1,1]]]}"),
    "geojson above the size": lambda: (
        "a.geojson", b'{"type":"Polygon","coordinates":[[' + b"[1,1]," * VERTICES + b"[1,1]]]}",
    ),
    "geopackage": lambda: ("a.gpkg", geopackage_of(ring(VERTICES))),
    "shapefile": lambda: ("a.zip", shapefile_of(ring(6_500_000))),
    "shapefile above the size": lambda: ("a.zip", shapefile_of(ring(VERTICES))),
    "kml": lambda: (
        "a.kml", b"<kml><Placemark><LineString><coordinates>" + b"1,1 " * VERTICES
        + b"</coordinates></LineString></Placemark></kml>",
    ),
    "kml below the parser's own limit": lambda: (
        "a.kml", b"<kml><Placemark><LineString><coordinates>" + b"1,1 " * 2_400_000
        + b"</coordinates></LineString></Placemark></kml>",
    ),
    "wkt": lambda: ("a.csv", b'wkt\n"LINESTRING (' + b"1 1," * VERTICES + b'1 1)"\n'),
    "dxf": lambda: (
        "a.dxf",
        b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n" + b"10\n1\n20\n1\n" * 4_000_000 + b"0\nENDSEC\n0\nEOF\n",
    ),
    "a zip bomb": lambda: ("a.zip", zipped(("a.shp", b"\0" * 400_000_000))),
    "a kmz bomb": lambda: ("a.kmz", zipped(("doc.kml", b" " * 200_000_000))),
    "a workbook bomb": lambda: (
        "a.xlsx", zipped(("xl/worksheets/sheet1.xml", b"<row/>" * 30_000_000), ("[Content_Types].xml", b"")),
    ),
    "many members": lambda: ("a.zip", zipped(*((f"{n}.shp", b"") for n in range(5_000)))),
}  # fmt: skip


@pytest.mark.parametrize("kind", HUGE)
def test_what_is_too_large_is_refused_within_bounds_of_memory_and_time(kind, tmp_path):
    name, content = HUGE[kind]()
    (tmp_path / name).write_bytes(content)
    size = len(content) // 1_000_000
    del content
    ran = subprocess.run(
        [sys.executable, "-c", READ, name], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert ran.returncode == 0 and not ran.stderr, ran.stderr[-500:]
    good, megabytes, *codes = ran.stdout.split()
    assert int(good) == 0 and set(codes) & {
        "import_too_many_vertices", "import_too_many_file_vertices", "import_file_too_large", "import_archive_bomb",
        "import_archive_members", "import_broken", "import_too_many_columns",
    }  # fmt: skip
    assert int(megabytes) < min(MEGABYTES, 350 + 4 * size)


# ---- files of others' programs, spoilt ----

SOURCE = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"名称": f"地块{n}", "n": n, "day": "2026-11-25"},
         "geometry": {"type": "Point", "coordinates": [121.6 + n / 1000, 38.9]}} for n in range(20)
    ],
}  # fmt: skip
PLACED = "SELECT *, 121.6 AS lon, 38.9 AS lat FROM source"
GDAL = {"GPKG": "a.gpkg", "KML": "a.kml", "GeoJSON": "a.geojson", "CSV": "a.csv", "XLSX": "a.xlsx", "DXF": "a.dxf",
        "ESRI Shapefile": "a.shp"}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a function that has GDAL or LibreOffice make a file, and gives its name and bytes."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "source.geojson").write_text(json.dumps(SOURCE, ensure_ascii=False), encoding="utf-8")

    def make(program):
        if program == "LibreOffice":
            rows = [["名称", "经度", "纬度"], *([f"地块{n}", 121.6, 38.9] for n in range(20))]
            (folder / "lo.xlsx").write_bytes(workbook(rows))
            command = ["soffice", f"-env:UserInstallation=file://{folder}/lo", "--headless", "--convert-to", "xlsx"]
            subprocess.run(
                [*command, "--outdir", folder / "out", folder / "lo.xlsx"], check=True, capture_output=True, timeout=120
            )
            return "a.xlsx", (folder / "out" / "lo.xlsx").read_bytes()
        target = folder / GDAL[program]
        options = {"CSV": ["-lco", "GEOMETRY=AS_XY"], "DXF": ["-select", ""], "XLSX": ["-sql", PLACED]}.get(program, [])
        subprocess.run(
            ["ogr2ogr", "-f", program, target, folder / "source.geojson", *options], check=True, capture_output=True
        )
        if program == "ESRI Shapefile":
            parts = [(path.name, path.read_bytes()) for path in sorted(folder.glob("a.*")) if path.stem == "a"]
            wanted = (".shp", ".shx", ".dbf", ".prj", ".cpg")
            return "a.zip", zipped(*((n, c) for n, c in parts if n.endswith(wanted)), method=zipfile.ZIP_STORED)
        return target.name, target.read_bytes()

    return make


@pytest.mark.parametrize("program", [*GDAL, "LibreOffice"])
def test_a_file_of_another_program_spoilt_anywhere_raises_nothing_and_says_so(made, program):
    if not shutil.which("soffice" if program == "LibreOffice" else "ogr2ogr"):
        pytest.skip("the program is not installed")
    name, content = made(program)
    whole = read_file(name, content)
    assert sum(one is not None for one in whole.geometries) == 20
    chance = random.Random(program)
    for _ in range(30):
        spoilt = bytearray(content)
        start = chance.randrange(len(content))
        if chance.random() < 0.4:
            del spoilt[start:]
        else:
            for at in range(start, min(start + chance.choice((1, 8, 64)), len(spoilt))):
                spoilt[at] = chance.randrange(256)
        table = read_file(name, bytes(spoilt))
        assert len(table.geometries) == len(table.columns)
        # Nothing unforeseen: such a thing is told by the bare name of an exception.
        assert not [one for one in table.problems if one.code == "import_broken" and one.detail.endswith("Error")]
