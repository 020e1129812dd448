"""Three processes of the app behind nginx on one PostgreSQL; one is killed under load.

The sessions of the others must not notice. Those of the killed one reconnect as a browser does, at once and with what
they have, and must find on another process what their address says.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from tests import postgres
from tests.conftest import find_nginx
from tests.deploy.proxied import COOKIE, PROCESSES, Proxy, addresses_by_process, running_proxy
from tests.soak.browser import WAIT_S, Tab
from tests.soak.sessions import judge_answers, verdict
from tests.soak.visits import ERRORS, Crowd, Reader, Wanted

SESSIONS, LOAD_S = 30, 120
SHORT_SESSIONS, SHORT_S = 6, 12
THINK_S = (1.0, 4.0)
CARDS = ("filter", "filter", "pick", "pick", "page", "language")
GONE = next(iter(PROCESSES))
MAX_BACK_S = 10.0
"""The longest that a reader may be without the app."""
OF_READER, OF_TAB = ("wanted", "selected", "language", "path", "sequence"), ("query", "page")


class Survivor(Reader):
    """A reader who knows what was on the screen last, and finds it again."""

    def note(self, kind, run):  # type: ignore[no-untyped-def]
        super().note(kind, run)
        self.seen = {name: getattr(self, name) for name in OF_READER}
        self.tab_seen = {name: getattr(self.tab, name) for name in OF_TAB} | {"held": dict(self.tab.held)}

    @property
    def had_state(self) -> bool:
        return self.seen["wanted"] != Wanted() or bool(self.seen["selected"][1])

    async def come_back(self) -> float:
        """Connect again; return how long it took. What was under way is gone, the address is that of before."""
        began = time.perf_counter()
        await self.tab.lost()
        vars(self).update(self.seen)
        vars(self.tab).update(self.tab_seen)
        self.note("back", await self.tab.reopen(MAX_BACK_S))
        return time.perf_counter() - began


async def read(crowd: Crowd, reader: Reader, until: float) -> None:
    """Let one reader go on until the time is up."""
    while (left := until - time.monotonic()) > 0:
        await reader.tab.rest(min(crowd.think(), left))
        await crowd.act(reader, crowd.chance.choice(CARDS))


class Load:
    """The readers, by the process that they came to."""

    def __init__(self, proxy: Proxy, *, sessions: int, seconds: float) -> None:
        self.proxy, self.seconds = proxy, seconds
        self.crowd = Crowd(proxy.url, seed=4, think_s=THINK_S)
        self.readers: dict[str, list[Survivor]] = {
            process: [self._reader(proxy.tab(address)) for _ in range(sessions // len(PROCESSES))]
            for process, address in addresses_by_process(proxy).items()
        }
        self.back_s: list[float] = []
        self.had_state = 0

    def _reader(self, tab: Tab) -> Survivor:
        return Survivor(tab, self.crowd.log, self.crowd.chance, iter(()))

    async def run(self) -> None:
        """Read; kill one process after a third of the time; read on."""
        await asyncio.gather(*(reader.open() for each in self.readers.values() for reader in each))
        for process, readers in self.readers.items():
            strays = [reader for reader in readers if reader.tab.cookie(COOKIE) != process]
            self.crowd.log.faults.extend(f"a session of {process} is elsewhere" for _ in strays)
        until = time.monotonic() + self.seconds
        others = [self._watched(read(self.crowd, reader, until), process)
                  for process, readers in self.readers.items() if process != GONE for reader in readers]  # fmt: skip
        victims = [self._watched(self._survive(reader, until), GONE) for reader in self.readers[GONE]]
        await asyncio.gather(self._kill(), *others, *victims)
        await asyncio.gather(*(reader.tab.close() for each in self.readers.values() for reader in each))

    async def _watched(self, reading, process: str) -> None:  # type: ignore[no-untyped-def]
        try:
            await asyncio.wait_for(reading, self.seconds + WAIT_S)
        except ERRORS as error:
            self.crowd.log.faults.append(f"on {process}: {type(error).__name__}: {error}")

    async def _kill(self) -> None:
        await asyncio.sleep(self.seconds / 3)
        self.proxy.apps[GONE].process.kill()

    async def _survive(self, reader: Survivor, until: float) -> None:
        """Read until the connection is lost, come back, and read on."""
        reading = asyncio.create_task(read(self.crowd, reader, until))
        lost = asyncio.create_task(reader.tab.lost(self.seconds + WAIT_S))
        await asyncio.wait({reading, lost}, return_when=asyncio.FIRST_COMPLETED)
        if not lost.done():  # what was under way may hear of it first
            await asyncio.wait({lost}, timeout=1)
        if not lost.done():
            lost.cancel()
            return await reading
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        self.had_state += reader.had_state
        self.back_s.append(await reader.come_back())
        if reader.tab.cookie(COOKIE) == GONE:
            self.crowd.log.faults.append("came back to the killed process")
        await read(self.crowd, reader, until)


def missing() -> Sequence[str]:
    return [name for name, there in (("nginx", find_nginx()), ("PostgreSQL", postgres.can_run())) if not there]


def run(folder: Path, *, short: bool) -> bool:
    """Run it, print what came of it and say whether all is well; without nginx or PostgreSQL it is not."""
    sessions, seconds = (SHORT_SESSIONS, SHORT_S) if short else (SESSIONS, LOAD_S)
    what = f"1 of {len(PROCESSES)} processes killed, {sessions} sessions"
    if missing():
        return verdict(False, what, f"NOT RUN: there is no {' and no '.join(missing())}")
    with running_proxy(folder) as proxy:
        load = Load(proxy, sessions=sessions, seconds=seconds)
        asyncio.run(asyncio.wait_for(load.run(), 2 * (seconds + WAIT_S)))
        errors = [line for each, app in proxy.apps.items() if each != GONE for line in app.errors()]
    hit = len(load.readers[GONE])
    slowest = max(load.back_s, default=float("inf"))
    good = judge_answers(what, load.crowd.log, errors)
    state = f"{load.had_state} of them with a filter or a selection"
    figures = f"{len(load.back_s)} of {hit} came back, {state}, the last after {slowest:.1f} s"
    back = verdict(len(load.back_s) == hit > 0 < load.had_state and slowest <= MAX_BACK_S, f"{what}: back", figures)
    return good and back
