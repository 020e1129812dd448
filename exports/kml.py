"""KML and KMZ for Google Earth, 奥维 and the like: folders by sector, then the structure, then how sure each place is.

Nothing outside is asked for. A KMZ brings its own symbols, drawn as on the map; a KML has none, so the reader's own
pin is shown in the sector's colour, and the grade stands beside the name and in the balloon. A project without a
place is an entry without geometry in its sector's folder, and the folder's description lists it by name, as some
readers drop entries without geometry.
"""

import html
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from geopandas import GeoSeries
from lxml import etree
from lxml.builder import ElementMaker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import IdentityTransform
from shapely import Point, Polygon, get_parts
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from exports.canvas import symbol
from exports.fields import Field
from exports.records import Records, Row, Value, is_placed, records_of, rows_with_parcels
from exports.request import ExportRequest
from geo.layout import Element
from geo.load import Dataset
from geo.metric import STORAGE_CRS, from_metric, to_metric
from geo.vocabulary import Grade, Sector, Stage
from layers import style
from layers.shape_grade import schematic_style
from layers.symbols import SHAPES
from layers.wording import layer_name
from layers.words import Words

NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
SYMBOL_PX: Final = 64
SYMBOL_RADIUS_PX: Final = 20
SYMBOL_STROKE: Final = 2.4
CIRCLE_QUARTER_STEPS: Final = 12
CIRCLES: Final = "accuracy"
PARCELS: Final = "parcels"
# What a balloon leaves out: what its heading says, what codes repeat, and the coordinate that the pin shows.
_NOT_IN_BALLOON: Final = {"name", "lon", "lat", "mention_count"}
_KML: Any = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})


