"""Three processes on one PostgreSQL behind nginx, which runs on the configuration that is shipped, with HTTPS."""

import json
import random
import re
import socket
import subprocess

import httpx
import pytest

from geo.store.author import Author, Role
from geo.store.changes import Edit
from geo.store.record import with_values
from geo.store.store import Store
from tests.deploy.proxied import (
    CONF,
    COOKIE,
    HOST,
    MIB,
    PROCESSES,
    addresses_by_process,
    running_proxy,
    self_signed,
    set_up,
    shipped_conf,
)
from tests.soak.browser import finished
from tests.soak.visits import Log, Reader, Wanted

pytestmark = [pytest.mark.nginx, pytest.mark.postgresql]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    with running_proxy(tmp_path_factory.mktemp("nginx")) as running:
        yield running


# ---- as the guide has it changed ----


def without_a_path(conf: str) -> str:
    conf = re.sub(r" +location = /(?:xigang)? \{.*?\}\n", "", conf, flags=re.DOTALL)
    return conf.replace("/xigang/", "/")


def with_one_process(conf: str) -> str:
    conf = re.sub(r"upstream xigang_850[23] \{.*?\}\n", "", conf, flags=re.DOTALL)
    return "".join(line for line in conf.splitlines(keepends=True) if not re.search("850[23]", line))


