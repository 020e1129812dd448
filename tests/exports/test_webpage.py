"""The one-file page: complete in one file, small, in both languages, and deaf to markup in the data."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from exports.request import ExportRequest, Extent, Purpose, UnknownExtentError
from exports.webpage import POLICY, webpage_html, write_webpage
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Phase, Sector
from layers.webmap import LAYERS
from layers.words import LANGUAGES, words_in
from tests.data.samples import both, collection, project_feature, sample_files, write

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 1_600_000  # five languages, and the letters of all of them
HOSTILE = '<img src=x onerror="top.hacked=1">\'</script><script>top.hacked=1</script><!--${x}'
# The namespace of SVG, and Leaflet's own name in its licence and in a credit that is switched off.
NAMED = {"www.w3.org", "leafletjs.com"}


class Page(HTMLParser):
    """Notes the elements of a page, what it links to, and its data."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.urls, self.data, self._in_data = [], [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.urls += [value for name, value in attrs if name in ("src", "href") and value]
        self._in_data = ("id", "page-data") in attrs

    def handle_endtag(self, tag):
        self._in_data = False

    def handle_data(self, data):
        if self._in_data:
            self.data += data


def data_of(text):
    return json.loads(Page(text).data)


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(ROOT / "data")


@pytest.fixture(scope="module")
def page(shipped):
    return webpage_html(shipped, ExportRequest())


def sample(tmp_path, **changes):
    files = sample_files()
    files["projects.geojson"] = collection(project_feature(**changes), version="1")
    return load_dataset(write(tmp_path, files))


# ---- one small file that needs nothing else ----


def test_the_file_is_whole_and_small(shipped, tmp_path):
    path = tmp_path / "map.html"
    write_webpage(shipped, ExportRequest(), path)
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert path.stat().st_size < MAX_BYTES
    assert list(tmp_path.iterdir()) == [path]


def test_the_page_links_to_nothing_and_names_no_host(page):
    assert [url for url in Page(page).urls if not url.startswith("data:")] == []
    assert set(re.findall(r"https?://([\w.-]+)", page)) <= NAMED
    assert [url for url in re.findall(r"url\([\"']?([^\"')]+)", page) if not url.startswith(("data:", "#"))] == []
    assert "app/static" not in page


def test_the_page_forbids_itself_every_request(page):
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in page
    assert POLICY.startswith("default-src 'none'") and "http" not in POLICY and "*" not in POLICY


def test_no_online_base_map_is_offered(page):
    menus = data_of(page)["texts"]["zh"]["panel"]["menus"]
    assert [section["kind"] for section in menus[-1]["sections"]] == ["many"]
    assert menus[-1]["id"] == "layers" and "openstreetmap.org" not in page and "tianditu.gov" not in page


# ---- what it says ----


def test_every_project_travels_in_every_language_with_its_evidence(page, shipped):
    data = data_of(page)
    assert [project["id"] for project in data["projects"]] == [project.id for project in shipped.projects]
    for language in LANGUAGES:
        texts = data["texts"][language]
        for project, facts, text in zip(shipped.projects, data["projects"], texts["projects"], strict=True):
            assert text["name"] == project.name_in(language)
            assert text["basis"] == project.location.basis.in_language(language)
            assert [mention["name"] for mention in facts["mentions"]] == [mention.name for mention in project.mentions]
            assert all(mention["place"] in texts["mentionPlaces"] for mention in facts["mentions"])
            assert facts["source"] == project.location.source and facts["accuracy"] == project.location.accuracy_m
            assert (facts["lonLat"] is not None) == facts["placed"] == project.placed


def test_every_element_travels_with_its_members(page, shipped):
    data = data_of(page)
    for placed, facts in zip(shipped.elements, data["elements"], strict=True):
        members = [project.id for project in shipped.projects if project.element == placed.element.id]
        assert facts["members"] == members and sum(facts["tally"].values()) == len(members)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_say_purpose_plan_date_and_version(page, shipped, language):
    words, notes = words_in(language), data_of(page)["texts"][language]["notes"]
    assert notes[:2] == [
        words("webpage.internal"),
        words("map.currency", month=words.month(shipped.district.plan.date)),
    ]
    assert shipped.version in notes[2]
    assert "内部示意，非法定界线" in page and "按2021年3月规划表述，非现状" in page


