"""DXF drawings written by ezdxf, which is none of ours, and by hand: areas, points, attributes, units, encodings."""

import io
import math
import time
import tracemalloc

import ezdxf
import pytest

from geo.intake.file import read_file

X, Y = 641_218.0, 4_311_121.0


def dxf(draw, version="R2010", unit=6, encoding=None):
    document = ezdxf.new(version, units=unit)
    if encoding:
        document.header["$DWGCODEPAGE"] = document.encoding = encoding
        document.encoding = "gbk"
    draw(document, document.modelspace())
    text = io.StringIO()
    document.write(text)
    return text.getvalue().encode(document.output_encoding, "dxfreplace" if not encoding else "strict")


def read(draw, **options):
    return read_file("a.dxf", dxf(draw, **options))


def codes(table):
    return [problem.code.removeprefix("import_") for problem in table.problems]


def square(size=100.0):
    return [(X, Y), (X + size, Y), (X + size, Y + size), (X, Y + size)]


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010", "R2018"])
def test_closed_polylines_are_areas_with_layer_handle_colour_and_the_text_inside(version):
    def draw(document, space):
        document.layers.add("宗地")
        add = space.add_polyline2d if version == "R12" else space.add_lwpolyline
        add(square(), close=True, dxfattribs={"layer": "宗地", "color": 3})
        space.add_text("东关街A地块", dxfattribs={"insert": (X + 50, Y + 50)})
        space.add_text("在外面", dxfattribs={"insert": (X - 50, Y + 50)})

    table = read(draw, version=version)
    (area,) = table.geometries
    assert area.area == pytest.approx(10_000) and area.geom_type == "Polygon"
    assert table.columns.loc[1, ["layer", "colour", "text"]].tolist() == ["宗地", 3, "东关街A地块"]
    assert table.format == "dxf" and "no_crs" in codes(table)


def test_arcs_are_flattened_and_a_circle_of_two_of_them_has_its_area():
    def draw(_, space):
        space.add_lwpolyline([(X, Y, 1), (X + 20, Y, 1)], format="xyb", close=True)
        space.add_lwpolyline([(X, Y, 0), (X + 20, Y, 1), (X + 20, Y + 20, 0), (X, Y + 20, 0)], format="xyb", close=True)

    circle, bulging = read(draw).geometries
    assert circle.geom_type == "LineString"  # of two corners: no area is claimed for it
    assert bulging.area == pytest.approx(400 + math.pi * 100 / 2, rel=2e-3) and bulging.bounds[2] > X + 29


def test_points_and_blocks_with_attributes_are_points_and_the_rest_is_counted():
    def draw(document, space):
        block = document.blocks.new("SITE")
        block.add_attdef("NAME", (0, 0))
        space.add_blockref("SITE", (X, Y, 12.5)).add_auto_attribs({"NAME": "新厂"})
        space.add_point((X + 1, Y + 1))
        space.add_lwpolyline(square()[:3])
        space.add_circle((X, Y), 3)
        space.add_line((X, Y), (X + 1, Y))

    table = read(draw)
    assert [one.geom_type for one in table.geometries] == ["Point", "Point", "LineString"]
    assert table.columns.loc[1, ["block", "NAME", "elevation"]].tolist() == ["SITE", "新厂", 12.5]
    (problem,) = [one for one in table.problems if one.code == "import_dxf_left_out"]
    assert sorted(problem.detail.split(", ")) == ["CIRCLE 1", "LINE 1"]


@pytest.mark.parametrize(
    ("unit", "factor", "code", "x"),
    [(6, 1, None, X), (4, 1000, "dxf_unit", X), (5, 100, "dxf_unit", X), (4, 1, "dxf_unit_doubted", X),
     (0, 1, "dxf_no_unit", X)],
)  # fmt: skip
def test_units_are_converted_where_the_numbers_bear_them_out_and_said(unit, factor, code, x):
    table = read(lambda _, space: space.add_point((X * factor, Y * factor)), unit=unit)
    assert table.geometries[0].x == pytest.approx(x)
    assert [one for one in codes(table) if one.startswith("dxf")] == ([code] if code else [])


def test_text_of_old_drawings_is_gbk():
    def draw(document, space):
        document.layers.add("宗地")
        space.add_point((X, Y), dxfattribs={"layer": "宗地"})

    table = read(draw, version="R2000", encoding="ANSI_936")
    assert table.columns.loc[1, "layer"] == "宗地" and table.encoding == "gb18030"


def test_what_a_drawing_refers_to_is_told_and_never_opened():
    def draw(document, space):
        document.add_xref_def("/etc/passwd.dxf", "OUTSIDE")
        space.add_blockref("OUTSIDE", (X, Y))

    table = read(draw)
    assert "dxf_xref" in codes(table) and len(table.geometries) == 1


def by_hand(*entities, head=""):
    return f"0\nSECTION\n2\nENTITIES\n{head}{''.join(entities)}0\nENDSEC\n0\nEOF\n".encode()


POINT = "0\nPOINT\n8\n0\n10\n641218\n20\n4311121\n"


@pytest.mark.parametrize(
    ("content", "good", "code"),
    [
        (by_hand(POINT, "0\nPOINT\n8\n0\n10\nnan\n20\n1\n"), 1, "not_finite"),
        (by_hand(POINT, "0\nPOINT\n8\n0\n10\n1e999\n20\n1\n"), 1, "not_finite"),
        (by_hand(POINT, "0\nPOINT\n8\n0\n"), 1, "geometry_unreadable"),
        (by_hand(POINT, "rubbish\n"), 1, "broken"),
        (by_hand(POINT)[:-20], 1, "broken"),
        (by_hand(POINT, "0\nLWPOLYLINE\n8\n0\n70\n1\n10\n1\n20\n1\n"), 1, "geometry_unreadable"),
        (by_hand("0\nPOINT\n8\n0\n"), 0, "geometry_unreadable"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00", 0, "wrong_suffix"),
        (b"AC1032\0\0\0", 0, "wrong_suffix"),
        (b"0\nSECTION\n2\nHEADER\n", 0, "broken"),
        (by_hand(), 0, "empty"),
        (by_hand(POINT.replace("8\n0", "8\n\xff\x00")), 1, "text_mixed"),
    ],
)
def test_malformed_drawings_give_what_is_good_in_them_and_a_reason(content, good, code):
    table = read_file("a.dxf", content)
    assert sum(one is not None for one in table.geometries) == good and code in codes(table)


def test_blocks_in_blocks_cost_nothing_and_a_polyline_of_millions_of_corners_is_refused_soon():
    def bomb(document, space):
        for level in range(20):
            block = document.blocks.new(f"B{level}")
            for _ in range(10):
                block.add_blockref(f"B{level - 1}", (0, 0)) if level else block.add_point((0, 0))
        space.add_blockref("B19", (X, Y))

    assert len(read(bomb).geometries) == 1
    corners = "10\n1\n20\n1\n" * 3_000_000
    content = by_hand("0\nLWPOLYLINE\n8\n0\n", corners)
    start = time.process_time()
    tracemalloc.start()
    table = read_file("a.dxf", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert codes(table) == ["too_many_vertices"] and peak < 300e6 and time.process_time() - start < 20
