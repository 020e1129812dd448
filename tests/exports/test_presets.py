"""Exports kept under a name."""

import datetime
import json

import pytest

from exports.presets import MAX_NAME, MAX_PRESETS, PresetError, delete_preset, load_presets, presets_path, save_preset
from exports.request import ExportRequest, Extent, Purpose
from geo.filter import ProjectFilter
from geo.vocabulary import Phase

FULL = ExportRequest(
    filter=ProjectFilter(phases=frozenset({Phase.KEY}), text="公园"),
    language="en",
    title="周会 =1+1 <b>",
    size="a3-portrait",
    extent=Extent(kind="view", bounds=(121.6, 38.9, 121.64, 38.93)),
    purpose=Purpose(kind="public", review_number="辽S(2026)001号"),
    hidden=frozenset({"metro", "roads"}),
    sites=("huizhi-yunding",),
    crs="EPSG:4550",
    dpi=300,
    made_on=datetime.date(2020, 1, 1),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "presets.json"


def test_a_preset_comes_back_as_it_was_but_dated_today(path):
    save_preset("  周会  pack ", FULL, path)
    [(name, kept)] = load_presets(path).items()
    assert name == "周会 pack"
    assert kept == FULL.model_copy(update={"made_on": datetime.date.today()})


def test_the_same_name_replaces_and_deleting_forgets(path):
    save_preset("a", ExportRequest(), path)
    save_preset("a", FULL, path)
    save_preset("b", ExportRequest(), path)
    delete_preset("b", path)
    delete_preset("never kept", path)
    assert list(load_presets(path)) == ["a"] and load_presets(path)["a"].dpi == 300


@pytest.mark.parametrize("name", ["", "   ", "n" * (MAX_NAME + 1)])
def test_a_name_must_be_there_and_short(path, name):
    with pytest.raises(PresetError):
        save_preset(name, ExportRequest(), path)
    assert not path.exists()


def test_there_is_an_end_to_presets_but_old_ones_can_change(path):
    path.parent.mkdir()
    path.write_text(json.dumps({str(i): {} for i in range(MAX_PRESETS)}))
    save_preset("0", FULL, path)
    with pytest.raises(PresetError):
        save_preset("one more", FULL, path)


@pytest.mark.parametrize("text", ["", "[1, 2]", "{broken", '"text"', "\ufeff{}"])
def test_a_broken_file_holds_no_presets_and_can_be_written_anew(path, text):
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert load_presets(path) == {}
    save_preset("new", FULL, path)
    assert list(load_presets(path)) == ["new"]


def test_presets_no_longer_understood_are_left_out_but_kept(path):
    save_preset("good", FULL, path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**raw, "old": {"size": "a0"}, "odd": 7}), encoding="utf-8")
    assert list(load_presets(path)) == ["good"]
    save_preset("more", ExportRequest(), path)
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {"good", "old", "odd", "more"}


def test_the_folder_is_named_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    assert presets_path() == tmp_path / "presets.json"