def test_the_page_begins_as_the_request_says(shipped):
    wanted = ProjectFilter(phases=frozenset({Phase.KEY}), sectors=frozenset({Sector.LAND}), text="地块")
    request = ExportRequest(filter=wanted, language="en", title="For the <b>meeting</b>", hidden=frozenset({"metro"}))
    text = webpage_html(shipped, request)
    start = data_of(text)["start"]
    assert start["language"] == "en" and '<html lang="en-GB">' in text
    assert "<title>For the &lt;b&gt;meeting&lt;/b&gt;</title>" in text
    assert {key: start["wanted"][key] for key in ("phase", "sector", "text", "hidden")} == {
        "phase": ["key"],
        "sector": ["land"],
        "text": "地块",
        "hidden": ["metro"],
    }


def test_the_page_begins_at_the_extent(shipped):
    def bounds(**extent):
        return data_of(webpage_html(shipped, ExportRequest(extent=Extent(**extent))))["start"]["bounds"]

    assert bounds() is None
    assert bounds(kind="view", bounds=(121.6, 38.9, 121.62, 38.92)) == [[38.9, 121.6], [38.92, 121.62]]
    west, south, east, north = shipped.element("bay-south").geometry.bounds
    assert bounds(kind="element", id="bay-south") == [[south, west], [north, east]]
    site = next(project for project in shipped.projects if project.placed)
    (south, west), (north, east) = bounds(kind="site", id=site.id)
    assert south < site.lat < north and west < site.lon < east
    unplaced = next(project for project in shipped.projects if not project.placed)
    for extent in (Extent(kind="site", id=unplaced.id), Extent(kind="element", id="no-such")):
        with pytest.raises(UnknownExtentError):
            webpage_html(shipped, ExportRequest(extent=extent))


# ---- the purpose guard ----


def test_a_public_page_without_a_review_number_holds_no_boundary(shipped):
    text = webpage_html(shipped, ExportRequest(purpose=Purpose(kind="public")))
    data = data_of(text)
    assert data["withheld"] == ["boundary"] and "boundary" not in data["codes"]["hide"]
    assert data["texts"]["zh"]["notes"][0] == words_in("zh")("webpage.no_boundary")
    assert "cnmaps" not in text, "the source of what is left out is left out too"
    ring = shipped.base["boundary"]["features"][0]["geometry"]["coordinates"]
    while not isinstance(ring[0], float):
        ring = ring[len(ring) // 2]
    corner = ",".join(str(round(number, 5)) for number in ring)
    assert corner in webpage_html(shipped, ExportRequest()) and corner not in text


def test_a_public_page_with_a_review_number_prints_it(shipped):
    request = ExportRequest(purpose=Purpose(kind="public", review_number="辽S(2026)001号"))
    data = data_of(webpage_html(shipped, request))
    assert data["withheld"] == [] and set(data["codes"]["hide"]) == set(LAYERS)
    assert data["texts"]["zh"]["notes"][0] == "审图号：辽S(2026)001号"


# ---- markup stays text ----


def test_markup_in_any_text_adds_no_element(tmp_path):
    plain, hostile = tmp_path / "plain", tmp_path / "hostile"
    bad = sample(
        hostile,
        name=HOSTILE,
        names={"en": HOSTILE},
        summary=both(HOSTILE),
        mentions=[{"box": 4, "heading": HOSTILE, "group": HOSTILE, "name": HOSTILE}],
        phase="unstated",
        location={"basis": both(HOSTILE), "address": HOSTILE, "source": HOSTILE},
    )
    assert bad.problems == ()
    text = webpage_html(bad, ExportRequest(title=HOSTILE))
    assert Page(text).tags == Page(webpage_html(sample(plain), ExportRequest())).tags
    assert "<img" not in text
    assert data_of(text)["projects"][0]["mentions"][0]["name"] == HOSTILE


@pytest.mark.parametrize("missing", [name for name in sample_files() if name != "district.json"])
def test_the_page_is_made_without_any_one_file(tmp_path, missing):
    files = sample_files()
    del files[missing]
    assert "planMapBridge" in webpage_html(load_dataset(write(tmp_path, files)), ExportRequest())
