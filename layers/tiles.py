"""Base maps of pictures, from the internet or the office's own, never asked for by themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final
from urllib.parse import quote

from geo.local_tiles import KEY_PLACE, LocalTiles
from geo.names import CHINESE, ForeignLanguage, name_in
from layers.words import Words

NO_TILES: Final = "none"
TILES_PATH: Final = "tiles"
"""Where the app itself serves the pictures of a file, beside its pages."""


@dataclass(frozen=True)
class TileSource:
    """A tile service. `datum` is the one its pictures are drawn in; layers are shifted to it.

    Parameters in braces are Leaflet's; ``{key}`` is the office's own key, without which it is not offered. `names` are
    the office's own by language, `name` its Chinese one; `tms` says that rows are counted from the south.
    """

    id: str
    urls: tuple[str, ...]
    attribution: str
    datum: str = "WGS84"
    subdomains: str = "abc"
    max_zoom: int = 18
    needs_key: bool = False
    name: str = ""
    names: Mapping[ForeignLanguage, str] = field(default_factory=dict)
    min_zoom: int = 0
    tms: bool = False
    attribution_en: str = ""

    def with_key(self, key: str) -> "TileSource":
        """Return the source with the key filled in, escaped for a URL."""
        urls = tuple(url.replace(KEY_PLACE, quote(key, safe="")) for url in self.urls)
        return replace(self, urls=urls, needs_key=False)

    def attribution_in(self, language: str) -> str:
        """Return what the map says of whose it is."""
        return self.attribution if language == CHINESE else self.attribution_en or self.attribution

    @property
    def is_local(self) -> bool:
        """Whether it is the office's own."""
        return bool(self.name)

    def name_in(self, words: Words) -> str:
        """Return what it is called."""
        return name_in(words.language, self.name, self.names) if self.is_local else words(f"tiles.{self.id}")


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


def offered_sources(
    tianditu_key: str | None, local: Iterable[LocalTiles] = (), *, public: bool = True
) -> tuple[TileSource, ...]:
    """Return the sources that can be offered: the office's own first, then those that need no key or have one."""
    shared = [source.with_key(tianditu_key or "") for source in SOURCES if tianditu_key or not source.needs_key]
    return (*(_local_source(each, tianditu_key) for each in local), *(shared if public else ()))


def _local_source(tiles: LocalTiles, tianditu_key: str | None) -> TileSource:
    urls = tiles.urls or (f"{TILES_PATH}/{tiles.id}/{{z}}/{{x}}/{{y}}",)
    key = tiles.key or tianditu_key
    source = TileSource(
        tiles.id,
        urls if key else tuple(url.replace(f"&tk={KEY_PLACE}", "") for url in urls),
        escape(tiles.attribution),
        datum="GCJ02" if tiles.datum == "GCJ02" else "WGS84",
        subdomains=tiles.subdomains or "a",
        max_zoom=tiles.max_zoom,
        attribution_en=escape(tiles.attribution_en or ""),
        name=tiles.name,
        names={"en": tiles.name_en} if tiles.name_en else {},
        min_zoom=tiles.min_zoom,
        tms=tiles.tms,
    )
    return source.with_key(key) if key else source
