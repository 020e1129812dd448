"""Read the district's data folder: everything that is right, and the list of what is not.

Nothing is repaired in silence, and one bad record never hides the good ones.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from time import time_ns
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, Field, ValidationError
from shapely import get_coordinates, is_valid_reason
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.district import District, Source
from geo.filter import ProjectIndex
from geo.indicators import Indicator, load_indicators, load_terms
from geo.layout import Element
from geo.names import Names
from geo.problem import Problem, field_problems
from geo.programmes import Programme, load_programmes
from geo.project import Project
from geo.translations import TRANSLATIONS_DIR, Translations, load_translations

FeatureCollection = dict[str, Any]
BASE_LAYERS = ("land", "neighbours", "boundary", "roads", "road_labels", "metro", "landmarks")
MAY_BE_NONE: Final = {"neighbours": "neighbours", "roads": "roads", "road_labels": "roads", "metro": "metro",
                       "landmarks": "landmarks"}  # fmt: skip
"""Files of what a district need not have, and the layer each is of; an empty file says that there is none."""
KIND_OF_GEOMETRY = {"LineString": "line", "MultiLineString": "line", "Polygon": "area", "MultiPolygon": "area"}
PROJECTS_FILE = "projects.geojson"
MAX_FILE_BYTES = 200 * 1024 * 1024
SETTLED_NS: Final = 2_000_000_000


class BaseProperties(BaseModel):
    """What the map reads of a base feature's properties, which may hold more."""

    name: str | None = None
    names: dict[str, str] | None = None
    kind: str | None = None
    road_class: str | None = Field(default=None, alias="class")


@dataclass(frozen=True)
class PlacedElement:
    """A structure element and its shape (EPSG:4326)."""

    element: Element
    geometry: BaseGeometry


@dataclass(frozen=True)
class Dataset:
    """All of one district's data.

    `base` maps a layer's name to its GeoJSON FeatureCollection (EPSG:4326); a missing layer is absent.
    `translations` are what its names and sentences are called in further languages.
    `indicators` are the lines of its two annexes, `terms` what their words are called in other languages,
    `programmes` those of boxes for the whole district, which are no projects; all are empty where the plan has none.
    `version` is the projects file's own; `fingerprint` changes with every byte of any file, `base_fingerprint` with
    any but the projects'.
    """

    district: District
    projects: tuple[Project, ...]
    elements: tuple[PlacedElement, ...]
    base: dict[str, FeatureCollection]
    sources: tuple[Source, ...]
    problems: tuple[Problem, ...]
    version: str
    fingerprint: str
    base_fingerprint: str = ""
    indicators: tuple[Indicator, ...] = ()
    terms: Mapping[str, Names] = field(default_factory=dict)
    programmes: tuple[Programme, ...] = ()
    translations: Translations = field(default_factory=Translations)

    @cached_property
    def index(self) -> ProjectIndex:
        """The index that filters and counts the projects, made once."""
        return ProjectIndex(self.projects, self.district.groups, [placed.element for placed in self.elements])

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The position of each project by its id."""
        return {project.id: row for row, project in enumerate(self.projects)}

    @cached_property
    def project_ids(self) -> frozenset[str]:
        """The ids of all projects."""
        return frozenset(self.row_of)

    def project(self, project_id: str | None) -> Project | None:
        """Return the project with this id, None where there is none."""
        row = self.row_of.get(project_id or "")
        return None if row is None else self.projects[row]

    def element(self, element_id: str | None) -> PlacedElement | None:
        """Return the structure element with this id, None where there is none."""
        return next((placed for placed in self.elements if placed.element.id == element_id), None)


class UnreadableDistrictError(Exception):
    """``district.json`` itself cannot be read, so there is nothing to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.where}: {problem.code} {problem.detail}")
        self.problem = problem


