"""Importing on the data page: what is read, asked, tried out, saved, refused and told, read back from the record."""

import csv
import io
import json
import re
import time
from hashlib import sha256

import numpy as np
import pytest
import shapely
from pyogrio.raw import write as write_raw
from pyproj import Transformer
from shapely.geometry import shape
from streamlit.testing.v1 import AppTest

from geo.crs_candidates import Candidate, Datum
from geo.intake.limits import MAX_FILE_BYTES, MIB
from geo.store.author import ANYONE, Author, Role
from geo.store.changes import Edit, Kind
from geo.store.current import open_store
from geo.store.database import database_url
from geo.store.record import with_values
from geo.store.store import Store
from layers.words import LANGUAGES, words_in
from tests.app.test_changes import drawn
from tests.app.test_pages import ROOT, all_text, component, features, open_app
from tests.geo.test_intake_hostile import READ_AROUND, REFUSED

PAGE = "pages/data.py"
EDITOR = Author("李四", Role.EDITOR)
ZH = words_in("zh")
WITHIN_S = 60
READ_ON = {code for *_, code in READ_AROUND.values()}
SITE = "huizhi-yunding"
PROJECTS = {each["id"]: each for each in features()}
(OUTLINE,) = (each for each in features("base/boundary") if each["properties"]["kind"] == "outline")
NAMES = {each["properties"]["name"] for each in PROJECTS.values()}
LANDMARKS = [
    each
    for each in features("base/landmarks")
    if shape(OUTLINE["geometry"]).contains(shape(each["geometry"])) and each["properties"]["name"] not in NAMES
]


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path))
    kept = open_store(database_url())
    kept.follow(ROOT / "data")
    return kept


class Session:
    """Who is signed in."""

    def __init__(self):
        self.author = EDITOR

    def __call__(self):
        return self.author


@pytest.fixture
def signed_in(monkeypatch):
    session = Session()
    for module in ("ui.editing", "ui.import_state"):
        monkeypatch.setattr(f"{module}.author", session)
    return session


def sheet(rows, headers=("名称", "经度", "纬度", "领域", "阶段")) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    return text.getvalue().encode()


def known_places(transform=lambda lon, lat: (lon, lat)):
    """Return rows of landmarks, at the places that the base map gives them, in another system if one is given."""
    return [
        (each["properties"]["name"], *transform(*each["geometry"]["coordinates"]), "commerce", "proposed")
        for each in LANDMARKS
    ]


def open_import(language: str = "zh") -> AppTest:
    return open_app(PAGE, task="import", lang=language)


def finish(app: AppTest) -> AppTest:
    """Run on until no part of the import is running."""
    deadline = time.monotonic() + WITHIN_S
    while any(button.key == "import_cancel" for button in app.button):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    assert not app.exception
    return app


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    return finish(app)


def field(app: AppTest, name: str):
    """Return the widget of the file at hand with this name."""
    kinds = (app.text_input, app.number_input, app.selectbox, app.radio, app.button, app.checkbox)
    return next(each for kind in kinds for each in kind if re.fullmatch(rf"import-\d+-{name}", each.key or ""))


def has(app: AppTest, name: str) -> bool:
    try:
        field(app, name)
    except StopIteration:
        return False
    return True


def sketched(app: AppTest):
    return component(app, "map_frame")["sketch"]


def give_defaults(app: AppTest) -> AppTest:
    field(app, "source").input("区自然资源分局测绘")
    field(app, "default-location.grade").set_value("exact")
    field(app, "accuracy").set_value(5)
    return app.run()


def try_out(app: AppTest) -> AppTest:
    app.button(key="import_try").click().run()
    return finish(app)


def save(app: AppTest, why: str = "测绘成果入库") -> AppTest:
    field(app, "why").input(why).run()
    app.button(key="import_save").click().run()
    return finish(app)


def ready(rows, headers=("名称", "经度", "纬度", "领域", "阶段"), name: str = "a.csv") -> AppTest:
    """Return the page with a file of known places among these rows, tried out."""
    app = upload(open_import(), name, sheet([*known_places(), *rows], headers))
    return try_out(give_defaults(app))


