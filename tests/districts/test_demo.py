"""A made-up district on the same code: its own data alone, and nothing of another's on any page or in any file."""

import json
import re
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from PIL import Image

from exports.formats import FORMATS, export
from exports.request import ExportRequest, crs_offered
from geo.check import main as check
from geo.crs_candidates import candidates
from geo.district import District
from geo.load import load_dataset
from layers.webmap import build_map
from layers.words import LANGUAGES
from tests.app.test_pages import all_text, open_app
from tests.exports.readers import said_by

DEMO = Path(__file__).resolve().parent / "demo"
PAGES = ("map", "structure", "projects", "opportunities", "indicators", "compare", "data", "export", "about", "help")
# What another district's name, place, plan and files would leave behind.
FOREIGN = re.compile(
    r"西岗|Xigang(?!-)|シーガン|시강|Сиган|大连|大連|Dalian|다롄|Далян|辽宁|Liaoning|一轴|两湾|三街|四片区|"
    r"two bays|three streets|十四五|十三五|1[34]th|第1[34]次|제1[34]차|1[34]-[йя]|202[015]年|"
    r"专栏[134579]|附件|4550|CM ?123|12[01]\.\d{3}|38\.\d{3}|OpenStreetMap|AMap|Baidu|百度"
)
# What online maps are called is the same everywhere; they are off.
NOT_OURS = re.compile(r'^OpenStreetMap$|"label": "OpenStreetMap"|^.*(?:高德地图|AMap).*$', re.MULTILINE)
# Pictures, fonts, fractions, colours and the map's made-up names in a page's code.
EMBEDDED = re.compile(r"data:[^\"')]+|\d+\.\d{5,}|#[0-9a-fA-F]{6}|_[0-9a-f]{32}")


@pytest.fixture(scope="module")
def demo():
    return load_dataset(DEMO)


@pytest.fixture(autouse=True)
def chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("XIGANG_DATA_DIR", str(DEMO))
    monkeypatch.setenv("XIGANG_STATE_DIR", str(tmp_path / "state"))


def foreign(text: str) -> set[str]:
    return {text[max(found.start() - 40, 0) : found.end() + 40] for found in FOREIGN.finditer(NOT_OURS.sub("", text))}


def test_the_check_finds_nothing(capsys):
    assert check([str(DEMO)]) == 0
    assert "10 projects, 5 elements" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_tells_of_this_district_only(page, language):
    app = open_app(f"pages/{page}.py", lang=language, site="rice-lake-park")
    assert not app.exception
    parts = [e.proto.json for e in app.get("bidi_component") if e.key != "map_frame"]
    text = "\n".join([all_text(app), *(json.dumps(json.loads(part), ensure_ascii=False) for part in parts)])
    assert foreign(text) == set()
    assert {"zh": "示例区“十六五”", "en": "Demo 16th Five-Year Plan Map"}[language] in text


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"zh", "en"}))
def test_the_map_opens_in_the_other_languages(language):
    app = open_app(lang=language)
    assert not app.exception and foreign(all_text(app)) == set()


def test_the_map_itself_holds_no_other_district(demo):
    page = build_map(demo, language="zh", drawing=True).get_root().render()
    assert foreign(EMBEDDED.sub("", page)) == set()


FILES = {"zh": ("pdf", "html", "shp", "sitesheet"), "en": ("png", "pdf", "pptx", "html", "xlsx")}


@pytest.mark.parametrize("language", FILES)
def test_files_tell_of_this_district_only(demo, language, tmp_path):
    said = {}
    for code in FILES[language]:
        path = tmp_path / f"made{FORMATS[code].suffix}"
        export(demo, ExportRequest(language=language, crs="EPSG:4547"), code, path)
        said[code] = text_in(path)
        assert len(said[code]) > 100, code
    assert {code: foreign(text) for code, text in said.items()} == {code: set() for code in said}
    assert {"zh": "示例区“十六五”", "en": "16th five-year plan"}[language] in said["pdf"]


def text_in(path: Path) -> str:
    """Return what a file says, as far as its kind can be read here."""
    match path.suffix:
        case ".pdf":
            with pikepdf.open(path) as pdf:
                facts = [str(value) for value in pdf.docinfo.values()]
            return "\n".join([*facts, said_by("pdftotext", "-layout", path, "-")])
        case ".pptx" | ".xlsx":
            with ZipFile(path) as archive:
                return "\n".join(archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml"))
        case ".zip":
            with ZipFile(path) as archive:
                texts = (".csv", ".txt", ".prj")
                return "\n".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(texts))
        case ".html":
            return EMBEDDED.sub("", path.read_text(encoding="utf-8"))
        case _:
            with Image.open(path) as picture:
                return "\n".join(map(str, picture.info.values()))


def test_lengths_files_and_the_doctor_are_of_its_own_zone(demo):
    assert crs_offered(demo) == ("EPSG:4326", "EPSG:4490", "EPSG:4547")
    tested = {each.crs for each in candidates(demo.district.centre[0])}
    assert {"EPSG:4546", "EPSG:4547"} < tested and "EPSG:4550" not in tested


@pytest.mark.parametrize("crs", ["EPSG:4550", "EPSG:4525", "EPSG:3857", "EPSG:4326", "metres"])
def test_a_zone_elsewhere_is_refused(crs):
    raw = json.loads((DEMO / "district.json").read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="no CGCS2000 3-degree zone"):
        District.model_validate({**raw, "metric_crs": crs})
