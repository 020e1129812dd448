"""The one-file page, opened from a folder with every request logged and refused."""

from collections import Counter
from dataclasses import replace

import pytest
from shapely.geometry import shape

from exports.request import ExportRequest, Purpose
from exports.webpage import write_webpage
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.project import Localised
from geo.vocabulary import Phase
from tests.browser.conftest import ROOT, WAIT_MS, eventually
from tests.data.samples import both, collection, element_feature, project_feature, sample_files, write

pytestmark = pytest.mark.browser
SIZES = [(1440, 900), (1024, 768), (390, 844)]
ALONE = "huizhi-yunding"
HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'


class Sheet:
    """The page in one tab. `asked` are all requests but the file's own."""

    def __init__(self, page, path):
        self.page, self.url = page, path.as_uri()
        self.asked, self.errors = [], []
        page.set_default_timeout(WAIT_MS)
        page.on("request", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def _note(self, request):
        if request.url.split("#")[0] != self.url and not request.url.startswith("data:"):
            self.asked.append(request.url)

    def open(self, state=""):
        self.page.goto(self.url + (f"#{state}" if state else ""))
        self.page.locator("#tabs button").first.wait_for()
        return self

    def choose(self, menu, *codes):
        self.page.locator(f"[data-menu={menu}]").click()
        for code in codes:
            self.page.locator(f"#filter-popup-{menu} input[value='{code}']").click()
        self.page.keyboard.press("Escape")

    def show(self, view):
        self.page.locator(f"#views button[value={view}]").click()

    def ids(self, selector):
        return self.page.eval_on_selector_all(selector, "nodes => nodes.map(node => node.dataset.id)")

    def drawn(self):
        return sorted(self.page.evaluate("planMap.drawn()"))

    def detail(self):
        return self.page.locator(".detail-box").inner_text()

    def hash(self):
        return self.page.evaluate("location.hash")

    def shown_everywhere(self):
        """Return the ids on the map, in the list and in the table, each sorted."""
        listed = sorted(self.ids(".site-row"))
        self.show("table")
        tabled = sorted(self.ids(".table-box tbody tr"))
        self.show("map")
        return self.drawn(), listed, tabled


@pytest.fixture(scope="module")
def data():
    return load_dataset(ROOT / "data")


@pytest.fixture(scope="module")
def file(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "map.html"
    write_webpage(data, ExportRequest(), path)
    return path


@pytest.fixture
def new_sheet(browser):
    contexts = []

    def make(path, width=1440, height=900):
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        contexts.append(context)
        return Sheet(context.new_page(), path)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def sheet(new_sheet, file):
    opened = new_sheet(file).open()
    yield opened
    assert (opened.asked, opened.errors) == ([], [])


def tally(features, **wanted):
    """Return the ids that pass, and those of them with a place, read from the GeoJSON itself."""
    passed = [f for f in features if all(f["properties"][key] in values for key, values in wanted.items())]
    return sorted(f["id"] for f in passed), sorted(f["id"] for f in passed if f["geometry"])


# ---- filters, list, table and counts ----


def test_everything_is_shown_at_first(sheet, features):
    everyone, placed = tally(features)
    assert sheet.shown_everywhere() == (placed, everyone, everyone)
    headings = sheet.page.locator(".site-heading").all_inner_texts()
    assert headings == [f"已落图 {len(placed)} 项", f"未落图 {len(everyone) - len(placed)} 项"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"phase": ["key"]},
        {"sector": ["land", "culture"]},
        {"phase": ["proposed", "revitalise"], "sector": ["commerce"]},
    ],
)
def test_phase_and_sector_filter_map_list_table_and_counts(sheet, features, wanted):
    for menu, codes in wanted.items():
        sheet.choose(menu, *codes)
    passed, placed = tally(features, **wanted)
    assert 0 < len(passed) < len(features)
    assert sheet.shown_everywhere() == (placed, passed, passed)
    without = len(passed) - len(placed)
    summary = sheet.page.locator(".filter-shown").inner_text()
    assert summary == f"显示 {len(passed)} / {len(features)} 项，其中未落图 {without} 项"
    assert f"未落图 {without} 项" in sheet.page.locator(".page-count").inner_text()
    sheet.page.locator(".filter-clear").click()
    assert len(sheet.ids(".site-row")) == len(features)


def test_each_option_counts_what_it_would_show(sheet, features):
    sheet.choose("sector", "health")
    expected = Counter(f["properties"]["phase"] for f in features if f["properties"]["sector"] == "health")
    for phase in Phase:
        line = sheet.page.locator(f"#filter-popup-phase label:has(input[value='{phase}'])")
        assert line.locator(".filter-count").text_content() == str(expected[phase])


