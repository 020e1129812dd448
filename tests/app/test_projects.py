"""The project library: every row, count and wording against the files, read here on their own."""

import base64
import csv
import json
import re
from collections import Counter
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from exports.request import ExportRequest, wanted_projects
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Phase, Sector
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import IDENTIFIER, ROOT, all_text, component, features, groups, ids, open_app, plain
from tests.languages import name_in, plan_terms, strangers, told
from ui.link import LIBRARY_VIEWS, Selection

PAGE = "pages/projects.py"
BOXES = {5: 10, 6: 9, 7: 8, 8: 10, 9: 6}
OF_HEADING = {"完工达效": "completed", "实施建设": "building", "前期推进": "preparing", "重点实施": "key",
              "拟推进": "proposed", "力争盘活": "revitalise"}  # fmt: skip
Properties = dict[str, Any]
EVERYTHING = {f["id"]: f["properties"] for f in features()}
UNPLACED = {f["id"] for f in features() if not f["geometry"]}


def open_library(view: str = "table", **params: str) -> AppTest:
    return open_app(PAGE, **{**params, "library": view})


def passing(app: AppTest, key: str = "project_table") -> list[dict[str, Any]]:
    """Return the rows that the table shows: those sent, by the mask."""
    sent = component(app, key)
    mask = base64.b64decode(sent["mask"])
    return [row for i, row in enumerate(sent["table"]["rows"]) if mask[i // 8] >> (7 - i % 8) & 1]


def cells(app: AppTest, key: str = "project_table") -> dict[str, dict[str, str]]:
    codes = [column["code"] for column in component(app, key)["table"]["columns"]]
    return {row["id"]: dict(zip(codes, row["cells"], strict=True)) for row in passing(app, key)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", LIBRARY_VIEWS)
def test_every_view_in_every_language(view, language):
    app = open_library(view, lang=language)
    assert not app.exception
    words, text = words_in(language), plain(all_text(app))
    assert [code for code in LIBRARY_VIEWS if words(f"library.view_{code}") not in text] == []
    assert component(app, "map_frame")["visible"] is True
    assert IDENTIFIER.findall(text) == []
    assert strangers(text, language) == set()
    assert f"library={view}" in component(app, "map_frame")["query"] or view == LIBRARY_VIEWS[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_of_each_project_what_the_file_holds(language):
    app, words = open_library(lang=language), words_in(language)
    found = passing(app)
    assert [row["id"] for row in found] == [f["id"] for f in features()]
    for row, said in zip(found, cells(app).values(), strict=True):
        p = EVERYTHING[row["id"]]
        assert row["name"] == name_in(p, language)
        assert row["chinese"] == ("" if language == "zh" else p["name"])
        assert said["phase"] == words(f"phase.{p['phase']}") and said["sector"] == words(f"sector.{p['sector']}")
        assert said["grade"].startswith(words(f"grade.{p['location']['grade']}"))
        accuracy = p["location"]["accuracy_m"]
        assert ("±" in said["grade"]) is bool(accuracy)
        assert not accuracy or f"{accuracy}" in re.sub(r"[,\s]", "", said["grade"])
        assert said["mentions"].startswith(str(len(p["mentions"])))
        boxes = sorted({m["box"] for m in p["mentions"] if m.get("box")})
        assert all(str(box) in said["mentions"] for box in boxes)
        assert (words("library.in_text") in said["mentions"]) is any(not m.get("box") for m in p["mentions"])


def wordings(p: Properties, *, review: bool) -> str:
    """Return the phases stated before (box 1, chapter 1) or ahead, worked out here from the headings alone."""
    zh = words_in("zh")
    looks_back = [m for m in p["mentions"] if (m.get("box") == 1 or m.get("chapter") == 1) is review]
    stated = {OF_HEADING[m["heading"]] for m in looks_back if m.get("heading") in OF_HEADING}
    if not looks_back:
        return "—"
    return "、".join(zh(f"phase.{phase}") for phase in Phase if phase in (stated or {"unstated"}))


def test_the_column_of_the_two_plans_follows_the_boxes():
    said = cells(open_library())
    assert {i: said[i]["plans"] for i in said} == {
        i: f"{wordings(p, review=True)} → {wordings(p, review=False)}" for i, p in EVERYTHING.items()
    }
    assert sum(text["plans"] == "实施建设 → 重点实施" for text in said.values()) > 3


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"phase": "key"}, lambda p: p["phase"] == "key"),
        ({"place": "bays", "grade": "unlocated"},
         lambda p: "两湾" in groups(p) and p["location"]["grade"] == "unlocated"),
        ({"q": "酒店"}, lambda p: "酒店" in p["name"]),
    ],
)  # fmt: skip
def test_the_table_shows_what_passes_the_shared_filter(query, wanted):
    app = open_library(**query)
    assert sorted(cells(app)) == ids(wanted)
    assert f"{len(ids(wanted))} / {len(features())}" in component(app, "project_table")["caption"]


