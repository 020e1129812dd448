"""The office's own base maps: as the settings name them, what is refused, where their pictures may come from."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from geo.load import load_dataset
from geo.local_tiles import PUBLIC
from geo.settings import FILE_VARIABLE, SettingsError, _settings, settings
from layers.filter_panel import layers_menu
from layers.tiles import NO_TILES, SOURCES, offered_sources
from layers.words import words_in
from server.__main__ import main
from server.headers import origins_of, policy
from server.tiles import tile_routes
from tests.data.tile_files import VECTOR, write_tiles
from tests.districts.test_demo import DEMO

XYZ = """[[tiles]]
id = "aerial"
name = "2025年影像"
name_en = "Aerial pictures of 2025"
url = "http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png"
attribution = "某局 <2025>"
"""


@pytest.fixture
def given(tmp_path, monkeypatch):
    """Take a text as the settings' file."""
    monkeypatch.delenv("TIANDITU_KEY", raising=False)
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "settings.toml"))

    def give(text: str):
        (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
        _settings.cache_clear()
        return settings()

    return give


def sources(read):
    return offered_sources(read.tianditu_key, read.tiles, public=read.public_tiles)


def test_an_own_base_map_stands_first_and_the_public_ones_can_be_taken_away(given):
    assert [source.id for source in sources(given(XYZ))] == ["aerial", "osm", "amap"]
    (aerial,) = sources(given(f"public_tiles = false\n{XYZ}"))
    assert (aerial.name_in(words_in("zh")), aerial.name_in(words_in("ru"))) == ("2025年影像", "Aerial pictures of 2025")
    assert aerial.attribution_in("zh") == aerial.attribution_in("en") == "某局 &lt;2025&gt;" and aerial.datum == "WGS84"
    (told,) = sources(given(f'public_tiles = false\n{XYZ}attribution_en = "Bureau"'))
    assert (told.attribution_in("zh"), told.attribution_in("ko")) == ("某局 &lt;2025&gt;", "Bureau")
    assert sources(given("public_tiles = false")) == ()


def test_the_policy_lets_pictures_come_from_its_server_and_from_no_other(given):
    only_own = sources(given(f"public_tiles = false\n{XYZ}"))
    assert origins_of(only_own) == ["http://10.1.2.3:8080"]
    (pictures,) = (part for part in policy(["self"], only_own).split("; ") if part.startswith("img-src"))
    assert pictures == "img-src 'self' data: blob: http://10.1.2.3:8080"
    bare = XYZ.replace("/tiles/{z}/{x}/{y}.png", "?z={z}&x={x}&y={y}")
    assert origins_of(sources(given(f"public_tiles = false\n{bare}"))) == ["http://10.1.2.3:8080"]
    spread = XYZ.replace("10.1.2.3:8080", "t{s}.map.example").replace("attribution", 'subdomains = "01"\nattribution')
    read = given(f"public_tiles = false\n{spread}")
    assert origins_of(sources(read)) == ["http://t0.map.example", "http://t1.map.example"]


def test_a_tianditu_node_and_a_wmts_are_asked_as_they_want_to_be(given):
    node = XYZ.replace('url = "http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png"',
                       'kind = "tianditu"\nurl = "http://10.1.2.3/tdt/"\nlayers = ["img", "cia"]')  # fmt: skip
    own, *_ = sources(given(node))
    assert [url.split("?")[0] for url in own.urls] == [
        "http://10.1.2.3/tdt/img_w/wmts",
        "http://10.1.2.3/tdt/cia_w/wmts",
    ]
    assert all("TILEMATRIX={z}&TILEROW={y}&TILECOL={x}" in url and "tk=" not in url for url in own.urls)
    own, *_ = sources(given(f'{node}key = "abc123"\n'))
    assert all(url.endswith("&tk=abc123") for url in own.urls)
    wmts = XYZ.replace("xyz", "wmts").replace("{z}/{x}/{y}", "{TileMatrix}/{TileRow}/{TileCol}")
    assert sources(given(wmts))[0].urls == ("http://10.1.2.3:8080/tiles/{z}/{y}/{x}.png",)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('id = "aerial"', 'id = "osm"', "public base map"),
        ('id = "aerial"', 'id = "航片"', "small letters"),
        ('attribution = "某局 <2025>"', "", "attribution: 缺少"),
        ('name = "2025年影像"', "", "name: 缺少"),
        ("name_en", "english", "english: 没有这一项"),
        ("{y}", "{row}", "{row}"),
        ("{z}/", "", "url needs {z}, {x} and {y}"),
        ("http://10.1.2.3:8080", "file:///d:", "http://"),
        ("http://10.1.2.3:8080", "HTTP://10.1.2.3:8080", "http://"),
        ("http://10.1.2.3:8080", "http://10.1.2.3; script-src *", "semicolon"),
        (".png", ".png?styles=a,b", "a comma as %2C"),
        ("http://10.1.2.3", "http://name:word@10.1.2.3", "no user name"),
        ("10.1.2.3", "影像.example", "xn--"),
        ("10.1.2.3:8080", "*", "the host in url"),
        ("url =", 'kind = "tianditu"\nurl = ["http://10.1.2.3", "http://10.1.2.4"]\n#', "one node"),
        ("/tiles/", "/vec_c/wmts/", "in degrees"),
        (".png", ".png?srs=EPSG:4490", "in degrees"),
        ("10.1.2.3:8080", "webst01.is.autonavi.com", "GCJ-02"),
        ("10.1.2.3:8080", "maponline0.bdimg.com", "BD-09"),
        ("10.1.2.3", "t{s}.map.example", "subdomains"),
        ('id = "aerial"', 'id = "aerial"\nmin_zoom = 19', "min_zoom is above max_zoom"),
        ('id = "aerial"', 'id = "aerial"\nmax_zoom = 30', "0 to 22"),
        ('id = "aerial"', 'id = "aerial"\nkind = "wms"', '"pmtiles"'),
        ('id = "aerial"', 'id = "aerial"\nkind = "pmtiles"', "pmtiles wants file"),
        ("[[tiles]]", "[tiles]", "tables [[tiles]]"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_table(given, capsys, was, becomes, said):
    with pytest.raises(SettingsError) as caught:
        given(XYZ.replace(was, becomes))
    told = str(caught.value)
    assert said in told and "settings.toml, " in told and "tiles" in told
    assert main(["check"]) == 2 and said in capsys.readouterr().err


def test_two_of_one_id_are_refused_and_shifted_pictures_are_taken_where_they_say_so(given):
    with pytest.raises(SettingsError, match="stands twice"):
        given(XYZ + XYZ)
    shifted = XYZ.replace("10.1.2.3:8080", "webst01.is.autonavi.com") + 'datum = "GCJ02"\n'
    assert sources(given(shifted))[0].datum == "GCJ02"


def test_a_file_is_served_by_the_app_itself(given, tmp_path):
    table = XYZ.replace('url = "http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png"', 'kind = "pmtiles"\nfile = "影像.pmtiles"')
    with pytest.raises(SettingsError, match="there is no file"):
        given(table)
    write_tiles(tmp_path / "影像.pmtiles", {1: b"x"}, kind=VECTOR)
    with pytest.raises(SettingsError, match="vector tiles"):
        given(f"{table}# again")
    write_tiles(tmp_path / "影像.pmtiles", {1: b"a picture"})
    read = given(f"public_tiles = false\n{table}")
    assert sources(read)[0].urls == ("tiles/aerial/{z}/{x}/{y}",) and origins_of(sources(read)) == []
    app = Starlette(routes=tile_routes("xigang", read.tiles))
    (route,) = app.routes
    answer = route.endpoint(Request({"type": "http", "path_params": {"z": 1, "x": 0, "y": 0}}))
    assert (route.path, answer.body) == ("/xigang/tiles/aerial/{z:int}/{x:int}/{y:int}", b"a picture")
    nothing = route.endpoint(Request({"type": "http", "path_params": {"z": 1, "x": 1, "y": 0}}))
    assert (nothing.status_code, nothing.media_type) == (200, "image/png") and nothing.body.startswith(b"\x89PNG")


def test_the_menu_offers_what_there_is(given):
    def menu(text):
        return layers_menu(load_dataset(DEMO), words_in("en"), ["roads"], sources(given(text)))["sections"][1:]

    (own,) = menu(f"public_tiles = false\n{XYZ}")
    assert [option["label"] for option in own["options"]] == ["None", "Aerial pictures of 2025"]
    assert own["label"] == "Base map" and "internet" in own["help"] and "Tianditu" not in own["help"]
    assert menu("public_tiles = false") == []


def test_the_ids_of_the_public_ones_are_theirs():
    assert {NO_TILES, *(source.id for source in SOURCES)} == PUBLIC
