"""Editing on the data page: what is saved, refused, told and merged, read back from the record itself."""

import html
import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geo.store.author import ANYONE, Author, Role
from geo.store.changes import Edit, Kind
from geo.store.current import open_store
from geo.store.database import database_url
from geo.store.store import Store
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import ROOT, all_text, component, open_app
from tests.languages import TRANSLATED, data_texts, strangers

PAGE = "pages/data.py"
SITE = "bainian-gangwan-outlets"
UNPLACED = "zhongrui-plaza"
EDITOR = Author("李四", Role.EDITOR)


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    kept = open_store(database_url())
    kept.follow(ROOT / "data")
    return kept


@pytest.fixture
def signed_in(monkeypatch):
    monkeypatch.setattr("ui.editing.author", lambda: EDITOR)
    monkeypatch.setattr("ui.edit_panel.author", lambda: EDITOR)
    monkeypatch.setattr("ui.edit_acts.author", lambda: EDITOR)


def open_form(site: str = SITE, language: str = "zh") -> AppTest:
    return open_app(PAGE, task="edit", site=site, lang=language)


def widget(app: AppTest, path: str) -> Any:
    """Return the field at a path of the record, whichever kind it is."""
    kinds = (app.text_input, app.text_area, app.number_input, app.selectbox, app.date_input)
    return next(each for kind in kinds for each in kind if (each.key or "").endswith(f"-{path}"))


def section(app: AppTest, code: str) -> AppTest:
    app.session_state["edit_section"] = code
    return app.run()


def give_reason(app: AppTest, why: str = "据实测") -> AppTest:
    next(each for each in app.text_input if (each.key or "").startswith("edit-why-")).input(why)
    return app.run()


def properties(store: Store, project_id: str) -> dict[str, Any]:
    entry = store.entry(project_id)
    assert entry
    return entry.record["properties"]


def test_a_changed_name_is_saved_with_who_and_why(store, signed_in):
    app = section(open_form(), "facts")
    widget(app, "name").input("百年港湾·奥特莱斯二期").run()
    give_reason(app, "  据更名批复  ")
    app.button(key="edit_save").click().run()
    assert not app.exception
    assert properties(store, SITE)["name"] == "百年港湾·奥特莱斯二期"
    (change,) = store.changes(after=1)
    assert (change.author, change.why, change.kind) == ("李四", "据更名批复", Kind.EDIT)
    assert [(one.path, one.was) for one in store.revisions(after=1)] == [("name", "百年港湾·奥特莱斯")]


def test_what_stands_in_the_form_untouched_changes_nothing(store, signed_in):
    app = open_form()
    for code in ("facts", "office", "place"):
        section(app, code)
    assert words_in("zh")("edit.unchanged") in [each.value for each in app.caption]
    assert store.head() == 1


def test_a_pin_dropped_on_the_map_gives_a_place_once_its_evidence_is_told(store, signed_in):
    words, site = words_in("zh"), next(e for e in store.entries().values() if e.record["geometry"] is None
                                       and e.record["properties"]["location"]["grade"] == "unlocated")  # fmt: skip
    app = open_form(site.id)
    widget(app, "lon").set_value(121.6123456)
    widget(app, "lat").set_value(38.9101234)
    app.run()
    assert words("problem.edit_point_ungraded", where=words("table.grade"), detail="") in app.warning[0].value
    widget(app, "location.grade").set_value("exact")
    app.run()
    assert app.button(key="edit_save").disabled
    widget(app, "location.accuracy_m").set_value(5)
    widget(app, "location.source").input("2026年地籍调查")
    widget(app, "location.source_crs").input("EPSG:4549")
    app.run()
    assert app.button(key="edit_save").disabled, "the basis still says that nothing was found"
    widget(app, "location.basis").input("按地籍图定位。")
    widget(app, "location.basis.en").input("By the cadastral map.")
    app.run()
    give_reason(app)
    app.button(key="edit_save").click().run()
    entry = store.entry(site.id)
    assert entry and entry.record["geometry"] == {"type": "Point", "coordinates": [121.6123456, 38.9101234]}
    assert component(app, "map_frame")["state"]["pin"]["at"] == [38.9101234, 121.6123456]


