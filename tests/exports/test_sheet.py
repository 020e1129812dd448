"""Printed sheets: nothing overlaps, nothing is lost, scales are round, words are said; whatever the size and filter."""

import math
from collections import Counter
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from shapely import LineString, Polygon

from exports.canvas import Halo, Layer
from exports.furniture import round_length_m, round_scale
from exports.labels import leader_from
from exports.mapplan import extent_bounds_m, map_projects
from exports.request import SIZES, ExportRequest, Extent, Purpose, UnknownExtentError
from exports.sheet import make_sheet
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Phase, Sector
from layers import style
from layers.words import LANGUAGES, words_in
from tests.data.samples import collection, project_feature, sample_files, write

ROOT = Path(__file__).resolve().parents[2]
FILTERS = {
    "all": ProjectFilter(),
    "key": ProjectFilter(phases=frozenset({Phase.KEY})),
    "culture and land": ProjectFilter(sectors=frozenset({Sector.CULTURE, Sector.LAND})),
    "one": ProjectFilter(text="汇智云顶"),
    "none": ProjectFilter(text="没有这个项目"),
}
EXTENTS = {
    "district": Extent(),
    "element": Extent(kind="element", id="district-olympic"),
    "site": Extent(kind="site", id="huizhi-yunding"),
    "view": Extent(kind="view", bounds=(121.60, 38.90, 121.64, 38.93)),
}
# Every size in the tersest language and in the wordiest, one size in all.
PAPERS = [
    (size, language) for size, language in product(SIZES, LANGUAGES) if language in ("zh", "ru") or size == "slide"
]
SLACK_PT = 0.8
LONGEST_STRUCTURE_LEADER_PT = 110


@pytest.fixture(scope="module")
def data():
    return load_dataset(ROOT / "data")


@pytest.fixture(scope="module", params=PAPERS, ids="-".join)
def sheet(data, request):
    """A sheet of all projects; as it is the module's, all tests of one paper run after each other and make it once."""
    size, language = request.param
    return make_sheet(data, ExportRequest(size=size, language=language))


@pytest.fixture(scope="module", params=[(*paper, wanted) for paper in PAPERS for wanted in FILTERS], ids="-".join)
def filtered_sheet(data, request):
    """A sheet of what passes a filter, with the filter's name."""
    size, language, wanted = request.param
    return make_sheet(data, ExportRequest(size=size, language=language, filter=FILTERS[wanted])), wanted


def children(figure, layer):
    return [
        child for axes in figure.axes for artist in axes.get_children()
        if isinstance(artist, Layer) and artist.name == layer for child in artist._children
    ]  # fmt: skip


def text_boxes(sheet, layer):
    """Return each text of a layer with its corners, in points of the page; measured by matplotlib, not by us."""
    figure = sheet.figure
    figure.set_dpi(72)
    FigureCanvasAgg(figure)
    renderer = figure.canvas.get_renderer()
    found = []
    for child in children(figure, layer):
        if isinstance(child, Text) and child.get_text().strip() and not isinstance(child, Halo):
            found.append((child, corners(child, renderer)))
    return found


def corners(label, renderer):
    """Return the four corners of a text's ink box, turned as the text is."""
    angle = label.get_rotation()
    label.set_rotation(0)
    box = label.get_window_extent(renderer)
    label.set_rotation(angle)
    x, y = label.get_transform().transform(label.get_unitless_position())
    turn = math.radians(angle)
    flat = np.array([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]) - (x, y)
    return flat @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]) + (x, y)


def overlap(one, other):
    """Return whether two convex shapes overlap by more than the slack (separating axes)."""
    for shape in (one, other):
        for i in range(len(shape)):
            edge = shape[(i + 1) % len(shape)] - shape[i]
            axis = np.array([-edge[1], edge[0]]) / (np.hypot(*edge) or 1)
            a, b = one @ axis, other @ axis
            if min(a.max(), b.max()) - max(a.min(), b.min()) <= SLACK_PT:
                return False
    return True


def rectangle(left, bottom, right, top):
    return np.array([(left, bottom), (right, bottom), (right, top), (left, top)])


def test_no_label_lies_over_another_or_leaves_the_map(data, filtered_sheet):
    check_labels(data, filtered_sheet[0])


@pytest.mark.parametrize(("extent", "language"), list(product(("element", "site", "view"), LANGUAGES)))
def test_no_label_lies_over_another_at_other_extents(data, extent, language):
    check_labels(data, make_sheet(data, ExportRequest(size="a4-landscape", language=language, extent=EXTENTS[extent])))


