"""A data folder of many projects: those shipped, and made-up ones that are valid in every field."""

import json
import random
import shutil
from pathlib import Path
from typing import Any, Final

from shapely import STRtree, points
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.vocabulary import KNOWN_GRADES, PLACED_GRADES, Grade, Phase, Sector

DATA: Final = Path(__file__).resolve().parents[1] / "data"
SEED: Final = 14
CHECKED: Final = "2026-11-25"
GRADE_SHARES: Final = {
    Grade.EXACT: 40, Grade.NEAR: 15, Grade.STREET: 15, Grade.AREA: 10, Grade.DISTRICTWIDE: 3, Grade.UNLOCATED: 17,
}  # fmt: skip
ACCURACY_M: Final = {Grade.EXACT: 30, Grade.NEAR: 200, Grade.STREET: 400, Grade.AREA: 800}
SHARED: Final = 0.05
"""So many of the placed ones stand at the point of the one before, as they do along a street."""


def write_many(folder: Path, count: int) -> Path:
    """Copy the shipped data to `folder`, with made-up projects added until there are `count`; return the folder."""
    shutil.copytree(DATA, folder)
    path = folder / "projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    layout = json.loads((folder / "layout.geojson").read_text(encoding="utf-8"))["features"]
    boundary = json.loads((folder / "base/boundary.geojson").read_text(encoding="utf-8"))["features"]
    outline = max((shape(f["geometry"]) for f in boundary), key=lambda each: each.area)
    chance, wanted = random.Random(SEED), count - len(collection["features"])
    for number, at in enumerate(_points_within(outline, chance, wanted), start=1):
        collection["features"].append(_project(number, at, layout, chance))
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return folder


def _points_within(outline: BaseGeometry, chance: random.Random, count: int) -> list[list[float]]:
    west, south, east, north = outline.bounds
    inside: list[list[float]] = []
    while len(inside) < count:
        tried = [[round(chance.uniform(west, east), 5), round(chance.uniform(south, north), 5)] for _ in range(count)]
        inside += [tried[i] for i in sorted(STRtree(points(tried)).query(outline, predicate="contains"))]
    for i in range(1, count):
        if chance.random() < SHARED:
            inside[i] = inside[i - 1]
    return inside[:count]


def _project(number: int, at: list[float], layout: list[dict[str, Any]], chance: random.Random) -> dict[str, Any]:
    grade = chance.choices(list(GRADE_SHARES), list(GRADE_SHARES.values()))[0]
    placed = grade in PLACED_GRADES
    element = chance.choice(layout) if chance.random() < 0.3 else None
    name, english = f"测试项目{number}号", f"Made-up project {number}"
    return {
        "type": "Feature",
        "id": f"made-up-{number}",
        "geometry": {"type": "Point", "coordinates": at} if placed else None,
        "properties": {
            "name": name,
            "names": {"en": english},
            "sector": chance.choice(list(Sector)),
            "phase": chance.choice(list(Phase)),
            "group": None,
            "element": element["id"] if element else None,
            "element_basis": {"zh": "为测速编造。", "en": "Made up to measure speed."} if element else None,
            "current_status": None,
            "mentions": [],
            "added": {"source": "为测速编造", "date": CHECKED},
            "location": {
                "grade": grade,
                "accuracy_m": ACCURACY_M[grade] if placed else None,
                "basis": {"zh": "为测速编造，不是真实位置。", "en": "Made up to measure speed; no real place."},
                "address": f"测速路{number}号" if grade in KNOWN_GRADES else None,
                "source": "made up" if placed else None,
                "source_crs": "EPSG:4326" if placed else None,
                "checked": CHECKED,
            },
            "summary": {"zh": f"{name}，为测速编造。", "en": f"{english}, made up to measure speed."},
        },
    }
