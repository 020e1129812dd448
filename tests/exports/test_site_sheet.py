"""Sheets and slides of single sites: a page each, all said in every language asked for, nothing cut or invented."""

import json
import re
from pathlib import Path

import pypdfium2
import pytest
from matplotlib.text import Text
from pptx import Presentation
from pydantic import ValidationError
from pyproj import Geod

from exports.__main__ import main
from exports.canvas import Halo, Layer
from exports.deckframe import DeckFrame
from exports.deckproject import project_slide
from exports.fonts import MISSING
from exports.formats import export
from exports.request import ExportRequest
from exports.sheet import make_sheet
from exports.sitesheet import site_sheet
from geo.load import load_dataset
from geo.nearby import Surroundings
from geo.project import Offer
from layers.words import LANGUAGES, words_in

SHIPPED = Path(__file__).resolve().parents[2] / "data"
FEATURES = {each["id"]: each for each in json.loads((SHIPPED / "projects.geojson").read_text("utf-8"))["features"]}
SITES = {
    "exact": "yinxiangcheng",
    "near": "yuetai-fuli-phase-3",
    "street": "sams-club",
    "area": "dut-xigang-innovation-park",
    "unlocated, with an element": "yixiehui-cancer-hospital",
    "unlocated": "nanlou-haijing",
    "districtwide": "heating-boilers",
}
ASKED = [(language, None) for language in LANGUAGES] + [("zh", other) for other in LANGUAGES if other != "zh"]
TERMS = ("detail.phase", "detail.sector", "detail.structure", "detail.mentions", "detail.grade", "detail.basis",
         "detail.checked", "sheet.plan", "detail.near", "detail.location", "offer.contact")  # fmt: skip
LEAST_PT = 7.5


@pytest.fixture(scope="module")
def data():
    return load_dataset(SHIPPED)


@pytest.fixture(scope="module", params=ASKED, ids=lambda pair: "+".join(filter(None, pair)))
def languages(request):
    return [language for language in request.param if language]


def asked(languages):
    second = languages[1] if len(languages) > 1 else None
    return ExportRequest(language=languages[0], second_language=second, sites=tuple(SITES.values()))


@pytest.fixture(scope="module")
def booklet(data, languages, tmp_path_factory):
    path = tmp_path_factory.mktemp("sheets") / "booklet.pdf"
    told = []
    notices = export(data, asked(languages), "sitesheet", path, progress=lambda *step: told.append(step))
    assert notices == []
    assert told == [(n, len(SITES)) for n in range(1, len(SITES) + 1)]
    return pypdfium2.PdfDocument(path)


def squeezed(text):
    return "".join(text.split())


def absent(said, text):
    """Return what does not stand in a text; a reader may give another column's line between two lines of it."""
    return [each for each in said if not _stands(squeezed(each), text) and not _words_stand(each.split(), text)]


def _stands(each, text):
    return any(each[:i] in text and each[i:] in text for i in range(len(each)))


def _words_stand(words, text):
    return len(words) <= 4 and all(word in text for word in words)


def printed(page):
    return squeezed(page.get_textpage().get_text_bounded())


# ---- the booklet as others read it ----


def test_every_site_has_one_a4_page_with_its_number_and_bookmark(data, booklet, languages):
    words = words_in(languages[0])
    assert [tuple(map(round, page.get_size())) for page in booklet] == [(595, 842)] * len(SITES)
    names = [data.project(site).name_in(languages[0]) for site in SITES.values()]
    assert [mark.get_title() for mark in booklet.get_toc()] == names
    for number, page in enumerate(booklet, start=1):
        assert squeezed(words("atlas.page", n=number, total=len(SITES))) in printed(page)


