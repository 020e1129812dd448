"""The placer of labels on boards made by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.fonts import width_pt
from exports.labels import Board, LineLabel, PointLabel, crossing, crossing_boxes, leader_from, overlapping


def label(key, x, y, **options):
    return PointLabel(key, ("西岗区",), x, y, 10, "#000000", **{"radius_pt": 5, **options})


def overlap(one, other):
    return bool(overlapping(np.array([one]), np.array([other]))[0, 0])


def test_a_label_prefers_the_right_of_its_marker():
    placed = Board(200, 100).place(label("a", 50, 50))
    assert placed.x > 55 and placed.y == 50 and placed.leader_to is None


def test_at_the_right_edge_it_stands_at_the_left():
    assert Board(200, 100).place(label("a", 190, 50)).x < 185


def test_a_label_without_a_marker_stands_on_its_place():
    placed = Board(200, 100).place(label("a", 100, 50, radius_pt=0))
    assert (placed.x, placed.y) == (100, 50)


def test_no_room_is_no_place():
    assert Board(20, 10).place(label("a", 10, 5)) is None
    assert Board(200, 100, taken=[(0, 0, 200, 100)]).place(label("a", 100, 50, leader_pt=100)) is None


def test_a_leader_leads_out_of_a_crowd_from_text_to_marker():
    board = Board(300, 300)
    board.take_markers([(120, 120, 180, 180)])
    assert board.place(label("a", 150, 150)) is None
    placed = board.place(label("a", 150, 150, leader_pt=90))
    start = leader_from(placed)
    x0, y0, x1, y1 = placed.boxes[0]
    assert placed.leader_to and not overlap(placed.boxes[0], (120, 120, 180, 180))
    assert x0 <= start[0] <= x1 and y0 <= start[1] <= y1
    assert np.hypot(placed.leader_to[0] - 150, placed.leader_to[1] - 150) == pytest.approx(5.8)


def test_a_leader_goes_around_other_labels():
    board = Board(400, 400)
    board.take([(215, 0, 220, 400), (180, 180, 198, 220), (202, 180, 215, 220), (198, 180, 202, 195)])
    placed = board.place(label("a", 200, 198, radius_pt=1, leader_pt=100))
    if placed and placed.leader_to:
        line = np.array([[*leader_from(placed), *placed.leader_to]])
        assert not crossing_boxes(line, np.array([(215.0, 0, 220, 400)])).any()


def test_the_cheaper_way_to_write_a_name_is_taken_and_the_other_where_it_must():
    wide = PointLabel("a", ("一条很长很长的名字",), 30, 50, 10, "#000", 5)
    tall = PointLabel("a", ("一条很长", "很长的名字"), 30, 50, 10, "#000", 5, cost_pt=5)
    assert Board(400, 100).place(wide, tall).lines == wide.lines
    assert Board(100, 100).place(wide, tall).lines == tall.lines


def test_what_found_no_room_comes_first_in_the_next_round():
    narrow = [(0, 0, 200, 40), (0, 60, 200, 100), (0, 0, 60, 100)]
    first, second = label("a", 100, 50), label("b", 75, 50, radius_pt=2)
    once = Board(200, 100, taken=narrow).place_all([[first], [second]])
    more = Board(200, 100, taken=narrow).place_all([[first], [second]], rounds=4)
    assert sum(p is not None for p in more) >= sum(p is not None for p in once)


def test_a_road_name_lies_along_a_straight_enough_run():
    points = np.array([(10.0, 10), (60, 60), (110, 110), (160, 160), (160, 20)])
    placed = Board(300, 300).place(LineLabel("r", "长春路", points, 8, "#000"))
    assert placed.angle_deg == pytest.approx(45)
    assert len(placed.boxes) > 1
    turned = Board(300, 300).place(LineLabel("r", "长春路", points[:4][::-1], 8, "#000"))
    assert turned.angle_deg == pytest.approx(45), "never upside down"


def test_a_road_too_short_or_too_bent_has_no_name():
    board = Board(300, 300)
    assert board.place(LineLabel("r", "很长的道路名称", np.array([(0.0, 0), (20, 0)]), 8, "#000")) is None
    zigzag = np.array([(10.0 * i, 20.0 * (i % 2)) for i in range(20)])
    assert board.place(LineLabel("r", "很长的道路名称", zigzag, 8, "#000")) is None


def test_lines_and_boxes():
    line = np.array([(0.0, 0, 10, 10)])
    boxes = np.array([(4.0, 4, 6, 6), (20, 20, 30, 30), (0, 8, 2, 10), (11, 11, 12, 12)])
    assert crossing_boxes(line, boxes).tolist() == [[True, False, False, False]]
    assert crossing(line, np.array([(0.0, 10, 10, 0), (20, 0, 30, 10)])).tolist() == [[True, False]]


SPOTS = st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=1, max_size=25)


@settings(max_examples=40)
@given(SPOTS, st.integers(1, 3))
def test_whatever_is_placed_keeps_clear_of_everything(spots, rounds):
    board = Board(300, 200)
    markers = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots]
    board.take_markers(markers)
    placed = board.place_all([[label(str(i), x, y, leader_pt=60)] for i, (x, y) in enumerate(spots)], rounds=rounds)
    boxes = [each.boxes[0] for each in placed if each]
    for i, box in enumerate(boxes):
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= 300 and box[3] <= 200
        assert box[2] - box[0] >= width_pt("西岗区", 10)
        assert not any(overlap(box, other) for other in boxes[i + 1 :] + markers)
    leaders = [[*leader_from(each), *each.leader_to] for each in placed if each and each.leader_to]
    for each in placed:
        if each and each.leader_to:
            line = np.array([[*leader_from(each), *each.leader_to]])
            others = [other.boxes[0] for other in placed if other and other is not each]
            assert not others or not crossing_boxes(line, np.array(others)).any()
    if len(leaders) > 1:
        assert not crossing(np.array(leaders), np.array(leaders)).any()
