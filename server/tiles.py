"""The pictures of the office's own tile files, served from the app's own address."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.local_tiles import LocalTiles
from geo.pmtiles import TileFile
from layers.tiles import TILES_PATH

# What a browser takes for a picture where there is none: one pixel, seen through.
_NOTHING: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c636000020000050001"
    "7a5eab3f0000000049454e44ae426082"
)
_KEPT: Final = {"Cache-Control": "max-age=3600"}


def tile_routes(base_path: str, tiles: Iterable[LocalTiles]) -> list[Route]:
    """Return the routes of those that are files."""
    return [_route(base_path, each.id, each.file) for each in tiles if each.file]


def _route(base_path: str, name: str, file: Path) -> Route:
    archive = TileFile(file)

    def tile(request: Request) -> Response:
        numbers = request.path_params
        found = archive.tile(numbers["z"], numbers["x"], numbers["y"])
        return Response(found or _NOTHING, media_type=archive.media if found else "image/png", headers=_KEPT)

    path = f"/{base_path}/{TILES_PATH}/{name}/{{z:int}}/{{x:int}}/{{y:int}}".replace("//", "/")
    return Route(path, tile)