def check_labels(data, sheet):
    found = text_boxes(sheet, "labels")
    on_marker = {label.lines[0] for label in sheet.drawn.labels if not label.boxes}
    boxes = [(child.get_text(), box) for child, box in found if child.get_text() not in on_marker]
    left, bottom, right, top = sheet.frame_box
    for name, box in boxes:
        assert box[:, 0].min() >= left - SLACK_PT and box[:, 0].max() <= right + SLACK_PT, name
        assert box[:, 1].min() >= bottom - SLACK_PT and box[:, 1].max() <= top + SLACK_PT, name
    hits = [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if overlap(one, other)]
    assert hits == []
    markers = {
        i: rectangle(x0 + left, y0 + bottom, x1 + left, y1 + bottom)
        for i, (x0, y0, x1, y1) in sheet.drawn.markers.items()
    }
    assert [(name, site) for name, box in boxes for site, marker in markers.items() if overlap(box, marker)] == []
    furniture = [box for _, box in text_boxes(sheet, "furniture")]
    assert [name for name, box in boxes for other in furniture if overlap(box, other)] == []
    assert on_marker == set()
    check_leaders(sheet, boxes)


def check_leaders(sheet, boxes):
    """Check that no leader runs through a text that is not its own, or across another leader."""
    left, bottom, _, _ = sheet.frame_box
    leaders = []
    for label in sheet.drawn.labels:
        if label.leader_to:
            start, end = leader_from(label), label.leader_to
            leaders.append((label, LineString([(x + left, y + bottom) for x, y in (start, end)])))
    for label, line in leaders:
        through = [name for name, box in boxes if Polygon(box).buffer(-SLACK_PT).intersects(line)]
        assert [name for name in through if name not in label.lines] == [], label.key
    assert [(a.key, b.key) for (a, one), (b, other) in combinations(leaders, 2) if one.crosses(other)] == []


def test_the_panel_title_and_notes_keep_apart(sheet):
    boxes = [
        (child.get_text(), box) for layer in ("panel", "title", "notes") for child, box in text_boxes(sheet, layer)
    ]
    boxes = [(name, box) for name, box in boxes if name != "n"]  # the sign on the legend's ring
    assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if overlap(one, other)] == []
    width, height = (side * 72 for side in sheet.figure.get_size_inches())
    for name, box in boxes:
        assert box.min() >= 0 and box[:, 0].max() <= width and box[:, 1].max() <= height, name
    map_box = rectangle(*sheet.frame_box)
    assert [name for name, box in boxes if overlap(box, map_box)] == []


@pytest.mark.parametrize("extent", EXTENTS)
@pytest.mark.parametrize("wanted", FILTERS)
def test_every_placed_project_in_the_frame_is_named_or_numbered(data, extent, wanted):
    request = ExportRequest(extent=EXTENTS[extent], filter=FILTERS[wanted])
    drawn = make_sheet(data, request).drawn
    named = {label.key for label in drawn.labels} & {project.id for project in data.projects}
    numbered = [project.id for _, project in drawn.numbered]
    outside = [project.id for project in drawn.outside]
    told = Counter([*named, *numbered, *outside])
    assert set(told.values()) <= {1}
    assert set(told) == {project.id for project in map_projects(data, request) if project.placed}
    assert [number for number, _ in drawn.numbered] == list(range(1, len(numbered) + 1))


def test_no_number_stands_on_a_marker_and_structure_names_stay_near(data, sheet):
    labels = sheet.drawn.labels
    assert [label.lines for label in labels if not label.boxes] == []
    elements = {placed.element.id for placed in data.elements}
    for label in labels:
        if label.key in elements and label.leader_to:
            assert math.dist(leader_from(label), label.leader_to) <= LONGEST_STRUCTURE_LEADER_PT, label.lines


def test_all_ten_elements_are_named_on_every_whole_map(data, sheet):
    assert {placed.element.id for placed in data.elements} - {label.key for label in sheet.drawn.labels} == set()


def test_a_view_counts_what_lies_outside_it(data):
    sheet = make_sheet(data, ExportRequest(extent=EXTENTS["view"]))
    panel = [child.get_text() for child in children(sheet.figure, "panel") if isinstance(child, Text)]
    assert sheet.drawn.outside and f"图幅外 {len(sheet.drawn.outside)} 项" in panel
    assert "含图幅外" in "".join(panel)


