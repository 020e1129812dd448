"""Every page in every language, every filter against the file, and what happens when files or links are wrong."""

import base64
import datetime
import html
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from geo.vocabulary import Grade, Phase, Sector
from layers.filter_panel import filter_from_values
from layers.words import LANGUAGES, words_in
from tests.languages import MARKED_CHINESE as MARKED_CHINESE
from tests.languages import name_in, strangers, told
from ui.cache import _fingerprint
from ui.link import Selection

ROOT = Path(__file__).resolve().parents[2]
PLAN_DATE = datetime.date(2021, 3, 5)
THOUSANDS = {"ru": "\u00a0"}
PAGES = ("pages/map.py", "pages/about.py", "pages/export.py", "pages/help.py")
Properties = dict[str, Any]

PREFIXES = "|".join(sorted({identifier.split(".")[0] for identifier in words_in("zh").catalogue}))
IDENTIFIER = re.compile(rf"\b(?:{PREFIXES})\.[a-z_]+\b")


def open_app(page: str = PAGES[0], **params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    if page != PAGES[0]:
        app.switch_page(page).run()
    return app


def component(app: AppTest, key: str) -> dict[str, Any]:
    """Return what was handed to one of our components, which AppTest cannot draw."""
    return next(json.loads(e.proto.json) for e in app.get("bidi_component") if e.key == key)


def rows(app: AppTest) -> list[dict[str, str]]:
    return [row for section in component(app, "site_list")["sections"] for row in section["rows"]]


def listed(app: AppTest) -> list[str]:
    return sorted(row["id"] for row in rows(app))


def drawn(app: AppTest) -> list[str]:
    """Return the ids that the message tells the map to show: its sites, taken from the page sent, by its mask."""
    message = component(app, "map_frame")
    found = re.search(r'"sites":\{"id":(\[[^]]*\])', message["html"])
    assert found
    mask = base64.b64decode(message["state"]["mask"])
    return sorted(site for i, site in enumerate(json.loads(found[1])) if mask[i // 8] >> (7 - i % 8) & 1)


def texts(app: AppTest) -> Iterator[str]:
    """Yield everything a reader can read, except the inside of the map."""
    for node in app.main:
        proto = getattr(node, "proto", None)
        for field in ("body", "label", "help", "placeholder"):
            yield str(getattr(proto, field, ""))
        for block in ("popover", "expandable"):
            yield str(getattr(getattr(proto, block, None), "label", ""))
        yield from (getattr(option, "content", option) for option in getattr(proto, "options", ()))
    parts = {e.key: component(app, e.key) for e in app.get("bidi_component")}
    yield parts.get("map_frame", {}).get("title", "")
    if "filter_row" in parts:
        yield from panel_texts(parts["filter_row"])
    listing = parts.get("site_list", {})
    yield listing.get("label", "")
    for section in listing.get("sections", ()):
        yield section["title"]
        yield from (row[part] for row in section["rows"] for part in ("name", "note", "grade"))


def panel_texts(row: dict[str, Any]) -> Iterator[str]:
    """Yield every text of the filter row, as the browser prints it."""
    words = row["panel"]["words"]
    yield from (words["search"], words["clear"], words["shown"].format(**row["result"]))
    for menu in row["panel"]["menus"]:
        yield menu["label"]
        for section in menu["sections"]:
            yield from (section.get(part, "") for part in ("label", "help", "text"))
            yield from (option["label"] for option in section.get("options", ()))


def all_text(app: AppTest) -> str:
    return "\n".join(texts(app))


def plain(text: str) -> str:
    """Return text without the marks that escape Markdown and HTML in it."""
    return html.unescape(text.replace("\\", ""))


@cache
def features(name: str = "projects") -> list[dict[str, Any]]:
    return list(json.loads((ROOT / f"data/{name}.geojson").read_text(encoding="utf-8"))["features"])


GROUP_OF_ELEMENT = {f["id"]: f["properties"]["group"] for f in features("layout")}


def ids(wanted: Callable[[Properties], bool], *, placed: bool = False) -> list[str]:
    return sorted(f["id"] for f in features() if wanted(f["properties"]) and (f["geometry"] or not placed))


def groups(p: Properties) -> set[str]:
    return {p["group"], GROUP_OF_ELEMENT.get(p["element"])} - {None}


def text_of(p: Properties) -> str:
    address = p["location"].get("address") or ""
    return "\n".join([p["name"], *p["names"].values(), *(m["name"] for m in p["mentions"]), address]).lower()


FILTERS = {
    "phase=key": lambda p: p["phase"] == "key",
    "phase=completed,unstated": lambda p: p["phase"] in ("completed", "unstated"),
    "phase=building": lambda p: p["phase"] == "building",
    "phase=building&wording=any": lambda p: "实施建设" in {m.get("heading") for m in p["mentions"]},
    "sector=health,culture": lambda p: p["sector"] in ("health", "culture"),
    "grade=unlocated": lambda p: p["location"]["grade"] == "unlocated",
    "grade=exact,near": lambda p: p["location"]["grade"] in ("exact", "near"),
    "place=bays": lambda p: "两湾" in groups(p),
    "place=district-olympic": lambda p: p["element"] == "district-olympic",
    "place=none": lambda p: not groups(p),
    "place=axis,district-129": lambda p: "一轴" in groups(p) or p["element"] == "district-129",
    "q=酒店": lambda p: "酒店" in text_of(p),
    "q=HOTEL": lambda p: "hotel" in text_of(p),
    "phase=completed&sector=health,housing&place=none&grade=exact,area": lambda p: (
        p["phase"] == "completed"
        and p["sector"] in ("health", "housing")
        and p["location"]["grade"] in ("exact", "area")
        and not groups(p)
    ),
}


@pytest.mark.parametrize("query", FILTERS)
def test_a_filter_in_the_link_shows_exactly_its_projects(query):
    app = open_app(**dict(part.split("=") for part in query.split("&")))
    wanted = ids(FILTERS[query])
    on_map = ids(FILTERS[query], placed=True)
    assert wanted, "a filter without projects proves nothing"
    assert (listed(app), drawn(app)) == (wanted, on_map)
    unplaced = len(wanted) - len(on_map)
    assert f"显示 {len(wanted)} / {len(features())} 项，其中未落图 {unplaced} 项" in all_text(app)
    titles = [section["title"] for section in component(app, "site_list")["sections"]]
    parts = (f"已落图 {len(on_map)} 项", len(on_map)), (f"未落图 {unplaced} 项", unplaced)
    assert titles == [title for title, n in parts if n]


def counts_on(app: AppTest, facet: str) -> dict[str, int]:
    """Return name → count as the menu of a facet prints them."""
    row = component(app, "filter_row")
    menu = next(menu for menu in row["panel"]["menus"] if menu["id"] == facet)
    options = next(section["options"] for section in menu["sections"] if section["kind"] == "many")
    return {option["label"]: row["result"]["counts"][facet][option["code"]] for option in options}


def change(app: AppTest, **asked: Any) -> AppTest:
    """Ask for another filter as the browser's row does, through the function that takes its message."""
    row = component(app, "filter_row")
    message = {**row["wanted"], **asked, "sequence": row["sequence"] + 1}
    app.session_state["filter"] = filter_from_values(message, known_places(row))
    app.session_state["sequence"] = message["sequence"]
    return app.run()


def known_places(row: dict[str, Any]) -> set[str]:
    return set(row["result"]["counts"]["place"])


def named(facet: str, counted: dict[str, int] | Counter[str], codes: type) -> dict[str, int]:
    return {words_in("zh")(f"{facet}.{code}"): counted.get(code, 0) for code in codes}


def test_each_option_counts_what_picking_it_would_show():
    key = [f["properties"] for f in features() if f["properties"]["phase"] == "key"]
    app = open_app(phase="key")
    everything = [f["properties"] for f in features()]
    assert counts_on(app, "phase") == named("phase", Counter(p["phase"] for p in everything), Phase)
    assert counts_on(app, "sector") == named("sector", Counter(p["sector"] for p in key), Sector)
    assert counts_on(app, "grade") == named("grade", Counter(p["location"]["grade"] for p in key), Grade)
    names = {f["id"]: f["properties"]["name"] for f in features("layout")}
    elements = Counter(names[p["element"]] for p in key if p["element"])
    by_group = Counter(group for p in key for group in groups(p))
    expected = {name: 0 for name in names.values() if name not in GROUP_OF_ELEMENT.values()}
    expected |= dict.fromkeys(GROUP_OF_ELEMENT.values(), 0) | elements | by_group
    axis = names["axis"]
    expected.pop(axis)  # the axis is its group's only element, so one pill stands for both
    expected["规划未归入"] = sum(not groups(p) for p in key)
    assert counts_on(app, "place") == expected


def test_the_filter_row_filters_as_the_link_does():
    app = open_app()
    change(app, phase=["proposed"])
    change(app, grade=["unlocated"])
    assert listed(app) == ids(lambda p: p["phase"] == "proposed" and p["location"]["grade"] == "unlocated")
    assert drawn_mask_is_empty(app)
    change(app, phase=["building", "key", "no-such-phase"])
    assert listed(app) == ids(lambda p: p["phase"] in ("key", "building") and p["location"]["grade"] == "unlocated")
    assert component(app, "map_frame")["query"] == "phase=building,key&grade=unlocated"
    assert component(app, "map_frame")["sequence"] == component(app, "filter_row")["sequence"] == 3


def drawn_mask_is_empty(app: AppTest) -> bool:
    return not any(base64.b64decode(component(app, "map_frame")["state"]["mask"]))


def test_the_map_is_sent_once_and_steered_afterwards():
    app = open_app()
    first = component(app, "map_frame")
    change(app, text="酒店")
    later = component(app, "map_frame")
    assert first["html"] and later["html"] is None
    assert first["page"] == later["page"] and first["state"]["mask"] != later["state"]["mask"]


# What each page cannot do without, beside the header.
SEEN = {
    PAGES[0]: ["filter.phase", "filter.sector", "filter.place", "filter.grade", "filter.search", "filter.clear",
               "filter.any_wording", "layers.title", "layer.roads", "tiles.none", "tiles.help", "panel.list",
               "panel.detail", "list.label", "map.label", "phase.revitalise", "sector.land", "grade.area"],
    PAGES[1]: ["about.rules", "about.offline", "about.no_problems", "about.grades", "about.grade_near",
               "about.by_phase", "about.by_sector", "about.by_group", "about.total", "about.group_note",
               "about.sources", "about.gaps"],
    PAGES[3]: ["help.intro", "help.look", "help.read_fill_text", "help.measure_draw_text", "help.take",
               "help.keys_escape"],
    PAGES[2]: ["export.format", "export.size", "export.extent", "export.purpose", "export.internal", "export.title",
               "export.presets", "export.preset_none", "export.change_filter", "export.download", "print.everything"],
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_every_language(page, language):
    app = open_app(page, lang=language)
    message = component(app, "map_frame")
    assert not app.exception
    words, text = words_in(language), plain(all_text(app))
    assert words("map.currency", month=words.month(PLAN_DATE)) in text
    assert [identifier for identifier in SEEN[page] if words(identifier) not in text] == []
    assert IDENTIFIER.findall(text) == []
    assert message["state"]["language"] == language and message["visible"] is (page == PAGES[0])
    assert strangers(text, language) == set()


@pytest.mark.parametrize("page", PAGES)
def test_the_switch_changes_the_language_and_keeps_the_filter(page):
    app = open_app(page, phase="key", site="huizhi-yunding")
    app.segmented_control(key="lang").set_value("en").run()
    assert not app.exception
    assert "Xigang 14th Five-Year Plan Map" in all_text(app)
    assert component(app, "map_frame")["query"] == "phase=key&site=huizhi-yunding&lang=en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_project_has_a_card_with_its_evidence(language):
    app = open_app(lang=language)
    words = words_in(language)
    for feature in features():
        app.session_state["selection"] = Selection("site", feature["id"])
        app.session_state["tab"] = "detail"
        app.run()
        assert not app.exception, feature["id"]
        p, text = feature["properties"], plain(all_text(app))
        facts = [p["name"], name_in(p, language), told(p["summary"], language)]
        facts += [mention["name"] for mention in p["mentions"]]
        facts += [
            told(p["location"]["basis"], language),
            words(f"grade.{p['location']['grade']}"),
            p["location"]["source"] or "",
        ]
        if feature["geometry"]:
            lon, lat = feature["geometry"]["coordinates"]
            facts.append(f"{lon:.5f}° E, {lat:.5f}° N")
            accuracy = f"{p['location']['accuracy_m']:,}".replace(",", THOUSANDS.get(language, ","))
            assert re.search(rf"±\s?{accuracy}\b", text), feature["id"]
        assert [fact for fact in facts if fact.replace("&#34;", '"') not in text.replace("&#34;", '"')] == [], feature[
            "id"
        ]
        assert IDENTIFIER.findall(text) == [], feature["id"]
        assert strangers(text.replace(p["location"]["source"] or "\0", ""), language) == set(), feature["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_has_a_card_with_its_projects(language):
    app = open_app(lang=language)
    for element in features("layout"):
        app.session_state["selection"] = Selection("element", element["id"])
        app.session_state["tab"] = "detail"
        app.run()
        assert not app.exception, element["id"]
        members = ids(lambda p, element=element: p["element"] == element["id"])
        text = plain(all_text(app))
        assert element["properties"]["name"] in text and name_in(element["properties"], language) in text
        assert strangers(text, language) == set()
        assert words_in(language)("detail.members", n=len(members)) in text
        assert sorted(b.key.removeprefix("member_") for b in app.button if b.key.startswith("member_")) == members


def test_show_only_these_filters_by_the_element():
    app = open_app(element="district-olympic")
    app.button(key="show_only").click().run()
    assert listed(app) == ids(lambda p: p["element"] == "district-olympic")


def table_rows(app: AppTest, caption: str) -> dict[str, int]:
    body = next(e.proto.body for e in app.get("html") if f"<caption>{caption}</caption>" in e.proto.body)
    found = re.findall(r'<th scope="row">(.*?)</th><td>(\d+)</td>', body)
    return {name: int(n) for name, n in found}


def test_the_page_about_the_data_counts_what_the_file_holds():
    app = open_app(PAGES[1])
    zh = words_in("zh")
    everything = [f["properties"] for f in features()]
    total = {zh("about.total"): len(everything)}
    by_phase = named("phase", Counter(p["phase"] for p in everything), Phase)
    assert table_rows(app, zh("about.by_phase")) == by_phase | total
    by_sector = named("sector", Counter(p["sector"] for p in everything), Sector)
    assert table_rows(app, zh("about.by_sector")) == by_sector | total
    by_grade = named("grade", Counter(p["location"]["grade"] for p in everything), Grade)
    assert table_rows(app, zh("about.grades")) == by_grade
    placed = sum(f["geometry"] is not None for f in features())
    intro = zh(
        "about.intro", projects=len(everything), mentions=sum(len(p["mentions"]) for p in everything), elements=10,
        placed=placed, unplaced=len(everything) - placed,
    )  # fmt: skip
    assert intro in all_text(app)


def test_a_wrong_link_says_what_is_wrong_and_keeps_the_rest():
    wrong = {"phase": "key,nonsense", "sector": "gardens", "place": "moon", "grade": "A+", "site": "no-such-site",
             "element": "no-such-element", "hide": "sewers", "tiles": "google", "view": "99/0/0", "lang": "xx",
             "wording": "some"}  # fmt: skip
    app = open_app(**wrong)
    assert not app.exception
    notice = plain("\n".join(m.value for m in app.markdown))
    for name, value in wrong.items():
        assert words_in("zh")("problem.link_value", where=name, detail=value.removeprefix("key,")) in notice
    assert listed(app) == ids(lambda p: p["phase"] == "key")
    assert [e.label for e in app.expander] == [words_in("zh")("problem.link_title", n=len(wrong))]


@pytest.mark.parametrize("view", ["", "banana", "14/38.9", "nan/nan/nan", "14/inf/121.6", "14/38.9/121.6/1"])
def test_a_view_that_is_none_is_refused(view):
    app = open_app(view=view)
    assert not app.exception
    assert component(app, "map_frame")["state"]["view"] is None


def test_a_link_can_ask_for_very_long_or_strange_text():
    app = open_app(q="字" * 5000 + "\x00\u202e<b>")
    assert not app.exception
    assert words_in("zh")("empty.filter") in all_text(app)


def test_an_empty_result_says_why_and_offers_the_way_back():
    app = open_app(q="没有这个项目")
    assert words_in("zh")("empty.filter") in all_text(app)
    app.button(key="clear_empty").click().run()
    assert listed(app) == ids(lambda p: True)


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("XIGANG_DATA_DIR", str(folder))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    return folder


FILES = ["projects.geojson", "layout.geojson", "sources.json"] + [
    f"base/{name}.geojson" for name in ("land", "neighbours", "boundary", "roads", "road_labels", "metro", "landmarks")
]
DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "not JSON": lambda path: path.write_text("{ not json", encoding="utf-8"),
    "not UTF-8": lambda path: path.write_bytes("{'西岗'}".encode("gb18030")),
    "empty": lambda path: path.write_bytes(b""),
    "another kind": lambda path: path.write_text('"text"', encoding="utf-8"),
}


# Each file damaged in one way and each damage done to several files; the loader's tests cross the two.
@pytest.mark.parametrize(("name", "damage"), list(zip(FILES, cycle(DAMAGE), strict=False)))
def test_a_missing_or_broken_file_is_named_and_the_rest_works(data, name, damage):
    DAMAGE[damage](data / name)
    app = open_app()
    for page in PAGES:
        if page != PAGES[0]:
            app.switch_page(page).run()
        assert not app.exception
        notices = plain("\n".join(m.value for e in app.expander for m in e.markdown))
        assert Path(name).name in notices
        assert "Traceback" not in all_text(app) and "Error" not in all_text(app)
        if page == PAGES[0] and name != "projects.geojson":
            assert listed(app) == ids(lambda p: True)


def test_one_bad_feature_does_not_hide_the_others(data):
    path = data / "projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    collection["features"][3]["properties"]["sector"] = "gardening"
    path.write_text(json.dumps(collection), encoding="utf-8")
    app = open_app()
    assert not app.exception
    text, spoilt = plain(all_text(app)), collection["features"][3]["id"]
    assert "gardening" in text and spoilt in text
    assert listed(app) == sorted(f["id"] for f in features() if f["id"] != spoilt)


def test_a_change_of_the_data_is_seen_without_a_restart(data):
    app = open_app()
    before = component(app, "map_frame")
    path = data / "projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    collection["features"] = collection["features"][:5]
    path.write_text(json.dumps(collection), encoding="utf-8")
    _fingerprint.clear()  # is kept for two seconds
    app = open_app()
    assert len(listed(app)) == 5
    after = component(app, "map_frame")
    assert after["page"] == before["page"], "the map stays as it is mounted"
    placed = {f["id"] for f in collection["features"] if f["geometry"]}
    assert set(after["sites"]["sites"]["id"]) == placed


@pytest.mark.parametrize("damage", DAMAGE)
def test_without_the_district_file_the_app_says_so_and_shows_no_traceback(data, damage):
    DAMAGE[damage](data / "district.json")
    app = open_app()
    assert not app.exception
    text = plain(all_text(app))
    assert "district.json" in text and "Traceback" not in text


def test_even_without_the_district_file_the_message_is_in_the_language_of_the_link(data):
    (data / "district.json").unlink()
    app = open_app(lang="en")
    assert words_in("en")("problem.file_missing", where="district.json") in plain(all_text(app))
