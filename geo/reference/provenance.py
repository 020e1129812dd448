"""Whose a layer is, what may be done with it, of when it is: as its file and the list of sources say it."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geo.crs_candidates import Candidate, has_public_shift
from geo.intake.evidence import CRS_NAMES
from geo.intake.table import Table
from geo.project import Localised
from geo.reference.draft import Draft, Reading
from geo.reference.layers import LAYERS, ReplaceableLayer

DAY: Final = re.compile(r"([0-9]{4})(?:年|[-./年]([0-9]{1,2})(?:月|[-./月]([0-9]{1,2})日?)?)?")
"""How a year, a month or a day may be written."""
LONGEST_CRS: Final = 20
Members = dict[str, Any]


@dataclass(frozen=True)
class Provenance:
    """What the office says of its layer; nothing of it is guessed.

    Attributes
    ----------
    source, licence : whose it is, and what may be done with it
    date : of when it is: a year, month or day (ISO)
    gaps : what is known to be missing or inexact in it
    grade : one of the layer's, None where it has none
    accuracy_m : how well its features are known
    credit : what maps and exports say of it; the source, where nothing else is asked for
    """

    source: Localised
    licence: Localised
    date: str
    gaps: Localised
    grade: str | None = None
    accuracy_m: int | None = None
    credit: Localised | None = None

    @property
    def named(self) -> str:
        """The source in one line, Chinese first, with its date."""
        names = dict.fromkeys((self.source.zh, self.source.en))
        return f"{' / '.join(names)}, {self.date}"

    @property
    def dated(self) -> Localised:
        """The source with its date, as the list of sources has it."""
        return Localised(zh=f"{self.source.zh}，{self.date}", en=f"{self.source.en}, {self.date}")


def basis_from(source_zh: str) -> str:
    """Return what a structure element says of its shape where that is of a source in the list, named in Chinese."""
    return f"范围取自{source_zh}。"


def basis_of(feature: Mapping[str, Any]) -> str:
    """Return what a structure element says of its shape, in Chinese."""
    return str(feature["properties"]["basis"]["zh"])


def edits_of(table: Table, content: bytes, candidate: Candidate, reading: Reading, draft: Draft) -> Localised:
    """Return what was done to the file to make the layer."""
    system, digest = system_of(candidate), hashlib.sha256(content).hexdigest()
    today, count, left = datetime.date.today().isoformat(), len(draft.shapes), draft.left_out_count
    zh = [f"{today} 由文件 {table.name}（SHA-256 {digest}）导入", f"由 {system} 转换为 WGS 84", f"取 {count} 个图形"]
    en = [f"Taken on {today} from {table.name} (SHA-256 {digest})", f"converted from {system} to WGS 84",
          f"features: {count}"]  # fmt: skip
    if not has_public_shift(candidate):
        zh[-2] += "（转换参数不公开，位置可能有约百米误差）"
        en[-2] += " (whose shift is not public: places may be off by some 100 m)"
    if left:
        zh.append(f"未取 {left} 个")
        en.append(f"left out: {left}")
    if reading.simplify_m:
        zh.append(f"简化 {reading.simplify_m:g} 米")
        en.append(f"simplified by {reading.simplify_m:g} m")
    return Localised(zh="，".join(zh), en=", ".join(en))


def system_of(candidate: Candidate) -> str:
    """Return what a system is called in a few letters."""
    known = candidate.crs if candidate.crs and len(candidate.crs) <= LONGEST_CRS else None
    return known or CRS_NAMES.get(candidate.datum) or ("a city grid" if candidate.grid else "the file's own system")


def members_of(provenance: Provenance, edits: Localised) -> Members:
    """Return what the layer's file says of itself."""
    grade = {"grade": provenance.grade} if provenance.grade else {}
    return {
        "attribution": provenance.source.en,
        "licence": provenance.licence.en,
        "source": provenance.named,
        "date": provenance.date,
        **grade,
        "edits": edits.en,
    }


def listed(
    sources: Iterable[Mapping[str, Any]],
    layer: ReplaceableLayer,
    provenance: Provenance,
    edits: Localised,
    *,
    shapes: Sequence[Sequence[Mapping[str, Any]]] = ((), ()),
) -> list[Members]:
    """Return the list of sources with the layer's new one, in the place of the former.

    Parameters
    ----------
    shapes : the features before and after of a layer that is replaced one by one; what any is still of stays listed
    """
    files = [layer.file, *layer.drawn_from_it]
    entry: Members = {
        "files": files,
        "title": _localised(layer.title),
        "source": _localised(provenance.dated),
        "licence": _localised(provenance.licence),
        "edits": _localised(edits),
        "gaps": _localised(provenance.gaps),
        "credit": _localised(provenance.credit or provenance.source),
    }
    staying = _still_used([*sources], entry, *shapes)
    kept: list[Members] = []
    for former in sources:
        if set(files) & set(former["files"]) and entry not in kept:
            kept.append(entry)
        if others := [file for file in former["files"] if former in staying or file not in files]:
            kept.append({**former, "files": others, **_title_of(others, former)})
    return kept if entry in kept else [*kept, entry]


def without(sources: Iterable[Mapping[str, Any]], files: Sequence[str]) -> list[Members]:
    """Return the list of sources once these files hold nothing."""
    kept: list[Members] = []
    for source in sources:
        if others := [file for file in source["files"] if file not in files]:
            kept.append({**source, "files": others, **_title_of(others, source)})
    return kept


def _title_of(files: Sequence[str], former: Mapping[str, Any]) -> Members:
    """Return the title of a source that fewer files are of than were: that of the layers they are."""
    titles = {layer.file: layer.title for layer in LAYERS.values()}
    own = [titles[file] for file in files if file in titles]
    if len(files) == len(former["files"]) or not own:
        return {}
    joined = Localised(zh="、".join(title.zh for title in own), en="; ".join(title.en for title in own))
    return {"title": _localised(joined)}


def _still_used(
    sources: Sequence[Mapping[str, Any]],
    new: Members,
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> list[Mapping[str, Any]]:
    """Return the sources that some shape is of: those that gave one, and those of a recipe that one is drawn by."""
    told = [basis_from(source["source"]["zh"]) for source in (*sources, new)]
    had, has = ({basis_of(shape) for shape in shapes} for shapes in (before, after))
    has_recipe = not has <= set(told)
    return [
        source
        for source, its in zip(sources, told[:-1], strict=True)
        if its != told[-1] and (its in has or (has_recipe and its not in had))
    ]


def _localised(text: Localised) -> Members:
    return text.model_dump(exclude_none=True)


def sources_text(sources: Sequence[Mapping[str, Any]]) -> str:
    """Return the list of sources as its file has it: a member a line."""
    entries = [
        "  {\n" + ",\n".join(f"    {_plain(key)}: {_plain(value)}" for key, value in source.items()) + "\n  }"
        for source in sources
    ]
    return "[\n" + ",\n".join(entries) + "\n]\n"


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
