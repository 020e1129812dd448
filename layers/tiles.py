"""Online base maps, offered where there is internet and never asked for by themselves."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

NO_TILES: Final = "none"


@dataclass(frozen=True)
class TileSource:
    """A tile service. `datum` is the one its pictures are drawn in; layers are shifted to it.

    Parameters in braces are Leaflet's; ``{key}`` is the office's own key, without which it is not offered.
    """

    id: str
    urls: tuple[str, ...]
    attribution: str
    datum: str = "WGS84"
    subdomains: str = "abc"
    max_zoom: int = 18
    needs_key: bool = False

    def with_key(self, key: str) -> "TileSource":
        """Return the source with the key filled in, escaped for a URL."""
        urls = tuple(url.replace("{key}", quote(key, safe="")) for url in self.urls)
        return TileSource(self.id, urls, self.attribution, self.datum, self.subdomains, self.max_zoom)


_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=%s"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)

SOURCES: Final[tuple[TileSource, ...]] = (
    TileSource("osm", ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",), "© OpenStreetMap contributors"),
    TileSource(
        "tianditu",
        (_TIANDITU % ("vec", "vec"), _TIANDITU % ("cva", "cva")),
        "© 天地图 Tianditu",
        subdomains="01234567",
        needs_key=True,
    ),
    TileSource(
        "amap",
        ("https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",),
        "© 高德 AMap",
        datum="GCJ02",
        subdomains="1234",
    ),
)


def offered_sources(tianditu_key: str | None) -> tuple[TileSource, ...]:
    """Return the sources that can be offered: those that need no key, and Tianditu where there is one."""
    sources = []
    for source in SOURCES:
        if not source.needs_key:
            sources.append(source)
        elif tianditu_key:
            sources.append(source.with_key(tianditu_key))
    return tuple(sources)
