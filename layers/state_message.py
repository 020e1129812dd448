"""The message that steers the map: which sites, what is picked, which layers, which language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from geo.filter import Mask
from layers.filter_panel import bit_string
from layers.tiles import TileSource


def site_mask(rows: Sequence[int], wanted: Mask) -> str:
    """Return which of the map's sites are wanted as a base64 bit string, one bit a site.

    Parameters
    ----------
    rows : sequence of int, (m,), positions of the map's sites among the projects (``webmap.site_rows``)
    wanted : bool array, (n,), the filter's result over all projects
    """
    return bit_string(wanted[np.asarray(rows, dtype=np.intp)])


def state_message(
    *,
    mask: str,
    language: str,
    selected: tuple[str, str] | None,
    emphasised: Iterable[str],
    hidden: Iterable[str],
    tiles: TileSource | None,
    view: tuple[float, float, float] | None,
    focus: dict[str, Any] | None = None,
    pin: dict[str, Any] | None = None,
    tour: str | None = None,
    numbers: Mapping[str, int] | None = None,
    stop: str | None = None,
    present: bool = False,
) -> dict[str, Any]:
    """Return the message for ``planMap.apply``. `selected` is (kind, id); `view` is lat, lon, zoom at the start.

    `tour` is the element that the map fits; with `present` it is drawn large, for a meeting room.
    `stop` is the site that is shown by itself: the map fits it, or where it has no place its element, which is `tour`.
    `pin` is that of the project being edited, which a click on the map drops and a drag moves.
    `numbers` are what the sites of a comparison bear; the map fits these sites. None where nothing is compared.
    """
    return {
        "mask": mask,
        "language": language,
        "selected": {"kind": selected[0], "id": selected[1]} if selected else None,
        "emphasised": sorted(emphasised),
        "hidden": sorted(hidden),
        "tiles": _tiles(tiles, language) if tiles else None,
        "view": view,
        "tour": tour,
        "stop": stop,
        "numbers": dict(numbers) if numbers is not None else None,
        "present": present,
        "focus": focus,
        "pin": pin,
    }


def _tiles(source: TileSource, language: str) -> dict[str, Any]:
    """Return a base map as ``planTiles`` takes it."""
    told = {"attribution": source.attribution_in(language), "minZoom": source.min_zoom, "maxZoom": source.max_zoom}
    return {**asdict(source), **told}
