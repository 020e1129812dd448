"""People who read the map: they filter, pick, change the page and the language, take files, and check every answer."""

import asyncio
import base64
import csv
import html
import io
import json
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from websockets.exceptions import WebSocketException

from tests.soak.browser import MAP_FRAME, Run, Tab, WrongAnswerError

FEATURES = json.loads((Path(__file__).resolve().parents[2] / "data/projects.geojson").read_text(encoding="utf-8"))
IDS = {feature["id"] for feature in FEATURES["features"]}
SHARES = {"filter": 9, "pick": 5, "page": 4, "language": 1, "export": 1}
"""What a visit is made of: so many of each, in any order; then the reader leaves. An export takes several steps."""
PAGES = ("", "projects", "structure", "opportunities", "indicators", "data", "about", "help")
WITH_FILTERS = ("", "projects", "structure", "opportunities", "data")
SAYS = {"indicators": "1.01", "about": "ODbL", "help": "Esc"}
LANGUAGES = ("zh", "en")
FORMATS = ("png", "pdf", "svg", "pptx", "atlas", "sitesheet", "siteslides", "html", "opportunities", "pack", "xlsx",
           "opportunities_xlsx", "csv", "geojson", "gpkg", "shp", "kmz")  # fmt: skip
TAKEN = ("png", "xlsx", "pdf", "csv", "png", "pptx", "xlsx", "pdf", "geojson", "png", "kmz", "html")
"""The formats taken one after the other, the usual ones more often."""
MOST_EXPORT_S = 120
ERRORS = (WrongAnswerError, WebSocketException, httpx.HTTPError, OSError, TimeoutError, KeyError)


@dataclass
class Wanted:
    """What a reader has asked for, in codes of the data."""

    phase: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    text: str = ""

    def passing(self) -> list[dict[str, Any]]:
        """Return the features that pass, told from the delivered file alone."""
        return [feature for feature in FEATURES["features"] if self._takes(feature)]

    def _takes(self, feature: dict[str, Any]) -> bool:
        of = feature["properties"]
        chosen = ((self.phase, of["phase"]), (self.sector, of["sector"]), (self.grade, of["location"]["grade"]))
        return all(code in codes for codes, code in chosen if codes) and any(
            self.text in text.lower() for text in searched(feature)
        )


def searched(feature: dict[str, Any]) -> list[str]:
    """Return the texts that a search looks through."""
    of = feature["properties"]
    mentions = [mention["name"] for mention in of["mentions"]]
    return [feature["id"], of["name"], *of["names"].values(), *mentions, of["location"]["address"] or ""]


@dataclass
class Log:
    """What happened to all readers: how long each kind of rerun took, when; files; and everything that was wrong."""

    reruns: list[tuple[str, float, float]] = field(default_factory=list)
    files: Counter[str] = field(default_factory=Counter)
    file_s: list[float] = field(default_factory=list)
    visits: int = 0
    checked: int = 0
    faults: list[str] = field(default_factory=list)


