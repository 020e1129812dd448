"""Every page in every language, and what happens when files or links are wrong."""

import datetime
import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from layers.words import LANGUAGES, words_in

ROOT = Path(__file__).resolve().parents[2]
PLAN_DATE = datetime.date(2021, 3, 5)
PAGES = ("pages/map.py", "pages/about.py")


def open_app(page: str = PAGES[0], **params: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    if page != PAGES[0]:
        app.switch_page(page).run()
    return app


def all_text(app: AppTest) -> str:
    parts = [str(getattr(e, "value", "")) for kind in ("markdown", "caption", "info", "warning") for e in app.get(kind)]
    parts += [e.proto.body for e in app.get("html")]
    parts += [getattr(e, "label", "") for kind in ("button", "expander", "toggle") for e in app.get(kind)]
    return "\n".join(parts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_every_language(page, language):
    app = open_app(page, lang=language)
    assert not app.exception
    words, text = words_in(language), all_text(app)
    assert words("map.currency", month=words.month(PLAN_DATE)) in text
    for identifier in words.catalogue:
        if "." in identifier and len(identifier) > 8:
            assert identifier not in text, identifier


def test_the_counts_on_screen_are_those_of_the_data():
    features = json.loads((ROOT / "data/projects.geojson").read_text(encoding="utf-8"))["features"]
    unplaced = sum(feature["geometry"] is None for feature in features)
    total = len(features)
    assert f"**{total}** / {total} 项，其中未落图 **{unplaced}** 项" in all_text(open_app())
    proposed = [f for f in features if f["properties"]["phase"] == "proposed"]
    off = sum(f["geometry"] is None for f in proposed)
    assert f"**{len(proposed)}** / {total} 项，其中未落图 **{off}** 项" in all_text(open_app(phase="proposed"))


def test_a_wrong_link_says_what_is_wrong_and_keeps_the_rest():
    app = open_app(phase="key,nonsense", site="no-such-site", view="banana", lang="xx")
    assert not app.exception
    text = all_text(app)
    for wrong in ("nonsense", "no\\-such\\-site", "banana", "xx"):
        assert wrong in text
    assert "显示 **20**" in text


def test_an_empty_result_says_why_and_offers_the_way_back():
    app = open_app(q="没有这个项目")
    assert words_in("zh")("empty.filter") in all_text(app)
    app.button(key="clear_empty").click().run()
    assert "显示 **113**" in all_text(app)


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    monkeypatch.setenv("XIGANG_DATA_DIR", str(folder))
    return folder


@pytest.mark.parametrize(
    "name", ["projects.geojson", "layout.geojson", "base/roads.geojson", "base/land.geojson", "sources.json"]
)
@pytest.mark.parametrize("damage", ["missing", "broken"])
def test_a_missing_or_broken_file_is_named_and_the_rest_works(data, name, damage):
    (data / name).unlink() if damage == "missing" else (data / name).write_text("{ not json", encoding="utf-8")
    for page in PAGES:
        app = open_app(page)
        assert not app.exception
        assert Path(name).stem in all_text(app).replace("\\", "")


def test_one_bad_feature_does_not_hide_the_others(data):
    path = data / "projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    collection["features"][3]["properties"]["sector"] = "gardening"
    path.write_text(json.dumps(collection), encoding="utf-8")
    app = open_app()
    assert not app.exception
    text = all_text(app).replace("\\", "")
    assert "gardening" in text and collection["features"][3]["id"] in text
    assert "**112** / 112" in all_text(app)


def test_without_the_district_file_the_app_says_so_and_shows_no_traceback(data):
    (data / "district.json").unlink()
    app = open_app()
    assert not app.exception
    assert "district" in all_text(app)
