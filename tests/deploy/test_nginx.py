"""Three processes on one PostgreSQL behind nginx, which runs on the configuration that is shipped, with HTTPS."""

import asyncio
import datetime
import json
import os
import random
import re
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from geo.store.author import Author, Role
from geo.store.changes import Edit
from geo.store.record import with_values
from geo.store.store import Store
from tests import postgres
from tests.conftest import find_nginx
from tests.soak.browser import Tab
from tests.soak.sessions import App, free_port, running_app
from tests.soak.visits import Log, Reader, Wanted

pytestmark = [pytest.mark.nginx, pytest.mark.postgresql]
CONF = Path(__file__).parents[2] / "deploy/nginx/xigang-map.conf"
HOST, COOKIE, MIB = "map.office.example", "xigang_process", 1024**2
PROCESSES = {"a": 8501, "b": 8502, "c": 8503}
SURROUNDINGS = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
daemon off;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/xigang-map.conf;
}}
"""


class Proxy:
    """nginx and what is behind it, by the letters of the configuration."""

    def __init__(self, http: int, https: int, apps: dict[str, App], trusted: ssl.SSLContext, database: str) -> None:
        self.http, self.url = f"http://{HOST}:{http}", f"https://{HOST}:{https}/xigang"
        self.apps, self.trusted, self.database = apps, trusted, database

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        return httpx.Client(transport=httpx.HTTPTransport(verify=self.trusted, local_address=address))

    def get(self, path: str, address: str = "127.0.0.1") -> httpx.Response:
        with self.client(address) as client:
            return client.get(f"{self.url}{path}")

    @contextmanager
    def tabs(self, addresses):
        """Hand out a tab for each address; they are closed by whoever opens them."""
        yield {each: Tab(self.url, trusted=self.trusted, address=at) for each, at in addresses.items()}


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of the host's own, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={HOST}")
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    certificate, key_file = folder / "map.crt", folder / "map.key"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file.write_bytes(key.private_bytes(*form))
    return certificate, key_file


def shipped_conf(replaced: dict[str, str]) -> str:
    """Return the shipped configuration with other ports, and certificates, and nothing else changed."""
    text = CONF.read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return text


def set_up(folder: Path, conf: str) -> list[str]:
    """Lay the configuration into a folder where nginx finds all that it needs, and return its command."""
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "xigang-map.conf").write_text(conf, encoding="utf-8")
    (folder / "nginx.conf").write_text(SURROUNDINGS.format(folder=folder, user=user), encoding="utf-8")
    return [find_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf")]


@contextmanager
def running_nginx(folder: Path, conf: str):
    process = subprocess.Popen(set_up(folder, conf))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    http, https = free_port(), free_port()
    resolve = socket.getaddrinfo

    def here(host, *more, **how):
        return resolve("127.0.0.1" if host in (HOST, HOST.encode()) else host, *more, **how)

    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(socket, "getaddrinfo", here)
        database = stack.enter_context(postgres.running_server(durable=False)).new_database()
        settings = {"XIGANG_DATABASE_URL": database, "XIGANG_BASE_PATH": "xigang", "XIGANG_ADDRESS": "127.0.0.1"}
        apps = {each: stack.enter_context(running_app(folder, settings=settings)) for each in PROCESSES}
        certificate, key = self_signed(folder)
        replaced = {f":{PROCESSES[each]}": f":{port_of(app)}" for each, app in apps.items()}
        replaced |= {"listen 80;": f"listen {http};", "listen 443 ssl;": f"listen {https} ssl;"}
        replaced |= {"    listen [::]:80;\n": "", "    listen [::]:443 ssl;\n": ""}  # not every machine has IPv6
        replaced |= {"/etc/nginx/tls/xigang-map.crt": str(certificate), "/etc/nginx/tls/xigang-map.key": str(key)}
        stack.enter_context(running_nginx(folder, shipped_conf(replaced)))
        trusted = ssl.create_default_context(cafile=certificate)
        yield wait_for(Proxy(http, https, apps, trusted, database))


def port_of(app: App) -> int:
    return httpx.URL(app.url).port


def wait_for(proxy: Proxy) -> Proxy:
    until = time.monotonic() + 10
    while True:
        try:
            assert proxy.get("/health").status_code == 200
            return proxy
        except httpx.TransportError:
            assert time.monotonic() < until, "nginx did not start"
            time.sleep(0.05)


def addresses_by_process(proxy: Proxy) -> dict[str, str]:
    """Return an address of this machine's for each process that nginx sends its first request to."""
    found: dict[str, str] = {}
    for number in range(2, 60):  # the app does not tell of 127.0.0.1
        address = f"127.0.0.{number}"
        found.setdefault(proxy.get("/_stcore/health", address).cookies[COOKIE], address)
        if len(found) == len(PROCESSES):
            break
    return found


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
    asyncio.run(stay_and_come_back(proxy))


async def stay_and_come_back(proxy):
    addresses = addresses_by_process(proxy)
    assert addresses.keys() == PROCESSES.keys(), "visitors are spread"
    log, chance = Log(), random.Random(1)
    with proxy.tabs(addresses) as tabs:
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
