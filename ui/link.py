"""The whole state as a link, and back: a pasted link opens the same map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from geo.filter import ProjectFilter
from geo.problem import Problem
from geo.vocabulary import Grade, Phase, Sector
from layers.filter_panel import MAX_TEXT
from layers.opportunity_wording import ORDERS, REACHES
from layers.tiles import NO_TILES
from layers.webmap import LAYERS, MAX_ZOOM, MIN_ZOOM
from layers.words import DEFAULT_LANGUAGE, LANGUAGES

Kind = Literal["site", "element"]
View = tuple[float, float, float]
PRESENTED_BY: dict[Kind, str] = {"site": "show", "element": "present"}
MAX_DETAIL = 60
LIBRARY_VIEWS = ("table", "matrix", "unplaced", "programmes")
DATA_TASKS = ("verify", "edit", "import", "changes")
VIEW_REACH_DEG = 0.5
MAX_SHORTLIST = 30
MAX_COMPARED = 6


@dataclass(frozen=True)
class Selection:
    """The one picked thing: a project site (placed or not) or a structure element."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Known:
    """What ids a link may name, and the district's centre (lon, lat), near which its view must lie."""

    places: frozenset[str]
    projects: frozenset[str]
    elements: frozenset[str]
    tiles: frozenset[str]
    centre: tuple[float, float]


@dataclass(frozen=True)
class DeskState:
    """Everything a link carries. `view` is lat, lon, zoom; None means the whole district.

    `presented` is what is shown in large type and full screen: the structure's elements for a meeting room, or the
    sites for an investor. `library` is the project library's view, `task` what is done on the data page,
    `shortlist` the ids of the projects that the reader has collected, in order, `chosen` those of them to compare
    (the first ones where none is chosen). `order` is that of the opportunities, `reach` whether the open ones alone
    are shown.
    """

    filter: ProjectFilter = field(default_factory=ProjectFilter)
    language: str = DEFAULT_LANGUAGE
    selection: Selection | None = None
    hidden: frozenset[str] = frozenset()
    tiles: str = NO_TILES
    view: View | None = None
    presented: Kind | None = None
    library: str = LIBRARY_VIEWS[0]
    task: str = DATA_TASKS[0]
    shortlist: tuple[str, ...] = ()
    chosen: frozenset[str] = frozenset()
    order: str = ORDERS[0]
    reach: str = REACHES[0]

    @property
    def compared(self) -> tuple[str, ...]:
        """The ids of the collected projects that stand side by side, in the shortlist's order."""
        chosen = tuple(each for each in self.shortlist if each in self.chosen)
        return (chosen or self.shortlist)[:MAX_COMPARED]


def encode(state: DeskState) -> str:
    """Return the query string of `state` without its view, which the browser adds; defaults are left out."""
    wanted = state.filter
    pairs: list[tuple[str, str]] = []
    for name, codes in (
        ("phase", wanted.phases),
        ("sector", wanted.sectors),
        ("place", wanted.places),
        ("grade", wanted.grades),
        ("hide", state.hidden),
    ):
        if codes:
            pairs.append((name, ",".join(sorted(codes))))
    if wanted.any_wording:
        pairs.append(("wording", "any"))
    if wanted.text.strip():
        pairs.append(("q", wanted.text.strip()))
    if state.selection:
        pairs.append((state.selection.kind, state.selection.id))
    if state.tiles != NO_TILES:
        pairs.append(("tiles", state.tiles))
    if state.language != DEFAULT_LANGUAGE:
        pairs.append(("lang", state.language))
    if state.presented:
        pairs.append((PRESENTED_BY[state.presented], "1"))
    if state.library != LIBRARY_VIEWS[0]:
        pairs.append(("library", state.library))
    if state.task != DATA_TASKS[0]:
        pairs.append(("task", state.task))
    if state.order != ORDERS[0]:
        pairs.append(("order", state.order))
    if state.reach != REACHES[0]:
        pairs.append(("reach", state.reach))
    if state.shortlist:
        pairs.append(("list", ",".join(state.shortlist)))
    if state.chosen and state.compared != state.shortlist[:MAX_COMPARED]:
        pairs.append(("compare", ",".join(state.compared)))
    return urlencode(pairs, safe=",")


