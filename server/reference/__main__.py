"""Replace the map's boundary, base map and structure shapes: ``python -m server.reference --help``."""

import argparse
import datetime
import math
import sys
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from geo.check import line
from geo.crs_candidates import Candidate, fit_grid
from geo.errors import ControlPointError
from geo.intake.file import read_file
from geo.intake.limits import MAX_FILE_BYTES
from geo.intake.table import Table
from geo.load import MAY_BE_NONE, Dataset, UnreadableDistrictError, load_dataset, read_json
from geo.project import Localised
from geo.reference import figures, folder
from geo.reference.content import collection_text, made
from geo.reference.draft import FAR_KM, Draft, Reading, draft_layer
from geo.reference.folder import ReplacementError
from geo.reference.judge import Judgement, judge, named_system
from geo.reference.layers import LAYERS, STRUCTURE, ReplaceableLayer, suggested
from geo.reference.provenance import DAY, Provenance, edits_of, listed, members_of, sources_text, without
from geo.settings import SettingsError
from geo.store.backup import BackupError
from server.office import this_office
from server.reference import told
from server.reference.told import NOT_WRITTEN, NOTHING_FITS, Lines

DONE, REFUSED, WRONG_SETTINGS = 0, 1, 2
SOURCES: Final = "sources.json"
EXAMPLES: Final = """\
例 / examples:
  list                                       可以替换的图层 / the layers that can be replaced
  init                                       建立本单位的数据副本 / make the office's own copy of the data
  replace boundary 勘界.zip                  试算，不写入 / a trial, nothing is written
  replace boundary 勘界.zip --crs EPSG:4550 --grade official --date 2025-06 \\
      --source "某局勘界成果" --source-en "Survey of the Bureau" \\
      --licence "内部使用" --licence-en "Internal use" --gaps "无" --gaps-en "None known" --write
  replace roads 路网.gpkg --column class=道路等级 --code 城市快速路=trunk
  none metro                                 本区没有地铁站 / there are no metro stations here
  undo                                       撤销最近一次替换 / undo the latest replacement
"""


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    said: list[Localised] = []
    result = DONE
    try:
        said += asked.command(asked)
    except ReplacementError as refusal:
        said.append(refusal.told)
        result = REFUSED
    except UnreadableDistrictError as error:
        said.append(Localised(zh=f"数据无法读取：{error}", en=f"The data cannot be read: {error}"))
        result = REFUSED
    except OSError as error:
        said.append(Localised(zh=f"没有完成：{error}", en=f"It was not done: {error}"))
        result = REFUSED
    except (SettingsError, BackupError) as wrong:
        print(f"设置有误。 / The settings are wrong.\n{wrong}", file=sys.stderr)
        return WRONG_SETTINGS
    print("\n".join(text.zh for text in said), "\n".join(text.en for text in said), sep="\n\n")
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server.reference",
        description="替换基础数据和空间结构的形状 / replace the reference data and the structure's shapes",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("list", help="可以替换的图层 / the layers").set_defaults(command=list_layers)
    start = commands.add_parser("init", help="建立本单位的数据副本 / make the office's own copy")
    start.add_argument("folder", type=Path, nargs="?", help="默认在程序旁 / by default beside the app")
    start.set_defaults(command=make_copy)
    _replace_options(commands.add_parser("replace", help="试算或写入 / try or write"))
    none = commands.add_parser("none", help="注明本区没有这一类 / say that the district has none of a layer")
    none.add_argument("layer", choices=sorted(set(MAY_BE_NONE.values())), metavar="LAYER")
    none.set_defaults(command=say_none)
    commands.add_parser("history", help="可以撤销的替换 / what can be undone").set_defaults(command=tell_history)
    commands.add_parser("undo", help="撤销最近一次替换 / undo the latest").set_defaults(command=undo)
    return parser


