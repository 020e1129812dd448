"""Install the map into its own folder, once, and start it or another command of it.

The start files call this with a Python that they have found: ``launch.py suits`` tells whether it will do,
``launch.py verify`` whether the folder is whole, ``launch.py install`` readies it; ``launch.py start [PORT]`` and the
commands of ``python -m server`` do so and go on with those, ``launch.py tool MODULE ...`` with any module of the app.
It must be understood by any Python 3, since it is what says that one is too old, and needs nothing but Python.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOWS = os.name == "nt"
APP = ROOT / "app"
WHEELS = ROOT / "wheels"
PINS = WHEELS / "requirements.txt"
VENV = ROOT / "venv"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
SITE = "Lib/site-packages" if WINDOWS else "lib/python{}.{}/site-packages"
STAMP = VENV / "installed.json"
SETTINGS = ROOT / "settings.toml"
MEGABYTE = 1024 * 1024
LONGEST_WINDOWS_PATH = 259
START_TIMEOUT_S = 180


class Refused(Exception):
    """Why nothing is started: in Chinese and in English."""

    def __init__(self, zh, en):
        super().__init__(f"{zh}\n{en}")


def main(arguments):
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    command, rest = arguments[0], arguments[1:]
    try:
        return {"suits": suits, "verify": verify, "install": install}.get(command, run)(command, rest)
    except Refused as refusal:
        print(f"\n{refusal}", file=sys.stdout if command == "suits" else sys.stderr, flush=True)
    if command != "suits" and WINDOWS and sys.stdin and sys.stdin.isatty():
        input("\n按回车键关闭 / press Enter to close ")
    return 1


def say(zh, en):
    print(f"{zh} / {en}", flush=True)


def suits(command="", rest=()):
    """Return 0 where this Python and this computer can run the map."""
    known = ", ".join(facts()["pythons"])
    mine = "{}.{}".format(*sys.version_info)
    if mine not in facts()["pythons"]:
        raise Refused(
            f"{sys.executable}：版本是 {mine}，需要 {known} 之一",
            f"{sys.executable}: is Python {mine}; needed is one of {known}",
        )
    is_usual = platform.python_implementation() == "CPython" and platform.machine().lower() in ("amd64", "x86_64")
    if not is_usual or sys.maxsize <= 2**32:
        raise Refused(
            f"{sys.executable}：不是 64 位（x86-64）的标准 Python",
            f"{sys.executable}: is not the usual Python for 64 bits (x86-64)",
        )
    library, version = platform.libc_ver()
    if not WINDOWS and library == "glibc" and [int(part) for part in version.split(".")[:2]] < facts()["glibc"]:
        raise Refused(
            f"系统太旧：glibc {version}，需要 2.28 或更新",
            f"The system is too old: glibc {version}; needed is 2.28 or newer",
        )
    try:
        import venv  # noqa: F401 (some distributions leave it out)
    except ImportError as error:
        raise Refused(f"{sys.executable}：缺少标准模块 venv", f"{sys.executable}: lacks the module venv") from error
    return 0


def facts():
    return json.loads((ROOT / "bundle.json").read_text(encoding="utf-8"))


def verify(command="", rest=()):
    """Return 0 where every file is as it left; what the office has added is not looked at."""
    say("正在核对文件 …", "Checking the files ...")
    bad = []
    for line in (ROOT / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        wanted, name = line.split("  ", 1)
        if sha256_of(ROOT / name) != wanted:
            bad.append(name)
    if bad:
        named = "\n".join("  " + name for name in bad[:10]) + ("\n  ..." if len(bad) > 10 else "")
        raise Refused(
            f"有 {len(bad)} 个文件损坏、缺失或被改动，没有安装。请重新解压安装包；仍不行，请重新拷贝。",
            f"{len(bad)} files are damaged, missing or changed; nothing was installed. Unpack the archive again, or "
            f"copy it again.\n{named}",
        )
    say("文件完好。", "All files are whole.")
    return 0


def sha256_of(path):
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(MEGABYTE), b""):
                total.update(block)
    except OSError:
        return None
    return total.hexdigest()


def install(command="", rest=()):
    """Make the folder ``venv`` with all the app needs, unless it is there and whole."""
    if is_installed():
        return 0
    with alone():
        if is_installed():  # by another who was here first
            return 0
        suits()
        check_room()
        verify()
        say("首次启动，正在安装（约一两分钟）…", "First start: installing, a minute or two ...")
        shutil.rmtree(str(VENV), ignore_errors=True)
        made = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
        pip = [str(PYTHON), str(next(WHEELS.glob("pip-*.whl")) / "pip"), "install", "--no-index"]
        pip += ["--find-links", "wheels", "--require-hashes", "--no-deps", "--no-compile", "--no-cache-dir"]
        pip += ["--disable-pip-version-check", "--no-warn-script-location", "--quiet", "-r", "wheels/requirements.txt"]
        for step in (made, pip):
            if subprocess.call(step, cwd=str(ROOT), env=bare_environment()):
                raise Refused("安装没有完成；原因见上。", "The installation did not finish; the reason is above.")
        site = VENV / SITE.format(*sys.version_info)
        (site / "app.pth").write_text(os.path.relpath(str(APP), str(site)), encoding="ascii")
        write_whole(STAMP, json.dumps(state_of_installation()))
        say("已安装。", "Installed.")
    return 0


@contextmanager
def alone():
    """Let nobody else install here at the same time."""
    try:
        lock = (ROOT / "install.lock").open("w")
    except OSError as error:
        raise Refused(
            f"不能写入文件夹 {ROOT}：请解压到可以写入的位置。",
            f"The folder {ROOT} cannot be written to; unpack where you may write. ({error})",
        ) from error
    with lock:
        if WINDOWS:
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_installed():
    """Tell whether the last installation was finished, is of these wheels, and its Python still runs."""
    try:
        stamped = json.loads(STAMP.read_text(encoding="ascii"))
        version = [str(PYTHON), "-c", "import sys; print(*sys.version_info[:2])"]
        runs = subprocess.check_output(version, env=bare_environment(), stderr=subprocess.DEVNULL)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False
    return stamped["pins"] == sha256_of(PINS) and stamped["python"] == [int(part) for part in runs.split()]


def state_of_installation():
    return {"pins": sha256_of(PINS), "python": list(sys.version_info[:2])}


def write_whole(path, text):
    part = path.with_suffix(".part")
    part.write_text(text, encoding="ascii")
    os.replace(str(part), str(path))


def check_room():
    free_mb, needed_mb = shutil.disk_usage(str(ROOT)).free // MEGABYTE, facts()["installed_mb"]
    if free_mb < needed_mb:
        raise Refused(
            f"磁盘空间不足：需要 {needed_mb} MB，剩余 {free_mb} MB。",
            f"Too little room: {needed_mb} MB are needed, {free_mb} MB are free.",
        )
    spare = LONGEST_WINDOWS_PATH - facts()["longest_path"] - len(str(VENV / SITE)) - 1
    if WINDOWS and spare < 0 and not has_long_paths():
        raise Refused(
            f"文件夹路径太长，Windows 放不下：请把 {ROOT} 移到短 {-spare} 个字符以上的位置，例如 C:\\xigang。",
            f"The folder's path is too long for Windows: move {ROOT} to one shorter by {-spare} characters, such as "
            "C:\\xigang.",
        )


def has_long_paths():
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SYSTEM\CurrentControlSet\Control\FileSystem") as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except OSError:
        return False


def bare_environment():
    """Return the environment without what would lead Python or pip to other places."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"):
        mine.pop(name, None)
    return dict(mine, PIP_CONFIG_FILE=os.devnull, PYTHONNOUSERSITE="1", PYTHONUTF8="1")