# ---- who may, and what ----


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_login_the_limits_and_the_template_are_shown_and_nothing_can_be_chosen(language):
    app, words = open_import(language), words_in(language)
    assert not app.exception and not app.file_uploader
    assert words("task.needs_login") in [each.value for each in app.info]
    assert all(str(most // MIB) in all_text(app) for most in MAX_FILE_BYTES.values())
    assert app.get("download_button")


def test_the_server_takes_no_larger_uploads_than_the_largest_limit():
    config = (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")
    (most_mb,) = re.findall(r"^maxUploadSize = (\d+)$", config, re.MULTILINE)
    assert int(most_mb) * MIB == max(MAX_FILE_BYTES.values())


def test_a_role_lost_since_the_dry_run_saves_nothing(store, signed_in):
    app = ready([])
    head = store.head()
    field(app, "why").input("入库").run()
    signed_in.author = ANYONE
    app.button(key="import_save").click().run()
    assert not app.exception and store.head() == head
    assert ZH("task.needs_login") in all_text(app)


# ---- which part of the file ----


def test_of_several_layers_the_first_is_read_and_another_can_be_chosen(signed_in, tmp_path):
    path = tmp_path / "two.gpkg"
    for layer, count in (("宗地", 3), ("站点", 5)):
        points = shapely.to_wkb(shapely.points(121.6 + np.arange(count) / 500, 38.91))
        names = [np.array([f"{layer}{number}" for number in range(count)], dtype=object)]
        write_raw(
            path, points, names, ["name"], layer=layer, geometry_type="Point", crs="EPSG:4326", append=path.exists()
        )
    app = upload(open_import(), "two.gpkg", path.read_bytes())
    assert field(app, "layer").options == ["宗地", "站点"]
    assert ZH("import.holds", n=3, placed=3) in all_text(app)
    field(app, "layer").set_value("站点").run()
    finish(app)
    assert ZH("import.holds", n=5, placed=5) in all_text(app)


def test_columns_that_nobody_could_know_for_coordinates_are_named_by_the_reader(signed_in):
    rows = [(f"新项目{n}", 121.60 + n / 500, 38.91) for n in range(4)]
    app = upload(open_import(), "a.csv", sheet(rows, ("名称", "甲", "乙")))
    assert told(app, "import_no_coordinates") and ZH("import.no_places") in all_text(app)
    field(app, "x").set_value("甲")
    field(app, "y").set_value("乙").run()
    field(app, "read_again").click().run()
    finish(app)
    assert ZH("import.holds", n=4, placed=4) in all_text(app)
    assert len(sketched(app)["before"]) == 4


# ---- the coordinate system ----


def test_a_certain_system_is_chosen_and_drawn_and_can_be_changed(signed_in):
    app = upload(open_import(), "a.csv", sheet(known_places()))
    assert field(app, "crs").value.crs == "EPSG:4326"
    drawn = sketched(app)
    lon, lat = LANDMARKS[0]["geometry"]["coordinates"]
    assert drawn["after"][0] == pytest.approx([lat, lon], abs=1e-6)
    field(app, "all").check().run()
    field(app, "crs").set_value(next(c for c in candidates_of(app) if c.datum == "gcj02" and not c.swapped)).run()
    assert sketched(app)["mark"] != drawn["mark"]
    assert len(sketched(app)["before"]) == len(sketched(app)["after"]) == len(LANDMARKS)


def candidates_of(app: AppTest):
    return [each.candidate for each in app.session_state["importing"].read.diagnosis.findings]


def test_points_are_sent_to_the_map_once(signed_in):
    app = upload(open_import(), "a.csv", sheet(known_places()))
    mark = sketched(app)["mark"]
    assert sketched(app)["after"]
    field(app, "source").input("测绘").run()
    assert sketched(app) == {"mark": mark}


def test_what_cannot_be_told_apart_is_asked_and_the_rest_waits(signed_in):
    app = upload(open_import(), "a.csv", sheet([(f"新项目{n}", 121.60 + n / 500, 38.91, "", "") for n in range(3)]))
    assert field(app, "crs").value is None
    assert ZH("import.crs_ask") in [each.value for each in app.warning]
    assert not has(app, "source") and "import_try" not in [each.key for each in app.button]
    assert ZH("crs.twins") in " ".join(app.radio[0].proto.captions)
    field(app, "crs").set_value(next(c for c in candidates_of(app) if c.datum == "wgs84" and not c.swapped)).run()
    assert has(app, "source")


def test_how_many_the_dry_run_will_refuse_as_outside_is_said_with_the_system(signed_in):
    away = [(f"海上{n}", 121.61, 38.70 + n / 1000, "commerce", "proposed") for n in range(3)]
    app = upload(open_import(), "a.csv", sheet([*known_places(), *away]))
    total = len(LANDMARKS) + len(away)
    assert ZH("import.outside", n=3, total=total, metres=100, margin=100) in [each.value for each in app.warning]
    app = try_out(give_defaults(app))
    assert app.session_state["importing"].dry_run.draft.counts["rejected"] == 3
    app.run()
    assert ZH("import.outside", n=3, total=total, metres=105, margin=100) in [each.value for each in app.warning]


def test_degrees_the_other_way_round_are_called_that(signed_in):
    turned = known_places(lambda lon, lat: (lat, lon))
    app = upload(open_import(), "a.csv", sheet(turned, ("名称", "X", "Y", "领域", "阶段")))
    assert field(app, "crs").value.swapped and ZH("import.no_before_swapped") in all_text(app)
    assert sketched(app)["after"] and not sketched(app)["before"]


def test_shapes_are_drawn_as_they_will_be_stored(signed_in):
    corners = [[121.600, 38.910], [121.602, 38.912], [121.602, 38.910], [121.600, 38.912], [121.600, 38.910]]
    bow_tie = {"type": "Feature", "properties": {"name": "交叉地块"},
               "geometry": {"type": "Polygon", "coordinates": [corners]}}  # fmt: skip
    points = [{"type": "Feature", "properties": {"name": each["properties"]["name"]}, "geometry": each["geometry"]}
              for each in LANDMARKS]  # fmt: skip
    content = json.dumps({"type": "FeatureCollection", "features": [bow_tie, *points]}).encode()
    app = upload(open_import(), "a.geojson", content)
    (outline,) = sketched(app)["outlines"]
    middle = (38.911, 121.601)
    assert len(outline) == 2 and all(any(at == pytest.approx(middle) for at in ring) for (ring,) in outline)
    assert ZH("import.outlined", n=1, total=1) in all_text(app)


@pytest.mark.parametrize(
    ("given", "codes"), [("EPSG:4490", ("lon", "lat")), ("EPSG:4550", ("east", "north"))], ids=["degrees", "metres"]
)
def test_a_city_grid_is_fitted_to_control_points_and_its_residuals_are_told(signed_in, given, codes):
    to_given = Transformer.from_crs("EPSG:4326", given, always_xy=True)
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True)

    def in_grid(lon, lat):
        x, y = to_metres.transform(lon, lat)
        return round(x - 600_000, 3), round(y - 4_300_000, 3)

    app = upload(open_import(), "a.csv", sheet(known_places(in_grid), ("名称", "X", "Y", "领域", "阶段")))
    assert ZH("import.crs_none_fits") in [each.value for each in app.error]
    app.session_state[app.session_state["importing"].key("grid-count")] = 3
    app.run()
    system = field(app, "grid-given")
    system.set_value(Candidate(Datum.CGCS2000, given)).run()
    for number, each in enumerate((LANDMARKS[0], LANDMARKS[4], LANDMARKS[8]), 1):
        lon, lat = each["geometry"]["coordinates"]
        for code, value in zip(("x", "y", *codes), (*in_grid(lon, lat), *to_given.transform(lon, lat)), strict=True):
            field(app, f"grid-{code}-{number}").set_value(value)
    app.run()
    field(app, "grid-fit").click().run()
    finish(app)
    assert ZH("grid.residuals") in all_text(app)
    assert field(app, "crs").value.grid, "three points can be checked, and nothing else fits"
    lon, lat = LANDMARKS[3]["geometry"]["coordinates"]
    assert sketched(app)["after"][3] == pytest.approx([lat, lon], abs=2e-5)


# ---- trying out and saving ----


def test_nothing_is_written_before_the_import_and_one_change_after_it(store, signed_in):
    head, name = store.head(), PROJECTS[SITE]["properties"]["name"]
    rows = [("岭前新项目", 121.61, 38.91, "commerce", "proposed"), (name, 121.62, 38.92, "", "")]
    app = ready(rows)
    assert store.head() == head
    assert ZH("import.counted", new=len(LANDMARKS) + 1, changed=1) in all_text(app)
    assert app.button(key="import_save").disabled and ZH("import.why_needed") in all_text(app)
    app = save(app)
    (change,) = store.changes(after=head)
    assert (change.kind, change.author, change.why) == (Kind.IMPORT, EDITOR.name, "测绘成果入库")
    assert (change.source.name, change.source.sha256) == ("a.csv", sha256(sheet([*known_places(), *rows])).hexdigest())
    assert store.entry(SITE).record["geometry"]["coordinates"] == [121.62, 38.92]
    names = {entry.record["properties"]["name"] for entry in store.entries().values()}
    assert "岭前新项目" in names
    assert ZH("import.done", name=r"a\.csv", added=len(LANDMARKS) + 1, changed=1, number=change.id) in [
        each.value for each in app.success
    ]
    assert app.file_uploader[0].value is None and "importing" not in app.session_state
    assert sketched(app) == {"mark": None}
    assert set(drawn(app, store)) == {SITE, *(set(store.entries()) - set(PROJECTS))}, "at once, as the page says"


def test_a_row_says_what_it_changes_from_and_to_and_why_it_is_rejected(signed_in):
    name = PROJECTS[SITE]["properties"]["name"]
    was = PROJECTS[SITE]["properties"]["location"]["accuracy_m"]
    app = ready([(name, 121.62, 38.92, "", ""), ("没有领域", 121.61, 38.91, "", "proposed")])
    report = next(
        each.proto.body for each in app.get("html") if "import-rows" in each.proto.body and "<table" in each.proto.body
    )
    assert ZH("edit.from_to", field=ZH("table.accuracy_m"), was=ZH.number(was), became="5") in report
    assert ZH("import.outcome_rejected") in report


def test_changed_settings_ask_for_another_dry_run(signed_in):
    app = ready([])
    assert "import_save" in [each.key for each in app.button]
    field(app, "accuracy").set_value(50).run()
    assert ZH("import.outdated") in [each.value for each in app.info]
    assert "import_save" not in [each.key for each in app.button]


def test_what_somebody_else_has_changed_since_is_told_and_tried_out_again(store, signed_in):
    name = PROJECTS[SITE]["properties"]["name"]
    app = ready([(name, 121.62, 38.92, "", "")])
    entry = store.entry(SITE)
    theirs = with_values(entry.record, [("location.address", "长江路 1 号")])
    store.save(Author("王五", Role.EDITOR), [Edit(SITE, theirs, entry.version)], why="补地址")
    head = store.head()
    app = save(app)
    assert store.head() == head, "all or nothing"
    assert ZH("import.conflict", about=1) in [each.value for each in app.warning]
    for told in (name, "王五", "补地址", "长江路 1 号"):
        assert any("import-conflict" in each.proto.body and told in each.proto.body for each in app.get("html")), told
    app = save(app)
    assert store.head() == head + 1
    record = store.entry(SITE).record
    assert record["geometry"]["coordinates"] == [121.62, 38.92]
    assert record["properties"]["location"]["address"] == "长江路 1 号"


def test_leaving_the_page_drops_the_file(signed_in):
    app = upload(open_import(), "a.csv", sheet(known_places()))
    app.switch_page("pages/map.py").run()
    assert "importing" not in app.session_state
    assert component(app, "map_frame")["sketch"] == {"mark": None}


# ---- hostile files ----


def told(app: AppTest, code: str) -> bool:
    """Whether the page says a problem in words, whatever its details are."""
    fragments = re.split(r"\{\w+\}", ZH(f"problem.{code}"))
    return all(fragment in all_text(app) for fragment in fragments)


def test_each_kind_of_hostile_file_is_told_within_seconds_and_the_next_good_one_works(signed_in):
    app = open_import()
    files = {**REFUSED, **{kind: (name, content, code) for kind, (name, content, _, code) in READ_AROUND.items()}}
    one_of_each = {code: (kind, name, content) for kind, (name, content, code) in reversed(files.items())}
    for code, (kind, name, content) in one_of_each.items():
        started = time.process_time()
        upload(app, name, content)
        assert time.process_time() - started < 20, kind
        assert told(app, code), f"{kind}: {code}"
        assert "Traceback" not in all_text(app), kind
        assert code in READ_ON or any(ZH("import.unusable") in each.value for each in app.error), kind
    upload(app, "good.csv", sheet(known_places()))
    assert field(app, "crs").value.crs == "EPSG:4326"
