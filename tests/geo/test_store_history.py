"""Every state that the record was ever in can be had again: against a plain model that keeps them all."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from geo.load import load_dataset
from geo.store.__main__ import main, moment
from geo.store.author import Author, Role
from geo.store.changes import ConflictError, Edit, InvalidError
from geo.store.export import geojson_at
from geo.store.record import RETIRED, WHOLE, with_values
from geo.store.store import Store
from tests.data.samples import both, project_feature, sample_files, write

ADMIN = Author("赵", Role.ADMIN)
SHIPPED = Path(__file__).resolve().parents[2] / "data"
IDS = ("park", "quay", "zoo")
OFFERS = (
    {"plot_ratio": 2, "date": "2026-01-02", "source": "office"},
    {"plot_ratio": 2.5, "date": "2026-01-02", "source": "office"},
    {"site_area_m2": 100, "land_use": both("park"), "date": "2026-03-04", "source": "survey"},
)
VALUES = {
    "names": (
        {"en": "A"},
        {"en": "A", "ko": "공"},
        {"en": "A", "ja": "あ", "ko": "공"},
        {"en": "B", "ru": "П", "ko": "원"},
    ),
    "current_status": (None, {"value": "已开工", "date": "2026-01-02", "source": "x"},
                       {"value": "停工", "date": "2026-01-02", "source": "x"}),
    "summary": (both("a"), both("b"), {**both("a"), "ja": "公園"}),
    "offer": (*OFFERS, "leave out"),
}  # fmt: skip
POINTS = ([121.61, 38.91], [121.615, 38.91], [121, 38.9])


def first_record(identity):
    feature = json.loads(json.dumps(project_feature(identity)))
    return {"id": identity, "geometry": feature["geometry"], "properties": feature["properties"]}


class RecordMachine(RuleBasedStateMachine):
    """Random work on a record, beside a dict from each change's number to what was shown after it."""

    new_database = staticmethod(lambda: "")

    @initialize()
    def open(self):
        self.store = Store(self.new_database())
        self.states = {0: {}}
        self.files = {}

    @property
    def now(self):
        """What there is: each project's record and whether it is retired."""
        return deepcopy(self.states[max(self.states)])

    def teardown(self):
        self.store.engine.dispose()

    def confirmed(self, change, state):
        if state == self.states[max(self.states)]:
            assert change is None, "nothing differed"
            return
        assert change.id == max(self.states) + 1
        self.states[change.id] = state

    @rule(
        ids=st.sets(st.sampled_from(IDS), min_size=1),
        field=st.sampled_from([*VALUES, "geometry", RETIRED]),
        data=st.data(),
    )
    def save(self, ids, field, data):
        state, entries, edits = self.now, self.store.entries(), []
        for each in sorted(ids):
            record, retired = state.get(each, (first_record(each), False))
            if field == "geometry":
                record["geometry"] = {"type": "Point", "coordinates": data.draw(st.sampled_from(POINTS))}
            elif field == RETIRED:
                retired = data.draw(st.booleans())
            else:
                value = data.draw(st.sampled_from(VALUES[field]))
                record["properties"].pop(field, None)
                if value != "leave out":
                    record["properties"][field] = value
            state[each] = (record, retired)
            base = entries[each].version if each in entries else 0
            edits.append(Edit(each, deepcopy(record), base, retired))
        self.confirmed(self.store.save(ADMIN, edits, why=field), state)

    @rule(data=st.data())
    def undo(self, data):
        number = data.draw(st.integers(0, max(self.states)))
        if not number:
            return
        before, after, state = self.states[number - 1], self.states[number], self.now
        touched = [each for each in after if after[each] != before.get(each)]
        simple = all(state[each] == after[each] for each in touched)
        for each in touched:
            state[each] = before.get(each, (state[each][0], True))
        try:
            change = self.store.undo(ADMIN, number, why="")
        except ConflictError:
            assert not simple, "nobody has touched these projects since"
            return
        if simple:
            self.confirmed(change, state)
        elif change:  # what both did put together: worked out by hand in test_store.py
            self.states[change.id] = {e: (one.record, one.retired) for e, one in self.store.entries().items()}

    @rule(data=st.data())
    def restore(self, data):
        number = data.draw(st.integers(0, max(self.states)))
        then, now = self.states[number], self.now
        state = {each: then.get(each, (record, True)) for each, (record, _) in now.items()}
        self.confirmed(self.store.restore(ADMIN, number, why=""), state)

    @rule(identity=st.sampled_from(IDS))
    def save_on_top_of_an_old_version(self, identity):
        if identity in self.now:
            with pytest.raises(ConflictError):
                self.store.save(ADMIN, [Edit(identity, first_record(identity), 0)], why="")

    @rule()
    def save_what_breaks_a_rule(self):
        wrong = first_record("park")
        wrong["properties"]["phase"] = "building"
        with pytest.raises(InvalidError):
            self.store.save(ADMIN, [Edit("park", wrong, 0)], why="")

    @invariant()
    def every_state_can_be_had_again(self):
        if not hasattr(self, "states"):
            return
        assert self.store.head() == max(self.states)
        for number, state in self.states.items():
            shown = {each: (one.record, one.retired) for each, one in self.store.entries(at=number).items()}
            assert shown == state
            file = geojson_at(self.store, number)
            assert self.files.setdefault(number, file) == file, "a file of a past day is the one of that day"
        assert self.store.entries() == self.store.entries(at=max(self.states))

    @invariant()
    def the_log_leads_from_nothing_to_today(self):
        if hasattr(self, "states"):
            assert replayed(self.store) == {
                each: (one.record, one.retired, one.version) for each, one in self.store.entries().items()
            }


