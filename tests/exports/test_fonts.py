"""Setting text: widths, line breaks by the rules of Chinese and Latin setting, and characters that no font has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from exports.canvas import page_axes, text
from exports.fonts import MISSING, missing_characters, printable, shortened, width_pt, wrapped
from exports.linebreak import balanced, count_pairs

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
