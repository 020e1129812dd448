"""KML and KMZ: placemarks, in longitude and latitude (WGS 84) as the format demands."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, Final

import numpy as np
import shapely
from lxml import etree
from lxml.etree import QName
from shapely.errors import ShapelyError
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.intake.archive import member_name, open_archive, read_member, refuse_entities
from geo.intake.coordinate_columns import number_texts
from geo.intake.limits import MAX_VERTICES, RefusedFileError
from geo.intake.table import Features, Reading, Table, crs_from, finished
from geo.metric import STORAGE_CRS
from geo.problem import Problem

OF_SEVERAL: Final[dict[str, Callable[[list[Any]], BaseGeometry]]] = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}
SHAPES: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model")


def read_kmz(name: str, content: bytes, layer: str | None = None) -> Table:
    """Return the placemarks of one KML file in a KMZ, the first unless `layer` names another.

    Raises
    ------
    RefusedFileError : if it holds none, or above the limits
    """
    archive = open_archive(name, content)
    members = {member_name(one): one for one in archive.infolist() if one.filename.lower().endswith(".kml")}
    if not members:
        raise RefusedFileError(Problem("import_archive_without", name, ".kml"))
    chosen = layer if layer in members else next(iter(members))
    return read_kml(name, read_member(name, archive, members[chosen]), file_format="kmz", layers=(chosen, *members))


def read_kml(name: str, content: bytes, *, file_format: str = "kml", layers: tuple[str, ...] = ()) -> Table:
    """Return the placemarks of a KML file; those before a break in the XML are kept.

    Raises
    ------
    RefusedFileError : if it is no XML, declares entities, or is above the limits
    """
    refuse_entities(name, content)
    features = Features(name)
    try:
        for element in _elements(content):
            if QName(element).localname == "NetworkLink":
                features.problems.append(Problem("import_kml_link", name))
            else:
                features.add(*_geometry_or_problem(element, _row(element)))
            element.clear()
    except etree.XMLSyntaxError as error:
        problem = Problem("import_broken", name, str(error)[:120])
        if not features.rows:
            raise RefusedFileError(problem) from error
        features.problems.append(problem)
    number_texts(features.rows)
    layer, *named = layers or ("",)
    return finished(
        features, file_format=file_format, crs=crs_from(STORAGE_CRS), encoding=None, layer=layer, layers=named
    )


def _elements(content: bytes) -> Iterator[Any]:
    wanted = ("{*}Placemark", "{*}NetworkLink")
    for _, element in etree.iterparse(
        BytesIO(content), events=("end",), tag=wanted, resolve_entities=False, load_dtd=False, no_network=True
    ):
        yield element


def _row(placemark: Any) -> dict[str, str | None]:
    row = {part: _text(placemark, part) for part in ("name", "description", "address")}
    folders = [_text(one, "name") or "" for one in placemark.iterancestors("{*}Folder")]
    row["folder"] = "/".join(reversed(folders)) or None
    for data in placemark.iterfind(".//{*}ExtendedData//{*}Data"):
        row[data.get("name", "")] = _text(data, "value")
    for data in placemark.iterfind(".//{*}ExtendedData//{*}SimpleData"):
        row[data.get("name", "")] = data.text
    return {key: value for key, value in row.items() if value is not None}


def _text(element: Any, child: str) -> str | None:
    found = element.find(f"{{*}}{child}")
    return None if found is None or found.text is None else found.text.strip()


def _geometry_or_problem(placemark: Any, row: dict[str, Any]) -> Reading:
    try:
        shapes = [_shape(child) for child in placemark if _is_shape(child)]
        return (shapes[0] if shapes else None), row, None
    except UnknownKindError as error:
        return None, row, ("import_kind", str(error))
    except (ValueError, ShapelyError, TypeError, AttributeError) as error:
        return None, row, (CODE_OF_ERROR.get(type(error), "import_geometry_unreadable"), str(error))


class UnknownKindError(ValueError):
    """A kind of geometry that the app does not hold."""


class NotFiniteError(ValueError):
    """A coordinate that is no finite number."""


class TooManyVerticesError(ValueError):
    """A geometry above the limit."""


CODE_OF_ERROR: Final[dict[type, str]] = {
    NotFiniteError: "import_not_finite",
    TooManyVerticesError: "import_too_many_vertices",
}


def _is_shape(element: Any) -> bool:
    return isinstance(element.tag, str) and QName(element).localname in SHAPES


def _shape(element: Any) -> BaseGeometry:
    match QName(element).localname:
        case "Point":
            return Point(_positions(element)[0])
        case "LineString" | "LinearRing":
            return LineString(_positions(element))
        case "Polygon":
            outer = element.find("{*}outerBoundaryIs")
            if outer is None:
                raise ValueError("no outer boundary")
            return Polygon(_positions(outer), [_positions(inner) for inner in element.iterfind("{*}innerBoundaryIs")])
        case "MultiGeometry":
            return _several([_shape(child) for child in element if _is_shape(child)])
        case other:
            raise UnknownKindError(other)


def _several(parts: list[BaseGeometry]) -> BaseGeometry:
    kinds = {part.geom_type for part in parts}
    if len(kinds) != 1 or not kinds <= set(OF_SEVERAL):
        raise UnknownKindError("MultiGeometry: " + ", ".join(sorted(kinds)))
    return OF_SEVERAL[kinds.pop()](parts)


def _positions(element: Any) -> list[list[float]]:
    found = element.find(".//{*}coordinates")
    told = (found.text or "" if found is not None else "").split(None, MAX_VERTICES)
    if len(told) > MAX_VERTICES:
        raise TooManyVerticesError(f"{MAX_VERTICES:,}")
    positions = [[float(number) for number in position.split(",")[:3] if number] for position in told]
    if not positions:
        raise ValueError("no coordinates")
    if not all(np.isfinite(position).all() for position in positions):
        raise NotFiniteError("NaN, inf")
    return positions
