"""The indicators against the annexes typed from the plan by themselves, the strict number and the rule for "met"."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.check import problems_of
from geo.indicators import Attribute, Indicator, met, number_in
from geo.load import fingerprint_of, load_dataset
from geo.problem import Problem
from tests.data.samples import INDICATORS, sample_files, write

ROOT = Path(__file__).resolve().parents[2]
TYPED = ROOT / "tests/data/plan_annexes.csv"


@pytest.fixture(scope="module")
def typed():
    with TYPED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(ROOT / "data")


def values(row):
    if row.annex == 1:
        return [row.target_absolute, row.target_growth, row.result_absolute, row.result_growth]
    return [row.base, row.target_absolute, row.target_growth]


def test_every_line_stands_as_the_plan_prints_it(dataset, typed):
    printed = [
        (int(r["annex"]), int(r["number"]), r["category"], r["name"], r["unit"], r["attribute"], r["values"].split(" "))
        for r in typed
    ]
    stored = [
        (row.annex, row.number, row.category, row.name, row.unit, row.attribute.value, values(row))
        for row in dataset.indicators
    ]
    assert stored == printed


def test_the_counts_are_those_of_the_plans_text(dataset):
    assert Counter(row.annex for row in dataset.indicators) == {1: 25, 2: 28}
    assert Counter(row.attribute for row in dataset.indicators if row.annex == 2) == {
        Attribute.ANTICIPATORY: 18,
        Attribute.BINDING: 10,
    }
    assert list(Counter(row.category for row in dataset.indicators if row.annex == 2).items()) == [
        ("经济发展", 7), ("创新驱动", 3), ("民生福祉", 9), ("绿色生态", 5), ("社会治理", 4)
    ]  # fmt: skip
    assert list(Counter(row.category for row in dataset.indicators if row.annex == 1).items()) == [
        ("经济发展", 7), ("社会民生", 10), ("创新驱动", 3), ("生态环境", 5)
    ]  # fmt: skip


def test_years_stand_where_values_do(dataset):
    for row in dataset.indicators:
        assert (row.base_year, row.target_year, row.result_year) == (
            (None, 2020, 2020) if row.annex == 1 else (2020, 2025, None)
        )


def test_names_in_two_languages(dataset):
    first = dataset.indicators[0]
    assert (first.name_in("zh"), first.name_in("en")) == (first.name, first.names["en"])
    for annex in (1, 2):
        names = [row.names["en"] for row in dataset.indicators if row.annex == annex]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("80", 80), ("44.28", 44.28), ("-6.9", -6.9), ("0", 0), ("≤3.5", None), ("<1.01", None), (">5", None),
        ("≥98", None), ("6/7.5", None), ("—", None), ("高于全市", None), ("五年累计50家", None), ("每年10家", None),
        ("", None), (None, None), ("1e5", None), ("nan", None), ("inf", None), ("１２", None), ("٣", None),
        (" 6", None), ("6\n", None), ("1,000", None), ("+6", None), ("6.", None), (".5", None), ("6%", None),
    ],
)  # fmt: skip
def test_a_number_is_a_plain_number_only(text, number):
    assert number_in(text) == number


@given(st.text())
def test_number_in_never_fails(text):
    number = number_in(text)
    assert number is None or number == float(text)


def line(target, result, growth=("—", "—")):
    return Indicator(
        annex=1, number=1, category="民生", name="指标", name_en="Indicator", unit="％", target_year=2020,
        target_absolute=target, target_growth=growth[0], result_year=2020, result_absolute=result,
        result_growth=growth[1], attribute="约束性",
    )  # fmt: skip


def test_the_rule_agrees_with_the_verdicts_worked_by_hand(dataset, typed):
    by_hand = {int(r["number"]): r["verdict"] for r in typed if r["annex"] == "1"}
    assert {row.number: met(row).verdict.value for row in dataset.indicators if row.annex == 1} == by_hand
    assert Counter(by_hand.values()) == {"met": 20, "not_met": 5}


@pytest.mark.parametrize(
    ("row", "verdict", "reason"),
    [
        (line("75", "73"), "not_met", "number"),
        (line("80", "80"), "met", "number"),
        (line("32850", "55380"), "met", "number"),
        (line("—", "—", ("6", "-6.9")), "not_met", "number"),
        (line("—", "—", ("≥8", "3.2")), "not_met", "limit"),
        (line("<3", "2.18"), "met", "limit"),
        (line("<3", "3"), "not_met", "limit"),
        (line("≤1", "1"), "met", "limit"),
        (line("≤1", "0"), "met", "limit"),
        (line("≤1", "2"), "not_met", "limit"),
        (line(">5", "5"), "not_met", "limit"),
        (line("<1.01", "<1.01"), "met", "same_words"),
        (line("<1.01", "<1.02"), "not_comparable", "not_alike"),
        (line("6/7.5", "7.8/10"), "met", "pair"),
        (line("6/7.5", "7.8/7"), "not_met", "pair"),
        (line("6/7.5", "7.8"), "not_comparable", "not_alike"),
        (line("应保尽保", "应保尽保"), "met", "same_words"),
        (line("市下达任务", "完成市任务"), "met", "task_done"),
        (line("市下达任务", "未完成市任务"), "not_comparable", "not_alike"),
        (line("高于全市", "低于全市"), "not_comparable", "not_alike"),
        (line("80", "高于全市"), "not_comparable", "not_alike"),
        (line("80", "—"), "not_comparable", "nothing_printed"),
        (line("—", "80"), "not_comparable", "nothing_printed"),
        (line("—", "—"), "not_comparable", "nothing_printed"),
        (line("80", "—", ("—", "6")), "not_comparable", "nothing_printed"),
        (line("80", "80", ("6", "6")), "not_comparable", "nothing_printed"),
        (line("80", None, ("—", None)), "not_comparable", "nothing_printed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "/".join(value.printed),
)
def test_what_met_means(row, verdict, reason):
    assert (met(row).verdict.value, met(row).reason.value) == (verdict, reason)


values_printed = st.sampled_from(["—", "6", "-6.9", "≥8", "<1.01", "6/7.5", "高于全市", "完成市任务", "≤", "/", "6/"])


@given(values_printed, values_printed, values_printed, values_printed)
def test_any_line_gets_a_verdict(target, result, growth, grown):
    assert met(line(target, result, (growth, grown))).verdict


def test_kinds_of_targets(dataset):
    kinds = {(row.annex, row.number): row.kinds for row in dataset.indicators}
    assert [n for (annex, n), kind in kinds.items() if annex == 2 and "growth" in kind] == [1, 2, 3, 5, 9]
    assert kinds[2, 9] == ("absolute", "growth") and kinds[2, 1] == ("growth",) and kinds[1, 5] == ("absolute",)


# ---- the file ----


def with_indicators(folder, text):
    return load_dataset(write(folder, {**sample_files(), "indicators.csv": text}))


def test_a_missing_file_is_named_and_the_rest_is_read(tmp_path):
    files = {name: content for name, content in sample_files().items() if not name.endswith(".csv")}
    dataset = load_dataset(write(tmp_path, files))
    assert [(p.code, p.where) for p in dataset.problems] == [
        ("file_missing", name) for name in ("indicators.csv", "indicator_terms.csv", "programmes.csv")
    ]
    assert (dataset.indicators, dataset.programmes, len(dataset.projects)) == ((), (), 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ("field_missing", "indicators.csv", "annex")),
        (INDICATORS.replace(",attribute", ",kind", 1), ("field_missing", "indicators.csv", "attribute")),
        (INDICATORS.replace(",attribute", ",attribute,more", 1), ("field_unknown", "indicators.csv", "more")),
        (INDICATORS.replace("number", "annex", 1), ("file_unreadable", "indicators.csv", "a column stands twice")),
        (INDICATORS + "1,2\n", ("rule_broken", "indicators.csv #3", "2 cells under 15 columns")),
        (INDICATORS + INDICATORS.splitlines()[1], ("id_repeated", "indicators.csv", "1/1")),
        (INDICATORS.replace("约束性", "建议性", 1), ("field_invalid", "indicators.csv #1", "attribute = '建议性'")),
        (INDICATORS.replace("1,1,", "x,1,", 1), ("field_invalid", "indicators.csv #1", "annex = 'x'")),
        (INDICATORS.replace("<3", "", 1), ("field_missing", "indicators.csv #1", "target_absolute")),
        (INDICATORS + '"open', ("file_unreadable", "indicators.csv", "unexpected end of data")),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, problem):
    dataset = with_indicators(tmp_path, text)
    assert dataset.problems[0] == Problem(*problem)
    assert len(dataset.projects) == 3


def test_a_file_in_another_encoding_is_named(tmp_path):
    (write(tmp_path, sample_files()) / "indicators.csv").write_bytes(INDICATORS.encode("gb18030"))
    assert [problem.code for problem in load_dataset(tmp_path).problems] == ["file_unreadable"]


def test_a_byte_order_mark_and_other_line_ends_do_no_harm(tmp_path):
    text = "\ufeff" + INDICATORS.replace("\n", "\r\n")
    (write(tmp_path, sample_files()) / "indicators.csv").write_text(text, encoding="utf-8", newline="")
    dataset = load_dataset(tmp_path)
    assert dataset.problems == () and len(dataset.indicators) == 2


@pytest.mark.parametrize(
    ("old", "new", "code", "detail"),
    [
        ("2,1,", "2,2,", "count_not_as_stated", "annex 2: 1, not 1 to 1"),
        ("2,1,", "3,1,", "annex_unknown", "3"),
        ("—,,,,约束性", "—,,,,预期性", "count_not_as_stated", "annex 2: 约束性 0, not 1"),
        ("高于全市", "完成市任务", "term_unknown", "完成市任务"),
    ],
)
def test_the_check_counts_as_the_plan_does(tmp_path, old, new, code, detail):
    dataset = with_indicators(tmp_path, INDICATORS.replace(old, new))
    assert (code, detail) in [(problem.code, problem.detail) for problem in problems_of(dataset, tmp_path)]


def test_the_fingerprint_changes_with_the_file(tmp_path):
    before = fingerprint_of(write(tmp_path, sample_files()))
    (tmp_path / "indicators.csv").write_text(INDICATORS + "\n", encoding="utf-8")
    assert fingerprint_of(tmp_path) != before