def _replace_options(parser: argparse.ArgumentParser) -> None:
    option = parser.add_argument
    parser.set_defaults(command=replace)
    option("layer", choices=list(LAYERS), metavar="LAYER", help=", ".join(LAYERS))
    option("file", type=Path, metavar="FILE", help="GeoJSON, GPKG, SHP (.zip), KML, KMZ, DXF, CSV, XLSX")
    option("--file-layer", metavar="NAME", help="文件里有多个图层时取哪一个 / which of the file's layers")
    option("--crs", metavar="CRS", help="指明坐标系 / the system: EPSG:4550, GCJ-02, BD-09, grid, …")
    option("--swapped", action="store_true", help="第一个数是北坐标或纬度 / the first number is northing or latitude")
    option("--control", type=_pair, action="append", default=[], metavar="LON,LAT=X,Y",
           help="地方坐标系的控制点，经纬度=坐标 / a control point of a city grid; two or more")  # fmt: skip
    option("--name", metavar="COLUMN", help="名称取自哪一列，即 --column name=列名 / the column that names stand in")
    for name, what in (("column", "属性=列名 / PROPERTY=COLUMN"), ("code", "文件中的词=代码 / WORD=CODE"),
                       ("default", "属性=空格处的值 / PROPERTY=VALUE")):  # fmt: skip
        option(f"--{name}", type=_pair, action="append", default=[], metavar="A=B", help=what)
    option(
        "--within-km", type=_measure, default=FAR_KM, metavar="KM", help="离本区多远为止 / how far from the district"
    )
    option(
        "--simplify-m", type=_measure, default=0.0, metavar="M", help="简化的容差 / by how much lines may be simplified"
    )
    for name, what in (("source", "数据来源"), ("licence", "使用许可"), ("gaps", "已知不足"), ("credit", "图上注明")):
        option(f"--{name}", metavar="TEXT", help=what)
        option(f"--{name}-en", metavar="TEXT", help=f"{what}（英文，缺省同中文） / {name} in English")
    option("--date", type=_date, metavar="YYYY[-MM[-DD]]", help="数据时点 / of when it is")
    option("--grade", metavar="GRADE", help="official, indicative; exact, near")
    option("--accuracy-m", type=_whole_measure, metavar="M", help="误差 / how well it is known")
    option("--write", action="store_true", help="写入 / write")


def _pair(text: str) -> tuple[str, str]:
    before, sign, after = text.partition("=")
    if not sign or not before:
        raise argparse.ArgumentTypeError(f"{text}: A=B")
    return before, after


