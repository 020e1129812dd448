"""Make files from the command line: ``python -m exports --help``."""

import argparse
import json
import logging
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from exports.formats import FORMATS, export, file_name
from exports.presets import load_presets
from exports.request import (
    SIZES,
    ExportRequest,
    Extent,
    Purpose,
    UnknownExtentError,
    crs_offered,
    wanted_projects,
)
from geo.filter import ProjectFilter
from geo.load import Dataset, UnreadableDistrictError
from geo.settings import SettingsError
from geo.state_dir import data_dir
from geo.store.current import dataset_of_record
from geo.vocabulary import Grade, Phase, Sector
from layers.webmap import LAYERS
from layers.words import LANGUAGES

DONE, FAILED, WRONG_USE = 0, 1, 2
EPILOG = """\
examples:
  python -m exports --format png pdf                       the whole district, on a 16:9 slide
  python -m exports --format pdf --size a3-landscape --element district-olympic
  python -m exports --format all --each element --out weekly    every format for every structure element
  python -m exports --format pptx --phase key --sector health culture --lang en
  python -m exports --format sitesheet --sites yinxiangcheng sams-club --second-lang ru    in Chinese and Russian
  python -m exports --preset 周会 --format pack

exit codes: 0 all files written; 1 some could not be written (the others were); 2 wrong use.
"""


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    made = argparse.ArgumentParser(
        prog="python -m exports",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--format", nargs="+", required=True, choices=[*FORMATS, "all"], metavar="FORMAT",
                      help="one or more of: " + ", ".join(FORMATS) + "; or all")  # fmt: skip
    made.add_argument(
        "--out", type=Path, default=Path("."), help="folder for the files (made if missing; default: here)"
    )
    made.add_argument("--output", type=Path, help="the one file's own path, with a single format")
    made.add_argument("--lang", choices=LANGUAGES, help="language (default: zh)")
    made.add_argument("--second-lang", choices=LANGUAGES, help="second language, on sheets and slides of sites")
    made.add_argument("--title", help="title instead of the usual one")
    made.add_argument("--size", choices=SIZES, help="sheet (default: slide, 16:9)")
    made.add_argument("--dpi", type=int, choices=(150, 300), help="dots per inch of PNG (default: 150)")
    made.add_argument("--crs", help="coordinates of GeoPackage and Shapefile: EPSG:4326 (default), EPSG:4490 or the "
                      "district's zone in metres")  # fmt: skip
    made.add_argument("--hide", nargs="+", choices=LAYERS, help="map layers to leave out")
    where = made.add_mutually_exclusive_group()
    where.add_argument("--element", help="map of one structure element, by id")
    where.add_argument("--site", help="map around one project, by id")
    where.add_argument("--view", help="map of west,south,east,north in degrees (WGS 84)")
    where.add_argument(
        "--each", choices=("element", "site"), help="one set of files for every element, or placed project"
    )
    wanted = made.add_argument_group("filter (as on the map page)")
    wanted.add_argument("--phase", nargs="+", choices=list(Phase))
    wanted.add_argument("--any-wording", action="store_true", help="match phases of any wording, not only the latest")
    wanted.add_argument("--sector", nargs="+", choices=list(Sector))
    wanted.add_argument("--place", nargs="+", help="structure groups and elements, by id; none for projects outside")
    wanted.add_argument("--grade", nargs="+", choices=list(Grade))
    wanted.add_argument("--text", help="words to search for")
    made.add_argument("--sites", nargs="+", help="projects that get a slide or page of their own, by id")
    made.add_argument("--open-only", action="store_true", help="leave out of the opportunities what is under way")
    use = made.add_argument_group("purpose")
    use.add_argument("--public", action="store_true", help="for the public: without --review the boundary is left out")
    use.add_argument("--review", help="map review number (审图号)")
    made.add_argument("--preset", help="start from the export kept under this name")
    made.add_argument("--request", type=Path, help=argparse.SUPPRESS)
    made.add_argument("--progress", action="store_true", help="report progress as lines of JSON on standard output")
    made.add_argument(
        "--data", type=Path, default=data_dir(), help="data folder (default: the app's, with what was edited)"
    )
    return made


def requested(options: argparse.Namespace) -> ExportRequest:
    """Return the request that the options ask for, on top of a preset where one is named.

    Raises
    ------
    ValueError : with a sentence for the user
    """
    base = ExportRequest()
    if options.request:
        base = ExportRequest.model_validate_json(options.request.read_text(encoding="utf-8"))
    elif options.preset:
        presets = load_presets()
        if options.preset not in presets:
            known = ", ".join(presets) or "none"
            raise ValueError(f"no preset is called {options.preset!r}; known: {known}")
        base = presets[options.preset]
    changes = {"language": options.lang, "second_language": options.second_lang,
               "title": options.title, "size": options.size, "dpi": options.dpi,
               "crs": options.crs, "hidden": frozenset(options.hide) if options.hide else None,
               "sites": tuple(options.sites) if options.sites else None, "open_only": options.open_only or None,
               "extent": _extent(options), "filter": _filter(options), "purpose": _purpose(options)}  # fmt: skip
    return ExportRequest.model_validate({**dict(base), **{k: v for k, v in changes.items() if v is not None}})


