"""Which column of a file fills which field of a project: suggested by its heading, else by what stands in it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from unicodedata import normalize

import pandas as pd

from geo.intake.table import Table
from geo.load import Dataset
from geo.names import by_language
from geo.phase import PHASE_OF_HEADING
from geo.vocabulary import Grade, Phase, Sector

Kind = Literal["id", "text", "sentence", "code", "number", "integer", "date", "record"]


@dataclass(frozen=True)
class ImportField:
    """A field of a project that a column may fill.

    `path` is that of the record; a `sentence` is in whatever language it is written, its English at ``<path>.en``.
    `headings` are those it is known by, the surest first, without spaces and signs.
    """

    path: str
    kind: Kind
    headings: tuple[str, ...]


def _sentence(path: str, *headings: str) -> tuple[ImportField, ImportField]:
    english = [f"{heading}{mark}" for heading in headings for mark in ("en", "english", "英文", "英语")]
    return (
        ImportField(path, "sentence", headings),
        ImportField(f"{path}.en", "text", (*english, *(f"英文{heading}" for heading in headings))),
    )


FIELDS: Final = (
    ImportField("id", "id", ("id", "projectid", "编号", "项目编号", "identifier")),
    ImportField(
        "name",
        "text",
        ("name", "namechinese", "名称", "项目名称", "中文名称", "项目", "namezh", "projectname", "地块名称", "title"),
    ),
    ImportField(
        "names.en", "text", ("nameen", "nameenglish", "英文名称", "项目英文名称", "英文名", "englishname", "名称英文")
    ),
    ImportField("names.ja", "text", ("nameja", "namejapanese", "日文名称", "日文名")),
    ImportField("names.ko", "text", ("nameko", "namekorean", "韩文名称", "韩文名")),
    ImportField("names.ru", "text", ("nameru", "namerussian", "俄文名称", "俄文名")),
    ImportField("sector", "code", ("sector", "领域代码", "sectorcode", "领域", "行业", "行业类别", "sectorword")),
    ImportField(
        "phase", "code", ("phase", "阶段代码", "phasecode", "阶段", "项目阶段", "建设阶段", "进度", "phaseword")
    ),
    ImportField(
        "group", "code", ("group", "分组代码", "groupcode", "空间结构分组", "分组", "groupofthestructure", "groupword")
    ),
    ImportField(
        "element",
        "code",
        ("element", "要素编号", "elementidentifier", "空间结构要素", "structureelement"),
    ),
    *_sentence("element_basis", "elementbasis", "elembasis", "要素依据", "basisoftheelement"),
    ImportField("current_status.value", "text", ("status", "现状", "currentstatus", "当前状态", "presentstate")),
    ImportField("current_status.date", "date", ("statusdate", "statdate", "现状日期", "dateofthestate")),
    ImportField("current_status.source", "text", ("statussource", "statsrc", "现状来源", "sourceofthestate")),
    ImportField(
        "location.grade",
        "code",
        ("grade", "落图精度代码", "gradecode", "落图精度", "locationgrade", "gradeword"),
    ),
    ImportField("location.accuracy_m", "integer", ("accuracym", "误差米", "误差", "accuracy", "点位误差")),
    *_sentence("location.basis", "basis", "位置依据", "basisoftheplace", "定位依据"),
    ImportField("location.address", "text", ("address", "地址", "位置", "坐落", "项目地址")),
    ImportField("location.source", "text", ("source", "位置来源", "sourceoftheplace", "来源", "数据来源")),
    ImportField("location.source_crs", "text", ("sourcecrs", "原坐标系", "sourcedatum")),
    ImportField("location.checked", "date", ("checked", "核对日期", "核实日期")),
    *_sentence("summary", "summary", "概述", "项目概述", "简介", "项目简介", "建设内容"),
    ImportField("offer.site_area_m2", "number", ("siteaream2", "aream2", "用地面积", "sitearea", "占地面积", "面积")),
    ImportField("offer.plot_ratio", "number", ("plotratio", "容积率", "far")),
    *_sentence("offer.land_use", "landuse", "用地性质", "土地用途", "规划用途"),
    *_sentence("offer.investment_sought", "investmentsought", "investment", "investmen", "招商方向", "拟引投资"),
    *_sentence("offer.contact", "contact", "联系方式", "联系人"),
    ImportField("offer.date", "date", ("offerdate", "招商信息日期")),
    ImportField("offer.source", "text", ("offersource", "offersrc", "招商信息来源")),
    ImportField("added.source", "text", ("addedsource", "addedsrc", "增补依据", "补录来源")),
    ImportField("added.date", "date", ("addeddate", "增补日期", "补录日期")),
    ImportField("record", "record", ("record",)),
)
FIELD_OF: Final = {each.path: each for each in FIELDS}
SAMPLE_ROWS: Final = 500
MOSTLY: Final = 0.6
KEBAB: Final = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
SIGNS: Final = re.compile(r"[\W_]+")
IN_BRACKETS: Final = re.compile(r"\(.*?\)|（.*?）|\[.*?\]|【.*?】")
ENUMS: Final = {"sector": Sector, "phase": Phase, "location.grade": Grade}


@dataclass(frozen=True)
class ImportWords:
    """What the screens call things, in any language: field by heading, and for each coded field its code by word."""

    headings: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NO_WORDS: Final = ImportWords()


@dataclass(frozen=True)
class ColumnMapping:
    """The column for each field that has one, and the fields whose column was told by its content alone."""

    columns: Mapping[str, str]
    by_content: frozenset[str] = frozenset()


def plain(text: str) -> str:
    """Return a text as it is compared: letters and digits alone, of one width and case."""
    return SIGNS.sub("", normalize("NFKC", text).casefold())


def name_key(name: str) -> str:
    """Return a name as it is compared: of one width, without spaces."""
    return "".join(normalize("NFKC", name).split()).casefold()


def codes_of(dataset: Dataset, words: ImportWords = NO_WORDS) -> dict[str, dict[str, str]]:
    """Return for each coded field every code by the words for it: the code itself, the plan's and the screens'.

    Parameters
    ----------
    dataset : Dataset
        Its groups and elements count by their names in any language; a group's code is its name in the plan.
    words : ImportWords
    """
    codes: dict[str, dict[str, str]] = {path: {plain(str(code)): str(code) for code in ENUMS[path]} for path in ENUMS}
    codes["phase"] |= {plain(heading): str(phase) for heading, phase in PHASE_OF_HEADING.items()}
    for path, by_word in words.codes.items():
        for word, code in by_word.items():
            codes[path].setdefault(plain(word), code)
    codes["group"], codes["element"] = {}, {}
    for group in dataset.district.groups:
        for word in (group.id, *by_language(group.name, group.names).values()):
            codes["group"].setdefault(plain(word), group.name)
    for element in (placed.element for placed in dataset.elements):
        for word in (element.id, *by_language(element.name, element.names).values()):
            codes["element"].setdefault(plain(word), element.id)
    return codes


def suggest_mapping(table: Table, dataset: Dataset, words: ImportWords = NO_WORDS) -> ColumnMapping:
    """Return which column seems to fill which field; a column fills one field, and a field has one column.

    Parameters
    ----------
    table : Table
    dataset : Dataset
    words : ImportWords
        Headings in further languages, and the words for codes.
    """
    columns = _by_heading([str(column) for column in table.columns.columns], words)
    found = {path: column for path, column in columns.items() if path != "id" or _holds_ids(table, column, dataset)}
    free = [column for column in map(str, table.columns.columns) if column not in columns.values()]
    by_content = _by_content(table, free, found, dataset, words)
    return ColumnMapping({**found, **by_content}, frozenset(by_content))


def _by_heading(columns: list[str], words: ImportWords) -> dict[str, str]:
    written = {column: (plain(column), plain(IN_BRACKETS.sub("", column))) for column in columns}
    further: dict[str, list[str]] = {}
    for heading, path in words.headings.items():
        further.setdefault(path, []).append(plain(heading))
    found: dict[str, str] = {}
    for at in (0, 1):  # as written first, then without what stands in brackets
        for each in FIELDS:
            for heading in (*each.headings, *further.get(each.path, ())):
                column = next((one for one in columns if written[one][at] == heading), None)
                if column and each.path not in found and column not in found.values():
                    found[each.path] = column
    return found


def _holds_ids(table: Table, column: str, dataset: Dataset) -> bool:
    """Whether a column has identifiers of projects rather than the numbers that any table has."""
    texts = _sample(table, column)
    known = {project.id for project in dataset.projects}
    return _share(texts, lambda text: text in known or bool(KEBAB.fullmatch(text))) >= MOSTLY


def _by_content(
    table: Table, free: list[str], found: Mapping[str, str], dataset: Dataset, words: ImportWords
) -> dict[str, str]:
    names = {name_key(project.name) for project in dataset.projects}
    codes = codes_of(dataset, words)
    tests: dict[str, Callable[[str], bool]] = {"name": lambda text: name_key(text) in names}
    for path in ENUMS:
        tests[path] = lambda text, path=path: plain(text) in codes[path]  # type: ignore[misc]
    told: dict[str, str] = {}
    for path, test in tests.items():
        if path in found:
            continue
        best = max(free, key=lambda one: _share(_sample(table, one), test), default=None)
        if best is not None and _share(_sample(table, best), test) >= MOSTLY:
            told[path] = best
            free = [one for one in free if one != best]
    return told


def _sample(table: Table, column: str) -> list[str]:
    cells: pd.Series[Any] = table.columns[column].head(SAMPLE_ROWS)
    return [cell.strip() for cell in cells.tolist() if isinstance(cell, str) and cell.strip()]


def _share(texts: Iterable[str], test: Callable[[str], bool]) -> float:
    told = [test(text) for text in texts]
    return sum(told) / len(told) if told else 0.0