class _Reader:
    """Reads parameters one by one and notes what it could not use."""

    def __init__(self, params: Mapping[str, str]) -> None:
        self.params = params
        self.problems: list[Problem] = []

    def refuse(self, name: str, *values: str) -> None:
        self.problems.append(Problem("link_value", name, _cut(", ".join(values))))

    def codes(self, name: str, known: Iterable[str]) -> frozenset[str]:
        return frozenset(self.codes_in_order(name, known))

    def codes_in_order(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        allowed = set(known)
        values = [value for value in self.params.get(name, "").split(",") if value]
        wrong = [value for value in values if value not in allowed]
        if wrong:
            self.refuse(name, *wrong)
        return tuple(dict.fromkeys(value for value in values if value in allowed))

    def shortlist(self, known: Known) -> tuple[str, ...]:
        ids = self.codes_in_order("list", known.projects)
        if len(ids) > MAX_SHORTLIST:
            self.problems.append(Problem("link_list_cut", "list", str(MAX_SHORTLIST)))
        return ids[:MAX_SHORTLIST]

    def one(self, name: str, known: Iterable[str], default: str) -> str:
        value = self.params.get(name)
        if value is None:
            return default
        for code in known:
            if code == value:
                return code
        self.refuse(name, value)
        return default

    def text(self, name: str) -> str:
        text = self.params.get(name, "")
        if len(text) > MAX_TEXT:
            self.problems.append(Problem("link_text_cut", name, str(MAX_TEXT)))
        return text[:MAX_TEXT]

    def selection(self, known: Known) -> Selection | None:
        site = self.one("site", sorted(known.projects), "")
        element = self.one("element", sorted(known.elements), "")
        if site and element:
            self.problems.append(Problem("link_two_selected", "element", element))
        if site:
            return Selection("site", site)
        return Selection("element", element) if element else None

    def presented(self) -> Kind | None:
        asked = [kind for kind, name in PRESENTED_BY.items() if self.one(name, ["1"], "") == "1"]
        return asked[0] if asked else None

    def view(self, name: str, centre: tuple[float, float]) -> View | None:
        value = self.params.get(name)
        if value is None:
            return None
        try:
            return _view(value, centre)
        except ValueError:
            self.refuse(name, value)
            return None


def _cut(detail: str) -> str:
    return detail if len(detail) <= MAX_DETAIL else detail[: MAX_DETAIL - 1] + "…"


def _view(text: str, centre: tuple[float, float]) -> View:
    zoom, lat, lon = (float(part) for part in text.split("/"))
    near = abs(lon - centre[0]) <= VIEW_REACH_DEG and abs(lat - centre[1]) <= VIEW_REACH_DEG
    if not (MIN_ZOOM <= zoom <= MAX_ZOOM and near):
        raise ValueError(text)
    return lat, lon, zoom


def decode(params: Mapping[str, str], known: Known) -> tuple[DeskState, list[Problem]]:
    """Return the state that a link's parameters ask for, and what in them could not be used."""
    reader = _Reader(params)
    wanted = ProjectFilter(
        phases=frozenset(map(Phase, reader.codes("phase", Phase))),
        any_wording=reader.one("wording", ["any", "latest"], "latest") == "any",
        sectors=frozenset(map(Sector, reader.codes("sector", Sector))),
        places=reader.codes("place", known.places),
        grades=frozenset(map(Grade, reader.codes("grade", Grade))),
        text=reader.text("q"),
    )
    shortlist = reader.shortlist(known)
    state = DeskState(
        filter=wanted,
        language=reader.one("lang", LANGUAGES, DEFAULT_LANGUAGE),
        selection=reader.selection(known),
        hidden=reader.codes("hide", LAYERS),
        tiles=reader.one("tiles", sorted(known.tiles), NO_TILES),
        view=reader.view("view", known.centre),
        presented=reader.presented(),
        library=reader.one("library", LIBRARY_VIEWS, LIBRARY_VIEWS[0]),
        task=reader.one("task", DATA_TASKS, DATA_TASKS[0]),
        shortlist=shortlist,
        chosen=frozenset(reader.codes_in_order("compare", shortlist)[:MAX_COMPARED]),
        order=reader.one("order", ORDERS, ORDERS[0]),
        reach=reader.one("reach", REACHES, REACHES[0]),
    )
    return state, reader.problems


def single_values(params: Mapping[str, Any]) -> dict[str, str]:
    """Return each parameter's value as one string; a repeated parameter is joined with commas."""
    joined = {}
    for name, value in params.items():
        values: Sequence[str] = [value] if isinstance(value, str) else list(value)
        joined[name] = ",".join(values)
    return joined
