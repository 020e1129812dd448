"""What a bundle is made of, without building one: its wheels, its files, its archive, and the files that start it."""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.bundle import content
from tools.bundle.archive import with_sums, write_archive
from tools.bundle.closure import Package, unmet
from tools.bundle.content import COMMANDS, Entry, app_files, launchers
from tools.bundle.licences import Licensed, licences_of, table
from tools.bundle.targets import LINUX, PYTHONS, TARGETS, WINDOWS
from tools.bundle.verify import faults_of_batch
from tools.bundle.wheels import ROOT, BundleError, Wheel, locked, requirements, wheels_for

MINE = "{}.{}".format(*sys.version_info)
NEWLINE = {LINUX: b"\n", WINDOWS: b"\r\n"}


def files_of(target) -> dict[str, bytes]:
    return {entry.name: entry.read() for entry in launchers(target, PYTHONS)}


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
@pytest.mark.parametrize("python", PYTHONS)
def test_every_pinned_requirement_has_a_wheel_of_its_version(target, python):
    there = {wheel.name: wheel for wheel in wheels_for(target, [python])}
    lines = (ROOT / "requirements.txt").read_text().split()
    assert len(lines) > 25
    for needed in map(Requirement, lines):
        assert there[needed.name.lower()].version in needed.specifier, "requirements.txt has changed: make locks"
    tag = "cp" + python.replace(".", "")
    mine = {"linux-x64": "x86_64", "windows-x64": "win_amd64"}[target.name]
    for wheel in there.values():
        interpreter, abi, platform = wheel.file.removesuffix(".whl").split("-")[-3:]
        assert platform == "any" or platform.endswith(mine)
        assert interpreter == tag or abi == "abi3" or "py3" in interpreter


def test_a_wheel_that_is_missing_is_told_of(monkeypatch):
    fewer = [wheel for wheel in locked() if not ("cp312-win" in wheel.file and wheel.name in ("numpy", "lxml"))]
    monkeypatch.setattr("tools.bundle.wheels.locked", lambda: fewer)
    assert wheels_for(WINDOWS, ["3.11"])
    with pytest.raises(BundleError, match=r"windows-x64, Python 3\.12: lxml, numpy"):
        wheels_for(WINDOWS, PYTHONS)


def test_what_only_windows_needs_is_missed_on_linux_too():
    own = [Package(needed.name, str(needed.specifier)[2:], ()) for needed in pinned_by_the_app()]
    click = Package("click", "8.0", ('colorama; platform_system == "Windows"', 'extra-thing; extra == "docs"'))
    streamlit = next(package for package in own if package.name == "streamlit")
    own[own.index(streamlit)] = Package("streamlit", streamlit.version, ("click>=8",))
    assert unmet([*own, click], LINUX, "3.13") == []
    assert [line.split(";")[0] for line in unmet([*own, click], WINDOWS, "3.13")] == ["colorama"]
    old = Package("click", "7.1", ())
    assert unmet([*own, old], LINUX, "3.13") == ["click>=8 (for streamlit)"]


def pinned_by_the_app():
    return [Requirement(line) for line in (ROOT / "requirements.txt").read_text().split()]


def test_pip_is_given_the_checksum_of_every_wheel_and_nothing_else():
    wheels = wheels_for(WINDOWS, PYTHONS)
    text = requirements(wheels)
    assert sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", text)) == sorted(wheel.sha256 for wheel in wheels)
    pins = [line.split(" ")[0] for line in text.splitlines() if not line.startswith(" ")]
    assert pins == sorted({f"{wheel.name}=={wheel.version}" for wheel in wheels})


def test_the_app_goes_along_without_what_is_only_for_developers():
    names = set(app_files())
    assert {"app.py", "server/__main__.py", "geo/settings.py", ".streamlit/config.toml", "data/district.json",
            "deploy/README.zh-CN.md", "static/leaflet-1.9.4/leaflet.js", "VERSION"} <= names  # fmt: skip
    assert not [name for name in names if name.startswith(("tests/", "tools/", ".ci", "deploy/bundle/"))]
    assert "requirements-dev.txt" not in names and not [name for name in names if ".sqlite" in name]