def replayed(store):
    """Work out today's projects from the log alone, forwards."""
    state = {}
    for line in reversed(store.revisions()):
        record, retired, version = state.get(line.project_id, (None, False, 0))
        assert line.version in (version, version + 1), "no version is left out"
        if line.path == WHOLE:
            record = line.became
        elif line.path == RETIRED:
            retired = line.became
        else:
            record = with_values(record, [(line.path, line.became)])
        state[line.project_id] = (record, retired, line.version)
    return state


def test_random_work_against_a_model_that_keeps_every_state(new_database, request):
    machine = type("Machine", (RecordMachine,), {"new_database": staticmethod(new_database)})
    on_postgresql = "postgresql" in request.node.name
    few = settings(
        max_examples=8 if on_postgresql else 20,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(machine, settings=few)


# ---- the file of a day ----


@cache
def samples():
    return (first_record("park"), first_record("quay"))


def test_the_first_export_is_the_delivered_file_to_the_letter(store):
    store.follow(SHIPPED)
    assert geojson_at(store, store.head()) == (SHIPPED / "projects.geojson").read_text(encoding="utf-8")


def test_an_export_of_an_earlier_day_is_the_file_written_that_day(store, tmp_path):
    """And a reader that knows nothing of the store shows the same projects."""
    park, quay = samples()
    store.save(ADMIN, [Edit("park", park, 0), Edit("quay", quay, 0)], why="")
    written = [geojson_at(store, 1)]
    fields = ({"offer": OFFERS[0], "names": {"en": "B", "ru": "П"}}, {"offer": OFFERS[2], "names": {"en": "C"}}, {})
    for number, changed in enumerate(fields, start=1):
        record = {**park, "properties": {**park["properties"], **changed}}
        store.save(ADMIN, [Edit("park", record, number)], why="")
        written.append(geojson_at(store, number + 1))
    store.save(ADMIN, [Edit("quay", quay, 1, True)], why="")
    written.append(geojson_at(store, 5))
    store.restore(ADMIN, 2, why="")
    assert geojson_at(store, 6) == written[1]
    assert [geojson_at(store, at) for at in range(1, 6)] == written
    assert written[0] != written[1] != written[2]

    folder = write(tmp_path, {**sample_files(), "projects.geojson": json.loads(written[1])})
    shown = {project.id: project for project in load_dataset(folder).projects}
    assert set(shown) == {"park", "quay"} and shown["park"].names == {"en": "B", "ru": "П"}
    assert [*json.loads(written[4])["features"][0]] == ["type", "id", "geometry", "properties"]
    assert [feature["id"] for feature in json.loads(written[4])["features"]] == ["park"]


# ---- the command ----


def test_a_date_is_its_last_moment_here():
    assert moment("2026-11-25") == datetime(2026, 11, 25, 23, 59, 59, 999999).astimezone()
    assert moment("2026-11-25T12:30+08:00") == datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    assert moment("2026-11-25T12:30") == datetime(2026, 11, 25, 12, 30).astimezone()


def test_the_command_exports_a_day_and_lists_the_log(url, store, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XIGANG_DATABASE_URL", url)
    park, _ = samples()
    store.save(ADMIN, [Edit("park", park, 0)], why="first\nline")
    between = datetime.now(UTC)
    store.save(ADMIN, [Edit("park", park, 1, True)], why="gone")
    file = tmp_path / "then.geojson"
    assert main(["export", "--at", between.isoformat(), str(file)]) == 0
    assert file.read_text(encoding="utf-8") == geojson_at(store, 1)
    assert main(["export", str(file)]) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["features"] == []
    capsys.readouterr()
    assert main(["log"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == ["2", "1"] and told[1].endswith("赵  first line")
    yesterday = (between - timedelta(days=1)).date().isoformat()
    assert main(["export", "--at", yesterday, str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()


def test_the_command_says_so_where_there_is_no_database(monkeypatch, capsys):
    monkeypatch.setenv("XIGANG_DATABASE_URL", "mysql://somewhere/db")
    assert main(["log"]) == 1
    assert "cannot be read" in (told := capsys.readouterr().err) and "底账读不了" in told
