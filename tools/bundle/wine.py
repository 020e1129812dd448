"""start.bat under Wine's cmd, where Wine is at hand: from a folder with an awkward name, with Pythons made up."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_FOLDER = "西岗 图 (a&b)!x^y"
_HAS = "3.13"
_PY = f"""\
@echo off
if "%3"=="suits" goto suits
if exist "%~f2" echo %1 "%~f2" %3 %4> "%TOLD%"
exit /b 0
:suits
if "%1"=="-{_HAS}" exit /b 0
exit /b 1
"""
_STEPS_S = 120


def faults_under_wine(bundle: Path) -> Iterator[str]:
    """Yield what goes wrong when start.bat looks for a Python and hands over; say so where there is no Wine."""
    if not shutil.which("wine"):
        print("NOT TRIED for want of Wine: start.bat", flush=True)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder, pythons, told = Path(scratch, _FOLDER), Path(scratch, "bin"), Path(scratch, "told.txt")
        shutil.copytree(bundle / "launch", folder / "launch")
        # As start.bat it would be taken for the command "start" by Wine, though not by Windows.
        shutil.copy(bundle / "start.bat", folder / "begin.bat")
        pythons.mkdir()
        (pythons / "py.bat").write_bytes(_PY.replace("\n", "\r\n").encode())
        environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
        environment |= {"WINEPREFIX": f"{scratch}/wine", "WINEDEBUG": "-all", "WINEPATH": f"Z:{pythons}"}
        environment |= {"LC_ALL": "C.UTF-8", "TOLD": f"Z:{told}".replace("/", "\\")}
        done = subprocess.run(["wine", "cmd", "/c", "begin.bat", "8600"], cwd=folder, env=environment,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=_STEPS_S)  # fmt: skip
        subprocess.run(["wineserver", "-k"], env=environment, check=False)
        found = told.read_text(encoding="utf-8").strip() if told.exists() else done.stdout.decode(errors="replace")
    # Wine's echo writes ? for Chinese; that the file exists has shown the path to be right.
    if not (found.startswith(f"-{_HAS} ") and found.endswith('(a&b)!x^y\\launch\\launch.py" start 8600')):
        yield f"start.bat under Wine: {found}"