def test_the_rows_are_sent_once_and_again_where_they_were_lost():
    app = open_library()
    app.session_state["filter"] = ProjectFilter(phases=frozenset({Phase.KEY}))
    app.run()
    assert component(app, "project_table")["table"] is None
    app.session_state["tables_sent"].clear()
    app.run()
    assert component(app, "project_table")["table"]["rows"]


# ---- the matrix ----


def counted(app: AppTest) -> dict[tuple[str, str], dict[str, Any]]:
    rows = component(app, "library_matrix")["rows"]
    return {(cell["sector"], cell["phase"]): cell for row in rows for cell in row["cells"]}


@pytest.mark.parametrize("place", ["", "bays", "none"])
def test_the_matrix_counts_what_the_file_holds_and_adds_up(place):
    app = open_library("matrix", **({"place": place} if place else {}))
    kept = {
        i: p for i, p in EVERYTHING.items() if {"": True, "bays": "两湾" in groups(p), "none": not groups(p)}[place]
    }
    found = counted(app)
    expected = Counter((p["sector"], p["phase"]) for p in kept.values())
    without = Counter((p["sector"], p["phase"]) for i, p in kept.items() if i in UNPLACED)
    for sector in Sector:
        for phase in Phase:
            cell = found[sector, phase]
            assert cell["n"] == expected[sector, phase]
            assert f"{cell['n']} 项，其中未落图 {without[sector, phase]} 项" in cell["title"]
        assert found[sector, ""]["n"] == sum(found[sector, phase]["n"] for phase in Phase)
    for phase in Phase:
        assert found["", phase]["n"] == sum(found[sector, phase]["n"] for sector in Sector)
    assert found["", ""]["n"] == len(kept)
    said = component(app, "library_matrix")["caption"]
    unplaced = len(UNPLACED & set(kept))
    assert f"共 {len(kept)} 项 = 已落图 {len(kept) - unplaced} + 未落图 {unplaced}" in said


def test_the_matrix_marks_its_cell_and_leaves_its_own_facets_out():
    app = open_library("matrix", phase="completed", sector="housing")
    found = counted(app)
    assert [cell for cell in found if found[cell]["pressed"]] == [("housing", "completed")]
    assert found["", ""]["n"] == len(features())
    assert sorted(cells(app)) == ids(lambda p: (p["phase"], p["sector"]) == ("completed", "housing"))


# ---- without a place ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_place_is_listed_by_group_with_the_reason(language):
    app, words = open_library("unplaced", lang=language), words_in(language)
    table = component(app, "unplaced_table")["table"]
    assert {row["id"] for row in table["rows"]} == UNPLACED and len(table["rows"]) == len(UNPLACED)
    order = ["一轴", "两湾", "三街", "四片区"]
    tally = Counter(next(iter(groups(EVERYTHING[i])), "") for i in UNPLACED)
    assert [group["size"] for group in table["groups"]] == [tally[name] for name in [*order, ""]]
    at = iter(table["rows"])
    for name, group in zip([*order, ""], table["groups"], strict=True):
        assert all(next(iter(groups(EVERYTHING[next(at)["id"]])), "") == name for _ in range(group["size"]))
    for i, said in cells(app, "unplaced_table").items():
        location = EVERYTHING[i]["location"]
        assert said["why"] == told(location["basis"], language)
        assert said["reason"] == words(f"grade.{location['grade']}")
    reasons = Counter(EVERYTHING[i]["location"]["grade"] for i in UNPLACED)
    assert set(reasons) == {"districtwide", "unlocated"}


