"""What changed since a day: told in every language, taken back and restored by who may, nothing spoilt on screen."""

import base64
import json
import re

import pytest

import ui.change_acts
from geo.store.author import Author, Role
from geo.store.changes import Edit, Kind, Source
from geo.store.current import open_store
from geo.store.database import database_url
from geo.store.export import geojson_at
from geo.store.record import with_values
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import IDENTIFIER, ROOT, all_text, component, open_app, plain
from tests.languages import strangers

PAGE = "pages/data.py"
EDITOR, ADMIN = Author("李四", Role.EDITOR), Author("张三", Role.ADMIN)
SPOILT = "<img src=x onerror=alert(1)> **b** [a](javascript:x) `c` $x$ =1+1 {z}"
MOVED, GONE = "bainian-gangwan-outlets", "zhongrui-plaza"
ZH = words_in("zh")


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    kept = open_store(database_url())
    kept.follow(ROOT / "data")
    return kept


@pytest.fixture
def acts_as(monkeypatch):
    def sign_in(author):
        for place in ("ui.editing", "ui.change_acts"):
            monkeypatch.setattr(f"{place}.author", lambda: author)

    return sign_in


def save(store, project_id, *pairs, retired=None, why="据实测", author=EDITOR, **more):
    entry = store.entry(project_id)
    return store.save(
        author, [Edit(project_id, with_values(entry.record, pairs), entry.version, retired)], why=why, **more
    )


def moved(store):
    """Move a site east by a thousandth of a degree, which is 87 m here, and retire another."""
    lon, lat = store.entry(MOVED).record["geometry"]["coordinates"]
    save(store, MOVED, ("geometry", {"type": "Point", "coordinates": [lon + 0.001, lat]}), ("sector", "health"))
    save(store, GONE, retired=True, why="重复", kind=Kind.RETIRE, source=Source("台账.xlsx"))


def open_changes(**params):
    app = open_app(PAGE, task="changes", **params)
    assert not app.exception
    return app


def cards(app):
    """Return the HTML of each card by the number of its change."""
    html = component(app, "changes")["html"]
    found = re.findall(r'<li class="change">.*?</header>.*?(?=<li class="change">|</ol>)', html, re.DOTALL)
    return {int(re.search(r'data-do="as_of" data-id="(\d+)"', card).group(1)): card for card in found}


def drawn(app, store):
    """Return the ids of the sites that the map is told to show, by its mask over the placed ones, best known last."""
    grades = ["area", "street", "near", "exact"]
    placed = [e for e in store.entries().values() if e.record["geometry"] and not e.retired]
    placed.sort(key=lambda entry: grades.index(entry.record["properties"]["location"]["grade"]))
    mask = base64.b64decode(component(app, "map_frame")["state"]["mask"])
    return [entry.id for i, entry in enumerate(placed) if mask[i // 8] >> (7 - i % 8) & 1]


def text_of(html):
    return plain(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html)))


def asked_for(app):
    return set(re.findall(r'data-do="(\w+)"', component(app, "changes")["html"]))


def press(app, do, number):
    """Ask for something to be done with a change, which AppTest cannot do on the board."""
    app.session_state["change_act"] = (do, number)
    return app.run()


def reasons(app):
    """Return the fields that ask why."""
    return [each for each in app.text_input if (each.key or "").startswith("change-why")]


def give_reason(app, act, number, why="坐标有误"):
    app.text_input(key=f"change-why-{act}-{number}").input(why)
    label = app_words(app)(f"changes.{act}_do")
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def app_words(app):
    return words_in(app.session_state["lang"])


