"""What the command that replaces reference data says, each line in Chinese and in English."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Final

from geo.check import line
from geo.crs_candidates import Candidate, has_public_shift
from geo.crs_doctor import Finding, Reason
from geo.intake.table import Table
from geo.load import Dataset
from geo.problem import Problem
from geo.project import Localised
from geo.reference.draft import NO_PLACE, Draft, Reading, Rows
from geo.reference.judge import Judgement
from geo.reference.layers import BOUNDARY, LAYERS, ReplaceableLayer
from geo.reference.provenance import system_of
from layers.crs_wording import candidate_in_words, finding_in_words
from layers.fault_words import detail_in_words
from layers.words import Words, words_in

SHOWN_ROWS: Final = 12
SHOWN_SYSTEMS: Final = 6
OF_CHECK: Final = {
    "outside_the_district": "落在区界以外",
    "in_the_water": "大部分在水里",
    "road_unknown": "注记的道路不在图上",
    "geometry_invalid": "图形有误",
    "coordinate_out_of_range": "不是经纬度",
}
"""What the check finds in a replaced layer, in Chinese."""
_SYSTEM: Final = {"zh": ("坐标系：", "（按 --crs 指定）", "；"), "en": ("system: ", " (as --crs says)", "; ")}
_OF_PLACE: Final = {Reason.INSIDE, Reason.OUTSIDE, Reason.FEWER_INSIDE}
NOT_WRITTEN: Final = Localised(zh="没有写入。", en="Nothing was written.")
NOTHING_FITS: Final = Localised(
    zh="没有一个图形能替换要素的形状：编号或中文名称要与要素相同，线换线、面换面。",
    en="No shape can take an element's place: it needs the element's id or Chinese name, and to be a line for a line, "
    "an area for an area.",
)
Lines = Iterator[Localised]


def table_told(table: Table) -> Lines:
    placed = sum(geometry is not None for geometry in table.geometries)
    declared = table.declared_crs.to_string() if table.declared_crs and table.crs_in_file else None
    yield Localised(
        zh=f"{table.name}：{len(table.geometries)} 个要素，{placed} 个有图形；文件"
        + (f"声明坐标系 {declared}" if declared else "没有声明坐标系"),
        en=f"{table.name}: {len(table.geometries)} features, {placed} with a geometry; the file "
        + (f"says that it is in {declared}" if declared else "does not say its system"),
    )
    yield from map(problem_told, table.problems[:SHOWN_ROWS])


def judgement_told(judgement: Judgement) -> Lines:
    if judgement.candidate is not None:
        yield _in_both(partial(_system_told, judgement=judgement, candidate=judgement.candidate))


def _system_told(words: Words, judgement: Judgement, candidate: Candidate) -> str:
    before, by, between = _SYSTEM[words.language]
    found = judgement.finding
    reasons = [_reasons_told(words, found, judgement)] if found else []
    if not (found or has_public_shift(candidate)):
        reasons = [words("crs.reason_no_public_shift")]
    return between.join(
        [f"{before}{candidate_in_words(words, candidate)}{by if judgement.is_overruled else ''}", *reasons]
    )


def _reasons_told(words: Words, finding: Finding, judgement: Judgement) -> str:
    """Return what speaks for a system; where features may lie around the district, how many do."""
    around_km = judgement.around_km
    first = judgement.diagnosis.findings[0].candidate if judgement.diagnosis else finding.candidate
    if around_km is None:
        return finding_in_words(words, finding, first)
    others = tuple(reason for reason in finding.reasons if reason not in _OF_PLACE)
    share, km = f"{finding.inside_share:.0%}", f"{around_km:g}"
    around = {"zh": f"{share} 在本区周围 {km} 公里内", "en": f"{share} lie within {km} km of the district"}[
        words.language
    ]
    return words("format.phrases").join(
        filter(None, [finding_in_words(words, replace(finding, reasons=others), first), around])
    )


def not_certain(judgement: Judgement) -> Lines:
    fitting = [finding for finding in judgement.diagnosis.findings if finding.fits] if judgement.diagnosis else []
    if not fitting:
        yield Localised(
            zh="没有一种坐标系能让这些图形落在本区；请用 --crs 指明，或核对是不是本区的文件。",
            en="In no system do these features lie in the district; say which with --crs, or look whether the file is "
            "the district's.",
        )
    else:
        yield Localised(
            zh="坐标系不能确定，请用 --crs 指明其中之一：", en="The system is not certain; say which with --crs:"
        )
    for finding in fitting[:SHOWN_SYSTEMS]:
        yield _in_both(partial(_finding_told, finding=finding, judgement=judgement))
    yield NOT_WRITTEN


def _finding_told(words: Words, finding: Finding, judgement: Judgement) -> str:
    swapped = " --swapped" if finding.candidate.swapped else ""
    option = f"--crs {'grid' if finding.candidate.grid else system_of(finding.candidate)}{swapped}"
    name, reasons = candidate_in_words(words, finding.candidate), _reasons_told(words, finding, judgement)
    return f"  {option}  {name}: {reasons}"


def columns_told(layer: ReplaceableLayer, reading: Reading) -> Lines:
    pairs = [f"{name} ← {reading.columns.get(name) or '—'}" for name in layer.columns]
    pairs = [f"{pair} ({reading.defaults[name]})" if name in reading.defaults else pair
             for name, pair in zip(layer.columns, pairs, strict=True)]  # fmt: skip
    yield Localised(
        zh=f"属性取自列（可用 --column 属性=列名 改）：{'，'.join(pairs)}",
        en=f"properties from columns (--column PROPERTY=COLUMN changes that): {', '.join(pairs)}",
    )


def unnamed_told(layer: ReplaceableLayer, reading: Reading, table: Table, dataset: Dataset) -> Lines:
    """Yield that no column names the features, where names are needed or the layer in place has some."""
    tells = {"name", "id"} & layer.columns.keys()
    if layer is LAYERS[BOUNDARY] or not tells or tells & (reading.columns.keys() | reading.defaults.keys()):
        return
    known = dataset.base.get(PurePath(layer.file).stem, {}).get("features", ())
    named = sum(bool(feature["properties"].get("name")) for feature in known)
    if not (named or layer.columns["name"].needed or "id" in tells):
        return
    headings = [str(heading) for heading in table.columns.columns]
    yield Localised(
        zh=f"注意！没有认出名称列，取入的图形都没有名称（现用图层有 {named} 个有名称）。请用 --name 列名 指明；"
        f"文件的列：{'、'.join(headings) or '无'}",
        en=f"NOTE! No column of names was recognised: the features come without names ({named} in the layer in use "
        f"have one). Say which with --name COLUMN; the file's columns: {', '.join(headings) or 'none'}",
    )


def rows_told(draft: Draft) -> Lines:
    yield Localised(
        zh=f"取 {len(draft.shapes)} 个图形，未取 {draft.left_out_count} 个",
        en=f"{len(draft.shapes)} features taken, {draft.left_out_count} left out",
    )
    yield from _reasons(draft.left_out, "未取", "left out")
    yield from _reasons(draft.changed, "改动", "changed")


def _reasons(rows: Rows, zh: str, en: str) -> Lines:
    for reason, numbers in rows.items():
        shown = ", ".join(map(str, numbers[:SHOWN_ROWS])) + (", …" if len(numbers) > SHOWN_ROWS else "")
        yield Localised(
            zh=f"  {zh} {len(numbers)} 个：{reason.zh}（第 {shown} 行）",
            en=f"  {len(numbers)} {en}: {reason.en} (row {shown})",
        )


def nothing_taken(draft: Draft, candidate: Candidate) -> Lines:
    if draft.nearest_km is not None:
        system, away = system_of(candidate), f"{draft.nearest_km:,.1f}"
        yield Localised(
            zh=f"按 {system}，离本区最近的图形也有 {away} 公里：坐标系不对，或不是本区的文件。",
            en=f"In {system} even the nearest lies {away} km from the district: the system is wrong, or the file is "
            "another district's.",
        )
    elif NO_PLACE in draft.left_out:
        system = system_of(candidate)
        yield Localised(
            zh=f"文件里的数不是 {system} 的坐标（例如以米计，而它是经纬度）：--crs 给错了；"
            "不带 --crs 试算，会列出相符的。",
            en=f"The file's numbers are none of {system} (metres, say, where {system} is in degrees): --crs is wrong; "
            "a trial without it lists those that fit.",
        )
    yield NOT_WRITTEN


def problems_told(problems: Sequence[Problem]) -> Lines:
    if not problems:
        yield Localised(zh="数据检查：没有新的问题。", en="Check of the data: no new problems.")
        return
    yield Localised(
        zh=f"数据检查：替换后会有 {len(problems)} 个新问题，须先解决：",
        en=f"Check of the data: it would have {len(problems)} new problems, which have to be mended first:",
    )
    yield from map(problem_told, problems[:SHOWN_ROWS])


def problem_told(problem: Problem) -> Localised:
    return _in_both(partial(_in_words, problem=problem))


def _in_words(words: Words, problem: Problem) -> str:
    identifier = f"problem.{problem.code}"
    if identifier in words.catalogue:
        return "  " + words(identifier, where=problem.where, detail=detail_in_words(words, problem)).strip()
    if words.language == "zh" and problem.code in OF_CHECK:
        figures_only = ", ".join(re.findall(r"\d[\d.,]*\s?(?:m|%|km)", problem.detail)) or problem.detail
        return f"  {problem.where}：{OF_CHECK[problem.code]}（{figures_only}）"
    return f"  {line(problem)}"


def _in_both(tell: Callable[[Words], str]) -> Localised:
    return Localised(zh=tell(words_in("zh")), en=tell(words_in("en")))
