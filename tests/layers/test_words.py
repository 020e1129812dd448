"""The catalogues: the same texts in all languages, each one used, in letters that the font has."""

import ast
import datetime
import re
import string
from dataclasses import fields
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont

from exports.formats import FORMATS
from exports.picture import LAYER_CODES
from exports.request import SIZES
from geo.crs_candidates import Datum
from geo.crs_doctor import Reason as CrsReason
from geo.filter import FACETS
from geo.indicators import AnnexKind, Attribute, Reason, Verdict
from geo.intake.draft import Outcome
from geo.intake.mapping import FIELD_OF
from geo.opportunity import Opening
from geo.store.author import Role
from geo.store.changes import Kind
from geo.store.review import Totals
from geo.vocabulary import Grade, Phase, Sector, Stage
from layers.indicator_rows import RULES
from layers.library_rows import COLUMNS, WHY_COLUMNS, WORK_COLUMNS
from layers.opportunity_wording import ORDERS, REACHES
from layers.record_wording import OWN_LABELS
from layers.shape_grade import ShapeGrade
from layers.tiles import NO_TILES, SOURCES
from layers.webassets import FONT_FACES
from layers.webmap import LAYERS
from layers.wording import OTHER_PLACE, PLACE_KINDS
from layers.words import DEFAULT_LANGUAGE, LANGUAGES, LOCALE_OF_LANGUAGE, LOCALES_DIR, MissingWordError, words_in
from ui.change_acts import NEEDS
from ui.changes import SPANS
from ui.edit_panel import SECTIONS
from ui.guide import GUIDE
from ui.link import DATA_TASKS, LIBRARY_VIEWS
from ui.project_table import TABLE_WORDS

ROOT = Path(__file__).resolve().parents[2]
IDENTIFIER = re.compile(r"[a-z]+\.[a-z0-9_]+")
PREFIX = re.compile(r"[a-z]+\.[a-z_]*")
CODE_OF_PROBLEM = re.compile(r'(?:(?:Problem|DrawingError|feature_problem)\(\s*|(?="import_))"(\w+)"')


# ---- the catalogues ----


def po_file(language):
    return LOCALES_DIR / LOCALE_OF_LANGUAGE[language] / "LC_MESSAGES" / "xigang.po"


def messages(language):
    with po_file(language).open("rb") as file:
        return [message for message in read_po(file, locale=LOCALE_OF_LANGUAGE[language]) if message.id]


