"""A made-up district, small enough to know by heart: what the tests spoil."""

import json
from pathlib import Path
from typing import Any

from geo.load import BASE_LAYERS, parse_project
from geo.project import Project

Feature = dict[str, Any]

HERE = (121.61, 38.91)
CREDITS = {"attribution": "© nobody", "licence": "none", "source": "made up"}
DISTRICT = {
    "id": "sample",
    "name": "某市样例区",
    "short_name": "样例区",
    "names": {"en": "Sample District"},
    "short_names": {"en": "Sample"},
    "centre": HERE,
    "metric_crs": "EPSG:4550",
    "plan": {
        "title": "规划",
        "titles": {"en": "Plan"},
        "number": "1号",
        "date": "2021-03-05",
        "five_year": 14,
        "review": [[1, 1]],
    },
    "structure": {"name": "一轴两湾", "names": {"en": "one axis, two bays"}},
    "groups": [
        {"id": "axis", "name": "一轴", "names": {"en": "One axis"}},
        {"id": "bays", "name": "两湾", "names": {"en": "Two bays"}},
    ],
    "boxes": {
        "1": {
            "title": "专栏1",
            "titles": {"en": "Box 1"},
            "is_review": True,
            "headings": ["完工达效", "实施建设", "前期推进"],
        },
        "4": {
            "title": "专栏4",
            "titles": {"en": "Box 4"},
            "has_groups": True,
            "headings": ["重点实施", "拟推进", "力争盘活"],
        },
        "3": {
            "title": "专栏3",
            "titles": {"en": "Box 3"},
            "headings": ["新型基础设施", "新型城镇化建设", "重大工程建设"],
        },
        "7": {"title": "专栏7", "titles": {"en": "Box 7"}},
        "5": {"title": "专栏5", "titles": {"en": "Box 5"}, "programmes": 2},
    },
    "annexes": {
        "1": {"title": "附件1", "titles": {"en": "Annex 1"}, "indicators": 1},
        "2": {"title": "附件2", "titles": {"en": "Annex 2"}, "indicators": 1, "attributes": {"约束性": 1}},
    },
}
INDICATORS = """annex,number,category,name,name_en,unit,base_year,base,target_year,target_absolute,target_growth,\
result_year,result_absolute,result_growth,attribute
1,1,民生,失业率,Unemployment,％,,,2020,<3,—,2020,2.18,—,约束性
2,1,民生,失业率,Unemployment,％,2020,2.18,2025,高于全市,—,,,,约束性
"""
TERMS = "term,en\n民生,Livelihood\n高于全市,above the city's\n"
PROGRAMMES = """box,box_title,number,name,name_en
5,专栏5,1,路灯工程,Street lamps
5,专栏5,2,公厕工程,Public toilets
"""


def both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": points}


def feature(geometry: dict[str, Any] | None, identity: str | None = None, **properties: Any) -> Feature:
    made = {"type": "Feature", "properties": properties, "geometry": geometry}
    return {**made, "id": identity} if identity else made


def project_feature(
    identity: str = "park",
    point: tuple[float, float] | None = HERE,
    *,
    location: dict[str, Any] | None = None,
    **changes: Any,
) -> Feature:
    """A project that box 4 lists under 两湾 as 重点实施, at a street (or unlocated, without `point`)."""
    placed = {"grade": "street", "accuracy_m": 300, "source": "map", "source_crs": "GCJ-02"}
    properties = {
        "name": "滨海公园",
        "names": {"en": "Seaside Park"},
        "sector": "culture",
        "phase": "key",
        "group": "两湾",
        "element": None,
        "element_basis": None,
        "current_status": None,
        "mentions": [{"box": 4, "heading": "重点实施", "group": "两湾", "name": "滨海公园"}],
        "location": {
            "basis": both("only the street"),
            "checked": "2026-11-23",
            **(placed if point else {"grade": "unlocated"}),
            **(location or {}),
        },
        "summary": both("a park"),
        **changes,
    }
    return feature({"type": "Point", "coordinates": point} if point else None, identity, **properties)


def project(identity: str = "park", point: tuple[float, float] | None = HERE, **changes: Any) -> Project:
    return parse_project(project_feature(identity, point, **changes))


def element_feature(identity: str = "bay-north", geometry: dict[str, Any] | None = None, **changes: Any) -> Feature:
    """An area of the group 两湾 in the middle of the district."""
    properties = {
        "group": "两湾",
        "kind": "area",
        "name": "北部海湾",
        "names": {"en": "North Bay"},
        "summary": both("a bay"),
        "functions": [both("rest")],
        "leading_sectors": [both("tourism")],
        "plan": {"chapter": 6, "section": 2},
        "basis": both("drawn by hand"),
        "open_edges": [{"side": both("west"), "length_m": 100}],
        "schematic": True,
        **changes,
    }
    return feature(geometry or square(121.605, 38.905, 121.615, 38.915), identity, **properties)


def axis_feature() -> Feature:
    return element_feature("axis", line((121.605, 38.905), (121.605, 38.915)), kind="line", group="一轴", name="一轴")


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **CREDITS, **members, "features": list(features)}


def sample_files() -> dict[str, Any]:
    """Every file of the folder by its path, free of problems; coordinates are lon, lat (EPSG:4326)."""
    ground = square(121.59, 38.89, 121.63, 38.93)
    road = line((121.60, 38.91), (121.62, 38.91))
    base = {
        "land": [feature(ground, kind="mainland")],
        "neighbours": [feature(square(121.63, 38.89, 121.65, 38.93), name="邻区", names={"en": "Next"})],
        "boundary": [feature(ground, kind=kind, name="样例区") for kind in ("outline", "land")],
        "roads": [feature(road, name="长街", names={"en": "Long Street"}, **{"class": "primary"})],
        "road_labels": [feature(road, name="长街", names={"en": "Long Street"}, **{"class": "primary"})],
        "metro": [feature({"type": "Point", "coordinates": HERE}, name="站", names={"en": "Stop"})],
        "landmarks": [feature({"type": "Point", "coordinates": HERE}, name="塔", names={"en": "Tower"}, kind="tower")],
    }
    assert tuple(base) == BASE_LAYERS
    return {
        "district.json": DISTRICT,
        "sources.json": [],
        "indicators.csv": INDICATORS,
        "indicator_terms.csv": TERMS,
        "programmes.csv": PROGRAMMES,
        "projects.geojson": collection(
            project_feature("park"),
            project_feature("pier", (121.62, 38.92), name="码头"),
            project_feature("clinic", None, name="诊所"),
            version="1",
        ),
        "layout.geojson": collection(axis_feature(), element_feature()),
        **{f"base/{name}.geojson": collection(*features) for name, features in base.items()},
    }


def write(folder: Path, files: dict[str, Any]) -> Path:
    """Write the files, tables as they are and all others as JSON, and return the folder."""
    (folder / "base").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if name.endswith(".csv") else json.dumps(content, ensure_ascii=False)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
