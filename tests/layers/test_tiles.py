"""Online base maps: only what can be offered, each in its own datum."""

import re

import pytest

from layers.tiles import NO_TILES, SOURCES, offered_sources
from layers.webmap import WEB_DIR

LEAFLET_PARAMETERS = {"s", "x", "y", "z"}
offered = offered_sources("office-key")


def test_tianditu_is_offered_only_with_a_key():
    assert [source.id for source in offered_sources(None)] == ["osm", "amap"]
    assert [source.id for source in offered_sources("")] == ["osm", "amap"]
    assert [source.id for source in offered] == ["osm", "tianditu", "amap"]


def test_the_key_stands_in_every_url_of_its_source():
    (tianditu,) = (source for source in offered if source.id == "tianditu")
    assert all("tk=office-key" in url for url in tianditu.urls)


def test_a_key_can_neither_add_to_its_url_nor_be_taken_for_a_parameter_of_leaflet():
    (tianditu,) = (source for source in offered_sources("a&b=c/{x}#键") if source.id == "tianditu")
    assert all(url.endswith("&tk=a%26b%3Dc%2F%7Bx%7D%23%E9%94%AE") for url in tianditu.urls)


@pytest.mark.parametrize("source", offered, ids=lambda source: source.id)
def test_nothing_is_left_to_fill_in_but_leaflets_own(source):
    for url in source.urls:
        assert url.startswith("https://")
        parameters = set(re.findall(r"{(\w+)}", url))
        assert {"x", "y", "z"} <= parameters <= LEAFLET_PARAMETERS
        assert ("s" in parameters) <= bool(source.subdomains)
    assert source.attribution.startswith("©")


def test_only_amap_draws_in_a_datum_of_its_own():
    assert {source.id: source.datum for source in SOURCES} == {"osm": "WGS84", "tianditu": "WGS84", "amap": "GCJ02"}


def test_the_map_knows_the_datums():
    script = (WEB_DIR / "tiles.js").read_text(encoding="utf-8")
    assert {source.datum for source in SOURCES} - {"WGS84"} == set(re.findall(r'datum === "(\w+)"', script))


def test_no_source_is_called_none():
    assert NO_TILES not in {source.id for source in SOURCES}