def placeholders(text):
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_doubtful(language):
    assert [m.id for m in messages(language) if not m.string.strip() or m.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_identifier_stands_twice(language):
    identifiers = re.findall(r'^msgid "(.+)"$', po_file(language).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(identifiers) == len(set(identifiers)) == len(words_in(language).catalogue)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_have_the_same_texts_with_the_same_placeholders(language):
    catalogue, chinese = words_in(language).catalogue, words_in(DEFAULT_LANGUAGE).catalogue
    assert {i: placeholders(text) for i, text in catalogue.items()} == {
        i: placeholders(text) for i, text in chinese.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_identifiers_are_dotted_codes(language):
    assert [i for i in words_in(language).catalogue if not IDENTIFIER.fullmatch(i)] == []


# ---- what the code asks for ----

PYTHON = [
    ROOT / "app.py",
    *(path for folder in ("ui", "pages", "layers", "exports") for path in sorted((ROOT / folder).glob("*.py"))),
]
SCRIPTS = sorted(path for folder in ("ui", "layers", "exports") for path in (ROOT / folder / "web").glob("*.js"))
# Texts asked for by a prefix and a code, and the codes each prefix may meet.
FAMILIES = {
    "phase.": set(Phase),
    "stage.": set(Stage),
    "sector.": set(Sector),
    "grade.": set(Grade),
    "layer.": set(LAYERS),
    "tiles.": {NO_TILES, *(source.id for source in SOURCES)},
    "filter.": set(FACETS),
    "language.": set(LANGUAGES),
    "page.": {path.stem for path in (ROOT / "pages").glob("*.py")},
    "panel.": {"list", "detail", "measure"},
    "place.": {*PLACE_KINDS, OTHER_PLACE},
    "measure.": {"line_title", "outline_title", "circle_title"},
    "help.": {*GUIDE, *(f"{s}_{e}{t}" for s, its in GUIDE.items() for e in its for t in ("", "_text"))},
    "compare.file_": {"pdf", "xlsx"},
    "share.": {"link", "copy", "copied", "refused", "alt"},
    "offer.": {"land_use", "investment_sought", "contact"},
    "map.draw_": {"line", "outline", "circle"},
    "problem.": {
        code
        for path in (*sorted((ROOT / "geo").rglob("*.py")), ROOT / "ui" / "link.py")
        if path.name != "check.py"  # its problems are printed, not shown
        for code in CODE_OF_PROBLEM.findall(path.read_text(encoding="utf-8"))
    },
    "about.": {"data", "source", "licence", "edits", "gaps"},
    "about.by_": {"phase", "sector", "group"},
    "about.grade_": set(Grade),
    "opportunity.": set(Opening),
    "opportunity.order_": set(ORDERS),
    "opportunity.reach_": set(REACHES),
    "export.extent_": {"district", "element", "site", "view"},
    "export.": {"internal", "public"},
    "export.format_": set(FORMATS),
    "export.about_": set(FORMATS),
    "export.size_": {size.replace("-", "_") for size in SIZES},
    "export.crs_": {"4326", "4490", "zone"},
    "export.copy_": {"label", "busy", "done", "refused"},
    "format.file_": set(FORMATS),
    "library.": set(TABLE_WORDS),
    "library.view_": set(LIBRARY_VIEWS),
    "task.": {*DATA_TASKS, "label", "needs_login", "no_store"},
    "library.column_": {column.code for column in (*COLUMNS, *WHY_COLUMNS, *WORK_COLUMNS)},
    "indicator.": {"category", "squares", "total"},
    "indicator.kind_": {*Verdict, *(attribute.code for attribute in Attribute)},
    "indicator.reason_": set(Reason),
    "indicator.rule_": set(RULES),
    "indicator.head_": {"absolute", "growth"},
    "indicator.heading_": set(AnnexKind),
    "indicator.caption_": set(AnnexKind),
    "indicator.chart_": set(AnnexKind),
    "indicator.chart_note_": set(AnnexKind),
    "indicator.download_": {"xlsx", "csv"},
    "changes.": {*NEEDS, "undo_do", "restore_do", "more_projects", "beginning"},
    "changes.file_": {"pdf", "xlsx"},
    "changes.kind_": set(Kind),
    "changes.span_": set(SPANS),
    "changes.total_": {each.name for each in fields(Totals)},
    "record.": {path.replace(".", "_") for path in OWN_LABELS},
    "edit.": {"lon", "lat"},
    "edit.section_": set(SECTIONS),
    "import.outcome_": set(Outcome),
    "legend.sketch_": {"before", "after"},
    "import.place_": {"x", "y", "wkt"},
    "import.stage_": {"wait", "read", "test", "draft", "save"},
    "crs.": set(Datum) - {Datum.OTHER},
    "crs.reason_": set(CrsReason),
    "grid.": {"x", "y", "lon", "lat", "east", "north"},
    "login.": {"wrong", "wait", "expired", "ended", "unreadable"},
    "role.": set(Role),
    "shape.structure_": set(ShapeGrade),
    "shape.boundary_": {ShapeGrade.SCHEMATIC, ShapeGrade.OFFICIAL},
    "print.layer_": set(LAYER_CODES) - set(LAYERS),
}


# Paths of a record's fields that look like identifiers and are none.
FIELDS_ALONE = set(FIELD_OF) - set(words_in(DEFAULT_LANGUAGE).catalogue)


def literals(path):
    """Yield every text in a Python file, and for a text with a code put in the part before it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if PREFIX.fullmatch(start):
                yield start


def asked_for():
    """Return what looks like an identifier or a prefix of the catalogues in any file that shows words."""
    heads = {identifier.split(".")[0] for identifier in words_in(DEFAULT_LANGUAGE).catalogue}
    texts = {text for path in PYTHON for text in literals(path)}
    for path in SCRIPTS:
        texts.update(re.findall(r'"([^"\n]*)"', path.read_text(encoding="utf-8")))
    return {
        text for text in texts if PREFIX.fullmatch(text) or IDENTIFIER.fullmatch(text) if text.split(".")[0] in heads
    }


def used_identifiers():
    asked = asked_for()
    # "map.", "legend." and others are also the groups of words that travel with the map: those name no text.
    in_families = {f"{prefix}{code}" for prefix, codes in FAMILIES.items() if prefix in asked for code in codes}
    files = {path.name for folder in ("ui", "pages", "layers", "exports") for path in (ROOT / folder).rglob("*.*")}
    return {
        text
        for text in asked
        if IDENTIFIER.fullmatch(text) and text not in files and text not in FAMILIES and text not in FIELDS_ALONE
    } | in_families


def test_every_text_that_is_asked_for_exists():
    assert used_identifiers() - set(words_in(DEFAULT_LANGUAGE).catalogue) == set()


def test_every_text_is_asked_for():
    assert set(words_in(DEFAULT_LANGUAGE).catalogue) - used_identifiers() == set()


def test_every_prefix_is_a_known_family():
    # Chosen by prefix in layers/webmap.py and exports/webpage.py, not put together.
    # "structure." also begins the codes of what a printed map shows.
    wholes = {"map.", "legend.", "webpage.", "detail.", "list.", "structure."}
    assert {text for text in asked_for() if text.endswith((".", "_"))} - wholes == set(FAMILIES)


# ---- how they are read ----


def test_placeholders_are_filled_and_braces_in_values_are_left_alone():
    words = words_in("en")
    assert words("mention.box", box=4, title="{x} Key projects") == "Box 4, {x} Key projects"


def test_an_unknown_identifier_is_an_error_that_names_it():
    with pytest.raises(MissingWordError, match=re.escape("zh: no.such")):
        words_in("zh")("no.such")


@pytest.mark.parametrize(
    ("language", "tag", "date", "month", "number"),
    [
        ("zh", "zh-CN", "2021年3月5日", "2021年3月", "1,260"),
        ("en", "en-GB", "5 March 2021", "March 2021", "1,260"),
        ("ja", "ja-JP", "2021年3月5日", "2021年3月", "1,260"),
        ("ko", "ko-KR", "2021년 3월 5일", "2021년 3월", "1,260"),
        ("ru", "ru-RU", "5 марта 2021\u202fг.", "март 2021 г.", "1\u00a0260"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(language, tag, date, month, number):
    words, day = words_in(language), datetime.date(2021, 3, 5)
    assert (words.html_lang, words.date(day), words.month(day), words.number(1260)) == (tag, date, month, number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_what_language_it_is_in(language):
    assert f'"Language: {LOCALE_OF_LANGUAGE[language]}\\n"' in po_file(language).read_text(encoding="utf-8")


# ---- the font ----

TEXTS = [
    path
    for pattern in ("data/**/*.geojson", "data/**/*.json", "data/**/*.csv", "data/**/*.po", "locales/**/*.po")
    for path in sorted(ROOT.glob(pattern))
]


@pytest.fixture(scope="module", params=[400, 700])
def letters(request):
    """The characters of the shipped fonts in one weight."""
    files = [TTFont(ROOT / url.removeprefix("app/")) for _, weight, url in FONT_FACES if weight == request.param]
    return {chr(code) for file in files for code in file.getBestCmap()}


def test_the_font_has_every_character_in_use(letters):
    missing = {path.name: set(path.read_text(encoding="utf-8")) - letters - set("\n\r\t") for path in TEXTS}
    assert {name: characters for name, characters in missing.items() if characters} == {}


def test_the_font_test_reads_all_texts():
    assert {"projects.geojson", "layout.geojson", "roads.geojson", "district.json", "xigang.po"} <= {
        p.name for p in TEXTS
    }