def _measure(text: str) -> float:
    """Return a length, which is not negative."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"“{text}”应为不小于 0 的数 / a number from 0 on")
    return value


def _whole_measure(text: str) -> int:
    return round(_measure(text))


def _date(text: str) -> str:
    """Return a year, month or day as ISO has it, 2026年9月 as 2026-09."""
    found = DAY.fullmatch(text.strip())
    year, *rest = [int(part) for part in found.groups() if part] if found else [0]
    try:
        datetime.date(year, *(rest + [1, 1])[:2])
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}”不是日期，请写成 2026、2026-09 或 2026-09-30 / no date; write 2026, 2026-09 or 2026-09-30"
        ) from None
    return "-".join([f"{year:04}", *(f"{part:02}" for part in rest)])


# ---- the commands ----


def list_layers(_: argparse.Namespace) -> Lines:
    dataset = load_dataset(this_office().data)
    for name, layer in LAYERS.items():
        sources = [source for source in dataset.sources if layer.file in source.files]
        yield Localised(
            zh=f"{name}：{layer.title.zh}（{'、'.join(layer.columns)}）；现用："
            + ("；".join(source.source.zh for source in sources) or "无"),
            en=f"{name}: {layer.title.en} ({', '.join(layer.columns)}); now: "
            + ("; ".join(source.source.en for source in sources) or "none"),
        )


def make_copy(asked: argparse.Namespace) -> Lines:
    office = this_office()
    if office.has_own_data():
        raise ReplacementError(f"已有本单位的数据副本：{office.data}", f"The office has its own data: {office.data}")
    target = (asked.folder or office.place_of_own_data).resolve()
    if is_new := not (target / "district.json").is_file():
        folder.make_copy(office.data, target)
    yield Localised(
        zh=f"{'已建立数据副本' if is_new else '数据副本已在'}：{target}",
        en=f"{'The copy is made' if is_new else 'The copy was made before'}: {target}",
    )
    if not office.is_bundle or target != office.root / "data":
        yield Localised(
            zh=f"请在 {office.settings} 里写上一行（写在文件开头），再重新启动：data_dir = {str(target)!r}",
            en=f"Write a line into {office.settings}, at its top, and start again: data_dir = {str(target)!r}",
        )
    else:
        yield Localised(zh="请重新启动，程序会改用它。", en="Start again, and the app uses it.")


def tell_history(_: argparse.Namespace) -> Lines:
    changes = folder.history(this_office().data)
    for change in changes:
        text = f"{change.at}  {change.layer}  {change.source_file}  ({', '.join(change.files)})"
        yield Localised(zh=text, en=text)
    if not changes:
        yield Localised(zh="没有可以撤销的替换。", en="There is nothing to undo.")


def undo(_: argparse.Namespace) -> Lines:
    change = folder.undo(_own_data())
    yield Localised(
        zh=f"已撤销 {change.at} 对 {change.layer} 的替换，恢复：{'、'.join(change.files)}",
        en=f"Undone: the replacement of {change.layer} at {change.at}; put back: {', '.join(change.files)}",
    )


def say_none(asked: argparse.Namespace) -> Lines:
    data, layer = _own_data(), LAYERS[asked.layer]
    files = [layer.file, *layer.drawn_from_it]
    texts = {
        path: collection_text({"type": "FeatureCollection", "name": Path(path).stem, "features": []}) for path in files
    }
    texts[SOURCES] = sources_text(without(_json(data / SOURCES), files))
    change = folder.write(data, texts, layer=asked.layer, source_file="—")
    yield Localised(
        zh=f"已注明本区没有{layer.title.zh}，不再提示缺少；之前的文件在 {change.folder}，可用 undo 撤销。",
        en=f"The data now say that the district has none of these: {layer.title.en}. The former files are in "
        f"{change.folder}; undo puts them back.",
    )


def _own_data() -> Path:
    office = this_office()
    if not office.has_own_data():
        raise ReplacementError(
            "现在用的是随程序发布的数据，升级时会被换掉；请先运行 init 建立本单位的副本，并照它所说写上 data_dir。",
            "The data in use came with the app, and an upgrade replaces them; run init first for a copy, and write the "
            "data_dir that it tells.",
        )
    return office.data


# ---- replacing a layer ----


def replace(asked: argparse.Namespace) -> Lines:
    data = _own_data() if asked.write else this_office().data
    layer, dataset = LAYERS[asked.layer], load_dataset(data)
    table, content = _read(asked)
    yield from told.table_told(table)
    candidate = yield from _system(asked, table, layer, dataset)
    reading = _reading(asked, layer, table)
    yield from told.columns_told(layer, reading)
    if wrong := [problem for problem in dataset.problems if problem.where.startswith(SOURCES)]:
        raise _refusal([*map(told.problem_told, wrong), NOT_WRITTEN])
    unnamed = list(told.unnamed_told(layer, reading, table, dataset))
    draft = draft_layer(table, candidate, layer, reading, dataset)
    yield from told.rows_told(draft)
    if not draft.shapes:
        raise _refusal([*unnamed, *told.nothing_taken(draft, candidate)])
    provenance, missing = _provenance(asked, layer)
    edits = edits_of(table, content, candidate, reading, draft)
    texts = yield from _files(asked.layer, draft, provenance, edits, dataset, data)
    problems = folder.new_problems(data, texts)
    yield from told.problems_told(problems)
    yield from unnamed
    yield from missing
    if not asked.write:
        yield Localised(
            zh="这是试算，没有写入；加 --write 写入。", en="A trial; nothing was written. --write writes it."
        )
    elif problems or missing:
        raise _refusal([NOT_WRITTEN])
    else:
        change = folder.write(data, texts, layer=asked.layer, source_file=asked.file.name)
        yield Localised(
            zh=f"已写入 {'、'.join(texts)}；之前的文件在 {change.folder}，可用 undo 撤销。网页刷新后即用新数据。",
            en=f"Written: {', '.join(texts)}; the former files are in {change.folder}, undo puts them back. The pages "
            "show it once they are loaded again.",
        )


def _refusal(lines: Iterable[Localised]) -> ReplacementError:
    said = list(lines)
    return ReplacementError("\n".join(text.zh for text in said), "\n".join(text.en for text in said))


def _system(
    asked: argparse.Namespace, table: Table, layer: ReplaceableLayer, dataset: Dataset
) -> Generator[Localised, None, Candidate]:
    judgement = _judged(asked, table, layer, dataset)
    if judgement.candidate is None:
        raise _refusal(told.not_certain(judgement))
    yield from told.judgement_told(judgement)
    return judgement.candidate


def _files(
    name: str, draft: Draft, provenance: Provenance, edits: Localised, dataset: Dataset, data: Path
) -> Generator[Localised, None, dict[str, str]]:
    """Return the text of each file that is written, by its path in the data folder; yield what changes."""
    layer = LAYERS[name]
    former = _json(data / layer.file) if name == STRUCTURE else dataset.base.get(name, {"features": []})
    files = made(name, draft, provenance, members_of(provenance, edits), dataset, former)
    becoming = files[layer.file]
    yield from figures.compared(name, former, becoming, dataset, draft)
    if name == STRUCTURE and becoming["features"] == former["features"]:
        raise _refusal([NOTHING_FITS, NOT_WRITTEN])
    yield layer.after
    texts = {path: collection_text(collection) for path, collection in files.items()}
    shapes = (former["features"], becoming["features"]) if name == STRUCTURE else ((), ())
    texts[SOURCES] = sources_text(listed(_json(data / SOURCES), layer, provenance, edits, shapes=shapes))
    return texts


def _json(path: Path) -> Any:
    value, problem = read_json(path)
    if problem:
        raise ReplacementError(f"{path} 无法读取，没有改动。", f"{line(problem)}; nothing was changed.")
    return value


def _read(asked: argparse.Namespace) -> tuple[Table, bytes]:
    try:
        with asked.file.open("rb") as file:
            content = file.read(max(MAX_FILE_BYTES.values()) + 1)
    except OSError as error:
        raise ReplacementError(f"{asked.file} 打不开：{error.strerror}", f"{asked.file}: {error.strerror}") from error
    table = read_file(asked.file.name, content, layer=asked.file_layer)
    if not len(table.geometries):
        raise _refusal([*map(told.problem_told, table.problems), NOT_WRITTEN])
    return table, content


def _judged(asked: argparse.Namespace, table: Table, layer: ReplaceableLayer, dataset: Dataset) -> Judgement:
    grids = _grids(asked, dataset)
    system = named_system(asked.crs, dataset, swapped=asked.swapped, grids=grids) if asked.crs else None
    if asked.crs and system is None:
        raise ReplacementError(f"--crs {asked.crs}：没有这个坐标系。", f"--crs {asked.crs}: there is no such system.")
    return judge(table, layer, dataset, within_km=asked.within_km, asked=system, grids=grids)


def _grids(asked: argparse.Namespace, dataset: Dataset) -> list[Candidate]:
    if not asked.control:
        return []
    try:
        degrees, local = ([[float(n) for n in pair[at].split(",")] for pair in asked.control] for at in (0, 1))
        return [fit_grid(local, degrees, metric_crs=dataset.district.metric_crs, swapped=asked.swapped)]
    except (ValueError, ControlPointError) as error:
        raise ReplacementError(f"--control：控制点不能用（{error}）", f"--control: cannot be used ({error})") from error


def _reading(asked: argparse.Namespace, layer: ReplaceableLayer, table: Table) -> Reading:
    headings = [str(heading) for heading in table.columns.columns]
    named = {} if asked.name is None else {"name": asked.name}
    columns = {**suggested(layer, headings), **named, **dict(asked.column)}
    for name, heading in (*columns.items(), *dict(asked.default).items()):
        if name not in layer.columns:
            known = ", ".join(layer.columns)
            raise ReplacementError(f"没有属性 {name}，有：{known}", f"There is no property {name}, but: {known}")
        if name in columns and columns[name] == heading and heading and heading not in headings:
            raise ReplacementError(
                f"文件里没有列“{heading}”，有：{'、'.join(headings) or '无'}",
                f"The file has no column “{heading}”, but: {', '.join(headings) or 'none'}",
            )
    codes = list(dict.fromkeys(code for column in layer.columns.values() for code in column.codes.values()))
    for word, code in asked.code:
        _refuse_unless_known(f"--code {word}={code}", code, codes, Localised(zh="代码", en="codes"))
    return Reading(columns, dict(asked.code), dict(asked.default), asked.within_km, asked.simplify_m)


def _refuse_unless_known(option: str, value: str, known: Sequence[str], kind: Localised) -> None:
    if value in known:
        return
    these = ", ".join(known)
    raise ReplacementError(
        f"{option}：" + (f"应为 {these} 之一。" if known else f"本图层没有{kind.zh}。"),
        f"{option}: " + (f"is none of {these}." if known else f"the layer has no {kind.en}."),
    )


def _provenance(asked: argparse.Namespace, layer: ReplaceableLayer) -> tuple[Provenance, list[Localised]]:
    """Return what is said of the layer, and what of it is still to be said."""
    needed = ["source", "licence", "date", "gaps", *(["grade"] if layer.grades else [])]
    missing = [f"--{name}" for name in needed if not getattr(asked, name)]
    if asked.grade:
        _refuse_unless_known(f"--grade {asked.grade}", asked.grade, layer.grades, Localised(zh="等级", en="grades"))
    texts = {name: _text(asked, name) for name in ("source", "licence", "gaps")}
    provenance = Provenance(
        **texts,
        date=asked.date or "—",
        grade=asked.grade or (layer.grades[-1] if layer.grades else None),
        accuracy_m=asked.accuracy_m,
        credit=_text(asked, "credit") if asked.credit else None,
    )
    if not missing:
        return provenance, []
    grades = f" ({' | '.join(layer.grades)})" if "--grade" in missing else ""
    still = Localised(
        zh=f"写入前还须给出：{'、'.join(missing)}{grades}",
        en=f"Still to be said before it is written: {', '.join(missing)}{grades}",
    )
    return provenance, [still]


def _text(asked: argparse.Namespace, name: str) -> Localised:
    zh = getattr(asked, name) or "—"
    return Localised(zh=zh, en=getattr(asked, f"{name}_en") or zh)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
