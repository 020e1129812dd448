"""The office's own tile servers and tile files, as the tables ``[[tiles]]`` of the settings name them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, model_validator

from geo.pmtiles import NotTilesError, TileFile

KEY_PLACE: Final = "{key}"
PUBLIC: Final = frozenset({"none", "osm", "tianditu", "amap"})
"""The ids that the map's own choice has."""
MUST_BE: Final = {
    "id": ("小写字母开头，只有小写字母、数字和 -", "small letters, digits and -, a letter first"),
    "name": ("中文名称，不超过 40 字", "a name in Chinese of up to 40 characters"),
    "name_en": ("英文名称，不超过 60 字符", "a name in English of up to 60 characters"),
    "kind": ('"xyz"、"wmts"、"tianditu" 或 "pmtiles"', '"xyz", "wmts", "tianditu" or "pmtiles"'),
    "url": ("一个网址，或网址的列表", "an address, or a list of them"),
    "file": ("PMTiles 文件的路径", "the path of a PMTiles file"),
    "layers": ('天地图图层的列表，例如 ["img", "cia"]', 'a list of Tianditu layers, e.g. ["img", "cia"]'),
    "key": ("字母、数字、_ 和 -", "letters, digits, _ and -"),
    "attribution": ("图上注明的来源，不超过 200 字", "what the map says of whose it is, up to 200 characters"),
    "attribution_en": ("同上，英文", "the same in English"),
    "datum": ('"CGCS2000"、"WGS84" 或 "GCJ02"', '"CGCS2000", "WGS84" or "GCJ02"'),
    "subdomains": ("字母和数字，例如 01234567", "letters and digits, e.g. 01234567"),
    "min_zoom": ("0 到 22 的整数", "a whole number from 0 to 22"),
    "max_zoom": ("0 到 22 的整数", "a whole number from 0 to 22"),
    "tms": ("true 或 false", "true or false"),
}
"""What each key of a table must be, in Chinese and in English."""
_WMTS_NAMES: Final = {"TileMatrix": "z", "TileRow": "y", "TileCol": "x"}
_PLACE: Final = re.compile(r"\{(\w+)\}")
_NEEDED: Final = frozenset("xyz")
_KNOWN: Final = _NEEDED | {"s", "key"}
_HOST: Final = re.compile(r"[0-9A-Za-z._:-]+")
# Whose pictures are shifted is known by their servers; these are parts of the servers' names.
_GCJ02: Final = re.compile(r"autonavi|amap\.com|gtimg\.com|map\.qq\.com|google\.cn")
_BD09: Final = re.compile(r"bdimg\.com|bdstatic\.com|baidu\.com")
_DEGREES: Final = re.compile(
    r"tilematrixset=c\b|/(?:vec|img|ter|cva|cia|cta)_c/|epsg(?::|%3a)(?:4326|4490)\b", re.IGNORECASE
)
_TIANDITU: Final = (
    "{node}/%s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=%s&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)


def _wrong(zh: str, en: str) -> ValueError:
    return ValueError(f"{zh} / {en}")


def _free(value: str) -> str:
    if value in PUBLIC:
        raise _wrong(f"id {value} 是公共底图的，请换一个", f"the id {value} is a public base map's; take another")
    return value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class LocalTiles(BaseModel, frozen=True, extra="forbid"):
    """A base map of the office's own.

    Pictures are Web Mercator, which CGCS2000 and WGS 84 share at map scale; those shifted to GCJ-02 say so in `datum`.

    Attributes
    ----------
    kind : ``xyz`` and ``wmts`` are addresses with places for the tile's numbers, ``tianditu`` is a node's own address,
        ``pmtiles`` a file of pictures that the app serves itself
    url : one address, or several drawn over one another
    layers : of a Tianditu node
    min_zoom, max_zoom : the levels that there are pictures of; those beyond are drawn from them
    tms : whether rows are counted from the south
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$"), AfterValidator(_free)]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    name_en: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    kind: Literal["xyz", "wmts", "tianditu", "pmtiles"] = "xyz"
    url: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    file: Path | None = None
    layers: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]+$")], ...], Field(min_length=1)] = ("vec", "cva")
    key: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    attribution: Annotated[str, Field(min_length=1, max_length=200)]
    attribution_en: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    datum: Literal["CGCS2000", "WGS84", "GCJ02"] = "CGCS2000"
    subdomains: Annotated[str, Field(pattern=r"^[0-9A-Za-z]*$")] = ""
    min_zoom: Annotated[int, Field(ge=0, le=22)] = 0
    max_zoom: Annotated[int, Field(ge=0, le=22)] = 18
    tms: bool = False

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        if self.min_zoom > self.max_zoom:
            raise _wrong("min_zoom 大于 max_zoom", "min_zoom is above max_zoom")
        if self.kind == "pmtiles":
            self._file_of_pictures()
        elif self.file or not self.url:
            raise _wrong(f"{self.kind} 要写 url，不写 file", f"{self.kind} wants url, and no file")
        if self.kind == "tianditu" and len(self.url) > 1:
            raise _wrong("tianditu 只写一个节点的网址", "tianditu wants the address of one node")
        for address in self.urls:
            self._look_at(address)
        return self

    def _file_of_pictures(self) -> None:
        if self.url or self.file is None:
            raise _wrong("pmtiles 要写 file，不写 url", "pmtiles wants file, and no url")
        try:
            TileFile(self.file)
        except FileNotFoundError:
            raise _wrong(f"没有文件 {self.file}", f"there is no file {self.file}") from None
        except (OSError, NotTilesError) as error:
            raise _wrong(f"{self.file} 不能用", f"{self.file} cannot be used: {error}") from error

    def _look_at(self, address: str) -> None:
        parts = urlsplit(_PLACE.sub("0", address))
        if not address.startswith(("http://", "https://")) or not parts.hostname:
            raise _wrong("url 应以 http:// 或 https:// 开头", "url begins with http:// or https://")
        if parts.username or re.search(r"[\s\"'<>;,\\]", address):
            raise _wrong(
                "url 里不能有用户名、空格、引号、逗号、分号、< > 和反斜杠（参数里的逗号写成 %2C）",
                "url has no user name, space, quote, comma, semicolon, < > nor backslash (write a comma as %2C)",
            )
        if not _HOST.fullmatch(parts.hostname):
            raise _wrong(
                "url 的主机名只用字母、数字、. 和 -（中文域名写成 xn--…）",
                "the host in url is of letters, digits, . and - (write a Chinese domain as xn--…)",
            )
        places = set(_PLACE.findall(address))
        if unknown := places - _KNOWN:
            raise _wrong(f"url 里的 {{{min(unknown)}}} 不认识", f"{{{min(unknown)}}} in url is not known")
        if not places >= _NEEDED:
            raise _wrong(
                "url 里要有 {z}、{x}、{y}（WMTS 为 {TileMatrix}、{TileCol}、{TileRow}）",
                "url needs {z}, {x} and {y} (of WMTS {TileMatrix}, {TileCol} and {TileRow})",
            )
        if _DEGREES.search(address):
            raise _wrong(
                "这是经纬度切片，图上只能用球面墨卡托切片（EPSG:3857，天地图为 w）",
                "these tiles are in degrees; only those in Web Mercator can be drawn (EPSG:3857, of Tianditu w)",
            )
        if _BD09.search(parts.hostname):
            raise _wrong("百度瓦片有偏移（BD-09），不能用", "Baidu's tiles are shifted (BD-09) and cannot be used")
        if _GCJ02.search(parts.hostname) and self.datum != "GCJ02":
            raise _wrong(
                '这些瓦片有偏移（GCJ-02）：请写 datum = "GCJ02"，图层会随之偏移',
                'these tiles are shifted (GCJ-02): write datum = "GCJ02", and the layers are shifted to them',
            )
        if "s" in places and not self.subdomains:
            raise _wrong("url 里有 {s}，要写 subdomains", "url has {s}, so subdomains is needed")

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of its tiles, with places for x, y, z, s and key; none for a file."""
        if self.kind == "tianditu":
            node = self.url[0].rstrip("/")
            key = f"&tk={KEY_PLACE}"
            return tuple((_TIANDITU % (layer, layer)).replace("{node}", node) + key for layer in self.layers)
        return tuple(
            _PLACE.sub(lambda place: f"{{{_WMTS_NAMES.get(place[1], place[1])}}}", address) for address in self.url
        )


def different(tiles: tuple[LocalTiles, ...]) -> tuple[LocalTiles, ...]:
    """Return the tables where each has an id of its own.

    Raises
    ------
    ValueError : where two have the same
    """
    ids = [each.id for each in tiles]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise _wrong(f"id {twice[0]} 用了两次", f"the id {twice[0]} stands twice")
    return tiles


def sentence_of(error: Mapping[str, Any], tables: Any) -> str:
    """Return what is wrong with a table, by an error of its validation: which table, which key, what it must be.

    Parameters
    ----------
    error : one of pydantic's, its place from ``tiles`` on
    tables : what the file has there
    """
    place = [*error["loc"], None, None]
    number, name = place[1:3]
    if number is None:
        return str(error["msg"]).removeprefix("Value error, ")
    table = tables[number] if isinstance(tables, list) else None
    called = (table.get("id") or table.get("name")) if isinstance(table, dict) else None
    where = f"[[tiles]] {number + 1}{f' ({called})' if called else ''}"
    if name is None or error["type"] == "value_error":
        return f"{where}: {str(error['msg']).removeprefix('Value error, ')}"
    if error["type"] == "extra_forbidden":
        return f"{where}, {name}: 没有这一项 / there is no such key"
    zh, en = MUST_BE[name]
    what = "缺少，应为 {} / is missing; it must be {}" if error["type"] == "missing" else "应为 {} / must be {}"
    return f"{where}, {name}: {what.format(zh, en)}"