# ---- what is told ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_is_told_in_every_language(store, language):
    moved(store)
    app, words = open_changes(lang=language), words_in(language)
    found = cards(app)
    assert list(found) == [3, 2, 1]
    told = {number: text_of(card) for number, card in found.items()}
    assert words("changes.moved", distance=words("measure.metres", n=87)).replace("\xa0", " ") in told[2]
    assert words("sector.health") in told[2] and "李四" in told[2] and "据实测" in told[2]
    assert words("changes.was_retired") in told[3] and "台账.xlsx" in told[3]
    assert words("changes.shipped") in told[1]
    assert IDENTIFIER.findall(text_of(component(app, "changes")["html"]) + all_text(app)) == []
    totals = text_of(next(e.proto.body for e in app.get("html") if "change-totals" in e.proto.body))
    for name, number in (("changes", 2), ("added", 0), ("changed", 1), ("retired", 1), ("confirmed", 0)):
        assert f"{words(f'changes.total_{name}')} {number}" in totals
    assert words("changes.total_revived") not in totals
    names = {words(f"changes.file_{code}") for code in ("pdf", "xlsx")}
    assert {e.proto.label for e in app.get("download_button")} == names
    written = {"据实测", "重复", "李四", "台账"}
    assert {run for run in strangers(totals + all_text(app), language) if run not in written} == set()


def test_the_map_shows_what_was_changed_and_is_still_there(store):
    moved(store)
    assert drawn(open_changes(), store) == [MOVED]


def test_what_is_retired_is_named_and_cannot_be_picked(store):
    moved(store)
    found = cards(open_changes())
    assert f'data-do="site" data-id="{MOVED}"' in found[2]
    name = store.entry(GONE).record["properties"]["name"]
    assert 'data-do="site"' not in found[3] and name in text_of(found[3])


def test_one_project_has_a_history_of_its_own(store):
    moved(store)
    app = open_changes(site=MOVED)
    app.toggle(key="changes_only").set_value(True).run()
    assert set(cards(app)) == {1, 2} and drawn(app, store) == [MOVED]


def test_days_without_changes_are_said(store):
    moved(store)
    app = open_changes()
    app.session_state["changes_span"] = "days"
    app.run()
    for key in ("changes_since", "changes_until"):
        app.date_input(key=key).set_value("2020-01-01")
    app.run()
    assert ZH("changes.none") in [each.value for each in app.info] and drawn(app, store) == []
    assert not app.get("download_button")


def test_a_long_import_is_folded(store):
    ids = list(store.entries())[:30]
    edits = [Edit(each, with_values(store.entry(each).record, [("summary.zh", "新")]), 1) for each in ids]
    store.save(EDITOR, edits, why="台账", kind=Kind.IMPORT)
    app = open_changes()
    card = cards(app)[2]
    assert card.count("<dl>") == 20 and ZH("changes.more_projects", n=10) in text_of(card)
    assert len(drawn(app, store)) == sum(store.entry(each).record["geometry"] is not None for each in ids)


def test_nothing_written_by_people_acts_on_the_screen(store, acts_as):
    acts_as(ADMIN)
    names = {"en": SPOILT}
    spoilt = Author(SPOILT[:60], Role.EDITOR)
    save(store, MOVED, ("name", SPOILT), ("names", names), why=SPOILT, author=spoilt, source=Source(SPOILT))
    save(store, MOVED, ("name", SPOILT * 2), author=spoilt)
    app = open_changes(site=MOVED)
    html = component(app, "changes")["html"]
    assert "<img" not in html and "&lt;img" in html
    for act in ("restore", "undo"):
        press(app, act, 2)
        assert not app.exception
    give_reason(app, "undo", 2, SPOILT)
    for element in (*app.error, *app.warning, *app.markdown, *app.toggle):
        shown = getattr(element, "value", "") if isinstance(getattr(element, "value", ""), str) else element.label
        assert not re.search(r"(?<!\\)<img|(?<!\\)\[a|(?<!\\)\*\*b", shown)


# ---- what is done ----


def test_who_only_reads_sees_no_way_to_change(store):
    moved(store)
    app = open_changes()
    assert asked_for(app) == {"as_of", "site"}
    for act in ("undo", "restore"):
        press(app, act, 2)
        assert not reasons(app)


