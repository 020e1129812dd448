"""How often a password may be tried, by name and by address; kept in memory, each server process for itself."""

import ipaddress
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal

from geo.store.editors.people import name_key

FREE_BY_NAME: Final = 5
FREE_BY_ADDRESS: Final = 20  # an office may share one
FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 15 * 60.0
FORGOTTEN_AFTER_S: Final = 60 * 60.0
MOST_KEPT: Final = 10_000
_Key = tuple[Literal["name", "address"], str]
_FREE: Final = {"name": FREE_BY_NAME, "address": FREE_BY_ADDRESS}


@dataclass
class _Tries:
    count: int = 0
    last_s: float = 0.0

    def free_at_s(self, free: int) -> float:
        """Return when the next try is allowed."""
        if self.count < free:
            return 0.0
        return self.last_s + min(FIRST_WAIT_S * 2.0 ** min(self.count - free, 16), LONGEST_WAIT_S)


class Attempts:
    """The failed tries of late. A try counts as failed from its beginning, so many at once gain nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tries: dict[_Key, _Tries] = {}

    def begin(self, name: str, address: str | None) -> float:
        """Return 0 where a try may be made now, and count it; else how long to wait, in seconds.

        Parameters
        ----------
        name : as it was typed, whether there is such a person or not
        address : IP address of the one who tries; None where it is not known
        """
        with self._lock:
            now = self._clock()
            keys = list(_keys(name, address))
            wait = max(self._tries.get(key, _Tries()).free_at_s(_FREE[key[0]]) - now for key in keys)
            if wait > 0:
                return wait
            for key in keys:
                self._count(key, now)
            return 0.0

    def succeed(self, name: str, address: str | None) -> None:
        """Forget the failures of a name that was let in; of its address only this try, others may guess from there."""
        with self._lock:
            for key in _keys(name, address):
                tries = self._tries.pop(key, None)
                if tries and key[0] == "address" and tries.count > 1:
                    self._tries[key] = _Tries(tries.count - 1, tries.last_s)

    def _count(self, key: _Key, now: float) -> None:
        tries = self._tries.pop(key, _Tries())
        if now - tries.last_s > FORGOTTEN_AFTER_S:
            tries = _Tries()
        self._tries[key] = _Tries(tries.count + 1, now)  # the last in order is the latest
        while len(self._tries) > MOST_KEPT:
            del self._tries[next(iter(self._tries))]


def _keys(name: str, address: str | None) -> Iterator[_Key]:
    yield "name", name_key(name)
    if address:
        yield "address", _network(address)


def _network(address: str) -> str:
    """Return an address as it is counted: of IPv6 the /64, which is one subscriber's."""
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False)) if version == 6 else address