def read_json(path: Path) -> tuple[Any, Problem | None]:
    """Return the JSON value in `path`, or None and what is wrong with the file."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return None, Problem("file_too_large", path.name)
        return json.loads(path.read_text(encoding="utf-8-sig")), None
    except FileNotFoundError:
        return None, Problem("file_missing", path.name)
    except (ValueError, RecursionError) as error:
        return None, Problem("file_unreadable", path.name, str(error))
    except OSError as error:
        return None, Problem("file_unreadable", path.name, error.strerror or "")


def read_features(path: Path) -> tuple[list[tuple[str, dict[str, Any]]], FeatureCollection, list[Problem]]:
    """Return the features of a GeoJSON file, each with the words for where it stands; the collection; the problems."""
    collection, problem = read_json(path)
    if problem:
        return [], {}, [problem]
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        return [], {}, [Problem("not_a_feature_collection", path.name)]
    good: list[tuple[str, dict[str, Any]]] = []
    problems: list[Problem] = []
    for number, feature in enumerate(features, start=1):
        where = _where(path, number, feature)
        if not (isinstance(feature, dict) and feature.get("type") == "Feature"):
            problems.append(Problem("not_a_feature", where))
        elif not isinstance(feature.get("properties"), dict):
            problems.append(Problem("field_missing", where, "properties"))
        else:
            good.append((where, feature))
    return good, collection, problems


def _where(path: Path, number: int, feature: Any) -> str:
    identity = feature.get("id") if isinstance(feature, dict) else None
    return f"{path.name} #{number}" + (f" ({identity})" if identity else "")


def read_geometry(feature: dict[str, Any]) -> BaseGeometry:
    """Return a GeoJSON feature's geometry (EPSG:4326).

    Raises
    ------
    ValueError : where there is none, it is no geometry, or a coordinate is not a finite number
    """
    try:
        geometry = shape(feature["geometry"])
        finite = bool(np.isfinite(get_coordinates(geometry)).all())
    except (ShapelyError, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ValueError("not a GeoJSON geometry") from error
    if geometry.is_empty or not finite:
        raise ValueError("no finite coordinates")
    return geometry


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _point(feature: dict[str, Any]) -> tuple[float | None, float | None]:
    geometry = feature.get("geometry")
    if geometry is None:
        return None, None
    match geometry:
        case {"type": "Point", "coordinates": [lon, lat, *_]} if _is_finite(lon) and _is_finite(lat):
            return lon, lat
    raise ValueError("geometry is neither null nor a Point of finite lon, lat")


def parse_project(feature: dict[str, Any]) -> Project:
    """Return the project that a GeoJSON feature (EPSG:4326) describes.

    Raises
    ------
    ValueError : where the geometry is not a finite point or null, or the model refuses a field
        (pydantic's ValidationError is one).
    """
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise ValueError("properties is not an object")
    lon, lat = _point(feature)
    return Project.model_validate({**properties, "id": feature.get("id"), "lon": lon, "lat": lat})


def _load_projects(path: Path, translations: Translations) -> tuple[list[Project], str, list[Problem]]:
    features, collection, problems = read_features(path)
    projects: dict[str, Project] = {}
    for where, feature in features:
        try:
            project = parse_project(translations.fill(feature))
        except ValidationError as error:
            problems.extend(field_problems(where, error))
            continue
        except ValueError as error:
            problems.append(Problem("rule_broken", where, str(error)))
            continue
        if project.id in projects:
            problems.append(Problem("id_repeated", where, project.id))
            continue
        projects[project.id] = project
    return list(projects.values()), str(collection.get("version", "")), problems


def _load_elements(path: Path, translations: Translations) -> tuple[list[PlacedElement], list[Problem]]:
    features, _, problems = read_features(path)
    placed: dict[str, PlacedElement] = {}
    for where, feature in features:
        try:
            element = Element.model_validate({**translations.fill(feature["properties"]), "id": feature.get("id")})
            geometry = read_geometry(feature)
        except ValidationError as error:
            problems.extend(field_problems(where, error))
            continue
        except ValueError as error:
            problems.append(Problem("geometry_invalid", where, str(error)))
            continue
        if not geometry.is_valid:
            problems.append(Problem("geometry_invalid", where, is_valid_reason(geometry)))
        elif KIND_OF_GEOMETRY.get(geometry.geom_type) != element.kind:
            problems.append(Problem("geometry_invalid", where, f"a {geometry.geom_type} is no {element.kind}"))
        elif element.id in placed:
            problems.append(Problem("id_repeated", where, element.id))
        else:
            placed[element.id] = PlacedElement(element, geometry)
    return list(placed.values()), problems


def _load_base(folder: Path, translations: Translations) -> tuple[dict[str, FeatureCollection], list[Problem]]:
    base: dict[str, FeatureCollection] = {}
    problems: list[Problem] = []
    for name in BASE_LAYERS:
        features, collection, found = read_features(folder / f"{name}.geojson")
        problems.extend(_unless_brought(name, problem) for problem in found)
        if not collection:
            continue
        good = []
        for where, feature in features:
            try:
                BaseProperties.model_validate(feature["properties"])
                read_geometry(feature)
            except ValidationError as error:
                problems.extend(field_problems(where, error))
            except ValueError as error:
                problems.append(Problem("geometry_invalid", where, str(error)))
            else:
                good.append(translations.fill(feature))
        base[name] = {**collection, "features": good}
    return base, problems


def _unless_brought(name: str, problem: Problem) -> Problem:
    is_missing = problem.code == "file_missing" and name in MAY_BE_NONE
    return Problem("layer_missing", problem.where, MAY_BE_NONE[name]) if is_missing else problem


def _load_sources(path: Path, translations: Translations) -> tuple[list[Source], list[Problem]]:
    raw, problem = read_json(path)
    if problem:
        return [], [problem]
    if not isinstance(raw, list):
        return [], [Problem("file_unreadable", path.name, "not a list")]
    sources: list[Source] = []
    problems: list[Problem] = []
    for number, item in enumerate(raw, start=1):
        try:
            sources.append(Source.model_validate(translations.fill(item)))
        except ValidationError as error:
            problems.extend(field_problems(f"{path.name} #{number}", error))
    return sources, problems


def _dangling_elements(projects: Iterable[Project], elements: Iterable[PlacedElement]) -> Iterator[Problem]:
    known = {placed.element.id for placed in elements}
    for project in projects:
        if project.element and project.element not in known:
            yield Problem("element_unknown", f"projects.geojson ({project.id})", project.element)


def fingerprint_of(folder: Path, *, without: str | None = None) -> str:
    """Return a hash of every data file in `folder` (names and contents), leaving out one of them if asked."""
    digest = hashlib.sha256()
    for path in sorted(
        p
        for pattern in ("*.geojson", "*.json", "*.csv", "base/*.geojson", f"{TRANSLATIONS_DIR}/*.po")
        for p in folder.glob(pattern)
        if p.name != without
    ):
        digest.update(path.name.encode())
        with suppress(OSError):  # the loader says what is wrong with it
            digest.update(_digest(path))
    return digest.hexdigest()[:16]


def _digest(path: Path) -> bytes:
    """Return a hash of a file, read again only where it has changed, or has so lately that its time may not tell."""
    told = path.stat()
    read = _digest_of if time_ns() - told.st_mtime_ns > SETTLED_NS else _digest_of.__wrapped__
    return read(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=128)
def _digest_of(path: Path, _mtime_ns: int, _size: int) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def load_dataset(folder: Path) -> Dataset:
    """Return everything readable in the data folder, with the problems found on the way.

    Raises
    ------
    UnreadableDistrictError : where ``district.json`` is missing or wrong; nothing can be shown without it.
    """
    raw, problem = read_json(folder / "district.json")
    if problem:
        raise UnreadableDistrictError(problem)
    translations, translation_problems = load_translations(folder)
    try:
        district = District.model_validate(translations.fill(raw))
    except ValidationError as error:
        raise UnreadableDistrictError(next(field_problems("district.json", error))) from error
    projects, version, project_problems = _load_projects(folder / PROJECTS_FILE, translations)
    elements, element_problems = _load_elements(folder / "layout.geojson", translations)
    base, base_problems = _load_base(folder / "base", translations)
    sources, source_problems = _load_sources(folder / "sources.json", translations)
    indicators, indicator_problems = load_indicators(folder, translations) if district.annexes else ([], [])
    terms, term_problems = load_terms(folder, translations) if district.annexes else ({}, [])
    lists_programmes = any(box.programmes for box in district.boxes.values())
    programmes, programme_problems = load_programmes(folder, translations) if lists_programmes else ([], [])
    return Dataset(
        district=district,
        projects=tuple(projects),
        elements=tuple(elements),
        base=base,
        sources=tuple(sources),
        problems=(
            *translation_problems,
            *project_problems,
            *element_problems,
            *base_problems,
            *source_problems,
            *indicator_problems,
            *term_problems,
            *programme_problems,
            *_dangling_elements(projects, elements),
        ),
        version=version,
        fingerprint=fingerprint_of(folder),
        base_fingerprint=fingerprint_of(folder, without=PROJECTS_FILE),
        indicators=tuple(indicators),
        terms=terms,
        programmes=tuple(programmes),
        translations=translations,
    )
