"""The deck, read as XML, tallied anew from the data file, and rendered by LibreOffice."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.util import Pt

from exports.deck import write_deck
from exports.decktable import Cell, Table, fitted_table
from exports.decktext import fitted_text, joined, lines_of, text_height
from exports.decktheme import TemplateError
from exports.request import ExportRequest, Purpose
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Phase, Sector
from layers.words import LANGUAGES, words_in
from tests.data.odd_projects import SHIPPED, odd_dataset, shipped_features
from tests.languages import TRANSLATED, data_texts

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
FONTS = Path(__file__).parents[2] / "exports" / "fonts"
FEATURES = shipped_features()
TITLES = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE}
EAST_ASIAN = {
    "zh": "Microsoft YaHei", "en": "Microsoft YaHei", "ja": "Yu Gothic", "ko": "Malgun Gothic", "ru": "Microsoft YaHei",
}  # fmt: skip
NOWHERE = ProjectFilter(text="没有这样的项目")


def some_sites():
    placed = [f for f in FEATURES if f["geometry"]][:3]
    unplaced = [f for f in FEATURES if not f["geometry"]]
    several = max(unplaced, key=lambda f: len(f["properties"]["mentions"]))
    return [*placed, several]


def written(folder, data, **asked):
    path = folder / "deck.pptx"
    template = asked.pop("template", None)
    told = []
    write_deck(data, ExportRequest(**asked), path, progress=lambda *done: told.append(done), template=template)
    return path, told


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(SHIPPED)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def deck(shipped, language, tmp_path_factory):
    sites = tuple(feature["id"] for feature in some_sites())
    return written(tmp_path_factory.mktemp("deck"), shipped, language=language, sites=sites)


@pytest.fixture(scope="module")
def presentation(deck):
    return Presentation(deck[0])


def all_shapes(shapes):
    for shape in shapes:
        yield shape
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
            yield from all_shapes(shape.shapes)


def xml_parts(path, pattern):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(pattern, name):
                yield name, etree.fromstring(archive.read(name))


def texts_of(slide):
    return "\n".join("".join(p.itertext(f"{A}t")) for p in slide._element.iter(f"{A}p"))


def notes_of(slide):
    return slide.notes_slide.notes_text_frame.text


def graphic(slide, kind):
    return next(shape for shape in slide.shapes if getattr(shape, kind))


PARTS = [rf"ppt/{part}\d+\.xml" for part in ("slides/slide", "notesSlides/notesSlide", "charts/chart")]


def slide_with_chart(presentation):
    return next(s for s in presentation.slides if any(shape.has_chart for shape in s.shapes))


# ---- form ----


def test_progress_counts_every_slide(deck, presentation):
    total = len(presentation.slides)
    assert deck[1] == [(n, total) for n in range(1, total + 1)]


def test_it_is_wide(presentation):
    assert (presentation.slide_width, presentation.slide_height) == (12191695, 6858000)


@pytest.mark.parametrize(
    "pattern", [r"ppt/slides/slide\d+\.xml", r"ppt/notesSlides/\w+\.xml", r"ppt/charts/chart\d+\.xml"]
)
def test_every_run_names_both_typefaces(deck, language, pattern):
    seen = 0
    for name, root in xml_parts(deck[0], pattern):
        runs = list(root.iter(f"{A}r", f"{A}fld"))
        properties = [run.find(f"{A}rPr") for run in runs] + list(root.iter(f"{A}defRPr"))
        if "notesSlides" in name:
            properties = [run.find(f"{A}rPr") for run in runs if run.tag == f"{A}r"]
        for each in properties:
            assert each is not None and each.find(f"{A}latin") is not None, name
            assert each.find(f"{A}ea").get("typeface") == EAST_ASIAN[language], name
            seen += 1
    assert seen


def test_the_themes_name_both_typefaces(deck, language):
    themes = dict(xml_parts(deck[0], r"ppt/theme/theme\d+\.xml"))
    assert themes
    for root in themes.values():
        for font in root.iter(f"{A}majorFont", f"{A}minorFont"):
            assert font.find(f"{A}ea").get("typeface") == EAST_ASIAN[language]
            assert font.find(f"{A}latin").get("typeface")


def test_every_slide_has_a_native_title_footer_and_number(presentation):
    for number, slide in enumerate(presentation.slides, start=1):
        kinds = {shape.placeholder_format.type: shape.text_frame.text for shape in slide.placeholders}
        assert slide.shapes.title.text_frame.text.strip()
        assert slide.shapes.title.placeholder_format.type in TITLES
        assert "西政发〔2021〕13号" in kinds[PP_PLACEHOLDER.FOOTER]
        assert str(number) in texts_of(slide)
        assert PP_PLACEHOLDER.SLIDE_NUMBER in kinds


def test_every_graphic_has_alt_text(presentation):
    kinds = {MSO_SHAPE_TYPE.PICTURE, MSO_SHAPE_TYPE.CHART, MSO_SHAPE_TYPE.TABLE, MSO_SHAPE_TYPE.GROUP}
    seen = set()
    for slide in presentation.slides:
        for shape in slide.shapes:
            if shape.shape_type in kinds:
                seen.add(shape.shape_type)
                assert shape._element.xpath("./*/p:cNvPr")[0].get("descr"), shape.name
    assert seen == kinds


def test_ids_are_unique_and_no_shape_takes_the_themes_style(presentation):
    for slide in presentation.slides:
        ids = slide._element.xpath("//p:cNvPr/@id")
        assert len(ids) == len(set(ids))
        assert slide._element.find(f".//{P}style") is None


def test_text_and_tables_stay_on_the_slide(presentation):
    for slide in presentation.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.top >= 0, shape.name
            assert shape.left + shape.width <= presentation.slide_width + 1, shape.name
            assert shape.top + shape.height <= presentation.slide_height + 1, shape.name
            if shape.has_table:
                assert shape.top + sum(row.height for row in shape.table.rows) <= Pt(501), "above the footer"


def test_no_text_is_smaller_than_the_footer(presentation):
    for slide in presentation.slides:
        sizes = [int(size) for size in slide._element.xpath("//a:rPr/@sz")]
        assert min(sizes) >= 550
        for shape in slide.shapes:
            if shape.has_table:
                assert min(int(size) for size in shape._element.xpath(".//a:rPr/@sz")) >= 900


# ---- content ----


def test_table_and_chart_count_as_the_data_file(presentation, language):
    words, slide = words_in(language), slide_with_chart(presentation)
    properties = [feature["properties"] for feature in FEATURES]
    expected = Counter((p["sector"], p["phase"]) for p in properties)
    without = Counter(f["properties"]["sector"] for f in FEATURES if not f["geometry"])
    rows = [[cell.text for cell in row.cells] for row in graphic(slide, "has_table").table.rows]
    assert len(rows) == len(Sector) + 3
    for sector, row in zip(Sector, rows[1:], strict=False):
        assert row[0] == f"■ {words(f'sector.{sector}')}"
        assert row[1:-2] == [str(expected[sector, phase]) for phase in Phase]
        assert row[-2:] == [str(sum(expected[sector, phase] for phase in Phase)), str(without[sector])]
    assert rows[-2][-2:] == [str(len(FEATURES)), str(without.total())]
    drawn = {series.name: list(series.values) for series in graphic(slide, "has_chart").chart.plots[0].series}
    assert drawn == {words(f"sector.{s}"): [expected[s, phase] for phase in Phase] for s in Sector}


def test_the_structure_table_has_every_element_and_its_members(presentation, shipped, language):
    slide = next(s for s in presentation.slides if any(sh.has_table and len(sh.table.columns) == 5 for sh in s.shapes))
    rows = [[cell.text for cell in row.cells] for row in graphic(slide, "has_table").table.rows]
    elements = json.loads((SHIPPED / "layout.geojson").read_text(encoding="utf-8"))["features"]
    ties = Counter(f["properties"]["element"] or f["properties"]["group"] for f in FEATURES)
    counts = [int(re.match(r"\d+", row[4]).group()) for row in rows[1:]]
    assert counts == [ties[element["id"]] for element in elements]
    note = next(shape.text_frame.text for shape in slide.shapes if shape.name == "note")
    beyond = [int(n) for n in re.findall(r"[：:] ?(\d+) ?[（(]\d+[)）]", note)]
    assert beyond == [ties["两湾"], ties["四片区"], ties[None]]
    assert sum(counts) + sum(beyond) == len(FEATURES)
    for element in elements:
        assert all(term["zh"] in notes_of(slide) for term in element["properties"]["functions"])


def test_every_site_has_a_slide_with_all_that_is_known(presentation, shipped, language):
    by_title = {slide.shapes.title.text_frame.text: slide for slide in presentation.slides}
    for feature in some_sites():
        properties, location = feature["properties"], feature["properties"]["location"]
        project = shipped.project(feature["id"])
        slide = by_title[project.name_in(language)]
        said = texts_of(slide) + notes_of(slide)
        assert properties["name"] in said
        for mention in properties["mentions"]:
            assert mention["name"] in texts_of(slide)
            assert mention.get("heading") is None or mention["heading"] in said
        assert project.location.basis.in_language(language) in notes_of(slide)
        assert not location.get("source") or location["source"] in notes_of(slide)
        assert any(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in slide.shapes) == bool(feature["geometry"])


def test_notes_hold_sources_and_stamp(presentation, language):
    stamp = words_in(language)("print.internal")
    for slide in presentation.slides:
        assert "西政发〔2021〕13号" in notes_of(slide) and "ODbL" in notes_of(slide)
        assert stamp in notes_of(slide)


def test_numbers_on_the_overview_are_explained(presentation, shipped):
    native = presentation.slides[-1]
    numbers = re.findall(r"^\d+(?:–\d+)?$", texts_of(native), re.M)
    last = max(int(n.split("–")[-1]) for n in numbers if "–" in n)
    index = texts_of(presentation.slides[0]) + texts_of(presentation.slides[1])
    assert all(re.search(rf"^{n}(?!\d)\D", index, re.M) for n in range(1, last + 1))


def test_the_native_map_is_editable_shapes_in_one_group_a_layer(presentation, shipped, language):
    words, slide = words_in(language), presentation.slides[-1]
    groups = {shape.name: shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.GROUP}
    for code in ("roads", "boundary", "structure", "sites", "labels"):
        assert words(f"layer.{code}") in groups
    assert not any(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in all_shapes(slide.shapes))
    drawn = {shape.name for shape in groups[words("layer.structure")].shapes}
    assert {placed.element.name_in(language) for placed in shipped.elements} == drawn
    places = {tuple(f["geometry"]["coordinates"]) for f in FEATURES if f["geometry"]}
    sites = groups[words("layer.sites")].shapes
    assert len({shape.name for shape in sites}) == len(places)


# ---- purpose, filters, odd data, templates ----


@pytest.mark.parametrize(
    ("purpose", "shown"),
    [
        (Purpose(), True),
        (Purpose(kind="public"), False),
        (Purpose(kind="public", review_number="GS(2026)1号"), True),
    ],
)
def test_the_boundary_needs_the_review_number(shipped, tmp_path, purpose, shown):
    path, _ = written(tmp_path, shipped, purpose=purpose, filter=NOWHERE)
    slides = Presentation(path).slides
    words = words_in("zh")
    names = {shape.name for shape in all_shapes(slides[-1].shapes)}
    assert (words("layer.boundary") in names) is shown
    assert (words("deck.district") in names) is shown
    stamp = (
        words("print.internal") if purpose.kind == "internal" else purpose.review_number or words("print.no_boundary")
    )
    assert all(stamp in texts_of(slide) for slide in slides)


def test_without_a_project_the_deck_says_so(shipped, tmp_path, language):
    path, told = written(tmp_path, shipped, filter=NOWHERE, language=language)
    slides = Presentation(path).slides
    assert len(slides) == 4 and told[-1] == (4, 4)
    said = words_in(language)("deck.empty")
    assert said in texts_of(slides[0]) and said in texts_of(slides[2])


def test_without_sites_named_every_project_of_the_filter_has_a_slide(shipped, tmp_path):
    path, _ = written(tmp_path, shipped, filter=ProjectFilter(sectors=frozenset({Sector.TECHNOLOGY})))
    titles = {slide.shapes.title.text_frame.text for slide in Presentation(path).slides}
    wanted = {f["properties"]["name"] for f in FEATURES if f["properties"]["sector"] == "technology"}
    assert wanted <= titles


def test_hostile_names_come_out_readable(tmp_path, language):
    data = odd_dataset(tmp_path)
    path, _ = written(tmp_path, data, language=language, title="<b>=1+1</b> " + "长" * 100)
    slides = list(Presentation(path).slides)
    assert "<b>=1+1</b>" in texts_of(slides[0])
    said = "\n".join(texts_of(slide) + notes_of(slide) for slide in slides)
    for project in data.projects:
        clean = "".join(c for c in " ".join(project.name.split()) if c >= " " and not "\x7f" <= c <= "\x9f")
        assert clean in said
    assert "👩‍👩‍👧" in said and "서구 해변 공원" in said
    for _, root in xml_parts(path, r"ppt/slides/slide\d+\.xml"):
        assert root.tag == f"{P}sld"


def test_an_organisations_master_is_used(shipped, tmp_path):
    own = Presentation()
    own.slides.add_slide(own.slide_layouts[0]).shapes.title.text = "old"
    own.slide_master.name = "office"
    template = tmp_path / "master.pptx"
    own.save(template)
    path, _ = written(tmp_path, shipped, filter=NOWHERE, template=template)
    made = Presentation(path)
    assert made.slide_width == own.slide_width and len(made.slides) == 4
    assert "old" not in {slide.shapes.title.text_frame.text for slide in made.slides}
    for slide in made.slides:
        for run in slide._element.iter(f"{A}r"):
            assert run.find(f"{A}rPr/{A}ea").get("typeface")
        for shape in slide.shapes:
            assert shape.left + shape.width <= made.slide_width + 1, shape.name


def test_a_file_that_is_no_presentation_is_refused(shipped, tmp_path):
    template = tmp_path / "master.pptx"
    template.write_bytes(b"no")
    with pytest.raises(TemplateError):
        written(tmp_path, shipped, filter=NOWHERE, template=template)


# ---- fitting ----


@pytest.mark.parametrize("text", ["长" * 500, "word " * 300, "x" * 900, "短", ""])
def test_text_is_made_to_fit_its_box(text):
    fitted, size = fitted_text(text, 200, 60, (12, 11, 10, 9))
    assert text_height(fitted, 200, size) <= 60
    assert fitted == text.strip() or fitted.endswith("…")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_text_taken_apart_for_its_lines_comes_together_as_it_was(language):
    texts = [" ".join(text.split()) for text in data_texts(language).values()]
    assert [text for text in texts if joined(lines_of(text, 90, 9), text) != text] == []


@pytest.mark.parametrize("count", [1, 5, 60])
@pytest.mark.parametrize("uniform", [False, True])
def test_a_table_is_made_to_fit_its_box(count, uniform):
    row = (Cell("长" * 200), Cell("word " * 90))
    table, size = fitted_table(Table((row,) * count, (120, 200), uniform=uniform), 300, (12, 9))
    assert sum(table.heights(size)) <= 300


def test_lines_hold_no_control_characters():
    assert lines_of("a\x00b\nc", 500, 10) == ["ab c"]


# ---- as LibreOffice shows it ----


@pytest.fixture(scope="module")
def pdf(deck, tmp_path_factory):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("NOT RUN for want of LibreOffice")
    folder = tmp_path_factory.mktemp("office")
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts</dir><dir>{FONTS}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
    )
    subprocess.run(
        [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(folder), str(deck[0])],
        check=True, capture_output=True, timeout=180, env={**os.environ, "FONTCONFIG_FILE": str(config)},
    )  # fmt: skip
    return folder / "deck.pdf"


def test_libreoffice_shows_every_slide_and_none_is_blank(pdf, presentation):
    document = pypdfium2.PdfDocument(io.BytesIO(pdf.read_bytes()))
    assert len(document) == len(presentation.slides)
    for page in document:
        pixels = np.asarray(page.render(scale=0.6).to_pil().convert("L"))
        assert (pixels < 200).mean() > 0.01


def test_libreoffice_sets_the_chinese_text(pdf, presentation):
    document = pypdfium2.PdfDocument(io.BytesIO(pdf.read_bytes()))
    said = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    for feature in some_sites():
        assert "".join(feature["properties"]["name"].split()) in said


def test_the_organisations_look_is_on_every_slide(tmp_path, shipped, monkeypatch):
    folder = tmp_path / "look"
    folder.mkdir()
    Image.new("RGB", (300, 100), "#AA3300").save(folder / "logo.png")
    (folder / "template.json").write_text(
        '{"title_colour": "#AA3300", "contact": "招商热线 0411-0000"}', encoding="utf-8"
    )
    monkeypatch.setenv("XIGANG_TEMPLATE_DIR", str(folder))
    path, _ = written(tmp_path, shipped, filter=NOWHERE)
    for slide in Presentation(path).slides:
        logos = [shape for shape in slide.shapes if shape.name == "logo"]
        assert len(logos) == 1 and logos[0].left + logos[0].width <= Presentation(path).slide_width
        text = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert "招商热线 0411-0000" in text
        assert "AA3300" in etree.tostring(slide.shapes.title._element).decode()
