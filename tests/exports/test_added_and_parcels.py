"""What the office adds is never shown as the plan's, and a plot is measured and drawn wherever its site is."""

import json
import zipfile
from datetime import date
from itertools import cycle

import geopandas
import pyogrio
import pyproj
import pytest

from exports.deckframe import DeckFrame
from exports.deckproject import related_projects
from exports.formats import FORMATS
from exports.geojson import write_geojson
from exports.kml import write_kmz
from exports.marginalia import notes_of, subtitle_of
from exports.records import records_of
from exports.request import ExportRequest
from exports.sitesheet import first_site_sheet
from exports.vector import write_geopackage
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.nearby import Surroundings
from layers.compare_rows import compare_rows
from layers.library_rows import table_data, unplaced_data
from layers.list_rows import list_row
from layers.webmap import site_data
from layers.wording import office_facts, site_name
from layers.words import LANGUAGES, words_in
from tests.data.odd_projects import SHIPPED
from tests.data.samples import collection, project_feature, sample_files, write

ADDED = {"source": "区政府会议纪要12号", "date": "2026-07-08"}
SIDE_M, AREA_M2 = 100, 10_000
NOT_IN_PLAN = {
    "zh": "规划未列；由区里补充（区政府会议纪要12号，2026年7月8日）",
    "en": "Not in the plan; added by the district (区政府会议纪要12号, 8 July 2026)",
}
MARKS = {"zh": "（区里补充）", "en": " (added)", "ja": "（追加）", "ko": "(추가)", "ru": " (добавлен)"}