def test_nothing_new_is_shipped_or_left_out_by_chance(monkeypatch):
    monkeypatch.setattr(content, "SHIPPED", content.SHIPPED - {"server"})
    with pytest.raises(BundleError, match="server"):
        app_files()


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_the_same_files_make_the_same_archive(tmp_path, suffix):
    files = [Entry("z/规划.txt", "西岗".encode()), Entry("start.sh", b"#!/bin/sh\n", is_program=True)]
    for name, order in (("one", files), ("two", files[::-1])):
        write_archive(tmp_path / f"{name}{suffix}", "map-1", with_sums(order), 1_700_000_000)
        os.utime(tmp_path / f"{name}{suffix}", (1, 1))
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()
    out = tmp_path / "out"
    if suffix == ".zip":
        with zipfile.ZipFile(tmp_path / "one.zip") as archive:
            assert archive.testzip() is None
            assert all(info.flag_bits & 0x800 for info in archive.infolist() if not info.filename.isascii())
            archive.extractall(out)
    else:
        with tarfile.open(tmp_path / "one.tar.gz") as archive:
            assert {info.mtime for info in archive} == {1_700_000_000}
            archive.extractall(out, filter="data")
            assert os.access(out / "map-1/start.sh", os.X_OK)
    checked = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=out / "map-1", capture_output=True)
    assert checked.returncode == 0 and checked.stdout.count(b"OK") == 2


def test_a_package_without_licence_stops_the_bundle(tmp_path):
    bare = tmp_path / "bare-1.0-py3-none-any.whl"
    with zipfile.ZipFile(bare, "w") as wheel:
        wheel.writestr("bare-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: bare\nVersion: 1.0\n")
    with pytest.raises(BundleError, match="no licence is known of bare"):
        licences_of([Wheel(bare.name, "")], tmp_path, {})
    named = Licensed("named", "1.0", "Apache-2.0", {})
    assert "| named | 1.0 | Apache-2.0 | 软件包未附全文" in table([named])


def test_the_app_s_own_parts_and_their_licences_are_listed():
    files = licences_of([], Path(), app_files())
    listed = files["README.md"].decode()
    for part in ("leaflet | 1.9.4 | BSD-2-Clause", "leaflet-geoman | 2.20.2 | MIT", "noto-sans-web", "noto-sans-print"):
        assert f"| {part}" in listed
    links = re.findall(r"\(<([^>]+)>\)", listed)
    assert len(links) >= 5 and set(links) <= set(files)


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_the_files_that_start_it_are_written_as_their_shell_reads_them(target):
    files = files_of(target)
    scripts = {name: text for name, text in files.items() if name.endswith(target.script)}
    assert set(scripts) == {*(command + target.script for command in COMMANDS), f"launch/run{target.script}"}
    for text in files.values():
        assert b"@PYTHONS@" not in text and b"@SCRIPT@" not in text
    for text in scripts.values():
        assert text.isascii() and text.replace(b"\r\n", b"\n").replace(b"\n", NEWLINE[target]) == text
    assert all(python.encode() in scripts[f"launch/run{target.script}"] for python in PYTHONS)
    assert "没有找到合适的 Python" in files["launch/no-python.txt"].decode()
    assert f"start{target.script}" in files["README.zh-CN.md"].decode()


def test_batch_files_take_a_folder_of_any_name():
    for name, text in files_of(WINDOWS).items():
        if name.endswith(".bat"):
            assert faults_of_batch(name, text.decode("ascii")) == []
    for bad in ("cd %~dp0", 'call "%HERE%x.bat"', "setlocal EnableDelayedExpansion", 'set HERE="%~dp0" & echo %HERE%'):
        assert faults_of_batch("bad.bat", bad), bad


@pytest.fixture
def folder(tmp_path):
    """A bundle that has nothing but what starts it."""
    root = tmp_path / "规划图 & 西岗"
    for entry in launchers(LINUX, PYTHONS):
        path = root / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.read())
        path.chmod(0o755)
    (root / "bundle.json").write_text(json.dumps({"pythons": [MINE], "glibc": [2, 28]}))
    return root


