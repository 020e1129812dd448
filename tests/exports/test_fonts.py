"""Setting text: fonts and widths, line breaks by the rules of each language, and characters that no font has."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from exports.canvas import page_axes, text
from exports.fonts import (
    MISSING,
    font,
    font_file,
    missing_characters,
    printable,
    set_in_fonts_of,
    shortened,
    width_pt,
    wrapped,
)
from exports.linebreak import balanced, count_pairs
from tests.languages import FOREIGN, TRANSLATED, data_texts, interface

TEXTS = st.text(alphabet="西岗区大连市，。（）《》“”abc XYZ 123-·…Россия한국", max_size=80)


@pytest.mark.parametrize(
    ("words", "limit_em", "lines"),
    [
        ("西岗区空间结构", 4, ["西岗区空", "间结构"]),
        ("西岗区空，间结构", 4, ["西岗区", "空，间结", "构"]),
        ("西岗区（空间）结构", 4, ["西岗区", "（空间）", "结构"]),
        ("Old Campus of the Institute", 7, ["Old Campus of", "the Institute"]),
        ("Verylongwordwithoutend", 4, None),
        ("半径 ± 100 m", 5, ["半径", "± 100 m"]),
        ("", 5, [""]),
        ("   ", 5, [""]),
    ],
)
def test_lines_break_where_they_should(words, limit_em, lines):
    broken = wrapped(words, limit_em * 10, 10)
    if lines:
        assert broken == lines
    assert all(width_pt(line, 10) <= limit_em * 10 for line in broken)


@given(TEXTS, st.floats(30, 300), st.booleans())
def test_no_character_is_lost_and_no_line_is_too_long(words, limit, bold):
    lines = wrapped(words, limit, 9, bold=bold)
    assert "".join("".join(lines).split()) == "".join(words.split())
    for line in lines:
        # A mark that may not begin a line, or a run of opening ones, may hang over by itself.
        assert width_pt(line, 9, bold=bold) <= limit + 9 * 3


@given(TEXTS, st.integers(1, 4))
def test_balanced_lines_lose_no_character(words, count):
    lines = balanced(words, count, {})
    assert len(lines) <= count
    assert "".join("".join(lines).split()) == "".join(words.split())


def test_common_pairs_of_characters_are_not_torn():
    pairs = count_pairs(["商务楼宇", "商务酒店", "休闲商务", "北部宜居休闲商务海湾"])
    assert balanced("北部宜居休闲商务海湾（示意）", 2, pairs) in (
        ("北部宜居休闲", "商务海湾（示意）"),
        ("北部宜居休闲商务", "海湾（示意）"),
    )


def test_more_lines_than_allowed_end_in_an_ellipsis():
    lines = wrapped("西岗区空间结构与重点项目图", 40, 10, max_lines=2)
    assert len(lines) == 2 and lines[-1].endswith("…")
    assert shortened("西岗区", 100, 10) == "西岗区"
    assert shortened("西岗区空间", 30, 10) == "西岗…"


def test_every_language_we_print_has_its_characters():
    assert (
        missing_characters(
            ["西岗区 龘", "Xigang", "シーカン 西崗", "시강구 한국", "Район Сиган", "é ü ≤ ± ° ⑩ 〔2021〕"]
        )
        == []
    )


def test_missing_characters_are_listed_once_and_marked():
    assert missing_characters(["a😀b", "😀\u0e01"]) == ["\u0e01", "😀"]
    assert printable("a😀b") == f"a{MISSING}b" and MISSING not in printable("普通")
    assert printable("two\nlines\t$x$ ") == "two lines $x$"


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("words", ["西岗区空间结构", "Structure 14th", "한국", "Россия", "1–2, 3（4）"])
def test_our_widths_are_those_that_are_drawn(words, bold):
    figure = Figure(figsize=(8, 2), dpi=288)
    canvas = FigureCanvasAgg(figure)
    [line] = text(words, 10, 50, 20, bold=bold)
    line.set_figure(figure)
    line.set_transform(page_axes(figure).transData)
    drawn = line.get_window_extent(canvas.get_renderer()).width / 4
    assert width_pt(words, 20, bold=bold) == pytest.approx(drawn, abs=2)


# ---- the languages ----

CATALOGUES = {
    language: sorted(
        {*interface(language).values(), *(data_texts(language).values() if language in TRANSLATED else ())}
    )
    for language in ("zh", *FOREIGN)
}
SMALL = set("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶー々")
CLOSING = set("、。，．」』）〕】》？！：；…")
OPENING = set("「『（〔【《")


@pytest.fixture
def fonts_of():
    """Set the fonts of a language, and those of Chinese again afterwards."""
    yield set_in_fonts_of
    set_in_fonts_of("zh")


@pytest.mark.parametrize(
    ("language", "text", "limit_em", "lines"),
    [
        ("ja", "大連市のショッピング", 6, ["大連市の", "ショッピング"]),
        ("ja", "新しいセンター計画", 6.9, ["新しい", "センター計画"]),
        ("ja", "新しいセンター計画", 6, ["新しいセン", "ター計画"]),
        ("ja", "地点確認済み ±1,260 m", 9, ["地点確認済み", "±1,260 m"]),
        ("ja", "西崗区の人々の街", 5, ["西崗区の", "人々の街"]),
        ("ja", "中山区「駅前」計画", 4, ["中山区", "「駅前」", "計画"]),
        ("ko", "시강구 공간구조와 중점 사업", 6, ["시강구", "공간구조와", "중점 사업"]),
        ("ru", "Реконструкция исторического квартала", 8, ["Реконструкция", "исторического", "квартала"]),
    ],
)
def test_lines_break_by_the_rules_of_the_language(fonts_of, language, text, limit_em, lines):
    fonts_of(language)
    assert wrapped(text, limit_em * 10 + 0.1, 10) == lines


@pytest.mark.parametrize("limit_em", [8, 13, 21])
def test_no_japanese_line_begins_or_ends_where_it_may_not(fonts_of, limit_em):
    fonts_of("ja")
    for each in CATALOGUES["ja"]:
        lines = wrapped(re.sub(r"\{.*?\}", "大連", each), limit_em * 10, 10)
        assert [line for line in lines[1:] if line[0] in SMALL | CLOSING] == [], each
        assert [line for line in lines[:-1] if line[-1] in OPENING] == [], each


@pytest.mark.parametrize("language", ["ko", "ru"])
@pytest.mark.parametrize("limit_em", [12, 21])
def test_words_that_fit_stay_whole(fonts_of, language, limit_em):
    fonts_of(language)
    for each in CATALOGUES[language]:
        letters = re.compile(r"[가-힣]+" if language == "ko" else r"[а-яёА-ЯЁ]+")
        words = [word for word in letters.findall(each) if width_pt(word, 10) <= limit_em * 5]
        broken = letters.findall("\n".join(wrapped(each, limit_em * 10, 10)))
        assert Counter(words) - Counter(broken) == Counter(), each


@pytest.mark.parametrize(
    ("language", "family"), [("zh", "SC"), ("en", "SC"), ("ja", "JP"), ("ko", "KR"), ("ru", "KR"), ("xx", "SC")]
)
def test_each_language_is_set_in_its_own_family(fonts_of, language, family):
    fonts_of(language)
    assert font(10).get_family()[0] == f"Noto Sans {family}"
    face = TTFont(font_file(family, bold=True))
    glyph = face.getBestCmap()[ord("…")]
    advance = face["hmtx"][glyph][0] / face["head"].unitsPerEm
    assert width_pt("…", 10, bold=True) == pytest.approx(advance * 10, abs=0.02)


def test_the_fonts_of_one_thread_are_not_those_of_another(fonts_of):
    fonts_of("ja")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: font(10).get_family()[0]).result() == "Noto Sans SC"


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_character_of_a_language_is_missing(language):
    assert missing_characters(CATALOGUES[language]) == []
