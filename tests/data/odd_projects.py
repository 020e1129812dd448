"""Projects whose texts try what a file format may stumble over, and an independent reading of the shipped ones."""

import json
from pathlib import Path
from typing import Any

from geo.load import Dataset, load_dataset
from tests.data.samples import both, collection, project_feature, sample_files, write

SHIPPED = Path(__file__).resolve().parents[2] / "data"
LONG_NAME = "大连市西岗区滨海" * 8 + "项目"
NAMES = {
    "html": "<script>alert(1)</script><b>&amp; \"'",
    "formula": "=HYPERLINK(1;2)",
    "plus": "+1",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "wide-formula": "＝1+1",
    "emoji": "👩‍👩‍👧 公园 🏗️",
    "nul": "甲\x00乙\x0b丙",
    "cdata": "]]> <![CDATA[",
    "long": LONG_NAME,
    "cyrillic": "Приморский парк",
    "korean": "서구 해변 공원",
    "lines": "一\n二\t三\r四",
    "escape": "_x0041_ &P $[id]",
}
LONG_TEXT = "👷汉a" * 200
OFFER = {
    "site_area_m2": 12345.5, "plot_ratio": 2.5, "land_use": both("=商业"), "contact": both("<b>+86 411 0000 0000</b>"),
    "date": "2025-07-08", "source": "office",
}  # fmt: skip


def shipped_features() -> list[dict[str, Any]]:
    """The features of the shipped projects as the file has them, read without any code of ours."""
    features: list[dict[str, Any]] = json.loads((SHIPPED / "projects.geojson").read_text(encoding="utf-8"))["features"]
    return features


def group_ids() -> dict[str | None, str | None]:
    groups = json.loads((SHIPPED / "district.json").read_text(encoding="utf-8"))["groups"]
    return {None: None} | {group["name"]: group["id"] for group in groups}


def odd_dataset(folder: Path) -> Dataset:
    """The sample district with one placed project for each odd name, one unplaced, one with a status."""
    files = sample_files()
    status = {"value": "=已开工", "date": "2024-05-06", "source": "office"}
    files["projects.geojson"] = collection(
        *(project_feature(identity, name=name) for identity, name in NAMES.items()),
        project_feature("no-place", None, name="=无处"),
        project_feature(
            "told", summary=both(LONG_TEXT), current_status=status, offer=OFFER, names={"en": "Told", "ko": "서구"}
        ),
        version="1",
    )
    dataset = load_dataset(write(folder, files))
    assert len(dataset.projects) == len(NAMES) + 2, dataset.problems
    return dataset
