"""What the map draws of a file: the points before and after, joined, in few numbers."""

import numpy as np
import pytest
from pyproj import Geod

from ui.import_sketch import Sketch

LON, LAT = np.array([121.60, 121.61, 121.62]), np.array([38.90, 38.91, 38.92])
NOWHERE = np.full(3, np.nan)


def sketch(before, after):
    return Sketch("m", before, after, "EPSG:4550")


def test_points_that_move_are_drawn_before_and_after_latitude_first():
    drawn = sketch((LON + 0.005, LAT), (LON, LAT))
    assert drawn.message["before"] == [[38.90, 121.605], [38.91, 121.615], [38.92, 121.625]]
    assert drawn.message["after"] == [[38.90, 121.60], [38.91, 121.61], [38.92, 121.62]]
    *_, metres = Geod(ellps="WGS84").inv(121.615, 38.91, 121.61, 38.91)
    assert drawn.shift_m == pytest.approx(metres, rel=1e-3)


def test_points_that_stay_are_drawn_once():
    drawn = sketch((LON, LAT), (LON + 1e-7, LAT))
    assert drawn.message["before"] == [] and len(drawn.message["after"]) == 3


def test_metres_without_a_word_on_them_have_no_place_before():
    drawn = sketch((NOWHERE, NOWHERE), (LON, LAT))
    assert drawn.message["before"] == [] and len(drawn.message["after"]) == 3
    assert np.isnan(drawn.shift_m)


def test_before_anything_is_chosen_the_file_is_drawn_as_it_stands():
    drawn = sketch((LON, LAT), (NOWHERE, NOWHERE))
    assert len(drawn.message["before"]) == 3 and drawn.message["after"] == []


def test_a_point_that_one_of_the_two_has_no_place_for_is_left_out_of_both():
    after = LON.copy()
    after[1] = np.nan
    message = sketch((LON + 0.005, LAT), (after, LAT)).message
    assert [len(message[part]) for part in ("before", "after")] == [2, 2]


def test_the_view_is_that_of_the_points_as_chosen_where_the_others_are_far_away():
    near, far = sketch((LON + 0.005, LAT), (LON, LAT)), sketch((LON - 10, LAT), (LON, LAT))
    (_, west), (_, east) = near.message["fit"]
    assert west < 121.605 and east > 121.62
    (_, west), (_, east) = far.message["fit"]
    assert west > 121.59 and east < 121.63


def test_nothing_to_draw_fits_nothing():
    assert sketch((NOWHERE, NOWHERE), (NOWHERE, NOWHERE)).message["fit"] is None
