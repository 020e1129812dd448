"""Breaking names for labels into lines of like length, between words; Chinese words are told by how common they are."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from exports.fonts import NOT_FIRST, NOT_LAST, width_pt
from geo.load import Dataset

Pairs = Mapping[str, int]
"""How many names hold each pair of neighbouring characters."""
STRENGTH_EM = 1.2
_ROUNDING_PT = 1e-9
_PAIRS: dict[str, Pairs] = {}
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef·]")


def pairs_of(data: Dataset) -> Pairs:
    """Return the pairs of characters in the names of the data; a common pair is most likely a word."""
    known = _PAIRS.get(data.fingerprint)
    if known is None:
        names = {project.name for project in data.projects} | {p.element.name for p in data.elements}
        texts = [*names, *(p.element.summary.zh for p in data.elements)]
        known = _PAIRS[data.fingerprint] = count_pairs(texts)
        while len(_PAIRS) > 4:
            _PAIRS.pop(next(iter(_PAIRS)), None)
    return known


def count_pairs(texts: Iterable[str]) -> Pairs:
    """Return how many of the texts hold each pair of neighbouring characters."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({a + b for a, b in pairwise(text)})
    return counts


def balanced(name: str, count: int, pairs: Pairs) -> tuple[str, ...]:
    """Break a name into at most `count` lines as alike in length as its words allow."""
    return _balanced(name, count, tuple(_breaks(name, pairs)))


def ways_to_break(data: Dataset, name: str, most: int) -> list[tuple[tuple[str, ...], float]]:
    """Return ways to write a name in lines of about `most` characters, with how little liked each is."""
    pairs, count = pairs_of(data), -(-len(name) // most)
    ways = {balanced(name, count, pairs): 0.0}
    for more in (1, 2) if count > 1 else (1,) if len(name) > most * 0.6 else ():
        ways.setdefault(balanced(name, count + more, pairs), 5.0 * more)
    return list(ways.items())


@lru_cache(maxsize=4000)
def _balanced(name: str, count: int, breaks: tuple[tuple[int, float], ...]) -> tuple[str, ...]:
    if count < 2 or not breaks:
        return (name.strip(),)
    target = width_pt(name, 1) / count
    misses = [(abs(width_pt(name[:at].strip(), 1) - target), 2 * strength, at) for at, strength in breaks]
    best: tuple[float, int, tuple[str, ...]] = (math.inf, 0, (name.strip(),))
    # Most breaks cost more than the best by their first line alone, so what comes after them is never looked into.
    for miss, torn, at in sorted(misses, key=lambda each: each[0] + each[1]):
        if miss + torn > best[0] + _ROUNDING_PT:
            break
        later = tuple((i - at, s) for i, s in breaks if i > at)
        rest = _balanced(name[at:], count - 1, later) if count > 2 else (name[at:].strip(),)
        unlike = sum(abs(width_pt(line, 1) - target) for line in rest)
        best = min(best, (miss + unlike + torn, at, (name[:at].strip(), *rest)))
    return best[2]


def _breaks(name: str, pairs: Pairs) -> Iterable[tuple[int, float]]:
    """Yield where a name may be broken, and how much that tears apart."""
    for i in range(1, len(name)):
        before, after = name[i - 1], name[i]
        if before == " " or after in "（(":
            yield i, 0.0
        elif after not in NOT_FIRST and after not in " –-" and before not in NOT_LAST and _is_wide(before + after):
            yield i, STRENGTH_EM * math.log2(1 + pairs.get(before + after, 0))


def _is_wide(characters: str) -> bool:
    return bool(_WIDE.search(characters))
