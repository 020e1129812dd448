"""A browser's tab without the browser: Streamlit's own protocol over its WebSocket, and its files over HTTP.

What the frontend does, it does, too: it keeps the address that the map's frame writes, sends cached messages' hashes
instead of having them sent again, asks on its own for parts that run on a timer, and carries its cookies.
"""

import asyncio
import itertools
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

WAIT_S = 60
RETRY_S = 0.5
KEPT_RUNS = 2
MAP_FRAME = "map_frame"
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN
FAILED = ForwardMsg.FINISHED_WITH_COMPILE_ERROR
T = TypeVar("T")


def finished(visit: Coroutine[Any, Any, T]) -> T:
    """Return what a visit ends with; in a thread of its own, as Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, visit).result()


class WrongAnswerError(Exception):
    """The app said something else than it should have, or nothing."""


@dataclass(frozen=True)
class Shown:
    """One element that a run has drawn: its kind in the protocol, itself, and the fragment that drew it."""

    kind: str
    proto: Any
    fragment: str


@dataclass
class Run:
    """What came of one message to the server: how long until the script had finished, and what it drew."""

    seconds: float
    shown: list[Shown] = field(default_factory=list)

    def elements(self, kind: str) -> Iterator[Shown]:
        return (one for one in self.shown if one.kind == kind)

    def named(self, key: str) -> Shown:
        """Return the widget of this key."""
        for one in self.shown:
            if getattr(one.proto, "id", "").endswith(f"-{key}"):
                return one
        raise WrongAnswerError(f"no {key} among {sorted({one.kind for one in self.shown})}")

    def has(self, key: str) -> bool:
        return any(getattr(one.proto, "id", "").endswith(f"-{key}") for one in self.shown)

    def data(self, key: str) -> Any:
        """Return what a component of the app's own was given."""
        return json.loads(self.named(key).proto.json)

    def text(self) -> str:
        """Return all HTML and Markdown that was drawn."""
        return "\n".join(one.proto.body for one in self.shown if one.kind in ("html", "markdown"))


