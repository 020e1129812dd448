"""Long exports: what is heard of the process that makes them, and what is left of one that was stopped."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exports.request import ExportRequest
from ui import export_job
from ui.export_job import ROOT, ExportJob


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Start a job in which a text stands for the program that makes files."""
    monkeypatch.setattr(export_job, "ROOT", tmp_path)
    started = []

    def start(program: str) -> ExportJob:
        (tmp_path / "exports.py").write_text(program, encoding="utf-8")
        started.append(ExportJob("pack", "地图.zip", ExportRequest(), tmp_path).start())
        return started[-1]

    yield start
    for each in started:
        each.cancel()


def wait_until(holds) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


FAILS = """
import json, sys
print("a word of some library")
print(json.dumps({"done": 1, "total": 2}))
print(json.dumps({"traceback": "Traceback: in the map"}))
sys.exit("pack: it could not be made")
"""


def test_an_export_that_fails_is_told_of_in_the_log_with_its_traceback(job, caplog):
    failed = job(FAILS)
    wait_until(lambda: failed.finished)
    assert (failed.done, failed.total) == (1, 2) and "it could not be made" in failed.error
    assert "Traceback" not in failed.error, "the screen shows none of it"
    [line] = caplog.records
    assert (line.name, line.levelno, line.getMessage()) == ("xigang", logging.WARNING, "export failed")
    assert line.details["file"] == "地图.zip" and line.details["traceback"] == "Traceback: in the map"


WRITES = """
import json, tempfile, time
open(tempfile.mkstemp()[1], "w").write("half of a file")
print(json.dumps({"notices": [tempfile.mkdtemp()]}), flush=True)
time.sleep(60)
"""


def test_nothing_is_left_of_an_export_that_is_stopped_and_it_is_no_failure(job, caplog):
    stopped = job(WRITES)
    wait_until(lambda: stopped.notices)
    place = Path(stopped.notices[0]).parent
    assert list(place.iterdir()) and place == stopped.path.parent
    stopped.cancel()
    assert not place.exists()
    wait_until(lambda: stopped.finished)
    assert caplog.records == []


APP = """
import sys, time
from pathlib import Path
from exports.request import ExportRequest
from ui import export_job
here = export_job.ROOT = Path(sys.argv[1])
job = export_job.ExportJob("pack", "map.zip", ExportRequest(), here).start()
while not job.notices:
    time.sleep(0.01)
print(job._process.pid, job.path.parent)
"""


def test_a_long_export_ends_with_the_app_and_leaves_nothing(tmp_path):
    (tmp_path / "exports.py").write_text(WRITES, encoding="utf-8")
    command = [sys.executable, "-c", APP, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    number, folder = ended.stdout.split()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(number), 0)
