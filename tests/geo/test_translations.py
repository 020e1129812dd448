"""Names and sentences in further languages: how they are put to the data, and that the shipped data has them all."""

import csv
import json
import re
import string
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from geo.translations import Translations, load_translations
from tests.languages import HANZI, ROOT, TRANSLATED, data_texts, interface, is_japanese
from tools.catalogues import texts_of_data

KNOWN = Translations({"ja": {"路": "みち", "说": "言う"}, "ru": {"路": "дорога"}})
HANGUL = re.compile(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]")


# ---- how they are put to the data ----


def test_names_titles_and_sentences_are_filled_where_a_translation_is_known():
    assert KNOWN.fill({"name": "路", "names": {"en": "Road"}})["names"] == {"en": "Road", "ja": "みち", "ru": "дорога"}
    assert KNOWN.fill({"title": "路", "titles": None})["titles"] == {"ja": "みち", "ru": "дорога"}
    assert KNOWN.fill({"short_name": "路", "short_names": {}})["short_names"] == {"ja": "みち", "ru": "дорога"}
    assert KNOWN.fill({"zh": "说", "en": "say"}) == {"zh": "说", "en": "say", "ja": "言う"}


def test_a_records_own_translation_wins():
    assert KNOWN.fill({"name": "路", "names": {"ja": "道"}})["names"] == {"ja": "道", "ru": "дорога"}
    assert KNOWN.fill({"zh": "路", "en": "Road", "ru": "путь"})["ru"] == "путь"


@pytest.mark.parametrize(
    "record",
    [
        {"name": "桥", "names": {"en": "Bridge"}},
        {"zh": "桥", "en": "Bridge"},
        {"name": "路"},
        {"zh": "路"},
        {"name": "路", "names": "no object"},
        {"zh": 5, "en": "five"},
        {"geometry": {"type": "Point", "zh": "路", "en": "Road"}},
        [1, None, "路"],
    ],
)
def test_what_is_unknown_or_has_no_room_or_is_geometry_stays_as_it_is(record):
    assert KNOWN.fill(record) == record


