"""Which layers can be replaced, what each is made of, and by which headings and words a file's columns are known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from unicodedata import normalize

from geo.project import Localised

AREAS: Final = frozenset({"Polygon", "MultiPolygon"})
LINES: Final = frozenset({"LineString", "MultiLineString"})
POINTS: Final = frozenset({"Point"})
STRUCTURE: Final = "structure"

_NAME: Final = ("name", "名称", "mc", "nm", "mingcheng", "中文名称", "道路名称", "站名", "xzqmc", "dlmc", "namezh")
_ENGLISH: Final = ("nameen", "englishname", "英文名称", "英文名", "ywmc")
_CLASS: Final = ("class", "等级", "道路等级", "dldj", "dj", "fclass", "highway", "roadclass")
_KIND: Final = ("kind", "类型", "类别", "种类", "lx", "fclass", "type", "layer")


@dataclass(frozen=True)
class Column:
    """A property of a layer's features: the headings that stand for it, and codes for the words that stand in it."""

    headings: tuple[str, ...]
    codes: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False


@dataclass(frozen=True)
class ReplaceableLayer:
    """A layer that the office can replace.

    Attributes
    ----------
    file : str, its path in the data folder
    kinds : the types of geometry that it is made of
    columns : its properties
    follows : files that are made anew from it
    """

    file: str
    title: Localised
    kinds: frozenset[str]
    columns: Mapping[str, Column]
    follows: tuple[str, ...] = ()


_NAMED: Final = {"name": Column(_NAME, needed=True), "name_en": Column(_ENGLISH)}
_CLASSES: Final = {
    "trunk": "trunk", "motorway": "trunk", "快速路": "trunk", "高速公路": "trunk", "国道": "trunk",
    "primary": "primary", "主干路": "primary", "主干道": "primary", "省道": "primary",
    "secondary": "secondary", "次干路": "secondary", "次干道": "secondary", "县道": "secondary",
    "tertiary": "tertiary", "支路": "tertiary", "街坊路": "tertiary", "residential": "tertiary",
}  # fmt: skip
_PLACES: Final = {
    "station": "station", "火车站": "station", "airport": "airport", "机场": "airport", "square": "square",
    "广场": "square", "office": "office", "机关": "office", "政府": "office", "hospital": "hospital",
    "医院": "hospital", "mall": "mall", "商场": "mall", "park": "park", "公园": "park", "school": "school",
    "学校": "school", "小学": "school", "中学": "school", "port": "port", "港口": "port",
}  # fmt: skip
_LAND: Final = {"mainland": "mainland", "陆地": "mainland", "大陆": "mainland", "islet": "islet", "岛屿": "islet",
                "岛": "islet", "beyond": "beyond"}  # fmt: skip

LAYERS: Final[dict[str, ReplaceableLayer]] = {
    "boundary": ReplaceableLayer(
        "base/boundary.geojson", Localised(zh="区界", en="District boundary"), AREAS,
        {"name": Column(_NAME), "name_en": Column(_ENGLISH)},
    ),
    "neighbours": ReplaceableLayer(
        "base/neighbours.geojson", Localised(zh="相邻各区", en="Neighbouring districts"), AREAS, _NAMED
    ),
    "land": ReplaceableLayer(
        "base/land.geojson", Localised(zh="陆地与岸线", en="Land and shore"), AREAS, {"kind": Column(_KIND, _LAND)},
        follows=("base/boundary.geojson",),
    ),
    "roads": ReplaceableLayer(
        "base/roads.geojson", Localised(zh="道路", en="Roads"), LINES,
        {
            "name": Column(_NAME),
            "name_en": Column(_ENGLISH),
            "class": Column(_CLASS, _CLASSES, needed=True),
        },
        follows=("base/road_labels.geojson",),
    ),
    "metro": ReplaceableLayer(
        "base/metro.geojson", Localised(zh="地铁站", en="Metro stations"), POINTS,
        _NAMED | {"lines": Column(("lines", "line", "线路", "所属线路", "xl"))},
    ),
    "landmarks": ReplaceableLayer(
        "base/landmarks.geojson", Localised(zh="地标与公共设施", en="Landmarks and facilities"), POINTS,
        _NAMED | {"kind": Column(_KIND, _PLACES)},
    ),
    STRUCTURE: ReplaceableLayer(
        "layout.geojson", Localised(zh="空间结构", en="The spatial structure"), AREAS | LINES,
        {"id": Column(("id", "element", "要素编号", "编号", "bh")), "name": Column((*_NAME, "要素"))},
    ),
}  # fmt: skip


def plain(heading: str) -> str:
    """Return a heading in small letters without spaces and signs."""
    return re.sub(r"[\W_]", "", normalize("NFKC", heading)).lower()


def suggested(layer: ReplaceableLayer, headings: list[str]) -> dict[str, str]:
    """Return the column of a file that most likely fills each property, those that no heading stands for left out."""
    known = {plain(heading): heading for heading in reversed(headings)}
    found = {}
    for name, column in layer.columns.items():
        fitting = next((known[plain(each)] for each in column.headings if plain(each) in known), None)
        if fitting is not None:
            found[name] = fitting
    return found
