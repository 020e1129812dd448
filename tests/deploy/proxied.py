"""nginx on the configuration that is shipped, with HTTPS, before three processes of the app on one PostgreSQL."""

import datetime
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests import postgres
from tests.conftest import find_nginx
from tests.soak.browser import Tab
from tests.soak.sessions import App, free_port, running_app

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

    def tab(self, address: str) -> Tab:
        return Tab(self.url, trusted=self.trusted, address=address)


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
    return [str(find_nginx()), "-p", str(folder), "-c", str(folder / "nginx.conf")]


@contextmanager
def running_nginx(folder: Path, conf: str) -> Iterator[None]:
    process = subprocess.Popen(set_up(folder, conf))
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def running_proxy(folder: Path) -> Iterator[Proxy]:
    """Start it all, and let the host's name lead to this machine, in this process."""
    http, https = free_port(), free_port()
    resolve = socket.getaddrinfo

    def here(host, *more, **how):  # type: ignore[no-untyped-def]
        return resolve("127.0.0.1" if host in (HOST, HOST.encode()) else host, *more, **how)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(socket, "getaddrinfo", here))
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
