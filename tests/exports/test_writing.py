"""Files are whole or not there; their names are safe and say what is in them."""

import datetime
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.request import ExportRequest, Extent
from exports.writing import MAX_NAME_BYTES, file_stem
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Phase
from geo.whole_file import write_whole
from tests.exports.readers import ROOT

DATA = load_dataset(ROOT / "data")
MADE_ON = datetime.date(2026, 1, 5)


def test_a_file_is_written_whole_with_its_folder(tmp_path):
    path = tmp_path / "deep" / "map.txt"
    assert write_whole(path, lambda temporary: temporary.write_text("all")) == path
    assert path.read_text() == "all" and os.listdir(path.parent) == ["map.txt"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), RuntimeError("x")])
def test_on_failure_the_old_file_stays_and_nothing_else(tmp_path, error):
    path = tmp_path / "map.txt"
    path.write_text("old")

    def fail(temporary):
        temporary.write_text("half")
        raise error

    with pytest.raises(type(error)):
        write_whole(path, fail)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["map.txt"]


def test_the_temporary_file_has_the_suffix(tmp_path):
    seen = []
    write_whole(tmp_path / "map.gpkg", lambda temporary: seen.append(temporary.suffix))
    assert seen == [".gpkg"]


def test_a_name_says_district_extent_content_filter_and_date():
    request = ExportRequest(
        filter=ProjectFilter(phases=frozenset({Phase.KEY})), extent=Extent(kind="element", id="axis"), made_on=MADE_ON
    )
    stem = file_stem(DATA, request, "图")
    assert stem.startswith("西岗区_") and "_图_" in stem and "重点实施" in stem and stem.endswith("_20260105")


@given(st.text(max_size=200), st.text(max_size=60))
def test_a_name_is_safe_on_every_system(search, content):
    stem = file_stem(DATA, ExportRequest(filter=ProjectFilter(text=search), made_on=MADE_ON), content)
    assert not set(stem) & set('\\/:*?"<>|\0\n\r\t ')
    assert len(stem.encode()) <= MAX_NAME_BYTES and not stem.startswith((".", "-"))
    assert all(ord(c) >= 32 for c in stem)
