"""Several processes of the app behind nginx on one PostgreSQL; one is killed under load.

The sessions of the others must not notice. Those of the killed one reconnect as a browser does and must find, on
another process, what their address says.
"""

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

from tests.soak.sessions import HASTE_S, THINK_S, App, free_port, judge_answers, running_app, verdict
from tests.soak.visits import ERRORS, Crowd, Log, Reader

PROCESSES, SESSIONS, LOAD_S = 3, 20, 120
SHORT_PROCESSES, SHORT_SESSIONS, SHORT_S = 2, 6, 9
MAX_BACK_S = 10.0
"""The longest that a reader may be without the app."""
SEAT = "seat"
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  map $cookie_{seat} $of_seat {{ default $cookie_{seat}; '' $request_id; }}
  upstream app {{ hash $of_seat consistent; {servers} }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 3600;
      proxy_next_upstream error timeout;
      add_header Set-Cookie "{seat}=$of_seat; Path=/; HttpOnly; SameSite=Lax";
    }}
  }}
}}
"""


def find_nginx() -> str | None:
    return which("nginx") or which("/usr/sbin/nginx")


@contextmanager
def behind_nginx(apps: list[App], folder: Path) -> Iterator[str]:
    """Put nginx before the apps and give its address; a browser stays with the app that it came to."""
    port = free_port()
    servers = " ".join(f"server {app.url.removeprefix('http://')} max_fails=1 fail_timeout=10s;" for app in apps)
    conf = folder / "nginx.conf"
    conf.write_text(
        NGINX.format(folder=folder, servers=servers.replace("localhost", "127.0.0.1"), port=port, seat=SEAT)
    )
    process = subprocess.Popen([str(find_nginx()), "-p", str(folder), "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


class Survivors(Crowd):
    """Readers who reconnect where their connection is lost, and want back what their address says."""

    def __init__(self, url: str, *, seed: int, think_s: tuple[float, float]) -> None:
        super().__init__(url, seed=seed, think_s=think_s)
        self.killed_at = float("inf")
        self.back_s: list[float] = []

    async def begin(self, reader: Reader) -> None:
        try:
            await super().begin(reader)
        except ERRORS:  # the app died while the page was being loaded, which is then loaded again
            if not 0 < time.monotonic() - self.killed_at < MAX_BACK_S:
                raise
            await super().begin(reader)

    async def step(self, reader: Reader, card: str) -> None:
        had = dict(vars(reader)), {**vars(reader.tab), "held": dict(reader.tab.held)}
        try:
            await super().step(reader, card)
        except ERRORS:
            if not (time.monotonic() > self.killed_at and reader.tab.is_lost):
                raise
            # What was under way is gone; the address is that of before.
            vars(reader).update(had[0])
            vars(reader.tab).update(had[1])
            began = time.perf_counter()
            await reader.come_back()
            self.back_s.append(time.perf_counter() - began)
            await super().step(reader, card)


async def load(crowd: Survivors, victim: App, *, sessions: int, seconds: float) -> Log:
    """Let the readers read, and kill one process after a third of the time."""

    async def kill() -> None:
        await asyncio.sleep(seconds / 3)
        crowd.killed_at = time.monotonic()
        victim.process.send_signal(signal.SIGKILL)

    log, _ = await asyncio.gather(crowd.stay(sessions, seconds), kill())
    return log


def run(folder: Path, url: str, *, short: bool = False) -> bool:
    """Run it on a PostgreSQL at `url`, print what came of it and say whether all is well."""
    processes, sessions, seconds, think_s = (
        (SHORT_PROCESSES, SHORT_SESSIONS, SHORT_S, HASTE_S) if short else (PROCESSES, SESSIONS, LOAD_S, THINK_S)
    )
    if not find_nginx():
        print("NOT RUN behind nginx: there is none (apt-get install nginx-light)", flush=True)
        return True
    with ExitStack() as stack:
        apps = start_all(stack, processes, folder, url)
        crowd = Survivors(stack.enter_context(behind_nginx(apps, folder)), seed=4, think_s=think_s)
        log = asyncio.run(load(crowd, apps[0], sessions=sessions, seconds=seconds))
        errors = [line for app in apps for line in app.errors()]
    what = f"1 of {processes} processes killed, {sessions} sessions"
    slowest = max(crowd.back_s, default=MAX_BACK_S)
    figures = f"{len(crowd.back_s)} sessions came back with their state, the last after {slowest:.1f} s"
    good = judge_answers(f"{what}: no error", log, errors)
    return verdict(good and 0 < slowest < MAX_BACK_S, what, figures)


def start_all(stack: ExitStack, number: int, folder: Path, url: str) -> list[App]:
    """Start the processes, the first before the others, as it makes the record."""
    return [stack.enter_context(running_app(folder, settings={"XIGANG_DATABASE_URL": url})) for _ in range(number)]
