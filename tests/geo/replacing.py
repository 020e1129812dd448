"""What the tests of replaced layers share: the made-up district, what is said of a source, files of an office."""

import json
import zipfile
from pathlib import Path

import geopandas
from shapely.geometry import shape

DEMO = Path(__file__).resolve().parents[1] / "districts" / "demo"
DATA = Path(__file__).resolve().parents[2] / "data"
SAID = ["--source", "某局成果", "--source-en", "Survey of a bureau", "--licence", "内部使用", "--date", "2025-06",
        "--gaps", "无"]  # fmt: skip


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def outline_of(folder: Path):
    features = read(folder, "base/boundary.geojson")["features"]
    return shape(next(each for each in features if each["properties"]["kind"] == "outline")["geometry"])


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def zipped_shapefile(path: Path, shapes: list, crs: str, **columns: list) -> Path:
    frame = geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)
    frame.to_file(path.with_suffix(".shp"), encoding="utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    return path
