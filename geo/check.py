"""Check the data folder: ``python -m geo.check [DIR]`` prints each problem as one line, and fails if there is any.

It finds what the loader finds, and what takes two records, two files or a measurement to see.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from geopandas import GeoSeries
from shapely import get_coordinates, get_parts, is_ccw, is_valid_reason
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.indicators import INDICATORS_FILE, TERMS_FILE
from geo.load import BASE_LAYERS, Dataset, UnreadableDistrictError, load_dataset, read_features, read_geometry
from geo.metric import STORAGE_CRS, to_metric
from geo.problem import Problem
from geo.programmes import PROGRAMMES_FILE
from geo.project import Project
from geo.vocabulary import KNOWN_GRADES

DATA_DIR: Final = Path(__file__).resolve().parents[1] / "data"
DECIMALS: Final = 7
PROJECT_MARGIN_M: Final = 100
ELEMENT_MARGIN_M: Final = 150
LEAST_SHARE_ON_LAND: Final = 0.95
CREDITS: Final = ("attribution", "licence", "source")

_HANZI: Final = re.compile("[\u4e00-\u9fff]")

Problems = Iterator[Problem]


# ---- the geometry of one feature, in any file ----


def geometry_valid(where: str, geometry: BaseGeometry) -> Problems:
    """Find rings that cross themselves and the like."""
    if not geometry.is_valid:
        yield Problem("geometry_invalid", where, is_valid_reason(geometry))


def rings_wound_right(where: str, geometry: BaseGeometry) -> Problems:
    """Find outer rings that are not counter-clockwise and holes that are (RFC 7946, 3.1.6)."""
    for polygon in get_parts(geometry):
        if isinstance(polygon, Polygon):
            if not is_ccw(polygon.exterior):
                yield Problem("ring_wound_wrong", where, "outer ring is clockwise")
            if any(is_ccw(hole) for hole in polygon.interiors):
                yield Problem("ring_wound_wrong", where, "a hole is counter-clockwise")


def coordinates_plain(where: str, geometry: BaseGeometry) -> Problems:
    """Find coordinates that are no longitude and latitude, or have more than 7 decimals."""
    coordinates = get_coordinates(geometry)
    if (np.abs(coordinates) > (180, 90)).any():
        yield Problem("coordinate_out_of_range", where, "not degrees in the order longitude, latitude")
    elif (np.round(coordinates, DECIMALS) != coordinates).any():
        yield Problem("coordinate_too_long", where, f"more than {DECIMALS} decimals")


def geometry_problems(folder: Path) -> Problems:
    """Find what is wrong with the geometry of any feature of any file."""
    base = (folder / "base" / f"{name}.geojson" for name in BASE_LAYERS)
    for path in (folder / "projects.geojson", folder / "layout.geojson", *base):
        for where, feature in read_features(path)[0]:
            parcel = feature["properties"].get("parcel")
            for holder in (feature, parcel) if isinstance(parcel, dict) else (feature,):
                try:
                    geometry = read_geometry(holder)
                except ValueError:  # no place, or the loader has said why not
                    continue
                for rule in (geometry_valid, rings_wound_right, coordinates_plain):
                    yield from rule(where, geometry)


# ---- what projects, elements and layers say of each other ----


def shared_points(dataset: Dataset) -> Problems:
    """Find two known places at one point: only a vaguely known project may stand at another's place."""
    at: dict[tuple[float | None, float | None], list[Project]] = defaultdict(list)
    for project in dataset.projects:
        if project.location.grade in KNOWN_GRADES:
            at[project.lon, project.lat].append(project)
    for first, *others in at.values():
        for project in others:
            yield Problem("point_shared", _where(project), f"graded {project.location.grade}, as is {first.id} there")


def mentions_as_printed(dataset: Dataset) -> Problems:
    """Find mentions under a heading or group that the plan's box does not have."""
    groups = {group.name for group in dataset.district.groups}
    for project in dataset.projects:
        for mention in project.mentions:
            box = dataset.district.boxes.get(mention.box) if mention.box is not None else None
            headings: Set[str | None] = set(box.headings if box else ()) or {None}
            if mention.heading not in headings or (mention.box is not None and not box):
                yield Problem("heading_unknown", _where(project), f"box {mention.box}: {mention.heading}")
            if mention.group not in (groups if box and box.has_groups else {None}):
                yield Problem("group_unknown", _where(project), f"box {mention.box}: {mention.group}")
        printed: Set[str | None] = {mention.group for mention in project.mentions if mention.group} or {None}
        if project.group not in printed:
            yield Problem("group_not_as_printed", _where(project), f"{project.group}")


