"""The file of record against the plan read by itself: its boxes (tests/data/plan_boxes.csv) and its running text.

The second list (tests/data/plan_text_mentions.csv) tells what the text ``says`` of each project, to find it again.
"""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from geo.load import load_dataset

ROOT = Path(__file__).resolve().parents[2]
PHASE_OF_HEADING = {
    "完工达效": "completed", "实施建设": "building", "前期推进": "preparing",
    "重点实施": "key", "拟推进": "proposed", "力争盘活": "revitalise",
}  # fmt: skip


def table(name):
    with (ROOT / "tests/data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows():
    return table("plan_boxes.csv")


@pytest.fixture(scope="module")
def text_rows():
    return table("plan_text_mentions.csv")


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(ROOT / "data")


@pytest.fixture(scope="module")
def boxed(dataset):
    return [p for p in dataset.projects if any(m.box in (1, 3, 4) for m in p.mentions)]


def by_project(rows):
    grouped = defaultdict(list)
    for row in rows:
        grouped[row["project"]].append(row)
    return grouped


def latest_phase(its_rows):
    stated = [row for row in its_rows if row["heading"] in PHASE_OF_HEADING]
    return PHASE_OF_HEADING[max(stated, key=lambda row: int(row["box"]))["heading"]] if stated else "unstated"


def test_the_list_counts_as_the_plan_does(rows):
    assert Counter(row["box"] for row in rows) == {"1": 62, "3": 13, "4": 44}
    assert Counter(row["heading"] for row in rows if row["box"] == "1") == {
        "完工达效": 44,
        "实施建设": 10,
        "前期推进": 8,
    }
    assert len({row["project"] for row in rows}) == 98


def test_the_file_has_the_projects_of_the_boxes_and_those_that_only_the_text_names(dataset, boxed):
    assert len(boxed) == 98
    others = [project for project in dataset.projects if project not in boxed]
    assert {mention.box for project in others for mention in project.mentions} == {None, 7}


def test_wordings_are_stored_without_a_space_that_reading_would_take_away(dataset):
    features = json.loads((ROOT / "data/projects.geojson").read_text(encoding="utf-8"))["features"]
    stored = [mention["name"] for feature in features for mention in feature["properties"]["mentions"]]
    assert stored == [mention.name for project in dataset.projects for mention in project.mentions]


def test_every_mention_stands_in_the_file_verbatim_and_no_other(rows, boxed):
    printed = Counter((int(r["box"]), r["heading"], r["group"] or None, r["name"]) for r in rows)
    stored = Counter((m.box, m.heading, m.group, m.name) for p in boxed for m in p.mentions if m.box in (1, 3, 4))
    assert stored == printed


def test_the_same_mentions_make_one_project(rows, boxed):
    printed = {frozenset((r["box"], r["name"]) for r in its) for its in by_project(rows).values()}
    stored = {frozenset((str(m.box), m.name) for m in p.mentions if m.box in (1, 3, 4)) for p in boxed}
    assert stored == printed


def test_every_mention_in_the_running_text_stands_in_the_file_verbatim_and_no_other(text_rows, dataset):
    read = Counter((r["project"], int(r["chapter"]), int(r["section"]), r["name"]) for r in text_rows)
    stored = Counter((p.name, m.chapter, m.section, m.name) for p in dataset.projects for m in p.mentions if not m.box)
    assert stored == read


def test_mentions_count_as_the_readme_says(dataset):
    boxes = Counter(mention.box for project in dataset.projects for mention in project.mentions)
    assert boxes == {1: 62, 3: 13, 4: 44, 7: 1, None: 39}
    readme = (ROOT / "data/README.md").read_text(encoding="utf-8")
    assert f"{boxes.total()} mentions: 119 in boxes 1, 3 and 4, one in box 7, 39 in the running text" in readme


def test_mentions_stand_in_the_order_of_boxes_then_chapters(dataset):
    for project in dataset.projects:
        places = [(m.box or 99, m.chapter or 0, m.section or 0) for m in project.mentions]
        assert places == sorted(places), project.id


def test_the_running_text_states_no_phase(dataset):
    assert [m.name for p in dataset.projects for m in p.mentions if m.chapter and (m.heading or m.group)] == []
    assert {p.phase for p in dataset.projects if not any(m.box for m in p.mentions)} == {"unstated"}


def test_phases_are_those_of_the_latest_wording(rows, boxed):
    assert Counter(p.phase for p in boxed) == Counter(latest_phase(its) for its in by_project(rows).values())


def test_phases_of_any_wording(rows, boxed):
    printed = Counter()
    for its in by_project(rows).values():
        printed.update(
            {PHASE_OF_HEADING[r["heading"]] for r in its if r["heading"] in PHASE_OF_HEADING} or {"unstated"}
        )
    assert Counter(phase for p in boxed for phase in p.phases_in_any_wording) == printed


def test_groups_are_as_box_4_prints_them(rows, boxed):
    printed = Counter(next((r["group"] for r in its if r["group"]), None) for its in by_project(rows).values())
    assert Counter(p.group for p in boxed) == printed


def agreement(rows, boxed, column, value_of):
    """Return the projects whose stored value differs from the independent reading."""
    read = {(int(r["box"]), r["name"]): r[column] for r in rows}
    return {
        p.id: (value_of(p), read[m.box, m.name])
        for p in boxed
        for m in p.mentions
        if m.box in (1, 3, 4) and read[m.box, m.name] != value_of(p)
    }


def test_sectors_agree_with_the_second_reading(rows, boxed):
    assert agreement(rows, boxed, "sector", lambda p: p.sector.value) == {}


def test_grades_agree_with_the_second_reading(rows, boxed):
    assert agreement(rows, boxed, "grade", lambda p: p.location.grade.value) == {}


def test_every_coordinate_has_its_evidence(dataset):
    for project in dataset.projects:
        if project.placed:
            place = project.location
            assert place.accuracy_m and place.source and place.source_crs and place.basis.zh and place.basis.en


def test_all_ten_elements(dataset):
    assert Counter(placed.element.group for placed in dataset.elements) == {
        "一轴": 1,
        "两湾": 2,
        "三街": 3,
        "四片区": 4,
    }


def test_the_shipped_data_has_no_problem(dataset):
    assert dataset.problems == ()