def run(command, rest):
    """Go on with the app's own command, in this folder's installation and with this folder's files."""
    install()
    environment = bare_environment()
    filed = settings_in(environment, rest)
    environment.update(folders_for(environment, filed))
    wants_browser = command == "start" and WINDOWS and "--no-browser" not in rest
    started = [str(PYTHON), "-P", "-m", *module_and_arguments(command, rest)]
    if not WINDOWS:  # so that whoever stops this stops the app
        os.execve(started[0], started, environment)
    process = subprocess.Popen(started, env=environment)
    if wants_browser:
        address = address_of(started[4:], environment, filed)
        threading.Thread(target=open_browser, args=(process, address), daemon=True).start()
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the app hears it, too, and ends
            continue


def module_and_arguments(command, rest):
    if command == "tool":
        return rest
    if command != "start":
        return ["server", command, *rest]
    rest = [argument for argument in rest if argument != "--no-browser"]
    return ["server", "--port", *rest] if rest and rest[0].isdigit() else ["server", *rest]


def settings_in(environment, rest=()):
    """Return what the office's file of settings holds; whether it is right is for the app to say."""
    if SETTINGS.is_file():
        environment.setdefault("XIGANG_SETTINGS", str(SETTINGS))
    named = rest[rest.index("--settings") + 1 :][:1] if "--settings" in rest else []
    named += [argument.split("=", 1)[1] for argument in rest if argument.startswith("--settings=")]
    try:
        import tomllib

        path = Path(named[-1] if named else environment["XIGANG_SETTINGS"])
        return tomllib.loads((path / SETTINGS.name if path.is_dir() else path).read_text(encoding="utf-8-sig"))
    except (ImportError, KeyError, OSError, ValueError):
        return {}


def folders_for(environment, filed):
    """Return the variables of the office's own folders, but for those that it has set itself."""
    mine = {"state_dir": ROOT / "state", "log_dir": ROOT / "logs"}
    if (ROOT / "data" / "district.json").is_file():
        mine["data_dir"] = ROOT / "data"
    if (ROOT / "template").is_dir():
        mine["template_dir"] = ROOT / "template"
    variables = {key: "XIGANG_" + key.upper() for key in mine}
    return {variables[key]: str(mine[key]) for key in mine if key not in filed and not environment.get(variables[key])}


def address_of(rest, environment, filed):
    def of(key, usual):
        return str(environment.get("XIGANG_" + key.upper()) or filed.get(key) or usual)

    port = rest[rest.index("--port") + 1] if "--port" in rest[:-1] else of("port", 8501)
    host = of("address", "localhost")
    host = "localhost" if host in ("0.0.0.0", "::") else host
    return "http://{}:{}/{}".format(host, port, of("base_path", "").strip("/")).rstrip("/")


def open_browser(process, address):
    """Open the map once it answers."""
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ask(address + "/health", timeout=5).close()
        except OSError:
            time.sleep(0.5)
        else:
            webbrowser.open(address + "/")
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