def test_an_editor_undoes_and_does_not_restore(store, acts_as):
    acts_as(EDITOR)
    moved(store)
    before = store.entries(at=1)[MOVED].record
    app = open_changes()
    assert asked_for(app) == {"as_of", "site", "undo"} and 'data-do="undo"' not in cards(app)[1]
    give_reason(press(app, "undo", 2), "undo", 2)
    assert store.entry(MOVED).record == before and store.entry(GONE).retired
    change = store.changes()[0]
    assert (change.kind, change.author, change.why, change.of) == (Kind.UNDO, "李四", "坐标有误", 2)
    assert "第 2 次变更：坐标有误" in text_of(cards(app)[4]) and not reasons(app)
    assert "Change 2: 坐标有误" in text_of(cards(open_changes(lang="en"))[4])


def test_an_undo_takes_a_reason(store, acts_as):
    acts_as(EDITOR)
    moved(store)
    app = give_reason(press(open_changes(), "undo", 2), "undo", 2, "   ")
    assert ZH("changes.why_missing") in app.error[0].value and store.head() == 3


def test_what_was_changed_again_is_told_by_field_and_name(store, acts_as):
    acts_as(EDITOR)
    moved(store)
    save(store, MOVED, ("sector", "culture"), author=Author("王五", Role.EDITOR))
    app = give_reason(press(open_changes(), "undo", 2), "undo", 2)
    said = plain(app.error[0].value)
    assert store.head() == 4 and ZH("changes.undo_refused") in said
    assert "王五" in said and ZH("table.sector") in said and ZH("record.geometry") not in said


def test_an_administrator_restores_a_state_after_seeing_what_that_changes(store, acts_as):
    acts_as(ADMIN)
    moved(store)
    then = {each: (entry.record, entry.retired) for each, entry in store.entries(at=1).items()}
    app = press(open_changes(), "restore", 1)
    assert "2 个项目" in plain(app.warning[0].value)
    give_reason(app, "restore", 1, "演练")
    assert {each: (entry.record, entry.retired) for each, entry in store.entries().items()} == then
    assert store.changes()[0].kind is Kind.RESTORE


@pytest.mark.parametrize(("act", "role"), [("undo", Role.VIEWER), ("restore", Role.VIEWER), ("restore", Role.EDITOR)])
def test_who_loses_the_role_before_the_click_is_refused_by_the_record(store, acts_as, monkeypatch, act, role):
    acts_as(ADMIN)
    moved(store)
    app = press(open_changes(), act, 2)
    app.text_input(key=f"change-why-{act}-2").input("x")
    monkeypatch.setattr("ui.change_acts.author", lambda: Author("李四", role))
    next(button for button in app.button if button.label == ZH(f"changes.{act}_do")).click().run()
    assert not app.exception and store.head() == 3
    assert ZH("changes.not_allowed") in [each.value.strip() for each in app.error]


@pytest.mark.parametrize("number", ["", "-1", "x", "1e3", "²", "9" * 30])
def test_a_forged_number_does_nothing(monkeypatch, store, number):
    state = {}
    monkeypatch.setattr(ui.change_acts.st, "session_state", state)
    for ask in ui.change_acts.ASKED.values():
        ask(number)
        assert state["change_act"] is None or state["change_act"][1] > 10**9


def test_a_number_that_no_change_has_opens_nothing(store, acts_as):
    acts_as(ADMIN)
    moved(store)
    for number in (0, 99):
        assert not reasons(press(open_changes(), "restore", number))


def test_the_data_of_then_is_what_the_record_exports(store):
    moved(store)
    app = press(open_changes(), "as_of", 2)
    assert ZH("changes.as_of_file") in {e.proto.label for e in app.get("download_button")}
    then, now = ({each["id"]: each for each in json.loads(geojson_at(store, number))["features"]} for number in (2, 3))
    assert then.keys() - now.keys() == {GONE} and then[MOVED]["properties"]["sector"] == "health"
