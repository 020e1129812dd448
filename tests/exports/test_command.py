"""The command line: exit codes, files whole or not at all, and what is said where something is wrong."""

import dataclasses
import json

import pytest

import exports.formats
from exports.__main__ import main
from exports.presets import save_preset
from exports.request import ExportRequest
from geo.load import load_dataset
from tests.exports.readers import ROOT


def files(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def run(tmp_path, *arguments):
    return main([*arguments, "--out", str(tmp_path / "out")])


def test_one_format_is_written_and_its_path_printed(tmp_path, capsys):
    assert run(tmp_path, "--format", "geojson") == 0
    [name] = files(tmp_path / "out")
    assert name.startswith("西岗区_") and name.endswith(".geojson")
    assert capsys.readouterr().out.strip().endswith(name)


def test_a_single_file_may_have_a_path_of_its_own(tmp_path):
    target = tmp_path / "deep" / "map.csv"
    assert main(["--format", "csv", "--output", str(target)]) == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")


def test_help_lists_formats_and_exit_codes(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    told = capsys.readouterr().out
    assert stopped.value.code == 0
    assert all(code in told for code in exports.formats.FORMATS) and "exit codes" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "png", "--place", "atlantis"), "atlantis"),
        (("--format", "png", "--view", "1,2,3"), "west,south,east,north"),
        (("--format", "png", "--view", "121,39,120,38"), "west,south,east,north"),
        (("--format", "png", "csv", "--output", "one.png"), "--output"),
        (("--format", "png", "--preset", "nothing of that name"), "nothing of that name"),
        (("--format", "csv", "--data", "no/such/folder"), "data"),
    ],
)
def test_wrong_use_is_said_and_leaves_nothing(tmp_path, capsys, monkeypatch, arguments, said):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    assert run(tmp_path, *arguments) == 2
    assert said in capsys.readouterr().err
    assert files(tmp_path / "out") == []


@pytest.mark.parametrize("arguments", [("--format", "tiff"), ("--format", "png", "--lang", "xx"), ()])
def test_unknown_options_are_wrong_use(tmp_path, arguments):
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path, *arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize("option", ["--site", "--sites", "--element", "--place"])
def test_an_unknown_id_is_wrong_use_and_the_known_ones_are_named(tmp_path, capsys, option):
    assert run(tmp_path, "--format", "png", "csv", option, "nobody") == 2
    said = capsys.readouterr().err
    assert f"{option} does not know nobody; known: " in said
    assert ("huizhi-yunding" if "site" in option else "district-olympic") in said
    assert files(tmp_path / "out") == []


def test_what_has_no_place_fails_but_the_others_are_written(tmp_path, capsys):
    assert run(tmp_path, "--format", "png", "csv", "--site", "nanlou-haijing") == 1
    assert "nanlou-haijing has no place" in capsys.readouterr().err
    assert [name.split(".")[-1] for name in files(tmp_path / "out")] == ["csv"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("broken inside")])
def test_a_writer_that_fails_leaves_no_part_of_a_file(tmp_path, capsys, monkeypatch, error):
    def fail(data, request, path, progress):
        path.write_bytes(b"half a file")
        raise error

    broken = dataclasses.replace(exports.formats.FORMATS["xlsx"], write=fail)
    monkeypatch.setitem(exports.formats.FORMATS, "xlsx", broken)
    assert run(tmp_path, "--format", "xlsx", "csv") == 1
    assert [name.split(".")[-1] for name in files(tmp_path / "out")] == ["csv"]
    told = capsys.readouterr().err
    assert "xlsx" in told and ("No space left" in told or "broken inside" in told)


def test_a_folder_that_cannot_be_made_is_said(tmp_path, capsys):
    (tmp_path / "out").write_text("a file, not a folder")
    assert run(tmp_path, "--format", "csv") == 1
    assert "cannot be written" in capsys.readouterr().err


def test_each_element_gets_files_of_its_own(tmp_path):
    assert run(tmp_path, "--format", "csv", "--each", "element", "--lang", "en") == 0
    names = files(tmp_path / "out")
    assert len(names) == len(load_dataset(ROOT / "data").elements) == len(set(names))


def test_the_filter_is_that_of_the_map(tmp_path):
    assert run(tmp_path, "--format", "geojson", "--phase", "key", "--sector", "health") == 0
    [name] = files(tmp_path / "out")
    told = json.loads((tmp_path / "out" / name).read_text(encoding="utf-8"))
    data = load_dataset(ROOT / "data")
    written = {feature["id"] for feature in told["features"]} - {placed.element.id for placed in data.elements}
    assert written == {p.id for p in data.projects if p.phase == "key" and p.sector == "health"}


def test_a_preset_is_used_and_options_change_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    save_preset("周会", ExportRequest(language="en", size="a4-portrait"))
    assert run(tmp_path, "--format", "csv", "--preset", "周会") == 0
    assert run(tmp_path, "--format", "csv", "--preset", "周会", "--lang", "zh") == 0
    names = files(tmp_path / "out")
    assert [name.split("_")[0] for name in names] == ["Xigang", "西岗区"] or len(names) == 2


def test_progress_is_told_as_lines_of_json(tmp_path, capsys):
    assert run(tmp_path, "--format", "csv", "png", "--progress") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["jobs"] for line in lines if "done" in line] == [2, 2]
    assert sum("notices" in line for line in lines) == 2


def test_wrong_settings_are_told_in_words(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XIGANG_PORT", "none")
    assert run(tmp_path, "--format", "geojson") == 2 and "XIGANG_PORT" in capsys.readouterr().err
