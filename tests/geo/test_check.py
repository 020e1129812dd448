"""The check of the data folder: each rule finds what it is for, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.check import line, main
from geo.phase import PHASE_OF_HEADING
from geo.problem import Problem
from tests.data.samples import (
    HERE,
    both,
    element_feature,
    feature,
    project_feature,
    sample_files,
    square,
    write,
)

ROOT = Path(__file__).resolve().parents[2]
EXACT, NEAR = {"grade": "exact", "accuracy_m": 30}, {"grade": "near", "accuracy_m": 30}


def checked(folder, files, capsys):
    """Return the exit code and the lines printed for the files."""
    code = main([str(write(folder, files))])
    return code, capsys.readouterr().out.splitlines()


def layer(name, *features, **members):
    """Put other features, or members, into a file."""

    def spoil(files):
        changed = files[name]
        files[name] = {**changed, **members, "features": list(features) or changed["features"]}

    return spoil


def projects(*features):
    return layer("projects.geojson", *features)


def more(name, feature):
    return lambda files: files[name]["features"].append(feature)


def turned(polygon):
    return {**polygon, "coordinates": [ring[::-1] for ring in polygon["coordinates"]]}


def holed(polygon, hole):
    return {**polygon, "coordinates": [*polygon["coordinates"], *hole["coordinates"]]}


def parcel(geometry):
    return {"geometry": geometry, "source": "survey", "date": "2026-05-06"}


def mentioned(**mention):
    return projects(project_feature(mentions=[{"name": "x", **mention}], phase="unstated", group=None))


BIG, SMALL = square(121.605, 38.905, 121.615, 38.915), square(121.609, 38.909, 121.611, 38.911)
BOWTIE = {
    "type": "Polygon",
    "coordinates": [[[121.6, 38.9], [121.61, 38.91], [121.61, 38.9], [121.6, 38.91], [121.6, 38.9]]],
}
SEASIDE = element_feature("seaside", square(121.6297, 38.905, 121.6307, 38.915))
TWO_PARTS = {"type": "MultiPolygon", "coordinates": [BIG["coordinates"], turned(SMALL)["coordinates"]]}
METRO = "base/metro.geojson"
FINDINGS = {
    "of the loader": (projects(project_feature(sector="parks")),
                      "projects.geojson #1 (park): field invalid: sector = 'parks'"),
    "crossing ring": (more(METRO, feature(BOWTIE)),
                      "metro.geojson #2: geometry invalid: Self-intersection[121.605 38.905]"),
    "clockwise ring": (layer("layout.geojson", element_feature("axis", turned(BIG), group="一轴"), element_feature()),
                       "layout.geojson #1 (axis): ring wound wrong: outer ring is clockwise"),
    "clockwise ring of a part": (
        more(METRO, feature(TWO_PARTS)),
        ["metro.geojson #2: geometry invalid: Nested shells[121.609 38.909]",
         "metro.geojson #2: ring wound wrong: outer ring is clockwise"]),
    "counter-clockwise hole": (more("layout.geojson", element_feature("more", holed(BIG, SMALL))),
                               "layout.geojson #3 (more): ring wound wrong: a hole is counter-clockwise"),
    "clockwise parcel": (projects(project_feature(parcel=parcel(turned(BIG)))),
                         "projects.geojson #1 (park): ring wound wrong: outer ring is clockwise"),
    "counter-clockwise hole in a parcel": (projects(project_feature(parcel=parcel(holed(BIG, SMALL)))),
                                           "projects.geojson #1 (park): ring wound wrong: a hole is counter-clockwise"),
    "eight decimals in a parcel": (
        projects(project_feature(parcel=parcel(square(121.60500001, 38.905, 121.615, 38.915)))),
        "projects.geojson #1 (park): coordinate too long: more than 7 decimals"),
    "crossing parcel": (projects(project_feature(parcel=parcel(BOWTIE))),
                        ["projects.geojson #1 (park): rule broken: a parcel's outline must not cross or touch itself: "
                         "Self-intersection[121.605 38.905]",
                         "projects.geojson #1 (park): geometry invalid: Self-intersection[121.605 38.905]"]),
    "an added project in a group": (
        projects(project_feature(mentions=[], added={"source": "office", "date": "2026-07-08"})),
        "projects.geojson (park): group not as printed: 两湾"),
    "eight decimals": (projects(project_feature("park", (121.61000001, 38.91))),
                       "projects.geojson #1 (park): coordinate too long: more than 7 decimals"),
    "latitude first": (more(METRO, feature({"type": "Point", "coordinates": HERE[::-1]})),
                       "metro.geojson #2: coordinate out of range: not degrees in the order longitude, latitude"),
    "two known places at a point": (
        projects(project_feature("park", location=EXACT), project_feature("pier", location=NEAR)),
        "projects.geojson (pier): point shared: graded near, as is park there"),
    "heading of another box": (mentioned(box=3, heading="其他"),
                               "projects.geojson (park): heading unknown: box 3: 其他"),
    "heading in the running text": (mentioned(chapter=6, section=1, heading="新型基础设施"),
                                    "projects.geojson (park): heading unknown: box None: 新型基础设施"),
    "unknown box": (mentioned(box=9, heading="其他"), "projects.geojson (park): heading unknown: box 9: 其他"),
    "group in box 3": (mentioned(box=3, heading="新型基础设施", group="两湾"),
                       ["projects.geojson (park): group unknown: box 3: 两湾",
                        "projects.geojson (park): group not as printed: None"]),
    "another group than printed": (projects(project_feature(group="一轴")),
                                   "projects.geojson (park): group not as printed: 一轴"),
    "group without elements": (layer("layout.geojson", element_feature()),
                               "layout.geojson: group without elements: 一轴"),
    "elements of an unknown group": (more("layout.geojson", element_feature("odd", group="五环")),
                                     "layout.geojson: group unknown: 五环"),
    "element repeated": (more("layout.geojson", element_feature()),
                         "layout.geojson #3 (bay-north): id repeated: bay-north"),
    "no licence": (layer(METRO, licence=" "), "metro.geojson: credit missing: licence"),
    "label without a road": (more("base/road_labels.geojson", feature(SMALL, name="短街")),
                             "road_labels.geojson: road unknown: 短街"),
    # The outline ends at 121.63° E, and 0.01° of longitude are 867.4 m here, on the plane 867.5 m.
    "project outside": (projects(project_feature("park", (121.64, 38.91))),
                        "projects.geojson (park): outside the district: by 868 m"),
    "element outside": (more("layout.geojson", element_feature("far", square(121.60, 38.90, 121.632, 38.92))),
                        ["layout.geojson (far): outside the district: by more than 150 m",
                         "layout.geojson (far): in the water: only 94% on land"]),
    "element in the water": (more("layout.geojson", SEASIDE),
                             "layout.geojson (seaside): in the water: only 30% on land"),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "lines"), FINDINGS.values(), ids=FINDINGS)
def test_what_is_wrong_is_printed_line_by_line(tmp_path, capsys, spoil, lines):
    files = sample_files()
    spoil(files)
    assert checked(tmp_path, files, capsys) == (1, [lines] if isinstance(lines, str) else lines)


FINE = {
    "nothing changed": lambda files: None,
    "vague places may share a point": projects(project_feature("park"), project_feature("pier")),
    "a vague place may stand at a known one": projects(
        project_feature("park", location=EXACT), project_feature("pier")
    ),
    "outside, but not farther than the accuracy and 100 m": projects(
        project_feature("park", (121.64, 38.91), location={"accuracy_m": 768})
    ),
    "a hole wound clockwise": layer(
        "layout.geojson", element_feature("axis", group="一轴"), element_feature("bay", holed(BIG, turned(SMALL)))
    ),
    "a mention of box 7 and one of the running text": projects(
        project_feature(
            mentions=[{"box": 7, "name": "x"}, {"chapter": 6, "section": 1, "name": "x"}], phase="unstated", group=None
        )
    ),
    "an added project with a parcel": projects(
        project_feature(mentions=[], added={"source": "office", "date": "2026-07-08"}, group=None, parcel=parcel(BIG))
    ),
    "an element tied by the text": projects(project_feature(element="axis", element_basis=both("chapter 6"))),
}


@pytest.mark.parametrize("change", FINE.values(), ids=FINE)
def test_what_is_right_passes(tmp_path, capsys, change):
    files = sample_files()
    change(files)
    code, (said,) = checked(tmp_path, files, capsys)
    assert code == 0
    assert said.endswith("2 elements, 7 base layers, 2 indicators, 2 programmes: no problems")


def test_a_missing_file_is_one_line(tmp_path, capsys):
    files = sample_files()
    del files["base/boundary.geojson"]
    assert checked(tmp_path, files, capsys) == (1, ["boundary.geojson: file missing"])


def test_a_folder_without_a_district_is_one_line(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == "district.json: file missing\n"


def test_a_problem_stays_on_its_line():
    assert line(Problem("rule_broken", "a.geojson #1", "two\nlines")) == "a.geojson #1: rule broken: two lines"


def test_the_headings_with_a_phase_are_those_of_boxes_1_and_4():
    boxes = json.loads((ROOT / "data" / "district.json").read_text(encoding="utf-8"))["boxes"]
    assert {*boxes["1"]["headings"], *boxes["4"]["headings"]} == set(PHASE_OF_HEADING)


def test_the_shipped_data_passes():
    command = [sys.executable, "-m", "geo.check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout == ("113 projects, 10 elements, 7 base layers, 53 indicators, 43 programmes: no problems\n")
