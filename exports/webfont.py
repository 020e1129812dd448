"""The bundled font cut to the characters of one page, which then shows Chinese wherever it is opened."""

import base64
import io
from collections.abc import Set
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.scaleUpem import scale_upem  # type: ignore[import-untyped]

from exports.fonts import CHINESE_FIRST, font_file

_GRID: Final = 256


def font_faces(text: str) -> str:
    """Return the ``@font-face`` rules whose fonts hold the characters of `text`, each character in one of them.

    One weight only: the browser makes the bold, which halves the file.
    """
    rules, left = [], set(map(ord, text))
    for family in CHINESE_FIRST:
        with TTFont(font_file(family)) as font:
            known = left & font.getBestCmap().keys()
        left -= known
        if known:
            rules.append(_font_face(family, known))
    return "".join(rules)


def _font_face(family: str, codes: Set[int]) -> str:
    font = base64.b64encode(_subset(font_file(family), codes)).decode("ascii")
    return (
        f'@font-face{{font-family:"Noto Sans {family}";font-weight:400;'
        f'src:url("data:font/woff;base64,{font}") format("woff")}}'
    )


def _subset(path: Path, codes: Set[int]) -> bytes:
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 13]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "vhea", "vmtx"]
    with TTFont(path, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        # A quarter of the bytes less; what moves is under a tenth of a pixel at the size of a title.
        scale_upem(font, _GRID)
        font.flavor = "woff"
        file = io.BytesIO()
        font.save(file)
    return file.getvalue()
