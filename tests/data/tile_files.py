"""PMTiles files to test with, put together byte by byte as the format's description says."""

import gzip
from collections.abc import Mapping
from pathlib import Path

VECTOR, PNG = 1, 2


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Return the entries (tile id, run, offset, length) packed: column by column, ids as differences."""
    ids = [entry[0] for entry in entries]
    columns = [
        [each - before for each, before in zip(ids, [0, *ids], strict=False)],
        [entry[1] for entry in entries],
        [entry[3] for entry in entries],
        [entry[2] + 1 for entry in entries],
    ]
    return gzip.compress(b"".join([varint(len(entries)), *(varint(value) for column in columns for value in column)]))


def write_tiles(
    path: Path, pictures: Mapping[int, bytes], *, kind: int = PNG, run: int = 1, leaf: bool = False
) -> Path:
    """Write a file with these pictures by tile id, each standing for `run` tiles; with a directory below the first."""
    body, entries = b"", []
    for number, picture in sorted(pictures.items()):
        entries.append((number, run, len(body), len(picture)))
        body += picture
    leaves = directory(entries) if leaf else b""
    root = directory([(entries[0][0], 0, 0, len(leaves))]) if leaf else directory(entries)
    places = [127, len(root), 0, 0, 127 + len(root), len(leaves), 127 + len(root) + len(leaves), len(body)]
    head = b"PMTiles\x03" + b"".join(place.to_bytes(8, "little") for place in places)
    head += b"".join(n.to_bytes(8, "little") for n in (len(entries), len(entries), len(entries)))
    head += bytes([1, 2, 1, kind, 0, 18])
    path.write_bytes(head.ljust(127, b"\0") + root + leaves + body)
    return path
