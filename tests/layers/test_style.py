"""Colours that can be told apart and read, by everybody."""

import re
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert

from geo.vocabulary import Grade, Sector, Stage
from layers import style
from layers.basemap import LABEL_RULES
from layers.symbols import SHAPES

SEEN = ("normal", "deuteranomaly", "protanomaly", "tritanomaly")
ICON = Path(__file__).resolve().parents[2] / "static" / "icon.svg"
GROUNDS = (style.DISTRICT, style.LAND, style.SEA)
HUES = [looks.colour for looks in style.SECTORS.values()]
OUTLINES = [looks.outline for looks in style.SECTORS.values()]


def rgb(colours):
    """Return (n, 3) sRGB values in 0–1 of ``#RRGGBB`` colours."""
    return np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in colours])


def over(colours, ground, opacity):
    return opacity * rgb(colours) + (1 - opacity) * rgb([ground])


def as_seen(colours, eyes):
    """Return (n, 3) positions in CAM02-UCS, with the colour blindness `eyes` at its full severity."""
    if eyes != "normal":
        eye = {"name": "sRGB1+CVD", "cvd_type": eyes, "severity": 100}
        colours = np.clip(cspace_convert(colours, eye, "sRGB1"), 0, 1)
    return cspace_convert(colours, "sRGB1", "CAM02-UCS")


def worst_pair(colours):
    """Return the least ΔE between any two of the colours, for any eyes."""
    return min(
        float(np.linalg.norm(one - other))
        for eyes in SEEN
        for one, other in combinations(as_seen(np.asarray(colours), eyes), 2)
    )


def luminance(colours):
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """Return the WCAG contrast of two (1, 3) colours."""
    dark, light = sorted([luminance(one).item(), luminance(other).item()])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("colours", "floor"),
    [
        # The hues themselves: 15.03, technology beside business for protanopic eyes.
        (rgb(HUES), 15.0),
        # The fills as drawn, on the marker's white ground: 9.72, culture beside business for tritanopic eyes.
        (over(HUES, "#FFFFFF", style.FILL_OPACITY), 9.7),
        # The outlines, which are all that a hollow marker has: 11.04, culture beside business for normal eyes.
        (rgb(OUTLINES), 11.0),
    ],
    ids=["hues", "fills", "outlines"],
)
def test_the_sectors_are_told_apart_by_all_eyes(colours, floor):
    assert worst_pair(colours) >= floor


def test_the_search_for_hues_is_right_on_known_colours():
    assert worst_pair(rgb(["#56B4E9", "#56B4E9"])) == 0
    assert worst_pair(rgb(["#000000", "#FFFFFF"])) == pytest.approx(100, abs=0.5)
    # Red and green of one lightness: far apart for normal eyes, close for deuteranopic ones.
    red, green = rgb(["#D05050"]), rgb(["#609030"])
    assert np.linalg.norm(as_seen(red, "normal") - as_seen(green, "normal")) > 40
    assert np.linalg.norm(as_seen(red, "deuteranomaly") - as_seen(green, "deuteranomaly")) < 20


@pytest.mark.parametrize("sector", Sector)
def test_every_sector_is_unlike_the_ground(sector):
    hue = as_seen(rgb([style.SECTORS[sector].colour]), "normal")
    assert np.linalg.norm(hue - as_seen(rgb(GROUNDS), "normal"), axis=1).min() >= 20


@pytest.mark.parametrize("ground", [*GROUNDS, style.HALO])
@pytest.mark.parametrize("text", ["TEXT", "TEXT_SECONDARY", "TITLE"])
def test_words_can_be_read_on_every_ground(text, ground):
    assert contrast(rgb([getattr(style, text)]), rgb([ground])) >= 4.5


LABELS = {
    **{f"{rule.file} {rule.zoom:g}": rule.colour for rule in LABEL_RULES},
    **{f"sector {sector}": looks.outline for sector, looks in style.SECTORS.items()},
    **{f"group {i}": style.shade(colour, 0.8) for i, colour in enumerate(style.STRUCTURE)},
}


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", LABELS.values(), ids=LABELS)
def test_map_labels_can_be_read_on_every_ground_without_their_halo(colour, ground):
    assert contrast(rgb([colour]), rgb([ground])) >= 4.5


def test_every_sector_has_a_shape_of_its_own():
    shapes = [looks.shape for looks in style.SECTORS.values()]
    assert set(style.SECTORS) == set(Sector)
    assert len(set(shapes)) == len(Sector)
    assert set(shapes) <= set(SHAPES)


def test_every_stage_has_a_line_of_its_own():
    assert set(style.STAGES) == set(Stage)
    assert len(set(style.STAGES.values())) == len(Stage)
    assert [stage for stage, looks in style.STAGES.items() if looks.dash] == [Stage.PIPELINE, Stage.UNSTATED]
    # Drawn with butt ends, a gap must be wider than nothing: round ends would close it.
    assert all(gap > 0 for looks in style.STAGES.values() for gap in looks.dash[1::2])
    assert [stage for stage, looks in style.STAGES.items() if looks.colour] == [Stage.UNSTATED]


def test_only_known_places_are_filled():
    assert {Grade.EXACT, Grade.NEAR} == style.FILLED_GRADES


def test_a_schematic_structure_is_dashed_and_an_official_one_a_whole_line():
    for colour, is_line in product(style.STRUCTURE, (True, False)):
        looks = style.structure_style(colour, is_line=is_line)
        official = looks.surveyed()
        assert looks.dash and looks.arrow_ends == is_line != looks.hatch
        assert not (official.dash or official.hatch or official.arrow_ends) and official.colour == looks.colour
    assert len(set(style.STRUCTURE)) == len(style.STRUCTURE)


def test_the_icon_has_the_colours_of_the_map():
    palette = {style.TITLE, style.HALO, *HUES, *style.STRUCTURE}
    assert set(re.findall(r'"(#[^"]+)"', ICON.read_text(encoding="utf-8"))) <= palette


@pytest.mark.parametrize(("factor", "shaded"), [(0, "#000000"), (0.5, "#804020"), (1, "#FF8040")])
def test_shade(factor, shaded):
    assert style.shade("#FF8040", factor) == shaded
