"""The programmes of boxes 5 to 9, each as its box prints it."""

from collections import Counter
from pathlib import Path

import pytest

from geo.check import problems_of
from geo.filter import ProjectFilter
from geo.load import load_dataset
from tests.data.samples import PROGRAMMES, sample_files, write

ROOT = Path(__file__).resolve().parents[2]
# Typed from the plan by themselves: the box's title and the first and last of its programmes.
BOXES = {
    5: ("城市有机更新重点工程", 10, "老旧小区改造工程", "排水管网提质增效建设工程"),
    6: ("教育事业重点工程", 9, "办学条件改善工程", "学校治理现代化工程"),
    7: ("卫生健康重点工程", 8, "西岗医院改造建设工程", "中医药品牌培育工程"),
    8: ("食品药品安全重点工程", 10, "食品药品安全应急工程", "保健食品行业专项清理整治工程"),
    9: ("质量强区重点工作任务", 6, "提升计量工作服务经济社会发展能力", "强化知识产权保护和转化运用"),
}
WITH_QUOTES = {(6, 2): "“五育”融合育人工程", (6, 5): "集团化办学“实化”工程",
               (8, 3): "食品安全“互联网+监管”系统建设工程", (9, 2): "认证“传递信任、服务发展”"}  # fmt: skip


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(ROOT / "data")


def test_there_are_as_many_as_the_boxes_print(dataset):
    assert Counter(each.box for each in dataset.programmes) == {box: n for box, (_, n, *_) in BOXES.items()}
    assert len(dataset.programmes) == 43


@pytest.mark.parametrize("box", BOXES)
def test_a_box_stands_in_the_plans_order_and_words(dataset, box):
    listed = [each for each in dataset.programmes if each.box == box]
    title, count, first, last = BOXES[box]
    assert {each.box_title for each in listed} == {title} == {dataset.district.boxes[box].title}
    assert [each.number for each in listed] == list(range(1, count + 1))
    assert (listed[0].name, listed[-1].name) == (first, last)
    assert all(each.name_in("en") == each.names["en"] and each.names["en"].isprintable() for each in listed)


def test_quotation_marks_stand_as_printed(dataset):
    names = {(each.box, each.number): each.name for each in dataset.programmes}
    assert {key: names[key] for key in WITH_QUOTES} == WITH_QUOTES
    assert not [name for name in names.values() if name.endswith(("；", "。", " "))]


def test_they_are_not_counted_among_the_projects(dataset):
    assert dataset.index.mask(ProjectFilter()).sum() == len(dataset.projects) == 113


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("5,专栏5,2", "5,专栏5,3", ("count_not_as_stated", "box 5: 2, not 1 to 2")),
        ("5,专栏5,2", "6,专栏5,2", ("box_unknown", "6")),
        ("5,专栏5,2", "5,专栏六,2", ("title_not_as_printed", "box 5: 专栏六")),
        ("5,专栏5,2", "5,专栏5,1", ("id_repeated", "5/1")),
    ],
)
def test_what_differs_from_the_box_is_named(tmp_path, old, new, problem):
    folder = write(tmp_path, {**sample_files(), "programmes.csv": PROGRAMMES.replace(old, new)})
    found = problems_of(load_dataset(folder), folder)
    assert problem in [(each.code, each.detail) for each in found]
