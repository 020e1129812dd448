"""DXF drawings, read tag by tag: closed polylines as areas, points and blocks as points; nothing referred to is opened.

Blocks are never expanded, so that blocks in blocks cost nothing; of a block its point and its attributes count.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import LineString, Point, Polygon

from geo.intake.dxf_curves import Corner, flattened
from geo.intake.encoding import decoded, encoding_of, named_encoding
from geo.intake.limits import MAX_FEATURES, MAX_FILE_VERTICES, MAX_VERTICES, RefusedFileError, hold_to
from geo.intake.table import Features, Table, feature_problem, finished
from geo.problem import Problem

Tag = tuple[int, bytes]
METRES_OF_UNIT: Final = {4: ("mm", 0.001), 5: ("cm", 0.01)}
UNIT_METRES: Final = 6
LARGER_THAN_METRES: Final = 1e8
"""No metre of a national grid is as large, zone number and all; the same place in millimetres is."""
LEAST_RING: Final = 3
TAGS_OF_VERTEX: Final = 6
CLOSED: Final = 1
MESH: Final = 16 | 64
CONTROL_POINT: Final = 16
EXTERNAL: Final = 4 | 8
TEXTS_SHOWN: Final = 3
TEXT_CHARS: Final = 120
COMMENT: Final = 999
END_OF_FILE: Final = [(0, b"ENDSEC")]
DRAWN: Final = (b"ENTITIES", b"BLOCKS")
CODED_LETTER: Final = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
PARTS: Final = frozenset({b"VERTEX", b"ATTRIB", b"SEQEND"})
FORMATTING: Final = re.compile(r"\\[A-Za-z][^;\\{}]*;|[{}]")


@dataclass
class _Drawing:
    """What was met in a drawing on the way."""

    features: Features
    encoding: str
    unit: int = 0
    externals: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    texts: list[tuple[Point, str]] = field(default_factory=list)
    vertices: int = 0
    odd: set[int] = field(default_factory=set)

    def text(self, raw: bytes) -> str:
        said, clean = decoded(raw, self.encoding)
        if not clean:
            self.odd.add(len(self.features.rows) + 1)
        return CODED_LETTER.sub(lambda code: chr(int(code.group(1), 16)), said)


def read_dxf(name: str, content: bytes) -> Table:
    """Return the closed polylines, open ones, points and blocks of a drawing's model space.

    Raises
    ------
    RefusedFileError : if it is no DXF in text form, or above the limits
    """
    features = Features(name)
    encoding = encoding_of(BytesIO(content), _declared_encoding(content))
    drawing = _Drawing(features, encoding)
    try:
        for section, entity in _entities(content):
            _take(drawing, section, entity)
    except (ValueError, IndexError) as error:
        problem = Problem("import_broken", name, str(error)[:120])
        if not features.rows:
            raise RefusedFileError(problem) from error
        features.problems.append(problem)
    _tell(drawing)
    _scale(drawing)
    _name_by_texts(drawing)
    return finished(features, file_format="dxf", encoding=encoding)


def _declared_encoding(content: bytes) -> str | None:
    found = re.search(rb"\$DWGCODEPAGE\s+3\s+(?:ANSI_)?(\w+)", content[:100_000])
    return named_encoding(found.group(1).decode("ascii", "replace")) if found else None


def _entities(content: bytes) -> Iterator[tuple[bytes, list[list[Tag]]]]:
    """Yield the section and the tags of each entity, with those of its vertices or attributes after them."""
    section, group = b"", list[list[Tag]]()
    for tags in _records(content):
        kind = tags[0][1]
        if section in DRAWN and kind in PARTS and group:
            group.append(tags)
            _hold_one(len(group), 1)
            continue
        if group:
            yield section, group
            group = []
        if kind == b"SECTION":
            section = tags[1][1] if len(tags) > 1 else b""
            group = [tags] if section == b"HEADER" else []
        elif kind == b"ENDSEC":
            section = b""
        elif section in DRAWN:
            group = [tags]
    if group:
        yield section, group


def _records(content: bytes) -> Iterator[list[Tag]]:
    """Yield the tags from one of code 0 to the next; those before a break in the file, then what is wrong with it.

    Raises
    ------
    ValueError : where a line is no code, or the file ends without the tag that it ends with
    """
    lines = BytesIO(content)
    tags: list[Tag] = []
    broken = "no EOF"
    for code_line in lines:
        if not code_line.strip():
            continue
        value = lines.readline().strip()
        if not code_line.strip().lstrip(b"-").isdigit():
            broken = f"{code_line[:20]!r}"
            break
        code = int(code_line)
        if code == 0 and tags:
            yield tags
            tags = []
        if code != COMMENT:
            tags.append((code, value))
        _hold_one(len(tags), TAGS_OF_VERTEX)
    ends = bool(tags) and tags[0] == (0, b"EOF")
    if tags:
        yield tags
    yield END_OF_FILE
    if not ends:
        raise ValueError(broken)


def _hold_one(count: int, per_vertex: int) -> None:
    """Refuse an entity of more vertices than a feature may have, before the rest of it takes memory."""
    if count > MAX_VERTICES * per_vertex:
        raise RefusedFileError(Problem("import_too_many_vertices", "DXF", f"{MAX_VERTICES:,}"))


def _take(drawing: _Drawing, section: bytes, entity: list[list[Tag]]) -> None:
    tags = entity[0]
    if section == b"HEADER":
        drawing.unit = _unit(tags)
        return
    kind, values = tags[0][1].decode("ascii", "replace"), dict(reversed(tags))
    if section == b"BLOCKS":
        if kind == "BLOCK" and int(values.get(70, 0)) & EXTERNAL:
            drawing.externals.append(drawing.text(values.get(1) or values.get(2, b"")))
        return
    if values.get(67, b"0").strip() == b"1":
        drawing.left_out["PAPER SPACE"] += 1
        return
    hold_to(MAX_FEATURES, len(drawing.features.rows) + 1, "import_dxf_entities", drawing.features.name)
    try:
        _take_entity(drawing, kind, values, entity)
    except (KeyError, ValueError) as error:  # a coordinate is missing or no number
        drawing.features.add(None, {"kind": kind}, ("import_geometry_unreadable", str(error)))


def _take_entity(drawing: _Drawing, kind: str, values: dict[int, bytes], entity: list[list[Tag]]) -> None:
    tags = entity[0]
    match kind:
        case "LWPOLYLINE":
            _add_line(drawing, kind, values, _corners_of_one(tags))
        case "POLYLINE" if not int(values.get(70, 0)) & MESH:
            _add_line(drawing, kind, values, _corners_of_many(entity[1:]))
        case "POINT" | "INSERT":
            _add_point(drawing, kind, values, entity[1:])
        case "TEXT" | "MTEXT":
            said = FORMATTING.sub("", drawing.text(values.get(1, b"")).replace("\\P", " ")).strip()
            if said and len(drawing.texts) < MAX_FEATURES:
                drawing.texts.append((Point(_xy(values)), said[:TEXT_CHARS]))
        case _:
            drawing.left_out[kind] += 1


def _unit(tags: list[Tag]) -> int:
    for (code, value), (_, following) in pairwise(tags):
        if code == 9 and value == b"$INSUNITS":
            return int(following)
    return 0


def _mirror(values: dict[int, bytes]) -> float:
    """Return -1 where the entity is drawn from below, so that its x counts the other way."""
    return -1.0 if float(values.get(230, 1)) < 0 else 1.0


def _xy(values: dict[int, bytes]) -> tuple[float, float]:
    return float(values[10]) * _mirror(values), float(values[20])


def _corners_of_one(tags: list[Tag]) -> list[Corner]:
    corners: list[list[float]] = []
    for code, value in tags:
        if code == 10:
            corners.append([float(value), 0.0, 0.0])
        elif code in (20, 42) and corners:
            corners[-1][1 if code == 20 else 2] = float(value)
    return [(x, y, bulge) for x, y, bulge in corners]


def _corners_of_many(parts: list[list[Tag]]) -> list[Corner]:
    vertices = [dict(reversed(tags)) for tags in parts if tags[0][1] == b"VERTEX"]
    return [
        (float(one[10]), float(one[20]), float(one.get(42, 0)))
        for one in vertices
        if not int(one.get(70, 0)) & CONTROL_POINT
    ]


def _add_line(drawing: _Drawing, kind: str, values: dict[int, bytes], corners: Sequence[Corner]) -> None:
    row = _row(drawing, kind, values)
    if elevation := float(values.get(38) or values.get(30) or 0):
        row["elevation"] = elevation
    closed = bool(int(values.get(70, 0)) & CLOSED) or (len(corners) > LEAST_RING and corners[0][:2] == corners[-1][:2])
    points = flattened(corners, closed=closed) * (_mirror(values), 1)
    drawing.vertices += len(points)
    hold_to(MAX_FILE_VERTICES, drawing.vertices, "import_too_many_file_vertices", drawing.features.name)
    if not np.isfinite(points).all():
        drawing.features.add(None, row, ("import_not_finite", ""))
        return
    try:
        shape: Any = Polygon(points) if closed and len(corners) >= LEAST_RING else LineString(points)
    except (ShapelyError, ValueError) as error:
        drawing.features.add(None, row, ("import_geometry_unreadable", str(error)))
        return
    drawing.features.add(shape, row)


def _add_point(drawing: _Drawing, kind: str, values: dict[int, bytes], parts: list[list[Tag]]) -> None:
    row = _row(drawing, kind, values)
    if kind == "INSERT":
        row["block"] = drawing.text(values.get(2, b""))
        for tags in parts:
            attribute = dict(reversed(tags))
            if tags[0][1] == b"ATTRIB" and attribute.get(1):
                row.setdefault(drawing.text(attribute.get(2, b"")) or "attribute", drawing.text(attribute[1]))
    if elevation := float(values.get(30) or 0):
        row["elevation"] = elevation
    x, y = _xy(values)
    if np.isfinite([x, y]).all():
        drawing.features.add(Point(x, y), row)
    else:
        drawing.features.add(None, row, ("import_not_finite", f"{x}, {y}"))


def _row(drawing: _Drawing, kind: str, values: dict[int, bytes]) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": kind, "layer": drawing.text(values.get(8, b"0"))}
    if 5 in values:
        row["handle"] = drawing.text(values[5])
    if 62 in values:
        row["colour"] = int(values[62])
    return row


# ---- the drawing as a whole ----


def _tell(drawing: _Drawing) -> None:
    features = drawing.features
    if drawing.left_out:
        counted = ", ".join(f"{kind} {count}" for kind, count in drawing.left_out.most_common())
        features.problems.append(Problem("import_dxf_left_out", features.name, counted[:120]))
    if drawing.externals:
        features.problems.append(Problem("import_dxf_xref", features.name, ", ".join(drawing.externals)[:120]))
    count = len(features.rows)
    features.problems.extend(
        feature_problem("import_text_mixed", features.name, number, drawing.encoding)
        for number in sorted(drawing.odd)
        if number <= count
    )
    features.problems.append(Problem("import_no_crs", features.name))


def _scale(drawing: _Drawing) -> None:
    """Turn the numbers to metres where unit and size agree that they are none; say where that is not known."""
    features = drawing.features
    unit, metres = METRES_OF_UNIT.get(drawing.unit, ("", 1.0))
    if drawing.unit == UNIT_METRES or not features.rows:
        return
    held: Any = np.empty(len(features.geometries), dtype=object)
    held[:] = features.geometries
    if not unit:
        features.problems.append(Problem("import_dxf_no_unit", features.name))
    elif np.abs(shapely.get_coordinates(held)).max(initial=0) < LARGER_THAN_METRES:
        features.problems.append(Problem("import_dxf_unit_doubted", features.name, unit))
    else:
        features.problems.append(Problem("import_dxf_unit", features.name, unit))
        features.geometries[:] = shapely.transform(held, lambda numbers: numbers * metres)
        drawing.texts = [(shapely.transform(at, lambda numbers: numbers * metres), said) for at, said in drawing.texts]


def _name_by_texts(drawing: _Drawing) -> None:
    """Give each area the texts that stand in it, in a column of their own."""
    geometries = drawing.features.geometries
    areas = [index for index, one in enumerate(geometries) if one is not None and one.geom_type == "Polygon"]
    if not areas or not drawing.texts:
        return
    tree = shapely.STRtree([at for at, _ in drawing.texts])
    polygons = [geometries[index] for index in areas]
    found: dict[int, list[str]] = {}
    for area, text in zip(*tree.query(polygons, predicate="contains_properly"), strict=True):
        found.setdefault(areas[int(area)], []).append(drawing.texts[int(text)][1])
    for index, texts in found.items():
        drawing.features.rows[index]["text"] = " ".join(dict.fromkeys(texts[:TEXTS_SHOWN]))