@pytest.fixture
def launch(folder):
    spec = importlib.util.spec_from_file_location("launch_of_bundle", folder / "launch" / "launch.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def started(folder, *arguments, **variables):
    environment = {"PATH": os.environ["PATH"], "XIGANG_PYTHON": sys.executable, **variables}
    return subprocess.run(
        [folder / "start.sh", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


def test_a_python_that_will_not_do_is_told_of_with_its_reason(folder):
    (folder / "bundle.json").write_text(json.dumps({"pythons": ["3.99"], "glibc": [2, 28]}))
    refused = started(folder)
    assert refused.returncode == 1
    assert "没有找到合适的 Python" in refused.stderr and "No Python was found" in refused.stderr
    assert f"版本是 {MINE}，需要 3.99 之一" in refused.stderr and f"is Python {MINE}" in refused.stderr
    tools = folder / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "cat"):
        (tools / name).symlink_to(shutil.which(name))
    none = started(folder, PATH=str(tools), XIGANG_PYTHON="python-that-is-not-there")
    assert none.returncode == 1 and "没有找到合适的 Python" in none.stderr and "版本是" not in none.stderr


def test_any_python_3_understands_the_launcher(folder):
    ast.parse((folder / "launch" / "launch.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_a_port_and_the_office_s_own_folders_are_passed_on(launch, folder, monkeypatch):
    for name in list(os.environ):
        if name.startswith("XIGANG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_FIND_LINKS", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setattr(launch, "install", lambda: 0)
    ran = []
    monkeypatch.setattr(launch.os, "execve", lambda *call: ran.append(call) or sys.exit(0))
    monkeypatch.setattr(launch, "WINDOWS", False)

    def run(*arguments):
        with pytest.raises(SystemExit):
            launch.main(list(arguments))
        _, command, environment = ran.pop()
        return command[command.index("server") + 1 :], environment

    passed, environment = run("start", "8600", "--no-browser")
    assert passed == ["--port", "8600"]
    assert {name: value for name, value in environment.items() if name.startswith("XIGANG_")} == {
        "XIGANG_STATE_DIR": str(folder / "state"),
        "XIGANG_LOG_DIR": str(folder / "logs"),
    }
    assert "PIP_FIND_LINKS" not in environment and "PYTHONPATH" not in environment
    (folder / "settings.toml").write_text('state_dir = "D:/maps"\n', encoding="utf-8-sig")
    (folder / "data").mkdir()
    (folder / "data" / "district.json").write_text("{}")
    (folder / "template").mkdir()
    passed, environment = run("backup", "a file.zip")
    assert passed == ["backup", "a file.zip"]
    assert environment["XIGANG_SETTINGS"] == str(folder / "settings.toml")
    assert environment["XIGANG_DATA_DIR"] == str(folder / "data")
    assert environment["XIGANG_TEMPLATE_DIR"] == str(folder / "template")
    assert "XIGANG_STATE_DIR" not in environment
    second = folder.parent / "second"
    second.mkdir()
    (second / "settings.toml").write_text('state_dir = "state"\ndata_dir = "data"\nlog_dir = "logs"\n')
    for named in (["--settings", str(second / "settings.toml")], [f"--settings={second}/settings.toml"]):
        _, environment = run("start", "8601", *named)
        assert not {"XIGANG_STATE_DIR", "XIGANG_DATA_DIR", "XIGANG_LOG_DIR"} & environment.keys(), "they would win"
    monkeypatch.setenv("XIGANG_SETTINGS", str(second))
    _, environment = run("start")
    assert "XIGANG_STATE_DIR" not in environment, "the folder of the file may be named, too"
    assert launch.module_and_arguments("tool", ["geo.store.editors", "list"]) == ["geo.store.editors", "list"]


def test_the_address_to_open_follows_argument_variable_and_settings(launch):
    assert launch.address_of([], {}, {}) == "http://localhost:8501"
    assert launch.address_of([], {}, {"port": 9000, "base_path": "/xigang/"}) == "http://localhost:9000/xigang"
    assert launch.address_of([], {"XIGANG_PORT": "9001"}, {"port": 9000}) == "http://localhost:9001"
    assert launch.address_of(["--port", "9002"], {"XIGANG_PORT": "9001"}, {}) == "http://localhost:9002"
    assert launch.address_of(["--settings", "x.toml", "--port", "9003"], {}, {"port": 1}) == "http://localhost:9003"
    assert launch.address_of([], {}, {"address": "0.0.0.0"}) == "http://localhost:8501"


def test_too_little_room_and_too_long_a_path_are_told_before_anything_is_made(launch, folder, monkeypatch):
    fact = {"pythons": [MINE], "glibc": [2, 28], "installed_mb": 10**9, "longest_path": 117}
    (folder / "bundle.json").write_text(json.dumps(fact))
    with pytest.raises(launch.Refused, match="磁盘空间不足"):
        launch.check_room()
    (folder / "bundle.json").write_text(json.dumps(fact | {"installed_mb": 1}))
    launch.check_room()
    monkeypatch.setattr(launch, "WINDOWS", True)
    monkeypatch.setattr(launch, "has_long_paths", lambda: False)
    monkeypatch.setattr(launch, "VENV", Path("C:/" + "x" * 130))
    with pytest.raises(launch.Refused, match="路径太长"):
        launch.check_room()
    monkeypatch.setattr(launch, "VENV", Path("C:/xigang/venv"))
    launch.check_room()
    assert not (folder / "venv").exists()


def test_only_a_finished_installation_of_these_wheels_counts(launch, folder, monkeypatch):
    (folder / "wheels").mkdir()
    launch.PINS.write_text("numpy==1\n")
    monkeypatch.setattr(launch, "PYTHON", Path(sys.executable))
    launch.VENV.mkdir()
    assert not launch.is_installed()
    launch.write_whole(launch.STAMP, json.dumps(launch.state_of_installation()))
    assert launch.is_installed()
    launch.PINS.write_text("numpy==2\n")
    assert not launch.is_installed()
    launch.write_whole(launch.STAMP, json.dumps(launch.state_of_installation()))
    monkeypatch.setattr(launch, "PYTHON", folder / "gone")
    assert not launch.is_installed()