def test_a_point_far_outside_the_district_is_not_saved(store, signed_in):
    app = open_form()
    widget(app, "lon").set_value(121.50)
    app.run()
    give_reason(app)
    assert "区界" in app.warning[0].value
    assert app.button(key="edit_save").disabled


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_form_and_the_retired_are_named_in_the_readers_language(language, store, signed_in):
    named = data_texts(language)
    site_name, gone_name = named[properties(store, SITE)["name"]], named[properties(store, UNPLACED)["name"]]
    gone = store.entry(UNPLACED)
    store.save(EDITOR, [Edit(UNPLACED, gone.record, gone.version, retired=True)], why="重复", kind=Kind.RETIRE)
    app = section(open_form(language=language), "acts")
    assert f"<h3 class='edit-title'>{html.escape(site_name)}</h3>" in all_text(app)
    assert words_in(language)("edit.project_hint") in all_text(app)
    assert strangers(all_text(app), language) == set()
    nobody = open_app(PAGE, task="edit", lang=language)
    assert any(gone_name in each.label for each in nobody.button if (each.key or "").startswith("edit_revive_"))


def test_nobody_edits_without_the_role(store, monkeypatch):
    app = open_form()
    assert not [each for each in app.text_input if (each.key or "").startswith("edit-")]
    assert words_in("zh")("task.needs_login") in [each.value for each in app.info]
    # the role is lost between the drawing of the form and the click
    role = {"now": EDITOR}
    for place in ("ui.editing", "ui.edit_panel"):
        monkeypatch.setattr(f"{place}.author", lambda: role["now"])
    app = section(open_form(), "facts")
    widget(app, "name").input("改名").run()
    give_reason(app)
    monkeypatch.setattr("ui.edit_panel.author", lambda: ANYONE)
    app.button(key="edit_save").click().run()
    assert not app.exception
    assert store.head() == 1


def test_two_people_at_one_project_lose_nothing(store, signed_in):
    words = words_in("zh")
    app = section(open_form(), "facts")
    widget(app, "name").input("我的名称").run()
    widget(app, "summary").input("我的概述。").run()
    entry = store.entry(SITE)
    assert entry
    theirs = json.loads(json.dumps(entry.record))
    theirs["properties"]["name"] = "他的名称"
    theirs["properties"]["sector"] = "business"
    store.save(Author("王五", Role.EDITOR), [Edit(SITE, theirs, entry.version)], why="先改")
    give_reason(app)
    app.button(key="edit_save").click().run()
    assert properties(store, SITE)["name"] == "他的名称"
    assert "王五" in app.warning[0].value
    assert "他的名称" in all_text(app) and "我的名称" in all_text(app)
    (clash,) = app.radio
    assert clash.value is None
    give_reason(app)
    assert app.button(key="edit_merge").disabled
    clash.set_value("mine").run()
    app.button(key="edit_merge").click().run()
    assert not app.exception
    saved = properties(store, SITE)
    assert (saved["name"], saved["sector"], saved["summary"]["zh"]) == ("我的名称", "business", "我的概述。")
    assert words("edit.unchanged") in [each.value for each in app.caption]


def test_an_added_project_is_the_districts_own(store, signed_in):
    app = open_app(PAGE, task="edit")
    app.button(key="edit_add").click().run()
    assert "领域" in app.warning[0].value
    widget(app, "sector").set_value("commerce").run()
    for path, text in (("name", "新项目甲"), ("names.en", "New project A"), ("summary", "区里补充。"),
                       ("summary.en", "Added by the district."), ("added.source", "区政府会议纪要")):  # fmt: skip
        widget(app, path).input(text)
    app.run()
    section(app, "place")
    widget(app, "location.basis").input("尚未定位。")
    widget(app, "location.basis.en").input("Not placed yet.")
    app.run()
    give_reason(app)
    app.button(key="edit_save").click().run()
    assert not app.exception
    (made,) = [e for e in store.entries().values() if e.id.startswith("added-")]
    assert made.record["properties"]["mentions"] == []
    assert made.record["properties"]["added"]["source"] == "区政府会议纪要"
    assert store.changes()[0].kind is Kind.ADD


