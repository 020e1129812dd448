"""What the translators' files say, read apart from the app; and what stands on a screen in a language not its own."""

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.messages.pofile import read_po

ROOT: Final = Path(__file__).resolve().parents[1]
LOCALES: Final = {"zh": "zh_CN", "en": "en_GB", "ja": "ja_JP", "ko": "ko_KR", "ru": "ru_RU"}
TRANSLATED: Final = ("ja", "ko", "ru")
FOREIGN: Final = ("en", *TRANSLATED)
HANZI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
MARKED_CHINESE = re.compile(r'<(\w+)[^>]*\blang="zh"[^>]*>.*?</\1>', re.DOTALL)
# The menu names each language in itself; a document number has no translation.
HANZI_ON_PURPOSE: Final = ("中文", "日本語", "西政发")
SENTENCE_WORDS: Final = 3


def catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


@cache
def interface(language: str) -> dict[str, str]:
    return catalogue(ROOT / "locales" / LOCALES[language] / "LC_MESSAGES" / "xigang.po")


@cache
def data_texts(language: str) -> dict[str, str]:
    """Return what the data's Chinese texts are in one of the translated languages."""
    return catalogue(ROOT / "data" / "translations" / f"{language}.po")


def told(sentence: dict[str, str], language: str) -> str:
    """Return a sentence of the data in a language."""
    return sentence.get(language) or data_texts(language)[sentence["zh"]]


def name_in(properties: dict[str, Any], language: str) -> str:
    """Return the name of a record of the data in a language."""
    return told({"zh": properties["name"], **properties["names"]}, language)


def plan_terms(language: str) -> dict[str, object]:
    """Return how the texts of the screens name the plan, the one before, and the years of both."""
    plan, before = {
        "zh": ("十四五", "十三五"),
        "en": ("14th", "13th"),
        "ja": ("第14次", "第13次"),
        "ko": ("제14차", "제13차"),
        "ru": ("14-й", "13-й"),
    }[language]
    return {"plan": plan, "before": before, "first": 2021, "last": 2025, "base": 2020, "first_before": 2016}


# ---- a second language on a screen ----


def strangers(text: str, language: str) -> set[str]:
    """Return what stands in `text` in another language than the reader's, apart from marked Chinese."""
    unmarked = MARKED_CHINESE.sub("", text)
    for allowed in HANZI_ON_PURPOSE:
        unmarked = unmarked.replace(allowed, "")
    for quoting in texts_that_quote_chinese(language):
        unmarked = unmarked.replace(quoting, "")
    unmarked = re.sub(r"〔\d{4}〕\d+号", "", unmarked)
    found = {run for run in HANZI.findall(unmarked) if language != "ja" or not is_japanese(run)}
    found = set() if language == "zh" else found
    if language in TRANSLATED:
        found |= {english for english in english_left_out(language) if english in unmarked}
    return found


@cache
def texts_that_quote_chinese(language: str) -> tuple[str, ...]:
    """Return the data's texts in a language that give a Chinese word beside its translation, longest first."""
    texts = english_of_data() if language == "en" else data_texts(language).values() if language in TRANSLATED else ()
    return tuple(sorted((text for text in texts if HANZI.search(text)), key=len, reverse=True))


def is_japanese(text: str) -> bool:
    """Tell whether JIS X 0213 has every character; the simplified forms of Chinese are mostly not in it."""
    try:
        text.encode("euc_jis_2004")
    except UnicodeEncodeError:
        return False
    return True


@cache
def english_left_out(language: str) -> frozenset[str]:
    """Return the English texts, parted at placeholders, of three and more words that no text in `language` keeps."""
    own = "\n".join([*interface(language).values(), *data_texts(language).values()])
    english = {*interface("en").values(), *english_of_data()}
    pieces = {piece.strip() for text in english for piece in re.split(r"\{[^}]*\}|\n", text)}
    return frozenset(
        piece for piece in pieces if len(re.findall(r"[A-Za-z']{2,}", piece)) >= SENTENCE_WORDS and piece not in own
    )


@cache
def english_of_data() -> frozenset[str]:
    texts = set()
    for path in (ROOT / "data").rglob("*.*json"):
        texts.update(_english(json.loads(path.read_text(encoding="utf-8"))))
    for path in (ROOT / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            texts.update(text for row in csv.DictReader(file) for key, text in row.items() if key in ("en", "name_en"))
    return frozenset(texts)


def _english(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _english(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "en" and isinstance(item, str):
                yield item
            elif key not in ("geometry", "coordinates"):
                yield from _english(item)
