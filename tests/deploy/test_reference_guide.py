"""What the guide says of own layers and own tiles, done as it is written there, with files made up for it."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import geopandas
import pytest
from shapely import box
from shapely.geometry import LineString

from geo.load import load_dataset
from geo.settings import Settings
from server.reference.__main__ import main
from tests.data.tile_files import write_tiles
from tests.districts.test_demo import DEMO
from tests.geo.replacing import files_in, outline_of, zipped_shapefile

DEPLOY = Path(__file__).parents[2] / "deploy"
GUIDES = ("README.md", "README.zh-CN.md")
ASKED = re.compile(r"^\./tool\.sh server\.reference (.+)$", re.MULTILINE)


def text_of(guide: str) -> str:
    return (DEPLOY / guide).read_text(encoding="utf-8").replace("\\\n", " ")


def blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text_of(guide), re.DOTALL)


def commands(guide: str) -> list[list[str]]:
    return [shlex.split(line) for block in blocks(guide, "sh") for line in ASKED.findall(block)]


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    """A release's folder with a made-up district as its shipped data."""
    app = tmp_path / "xigang-map" / "app"
    shutil.copytree(DEMO, app / "data")
    (app.parent / "SHA256SUMS").touch()
    monkeypatch.setattr("server.office.APP", app)
    for name in ("XIGANG_DATA_DIR", "XIGANG_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return app.parent


def make(layer: str, file: Path, data: Path) -> None:
    """Make the office's file of a layer, as the example has it."""
    dataset = load_dataset(data)
    west, south, east, north = outline_of(data).bounds
    zone = dataset.district.metric_crs
    match layer:
        case "boundary":
            shape = geopandas.GeoSeries([box(west, south, east, north)], crs="EPSG:4326").to_crs(zone)
            zipped_shapefile(file, [shape.iloc[0]], zone, 名称=["示例区"])
        case "roads":
            lines = [LineString([(west, at), (east, at)]) for at in (south + 0.01, south + 0.02)]
            named = {"道路名称": ["甲路", "乙路"], "道路等级": ["主干路", "城市快速路"]}
            geopandas.GeoDataFrame(named, geometry=lines, crs="EPSG:4326").to_crs(zone).to_file(file)
        case "structure":
            area = next(placed for placed in dataset.elements if placed.element.kind == "area")
            shape = [area.geometry.centroid.buffer(0.001)]
            geopandas.GeoDataFrame({"Name": [area.element.name]}, geometry=shape, crs="EPSG:4326").to_file(
                file, driver="KML"
            )


@pytest.mark.parametrize("guide", GUIDES)
def test_the_worked_example_works(guide, bundle, capsys):
    done = [command[0] for command in commands(guide)]
    assert done == ["list", "init", "replace", "replace", "replace", "replace", "history", "undo"]
    for command in commands(guide):
        before = files_in(bundle)
        if command[0] == "replace" and not (file := bundle.parent / command[2]).exists():
            make(command[1], file, bundle / "data")
        assert main(command) == 0, capsys.readouterr().out
        assert (files_in(bundle) != before) == (command[0] in ("init", "undo") or "--write" in command)
    now = load_dataset(bundle / "data")
    assert now.base["boundary"]["grade"] == "official" and not now.problems
    assert [road["properties"]["class"] for road in now.base["roads"]["features"]] == ["primary", "trunk"]
    assert all(placed.element.schematic for placed in now.elements), "the latest replacement is undone"
    assert files_in(bundle / "app" / "data") == files_in(DEMO)


def test_both_guides_give_the_same_commands_and_the_same_tables():
    english, chinese = (
        [[word for word in command if "." not in word] for command in commands(guide)] for guide in GUIDES
    )
    assert english == chinese and blocks(GUIDES[0], "toml") == blocks(GUIDES[1], "toml")


def test_the_tables_of_tiles_can_be_used(tmp_path):
    (block,) = (block for block in blocks(GUIDES[0], "toml") if "[[tiles]]" in block)
    read = tomllib.loads(block)
    for table in read["tiles"]:
        if "file" in table:
            table["file"] = str(write_tiles(tmp_path / Path(table["file"]).name, {1: b"x"}))
    tiles = Settings.model_validate(read).tiles
    assert [each.kind for each in tiles] == ["tianditu", "wmts", "xyz", "pmtiles"]
