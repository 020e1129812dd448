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
BOUNDARY: Final = "boundary"
LAND: Final = "land"
STRUCTURE: Final = "structure"
OFFICIAL: Final = "official"
"""The authority's own line or shape; the others of its layer's grades are less."""
INDICATIVE: Final = "indicative"


def _headings(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NAME: Final = _headings("name 名称 mc nm mingcheng 中文名称 中文名 名字 全称 namezh namecn")
_ROAD_NAME: Final = (
    *_NAME,
    *_headings("路名 道路名称 道路名 路段名称 路段名 街路名称 街道名称 街道名 dlmc lm roadname"),
)
_DISTRICT_NAME: Final = (
    *_NAME,
    *_headings("区名 区名称 区县名称 区县名 县区名称 行政区名称 行政区名 行政区 xzqmc qxmc"),
)
_STATION_NAME: Final = (*_NAME, *_headings("站名 站名称 站点名称 站点名 站点 车站名称 车站名 zm zdmc stationname"))
_PLACE_NAME: Final = (
    *_NAME,
    *_headings("地名 地标名称 地标名 地标 设施名称 设施名 单位名称 单位名 标准名称 dwmc ssmc"),
)
_ELEMENT_NAME: Final = (
    *_NAME,
    *_headings("要素 要素名称 要素名 片区名称 片区名 片区 区名 街区名称 街道名称 街道名 pqmc"),
)
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
    after : what else hangs on it: what the replacement makes anew, and what stays as it was drawn
    drawn_from_it : files that hold nothing but what is drawn from it
    grades : how well its features can be known, one of which has to be said; none where it has no such member
    reaches_beyond : whether its features lie outside the district, too
    """

    file: str
    title: Localised
    kinds: frozenset[str]
    columns: Mapping[str, Column]
    after: Localised
    drawn_from_it: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    reaches_beyond: bool = True


def _named(headings: tuple[str, ...], *, needed: bool = True) -> dict[str, Column]:
    return {"name": Column(headings, needed=needed), "name_en": Column(_ENGLISH)}


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

_NOTHING_HANGS: Final = Localised(zh="没有别的图形要随之改动。", en="Nothing else is drawn from it.")
_STRUCTURE_STAYS: Final = Localised(
    zh="空间结构的示意形状是按原来的{what}画的，不随之改动；如有出入，请一并替换 structure。",
    en="The schematic shapes of the structure were drawn from the former {what} and stay as they are; where they no "
    "longer fit, replace structure, too.",
)


def _and_structure_stays(zh: str, en: str, what_zh: str, what_en: str) -> Localised:
    stays = _STRUCTURE_STAYS
    return Localised(zh=zh + stays.zh.format(what=what_zh), en=f"{en} {stays.en.format(what=what_en)}")


LAYERS: Final[dict[str, ReplaceableLayer]] = {
    BOUNDARY: ReplaceableLayer(
        "base/boundary.geojson", Localised(zh="区界", en="District boundary"), AREAS,
        _named(_DISTRICT_NAME, needed=False),
        _and_structure_stays(
            "填色用的陆地部分随之按 land 重新裁切；相邻各区（neighbours）不动，边线如不相接，请一并替换。",
            "The part on land, which is filled, is cut anew to land. The neighbours stay as they are; where the "
            "lines no longer meet, replace them, too.",
            "区界", "boundary",
        ),
        grades=(OFFICIAL, INDICATIVE),
        reaches_beyond=False,
    ),
    "neighbours": ReplaceableLayer(
        "base/neighbours.geojson", Localised(zh="相邻各区", en="Neighbouring districts"), AREAS, _named(_DISTRICT_NAME),
        _NOTHING_HANGS,
    ),
    LAND: ReplaceableLayer(
        "base/land.geojson", Localised(zh="陆地与岸线（其余为水面）", en="Land and shore; the rest is water"), AREAS,
        {"kind": Column(_KIND, _LAND)},
        _and_structure_stays(
            "区界的陆地部分随之按新的岸线重新裁切。", "The boundary's part on land is cut anew to this shore.",
            "岸线", "shore",
        ),
    ),
    "roads": ReplaceableLayer(
        "base/roads.geojson", Localised(zh="道路与路名", en="Roads and their names"), LINES,
        _named(_ROAD_NAME, needed=False) | {"class": Column(_CLASS, _CLASSES, needed=True)},
        _and_structure_stays(
            "路名注记（road_labels）随之重新生成。",
            "The lines that names are written along (road_labels) are made anew.",
            "道路", "roads",
        ),
        drawn_from_it=("base/road_labels.geojson",),
    ),
    "metro": ReplaceableLayer(
        "base/metro.geojson", Localised(zh="地铁站", en="Metro stations"), POINTS,
        _named(_STATION_NAME) | {"lines": Column(("lines", "line", "线路", "所属线路", "xl"))}, _NOTHING_HANGS,
    ),
    "landmarks": ReplaceableLayer(
        "base/landmarks.geojson", Localised(zh="地标与公共设施", en="Landmarks and facilities"), POINTS,
        _named(_PLACE_NAME) | {"kind": Column(_KIND, _PLACES)}, _NOTHING_HANGS,
        grades=("exact", "near"),
    ),
    STRUCTURE: ReplaceableLayer(
        "layout.geojson", Localised(zh="空间结构各要素的形状", en="Shapes of the structure's elements"), AREAS | LINES,
        {"id": Column(("id", "element", "要素编号", "编号", "bh")), "name": Column(_ELEMENT_NAME)},
        Localised(
            zh="项目归属按规划文字，不看是否落在形状内，不受影响。",
            en="Projects belong to an element by the plan's words, not by lying inside its shape: none changes.",
        ),
        grades=(OFFICIAL, INDICATIVE),
        reaches_beyond=False,
    ),
}  # fmt: skip


def plain(heading: str) -> str:
    """Return a heading in small letters without spaces and signs."""
    return re.sub(r"[\W_]", "", normalize("NFKC", heading)).lower()


def suggested(layer: ReplaceableLayer, headings: list[str]) -> dict[str, str]:
    """Return the column of a file that most likely fills each property, those that no heading stands for left out."""
    known = {plain(heading): heading for heading in reversed(headings)}
    fitting = {
        name: next((known[plain(each)] for each in column.headings if plain(each) in known), None)
        for name, column in layer.columns.items()
    }
    return {name: heading for name, heading in fitting.items() if heading is not None}