def test_the_search_finds_names_wordings_and_addresses(sheet):
    sheet.page.locator(".filter-search").fill("东关")
    assert len(sheet.ids(".site-row")) == 1
    assert "东关" in sheet.page.locator(".page-filter").inner_text()
    sheet.page.locator(".filter-search").fill("no such project")
    assert sheet.page.locator(".empty").is_visible() and sheet.drawn() == []


def test_a_layer_can_be_switched_off(sheet):
    sheet.choose("layers", "sites", "metro")
    assert sheet.drawn() == [] and "hide=metro,sites" in sheet.hash()
    assert len(sheet.ids(".site-row")) > 0


def test_the_table_sorts_by_each_column(sheet, features):
    sheet.show("table")
    values = {f["id"]: f["properties"]["location"].get("accuracy_m") for f in features}
    known = sorted(value for value in values.values() if value)
    button = sheet.page.get_by_role("button", name="精度（± 米）")
    for expected, order in ((known, "ascending"), (known[::-1], "descending")):
        button.click()
        got = [values[identity] for identity in sheet.ids(".table-box tbody tr")]
        assert got == expected + [None] * (len(got) - len(expected)), "what has none stands last"
        assert sheet.page.locator(f"th[aria-sort={order}]").inner_text().startswith("精度")
    button.click()
    assert sheet.ids(".table-box tbody tr") == [f["id"] for f in features], "a third click gives the plan's order back"
    codes = list(Phase)
    sheet.page.get_by_role("button", name="阶段").last.click()
    phases = {f["id"]: codes.index(f["properties"]["phase"]) for f in features}
    ranks = [phases[identity] for identity in sheet.ids(".table-box tbody tr")]
    assert ranks == sorted(ranks)


# ---- details ----


def test_a_click_in_the_list_opens_the_evidence(sheet, features):
    for feature in (features[0], next(f for f in features if not f["geometry"])):
        sheet.page.locator("#tabs button[value=list]").click()
        sheet.page.locator(f".site-row[data-id='{feature['id']}']").click()
        properties, text = feature["properties"], sheet.detail()
        assert properties["summary"]["zh"] in text and properties["location"]["basis"]["zh"] in text
        for mention in properties["mentions"]:
            assert sheet.page.locator(".verbatim").get_by_text(mention["name"], exact=True).first.is_visible()
            assert (mention.get("heading") or "") in text
        assert f"site={feature['id']}" in sheet.hash()


def test_a_click_on_the_map_opens_a_site_or_an_element(sheet, features):
    site = next(f for f in features if f["id"] == ALONE)
    lon, lat = site["geometry"]["coordinates"]
    sheet.page.evaluate("a => { planMap.map.setView([a[0], a[1]], 17, {animate: false}); }", [lat, lon])
    at = sheet.page.evaluate("planMap.pixelOf('huizhi-yunding')")
    box = sheet.page.locator(".folium-map").bounding_box()
    sheet.page.mouse.click(box["x"] + at["x"] + 1, box["y"] + at["y"] + 1)
    assert site["properties"]["location"]["source"] in sheet.detail()
    sheet.page.evaluate("planMap.map.setView([38.8705, 121.5985], 16, {animate: false}) && 1")
    sheet.page.locator("#tabs button[value=detail]").click()
    sheet.page.locator(".close").click()
    sheet.page.locator("#tabs button[value=detail]").click()
    sheet.page.get_by_role("button", name="南部生态文化旅游海湾").click()
    assert "element=bay-south" in sheet.hash()


def test_an_element_says_functions_sectors_and_members(sheet, data):
    element = data.element("district-olympic").element
    sheet.open("lang=zh&element=district-olympic")
    text = sheet.detail()
    assert element.summary.zh in text and element.basis.zh in text
    for term in (*element.functions, *element.leading_sectors):
        assert term.zh in text
    members = sorted(project.id for project in data.projects if project.element == element.id)
    assert f"{len(members)}" in text
    sheet.page.get_by_role("button", name="只看这些").click()
    assert sorted(sheet.ids(".site-row")) == members


def test_the_list_and_all_else_work_by_keyboard(sheet, features):
    sheet.page.locator(".site-list").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        sheet.page.keyboard.press(key)
    assert "site=" in sheet.hash()
    assert sheet.page.evaluate("document.activeElement.className") == "detail-box"
    sheet.page.keyboard.press("Tab")
    sheet.page.keyboard.press("Enter")
    assert "site=" not in sheet.hash()
    assert sheet.page.evaluate("document.activeElement.getAttribute('role')") == "listbox"


