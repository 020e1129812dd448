"""The page of indicators: every printed value verbatim in every language, the tally, the charts and the files."""

import csv
import html
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from layers.words import LANGUAGES, words_in
from tests.languages import HANZI, plan_terms, strangers

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/indicators.py"
KINDS = {1: "results", 2: "targets"}


def typed(annex):
    with (ROOT / "tests/data/plan_annexes.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["annex"] == str(annex)]


def open_page(**params):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(PAGE).run()


def bodies(app):
    return [e.proto.body for e in app.get("html")]


def table(app, annex, language):
    said = words_in(language)(f"indicator.caption_{KINDS[annex]}", annex=annex, **plan_terms(language))
    caption = html.escape(said, quote=False)
    return next(body for body in bodies(app) if f"<caption>{caption}</caption>" in body)


def rows(body):
    """Return each line's cells as text, its verdict apart."""
    for line in re.findall(r'<tr role="row">(.*?)</tr>', body, re.DOTALL):
        cells = re.findall(r'<t[hd] role="\w+"[^>]*class="([\w ]+)"[^>]*>(.*?)</t[hd]>', line, re.DOTALL)
        yield [(look.split()[0], content) for look, content in cells]


def printed(cell):
    """Return what the plan prints in a cell: the part marked as Chinese where there is a translation."""
    marked = re.search(r'<span[^>]*lang="zh">(.*?)</span>', cell)
    return html.unescape(marked[1] if marked else re.sub("<.*?>", "", cell))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("annex", [1, 2])
def test_every_value_stands_as_printed(annex, language):
    app = open_page(lang=language)
    assert not app.exception
    shown = [
        ([printed(c) for look, c in cells if look in ("number", "name", "unit")],
         [printed(c) for look, c in cells if look == "value"])
        for cells in rows(table(app, annex, language))
    ]  # fmt: skip
    expected = [([r["number"], r["name"], r["unit"]], r["values"].split(" ")) for r in typed(annex)]
    assert shown == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdicts_are_those_worked_by_hand(language):
    words = words_in(language)
    shown = []
    for cells in rows(table(open_page(lang=language), 1, language)):
        shown.append(next(re.search("<strong>(.*?)</strong>", c)[1] for look, c in cells if look == "verdict"))
    assert shown == [words(f"indicator.kind_{r['verdict']}") for r in typed(1)]


def tallied(app, annex):
    body = next(body for body in bodies(app) if "indicator-tally" in body)
    part = body.split('<div class="indicator-tally">')[1 if annex == 2 else 2]
    found = re.findall(r'<th scope="row">(.*?)</th><td class="squares">.*?</td>(.*?)</tr>', part, re.DOTALL)
    return {name: [int(n) for n in re.findall(r"<td>(\d+)</td>", cells)] for name, cells in found}


def test_the_tallies_count_the_plans_lines():
    app = open_page()
    for annex, column, kinds in (
        (1, "verdict", ("met", "not_met", "not_comparable")), (2, "attribute", ("预期性", "约束性"))
    ):  # fmt: skip
        lines = typed(annex)
        expected = {}
        for name in [*dict.fromkeys(r["category"] for r in lines), None]:
            counted = Counter(r[column] for r in lines if name in (None, r["category"]))
            expected[name or "合计"] = [counted.total(), *(counted[kind] for kind in kinds)]
        assert tallied(app, annex) == expected
    assert tallied(app, 2)["合计"] == [28, 18, 10] and tallied(app, 1)["合计"] == [25, 20, 5, 0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_languages_are_mixed_and_the_sources_and_rules_are_named(language):
    app, words = open_page(lang=language), words_in(language)
    text = "\n".join(bodies(app))
    assert not re.search(r"\bindicator\.[a-z_]+", text)
    for annex, title in ((1, "主要目标完成情况"), (2, "主要目标")):
        assert f"{annex}" in text and (title in text or language != "zh")
    for rule in ("column", "number", "limit", "pair", "words", "else", "ours"):
        assert html.escape(words(f"indicator.rule_{rule}"), quote=False).replace("'", "&#39;") in text
    assert "西政发〔2021〕13号" in text
    if language != "zh":
        page = "\n".join(body for body in bodies(app) if "indicator" in body)
        assert strangers(page, language) == set()
        assert all(r["name"] in page for annex in (1, 2) for r in typed(annex))


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_stand_only_where_both_values_are_numbers_and_say_what_they_show(language):
    app = open_page(lang=language)
    drawn = {}
    for annex in (1, 2):
        for cells in rows(table(app, annex, language)):
            number, picture = cells[0][1], next(c for look, c in cells if look == "chart")
            if picture:
                drawn[annex, int(number)] = html.unescape(re.search('alt="(.*?)"', picture)[1])
    first = set(range(1, 26)) - {4, 8, 12, 13, 15, 16, 17, 24, 25}
    second = {1, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16, 17, 18, 22, 27, 28}
    assert drawn.keys() == {(1, n) for n in first} | {(2, n) for n in second}
    assert "-13.8" in drawn[2, 5] and "6" in drawn[2, 5] and "32850" in drawn[1, 11] and "55380" in drawn[1, 11]
    assert all(strangers(alt, language) == set() for alt in drawn.values())
    assert all(bool(HANZI.search(alt)) == (language in ("zh", "ja")) for alt in drawn.values())


def test_files_are_offered():
    app = open_page()
    assert [e.proto.label for e in app.get("download_button")] == ["下载 Excel", "下载 CSV"]


@pytest.mark.parametrize("name", ["indicators.csv", "indicator_terms.csv", "programmes.csv"])
@pytest.mark.parametrize("content", [None, b"", b"{ not a table", "西岗".encode("gb18030")])
def test_a_missing_or_broken_file_is_named(tmp_path, monkeypatch, name, content):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("XIGANG_DATA_DIR", str(folder))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    app = open_page(lang="en")
    assert not app.exception
    notices = "\n".join(m.value for e in app.expander for m in e.markdown).replace("\\", "")
    assert name in notices
    assert (len(app.info) == 1) == (name == "indicators.csv")


def test_annexes_are_called_by_the_numbers_that_the_plan_prints(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("recipes", "__pycache__"))
    file, district = tmp_path / "data" / "indicators.csv", tmp_path / "data" / "district.json"
    numbers = {"1": "7", "2": "3"}
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], *(numbers[line[0]] + line[1:] for line in lines[1:])]), encoding="utf-8")
    told = json.loads(district.read_text(encoding="utf-8"))
    told["annexes"] = {numbers[number]: annex for number, annex in told["annexes"].items()}
    district.write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("XIGANG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    text = "\n".join(bodies(open_page()))
    assert "规划附件3列出“十四五”主要目标28项，附件7列出" in text and "<caption>附件7：2020年目标与完成情况" in text
    assert not re.search("附件[12]", text)