class Reader:
    """One reader at one tab."""

    def __init__(self, tab: Tab, log: Log, chance: random.Random, formats: Iterator[str]) -> None:
        self.tab, self.log, self.chance, self.formats = tab, log, chance, formats
        self.wanted, self.selected, self.language, self.path = Wanted(), ("", ""), LANGUAGES[0], ""
        self.sequence = 0
        self.at: Run
        self.shell: Run

    def note(self, kind: str, run: Run) -> None:
        self.log.reruns.append((kind, time.monotonic(), run.seconds))
        self.at = run
        if run.has("lang"):
            self.shell = run
        self.check()

    def expect(self, what: str, found: object, wanted: object) -> None:
        self.log.checked += 1
        if found != wanted:
            raise WrongAnswerError(f"{what} on /{self.path}: {found!r} instead of {wanted!r}; {self.wanted}")

    def expect_in(self, what: str, part: str, whole: str) -> None:
        self.expect(f"{what}: {part!r} told", part in whole, True)

    async def open(self) -> None:
        """Open the app at the address that the tab has, and find there what the address says."""
        self.note("open", await self.tab.open(self.path, self.tab.query))

    async def go(self, path: str, kind: str = "page") -> None:
        self.path = path
        self.note(kind, await self.tab.go(path))

    async def filter(self) -> None:
        await self._be_on("")
        self.wanted = self._any_filter()
        self.sequence += 1
        told = {**self.at.data("filter_row")["wanted"], **vars(self.wanted), "sequence": self.sequence}
        run = await self.tab.trigger(self.at, "filter_row", "changed", told)
        self.note("filter", run)
        self.expect("sequence", run.data("filter_row")["sequence"], self.sequence)

    def _any_filter(self) -> Wanted:
        if self.chance.random() < 0.2:
            return Wanted(text=self.chance.choice(FEATURES["features"])["id"].split("-")[0])
        model = self.chance.choice(FEATURES["features"])["properties"]
        of = {"phase": model["phase"], "sector": model["sector"], "grade": model["location"]["grade"]}
        facets = self.chance.sample(sorted(of), self.chance.choice((1, 1, 2)))
        return Wanted(**{facet: (of[facet],) for facet in facets})

    async def pick(self) -> None:
        """Pick a site on the map, or a project in the list where that is shown."""
        await self._be_on("")
        passing = self.wanted.passing()
        placed = [feature["id"] for feature in passing if feature["geometry"]]
        if self.at.has("site_list") and passing and self.chance.random() < 0.5:
            self.selected = "site", self.chance.choice(passing)["id"]
            run = await self.tab.trigger(self.at, "site_list", "picked", self.selected[1])
        elif placed:
            self.selected = "site", self.chance.choice(placed)
            picked = dict(zip(("kind", "id"), self.selected, strict=True))
            run = await self.tab.trigger(self.at, MAP_FRAME, "picked", picked)
        else:
            return await self.filter()
        self.note("pick", run)
        self.expect_in("the card", f"{self._name()}", run.text())

    def _name(self) -> str:
        [name] = (each["properties"]["name"] for each in FEATURES["features"] if each["id"] == self.selected[1])
        return html.escape(name)

    async def page(self) -> None:
        await self.go(self.chance.choice([path for path in PAGES if path != self.path]))

    async def language_switch(self) -> None:
        number = 1 - LANGUAGES.index(self.language)
        self.language = LANGUAGES[number]
        self.note("language", await self.tab.choose(self.shell, "lang", number))

    async def export(self, think: Callable[[], float]) -> None:
        """Go to the page of exports, choose a format, take the file, and look into it."""
        await self.go("export", "preview")
        await self.tab.rest(think())
        code = next(self.formats)
        self.note("format", await self.tab.choose(self.at, "x_format", FORMATS.index(code)))
        await self.tab.rest(think() / 2)
        began = time.perf_counter()
        button, ready = "x_download", self.at
        if ready.has("x_make"):
            button = "x_ready"
            self.note("format", await self.tab.click(self.at, "x_make"))
            ready = await self._made(button)
        content = await self.tab.download(ready, button)
        self.log.file_s.append(time.perf_counter() - began)
        self.log.files[code] += 1
        self.log.checked += 1
        look_into(code, content, self.wanted)

    async def _made(self, button: str) -> Run:
        until = time.perf_counter() + MOST_EXPORT_S
        while time.perf_counter() < until:
            ready = await self.tab.rest(0.5)
            if ready and ready.has(button):
                return ready
        raise WrongAnswerError("the file was not made")

    async def _be_on(self, path: str) -> None:
        if self.path != path:
            await self.go(path)

    def address(self) -> dict[str, str]:
        """Return what the address bar must say."""
        of = self.wanted
        parts = {"phase": ",".join(of.phase), "sector": ",".join(of.sector), "grade": ",".join(of.grade), "q": of.text}
        parts[self.selected[0]] = self.selected[1]
        parts["lang"] = self.language if self.language != LANGUAGES[0] else ""
        return {name: value for name, value in parts.items() if value}

    def check(self) -> None:
        """Compare everything that the run has drawn with what the reader has asked for."""
        run, passing = self.at, self.wanted.passing()
        placed = sum(bool(feature["geometry"]) for feature in passing)
        frame = run.data(MAP_FRAME)
        address = dict(parse_qsl(frame["query"]))
        if self.path == "structure" and not self.selected[0]:
            self.selected = "element", address.get("element", "")  # the tour begins at the first one
        self.expect("address", address, self.address())
        self.expect("language", frame["state"]["language"], self.language)
        if self.path in WITH_FILTERS:
            result = run.data("filter_row")["result"]
            counted = (result["shown"], result["unplaced"], result["total"])
            self.expect("counts", counted, (len(passing), len(passing) - placed, len(FEATURES["features"])))
        if self.path in ("", "projects"):
            self.expect("sites on the map", bits(frame["state"]["mask"]), placed)
        if self.path == "projects":
            self.expect("rows of the table", bits(run.data("project_table")["mask"]), len(passing))
        if self.path == "" and run.has("site_list"):
            listed = {row["id"] for section in run.data("site_list")["sections"] for row in section["rows"]}
            self.expect("list", listed, {feature["id"] for feature in passing})
        if said := SAYS.get(self.path):
            self.expect_in("the page", said, run.text())