@pytest.mark.parametrize("placed", load_dataset(ROOT / "data").elements, ids=lambda placed: placed.element.id)
def test_an_element_sheet_tells_all_members_and_cuts_nothing(data, placed):
    element_id = placed.element.id
    request = ExportRequest(extent=Extent(kind="element", id=element_id), filter=FILTERS["key"])
    sheet = make_sheet(data, request)
    panel = "".join(child.get_text() for child in children(sheet.figure, "panel") if isinstance(child, Text))
    members = [project for project in data.projects if project.element == element_id]
    assert f"规划写明属于此处的项目：{len(members)}项" in panel.replace(" ", "")
    outside = [project for project in members if project.phase is not Phase.KEY]
    assert panel.count("（筛选之外）") == len(outside)
    assert "示意范围的画法" in panel and "另有" not in panel
    assert ("红色虚线框" in panel) is (placed.element.kind != "line")
    width, height = sheet.frame.width_pt, sheet.frame.height_pt
    for x0, y0, x1, y1 in sheet.drawn.markers.values():
        assert x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height


def test_a_site_sheet_explains_its_marks_and_leaves_out_what_is_not_its_own(data):
    text = all_text(make_sheet(data, ExportRequest(extent=EXTENTS["site"])))
    assert "红圈" in text and "未落图 59 项" not in text and "落图精度" in text
    hollow = next(p for p in data.projects if p.placed and p.location.grade in ("street", "area"))
    around = Extent(kind="site", id=hollow.id)
    assert "虚线圆" in all_text(make_sheet(data, ExportRequest(extent=around)))


def test_a_sheet_of_nothing_says_so(data):
    assert "没有符合筛选条件的项目" in all_text(make_sheet(data, ExportRequest(filter=FILTERS["none"])))


def test_no_prose_on_a_sheet_is_cut(filtered_sheet):
    sheet, _ = filtered_sheet
    assert [child.get_text() for child in children(sheet.figure, "panel") if "…" in getattr(child, "_text", "")] == []


def test_the_locators_frame_stays_in_its_inset(data):
    # The southern bay's map reaches beyond the district, and this filter leaves room for the locator.
    request = ExportRequest(extent=Extent(kind="element", id="bay-south"), filter=FILTERS["key"])
    sheet = make_sheet(data, request)
    window = [child for child in children(sheet.figure, "panel") if isinstance(child, Rectangle)][-1].get_bbox()
    red = [child for child in children(sheet.figure, "panel") if isinstance(child, LineCollection)][-1]
    assert to_hex(red.get_edgecolor()[0]) == style.SELECTION.lower()
    corners_of_frame = red.get_paths()[0].vertices
    assert window.x0 - 1 <= corners_of_frame[:, 0].min() and corners_of_frame[:, 0].max() <= window.x1 + 1
    assert window.y0 - 1 <= corners_of_frame[:, 1].min() and corners_of_frame[:, 1].max() <= window.y1 + 1


