"""Show mode: the sites one by one in every language, in the right order, over any page, and nothing else of the app."""

import json
import shutil

import pytest

from geo.load import load_dataset
from layers.structure_wording import summary_in_short
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import (
    IDENTIFIER,
    ROOT,
    component,
    drawn_mask_is_empty,
    features,
    open_app,
    plain,
)
from tests.languages import strangers
from ui.link import Selection

DATA = load_dataset(ROOT / "data")
FILE = {f["id"]: f for f in features()}
WITH_GRADE = {f["properties"]["location"]["grade"]: f["id"] for f in features()}
IN_ELEMENT = next(i for i, f in FILE.items() if not f["geometry"] and f["properties"]["element"])
LIST = [*WITH_GRADE.values(), IN_ELEMENT]
PAGES = ["pages/map.py", "pages/structure.py", "pages/projects.py", "pages/opportunities.py", "pages/compare.py",
         "pages/export.py", "pages/help.py"]  # fmt: skip
IN_ALL_LANGUAGES = {LIST[0], IN_ELEMENT}
STOPS = [(site, spoken) for site in LIST for spoken in LANGUAGES if spoken == "zh" or site in IN_ALL_LANGUAGES]


def bar(app):
    return component(app, "tour_bar")


def slide(app):
    return plain(component(app, "site_slide")["html"])


def message(app):
    return component(app, "map_frame")["state"]


def has(app, key):
    return any(e.key == key for e in app.get("bidi_component"))


@pytest.mark.parametrize(("site", "language"), STOPS)
def test_a_site_is_told_in_large_type_whether_it_has_a_place_or_not(site, language):
    app, words = open_app("pages/map.py", show="1", site=site, list=",".join(LIST), lang=language), words_in(language)
    assert not app.exception
    p, text, markup = FILE[site]["properties"], slide(app), component(app, "site_slide")["html"]
    assert IDENTIFIER.findall(text + plain(bar(app)["html"])) == []
    assert p["name"] in text and DATA.project(site).name_in(language) in text
    assert words(f"phase.{p['phase']}") in text and words(f"sector.{p['sector']}") in text
    assert words(f"grade.{p['location']['grade']}") in text
    placed, known = bool(FILE[site]["geometry"]), p["location"]["grade"] in ("exact", "near")
    assert (3 <= text.count("<tr>") <= 5) if placed else "<tr>" not in text
    assert (words("show.within") in text) is (placed and not known)
    assert (words("show.districtwide") in text) is (p["location"]["grade"] == "districtwide")
    assert p["location"]["basis"]["zh"] not in text and "WGS" not in text and "121.6" not in text
    told = message(app)
    assert (told["stop"], told["tour"], told["present"]) == (site, p["element"], True)
    summary = summary_in_short(DATA.project(site).summary.in_language(language))
    assert strangers(plain(markup).replace(summary, ""), language) == set()


def test_the_shortlist_is_shown_in_its_order():
    wanted = [LIST[3], LIST[0], LIST[5], LIST[1]]
    app = open_app("pages/map.py", show="1", list=",".join(wanted), phase="key")
    assert bar(app)["stops"] == wanted and bar(app)["at"] == wanted[0]
    assert f"1 / {len(wanted)}" in bar(app)["html"]
    assert component(app, "map_frame")["query"].endswith(f"list={','.join(wanted)}")
    assert f"site={wanted[0]}" in component(app, "map_frame")["query"]


def test_without_a_shortlist_what_passes_the_filter_is_shown_placed_or_not():
    app = open_app("pages/map.py", show="1", phase="proposed")
    passing = [i for i, f in FILE.items() if f["properties"]["phase"] == "proposed"]
    assert bar(app)["stops"] == passing and {bool(FILE[i]["geometry"]) for i in passing} == {True, False}
    app.session_state["selection"] = None
    assert bar(app.run())["at"] == passing[0]


def test_a_picked_site_is_where_it_begins_and_one_outside_is_not():
    first, second, *_ = LIST
    assert bar(open_app("pages/map.py", show="1", site=second, list=f"{first},{second}"))["at"] == second
    outside = next(i for i in FILE if i not in LIST)
    app = open_app("pages/map.py", show="1", site=outside, list=f"{first},{second}")
    assert bar(app)["at"] == first and message(app)["selected"] == {"kind": "site", "id": first}


def test_a_structure_element_picked_on_the_map_changes_nothing():
    app = open_app("pages/map.py", show="1", site=LIST[1], list=",".join(LIST))
    app.session_state["selection"] = Selection("element", "axis")
    app.run()
    assert bar(app)["at"] == LIST[1] and message(app)["selected"]["id"] == LIST[1]


def test_nothing_to_show_leaves_and_says_so():
    app = open_app("pages/map.py", show="1", q="zzzz")
    assert not app.exception and not has(app, "tour_bar")
    assert words_in("zh")("show.nothing") in [toast.value for toast in app.toast]
    assert "show=1" not in component(app, "map_frame")["query"] and drawn_mask_is_empty(app)


@pytest.mark.parametrize("page", PAGES)
def test_over_any_page_the_same_is_shown_and_its_own_things_are_back_afterwards(page):
    app = open_app(page, list=",".join(LIST[:2]))
    own = {e.key for e in app.get("bidi_component")}
    app.session_state["present"] = "site"
    app.run()
    assert not app.exception and bar(app)["stops"] == LIST[:2]
    assert not {"filter_row", "project_table", "opportunities", "compare", "site_list"} & {
        e.key for e in app.get("bidi_component")
    }
    assert component(app, "map_frame")["visible"] and "show=1" in component(app, "map_frame")["query"]
    app.session_state["present"] = None
    app.run()
    assert not app.exception and {e.key for e in app.get("bidi_component")} >= own - {"site_list"}
    assert message(app)["stop"] is None and not message(app)["present"]


def test_layers_that_the_reader_has_hidden_do_not_hide_the_site():
    app = open_app("pages/map.py", show="1", list=LIST[0], hide="labels,roads,sites,structure")
    assert message(app)["hidden"] == ["roads"]


def test_the_office_offer_is_told_where_it_is_filled(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    path = tmp_path / "data/projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    offer = {"plot_ratio": 2.5, "date": "2026-03-01", "source": "招商局"}
    next(f for f in collection["features"] if f["id"] == LIST[0])["properties"]["offer"] = offer
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    monkeypatch.setenv("XIGANG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))
    words = words_in("zh")
    assert words("offer.plot_ratio") in slide(open_app("pages/map.py", show="1", list=LIST[0]))
    assert words("offer.plot_ratio") not in slide(open_app("pages/map.py", show="1", list=LIST[1]))


def test_on_the_page_of_opportunities_only_these_are_shown():
    app = open_app("pages/opportunities.py", show="1")
    phases = {"proposed", "revitalise", "preparing", "key"}
    assert set(bar(app)["stops"]) == {i for i, f in FILE.items() if f["properties"]["phase"] in phases}
    app = open_app("pages/opportunities.py", show="1", list=",".join(LIST))
    assert bar(app)["stops"] == LIST
