"""The command that looks into a file: what it prints and how it ends."""

import shutil
import subprocess
from pathlib import Path

import pytest

from geo.intake.__main__ import main

LANDMARKS = Path(__file__).resolve().parents[2] / "data" / "base" / "landmarks.geojson"


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="needs GDAL's commands")
def test_metres_without_a_stated_system_are_told_and_asked_about(tmp_path, capsys):
    target = tmp_path / "places.csv"
    command = ["ogr2ogr", "-t_srs", "EPSG:4549", "-lco", "GEOMETRY=AS_XY", str(target), str(LANDMARKS)]
    subprocess.run(command, check=True, capture_output=True)
    assert main([str(target)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("places.csv: 42 features, 42 with a usable geometry") and "no system declared" in said[0]
    assert said[1] == "verdict: ask (42 features tested)"
    assert said[2].startswith("  fits  EPSG:4549") and "42 of 42 named places agree" in said[2]


def test_a_declared_system_that_fits_is_certain(capsys):
    assert main([str(LANDMARKS)]) == 0
    assert "verdict: certain" in capsys.readouterr().out


def test_a_broken_file_and_a_missing_one_fail_with_a_line(tmp_path, capsys):
    (tmp_path / "half.geojson").write_text('{"type": "FeatureColl')
    assert main([str(tmp_path / "half.geojson")]) == 1
    assert "half.geojson: import " in capsys.readouterr().out
    assert main([str(tmp_path / "none.csv")]) == 1
    assert capsys.readouterr().out.startswith("none.csv: ")
    assert main([]) == 2


def test_a_draft_tells_the_columns_and_what_becomes_of_the_rows(tmp_path, capsys):
    text = (
        "项目名称,经度,纬度,领域,阶段,落图精度,误差\n新厂,121.61,38.91,land,拟推进,exact,2\n坏,121.61,38.91,胡写,,,\n"
    )
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert main(["--draft", str(tmp_path / "a.csv")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "name from 项目名称" in said and "rows: 0 accepted, 1 repaired, 0 unchanged, 1 rejected, 0 skipped" in said
    assert "1 × a.csv #3: import value unknown: 胡写 [sector]" in said