TEXT = st.sampled_from(["路", "说", "桥", "", "Road"])
LANGUAGE_MAP = st.dictionaries(st.sampled_from(["en", "ja", "ru"]), TEXT)
RECORD = st.recursive(
    st.one_of(st.none(), st.integers(), TEXT),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries(
            {}, optional={"name": TEXT, "names": st.one_of(st.none(), LANGUAGE_MAP), "zh": TEXT, "en": TEXT,
                          "geometry": inner, "properties": inner},
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@given(RECORD)
def test_filling_twice_is_filling_once_and_chinese_and_english_never_change(record):
    filled = KNOWN.fill(record)
    assert KNOWN.fill(filled) == filled
    assert by_hand(filled) == by_hand(record)


def by_hand(value):
    """Return a JSON value without what a catalogue may have put to it."""
    if isinstance(value, list):
        return [by_hand(item) for item in value]
    if isinstance(value, dict):
        kept = {key: by_hand(item) for key, item in value.items() if key not in TRANSLATED}
        return {key: item for key, item in kept.items() if not (key == "names" and item in (None, {}))}
    return value


# ---- how the files are read ----


def write(folder: Path, language: str, text: str) -> None:
    (folder / "translations").mkdir(exist_ok=True)
    (folder / "translations" / f"{language}.po").write_text(text, encoding="utf-8")


def test_a_broken_file_is_named_and_the_others_work(tmp_path):
    write(tmp_path, "ja", 'msgid "路"\nmsgstr "みち"\n')
    write(tmp_path, "ko", 'msgid "路"\nthis is no catalogue\n')
    (tmp_path / "translations" / "ru.po").write_bytes('msgid "路"\nmsgstr "дорога"\n'.encode("utf-16"))
    found, problems = load_translations(tmp_path)
    assert found.of("路") == {"ja": "みち"}
    assert [(problem.code, problem.where) for problem in problems] == [
        ("file_unreadable", "ko.po"),
        ("file_unreadable", "ru.po"),
    ]


def test_a_folder_without_translations_has_none_and_no_problem(tmp_path):
    assert load_translations(tmp_path) == (Translations({}), [])


def test_what_is_doubtful_or_empty_is_not_taken(tmp_path):
    write(
        tmp_path, "ru", '#, fuzzy\nmsgid "路"\nmsgstr "дорога"\n\nmsgid "桥"\nmsgstr ""\n\nmsgid "街"\nmsgstr "улица"\n'
    )
    found, problems = load_translations(tmp_path)
    assert (found.by_language, problems) == ({"ru": {"街": "улица"}}, [])


# ---- the shipped translations ----


def counted_here() -> set[str]:
    """Return the Chinese names and sentences of the data by another way: every object of the JSON that has English."""
    found = set()

    def keep(record):
        if isinstance(record.get("zh"), str):
            found.add(record["zh"])
        for name in ("name", "title", "short_name"):
            if isinstance(record.get(name), str) and f"{name}s" in record:
                found.add(record[name])
        return record

    for path in [*(ROOT / "data").glob("*json"), *(ROOT / "data").glob("base/*json")]:
        json.loads(path.read_text(encoding="utf-8"), object_hook=keep)
    for name, column in (("indicators", "name"), ("programmes", "name"), ("indicator_terms", "term")):
        with (ROOT / f"data/{name}.csv").open(encoding="utf-8", newline="") as file:
            found.update(row[column] for row in csv.DictReader(file))
    return found - {""}


def test_the_list_for_translators_holds_every_text_of_the_data():
    assert set(texts_of_data(ROOT / "data")) == counted_here()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_data_is_translated_and_nothing_else(language):
    translated = {chinese for chinese, text in data_texts(language).items() if text.strip()}
    assert translated == counted_here()
    with (ROOT / f"data/translations/{language}.po").open("rb") as file:
        assert [message.id for message in read_po(file) if message.id and message.fuzzy] == []


def named(layer: str) -> set[str]:
    features = json.loads((ROOT / f"data/{layer}.geojson").read_text(encoding="utf-8"))["features"]
    return {name for feature in features if (name := feature["properties"].get("name"))}


LAYERS = ("projects", "layout", "base/road_labels", "base/roads", "base/landmarks", "base/metro")


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("layer", LAYERS)
def test_no_two_names_become_the_same(layer, language):
    by_translation = defaultdict(set)
    for name in named(layer):
        by_translation[data_texts(language)[name].casefold()].add(name)
    assert [names for names in by_translation.values() if len(names) > 1] == []


def own_texts(language: str) -> list[str]:
    return [*interface(language).values(), *data_texts(language).values()]


def test_japanese_has_no_character_of_chinese_alone():
    runs = {run for text in own_texts("ja") for run in HANZI.findall(text)}
    assert {run for run in runs if not is_japanese(run)} - {"中文"} == set()


# Chinese words that a sentence explains, and homophones that would mislead (locales/README.md).
QUOTED = {
    "ko": {"公館", "校舍", "香海", "湯本温泉", "五育"},
    "ru": {"煤矿", "煤炭", "三供一业", "湯本温泉", "付家庄", "傅家庄"},
}


@pytest.mark.parametrize("language", QUOTED)
def test_korean_and_russian_have_chinese_only_where_it_is_quoted(language):
    assert {run for text in data_texts(language).values() for run in HANZI.findall(text)} == QUOTED[language]
    # A map's review number is known by its Chinese name alone.
    assert {i for i, text in interface(language).items() if HANZI.search(text)} - {"webpage.review_number"} == {
        "language.zh", "language.ja",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "ru"])
def test_hangul_stands_in_korean_alone(language):
    assert {run for text in own_texts(language) for run in HANGUL.findall(text)} - set("한국어") == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_numbers_in_braces_are_those_of_the_chinese(language):
    def fields(text):
        return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)

    for chinese, text in data_texts(language).items():
        assert fields(text) == fields(chinese), chinese
