"""PNG, SVG and PDF of a sheet, opened with programs that we did not write."""

import datetime
import json
import re

import numpy as np
import pikepdf
import pypdfium2
import pytest
from lxml import etree
from PIL import Image

from exports.picture import write_pdf, write_png, write_svg
from exports.request import ExportRequest, Extent, Purpose
from exports.sheet import make_sheet
from geo.load import load_dataset
from layers.words import words_in
from tests.exports.readers import ROOT, said_by

MADE_ON = datetime.date(2026, 1, 5)
A3 = ExportRequest(size="a3-landscape", made_on=MADE_ON)
SVG = "{http://www.w3.org/2000/svg}"
TITLE = {"zh": "空间结构与重点项目图", "en": "spatial structure and key projects"}
SITE = {"zh": "森林动物园提", "en": "Forest Zoo"}


@pytest.fixture(scope="module")
def data():
    return load_dataset(ROOT / "data")


@pytest.fixture(scope="module")
def pdf_of(data, tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("pdf"), {}

    def make(language):
        if language not in made:
            path = folder / f"{language}.pdf"
            sheet = write_pdf(data, A3.model_copy(update={"language": language}), path)
            made[language] = path, sheet
        return made[language]

    return make


# ---- PNG ----


@pytest.mark.parametrize(
    ("size", "dpi", "pixels"),
    [("slide", 150, (2000, 1125)), ("slide", 300, (4000, 2250)), ("a4-portrait", 150, (1240, 1754))],
)
def test_a_png_has_the_papers_size_and_says_its_resolution(data, tmp_path, size, dpi, pixels):
    write_png(data, ExportRequest(size=size, dpi=dpi), tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        assert picture.size == pytest.approx(pixels, abs=1)
        assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
        assert picture.info["Title"] and "2021" in picture.info["Description"]
        assert np.asarray(picture.convert("L")).std() > 10


# ---- PDF ----


def text_of(path):
    with pypdfium2.PdfDocument(path) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pdfium_finds_the_text_and_the_page_is_not_blank(pdf_of, language):
    path, _ = pdf_of(language)
    text = " ".join(text_of(path).split())
    assert TITLE[language] in text and SITE[language] in text
    with pypdfium2.PdfDocument(path) as document:
        width, height = document[0].get_size()
        pixels = np.asarray(document[0].render(scale=0.5).to_pil().convert("L"))
    assert (width, height) == pytest.approx((420 / 25.4 * 72, 297 / 25.4 * 72), abs=0.5)
    assert pixels.std() > 10 and (pixels < 128).mean() > 0.005


@pytest.mark.parametrize("language", ["zh", "en"])
def test_poppler_finds_the_text_and_all_fonts_are_embedded(pdf_of, language):
    path, _ = pdf_of(language)
    text = " ".join(said_by("pdftotext", path, "-").split())
    assert TITLE[language] in text and SITE[language] in text
    fonts = said_by("pdffonts", path).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert re.search(r"NotoSans(SC|KR)", font) and re.search(r"\byes\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+$", font), (
            font
        )


def test_a_pdf_names_its_layers_in_the_readers_language(pdf_of):
    for language in ("zh", "en"):
        path, _ = pdf_of(language)
        with pikepdf.open(path) as pdf:
            names = {str(group.Name) for group in pdf.Root.OCProperties.OCGs}
            used = set(pdf.pages[0].Resources.Properties.keys())
            content = pdf.pages[0].Contents.read_bytes()
        words = words_in(language)
        assert {words(f"layer.{code}") for code in ("structure", "sites", "roads", "labels")} <= names
        for name in used:
            assert b"/OC " + name.encode() + b" BDC" in content
        assert content.count(b"BDC") == content.count(b"EMC")


def test_gdal_reads_the_coordinates(pdf_of, data):
    path, sheet = pdf_of("zh")
    told = json.loads(said_by("gdalinfo", "-json", path))
    assert 'ID["EPSG",4550]' in told["coordinateSystem"]["wkt"]
    origin_x, step_x, _, origin_y, _, step_y = told["geoTransform"]
    page_width, page_height = (side * 72 for side in sheet.figure.get_size_inches())
    columns, rows = told["size"]
    left, bottom, right, top = sheet.frame_box
    west, south, east, north = sheet.frame.bounds_m

    def ground(x_pt, y_pt):
        return origin_x + x_pt / page_width * columns * step_x, origin_y + (1 - y_pt / page_height) * rows * step_y

    assert ground(left, bottom) == pytest.approx((west, south), abs=1)
    assert ground(right, top) == pytest.approx((east, north), abs=1)
    neatline = [float(number) for number in re.findall(r"[\d.]+", told["metadata"][""]["NEATLINE"])]
    xs, ys = neatline[::2], neatline[1::2]
    assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx((west, south, east, north), abs=1)


def test_a_pdf_is_small(pdf_of):
    assert pdf_of("zh")[0].stat().st_size < 600_000


# ---- SVG ----


def test_an_svg_is_layered_and_asks_nothing_of_the_outside(data, tmp_path):
    path = tmp_path / "map.svg"
    write_svg(data, ExportRequest(made_on=MADE_ON), path)
    root = etree.parse(path).getroot()
    groups = {group.get("id") for group in root.iter(f"{SVG}g")}
    assert {f"layer.{code}" for code in ("ground", "roads", "structure", "sites", "labels", "panel")} <= groups
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.split("}")[-1] in ("href", "src"):
                assert value.startswith("#"), value
            assert "url(" not in value.replace("url(#", ""), value
    assert b"<image" not in path.read_bytes() and b"@import" not in path.read_bytes()


def test_the_same_request_gives_the_same_svg(data, tmp_path):
    for name in ("one.svg", "two.svg"):
        write_svg(
            data, ExportRequest(made_on=MADE_ON, extent=Extent(kind="site", id="huizhi-yunding")), tmp_path / name
        )
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_public_pdf_without_number_holds_no_boundary(data, tmp_path):
    write_pdf(data, ExportRequest(purpose=Purpose(kind="public")), tmp_path / "public.pdf")
    with pikepdf.open(tmp_path / "public.pdf") as pdf:
        assert b"/OC /Layer-boundary BDC" not in pdf.pages[0].Contents.read_bytes()
    assert "未取得审图号" in "".join(text_of(tmp_path / "public.pdf").split())


def test_a_sheet_can_be_drawn_twice(data):
    request = ExportRequest(size="a4-landscape", made_on=MADE_ON)
    one, two = make_sheet(data, request), make_sheet(data, request)
    assert one.drawn.labels == two.drawn.labels and one.figure is not two.figure