# ---- language and address ----


def test_the_language_switches_inside_the_page(sheet, features):
    sheet.choose("phase", "key")
    before = sheet.ids(".site-row")
    sheet.page.locator("#languages button[value=en]").click()
    assert sheet.page.evaluate("document.documentElement.lang") == "en-GB"
    assert sheet.ids(".site-row") == before and "lang=en" in sheet.hash()
    assert sheet.page.locator("[data-menu=phase]").inner_text().startswith("Phase")
    assert "As worded in the plan of March 2021" in sheet.page.locator(".page-notes").inner_text()
    first = next(f for f in features if f["id"] == before[0])["properties"]
    row = sheet.page.locator(".site-row").first
    assert row.locator(".site-name").inner_text() == first["names"]["en"]
    assert row.locator("[lang=zh]").inner_text() == first["name"]
    row.click()
    assert sheet.page.locator(".plan-name[lang=zh]").inner_text() == first["name"]


def test_a_reload_and_a_sent_link_keep_filter_selection_and_view(sheet, new_sheet, file):
    sheet.choose("sector", "culture")
    sheet.page.locator(".site-row").first.click()
    sheet.page.locator("#languages button[value=en]").click()
    sheet.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    sheet.page.evaluate("planMap.map.setView([38.91, 121.61], 15, {animate: false}) && 1")
    sheet.page.wait_for_function("() => location.hash.includes('view=15/38.91/121.61')")
    state, listed, text = sheet.hash(), sheet.ids(".site-row"), sheet.detail()
    sheet.page.reload()
    other = new_sheet(file, 1024, 768).open(state[1:])
    for each in (sheet, other):
        eventually(each.page, lambda of=each: (of.ids(".site-row"), of.detail(), of.hash()), (listed, text, state))
        each.page.wait_for_function("() => planMap.map.getZoom() === 15")


def test_a_spoilt_address_is_used_as_far_as_it_goes(sheet, features):
    sheet.open("lang=xx&phase=key,nonsense&site=<img>&view=99/a/b&hide=constructor&q=%")
    assert sorted(sheet.ids(".site-row")) == []
    sheet.open("lang=zh&phase=key,nonsense&site=<img>&view=99/a/b")
    assert sorted(sheet.ids(".site-row")) == tally(features, phase=["key"])[0]


def test_the_requests_filter_can_be_cleared_for_good(new_sheet, data, features, tmp_path):
    path = tmp_path / "key.html"
    write_webpage(data, ExportRequest(filter=ProjectFilter(phases=frozenset({Phase.KEY})), language="en"), path)
    sheet = new_sheet(path).open()
    assert sorted(sheet.ids(".site-row")) == tally(features, phase=["key"])[0]
    sheet.page.locator(".filter-clear").click()
    sheet.page.reload()
    assert len(sheet.ids(".site-row")) == len(features)


# ---- the rest ----


def test_a_public_page_draws_no_boundary(new_sheet, data, tmp_path):
    path = tmp_path / "public.html"
    write_webpage(data, ExportRequest(purpose=Purpose(kind="public")), path)
    sheet = new_sheet(path).open("lang=zh")
    panes = (
        "Object.values(planMap.map._layers).filter(l => l.options && l.options.pane === 'boundary' && l.feature).length"
    )
    assert sheet.page.evaluate(panes) == 0
    assert sheet.page.locator("#filter-popup-layers input[value=boundary]").count() == 0
    assert "区界" not in sheet.page.locator(".map-legend").inner_text()
    assert sheet.errors == []


def test_hostile_names_run_nothing(new_sheet, tmp_path):
    files = sample_files()
    texts = {"name": HOSTILE, "names": {"en": HOSTILE}, "summary": both(HOSTILE)}
    files["projects.geojson"] = collection(
        project_feature(
            **texts,
            group=HOSTILE,
            phase="unstated",
            mentions=[{"box": 4, "heading": HOSTILE, "name": HOSTILE}],
            location={"basis": both(HOSTILE), "address": HOSTILE, "source": HOSTILE},
        )
    )
    files["layout.geojson"] = collection(element_feature(**texts, functions=[both(HOSTILE)], basis=both(HOSTILE)))
    path = tmp_path / "hostile.html"
    write_webpage(load_dataset(write(tmp_path / "data", files)), ExportRequest(title=HOSTILE), path)
    sheet = new_sheet(path)
    for language in ("zh", "en"):
        for picked in ("site=park", "element=bay-north", "show=table"):
            sheet.open(f"lang={language}&{picked}&q=")
            sheet.page.locator("#views button[value=table]").click()
            assert HOSTILE in sheet.page.locator("body").inner_text()
    assert sheet.page.evaluate("window.hacked") is None
    assert sheet.page.locator("img[src=x]").count() == 0
    assert (sheet.asked, sheet.errors) == ([], [])


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_size_scrolls_sideways_and_menus_stay_on_the_screen(new_sheet, file, width, height, language):
    sheet = new_sheet(file, width, height).open(f"lang={language}")
    for state in ("", "&show=table", f"&site={ALONE}", "&element=axis"):
        sheet.open(f"lang={language}{state}")
        assert sheet.page.evaluate("document.documentElement.scrollWidth") <= width, state
    for menu in ("phase", "sector", "place", "grade", "layers"):
        sheet.page.locator(f"[data-menu={menu}]").click()
        box = sheet.page.locator(f"#filter-popup-{menu}").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        sheet.page.keyboard.press("Escape")
    assert (sheet.asked, sheet.errors) == ([], [])


