"""What the health answer says where the record or the district's data cannot be read."""

import json
import shutil

import pytest
import streamlit as st
from starlette.requests import Request

from geo.release import version
from server.health import health
from tests.districts.test_demo import DEMO

WELL = {"status": "ok", "version": version(), "record": "ok", "data_problems": 0, "editors": "ok"}


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Ask for the health where the data are a small district's own copy, in ``tmp_path / "data"``."""
    shutil.copytree(DEMO, tmp_path / "data")
    monkeypatch.setenv("XIGANG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))

    def ask() -> tuple[int, dict]:
        st.cache_data.clear()
        answer = health(Request({"type": "http"}))
        return answer.status_code, json.loads(answer.body)

    yield ask
    st.cache_data.clear()


def test_a_server_that_is_well_says_so(asked):
    assert asked() == (200, WELL)


def test_a_record_that_can_no_longer_be_read_is_told(asked, tmp_path):
    assert asked()[0] == 200
    for file in (tmp_path / "state").glob("record.sqlite*"):
        file.write_bytes(b"no database " * 1000)
    assert asked() == (503, {"status": "unavailable", "version": version(), "record": "unavailable"})


def test_a_record_that_was_never_there_is_told_and_its_password_is_not(asked, monkeypatch):
    monkeypatch.setenv("XIGANG_DATABASE_URL", "postgresql://map:kept-secret@127.0.0.1:1/xigang")
    code, said = asked()
    assert code == 503 and said["record"] == "unavailable" and "kept-secret" not in json.dumps(said)


def test_a_list_of_editors_that_cannot_be_read_is_told_and_the_map_served(asked, tmp_path):
    assert asked() == (200, WELL)
    (tmp_path / "state" / "editors.json").write_text("no list")
    assert asked() == (200, WELL | {"editors": "unreadable"})


def test_problems_in_the_data_are_counted_and_data_that_cannot_be_read_told(asked, tmp_path):
    elements = tmp_path / "data" / "layout.geojson"
    text = elements.read_text(encoding="utf-8")
    assert '"kind": "area"' in text
    elements.write_text(text.replace('"kind": "area"', '"kind": "none"', 1), encoding="utf-8")
    code, said = asked()
    assert code == 200 and said["data_problems"] >= 1
    (tmp_path / "data" / "district.json").write_text("{")
    code, said = asked()
    assert (code, said["status"], said["district"]) == (503, "unavailable", "unreadable")
