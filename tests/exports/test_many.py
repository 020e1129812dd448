"""A map of thousands: every place is a dot, none is named, the sheet says so, and it is drawn in seconds."""

import io
import re
import time

import numpy as np
import pypdfium2
import pytest
from matplotlib.text import Text
from pptx import Presentation
from pptx.util import Pt
from pyproj import Transformer

from exports.canvas import Layer
from exports.deck import write_deck
from exports.formats import export
from exports.mapsites import LEAST_RADIUS_PT, MAX_NAMED, SITE_RADIUS_PT
from exports.picture import save_png
from exports.request import ExportRequest, Extent
from exports.sheet import make_sheet
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.opportunity import OPENING_OF_PHASE
from layers.words import words_in
from tests.made_up import write_many

COUNT, LIMIT_S = 2_000, 10


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return load_dataset(write_many(tmp_path_factory.mktemp("made-up") / "data", COUNT))


@pytest.fixture(scope="module")
def sheet(many):
    start = time.perf_counter()
    made = make_sheet(many, ExportRequest())
    save_png(made.figure, io.BytesIO(), dpi=96)
    assert time.perf_counter() - start < LIMIT_S, "numbers for each took minutes"
    return made


def drawn_in(sheet, layer):
    """Return the artists of one layer of a sheet."""
    return [
        child
        for artist in sheet.figure.findobj(Layer) if artist.name == layer
        for child in artist._children
    ]  # fmt: skip


def test_every_place_is_a_dot_and_none_has_a_name_or_number(many, sheet):
    to_metres = Transformer.from_crs("EPSG:4326", many.district.metric_crs, always_xy=True)
    dots = {(round(x), round(y)) for each in drawn_in(sheet, "sites") for x, y in each.get_offsets().tolist()}
    placed = [project for project in many.projects if project.placed]
    at = {tuple(map(round, to_metres.transform(project.lon, project.lat))) for project in placed}
    assert at <= dots
    assert not sheet.drawn.numbered
    assert not {label.key for label in sheet.drawn.labels} & {project.id for project in placed}
    assert sheet.drawn.unnamed == len(placed)


def test_the_sheet_says_how_many_are_unnamed_and_the_legend_explains_no_more_than_the_dots(many, sheet):
    written = "".join(each.get_text() for each in drawn_in(sheet, "panel") if isinstance(each, Text))
    assert words_in("zh")("print.unnamed", n=sheet.drawn.unnamed).replace(" ", "") in written.replace(" ", "")
    assert not {"stack", "accuracy"} & sheet.drawn.present
    assert {f"sector.{project.sector}" for project in many.projects if project.placed} <= sheet.drawn.present


def test_dots_are_smaller_than_markers_and_still_to_be_seen_in_print(sheet):
    widths = [np.ptp(each.get_paths()[0].vertices[:, 0]) for each in drawn_in(sheet, "sites")]
    assert min(widths) >= 2 * LEAST_RADIUS_PT * 0.8
    assert max(widths) < SITE_RADIUS_PT


def test_a_map_around_one_of_many_names_that_one(many):
    site = next(project.id for project in many.projects if project.placed and project.added)
    request = ExportRequest(extent=Extent(kind="view", bounds=(121.59, 38.88, 121.64, 38.94)))
    assert make_sheet(many, request).drawn.unnamed > MAX_NAMED
    around = make_sheet(many, ExportRequest(extent=Extent(kind="site", id=site)))
    named = {label.key for label in around.drawn.labels} | {project.id for _, project in around.drawn.numbered}
    assert site in named


def test_few_of_many_are_named_again(many):
    request = ExportRequest(filter=ProjectFilter(text="测试项目1"))
    few = ProjectFilter(only=frozenset([p.id for p in many.projects if p.placed][:20]))
    assert make_sheet(many, request).drawn.unnamed > 0
    drawn = make_sheet(many, ExportRequest(filter=few)).drawn
    assert drawn.unnamed == 0
    assert drawn.labels


def test_names_that_no_sheet_holds_are_not_set_and_still_counted(many, sheet, monkeypatch):
    monkeypatch.setattr("exports.contents.MOST_LISTED", 60)
    fewer = make_sheet(many, ExportRequest())
    said = [[each.get_text() for each in drawn_in(one, "panel") if isinstance(each, Text)] for one in (sheet, fewer)]
    assert said[0] == said[1]
    listed, unplaced = said[1].count("·"), sum(not project.placed for project in many.projects)
    assert 4 < listed < 60
    assert words_in("zh")("print.more", n=unplaced - listed) in "".join(said[1])


def test_a_deck_draws_the_same_dots_as_shapes_and_says_so_on_both_of_its_maps(tmp_path):
    data = load_dataset(write_many(tmp_path / "data", 250))
    placed = [project for project in data.projects if project.placed]
    write_deck(data, ExportRequest(sites=(placed[0].id,)), tmp_path / "deck.pptx")
    slides = list(Presentation(str(tmp_path / "deck.pptx")).slides)
    said = words_in("zh")("print.unnamed", n=len(placed))
    for slide in (slides[0], slides[-1]):
        assert said in "".join(slide.element.itertext())
    sites = next(group for group in slides[-1].shapes if group.name == words_in("zh")("layer.sites"))
    assert len(sites.shapes) == len({(project.lon, project.lat) for project in placed})
    assert max(shape.width for shape in sites.shapes) < Pt(2 * SITE_RADIUS_PT)


def test_the_list_of_the_opportunities_counts_every_site_that_its_page_does_not_hold(many, tmp_path):
    start = time.perf_counter()
    export(many, ExportRequest(), "opportunities", tmp_path / "list.pdf")
    assert time.perf_counter() - start < LIMIT_S
    (page,) = pypdfium2.PdfDocument(tmp_path / "list.pdf")
    written = page.get_textpage().get_text_bounded()
    wanted = [project for project in many.projects if project.phase in OPENING_OF_PHASE]
    left_out = int(re.search(r"另有\s*(\d+)\s*项", written).group(1))
    listed = sum(
        bool(re.search(re.escape(project.name) + r"(?!\d)", written)) for project in wanted if not project.added
    ) + len({int(n) for n in re.findall(r"测试项目(\d+)号", written)})
    assert left_out + listed == len(wanted)
