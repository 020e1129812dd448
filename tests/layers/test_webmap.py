"""The map's page: complete, by itself, and deaf to markup in the data."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.load import load_dataset
from geo.vocabulary import Grade
from layers.webassets import FONT_FACES
from layers.webmap import LAYERS, Bridge, build_map, json_for_script, map_html, site_data, site_rows
from tests.data.samples import both, collection, element_feature, project_feature, sample_files, square, write

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = '<img src=x onerror="top.hacked=1">\'</script><script>top.hacked=1</script><!--'
PIECES = ("<img src=x", "</script><script>top", "<!--")
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


class Needs(HTMLParser):
    """Collects the addresses that a page asks for."""

    def __init__(self):
        super().__init__()
        self.urls = []

    def handle_starttag(self, tag, attrs):
        self.urls += [value for name, value in attrs if name in ("src", "href") and value]


def bridge_of(dataset):
    (bridge,) = (child for child in build_map(dataset, language="zh")._children.values() if isinstance(child, Bridge))
    return bridge


@pytest.fixture(scope="module")
def data(shipped):
    return json.loads(bridge_of(shipped).data)


# ---- parcels and added projects ----


def test_parcels_travel_as_rings_of_latitude_and_longitude(tmp_path):
    hole = [[121.609, 38.909], [121.609, 38.911], [121.611, 38.911], [121.611, 38.909], [121.609, 38.909]]
    outer = square(121.60, 38.90, 121.62, 38.92)["coordinates"][0]
    told = {"source": "survey", "date": "2026-05-06"}
    files = sample_files()
    files["projects.geojson"] = collection(
        project_feature("one", parcel={"geometry": {"type": "Polygon", "coordinates": [outer, hole]}, **told}),
        project_feature("two", parcel={"geometry": {"type": "MultiPolygon", "coordinates": [[outer]]}, **told}),
        project_feature("none", mentions=[], group=None, added=told),
    )
    sites = site_data(load_dataset(write(tmp_path, files)))["sites"]
    turned = [[lat, lon] for lon, lat in outer]
    assert sites["parcels"] == {"one": [[turned, [[lat, lon] for lon, lat in hole]]], "two": [[turned]]}
    assert sites["added"] == ["none"]


def test_without_parcels_and_added_projects_nothing_is_said_of_them(data):
    assert {"parcels", "added"} & data["sites"].keys() == set()


# ---- nothing from outside ----


def test_the_page_names_no_host_but_the_namespace_of_svg(page):
    assert set(re.findall(r"https?://[^\s\"'<>)]+", page)) <= {SVG_NAMESPACE}
    assert not re.findall(r"""["'(=]//[a-z]""", page)


def test_the_page_needs_only_files_that_are_shipped(page):
    needs = Needs()
    needs.feed(page)
    urls = [*needs.urls, *re.findall(r"url\([\"']?([^#\"')]+)", page)]
    assert {url for *_, url in FONT_FACES} <= set(urls)
    for url in urls:
        assert url.startswith("app/static/"), url
        assert (ROOT / url.removeprefix("app/")).is_file(), url


def test_the_shipped_style_sheets_need_only_files_beside_them():
    for sheet in (ROOT / "static").rglob("*.css"):
        for url in re.findall(r"url\([\"']?([^\"')]+)", sheet.read_text(encoding="utf-8")):
            assert url.startswith(("#", "%23", "data:")) or (sheet.parent / url).is_file(), url


# ---- everything once ----


def test_every_placed_project_is_a_site_and_no_other(data, shipped):
    assert sorted(data["sites"]["id"]) == sorted(project.id for project in shipped.projects if project.placed)
    assert data["sites"]["id"] == [shipped.projects[row].id for row in site_rows(shipped.projects)]
    assert {len(column) for name, column in data["sites"].items() if name != "names"} == {len(data["sites"]["id"])}


def test_sites_stand_where_the_data_says(data, shipped):
    sites = data["sites"]
    for i, identity in enumerate(sites["id"]):
        project = shipped.project(identity)
        assert (sites["lon"][i], sites["lat"][i]) == (project.lon, project.lat)
        assert sites["filled"][i] == (project.location.grade in (Grade.EXACT, Grade.NEAR))
        assert sites["names"]["zh"][i] == project.name


def test_the_best_known_sites_are_drawn_last(data):
    order = [Grade.AREA, Grade.STREET, Grade.NEAR, Grade.EXACT]
    ranks = [order.index(grade) for grade in data["sites"]["grade"]]
    assert ranks == sorted(ranks)


def test_every_element_is_drawn_and_labelled(data, shipped):
    assert set(data["elements"]) == {placed.element.id for placed in shipped.elements}
    assert all(("line" in record) != ("at" in record) for record in data["elements"].values())


