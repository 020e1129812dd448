"""A started server: what every answer tells the browser to refuse, what its log holds, and how it ends."""

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys

import httpx
import pytest

from tests.soak.browser import Tab, finished
from tests.soak.sessions import ROOT, running_app
from tests.soak.visits import FORMATS

PORTAL = "https://portal.office.example"
SECRETS = {"client_secret": "the-clients-own-secret", "cookie_secret": "0123456789abcdef0123456789abcdef"}
DIRECTIVE = re.compile(r"\s*([a-z-]+)((?: [^ ;]+)*)")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that was told secrets in each of the ways there are."""
    folder = tmp_path_factory.mktemp("http")
    secrets = folder / "secrets.toml"
    secrets.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(text)}\n" for name, text in SECRETS.items()))
    (folder / "settings.toml").write_text(f'tianditu_key = "keptsecret"\nframe_ancestors = ["self", "{PORTAL}"]\n')
    settings = {"XIGANG_SETTINGS": str(folder), "STREAMLIT_SECRETS_FILES": str(secrets)}
    with running_app(folder, settings=settings) as app:
        yield app


@pytest.fixture(scope="module")
def page(server):
    return httpx.get(server.url)


def policy_of(answer) -> dict[str, list[str]]:
    parts = (DIRECTIVE.fullmatch(part) for part in answer.headers["content-security-policy"].split(";"))
    return {part.group(1): part.group(2).split() for part in parts}


def test_every_kind_of_answer_has_the_headers(server, page):
    script = re.search(r'src="\./(static/js/[^"]+)"', page.text).group(1)
    style = re.search(r'href="\./(static/css/[^"]+)"', page.text).group(1)
    font = "app/static/fonts/noto-sans-sc-2.004-400.woff2"
    found = ("", "projects", "health", "_stcore/health", "_stcore/host-config", script, style, font)
    for path, code in [*((path, 200) for path in found), ("media/none.png", 404), ("app/static/none", 404)]:
        answer = httpx.get(f"{server.url}/{path}")
        assert answer.status_code == code, path
        assert policy_of(answer)["frame-ancestors"] == ["'self'", PORTAL], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "same-origin", path
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", path
        assert "camera=()" in answer.headers["permissions-policy"], path
        assert len(answer.headers.get_list("content-security-policy")) == 1, path


def test_scripts_come_from_the_app_and_nowhere_else(page):
    policy = policy_of(page)
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == policy["frame-src"] == ["'none'"]
    assert policy["connect-src"] == policy["form-action"] == ["'self'"]
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    }
    assert hashes and set(policy["script-src"]) == {"'self'", "blob:", *hashes}
    outside = [each for allowed in policy.values() for each in allowed if "//" in each and each != PORTAL]
    assert all(each.startswith("https://") and each in policy["img-src"] for each in outside), "base maps alone"


async def take_late(url: str) -> bytes:
    """Ask for a file, and fetch it after somebody else has clicked."""
    async with Tab(url) as reader, Tab(url) as other:
        first = await other.open()

        async def the_other_clicks() -> None:
            for number in (1, 0, 1):
                await other.choose(first, "lang", number)

        page = await reader.open("export")
        csv = await reader.choose(page, "x_format", FORMATS.index("csv"))
        return await reader.download(csv, "x_download", before_fetching=the_other_clicks)


def test_a_file_waits_for_the_browser_that_asked_for_it(server):
    assert finished(take_late(server.url)).count(b"\n") > 50


def test_its_log_tells_of_start_and_end_and_holds_no_secret(server):
    """The last of this module: it ends the server."""
    httpx.get(f"{server.url}/?password=typed-by-mistake")
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(20)
    (file,) = (server.output.parent / "logs").iterdir()
    log = file.read_text(encoding="utf-8")
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events[0] == "started" and events[-1] == "stopped"
    for secret in (*SECRETS.values(), "keptsecret", "typed-by-mistake"):
        assert secret not in log + server.output.read_text(encoding="utf-8")


def test_a_record_out_of_reach_stops_the_start_with_a_code_by_which_a_service_is_started_again(tmp_path):
    url = "postgresql://map:kept-secret@127.0.0.1:1/xigang"
    settings = {"XIGANG_DATABASE_URL": url, "XIGANG_STATE_DIR": str(tmp_path), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "server", "--port", "1"]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 2 and "database_url" in ended.stderr and "kept-secret" not in ended.stderr