@pytest.mark.parametrize("change", [without_a_path, with_one_process])
def test_nginx_takes_the_configuration_as_the_guide_has_it_changed(tmp_path, change):
    certificate, key = self_signed(tmp_path)
    tls = "/etc/nginx/tls/xigang-map"
    conf = change(shipped_conf({f"{tls}.crt": str(certificate), f"{tls}.key": str(key), "    listen [::]": "#"}))
    tried = subprocess.run([*set_up(tmp_path, conf), "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert len(re.findall(r"^ +location", conf, re.MULTILINE)) == (2 if change is without_a_path else 4)


# ---- pages, headers, limits ----


def test_http_is_sent_to_https_and_the_root_to_the_path(proxy):
    moved = httpx.get(f"{proxy.http}/xigang/projects?phase=key")
    assert moved.status_code == 301 and moved.headers["location"] == f"https://{HOST}/xigang/projects?phase=key"
    root = proxy.url.removesuffix("xigang")
    with proxy.client() as client:
        for path, code in (("", 302), ("xigang", 301)):
            moved = client.get(f"{root}{path}")
            assert (moved.status_code, moved.headers["location"].removeprefix(root)) == (code, "xigang/"), path
        assert client.get(f"{root}elsewhere").status_code == 404


def test_the_page_and_its_headers_come_through_as_the_app_sends_them(proxy):
    page, direct = proxy.get("/"), httpx.get(f"{proxy.apps['a'].url}/")
    assert page.status_code == 200 and page.text == direct.text
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy",
                 "cross-origin-opener-policy"):  # fmt: skip
        assert page.headers.get_list(name) == direct.headers.get_list(name) != []
    assert page.headers["strict-transport-security"].startswith("max-age=")
    assert "nginx/" not in page.headers["server"]
    script = re.search(r'src="\./(static/js/[^"]+)"', page.text).group(1)
    assert "javascript" in proxy.get(f"/{script}").headers["content-type"]


def test_the_health_is_asked_through_the_proxy(proxy):
    answer = proxy.get("/health")
    assert answer.status_code == 200 and answer.json()["status"] == "ok"


def test_the_cookie_is_for_the_browser_alone_and_set_only_where_it_is_news(proxy):
    answer = proxy.get("/_stcore/health")
    (cookie,) = (each for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/xigang/"} <= set(cookie.split("; "))
    with proxy.client() as client:
        for process in PROCESSES:
            same = client.get(f"{proxy.url}/_stcore/health", headers={"cookie": f"{COOKIE}={process}"})
            assert same.status_code == 200 and COOKIE not in same.cookies
        made_up = client.get(f"{proxy.url}/_stcore/health", headers={"cookie": f"{COOKIE}=../../x"})
        assert made_up.cookies[COOKIE] in PROCESSES


def test_uploads_up_to_the_apps_own_limit_get_to_it(proxy):
    config = (CONF.parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8")
    (limit_mb,) = map(int, re.findall(r"^maxUploadSize = (\d+)$", config, re.MULTILINE))

    def answered(size: int) -> str:
        """Return the status line for an upload that is announced, but not sent."""
        url = httpx.URL(proxy.url)
        head = f"PUT /xigang/_stcore/upload_file/x/y HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n"
        plain = socket.create_connection((HOST, url.port), 5)
        with proxy.trusted.wrap_socket(plain, server_hostname=HOST) as sent:
            sent.settimeout(0.5)
            sent.sendall(f"{head}Connection: close\r\n\r\n".encode())
            try:
                return sent.recv(100).decode().split("\r\n")[0]
            except TimeoutError:
                return "waits for the rest"

    assert answered(limit_mb * MIB + 10_000) == "waits for the rest"
    assert answered((limit_mb + 2) * MIB).split()[1] == "413"
    with proxy.client() as client:  # one whole, larger than what nginx keeps in memory; the app knows no such session
        refused = client.put(f"{proxy.url}/_stcore/upload_file/x/y", files={"file": b"0" * MIB})
    assert 400 <= refused.status_code < 500 and refused.status_code != 413 and "nginx" not in refused.text


# ---- sessions ----


def test_sessions_stay_with_their_process_and_come_back_when_it_is_killed(proxy):
    finished(stay_and_come_back(proxy))


async def stay_and_come_back(proxy):
    addresses = addresses_by_process(proxy)
    assert addresses.keys() == PROCESSES.keys(), "visitors are spread"
    log, chance = Log(), random.Random(1)
    tabs = {each: proxy.tab(address) for each, address in addresses.items()}
    readers = {each: Reader(tab, log, chance, iter(["csv", "png", "csv"])) for each, tab in tabs.items()}
    for each, reader in readers.items():
        await reader.open()
        await reader.filter()
        await reader.export(lambda: 0)
        assert reader.tab.cookie(COOKIE) == each
    await all_see_a_change(proxy, readers)

    gone, others = "a", "bc"
    filtered = readers[gone].wanted
    assert filtered != Wanted()
    proxy.apps[gone].process.kill()
    proxy.apps[gone].process.wait()
    await tabs[gone].lost()
    for each in others:
        await readers[each].filter()
        await readers[each].export(lambda: 0)
    back = readers[gone]
    await back.open()  # with the address that it has; the answers are checked against what was filtered before
    assert back.wanted == filtered and tabs[gone].cookie(COOKIE) in others
    await back.export(lambda: 0)
    await back.filter()
    for each in PROCESSES:
        newcomer = proxy.get("/health", addresses[each])
        assert newcomer.status_code == 200 and newcomer.cookies[COOKIE] in others
    for tab in tabs.values():
        await tab.close()
    assert log.checked > 50 and not log.faults
    assert who_exported(proxy) == set(addresses.values())


def who_exported(proxy) -> set[str]:
    """Return the visitors' addresses from the processes' logs, none of which may tell of an error."""
    (logs,) = {app.output.parent / "logs" for app in proxy.apps.values()}
    told = [json.loads(line) for file in logs.iterdir() for line in file.read_text(encoding="utf-8").splitlines()]
    assert not [line for line in told if line["level"] == "error"]
    return {line["address"] for line in told if line["event"] == "exported"}


async def all_see_a_change(proxy, readers):
    """Change a project's name beside the processes: each of them shows it from its next run."""
    store = Store(proxy.database)
    entry = next(iter(store.entries().values()))
    new = f"{entry.record['properties']['name']} RENAMED"
    edit = Edit(entry.id, with_values(entry.record, [("name", new)]), entry.version)
    store.save(Author("张三", Role.EDITOR), [edit], why="试")
    for reader in readers.values():
        await reader.go("projects")
        assert any(" RENAMED" in getattr(one.proto, "json", "") for one in reader.at.shown)
    store.engine.dispose()