def groups_complete(dataset: Dataset) -> Problems:
    """Find structure groups without elements, and elements of groups that the district does not have."""
    known = {group.name for group in dataset.district.groups}
    drawn = {placed.element.group for placed in dataset.elements}
    for name in sorted(known - drawn):
        yield Problem("group_without_elements", "layout.geojson", name)
    for name in sorted(drawn - known):
        yield Problem("group_unknown", "layout.geojson", name)


def credits_given(dataset: Dataset) -> Problems:
    """Find base layers that do not say whose they are; one that is empty is nobody's."""
    for name, collection in dataset.base.items():
        for member in CREDITS:
            if collection["features"] and not str(collection.get(member) or "").strip():
                yield Problem("credit_missing", f"{name}.geojson", member)


def road_labels_known(dataset: Dataset) -> Problems:
    """Find labels for roads that are not on the map."""
    for name in sorted(_names(dataset, "road_labels") - _names(dataset, "roads")):
        yield Problem("road_unknown", "road_labels.geojson", name)


def indicators_as_stated(dataset: Dataset) -> Problems:
    """Find annexes whose lines are not those the plan counts: 1 to n, and so many of each attribute."""
    rows = dataset.indicators
    yield from _unknown(INDICATORS_FILE, "annex", {row.annex for row in rows} - dataset.district.annexes.keys())
    for number, annex in dataset.district.annexes.items():
        listed = [row for row in rows if row.annex == number]
        if len({row.annex_kind for row in listed}) > 1:
            yield Problem("targets_and_results_mixed", INDICATORS_FILE, f"annex {number}")
        yield from _not_numbered(INDICATORS_FILE, f"annex {number}", [row.number for row in listed], annex.indicators)
        found = Counter(row.attribute for row in listed)
        for attribute, stated in annex.attributes.items():
            if found[attribute] != stated:
                detail = f"annex {number}: {attribute} {found[attribute]}, not {stated}"
                yield Problem("count_not_as_stated", INDICATORS_FILE, detail)


def indicator_words_translated(dataset: Dataset) -> Problems:
    """Find categories, units and values in words without English."""
    rows = dataset.indicators
    written = {text for row in rows for text in (row.category, row.unit, *row.printed)}
    for text in sorted(written - dataset.terms.keys()):
        if _HANZI.search(text):
            yield Problem("term_unknown", TERMS_FILE, text)


def programmes_as_stated(dataset: Dataset) -> Problems:
    """Find boxes whose programmes are not those the plan prints: 1 to n, under the box's title."""
    rows = dataset.programmes
    boxes = {number: box for number, box in dataset.district.boxes.items() if box.programmes}
    yield from _unknown(PROGRAMMES_FILE, "box", {row.box for row in rows} - boxes.keys())
    for number, box in boxes.items():
        listed = [row for row in rows if row.box == number]
        yield from _not_numbered(PROGRAMMES_FILE, f"box {number}", [row.number for row in listed], box.programmes or 0)
        for title in sorted({row.box_title for row in listed} - {box.title}):
            yield Problem("title_not_as_printed", PROGRAMMES_FILE, f"box {number}: {title}")


def _unknown(file: str, what: str, numbers: Iterable[int]) -> Problems:
    for number in sorted(numbers):
        yield Problem(f"{what}_unknown", file, str(number))


def _not_numbered(file: str, what: str, numbers: Sequence[int], stated: int) -> Problems:
    if list(numbers) != list(range(1, stated + 1)):
        yield Problem("count_not_as_stated", file, f"{what}: {len(numbers)}, not 1 to {stated}")


# ---- what has to be measured ----