def write_kml(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write one KML file, without symbols of its own."""
    path.write_bytes(_document(data, request.words, records_of(data, request), with_symbols=False))


def write_kmz(data: Dataset, request: ExportRequest, path: Path) -> None:
    """Write a KMZ: the same document with the map's symbols beside it."""
    records = records_of(data, request)
    drawn = {_Looks.of(row) for row in records.projects.rows if is_placed(row)}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", _document(data, request.words, records, with_symbols=True))
        for looks in sorted(drawn, key=lambda each: each.id):
            archive.writestr(looks.file, looks.png())


def kml_colour(colour: str, opacity: float = 1) -> str:
    """Return ``#RRGGBB`` as KML writes colours: aabbggrr."""
    red, green, blue = (colour[i : i + 2] for i in (1, 3, 5))
    return f"{round(opacity * 255):02x}{blue}{green}{red}".lower()


@dataclass(frozen=True)
class _Looks:
    """What a project's symbol says: colour the sector, outline the stage, fill how sure the place is."""

    sector: Sector
    stage: Stage
    is_known: bool

    @classmethod
    def of(cls, row: Row) -> "_Looks":
        return cls(
            Sector(str(row["sector"])), Stage(str(row["stage"])), Grade(str(row["grade"])) in style.FILLED_GRADES
        )

    @property
    def id(self) -> str:
        return f"{self.sector}-{self.stage}-{'known' if self.is_known else 'vague'}"

    @property
    def file(self) -> str:
        return f"symbols/{self.id}.png"

    def png(self) -> bytes:
        """Return the symbol as a picture of ``SYMBOL_PX`` square, its ground transparent."""
        sector, stage = style.SECTORS[self.sector], style.STAGES[self.stage]
        figure = Figure(figsize=(SYMBOL_PX / 72, SYMBOL_PX / 72), dpi=72, facecolor="none")
        artists = symbol(
            SHAPES[sector.shape],
            [(SYMBOL_PX / 2, SYMBOL_PX / 2)],
            SYMBOL_RADIUS_PX,
            colour=sector.colour if self.is_known else None,
            outline=stage.colour or sector.outline,
            width_pt=stage.width * SYMBOL_STROKE,
            dash=[length * SYMBOL_STROKE for length in stage.dash],
            transform=IdentityTransform(),
        )
        for artist in artists:
            figure.add_artist(artist)
        picture = io.BytesIO()
        FigureCanvasAgg(figure).print_png(picture)
        return picture.getvalue()

    def kml_style(self, *, with_symbol: bool) -> etree._Element:
        colour = style.SECTORS[self.sector].colour
        icon = (
            _KML.IconStyle(_KML.scale("0.9"), _KML.Icon(_KML.href(self.file)))
            if with_symbol
            else _KML.IconStyle(_KML.color(kml_colour(colour)), _KML.scale("0.9"))
        )
        return _KML.Style(icon, _KML.LabelStyle(_KML.scale("0.8")), id=self.id)


def _document(data: Dataset, words: Words, records: Records, *, with_symbols: bool) -> bytes:
    facts = [(fact.label, fact.value) for fact in records.facts if fact.key != "title"]
    if records.losses:
        facts.append((words("table.sheet_losses"), words("table.losses_found", n=len(records.losses))))
        facts += [(f"{loss.record} · {loss.field}", f"{loss.what}: {loss.full_text}") for loss in records.losses]
    for source in records.sources.rows:
        facts.append((str(source["title"]), f"{source['source']} · {source['licence']}"))
    document = _KML.Document(
        _KML.name(records.title),
        _KML.open("1"),
        _KML.description(_html_table(facts)),
        *_styles(data, records, with_symbols=with_symbols),
        *_sector_folders(words, records),
        _structure_folder(data, words, records),
        *_accuracy_folder(data, words, records),
        *_parcel_folder(data, words, records),
    )
    root = _KML.kml(document)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _styles(data: Dataset, records: Records, *, with_symbols: bool) -> Iterator[etree._Element]:
    looks = {_Looks.of(row) for row in records.projects.rows}
    for each in sorted(looks, key=lambda one: one.id):
        yield each.kml_style(with_symbol=with_symbols)
    for number, element in enumerate(_groups(data).values()):
        drawn = schematic_style(data, element)
        yield _area_style(f"group-{number}", drawn.colour, drawn.width * 2, drawn.fill_opacity)
    for sector in sorted({one.sector for one in looks}):
        yield _area_style(f"{CIRCLES}-{sector}", style.SECTORS[sector].colour, 1, 0)
    for sector in sorted({Sector(str(row["sector"])) for row, _ in rows_with_parcels(data, records)}):
        colour = style.SECTORS[sector].outline
        yield _area_style(f"{PARCELS}-{sector}", colour, style.PARCEL_WIDTH_PX, style.PARCEL_FILL_OPACITY)


def _area_style(name: str, colour: str, width: float, opacity: float) -> etree._Element:
    return _KML.Style(
        _KML.LineStyle(_KML.color(kml_colour(colour)), _KML.width(f"{width:g}")),
        _KML.PolyStyle(_KML.color(kml_colour(colour, opacity)), _KML.fill("1" if opacity else "0")),
        id=name,
    )


def _sector_folders(words: Words, records: Records) -> Iterator[etree._Element]:
    for sector in Sector:
        rows = [row for row in records.projects.rows if row["sector"] == sector]
        if rows:
            yield _KML.Folder(
                _KML.name(words(f"sector.{sector}")),
                _KML.description(_folder_words(words, rows)),
                *(_project_placemark(words, row, records.projects.fields) for row in rows),
            )


def _folder_words(words: Words, rows: Sequence[Row]) -> str:
    unplaced = [str(row["name"]) for row in rows if not is_placed(row)]
    counted = words("print.counts", n=len(rows), placed=len(rows) - len(unplaced), unplaced=len(unplaced))
    lines = [counted, *unplaced]
    return "<br>".join(html.escape(line) for line in lines)


def _project_placemark(words: Words, row: Row, fields: Sequence[Field]) -> etree._Element:
    geometry = [_point(row)] if is_placed(row) else []
    return _placemark(words, row, fields, _Looks.of(row).id, str(row["grade_word"]), geometry)


def _groups(data: Dataset) -> dict[tuple[str, str], Element]:
    """Return one element of the lines and of the areas of each group, which are drawn alike."""
    alike: dict[tuple[str, str], Element] = {}
    for placed in data.elements:
        alike.setdefault((placed.element.group, placed.element.kind), placed.element)
    return alike


def _structure_folder(data: Dataset, words: Words, records: Records) -> etree._Element:
    groups = list(_groups(data))
    placemarks = []
    for placed, row in zip(data.elements, records.elements.rows, strict=True):
        group = groups.index((placed.element.group, placed.element.kind))
        shape, note = _shape(placed.geometry), str(row["schematic"])
        placemarks.append(_placemark(words, row, records.elements.fields, f"group-{group}", note, shape))
    return _KML.Folder(_KML.name(layer_name(data, words, "structure")), *placemarks)


def _accuracy_folder(data: Dataset, words: Words, records: Records) -> Iterator[etree._Element]:
    """Yield a folder of circles within which the vaguely known places lie, nothing where there are none."""
    rows = [row for row in records.projects.rows if is_placed(row) and not _Looks.of(row).is_known]
    if not rows:
        return
    placemarks = []
    for row, circle in zip(rows, _circles(rows, data.district.metric_crs), strict=True):
        name = words("table.circle", name=row["name"], accuracy_m=words.number(float(str(row["accuracy_m"]))))
        placemarks.append(
            _KML.Placemark(
                _KML.name(name), _KML.styleUrl(f"#{CIRCLES}-{row['sector']}"), _layer_told(CIRCLES), *_shape(circle)
            )
        )
    yield _KML.Folder(_KML.name(words("table.circles")), *placemarks)


def _parcel_folder(data: Dataset, words: Words, records: Records) -> Iterator[etree._Element]:
    """Yield a folder of the plots that the office has, nothing where it has none."""
    placemarks = [
        _KML.Placemark(
            _KML.name(str(row["name"])), _KML.styleUrl(f"#{PARCELS}-{row['sector']}"), _layer_told(PARCELS),
            *_shape(shape(parcel.geometry)),
        )
        for row, parcel in rows_with_parcels(data, records)
    ]  # fmt: skip
    if placemarks:
        yield _KML.Folder(_KML.name(words("legend.parcel")), *placemarks)


def _circles(rows: Sequence[Row], metric_crs: str) -> list[BaseGeometry]:
    points = to_metric(GeoSeries([Point(row["lon"], row["lat"]) for row in rows], crs=STORAGE_CRS), crs=metric_crs)
    circles = points.buffer([row["accuracy_m"] for row in rows], quad_segs=CIRCLE_QUARTER_STEPS)
    return list(from_metric(circles))


def _placemark(
    words: Words, row: Row, fields: Sequence[Field], style_id: str, snippet: str, geometry: Iterable[etree._Element]
) -> etree._Element:
    return _KML.Placemark(
        _KML.name(str(row["name"])),
        _KML.Snippet(snippet, maxLines="1"),
        _KML.description(_balloon(words, row, fields)),
        _KML.styleUrl(f"#{style_id}"),
        _KML.ExtendedData(*(_KML.Data(_KML.value(_text(row[each.name])), name=each.name) for each in fields)),
        *geometry,
    )


def _layer_told(layer: str) -> etree._Element:
    """Return the mark by which a reader of ours knows that a placemark is no project."""
    return _KML.ExtendedData(_KML.Data(_KML.value(layer), name="layer"))


def _balloon(words: Words, row: Row, fields: Sequence[Field]) -> str:
    shown = [each for each in fields if not each.code and each.name not in _NOT_IN_BALLOON]
    return _html_table((words(each.label), _text(row[each.name])) for each in shown if row[each.name] is not None)


def _html_table(pairs: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th align='left'>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in pairs)
    return f"<table>{rows}</table>"


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _point(row: Row) -> etree._Element:
    return _KML.Point(_KML.coordinates(f"{row['lon']},{row['lat']}"))


def _shape(geometry: BaseGeometry) -> list[etree._Element]:
    parts = [_polygon(part) if isinstance(part, Polygon) else _line(part) for part in get_parts(geometry)]
    return parts if len(parts) == 1 else [_KML.MultiGeometry(*parts)]


def _polygon(polygon: Polygon) -> etree._Element:
    inner = [_KML.innerBoundaryIs(_KML.LinearRing(_coordinates(ring))) for ring in polygon.interiors]
    return _KML.Polygon(
        _KML.tessellate("1"), _KML.outerBoundaryIs(_KML.LinearRing(_coordinates(polygon.exterior))), *inner
    )


def _line(line: BaseGeometry) -> etree._Element:
    return _KML.LineString(_KML.tessellate("1"), _coordinates(line))


def _coordinates(line: BaseGeometry) -> etree._Element:
    return _KML.coordinates(" ".join(f"{x:.7f},{y:.7f}" for x, y in line.coords))
