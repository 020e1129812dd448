"""One tile of a PMTiles file, version 3: the archive's header, its directories, and where they say that a tile lies."""

import gzip
import zlib
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import Final

MAGIC: Final = b"PMTiles\x03"
HEADER_BYTES: Final = 127
MAX_DIRECTORY_BYTES: Final = 64 * 1024 * 1024
MAX_TILE_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 4
MEDIA: Final = {2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
"""The kinds of picture, by the archive's code; its code for vector tiles is 1."""
_VECTOR, _PLAIN, _GZIP = 1, 1, 2
Directory = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Tile ids in order, and for each: how many follow with the same picture, where it lies, how long it is."""


class NotTilesError(ValueError):
    """Why a file cannot be used."""


class TileFile:
    """A PMTiles file of pictures.

    Raises
    ------
    OSError : where it cannot be read
    NotTilesError : where it is no such file, or holds vector tiles, which are no pictures
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or head[:8] != MAGIC:
            raise NotTilesError("不是 PMTiles 3 文件 / not a PMTiles file of version 3")
        (self._root_at, self._root_bytes, _, _, self._leaves_at, _, self._tiles_at) = (
            int.from_bytes(head[8 + 8 * i : 16 + 8 * i], "little") for i in range(7)
        )
        self._packing, kind = head[97], head[99]
        if kind == _VECTOR:
            raise NotTilesError("是矢量瓦片，本图只能用图片瓦片 / it holds vector tiles; only pictures can be drawn")
        if kind not in MEDIA or head[98] not in (0, _PLAIN):
            raise NotTilesError("图片格式不认识 / the kind of its pictures is not known")
        if self._packing not in (_PLAIN, _GZIP):
            raise NotTilesError("压缩方式不支持，请用 gzip / its compression is not known; use gzip")
        self.media = MEDIA[kind]
        self.min_zoom, self.max_zoom = head[100], head[101]
        _directory(path, self._root_at, self._root_bytes, self._packing)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile's picture, None where the file has none there."""
        if not (0 <= z <= 31 and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        wanted, at, length = tile_id(z, x, y), self._root_at, self._root_bytes
        for _ in range(MAX_DEPTH):
            ids, runs, offsets, lengths = _directory(self.path, at, length, self._packing)
            index = bisect_right(ids, wanted) - 1
            if index < 0:
                return None
            if runs[index]:
                found = wanted - ids[index] < runs[index]
                return _bytes(self.path, self._tiles_at + offsets[index], lengths[index]) if found else None
            at, length = self._leaves_at + offsets[index], lengths[index]
        return None


def tile_id(z: int, x: int, y: int) -> int:
    """Return a tile's place in the order of all tiles: level by level, each along Hilbert's curve."""
    before = ((1 << (2 * z)) - 1) // 3
    along, side = 0, 1 << z
    half = side >> 1
    while half:
        east, south = int(x & half > 0), int(y & half > 0)
        along += half * half * ((3 * east) ^ south)
        if not south:
            if east:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return before + along


def _bytes(path: Path, at: int, length: int) -> bytes:
    if length > MAX_TILE_BYTES:
        return b""
    with path.open("rb") as file:
        file.seek(at)
        return file.read(length)


@lru_cache(maxsize=64)
def _directory(path: Path, at: int, length: int, packing: int) -> Directory:
    with path.open("rb") as file:
        file.seek(at)
        packed = file.read(min(length, MAX_DIRECTORY_BYTES))
    try:
        return _read(gzip.decompress(packed) if packing == _GZIP else packed)
    except (IndexError, OSError, EOFError, zlib.error) as error:
        raise NotTilesError("目录损坏 / its directory is damaged") from error


def _read(raw: bytes) -> Directory:
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = raw[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    count = number()
    if count > len(raw):
        raise IndexError(count)
    ids: list[int] = []
    for _ in range(count):
        ids.append((ids[-1] if ids else 0) + number())
    runs, lengths = ([number() for _ in range(count)] for _ in range(2))
    offsets: list[int] = []
    for i in range(count):
        told = number()
        offsets.append(told - 1 if told else offsets[i - 1] + lengths[i - 1])
    return tuple(ids), tuple(runs), tuple(offsets), tuple(lengths)