def test_every_label_and_value_stands_in_every_language(data, booklet, languages):
    for site, page in zip(SITES.values(), booklet, strict=True):
        project, text = data.project(site), printed(page)
        for words in map(words_in, languages):
            said = [
                *(words(term) for term in TERMS), project.name_in(words.language), words(f"phase.{project.phase}"),
                words(f"sector.{project.sector}"), words(f"grade.{project.location.grade}"),
                project.location.basis.in_language(words.language), words.date(project.location.checked),
                words("map.currency", month=words.month(data.district.plan.date)),
            ]  # fmt: skip
            if (languages, site) != (["zh", "ru"], SITES["area"]):  # the fullest page goes without what is said twice
                said.append(project.summary.in_language(words.language))
            if project.element:
                said += [term.in_language(words.language) for term in data.element(project.element).element.functions]
            assert absent(said, text) == []


def test_what_the_data_hold_is_printed_as_it_stands(booklet):
    for site, page in zip(SITES.values(), booklet, strict=True):
        properties, text = FEATURES[site]["properties"], printed(page)
        said = [properties["name"], *(mention["name"] for mention in properties["mentions"])]
        said += [mention["heading"] for mention in properties["mentions"] if mention.get("heading")]
        said += [each for each in (properties["location"]["source"], properties["location"]["address"]) if each]
        if point := FEATURES[site]["geometry"]:
            said += [f"{value:.5f}°" for value in point["coordinates"]]
        assert absent(said, text) == []


def test_nothing_is_missing_from_the_fonts_nor_outside_the_page(booklet):
    for page in booklet:
        assert MISSING not in printed(page)
        text, (width, height) = page.get_textpage(), page.get_size()
        for i in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(i)
            assert left > 20 and right < width - 20 and bottom > 8 and top < height - 20


def test_distances_are_figures_ranges_or_a_dash(booklet, languages):
    words = words_in(languages[0])
    texts = dict(zip(SITES, map(printed, booklet), strict=True))
    stations = json.loads((SHIPPED / "base" / "metro.geojson").read_text("utf-8"))["features"]
    here = FEATURES[SITES["exact"]]["geometry"]["coordinates"]
    ellipsoid = Geod(ellps="WGS84")
    nearest = min(ellipsoid.inv(*here, *station["geometry"]["coordinates"][:2])[2] for station in stations)
    figures = {squeezed(words("measure.metres", n=round(nearest) + slack)) for slack in (-1, 0, 1)}
    assert any(figure in texts["exact"] for figure in figures)
    a_range = re.escape(squeezed(words("measure.range", least="1", most="2"))).replace("1", ".+?").replace("2", ".+?")
    for grade in ("street", "area"):
        assert re.search(a_range, texts[grade])
    for grade in ("unlocated", "unlocated, with an element", "districtwide"):
        about = texts[grade].split(squeezed(words("detail.near")))[1].split(squeezed(words("detail.location")))[0]
        assert "—" in about and not re.search(r"\d", about)


# ---- the page as it is drawn ----


def texts_of(figure, *layers):
    return [
        child for axes in figure.axes for artist in axes.get_children()
        if isinstance(artist, Layer) and artist.name in layers for child in artist._children
        if isinstance(child, Text) and not isinstance(child, Halo)
    ]  # fmt: skip


def sheet_of(data, languages, project):
    request = asked(languages).model_copy(update={"size": "a4-portrait"})
    return site_sheet(data, request, Surroundings(data), project)


