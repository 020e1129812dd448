"""The rows behind the data files: complete, true to the file of record, and writable."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.fields import (
    ELEMENT_FIELDS,
    INDICATOR_FIELDS,
    LOSS_FIELDS,
    MENTION_FIELDS,
    PROGRAMME_FIELDS,
    PROJECT_FIELDS,
    SHORT_NAME_BYTES,
    SOURCE_FIELDS,
)
from exports.records import REPLACEMENT, clean_text, cut_to_bytes, records_of
from exports.request import ExportRequest, Purpose
from geo.filter import ProjectFilter
from geo.load import load_dataset
from geo.vocabulary import Sector
from layers.words import LANGUAGES
from tests.data.odd_projects import SHIPPED, group_ids, odd_dataset, shipped_features
from tests.languages import told

TABLES = (
    PROJECT_FIELDS,
    MENTION_FIELDS,
    ELEMENT_FIELDS,
    INDICATOR_FIELDS,
    PROGRAMME_FIELDS,
    SOURCE_FIELDS,
    LOSS_FIELDS,
)


@pytest.fixture(scope="module")
def shipped():
    return load_dataset(SHIPPED)


@pytest.mark.parametrize("fields", TABLES, ids=lambda fields: fields[-1].name)
def test_short_names_are_ascii_at_most_ten_bytes_and_differ(fields):
    names = [field.short_name for field in fields]
    assert all(name.isascii() and len(name) <= SHORT_NAME_BYTES and name.isidentifier() for name in names)
    assert len({name.lower() for name in names}) == len(names)


@pytest.mark.parametrize("fields", TABLES, ids=lambda fields: fields[-1].name)
def test_what_is_printed_stands_first_and_codes_last(fields):
    order = [(not field.printed or field.code, field.code) for field in fields]
    assert order == sorted(order)


def test_grade_and_evidence_are_printed():
    printed = {field.name for field in PROJECT_FIELDS if field.printed}
    assert {"grade_word", "accuracy_m", "basis", "source", "checked"} <= printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_holds_every_field(shipped, language):
    records = records_of(shipped, ExportRequest(language=language))
    for table in (
        records.projects, records.mentions, records.elements, records.indicators, records.programmes,
        records.sources, records.about,
    ):  # fmt: skip
        assert table.rows
        for row in table.rows:
            assert {field.name for field in table.fields} <= set(row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_say_what_the_file_of_record_says(shipped, language):
    rows = {row["id"]: row for row in records_of(shipped, ExportRequest(language=language)).projects.rows}
    features, groups = shipped_features(), group_ids()
    assert list(rows) == [feature["id"] for feature in features]
    for feature in features:
        row, properties = rows[feature["id"]], feature["properties"]
        location = properties["location"]
        point = feature["geometry"]["coordinates"] if feature["geometry"] else [None, None]
        assert [row["lon"], row["lat"]] == point
        assert {name: row[name] for name in ("name", "sector", "phase", "element")} == {
            name: properties[name] for name in ("name", "sector", "phase", "element")
        }
        assert row["group"] == groups[properties["group"]]
        assert row["checked"] == datetime.date.fromisoformat(location["checked"])
        for name in ("grade", "accuracy_m", "source", "source_crs", "address"):
            assert row[name] == location.get(name)
        assert row["basis"] == told(location["basis"], language)
        assert row["summary"] == told(properties["summary"], language)
        assert row["mention_count"] == len(properties["mentions"])
        assert all(mention["name"] in row["mentions"] for mention in properties["mentions"])
        assert "2021" in row["as_worded"]


def test_mentions_stand_verbatim_one_a_row(shipped):
    rows = records_of(shipped, ExportRequest()).mentions.rows
    expected = [
        (feature["id"], mention.get("box"), mention.get("heading"), mention.get("group"), mention["name"])
        for feature in shipped_features()
        for mention in feature["properties"]["mentions"]
    ]
    assert [tuple(row[k] for k in ("project_id", "box", "heading", "group", "wording")) for row in rows] == expected


def test_optional_columns_are_left_out_while_nothing_fills_them(shipped, tmp_path):
    optional = {field.name for field in PROJECT_FIELDS if field.optional}
    names = {"name_ja", "name_ko", "name_ru"}
    assert {field.name for field in records_of(shipped, ExportRequest()).projects.fields} & optional == names
    filled = {field.name for field in records_of(odd_dataset(tmp_path), ExportRequest()).projects.fields} & optional
    offered = {"site_area_m2", "plot_ratio", "land_use", "investment_sought", "contact", "offer_date", "offer_source"}
    assert filled == {"name_ko", "status", "status_date", "status_source", *offered}


def test_the_filter_and_the_unplaced_are_counted_in_words(shipped):
    request = ExportRequest(filter=ProjectFilter(sectors=frozenset({Sector.HOUSING})), language="zh")
    facts = {fact.key: fact.value for fact in records_of(shipped, request).facts}
    housing = [f for f in shipped_features() if f["properties"]["sector"] == "housing"]
    unplaced = sum(f["geometry"] is None for f in housing)
    assert facts["filter"] == "领域：宜居住区"
    assert f"共 {len(housing)} 项" in facts["counts"] and f"未落图 {unplaced} 项" in facts["counts"]
    assert facts["as_worded"] == "按2021年3月规划表述，非现状"
    assert "OpenStreetMap" in facts["credit"]


def test_the_purpose_is_stated(shipped):
    def purpose(**of):
        facts = records_of(shipped, ExportRequest(purpose=Purpose(**of))).facts
        return next((fact.value for fact in facts if fact.key == "purpose"), None)

    assert purpose() == "内部示意，非法定界线"
    assert "辽S(2026)1号" in purpose(kind="public", review_number="辽S(2026)1号")
    assert purpose(kind="public") is None


def test_what_no_file_can_hold_is_replaced_and_listed(tmp_path):
    records = records_of(odd_dataset(tmp_path), ExportRequest(title="标题\x00"))
    name = next(row["name"] for row in records.projects.rows if row["id"] == "nul")
    assert name == f"甲{REPLACEMENT}乙{REPLACEMENT}丙"
    assert records.title == f"标题{REPLACEMENT}"
    assert {(loss.table, loss.record, loss.field) for loss in records.losses} == {
        ("projects", "nul", "name"),
        ("mentions", "nul", "project_name"),
    }


@given(st.text(st.characters(codec=None)))
def test_clean_text_is_writable_and_keeps_all_else(text):
    cleaned = clean_text(text)
    assert len(cleaned) == len(text) and clean_text(cleaned) == cleaned
    assert all(new in (old, REPLACEMENT) for old, new in zip(text, cleaned, strict=True))
    cleaned.encode()


@given(st.text(), st.integers(min_value=0, max_value=300))
def test_a_cut_keeps_the_longest_start_of_whole_characters(text, limit):
    kept = cut_to_bytes(text, limit)
    assert text.startswith(kept) and len(kept.encode()) <= limit
    assert kept == text or len(text[: len(kept) + 1].encode()) > limit
