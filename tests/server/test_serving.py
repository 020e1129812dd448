"""What a process hears, when it starts, of those that serve the same record."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from geo.store.backup import BackupError
from server.serving import FOLDER, address_of, announced, answers, doubts_beside, require_stopped
from tests.upkeep.conftest import office_at


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


def test_another_program_at_the_port_of_one_that_was_killed_is_no_server_of_the_map():
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet():
            for _ in range(2):
                stream = other.accept()[0]
                stream.sendall(b"SSH-2.0-x\r\n")
                stream.close()

        threading.Thread(target=greet, daemon=True).start()
        assert not answers(f"http://127.0.0.1:{other.getsockname()[1]}")


def test_an_address_of_ipv6_has_its_brackets():
    assert address_of("2001:db8::7", 8501, "xigang") == "http://[2001:db8::7]:8501/xigang"
    assert address_of("::", 8501, "") == "http://[::1]:8501" and address_of(None, 1, "") == "http://127.0.0.1:1"


def test_who_served_on_another_machine_is_named_with_the_file_to_delete(tmp_path):
    office = office_at(tmp_path)
    file = office.state / FOLDER / "old-pc-7.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"host": "old-pc", "pid": 7, "address": "http://127.0.0.1:8501"}))
    with pytest.raises(BackupError, match=f"delete {FOLDER}/{file.name} in"):
        require_stopped(office)
    file.unlink()
    require_stopped(office)
