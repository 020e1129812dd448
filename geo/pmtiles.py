"""A PMTiles file of pictures: whether it can be used, and its tiles."""

import zlib
from pathlib import Path
from typing import Final

from pmtiles.reader import Reader
from pmtiles.tile import Compression, MagicNumberNotFound, SpecVersionUnsupported, TileType, deserialize_directory

MEDIA: Final = {
    TileType.PNG: "image/png", TileType.JPEG: "image/jpeg", TileType.WEBP: "image/webp", TileType.AVIF: "image/avif",
}  # fmt: skip
_PARTS: Final = ("root", "leaf_directory", "tile_data")


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
        self._reader = Reader(self._bytes)
        try:
            header = self._reader.header()
        except (MagicNumberNotFound, SpecVersionUnsupported, UnicodeDecodeError, IndexError) as error:
            raise NotTilesError("不是 PMTiles 3 文件 / not a PMTiles file of version 3") from error
        except ValueError as error:
            raise NotTilesError("图片格式不认识 / the kind of its pictures is not known") from error
        if header["tile_type"] in (TileType.MVT, TileType.MLT):
            raise NotTilesError("是矢量瓦片，本图只能用图片瓦片 / it holds vector tiles; only pictures can be drawn")
        packing = header["tile_compression"]
        if header["tile_type"] not in MEDIA or packing not in (Compression.UNKNOWN, Compression.NONE):
            raise NotTilesError("图片格式不认识 / the kind of its pictures is not known")
        if header["internal_compression"] != Compression.GZIP:
            raise NotTilesError("压缩方式不支持，请用 gzip / its compression is not known; use gzip")
        if max(header[f"{part}_offset"] + header[f"{part}_length"] for part in _PARTS) > path.stat().st_size:
            raise NotTilesError("文件不完整，请重新复制 / it is not whole; copy it again")
        try:
            deserialize_directory(self._bytes(header["root_offset"], header["root_length"]))
        except (OSError, EOFError, zlib.error) as error:
            raise NotTilesError("目录损坏 / its directory is damaged") from error
        self.media = MEDIA[header["tile_type"]]
        self.min_zoom, self.max_zoom = header["min_zoom"], header["max_zoom"]

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile's picture, None where the file has none there."""
        if not (0 <= z <= 31 and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        return self._reader.get(z, x, y)

    def _bytes(self, at: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(at)
            return file.read(length)
