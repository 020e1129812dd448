"""Text from data reaches the screen as text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from ui.text import chinese, html, joined, plain

HOSTILE = '<img src=x onerror="top.hacked=1">\'</script> & ![x](y)'


class Reader(HTMLParser):
    """Reads the tags and the text of a piece of HTML."""

    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def read(markup):
    reader = Reader()
    reader.feed(str(markup))
    reader.close()
    return reader.tags, reader.text


@given(st.text(alphabet=st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])))
def test_any_value_is_read_as_it_stands(value):
    assert read(html("<b>{value}</b>", value=value)) == ([("b", {})], value)


def test_markup_of_ours_is_kept_and_text_is_escaped():
    inner = html("<i>{text}</i>", text=HOSTILE)
    assert read(html("<b>{inner}</b>{text}", inner=inner, text=HOSTILE)) == ([("b", {}), ("i", {})], HOSTILE * 2)


def test_braces_in_a_value_are_no_placeholders():
    assert html("<b>{value}</b>", value="{0.__class__} {value}") == "<b>{0.__class__} {value}</b>"


def test_numbers_and_nothing_can_be_filled_in():
    assert html("{n}{none}", n=7, none="") == "7"


def test_parts_are_joined_as_they_are():
    assert joined([]) == ""
    assert joined([html("<b>{t}</b>", t="&"), Markup("<hr>")]) == "<b>&amp;</b><hr>"


@pytest.mark.parametrize(
    ("language", "tags"), [("zh", []), ("en", [("span", {"lang": "zh"})]), ("ko", [("span", {"lang": "zh"})])]
)
def test_the_plans_names_are_marked_as_chinese_on_other_screens(language, tags):
    assert read(chinese(f"东关街{HOSTILE}", language)) == (tags, f"东关街{HOSTILE}")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("东关街（三期）", "东关街（三期）"),
        ("悦泰·福里", "悦泰·福里"),
        ("A2 *plot*", "A2 \\*plot\\*"),
        ("[x](y)", "\\[x\\]\\(y\\)"),
        (":red[x] $y$", "\\:red\\[x\\] \\$y\\$"),
        ("<b>", "\\<b\\>"),
        ("1. first\n# title", "1\\. first \\# title"),
        ("a\\b", "a\\\\b"),
    ],
)
def test_markdown_in_a_label_is_escaped(text, label):
    assert plain(text) == label


@given(st.text())
def test_a_label_loses_nothing_but_line_breaks_and_double_spaces(text):
    assert re.sub(r"\\(.)", r"\1", plain(text)) == " ".join(text.split())


@given(st.text(alphabet="\\`*_{}[]()#+-.!|<>~$:&^a ", max_size=12))
def test_every_sign_of_markdown_has_a_backslash_of_its_own(text):
    signs = " ".join(text.split())
    assert plain(text) == "".join(sign if sign in "a " else f"\\{sign}" for sign in signs)