def all_text(sheet):
    return "\n".join(
        child.get_text() for layer in ("title", "panel", "notes", "furniture", "labels")
        for child in children(sheet.figure, layer) if isinstance(child, Text)
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_says_what_it_must(data, language):
    words = words_in(language)
    request = ExportRequest(size="a3-landscape", language=language, filter=FILTERS["key"])
    text = all_text(make_sheet(data, request)).replace("\n", " ")
    unplaced = sum(not p.placed for p in data.projects if p.phase is Phase.KEY)
    for said in (
        words("map.currency", month=words.month(data.district.plan.date)),
        words("print.internal"), words("phase.key"), words("print.north"), data.district.plan.number,
        " ".join(words.date(request.made_on).split()), data.version, "EPSG:4550", "OpenStreetMap",
        words("print.counts", n=20, placed=20 - unplaced, unplaced=unplaced).split(":")[-1].split("：")[-1].split()[-1],
    ):  # fmt: skip
        assert said in text, said


@pytest.mark.parametrize(
    ("purpose", "boundary", "said"),
    [
        (Purpose(), True, "内部示意，非法定界线"),
        (Purpose(kind="public", review_number="辽S(2026)001号"), True, "审图号：辽S(2026)001号"),
        (Purpose(kind="public"), False, "未取得审图号"),
        (Purpose(kind="public", review_number="  "), False, "未取得审图号"),
    ],
)
def test_the_boundary_goes_public_only_with_its_number(data, purpose, boundary, said):
    sheet = make_sheet(data, ExportRequest(purpose=purpose))
    assert said in all_text(sheet)
    assert bool(children(sheet.figure, "boundary")) is boundary
    assert ("layer.boundary" in sheet.drawn.present) is boundary


def test_hidden_layers_leave_map_and_legend(data):
    sheet = make_sheet(data, ExportRequest(hidden=frozenset({"structure", "roads", "metro"})))
    assert not {"layer.roads", "layer.metro", "structure.两湾"} & sheet.drawn.present
    assert children(sheet.figure, "roads") == [] and "两湾" not in all_text(sheet)


@pytest.mark.parametrize(
    ("least", "scale"), [(66_600, 70_000), (50_000, 50_000), (50_001, 55_000), (9_100, 10_000), (1_234, 1_500)]
)
def test_scales_are_round(least, scale):
    assert round_scale(least) == scale


@pytest.mark.parametrize(("most", "length"), [(1999, 1000), (2000, 2000), (4999, 2000), (740, 500), (99, 50)])
def test_scale_bars_are_round(most, length):
    assert round_length_m(most) == length


def test_the_scale_bar_and_the_frame_agree(sheet):
    left, bottom, right, top = sheet.frame_box
    west, south, east, north = sheet.frame.bounds_m
    metres_per_pt = sheet.frame.scale / (72 / 0.0254)
    assert (east - west) / (right - left) == pytest.approx(metres_per_pt)
    assert (north - south) / (top - bottom) == pytest.approx(metres_per_pt)


@pytest.mark.parametrize("extent", EXTENTS)
def test_a_map_shows_all_of_its_extent(data, extent):
    west, south, east, north = extent_bounds_m(data, EXTENTS[extent])
    shown = make_sheet(data, ExportRequest(extent=EXTENTS[extent])).frame.bounds_m
    assert shown[0] <= west and shown[1] <= south and shown[2] >= east and shown[3] >= north


@pytest.mark.parametrize(
    "extent",
    [
        Extent(kind="element", id="no-such"), Extent(kind="site", id="no-such"),
        Extent(kind="site", id="nanlou-haijing"), Extent(kind="view", bounds=(10, 10, 11, 11)),
        Extent(kind="view", bounds=(121.0, 38.0, 121.1, 38.1)),
    ],
)  # fmt: skip
def test_an_extent_without_a_place_is_refused(data, extent):
    with pytest.raises(UnknownExtentError):
        make_sheet(data, ExportRequest(extent=extent))


def test_characters_that_no_font_has_are_said(data):
    sheet = make_sheet(data, ExportRequest(title="会议 😀 <b>$x^2$</b> =SUM(A1) 한국 Россия 龘"))
    assert sheet.missing == ["😀"]
    text = all_text(sheet)
    assert "字库缺字，以〓代替" in text and "U+1F600" not in text and "😀" not in text
    assert max(box[:, 1].max() for _, box in text_boxes(sheet, "notes")) <= sheet.frame_box[1]
    assert "<b>$x^2$</b> =SUM(A1) 한국 Россия 龘" in text


def test_a_title_of_any_length_stays_on_the_sheet(data):
    sheet = make_sheet(data, ExportRequest(title="长" * 120, size="a4-portrait"))
    width = sheet.figure.get_size_inches()[0] * 72
    assert all(box[:, 0].max() <= width for _, box in text_boxes(sheet, "title"))


@pytest.mark.parametrize("count", [1, 98])
def test_many_and_long_names_are_all_told(tmp_path, count):
    files = sample_files()
    features = []
    for i in range(count):
        feature = project_feature(f"site-{i}")
        feature["geometry"] = {"type": "Point", "coordinates": [121.60 + 0.002 * (i % 14), 38.90 + 0.003 * (i // 14)]}
        feature["properties"]["name"] = f"{'非常长的项目名称' * 8}{i}"[-60:]
        features.append(feature)
    files["projects.geojson"] = collection(*features)
    data = load_dataset(write(tmp_path, files))
    assert len(data.projects) == count, data.problems
    for size in ("slide", "a4-portrait"):
        drawn = make_sheet(data, ExportRequest(size=size)).drawn
        told = {label.key for label in drawn.labels} & {p.id for p in data.projects}
        assert len(told) + len(drawn.numbered) + len(drawn.outside) == count


def test_every_number_on_the_map_stands_in_the_index(sheet):
    check_index(sheet)


@pytest.mark.parametrize(("size", "language"), PAPERS)
def test_every_number_around_a_site_stands_in_the_index(data, size, language):
    check_index(make_sheet(data, ExportRequest(size=size, language=language, extent=EXTENTS["site"])))


def check_index(sheet):
    panel = {child.get_text() for child in children(sheet.figure, "panel") if isinstance(child, Text)}
    assert {str(number) for number, _ in sheet.drawn.numbered} <= panel


def test_the_panel_fills_its_room(filtered_sheet):
    """The panel's rows reach down to nearly the foot of the body, whatever the filter."""
    sheet, wanted = filtered_sheet
    lowest = min(box[:, 1].min() for _, box in text_boxes(sheet, "panel"))
    notes = max(box[:, 1].max() for _, box in text_boxes(sheet, "notes"))
    room = 0.25 if wanted == "none" else 0.16  # a filter that nothing passes leaves little to say
    assert lowest - notes < sheet.figure.get_size_inches()[1] * 72 * room