def test_the_whole_district_the_legend_and_the_filters_are_on_the_first_screen(sheet, data):
    for selector in (".filter-row", ".map-legend", ".site-list"):
        box = sheet.page.locator(selector).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 900, selector
    west, south, east, north = sheet.page.evaluate("planMap.map.getBounds().toBBoxString()").split(",")
    outline = shape(data.base["boundary"]["features"][0]["geometry"]).bounds
    assert float(west) < outline[0] and float(south) < outline[1]
    assert float(east) > outline[2] and float(north) > outline[3]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_credits_however_long_leave_the_legend_free(new_sheet, data, tmp_path, width, height):
    said = "某市自然资源和规划局国土空间分区规划片区划定成果（报批稿）" * 3
    sources = tuple(each.model_copy(update={"credit": Localised(zh=said, en=said)}) for each in data.sources)
    path = tmp_path / "credits.html"
    write_webpage(replace(data, sources=sources), ExportRequest(), path)
    page = new_sheet(path, width, height).open("lang=zh").page
    credits, legend = (page.locator(name) for name in (".leaflet-control-attribution", ".map-legend"))
    assert said in credits.inner_text()

    def is_free():
        told, its = credits.bounding_box(), legend.bounding_box()
        return its["x"] + its["width"] <= told["x"] or its["y"] + its["height"] <= told["y"]

    eventually(page, is_free, True)


def test_print_shows_map_table_and_sources(sheet):
    sheet.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    sheet.page.emulate_media(media="print")
    assert sheet.page.locator(".table-box").is_visible() and sheet.page.locator(".page-foot dl").is_visible()
    assert sheet.page.locator(".map-box").bounding_box()["height"] > 300
    assert not sheet.page.locator(".filter-row").is_visible()


def test_every_control_has_a_name_and_the_table_its_heads(sheet):
    unnamed = """[...document.querySelectorAll('button, input, [role=listbox], [role=group], [role=region]')]
        .filter(node => node.checkVisibility() && !(node.textContent.trim() || node.getAttribute('aria-label')
            || node.getAttribute('aria-labelledby'))).map(node => node.outerHTML)"""
    assert sheet.page.evaluate(unnamed) == []
    sheet.show("table")
    assert sheet.page.locator("table caption").count() == 1
    assert sheet.page.locator("thead th:not([scope=col]), tbody th:not([scope=row])").count() == 0
    repeated = """Object.entries(Object.groupBy(document.querySelectorAll('[id]:not(clipPath)'), node => node.id))
        .filter(([, nodes]) => nodes.length > 1).map(([id]) => id)"""
    assert sheet.page.evaluate(repeated) == []


CONTRASTS = """() => {
    const channels = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const ground = node => {
        for (; node; node = node.parentElement) {
            const colour = channels(getComputedStyle(node).backgroundColor);
            if (colour.length === 3 || colour[3] > 0.7) return colour;
        }
        return [255, 255, 255];
    };
    const own = node => [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    return [...document.body.querySelectorAll('*')].filter(node => own(node) && node.checkVisibility()
            && !node.closest('script, svg')).map(node => {
        const [a, b] = [light(channels(getComputedStyle(node).color)), light(ground(node))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.className, node.textContent.slice(0, 30)];
    }).sort((a, b) => a[0] - b[0]);
}"""


@pytest.mark.parametrize(
    "state", ["lang=zh", f"lang=en&show=table&site={ALONE}", "lang=zh&element=bay-south&phase=key"]
)
def test_text_stands_out_from_its_ground(sheet, state):
    sheet.open(state)
    contrasts = sheet.page.evaluate(CONTRASTS)
    assert len(contrasts) > 50
    assert [each for each in contrasts if each[0] < 4.5] == []