def test_a_retired_project_is_gone_from_the_counts_and_can_come_back(store, signed_in):
    app = section(open_form(), "acts")
    give_reason(app, "重复")
    app.button(key="edit_retire").click().run()
    entry = store.entry(SITE)
    assert entry and entry.retired
    assert SITE not in component(app, "map_frame")["sites"].get("sites", {}).get("id", [])
    next(each for each in app.text_input if each.key == "edit-why-revive").input("误停用").run()
    app.button(key=f"edit_revive_{SITE}").click().run()
    entry = store.entry(SITE)
    assert entry and not entry.retired and entry.version == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_speaks_every_language(store, signed_in, language):
    app = open_form(language=language)
    for code in ("facts", "office", "acts", "place"):
        assert not section(app, code).exception
        assert words_in(language)(f"edit.section_{code}") in str(app.get("button_group"))


def test_a_draft_is_its_authors_alone(store, signed_in, monkeypatch):
    app = section(open_form(), "facts")
    widget(app, "name").input("李四改的名称").run()
    for place in ("ui.editing", "ui.edit_panel", "ui.edit_acts"):
        monkeypatch.setattr(f"{place}.author", lambda: Author("张三", Role.ADMIN))
    app.run()
    assert "李四改的名称" not in all_text(app)
    assert widget(app, "name").value == "百年港湾·奥特莱斯"


def test_who_edits_a_project_that_is_retired_meanwhile_is_told_and_may_bring_it_back(store, signed_in):
    app = section(open_form(), "facts")
    widget(app, "name").input("我的名称").run()
    entry = store.entry(SITE)
    assert entry
    store.save(Author("王五", Role.EDITOR), [Edit(SITE, entry.record, entry.version, retired=True)], why="重复")
    give_reason(app, "仍在推进")
    app.button(key="edit_save").click().run()
    assert "停用" in app.warning[0].value and "王五" in app.warning[0].value
    assert next(each for each in app.text_input if (each.key or "").startswith("edit-why-")).value == "仍在推进"
    app.button(key="edit_merge").click().run()
    assert not app.exception
    back = store.entry(SITE)
    assert back and not back.retired and back.record["properties"]["name"] == "我的名称"


def test_two_projects_of_one_name_are_two_choices(store, signed_in):
    entry = store.entry(SITE)
    assert entry
    other = next(each for each in store.entries().values() if each.id != SITE)
    record = json.loads(json.dumps(entry.record))
    record["properties"]["name"] = other.record["properties"]["name"]
    store.save(EDITOR, [Edit(SITE, record, entry.version)], why="同名")
    app = open_form()
    chooser = next(each for each in app.selectbox if (each.key or "").startswith("edit_project-"))
    assert len(set(chooser.options)) == len(chooser.options)
    assert chooser.value == SITE
    widget(section(app, "facts"), "summary").input("改一处。").run()
    assert other.record["properties"]["name"] in app.warning[0].value


def test_a_part_split_off_says_of_what(store, signed_in):
    app = section(open_form(), "acts")
    app.button(key="edit_split").click().run()
    widget(app, "added.source").input("会议纪要").run()
    widget(app, "name").input("百年港湾二区").run()
    give_reason(app, "分期")
    app.button(key="edit_save").click().run()
    assert not app.exception
    change = store.changes()[0]
    assert change.kind is Kind.SPLIT and "百年港湾·奥特莱斯" in change.why and change.why.endswith("分期")