class Tab:
    """One tab. `query` is its address bar's, as the map's frame writes it; `pages` the pages' hashes by path,
    `timed` the fragments that are to run again on their own, with their interval in seconds.

    Parameters
    ----------
    trusted : what certificates it trusts, where the app is behind HTTPS
    address : this machine's address that it comes from
    """

    def __init__(self, url: str, *, trusted: ssl.SSLContext | None = None, address: str | None = None) -> None:
        self.url, self.query = url.rstrip("/"), ""
        self.pages: dict[str, str] = {}
        self.page = ""
        self.session = ""
        self.held: dict[str, WidgetState] = {}
        self._cached: dict[str, tuple[int, str, ForwardMsg]] = {}
        self._runs = 0
        self.timed: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._turn = asyncio.Lock()
        self._trusted, self._address = trusted, address
        transport = httpx.AsyncHTTPTransport(verify=trusted or True, local_address=address)
        self._http = httpx.AsyncClient(timeout=WAIT_S, transport=transport)
        self._socket: ClientConnection

    async def open(self, path: str = "", query: str = "") -> Run:
        """Open the app at an address, or again after the connection was lost."""
        self.query = query
        (await self._http.get(f"{self.url}/{path}?{query}" if query else f"{self.url}/{path}")).raise_for_status()
        await self._connect()
        asked = BackMsg()
        asked.rerun_script.page_name = path
        return await self._run(asked)

    async def reopen(self, most_s: float) -> Run:
        """Connect again after the connection was lost, to whatever answers, and have the app drawn anew."""
        until = time.perf_counter() + most_s
        while True:
            try:
                await self._connect(self.session)
                return await self._run(BackMsg())
            except (OSError, httpx.HTTPError, WebSocketException):
                if time.perf_counter() > until:
                    raise
                await asyncio.sleep(RETRY_S)

    async def _connect(self, *session: str) -> None:
        self.timed.clear()
        for each in ("health", "host-config"):
            (await self._http.get(f"{self.url}/_stcore/{each}")).raise_for_status()
        parts = urlsplit(self.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        cookies = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        self._socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit", self._http.cookies.get("_streamlit_xsrf", "PLACEHOLDER_AUTH_TOKEN"), *session],
            additional_headers={"Origin": origin, **({"Cookie": cookies} if cookies else {})},
            max_size=None,
            ssl=self._trusted,
            local_addr=self._address and (self._address, 0),
        )
        self._keep_cookies()

    def _keep_cookies(self) -> None:
        """Keep the cookies that came with the WebSocket's answer."""
        answer = self._socket.response
        assert answer
        asked = httpx.Request("GET", self.url)
        self._http.cookies.extract_cookies(httpx.Response(101, headers=list(answer.headers.raw_items()), request=asked))

    def cookie(self, name: str) -> str | None:
        return self._http.cookies.get(name)

    async def lost(self, most_s: float = WAIT_S) -> None:
        """Wait until the connection is lost."""
        await asyncio.wait_for(self._socket.wait_closed(), most_s)

    async def close(self) -> None:
        await self._socket.close()
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if hasattr(self, "_socket"):
            await self.close()

    async def go(self, path: str) -> Run:
        """Change the page."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self.page = self.pages[path]
        return await self._run(asked)

    async def trigger(self, where: Run, key: str, event: str, value: Any) -> Run:
        """Let a component of the app's own tell something."""
        shown = where.named(key)
        told = json.dumps([{"event": event, "value": value}])
        state = WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{shown.proto.id}__events", json_trigger_value=told)
        return await self._changed(shown, state)

    async def click(self, where: Run, key: str) -> Run:
        shown = where.named(key)
        return await self._changed(shown, WidgetState(id=shown.proto.id, trigger_value=True))

    async def choose(self, where: Run, key: str, number: int) -> Run:
        """Choose one option of a select box or of a row of segments."""
        shown = where.named(key)
        state = WidgetState(id=shown.proto.id)
        if shown.kind == "selectbox":
            state.string_value = shown.proto.options[number]
        else:
            state.string_array_value.data.append(shown.proto.options[number].content)
        self.held[state.id] = state
        return await self._changed(shown)

    async def _changed(self, shown: Shown, *triggers: WidgetState) -> Run:
        asked = BackMsg()
        asked.rerun_script.fragment_id = shown.fragment
        asked.rerun_script.widget_states.widgets.extend(triggers)
        return await self._run(asked)

    async def download(
        self, where: Run, key: str, *, before_fetching: Callable[[], Awaitable[None]] | None = None
    ) -> bytes:
        """Return the file of a download button, made when it is asked for."""
        button = where.named(key).proto
        url = button.url
        if button.deferred_file_id:
            asked = BackMsg()
            operation = asked.backend_operation_request
            operation.request_id, operation.session_id = str(next(self._numbers)), self.session
            operation.deferred_file.file_id = button.deferred_file_id
            async with self._turn:
                await self._send(asked)
                while (answer := await self._receive()).WhichOneof("type") != "backend_operation_response":
                    pass
            told = answer.backend_operation_response
            if told.error_msg:
                raise WrongAnswerError(f"{key}: {told.error_msg}")
            url = told.deferred_file.url
        if before_fetching:
            await before_fetching()
        answer = await self._http.get(f"{self.url}/{url.lstrip('/')}")
        answer.raise_for_status()
        return answer.content

    async def _send(self, asked: BackMsg) -> None:
        await self._socket.send(asked.SerializeToString())

    async def _receive(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(self._socket.recv(decode=False), WAIT_S))
        return message

    async def _run(self, asked: BackMsg) -> Run:
        """Send what is asked and take all in until the script has finished and no other run follows."""
        rerun = asked.rerun_script
        rerun.query_string = self.query
        rerun.page_script_hash = rerun.page_script_hash or self.page
        rerun.widget_states.widgets.extend(self.held.values())
        rerun.context_info.url = self.url
        async with self._turn:
            rerun.cached_message_hashes.extend(self._cached)
            began = time.perf_counter()
            await self._send(asked)
            run = Run(0)
            while True:
                message = await self._receive()
                arrived = time.perf_counter()
                kind = message.WhichOneof("type")
                if kind == "script_finished":
                    if message.script_finished == FAILED:
                        raise WrongAnswerError("the script does not compile")
                    if message.script_finished != EARLY:
                        run.seconds = arrived - began
                        self._forget_old()
                        break
                self._take(run, message)
        self._write_address(run)
        return run

    def _take(self, run: Run, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            path = message.metadata
            message = self._cached[message.ref_hash][2]
            message.metadata.CopyFrom(path)
            kind = "delta"
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
            self.session = message.new_session.initialize.session_id
            if not message.metadata.run.fragment_ids:
                self.timed.clear()
            run.shown.clear()
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.page = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            self.timed[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for each in message.stop_auto_rerun.fragment_ids:
                self.timed.pop(each, None)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            if message.metadata.cacheable:
                self._cached[message.hash] = self._runs, message.delta.fragment_id, message
            self._take_element(run, message)

    def _take_element(self, run: Run, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type") or ""
        shown: Message = getattr(element, kind)
        if kind == "exception":
            raise WrongAnswerError(f"{element.exception.type}: {element.exception.message}")
        if getattr(shown, "set_value", False):
            self.held.pop(shown.id, None)  # the server has set another value
        run.shown.append(Shown(kind, shown, message.delta.fragment_id))

    def _forget_old(self) -> None:
        """Forget cached messages that no run has used for long, as the frontend does."""
        self._runs += 1
        self._cached = {key: one for key, one in self._cached.items() if self._runs - one[0] <= KEPT_RUNS}

    def _write_address(self, run: Run) -> None:
        if run.has(MAP_FRAME):
            self.query = run.data(MAP_FRAME)["query"]

    async def rest(self, seconds: float) -> Run | None:
        """Do nothing for a while, but for what runs on a timer; return the last that came of that."""
        until, last = time.perf_counter() + seconds, None
        while (left := until - time.perf_counter()) > 0:
            interval_s, fragment = min(((each_s, each) for each, each_s in self.timed.items()), default=(left, ""))
            await asyncio.sleep(min(interval_s, left))
            if fragment in self.timed and interval_s <= seconds:
                asked = BackMsg()
                asked.rerun_script.fragment_id, asked.rerun_script.is_auto_rerun = fragment, True
                last = await self._run(asked)
        return last