def projects_in_the_district(dataset: Dataset) -> Problems:
    """Find points farther outside the district than their accuracy and 100 m allow."""
    outline = layer_in_metres(dataset, "boundary", kind="outline")
    placed = [project for project in dataset.projects if project.placed]
    points = _in_metres(dataset, [Point(project.lon, project.lat) for project in placed])
    for project, distance in zip(placed, points.distance(outline) if outline else (), strict=False):
        if distance > (project.location.accuracy_m or 0) + PROJECT_MARGIN_M:
            yield Problem("outside_the_district", _where(project), f"by {distance:.0f} m")


def elements_in_the_district(dataset: Dataset) -> Problems:
    """Find elements that reach more than 150 m out of the district."""
    if outline := layer_in_metres(dataset, "boundary", kind="outline"):
        allowed = outline.buffer(ELEMENT_MARGIN_M)
        for where, geometry in _elements_in_metres(dataset):
            if not allowed.covers(geometry):
                yield Problem("outside_the_district", where, f"by more than {ELEMENT_MARGIN_M} m")


def elements_on_land(dataset: Dataset) -> Problems:
    """Find areas that we drew with more than 5 % of their surface in the water."""
    if land := layer_in_metres(dataset, "land"):
        for placed, (where, geometry) in zip(dataset.elements, _elements_in_metres(dataset), strict=True):
            if not placed.element.schematic:
                continue
            if geometry.area and (share := geometry.intersection(land).area / geometry.area) < LEAST_SHARE_ON_LAND:
                yield Problem("in_the_water", where, f"only {share:.0%} on land")


RULES: Final = (
    shared_points,
    mentions_as_printed,
    groups_complete,
    credits_given,
    road_labels_known,
    indicators_as_stated,
    indicator_words_translated,
    programmes_as_stated,
    projects_in_the_district,
    elements_in_the_district,
    elements_on_land,
)


def _where(project: Project) -> str:
    return f"projects.geojson ({project.id})"


def _names(dataset: Dataset, layer: str) -> set[str]:
    features = dataset.base.get(layer, {}).get("features", [])
    return {name for feature in features if (name := feature["properties"].get("name"))}


def _in_metres(dataset: Dataset, geometries: Sequence[BaseGeometry]) -> GeoSeries:
    return to_metric(GeoSeries(list(geometries), crs=STORAGE_CRS), crs=dataset.district.metric_crs)


def layer_in_metres(dataset: Dataset, layer: str, *, kind: str | None = None) -> BaseGeometry | None:
    """Return a base layer in one piece in the district's metric system, or its features of one kind; None if none."""
    features = dataset.base.get(layer, {}).get("features", [])
    wanted = [read_geometry(feature) for feature in features if kind in (None, feature["properties"].get("kind"))]
    return _in_metres(dataset, wanted).make_valid().union_all() if wanted else None


def _elements_in_metres(dataset: Dataset) -> Iterable[tuple[str, BaseGeometry]]:
    names = [f"layout.geojson ({placed.element.id})" for placed in dataset.elements]
    return zip(names, _in_metres(dataset, [placed.geometry for placed in dataset.elements]), strict=True)


# ---- the command ----


def problems_of(dataset: Dataset, folder: Path) -> list[Problem]:
    """Return everything that is wrong with the data in `folder`, of which `dataset` is what could be read."""
    by_rule = (rule(dataset) for rule in RULES)
    return list(dict.fromkeys(chain(dataset.problems, geometry_problems(folder), *by_rule)))


def line(problem: Problem) -> str:
    """Return a problem as one plain line: file and feature, what, details."""
    said = f"{problem.where}: {problem.code.replace('_', ' ')}"
    return " ".join(f"{said}: {problem.detail}".split()) if problem.detail else said


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong with the folder named first in `arguments`; return 1 if anything is, else 0."""
    folder = Path(arguments[0]) if arguments else DATA_DIR
    try:
        dataset = load_dataset(folder)
        problems = problems_of(dataset, folder)
    except UnreadableDistrictError as error:
        problems = [error.problem]
    for problem in problems:
        print(line(problem))
    if problems:
        return 1
    counted = f"{len(dataset.projects)} projects, {len(dataset.elements)} elements, {len(dataset.base)} base layers"
    counted += f", {len(dataset.indicators)} indicators, {len(dataset.programmes)} programmes"
    print(f"{counted}: no problems")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