def bits(text: str) -> int:
    return int.from_bytes(base64.b64decode(text), "big").bit_count()


def look_into(code: str, content: bytes, wanted: Wanted) -> None:
    """Check that a file is one of its kind, and has the projects that were asked for where they can be counted.

    Raises
    ------
    WrongAnswerError
    """
    expected = len(wanted.passing())
    try:
        good = _LOOKS[code](content, expected)
    except (ValueError, zipfile.BadZipFile, KeyError) as error:
        raise WrongAnswerError(f"{code}: {error}") from error
    if not good:
        raise WrongAnswerError(f"{code}: {len(content)} bytes that are no such file of {expected} projects: {wanted}")


def _zipped(content: bytes, *names: str) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.testzip() is None and {*names} <= {*packed.namelist()}


def _table(content: bytes, expected: int) -> bool:
    import openpyxl

    if not _zipped(content, "xl/workbook.xml"):
        return False
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    projects = book.worksheets[1]  # after the page that says what the table is
    return sum(row[0] in IDS for row in projects.iter_rows(values_only=True)) == expected


_LOOKS: dict[str, Callable[[bytes, int], bool]] = {
    "png": lambda content, _: content.startswith(b"\x89PNG\r\n") and content.endswith(b"IEND\xaeB`\x82"),
    "pdf": lambda content, _: content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF"),
    "html": lambda content, _: b"</html>" in content[-100:] and b"planMap" in content,
    "pptx": lambda content, _: _zipped(content, "ppt/presentation.xml", "ppt/slides/slide1.xml"),
    "kmz": lambda content, _: _zipped(content, "doc.kml"),
    "xlsx": _table,
    "csv": lambda content, n: len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) == n + 1,
    "geojson": lambda content, n: sum(each["id"] in IDS for each in json.loads(content)["features"]) == n,
}


class Crowd:
    """Readers who come, stay for a visit and leave, each followed by another, until the time is up.

    Parameters
    ----------
    url : where the app is
    seed : of all that is left to chance
    think_s : the shortest and the longest time that a reader thinks before the next step
    """

    def __init__(self, url: str, *, seed: int, think_s: tuple[float, float]) -> None:
        self.url, self.chance, self.think_s = url, random.Random(seed), think_s
        self.log = Log()
        self.late_s: list[float] = []
        self._formats = self._in_turn()

    def _in_turn(self) -> Iterator[str]:
        while True:
            yield from TAKEN

    def think(self) -> float:
        return self.chance.uniform(*self.think_s)

    async def stay(self, readers: int, seconds: float) -> Log:
        """Let so many readers be there all the time; they come one by one while the first of them think."""
        until = time.monotonic() + seconds
        clock = asyncio.create_task(self._watch_clock())
        await asyncio.gather(*(self._seat(number * self.think_s[1] / readers, until) for number in range(readers)))
        clock.cancel()
        return self.log

    async def _seat(self, wait_s: float, until: float) -> None:
        await asyncio.sleep(wait_s)
        while time.monotonic() < until:
            await self._visit(until)
            await asyncio.sleep(min(self.think(), max(0.0, until - time.monotonic())))

    async def _visit(self, until: float) -> None:
        cards = list(Counter(SHARES).elements())
        self.chance.shuffle(cards)
        reader = None
        try:
            async with Tab(self.url) as tab:
                reader = Reader(tab, self.log, random.Random(self.chance.random()), self._formats)
                await self.begin(reader)
                for card in cards:
                    await tab.rest(self.think())
                    if time.monotonic() > until:
                        break
                    await self.act(reader, card)
        except ERRORS as error:
            where = f"/{reader.path}?{urlencode(reader.address())}" if reader else ""
            self.log.faults.append(f"{type(error).__name__}: {error} ({where})")
        self.log.visits += 1

    async def begin(self, reader: Reader) -> None:
        await reader.open()

    async def act(self, reader: Reader, card: str) -> None:
        match card:
            case "filter":
                await reader.filter()
            case "pick":
                await reader.pick()
            case "page":
                await reader.page()
            case "language":
                await reader.language_switch()
            case _:
                await reader.export(self.think)

    async def _watch_clock(self) -> None:
        """Note how late this process itself is to hear: what it adds to the server's times."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.1)
            self.late_s.append(time.perf_counter() - began - 0.1)