@pytest.mark.parametrize("kind", SITES)
def test_type_is_large_enough_to_read_and_russian_words_stay_whole(data, kind):
    project = data.project(SITES[kind])
    figure = sheet_of(data, ["zh", "ru"], project).drawn(1, 2).figure
    texts = texts_of(figure, "panel", "notes", "title")
    assert min(text.get_fontsize() for text in texts) >= LEAST_PT
    places = [place.name_in("ru") for place in Surroundings(data).places]
    element = data.element(project.element)
    told = [term.ru for term in (*element.element.functions, *element.element.leading_sectors)] if element else []
    known = " ".join((*words_in("ru").catalogue.values(), project.name_in("ru"), project.summary.ru, *places, *told,
                      project.location.basis.ru, *(p.element.name_in("ru") for p in data.elements),
                      *data.district.plan.titles.values(), *(box.titles["ru"] for box in data.district.boxes.values()),
                      *(group.names["ru"] for group in data.district.groups),
                      words_in("ru").date(project.location.checked), words_in("ru").month(data.district.plan.date),
                      ))  # fmt: skip
    words = set(re.findall(r"[А-яё]+", known))
    shown = {word for text in texts for word in re.findall(r"[А-яё]+", text.get_text())}
    assert shown - words - {word[:1].upper() + word[1:] for word in words} == set()


@pytest.mark.parametrize("kind", SITES)
def test_only_a_site_with_a_place_is_marked_and_how_sure_it_is_can_be_seen(data, kind):
    project = data.project(SITES[kind])
    sheet = sheet_of(data, ["zh"], project)
    drawn = sheet._plan(sheet.map_height).drawn
    assert (project.id in drawn.markers) == project.placed
    assert ("filled" in drawn.present) == (kind in ("exact", "near"))
    assert ("hollow" in drawn.present) == (kind in ("street", "area"))
    assert "accuracy" in drawn.present or kind not in ("street", "area")


def test_the_facts_of_every_site_find_room_on_its_page(data, languages):
    surroundings = Surroundings(data)
    request = asked(languages).model_copy(update={"size": "a4-portrait"})
    cut = [p.id for p in data.projects if not site_sheet(data, request, surroundings, p).facts.fits]
    assert cut == []


def test_the_contact_is_printed_where_it_is_filled_and_else_left_to_be_written(data):
    project = data.project(SITES["exact"])
    contact = {"zh": "张三 0411-12345678", "en": "Zhang San +86 411 12345678"}
    offer = Offer(contact=contact, site_area_m2=25_000, date="2026-11-01", source="招商局")
    filled = project.model_copy(update={"offer": offer})
    lines, said = (
        " ".join(text.get_text() for text in texts_of(sheet_of(data, ["zh"], each).drawn(1, 1).figure, "panel"))
        for each in (project, filled)
    )
    fields = [words_in("zh")(f"sheet.{field}") for field in ("office", "person", "phone")]
    assert all(field in lines for field in fields) and not any(field in said for field in fields)
    assert contact["zh"] in said and "2.50公顷" in squeezed(said)
    assert "公顷" not in lines


def test_one_site_is_a_page_without_number_and_none_says_so(data, tmp_path):
    for sites, only, count in (((SITES["exact"],), None, 1), ((), "没有这个项目", 1)):
        request = ExportRequest(sites=sites).model_copy(
            update={"filter": ExportRequest().filter.model_copy(update={"text": only or ""})}
        )
        export(data, request, "sitesheet", tmp_path / "one.pdf")
        document = pypdfium2.PdfDocument(tmp_path / "one.pdf")
        assert len(document) == count and list(document.get_toc()) == []
        assert (squeezed(words_in("zh")("print.nothing")) in printed(document[0])) == bool(only)


def test_a_long_word_of_the_key_figures_stays_whole_on_a_narrow_panel(data):
    sheet = make_sheet(data, ExportRequest(language="ru", size="a4-portrait"))
    assert words_in("ru")("sector.infrastructure") in [text.get_text() for text in texts_of(sheet.figure, "panel")]


# ---- slides ----


@pytest.fixture(scope="module")
def slides(data, languages, tmp_path_factory):
    path = tmp_path_factory.mktemp("slides") / "sites.pptx"
    export(data, asked(languages), "siteslides", path)
    return Presentation(path)


def texts_on(slide):
    cells = [cell.text_frame.text for shape in slide.shapes if shape.has_table for row in shape.table.rows
             for cell in row.cells]  # fmt: skip
    return squeezed(" ".join([shape.text_frame.text for shape in slide.shapes if shape.has_text_frame] + cells))


