"""What a process hears, when it starts, of those that serve the same record."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from server.serving import announced, doubts_beside


class Well(BaseHTTPRequestHandler):
    """Answers as a server of the map that is well."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_):
        pass


@contextmanager
def another(state):
    """Let another process serve the map of a state folder."""
    with HTTPServer(("127.0.0.1", 0), Well) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        with announced(state, address):
            yield address
        server.shutdown()


@pytest.mark.parametrize(
    ("url", "is_told"), [("", True), ("sqlite:////x/map.sqlite", True), ("postgresql://h/x", False)]
)
def test_a_second_process_on_one_sqlite_record_is_told_of(tmp_path, monkeypatch, url, is_told):
    monkeypatch.setenv("XIGANG_DATABASE_URL", url)
    with another(tmp_path) as address:
        told = list(doubts_beside(tmp_path, "http://127.0.0.1:1"))
        assert len(told) == is_told and all(address in line and "PostgreSQL" in line for line in told)
        assert list(doubts_beside(tmp_path, address)) == [], "a process that was killed here, or is this one"
    assert list(doubts_beside(tmp_path, "http://127.0.0.1:1")) == [], "it has ended"
