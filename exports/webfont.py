"""The bundled font cut to the characters of one page, which then shows Chinese wherever it is opened."""

import base64
import io
from collections.abc import Set
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.scaleUpem import scale_upem  # type: ignore[import-untyped]

from exports.fonts import FONT_DIR
from layers.webassets import HANGUL_RANGES

_FILES: Final = (FONT_DIR / "NotoSansSC-400.ttf", FONT_DIR / "NotoSansKR-400.ttf")
_GRID: Final = 256


def font_faces(text: str) -> str:
    """Return the ``@font-face`` rules whose fonts hold the characters of `text`, each character in one of them.

    One weight only: the browser makes the bold, which halves the file.
    """
    rules, left = [], set(map(ord, text))
    for path in _FILES:
        with TTFont(path) as font:
            known = left & font.getBestCmap().keys()
        left -= known
        if known:
            rules.append(_font_face(path, known))
    return "".join(rules)


def _font_face(path: Path, codes: Set[int]) -> str:
    ranges = f"unicode-range:{HANGUL_RANGES};" if path is not _FILES[0] else ""
    return (
        f'@font-face{{font-family:"Noto Sans SC";font-weight:400;{ranges}'
        f'src:url("data:font/woff;base64,{base64.b64encode(_subset(path, codes)).decode("ascii")}") format("woff")}}'
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
