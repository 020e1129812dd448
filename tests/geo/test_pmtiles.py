"""Tiles out of a PMTiles file put together byte by byte, and what cannot be used."""

import pytest

from geo.pmtiles import NotTilesError, TileFile
from tests.data.tile_files import VECTOR, write_tiles


@pytest.mark.parametrize("leaf", [False, True])
def test_a_picture_is_found_and_a_missing_one_is_not(tmp_path, leaf):
    file = TileFile(write_tiles(tmp_path / "a.pmtiles", {1: b"north-west", 3: b"south-east"}, leaf=leaf))
    assert (file.media, file.max_zoom) == ("image/png", 18)
    assert file.tile(1, 0, 0) == b"north-west" and file.tile(1, 1, 1) == b"south-east"
    assert [file.tile(*at) for at in ((0, 0, 0), (1, 0, 1), (1, 1, 0), (2, 3, 3), (1, 2, 0), (1, -1, 0))] == [None] * 6


def test_one_picture_may_stand_for_several_tiles(tmp_path):
    file = TileFile(write_tiles(tmp_path / "a.pmtiles", {1: b"sea"}, run=3))
    assert [file.tile(*at) for at in ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0))] == [b"sea", b"sea", b"sea", None]


def test_what_is_no_such_file_is_refused(tmp_path):
    vector = write_tiles(tmp_path / "vector.pmtiles", {1: b"x"}, kind=VECTOR)
    with pytest.raises(NotTilesError, match="vector"):
        TileFile(vector)
    (tmp_path / "a.pmtiles").write_bytes(b"SQLite format 3\0" * 20)
    with pytest.raises(NotTilesError, match="not a PMTiles file"):
        TileFile(tmp_path / "a.pmtiles")
    whole = write_tiles(tmp_path / "b.pmtiles", dict.fromkeys(range(50), b"x")).read_bytes()
    (tmp_path / "b.pmtiles").write_bytes(whole[:140])
    with pytest.raises(NotTilesError, match="not whole"):
        TileFile(tmp_path / "b.pmtiles")
    (tmp_path / "b.pmtiles").write_bytes(whole[:130] + b"?" * (len(whole) - 130))
    with pytest.raises(NotTilesError, match="damaged"):
        TileFile(tmp_path / "b.pmtiles")


def test_a_file_that_was_not_copied_whole_is_refused_wherever_it_ends(tmp_path):
    file = write_tiles(tmp_path / "a.pmtiles", {1: b"north-west", 3: b"south-east"}, leaf=True)
    whole = file.read_bytes()
    for length in (*range(127, len(whole), 9), len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(NotTilesError):
            TileFile(file)
    huge = bytearray(whole)
    huge[16:24] = b"\xff" * 8  # the length of its directory
    file.write_bytes(huge)
    with pytest.raises(NotTilesError):
        TileFile(file)
