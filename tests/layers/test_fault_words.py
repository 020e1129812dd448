"""What other programs say of a fault is told in the language of the screen, with the place of it."""

import pytest
import shapely

from geo.intake.file import read_file
from layers.words import LANGUAGES, words_in
from ui.notices import problem_in_words

BOW = b'x,WKT\n1,"POLYGON ((0 0,4 4,4 0,0 4,0 0))"\n'
HOLE = b'x,WKT\n1,"POLYGON ((0 0,4 0,4 4,0 4,0 0),(8 8,9 8,9 9,8 8))"\n'


def told(language, name, content):
    return " ".join(problem_in_words(words_in(language), one) for one in read_file(name, content).problems)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "content", "english", "kept"),
    [
        ("a.csv", BOW, "intersection", "2 2"),
        ("a.csv", HOLE, "shell", "8 8"),
        ("a.csv", b"x,WKT\n1,POLYGON ((0 0\n", "Exception", ""),
        ("a.geojson", b'{"type": "Feature",\n  oops}', "xpecting", "3"),
        ("a.kml", b"<kml><Document></kml>", "mismatch", "1"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(40), "image", ""),
        ("a.gpkg", b"SQLite format 3\0" + bytes(200), "malformed", ""),
    ],
)
def test_no_word_of_another_program_is_shown(language, name, content, english, kept):
    said = told(language, name, content)
    assert said and all(number in said for number in kept.split())
    assert language == "en" or english not in said


def test_what_is_wrong_with_a_shape_is_said_with_its_coordinates():
    assert "自相交 [2 2]" in told("zh", "a.csv", BOW).replace("\\", "")
    assert shapely.is_valid_reason(shapely.from_wkt("POLYGON ((0 0,4 4,4 0,0 4,0 0))")) == "Self-intersection[2 2]"


def test_content_that_is_not_what_the_suffix_says_is_named():
    assert "图片" in told("zh", "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(40))
