"""What the map page and its words hold."""

import ast
import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from geo.load import load_dataset
from geo.vocabulary import Sector, Stage
from layers import style
from layers.legend import legend_sections
from layers.state_message import site_mask
from layers.symbols import SHAPES
from layers.tiles import offered_sources
from layers.webassets import FONT_FACES, LEAFLET_CSS, LEAFLET_JS
from layers.webmap import json_for_script, map_html, site_rows
from layers.words import LANGUAGES, words_in

ROOT = Path(__file__).resolve().parents[2]
DATA = load_dataset(ROOT / "data")
PAGE = map_html(DATA, language="zh")
PLACEHOLDER = re.compile(r"{(\w+)}")
# Identifiers that are put together from a prefix and a code.
FAMILIES = ("phase.", "stage.", "sector.", "grade.", "layer.", "tiles.", "problem.", "language.", "panel.", "about.",
            "filter.", "map.", "legend.")  # fmt: skip


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@given(st.text())
def test_no_text_gets_out_of_its_script(text):
    safe = json_for_script({"name": text})
    assert not set("<>&\u2028\u2029") & set(safe)
    assert json.loads(safe) == {"name": text}


def test_the_page_names_no_outside_host():
    assert set(re.findall(r"https?://[^\s\"'<)]+", PAGE)) <= {"http://www.w3.org/2000/svg"}


def test_the_page_needs_only_files_that_are_shipped():
    urls = [url for _, url in LEAFLET_JS + LEAFLET_CSS] + list(FONT_FACES.values())
    for url in urls:
        assert url in PAGE
        assert (ROOT / url.removeprefix("app/")).is_file()


def test_the_mask_has_one_bit_a_site():
    rows = site_rows(DATA.projects)
    wanted = np.arange(len(DATA.projects)) % 3 == 0
    bits = np.unpackbits(np.frombuffer(base64.b64decode(site_mask(rows, wanted)), dtype=np.uint8))[: len(rows)]
    assert bits.tolist() == [int(wanted[row]) for row in rows]


def test_the_legend_has_every_sector_and_stage():
    codes = {item["when"] for section in legend_sections(DATA.district.groups) for item in section["items"]}
    assert {f"sector.{sector}" for sector in Sector} | {f"stage.{stage}" for stage in Stage} <= codes


def test_sectors_differ_in_shape_and_are_outlined_strongly_enough():
    assert len({looks.shape for looks in style.SECTORS.values()}) == len(Sector)
    assert {looks.shape for looks in style.SECTORS.values()} <= set(SHAPES)
    for looks in style.SECTORS.values():
        assert contrast(looks.outline, style.DISTRICT) >= 3
    for colour in (style.TEXT, style.TEXT_SECONDARY, style.TITLE):
        assert contrast(colour, style.DISTRICT) >= 4.5


def test_tianditu_is_offered_only_with_a_key():
    assert [source.id for source in offered_sources(None)] == ["osm", "amap"]
    tianditu = {source.id: source for source in offered_sources("abc")}["tianditu"]
    assert all("tk=abc" in url for url in tianditu.urls)


def test_all_languages_have_the_same_texts_and_placeholders():
    chinese = words_in("zh").catalogue
    for language in LANGUAGES:
        catalogue = words_in(language).catalogue
        assert catalogue.keys() == chinese.keys()
        for identifier, text in catalogue.items():
            assert text.strip()
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(chinese[identifier])), identifier


def used_identifiers():
    found = set()
    for folder in ("ui", "pages", "layers"):
        for path in (ROOT / folder).glob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            found |= {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    for path in (ROOT / "layers/web").glob("*.js"):
        found |= set(re.findall(r'"([a-z]+\.[a-z_]+)"', path.read_text(encoding="utf-8")))
    return found | set((ROOT / "app.py").read_text(encoding="utf-8").split('"'))


def test_every_text_is_used_and_every_used_one_exists():
    catalogue, used = words_in("zh").catalogue, used_identifiers()
    heads = {identifier.split(".")[0] + "." for identifier in catalogue}
    shaped = {u for u in used if re.fullmatch(r"[a-z]+\.[a-z_]+", u) and u.split(".")[0] + "." in heads}
    assert {u for u in shaped if u not in catalogue and not u.endswith(("_", ".css"))} == set()
    assert {i for i in catalogue if i not in used and not i.startswith(FAMILIES)} == set()


@pytest.mark.parametrize("weight", [400, 700])
def test_the_shipped_font_has_every_character_in_use(weight):
    cmap = TTFont(ROOT / FONT_FACES[weight].removeprefix("app/")).getBestCmap()
    files = [*ROOT.glob("data/**/*.json"), *ROOT.glob("data/**/*.geojson"), *ROOT.glob("locales/**/*.po")]
    used = set("".join(path.read_text(encoding="utf-8") for path in files)) - set("\n\r\t")
    assert {character for character in used if ord(character) not in cmap} == set()
