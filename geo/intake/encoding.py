"""Text of unknown encoding: UTF-8 or GB18030 (which holds GBK and GB 2312), and the lines written in neither."""

import codecs
from collections.abc import Iterable
from typing import Final

UTF_8: Final = "utf-8"
GB18030: Final = "gb18030"
SAME_AS: Final = {"936": GB18030, "cp936": GB18030, "gbk": GB18030, "gb2312": GB18030, "65001": UTF_8, "utf8": UTF_8}
BYTE_ORDER_MARKS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MOST_DECIDING: Final = 100_000


def named_encoding(label: str) -> str | None:
    """Return the codec that a .cpg file's label means, None where it is unknown."""
    label = label.strip().lower()
    try:
        return SAME_AS.get(label) or SAME_AS.get(codecs.lookup(label).name, codecs.lookup(label).name)
    except (LookupError, ValueError):
        return None


def encoding_of(texts: Iterable[bytes], declared: str | None = None) -> str:
    """Return the encoding that most texts with more than ASCII are written in, `declared` being a hint."""
    candidates = list(dict.fromkeys(one for one in (UTF_8, declared, GB18030) if one))
    fitting = dict.fromkeys(candidates, 0)
    deciding = (text for text in texts if not text.isascii())
    for _, text in zip(range(MOST_DECIDING), deciding, strict=False):
        # A text in UTF-8 often passes as GB18030 too, hardly ever the other way round: the first that fits counts.
        if first := next((one for one in candidates if _reads(text, one)), None):
            fitting[first] += 1
    return max(candidates, key=fitting.__getitem__)


def decoded(text: bytes, encoding: str) -> tuple[str, bool]:
    """Return the text and whether it was what it should be: without null bytes, and in `encoding`.

    What is in the other encoding is read by that, what is in neither keeps a sign (U+FFFD) for each lost byte.
    """
    whole = b"\0" not in text
    if whole:
        try:
            return text.decode(encoding), True
        except (UnicodeDecodeError, LookupError):
            pass
    text = text.replace(b"\0", b"")
    for one in (encoding, UTF_8, GB18030):
        if _reads(text, one):
            return text.decode(one), whole and one == encoding
    return text.decode(encoding, "replace"), False


def _reads(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