def test_the_layers_that_the_reader_switches_are_those_of_the_map(shipped):
    assert set(bridge_of(shipped).by_name) | {"sites", "labels"} == set(LAYERS)


def test_the_first_view_holds_the_whole_district(data, shipped):
    (south, west), (north, east) = data["bounds"]
    assert all(west <= p.lon <= east and south <= p.lat <= north for p in shipped.projects if p.placed)


# ---- markup stays text ----


@given(st.text())
def test_no_text_gets_out_of_its_script(text):
    safe = json_for_script({text: text})
    assert not set("<>&\u2028\u2029") & set(safe)
    assert json.loads(safe) == {text: text}


def hostile(value):
    """Return `value` with the markup in every text, keys and codes left as they are."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, list):
        return [hostile(each) for each in value]
    return {key: hostile(each) for key, each in value.items()} if isinstance(value, dict) else value


@pytest.fixture(scope="module")
def hostile_dataset(tmp_path_factory):
    files = sample_files()
    files["projects.geojson"] = collection(
        project_feature(
            name=HOSTILE,
            names={"en": HOSTILE},
            group=HOSTILE,
            element_basis=both(HOSTILE),
            element="axis",
            phase="unstated",
            mentions=[{"box": 4, "heading": HOSTILE, "group": HOSTILE, "name": HOSTILE}],
            current_status={"value": HOSTILE, "date": "2026-01-01", "source": HOSTILE},
            summary=both(HOSTILE),
            location={"basis": both(HOSTILE), "address": HOSTILE, "source": HOSTILE},
        )
    )
    texts = ("name", "names", "summary", "functions", "leading_sectors", "basis", "open_edges", "group")
    elements = files["layout.geojson"]["features"]
    for element in elements:
        element["properties"] |= {field: hostile(element["properties"][field]) for field in texts}
    for name in files:
        if name.startswith("base/"):
            for each in files[name]["features"]:
                each["properties"] = {
                    **hostile(each["properties"]),
                    "kind": each["properties"].get("kind"),
                    HOSTILE: HOSTILE,
                }
                each["id"] = HOSTILE
    district = files["district.json"]
    named = {field: hostile(district[field]) for field in ("name", "short_name", "names", "short_names", "structure")}
    groups = [{**hostile(group), "id": group["id"]} for group in district["groups"]]
    files["district.json"] = {**district, **named, "groups": groups}
    return load_dataset(write(tmp_path_factory.mktemp("hostile"), files))


def test_markup_in_any_text_is_in_the_page_only_escaped(hostile_dataset):
    assert hostile_dataset.problems == ()
    page = map_html(hostile_dataset, language="en")
    assert [piece for piece in PIECES if piece in page] == []
    assert json_for_script(HOSTILE)[1:-1] in page


def test_markup_in_a_text_adds_no_element_to_the_page(hostile_dataset, tmp_path):
    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append(tag)

    counts = []
    for dataset in (hostile_dataset, load_dataset(write(tmp_path, sample_files()))):
        tags = []
        Tags().feed(map_html(dataset, language="zh"))
        counts.append(tags)
    assert counts[0] == counts[1]


# ---- what is missing is not drawn, and that is all ----


@pytest.mark.parametrize("missing", [name for name in sample_files() if name != "district.json"])
def test_the_map_is_made_without_any_one_file(tmp_path, missing):
    files = sample_files()
    del files[missing]
    assert "planMapBridge" in map_html(load_dataset(write(tmp_path, files)), language="zh")


def test_the_map_is_made_of_the_district_alone(tmp_path):
    files = {"district.json": sample_files()["district.json"]}
    assert "planMapBridge" in map_html(load_dataset(write(tmp_path, files)), language="zh")


@pytest.mark.parametrize("kind", ["line", "area"])
def test_an_element_may_have_several_parts(tmp_path, kind):
    parts = {
        "line": {
            "type": "MultiLineString",
            "coordinates": [[[121.60, 38.9], [121.61, 38.9]], [[121.62, 38.9], [121.65, 38.9]]],
        },
        "area": {"type": "MultiPolygon", "coordinates": [element_feature()["geometry"]["coordinates"]]},
    }
    files = sample_files()
    files["layout.geojson"] = collection(element_feature("parts", parts[kind], kind=kind))
    record = json.loads(bridge_of(load_dataset(write(tmp_path, files))).data)["elements"]["parts"]
    # The label runs along the longest part, or stands inside the area.
    assert record.get("line", [])[-1:] == ([[38.9, 121.65]] if kind == "line" else [])
    assert ("at" in record) == (kind == "area")