def _extent(options: argparse.Namespace) -> Extent | None:
    if options.element or options.site:
        return Extent(kind="element" if options.element else "site", id=options.element or options.site)
    if options.view:
        try:
            bounds = tuple(float(part) for part in options.view.split(","))
            return Extent.model_validate({"kind": "view", "bounds": bounds})
        except ValueError:
            raise ValueError("--view takes west,south,east,north in degrees, e.g. 121.59,38.90,121.63,38.93") from None
    return None


def _filter(options: argparse.Namespace) -> ProjectFilter | None:
    wanted = ProjectFilter(
        phases=frozenset(map(Phase, options.phase or ())), any_wording=options.any_wording,
        sectors=frozenset(map(Sector, options.sector or ())), places=frozenset(options.place or ()),
        grades=frozenset(map(Grade, options.grade or ())), text=options.text or "",
    )  # fmt: skip
    return None if wanted.is_empty else wanted


def _purpose(options: argparse.Namespace) -> Purpose | None:
    if not (options.public or options.review):
        return None
    return Purpose(kind="public", review_number=options.review)


def each_request(data: Dataset, request: ExportRequest, each: str | None) -> Iterator[ExportRequest]:
    """Yield the request, or one for every element or for every placed project that passes its filter."""
    if each is None:
        yield request
        return
    placed = [project.id for project in wanted_projects(data, request) if project.placed]
    ids = [e.element.id for e in data.elements] if each == "element" else placed
    for name in ids:
        yield request.model_copy(update={"extent": Extent(kind=each, id=name)})  # type: ignore[arg-type]


def check_ids(data: Dataset, request: ExportRequest) -> None:
    """Refuse ids that the data do not have.

    Raises
    ------
    ValueError : with a sentence for the user that names the known ids
    """
    elements = [placed.element.id for placed in data.elements]
    projects = [project.id for project in data.projects]
    extent = request.extent
    for option, asked, known in (
        ("--place", request.filter.places, list(data.index.memberships["place"].codes)),
        ("--element", {extent.id} if extent.kind == "element" else set(), elements),
        ("--site", {extent.id} if extent.kind == "site" else set(), projects),
        ("--sites", set(request.sites), projects),
        ("--crs", {request.crs}, crs_offered(data)),
    ):
        unknown = sorted(str(name) for name in asked - set(known))
        if unknown:
            raise ValueError(f"{option} does not know {', '.join(unknown)}; known: {', '.join(known)}")


def run(options: argparse.Namespace) -> int:
    """Write what is asked for and return the exit code."""
    try:
        request = requested(options)
        data = dataset_of_record(options.data)
        check_ids(data, request)
    except UnreadableDistrictError as error:
        return _say_wrong(f"the data cannot be read: {error}")
    except (ValidationError, ValueError, OSError) as error:
        return _say_wrong(str(error))
    for problem in data.problems:
        print(f"data: {problem.code} {problem.where} {problem.detail}", file=sys.stderr)
    codes = list(FORMATS) if "all" in options.format else options.format
    jobs = [(each, code) for each in each_request(data, request, options.each) for code in codes]
    if options.output and len(jobs) != 1:
        return _say_wrong("--output takes one format and one map; use --out for several")
    failed = sum(not _write(data, each, code, options, number, len(jobs)) for number, (each, code) in enumerate(jobs))
    return FAILED if failed else DONE


def _write(
    data: Dataset, request: ExportRequest, code: str, options: argparse.Namespace, number: int, count: int
) -> bool:
    path = options.output or options.out / file_name(data, request, code)

    def told(done: int, total: int) -> None:
        if options.progress:
            print(
                json.dumps({"file": path.name, "done": done, "total": total, "job": number, "jobs": count}), flush=True
            )

    try:
        notices = export(data, request, code, path, progress=told)
    except UnknownExtentError as error:
        print(f"{code}: {error} has no place on the map", file=sys.stderr)
        return False
    except OSError as error:
        print(f"{code}: {path} cannot be written: {error.strerror}", file=sys.stderr)
        return False
    except Exception as error:  # one file that fails must not keep the others back
        if options.progress:
            print(json.dumps({"traceback": traceback.format_exc()}), flush=True)
        print(f"{code}: {path.name} could not be made: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    for notice in notices:
        print(f"{path.name}: {notice}", file=sys.stderr)
    if options.progress:
        print(json.dumps({"file": path.name, "notices": notices}), flush=True)
    else:
        print(path)
    return True


def _say_wrong(sentence: str) -> int:
    print(f"python -m exports: {sentence}", file=sys.stderr)
    return WRONG_USE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        return run(parser().parse_args(arguments))
    except SettingsError as error:
        return _say_wrong(str(error))


if __name__ == "__main__":
    sys.exit(main())
