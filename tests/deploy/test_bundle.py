"""The archive for Linux, built, unpacked where there is no network, installed and used; what spoils it is refused."""

import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

from geo.store.author import Role
from geo.store.editors.people import Editors
from geo.store.store import Store
from tests.browser.test_editing import PASSWORD
from tests.deploy import visit
from tests.deploy.namespace import Namespace, without_network
from tools.bundle.__main__ import build
from tools.bundle.archive import unpack
from tools.bundle.closure import unmet
from tools.bundle.licences import package_in
from tools.bundle.targets import LINUX, PYTHONS, WINDOWS
from tools.bundle.wheels import ROOT, OutOfReachError, fetch, wheels_for

MINE = "{}.{}".format(*sys.version_info)
INSTALLING = "正在安装"
UP_S = 120


class Installed:
    """A bundle unpacked in an office without network."""

    def __init__(self, folder, office: Namespace) -> None:
        self.folder, self.office = folder, office
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # Nothing of what the tests run with, least of all where they have their packages from.
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C",
            "XIGANG_PYTHON": sys.executable,
        }

    def run(self, *command, **options):
        return subprocess.run([*self.office.enter, *map(str, command)], env=self.environment, capture_output=True,
                              text=True, encoding="utf-8", timeout=300, **options)  # fmt: skip

    def start(self, log) -> subprocess.Popen:
        command = [*self.office.enter, str(self.folder / "start.sh"), str(self.port)]
        with log.open("w") as out:
            return subprocess.Popen(command, env=self.environment, stdout=out, stderr=out, cwd="/")

    def wait_up(self, process: subprocess.Popen, log) -> None:
        ask = f"import urllib.request as r; print(r.urlopen('http://localhost:{self.port}/health', timeout=5).read())"
        deadline = time.monotonic() + UP_S
        while self.run(sys.executable, "-c", ask).returncode:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.5)


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait(30)


@pytest.fixture
def archive(tmp_path):
    try:
        return build(LINUX, [MINE], tmp_path / "dist")
    except OutOfReachError as error:
        pytest.skip(f"NOT RUN for want of the registry of packages: {error}")


@pytest.mark.browser
@pytest.mark.skipif(MINE not in PYTHONS, reason=f"NOT RUN for want of a Python that bundles are made for: {PYTHONS}")
def test_the_bundle_is_installed_and_used_without_any_network(archive, tmp_path, chromium):
    place = tmp_path / "西岗区 规划图 (新)"
    with without_network() as office:
        installed = Installed(unpack(archive, place), office)
        assert "default" not in office.routes() and "via" not in office.routes()
        a_changed_file_is_refused(installed)
        (installed.folder / "venv" / "lib").mkdir(parents=True)  # what a start that was cut off leaves
        Editors(installed.folder / "state" / "editors.json").add("张三", Role.EDITOR, PASSWORD)
        first, second = tmp_path / "first.txt", tmp_path / "second.txt"
        process = installed.start(first)
        try:
            installed.wait_up(process, first)
            assert INSTALLING in first.read_text(encoding="utf-8")
            assert office.lost_packets() == 0
            visited = installed.run(sys.executable, "-m", "tests.deploy.visit", f"http://localhost:{installed.port}",
                                    chromium, tmp_path, cwd=ROOT)  # fmt: skip
            assert visited.returncode == 0, visited.stderr
        finally:
            stop(process)
        what_was_brought_in_is_in_the_bundle_s_own_folder(installed)
        process = installed.start(second)
        try:
            installed.wait_up(process, second)
            assert INSTALLING not in second.read_text(encoding="utf-8")
        finally:
            stop(process)


def a_changed_file_is_refused(installed: Installed) -> None:
    wheel = next((installed.folder / "wheels").glob("numpy-*.whl"))
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    shutil.move(wheel, wheel.with_suffix(".good"))
    wheel.write_bytes(content)
    refused = installed.run(installed.folder / "start.sh", installed.port)
    assert refused.returncode == 1
    assert "损坏" in refused.stderr and "damaged" in refused.stderr and f"wheels/{wheel.name}" in refused.stderr
    assert not (installed.folder / "venv").exists()
    shutil.move(wheel.with_suffix(".good"), wheel)


def what_was_brought_in_is_in_the_bundle_s_own_folder(installed: Installed) -> None:
    store = Store(f"sqlite:///{installed.folder / 'state' / 'record.sqlite'}")
    assert store.changes(limit=1)[0].why == visit.WHY
    store.engine.dispose()
    assert list((installed.folder / "logs").iterdir())
    assert not (installed.folder / "app" / "var").exists()


def test_windows_needs_nothing_that_its_bundle_lacks():
    """What each package needs is the same on all platforms; under which conditions is read for Windows."""
    try:
        folder = fetch(LINUX, [MINE])
    except OutOfReachError as error:
        pytest.skip(f"NOT RUN for want of the registry of packages: {error}")
    packages = [package_in(folder / wheel.file) for wheel in wheels_for(LINUX, [MINE])]
    for target in (LINUX, WINDOWS):
        for python in PYTHONS:
            assert unmet(packages, target, python) == []
            there = {(wheel.name, wheel.version) for wheel in wheels_for(target, [python])}
            assert len(there) == len(packages) == len(wheels_for(target, [python]))