# ---- the programmes ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_programmes_stand_apart_verbatim_and_uncounted(language):
    app = open_library("programmes", lang=language)
    with (ROOT / "data/programmes.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert Counter(int(row["box"]) for row in listed) == BOXES
    text = plain(all_text(app))
    assert [row["name"] for row in listed if row["name"] not in text] == []
    assert text.count("<li value=") == len(listed) == sum(BOXES.values())
    assert words_in(language)("library.programmes_note", n=len(listed), boxes="5–9") in text
    also = {m["name"] for p in EVERYTHING.values() for m in p["mentions"]} & {row["name"] for row in listed}
    assert text.count(words_in(language)("library.also_project")) == len(also) == 1


# ---- the picked project ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_detail_tells_both_plans_with_every_mention(language):
    app, words, terms = open_library(lang=language), words_in(language), plan_terms(language)
    for i, p in EVERYTHING.items():
        app.session_state["selection"] = Selection("site", i)
        app.run()
        assert component(app, "project_table")["selected"] == i
        text = plain(all_text(app))
        told = text[text.index('class="timeline"') :]
        before, ahead = (
            told.index(words("library.plan_before", **terms)),
            told.index(words("library.plan_ahead", **terms)),
        )
        assert before < ahead
        for mention in p["mentions"]:
            part = told[before:ahead] if 1 in (mention.get("box"), mention.get("chapter")) else told[ahead:]
            assert mention["name"] in part, (i, mention)


# ---- to the export page ----


def test_the_export_takes_the_ticked_projects_alone_until_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    app = open_app("pages/export.py", phase="key")
    ticked = ["huizhi-yunding", "xiangshuiwan", "5g-infrastructure"]
    app.session_state["export_only"] = frozenset([*ticked, "no-such-project"])
    app.run()
    assert "含 3 项：已落图 1 项，未落图 2 项" in all_text(app) and "选定的 3 项" in plain(all_text(app))
    request = app.session_state["x_asked"]
    data = load_dataset(ROOT / "data")
    assert sorted(p.id for p in wanted_projects(data, request)) == sorted(ticked)
    app.button(key="x_all").click().run()
    assert app.session_state["x_asked"].filter == ProjectFilter(phases=frozenset({Phase.KEY}))


@pytest.mark.parametrize("code", ["geojson", "csv", "html"])
def test_files_hold_exactly_the_ticked_projects(code, tmp_path):
    from exports.formats import FORMATS, export

    data, ticked = load_dataset(ROOT / "data"), {"huizhi-yunding", "xiangshuiwan"}
    request = ExportRequest(filter=ProjectFilter(only=frozenset(ticked)))
    path = tmp_path / f"file{FORMATS[code].suffix}"
    export(data, request, code, path)
    text = path.read_text(encoding="utf-8-sig")
    if code == "geojson":
        found = {f["id"] for f in json.loads(text)["features"]}
        assert found & set(EVERYTHING) == ticked
    else:
        assert [i for i in EVERYTHING if f'"{i}"' in text or f"\n{i}," in text or text.startswith(f"{i},")] == [
            i for i in EVERYTHING if i in ticked
        ]


@pytest.fixture
def few_at_a_time(monkeypatch):
    monkeypatch.setattr("ui.project_table.MOST_SENT", 50)
    monkeypatch.setattr("ui.project_table.SENT_OF_MORE", 20)


def test_of_very_many_the_first_that_pass_the_filter_are_sent_and_the_others_counted(few_at_a_time):
    app = open_library()
    assert [row["id"] for row in passing(app)] == list(EVERYTHING)[:20]
    assert words_in("zh")("list.more", n=len(EVERYTHING) - 20) in plain(all_text(app))
    completed = [each for each, p in EVERYTHING.items() if p["phase"] == "completed"]
    app = open_library(phase="completed")
    assert [row["id"] for row in passing(app)] == completed[:20]
    app = open_library("unplaced")
    sent = passing(app, "unplaced_table")
    assert len(sent) == 20
    assert {row["id"] for row in sent} <= UNPLACED
    assert words_in("zh")("list.more", n=len(UNPLACED) - 20) in plain(all_text(app))


def test_of_very_many_places_to_verify_the_worst_are_sent(few_at_a_time, monkeypatch):
    some = [row["id"] for row in passing(open_app("pages/data.py"), "worklist")]
    monkeypatch.setattr("ui.project_table.MOST_SENT", 10_000)
    every = [row["id"] for row in passing(open_app("pages/data.py"), "worklist")]
    assert some == every[:20]
    assert len(every) > 20
