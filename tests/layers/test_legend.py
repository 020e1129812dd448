"""The legend: an entry for all that can be drawn, and none for what cannot."""

import re
import xml.etree.ElementTree as ET

import pytest

from geo.vocabulary import Sector, Stage
from layers import style
from layers.legend import legend_sections
from layers.webmap import WEB_DIR, Bridge, build_map
from layers.words import LANGUAGES, words_in

SCRIPT = (WEB_DIR / "bridge.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sections(shipped):
    return legend_sections(shipped)


@pytest.fixture(scope="module")
def items(sections):
    return [item for section in sections for item in section["items"]]


def producible(dataset):
    """Return every code that ``presentCodes`` in bridge.js can find on the map, and check that it still does so."""
    (bridge,) = (child for child in build_map(dataset, language="zh")._children.values() if isinstance(child, Bridge))
    (body,) = re.findall(r"function presentCodes\(\) {(.*?)\n  }", SCRIPT, re.DOTALL)
    families = {
        '"layer." + name': {f"layer.{name}" for name in bridge.by_name},
        '"sector." + sites.all.sector[i]': {f"sector.{sector}" for sector in Sector},
        '"stage." + sites.all.stage[i]': {f"stage.{stage}" for stage in Stage},
        'sites.all.filled[i] ? "filled" : "hollow"': {"filled", "hollow"},
        '"stack"': {"stack"},
        '"picked"': {"picked"},
        '"parcel"': {"parcel"},
        '"sketch." + part': {"sketch.before", "sketch.after"},
    }
    assert set(re.findall(r"\.add\(([^()]+)\)", body)) == set(families)
    return set().union(*families.values())


def test_every_entry_has_a_cause_that_the_map_can_report(items, shipped):
    assert {item["when"] for item in items} <= producible(shipped)


def test_all_that_the_map_can_report_has_an_entry(items, shipped):
    assert producible(shipped) <= {item["when"] for item in items}


def test_every_sector_and_stage_has_its_own_symbol(items):
    for family, codes in (("sector", Sector), ("stage", Stage)):
        symbols = [item["svg"] for item in items if item["when"].startswith(f"{family}.")]
        assert len(symbols) == len(set(symbols)) == len(codes)


def test_a_sector_is_shown_in_its_colours(items):
    for sector, looks in style.SECTORS.items():
        (svg,) = (item["svg"] for item in items if item["when"] == f"sector.{sector}")
        assert looks.colour in svg and looks.outline in svg


def test_the_groups_stand_under_their_own_names(sections, shipped):
    (structure,) = (section for section in sections if section["title"] == "layer.structure")
    *named, picked = structure["items"]
    assert [item["names"]["zh"] for item in named] == [group.name for group in shipped.district.groups]
    assert all(item["names"]["en"] for item in named)
    assert style.SELECTION in picked["svg"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_has_its_words(sections, items, language):
    words = words_in(language)
    assert all(words(section["title"]) for section in sections)
    assert all(words(item["label"]) if "label" in item else item["names"][language] for item in items)


def test_every_symbol_is_well_formed(items):
    for item in items:
        assert ET.fromstring(item["svg"]).tag == "svg"