def plot(lon, lat):
    """A square of 100 m by 100 m on the ellipsoid at 38.91° N, where 1° is 86 750 m by 111 010 m."""
    half_lon, half_lat = SIDE_M / 2 / 86_750, SIDE_M / 2 / 111_010
    west, south, east, north = (round(v, 7) for v in (lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"geometry": {"type": "Polygon", "coordinates": [ring]}, "source": "survey", "date": "2026-05-06"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    files = sample_files()
    files["projects.geojson"] = collection(
        project_feature("park", parcel=plot(121.61, 38.91)),
        project_feature("new", (121.615, 38.915), name="新馆", names={"en": "New Hall"}, mentions=[], added=ADDED,
                        group=None, phase="proposed", parcel=plot(121.615, 38.915)),
        project_feature("idea", None, name="设想", names={"en": "Idea"}, mentions=[], added=ADDED, group=None,
                        phase="unstated"),
        version="1",
    )  # fmt: skip
    dataset = load_dataset(write(tmp_path_factory.mktemp("data"), files))
    assert dataset.problems == ()
    return dataset


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_and_tables_mark_what_the_plan_does_not_name(data, language):
    words = words_in(language)
    for project in data.projects:
        wanted = project.name_in(language) + (MARKS[language] if project.id != "park" else "")
        assert site_name(words, project) == list_row(data, words, project)["name"] == wanted
    rows = {row["id"]: row for row in table_data(data, words)["rows"]}
    assert rows["new"]["name"].endswith(MARKS[language])
    assert words("library.added") in rows["new"]["cells"]
    assert words("library.added") not in rows["park"]["cells"]
    assert [row["id"] for row in unplaced_data(data, words)["rows"]] == ["idea"]


@pytest.mark.parametrize("language", NOT_IN_PLAN)
def test_every_sheet_says_by_whom_a_project_was_added_and_how_large_its_plot_is(data, language):
    words = words_in(language)
    told = dict(office_facts(data, words, data.project("new")))
    assert told[words("detail.in_plan")] == NOT_IN_PLAN[language]
    area = told[words("detail.parcel_area")]
    assert "EPSG:4550" in area and "survey" in area and "2026" in area
    assert words("detail.in_plan") not in dict(office_facts(data, words, data.project("park")))


def test_the_comparison_of_an_added_site_has_a_dash_for_its_wording(data):
    sections = compare_rows(data, words_in("zh"), Surroundings(data), list(data.projects))
    (row,) = (row for row in sections[0].rows if row.label == words_in("zh")("detail.mentions"))
    assert [[line.text for line in cell][:1] for cell in row.cells[1:]] == [["—"], ["—"]]


def test_rows_hold_the_area_of_the_plot_beside_what_is_offered(data):
    rows = {row["id"]: row for row in records_of(data, ExportRequest()).projects.rows}
    for site in ("park", "new"):
        assert rows[site]["parcel_area_m2"] == pytest.approx(AREA_M2, rel=0.002)
        assert (rows[site]["parcel_date"], rows[site]["parcel_source"]) == (date(2026, 5, 6), "survey")
    assert rows["new"]["mentions"] == NOT_IN_PLAN["zh"]
    assert (rows["new"]["added_source"], rows["new"]["added_date"]) == (ADDED["source"], date(2026, 7, 8))
    assert rows["park"]["added_source"] is None
    assert rows["idea"]["parcel_area_m2"] is None


def test_the_shipped_data_has_no_columns_for_what_nobody_has_filled_in():
    names = {each.name for each in records_of(load_dataset(SHIPPED), ExportRequest()).projects.fields}
    assert {"parcel_area_m2", "added_source"} & names == set()


WITH_ADDED = {
    "zh": "含区里补充项目 2 项", "en": "with projects added by the district: 2",
    "ja": "区が追加したプロジェクト2件を含む", "ko": "구에서 추가한 사업 2건 포함",
    "ru": "добавлено районом проектов: 2",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_says_how_many_of_its_projects_the_plan_does_not_name(data, language, tmp_path):
    request, words = ExportRequest(language=language), words_in(language)
    write_geojson(data, request, tmp_path / "a.geojson")
    told = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert WITH_ADDED[language] in told["as_worded"] and WITH_ADDED[language] in told["plan"]
    worded = {
        each["id"]: each["properties"]["as_worded"] for each in told["features"] if "as_worded" in each["properties"]
    }
    assert worded["new"] == worded["idea"] == words("library.added") and "2021" in worded["park"]
    assert WITH_ADDED[language] in subtitle_of(data, request)
    assert WITH_ADDED[language] in notes_of(data, request, data.projects)[0]


def test_nothing_is_said_of_added_projects_where_there_is_none(data):
    request = ExportRequest(filter=ProjectFilter(only=frozenset({"park"})))
    facts = {fact.key: fact.value for fact in records_of(data, request).facts}
    said = [
        facts["as_worded"],
        facts["plan"],
        subtitle_of(data, request),
        *notes_of(data, request, [data.project("park")]),
    ]
    assert "补充" not in "".join(said)


def test_a_slide_lists_and_counts_only_the_plans_own_under_the_plan(data):
    frame = DeckFrame(data, ExportRequest(), None)
    for project in data.projects:
        assert not [other.id for other in related_projects(frame, project)[1] if other.added]
    (others,) = [related_projects(frame, data.project("idea"))[1]]
    assert [other.id for other in others] == ["park"]


def test_the_map_of_a_site_holds_its_parcel_whole(tmp_path):
    files = sample_files()
    far = [[121.61, 38.91], [121.63, 38.91], [121.63, 38.912], [121.61, 38.912], [121.61, 38.91]]
    parcel = {**plot(121.61, 38.91), "geometry": {"type": "Polygon", "coordinates": [far]}}
    files["projects.geojson"] = collection(project_feature("park", parcel=parcel), version="1")
    data = load_dataset(write(tmp_path, files))
    assert data.problems == ()
    figure = first_site_sheet(data, ExportRequest())
    west, east, south, north = (*figure.axes[0].get_xlim(), *figure.axes[0].get_ylim())
    for x, y in pyproj.Transformer.from_crs("EPSG:4326", data.district.metric_crs, always_xy=True).itransform(far):
        assert west < x < east and south < y < north


@pytest.mark.parametrize(("code", "language"), list(zip(FORMATS, cycle(LANGUAGES), strict=False)))
def test_every_file_can_be_made_of_it(data, tmp_path, code, language):
    path = tmp_path / f"file{FORMATS[code].suffix}"
    FORMATS[code].write(data, ExportRequest(language=language), path, lambda *_: None)
    assert path.stat().st_size > 0


def test_the_web_page_knows_the_mark(data):
    sites = site_data(data)["sites"]
    assert (sites["added"], set(sites["parcels"])) == (["new"], {"park", "new"})


def ring_of(data, site):
    return data.project(site).parcel.geometry["coordinates"][0]


def test_geojson_holds_the_plot_as_it_is(data, tmp_path):
    write_geojson(data, ExportRequest(), tmp_path / "a.geojson")
    features = {f["id"]: f for f in json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))["features"]}
    for site in ("park", "new"):
        assert features[site]["properties"]["parcel"] == plot(*features[site]["geometry"]["coordinates"])
    assert "parcel" not in features["idea"]["properties"]


def test_geopackage_has_a_layer_of_plots(data, tmp_path):
    write_geopackage(data, ExportRequest(crs="EPSG:4550"), tmp_path / "a.gpkg")
    plots = geopandas.read_file(tmp_path / "a.gpkg", layer="parcels").set_index("id")
    assert sorted(plots.index) == ["new", "park"]
    assert list(plots.geometry.area) == pytest.approx([AREA_M2] * 2, rel=0.002)
    assert list(plots["parcel_area_m2"]) == pytest.approx(list(plots.geometry.area), abs=0.1)
    assert list(plots["parcel_source"]) == ["survey"] * 2


def test_kml_draws_the_plots(data, tmp_path):
    write_kmz(data, ExportRequest(), tmp_path / "a.kmz")
    with zipfile.ZipFile(tmp_path / "a.kmz") as archive:
        text = archive.read("doc.kml").decode()
    for lon, lat in ring_of(data, "new"):
        assert f"{lon},{lat}" in text
    assert words_in("zh")("legend.parcel") in text


def test_files_of_the_shipped_data_have_no_layer_for_plots(tmp_path):
    write_geopackage(load_dataset(SHIPPED), ExportRequest(), tmp_path / "a.gpkg")
    assert "parcels" not in {name for name, _ in pyogrio.list_layers(tmp_path / "a.gpkg")}
