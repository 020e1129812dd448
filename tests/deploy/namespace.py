"""A network that ends at this machine: only the loopback interface, and no route to anywhere."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_HOLD = "ip link set lo up && echo up && exec sleep infinity"


class Namespace:
    """A network namespace; `enter` goes before the command of a process that is to live in it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        as_root = [] if os.getuid() == 0 else ["--user", "--preserve-credentials"]
        self.enter = ["nsenter", f"--target={pid}", "--net", *as_root]

    def routes(self) -> str:
        return subprocess.run([*self.enter, "ip", "route", "show", "table", "all"], capture_output=True, text=True,
                              check=True).stdout  # fmt: skip

    def lost_packets(self) -> int:
        """Return how often anything in it has asked for an address to which there is no route."""
        kept = (self._counts("snmp")["Ip"]["OutNoRoutes"], self._counts("snmp6")["Ip6OutNoRoutes"])
        return sum(map(int, kept))

    def _counts(self, name: str) -> dict:
        lines = [line.split() for line in Path(f"/proc/{self._pid}/net/{name}").read_text().splitlines()]
        if name == "snmp6":
            return dict(lines)
        pairs = zip(lines[::2], lines[1::2], strict=True)
        return {keys[0].rstrip(":"): dict(zip(keys[1:], values[1:], strict=True)) for keys, values in pairs}


@contextmanager
def without_network() -> Iterator[Namespace]:
    """Make a network namespace, or skip the test, loudly, where this machine does not let us."""
    as_root = [] if os.getuid() == 0 else ["--map-root-user"]
    try:
        held = subprocess.Popen(["unshare", "--net", *as_root, "sh", "-c", _HOLD], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)  # fmt: skip
    except FileNotFoundError:
        pytest.skip("NOT RUN for want of unshare, which cuts off the network")
    try:
        if held.stdout.readline() != "up\n":
            pytest.skip(f"NOT RUN for want of a network namespace: {held.stderr.read().strip()}")
        yield Namespace(held.pid)
    finally:
        held.kill()
        held.communicate()
