"""What is drawn of a file's shapes, in how much, and how far its features lie outside."""

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from geo.crs_candidates import Candidate, Datum
from geo.crs_doctor import reference_of
from geo.intake.table import Table
from geo.load import load_dataset
from tests.app.test_pages import ROOT
from ui.import_preview import MOST_OUTLINED, MOST_VERTICES, preview_of

DEGREES = Candidate(Datum.WGS84, "EPSG:4326")


@pytest.fixture(scope="module")
def data():
    return load_dataset(ROOT / "data")


def preview(data, geometries):
    given = np.empty(len(geometries), dtype=object)
    given[:] = geometries
    columns = pd.DataFrame({"name": [str(n) for n in range(len(given))]}, index=range(1, len(given) + 1))
    return preview_of(Table("a.geojson", "geojson", given, columns), DEGREES, data, reference_of(data))


def circle(n, corners=8):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return shapely.Polygon(np.column_stack((121.6 + n / 1e4 + 3e-3 * np.cos(angles), 38.91 + 2e-3 * np.sin(angles))))


def test_points_and_rows_without_a_place_have_no_outline(data):
    seen = preview(data, [shapely.Point(121.6, 38.91), None])
    assert (seen.outlines, seen.shapes, len(seen.outside_m)) == ([], 0, 1)


def test_of_many_shapes_some_of_the_whole_file_are_drawn(data):
    seen = preview(data, [circle(n) for n in range(MOST_OUTLINED + 50)])
    assert len(seen.outlines) == MOST_OUTLINED and seen.shapes == MOST_OUTLINED + 50
    east = max(lon for _, lon in seen.outlines[-1][0][0])
    assert east == pytest.approx(121.6 + (MOST_OUTLINED + 49) / 1e4 + 3e-3)


def test_no_more_vertices_are_drawn_than_a_map_can_bear(data):
    angles = np.linspace(0, 2 * np.pi, 1_000, endpoint=False)
    radius = np.where(np.arange(1_000) % 2, 2e-3, 1e-3)  # a star: nothing to simplify
    star = shapely.Polygon(np.column_stack((121.6 + radius * np.cos(angles), 38.91 + radius * np.sin(angles))))
    seen = preview(data, [star] * 30)
    drawn = sum(len(ring) for outline in seen.outlines for polygon in outline for ring in polygon)
    assert len(seen.outlines) == MOST_VERTICES // 1_001 and drawn <= MOST_VERTICES


def test_holes_are_drawn(data):
    ring = circle(0)
    seen = preview(data, [ring.difference(shapely.Point(121.6, 38.91).buffer(5e-4))])
    assert [len(polygon) for polygon in seen.outlines[0]] == [2]


def test_a_feature_is_outside_by_the_draft_s_own_rule(data):
    outline = reference_of(data).outline
    to_degrees = Transformer.from_crs(data.district.metric_crs, "EPSG:4326", always_xy=True)
    x, y = outline.bounds[0], next(y for x, y in outline.exterior.coords if x == outline.bounds[0])
    seen = preview(data, [shapely.Point(to_degrees.transform(x - away_m, y)) for away_m in (90, 110, 160)])
    assert seen.outside_m == pytest.approx([90, 110, 160], abs=0.1)
    assert [seen.outside(accuracy_m) for accuracy_m in (0, 50, 100)] == [2, 1, 0]