def test_slides_are_a_cover_and_one_for_each_site_in_every_language(data, slides, languages):
    cover, *sites = slides.slides
    assert len(sites) == len(SITES)
    for site, slide in zip(SITES.values(), sites, strict=True):
        project, text = data.project(site), texts_on(slide)
        for words in map(words_in, languages):
            name = squeezed(project.name_in(words.language))
            assert name in texts_on(cover) and name in text
            said = [words("detail.phase"), words("detail.grade"), words(f"phase.{project.phase}"),
                    words(f"sector.{project.sector}"), words(f"grade.{project.location.grade}")]  # fmt: skip
            assert absent(said, text) == []
            notes = squeezed(slide.notes_slide.notes_text_frame.text)
            assert squeezed(project.location.basis.in_language(words.language)) in notes
        for mention in FEATURES[site]["properties"]["mentions"]:
            assert squeezed(mention["name"]) in text
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= slides.slide_width + 1
            assert shape.top >= 0 and shape.top + shape.height <= slides.slide_height + 1


def sizes_on(slide):
    return [run.font.size.pt for shape in slide.shapes if shape.has_table for row in shape.table.rows
            for cell in row.cells for paragraph in cell.text_frame.paragraphs for run in paragraph.runs]  # fmt: skip


def test_every_slide_has_surroundings_and_a_contact_in_type_to_be_read_or_says_what_is_cut(data, slides, languages):
    first = words_in(languages[0])
    for site, slide in zip(SITES.values(), list(slides.slides)[1:], strict=True):
        project, text = data.project(site), texts_on(slide)
        for words in map(words_in, languages):
            said = [words("offer.contact"), words("sheet.office"), words("sheet.person"), words("sheet.phone")]
            said += [words("detail.near")] if project.placed else []
            element = data.element(project.element)
            if element and squeezed(first("deck.more_in_notes")) not in text:
                said += [each.in_language(words.language) for each in element.element.functions]
                said += [each.in_language(words.language) for each in element.element.leading_sectors]
            assert absent(said, text) == []
        assert min(sizes_on(slide)) >= 9
        assert ("…" in text) <= (squeezed(first("deck.more_in_notes")) in text)
        tables = [shape for shape in slide.shapes if shape.has_table]
        contact = next(shape for shape in slide.shapes if shape.name == first("offer.contact"))
        assert all(shape.top + shape.height < contact.top for shape in tables)


def test_a_slide_names_the_contact_that_the_office_gave_and_leaves_no_blanks(data):
    words = words_in("zh")
    offer = Offer(contact={"zh": "张三 0411-12345678", "en": "Zhang San"}, date="2026-11-01", source="招商局")
    filled = data.project(SITES["exact"]).model_copy(update={"offer": offer})
    frame = DeckFrame(data, ExportRequest(), None)
    text = texts_on(project_slide(frame, filled, has_blanks=True).slide)
    assert text.count("张三0411-12345678") == 1 and words("sheet.office") not in text
    plain = texts_on(project_slide(frame, data.project(SITES["exact"])).slide)
    assert words("sheet.office") not in plain


# ---- what is asked ----


@pytest.mark.parametrize("second", ("zh", "fr", ""))
def test_the_second_language_is_another_known_one(second):
    with pytest.raises(ValidationError):
        ExportRequest(language="zh", second_language=second)


def test_the_command_makes_sheets_in_two_languages(tmp_path, capsys):
    path = tmp_path / "sheet.pdf"
    code = main(["--format", "sitesheet", "--sites", SITES["exact"], "--lang", "en", "--second-lang", "ko",
                 "--output", str(path)])  # fmt: skip
    assert code == 0
    text = printed(pypdfium2.PdfDocument(path)[0])
    assert absent([words_in(language)("detail.mentions") for language in ("en", "ko")], text) == []
