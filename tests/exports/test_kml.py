"""KML and KMZ, read by lxml and by GDAL."""

import io
import re
import zipfile

import pyogrio
import pytest
from lxml import etree, html
from PIL import Image

from exports.kml import kml_colour, write_kml, write_kmz
from exports.request import ExportRequest
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.whole_file import write_whole
from layers import style
from tests.data.odd_projects import NAMES, SHIPPED, odd_dataset, shipped_features

KML = {"k": "http://www.opengis.net/kml/2.2"}
VAGUE = {"street", "area"}


def written(data, request, folder, suffix="kml"):
    write = {"kml": write_kml, "kmz": write_kmz}[suffix]
    return write_whole(folder / f"x.{suffix}", lambda path: write(data, request, path))


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(SHIPPED)


@pytest.fixture(scope="module")
def path(shipped, tmp_path_factory):
    return written(shipped, ExportRequest(), tmp_path_factory.mktemp("kml"))


@pytest.fixture(scope="module")
def root(path):
    return etree.parse(path).getroot()


@pytest.fixture(scope="module")
def archive(shipped, tmp_path_factory):
    with zipfile.ZipFile(written(shipped, ExportRequest(), tmp_path_factory.mktemp("kmz"), "kmz")) as opened:
        yield opened


def data_of(placemark):
    return {d.get("name"): d.findtext("k:value", namespaces=KML) for d in placemark.iterfind(".//k:Data", KML)}


def projects_in(root):
    return [p for p in root.iterfind(".//k:Placemark", KML) if "sector" in data_of(p)]


def test_every_project_stands_in_its_sectors_folder_placed_or_not(root):
    found = {}
    for folder in root.iterfind(".//k:Folder", KML):
        for placemark in folder.iterfind("k:Placemark", KML):
            data = data_of(placemark)
            if "sector" in data:
                found[data["id"]] = (folder.findtext("k:name", namespaces=KML), placemark)
    assert found.keys() == {f["id"] for f in shipped_features()}
    names = {f["properties"]["sector"]: found[f["id"]][0] for f in shipped_features()}
    assert len(set(names.values())) == len(names)
    for feature in shipped_features():
        folder, placemark = found[feature["id"]]
        properties = feature["properties"]
        coordinates = placemark.findtext("k:Point/k:coordinates", namespaces=KML)
        expected = feature["geometry"] and ",".join(map(str, feature["geometry"]["coordinates"]))
        assert (folder, coordinates) == (names[properties["sector"]], expected)
        data = data_of(placemark)
        assert data["grade"] == properties["location"]["grade"]
        assert data["basis"] == properties["location"]["basis"]["zh"]


def test_a_folder_lists_what_has_no_place(root):
    text = " ".join(folder.findtext("k:description", "", KML) for folder in root.iterfind(".//k:Folder", KML))
    listed = html.fromstring(f"<div>{text}</div>").text_content()
    assert all(f["properties"]["name"] in listed for f in shipped_features() if not f["geometry"])


def test_a_balloon_says_grade_accuracy_and_evidence(root):
    for placemark in projects_in(root):
        data, balloon = data_of(placemark), placemark.findtext("k:description", namespaces=KML)
        said = html.fromstring(balloon).text_content()
        for name in ("grade_word", "accuracy_m", "basis", "source", "checked", "mentions", "as_worded"):
            assert data[name] in said
        assert placemark.findtext("k:Snippet", namespaces=KML) == data["grade_word"]


def test_a_vague_place_has_a_circle_of_its_accuracy(root):
    *_, circles = root.iterfind(".//k:Folder", KML)
    vague = [f for f in shipped_features() if f["properties"]["location"]["grade"] in VAGUE]
    assert len(circles.findall("k:Placemark", KML)) == len(vague)


def test_colours_are_written_backwards():
    assert kml_colour("#E8B500") == "ff00b5e8"
    assert kml_colour("#14406B", 0.5) == "806b4014"


def test_styles_are_those_of_the_map(root):
    styles = {each.get("id"): each for each in root.iterfind(".//k:Style", KML)}
    for placemark in root.iterfind(".//k:Placemark", KML):
        assert placemark.findtext("k:styleUrl", namespaces=KML)[1:] in styles
    for placemark in projects_in(root):
        its = styles[placemark.findtext("k:styleUrl", namespaces=KML)[1:]]
        sector = data_of(placemark)["sector"]
        assert its.findtext("k:IconStyle/k:color", namespaces=KML) == kml_colour(style.SECTORS[sector].colour)


def test_nothing_outside_is_asked_for(root, archive):
    for text in (etree.tostring(root, encoding="unicode"), archive.read("doc.kml").decode()):
        assert set(re.findall(r"https?://[^\s\"'<]+", text)) == {KML["k"]}


def test_a_kmz_brings_the_symbols_it_names(archive):
    document = etree.fromstring(archive.read("doc.kml"))
    styles = {s.get("id"): s.findtext(".//k:href", namespaces=KML) for s in document.iterfind(".//k:Style", KML)}
    pictures = set(archive.namelist()) - {"doc.kml"}
    drawn = [p for p in projects_in(document) if p.find("k:Point", KML) is not None]
    assert {styles[p.findtext("k:styleUrl", namespaces=KML)[1:]] for p in drawn} == pictures
    for name in pictures:
        picture = Image.open(io.BytesIO(archive.read(name)))
        assert picture.getpixel((1, 1))[3] == 0 and picture.getchannel("A").getbbox()
        hollow = min(picture.convert("RGB").getpixel((32, 32))) > 240
        assert hollow == name.endswith("-vague.png")


@pytest.mark.parametrize("suffix", ["kml", "kmz"])
def test_gdal_reads_every_project(shipped, suffix, tmp_path):
    path = written(shipped, ExportRequest(language="en"), tmp_path, suffix)
    ids, points = [], 0
    for name, _ in pyogrio.list_layers(path):
        info = pyogrio.read_info(path, layer=name)
        assert info["crs"] == "EPSG:4326"
        if "sector" in info["fields"]:
            frame = pyogrio.read_dataframe(path, layer=name)
            ids += list(frame["id"])
            points += frame.geometry.notna().sum()
    assert sorted(ids) == sorted(f["id"] for f in shipped_features())
    assert points == sum(f["geometry"] is not None for f in shipped_features())


def test_odd_texts_come_back_and_no_markup_of_theirs_acts(tmp_path):
    root = etree.parse(written(odd_dataset(tmp_path), ExportRequest(), tmp_path)).getroot()
    placemarks = {data_of(p)["id"]: p for p in projects_in(root)}
    for key in NAMES.keys() - {"nul"}:
        assert placemarks[key].findtext("k:name", namespaces=KML) == NAMES[key]
    for placemark in placemarks.values():
        balloon = html.fromstring(placemark.findtext("k:description", namespaces=KML))
        assert {element.tag for element in balloon.iter()} <= {"table", "tbody", "tr", "th", "td"}
    about = root.findtext("k:Document/k:description", namespaces=KML)
    assert "U+FFFD" in about and "nul" in about


def test_nothing_found_is_still_a_document_with_the_structure(shipped, tmp_path):
    request = ExportRequest(filter=ProjectFilter(text="没有这样的项目"))
    root = etree.parse(written(shipped, request, tmp_path)).getroot()
    assert projects_in(root) == []
    assert len(root.findall(".//k:Placemark", KML)) == len(shipped.elements)
