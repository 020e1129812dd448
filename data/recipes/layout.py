"""Draw the plan's ten structure elements: writes ``data/layout.geojson`` from the base map and the members' points.

Run as ``python -m data.recipes.layout``. Every shape is schematic. All geometry inside is in metres, in the
district's metric CRS; the file is WGS 84. The words are in ``layout_texts.json``, the members that the plan names
in ``layout_members.json``. The same input gives the same bytes.
"""

import heapq
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from math import dist
from pathlib import Path
from typing import Any

import shapely
from pyproj import Transformer
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from geo.layout import Element

RECIPES = Path(__file__).parent
DATA = RECIPES.parent
CRS = json.loads((DATA / "district.json").read_text(encoding="utf-8"))["metric_crs"]
STEP_M = 10
GAP_M = 60
GAP_COST = 5
SIMPLIFY_M = 3
SLIVER_M2 = 5000
FAR_M = 5000

Vertex = tuple[float, ...]
Graph = dict[Vertex, dict[Vertex, float]]

to_metres = partial(
    shapely.transform, transformation=Transformer.from_crs(4326, CRS, always_xy=True).transform, interleaved=False
)
to_degrees = partial(
    shapely.transform, transformation=Transformer.from_crs(CRS, 4326, always_xy=True).transform, interleaved=False
)


@dataclass(frozen=True)
class Ground:
    """What the elements are drawn on, in metres: district land, shore, roads by name and the plan's members."""

    land: BaseGeometry
    shore: BaseGeometry
    roads: dict[str, list[LineString]]
    members: dict[str, dict[str, Point]]


@dataclass(frozen=True)
class Sketch:
    """A drawn element in metres, with the lengths (m) of the edges that no evidence fixes, by side."""

    shape: BaseGeometry
    open_m: dict[str, float] = field(default_factory=dict)


# --- the ground ------------------------------------------------------------------------------------------------


def features(path: Path) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file, none where there is no such file."""
    return json.loads(path.read_text(encoding="utf-8"))["features"] if path.exists() else []


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """Return the single lines of a line or multi-line."""
    return list(getattr(geometry, "geoms", [geometry]))


def load_ground() -> Ground:
    """Read the base map and the members' points and bring them into metres."""
    kinds = {f["properties"]["kind"]: to_metres(shape(f["geometry"])) for f in features(DATA / "base/boundary.geojson")}
    coast = [f for f in features(DATA / "base/land.geojson") if f["properties"]["kind"] == "mainland"]
    shore = shapely.union_all([to_metres(shape(f["geometry"])) for f in coast]).boundary
    return Ground(kinds["land"], shore, load_roads(), load_members())


def load_roads() -> dict[str, list[LineString]]:
    """Return the carriageways of each named road in metres, joined across bridges and changes of class."""
    pieces: dict[tuple[str, bool], list[LineString]] = defaultdict(list)
    for f in features(DATA / "base/roads.geojson"):
        row = f["properties"]
        pieces[row["name"], row["oneway"]] += lines_of(to_metres(shape(f["geometry"])))
    roads: dict[str, list[LineString]] = defaultdict(list)
    for (name, oneway), lines in pieces.items():
        roads[name] += lines_of(shapely.line_merge(MultiLineString(lines), directed=oneway))
    return dict(roads)


def load_members() -> dict[str, dict[str, Point]]:
    """Return each element's members as points in metres, by name, from the file that each row points to."""
    points = {("project", f["id"]): f["geometry"] for f in features(DATA / "projects.geojson") if f["geometry"]}
    for layer in ("landmarks", "metro"):
        points |= {(layer, f["properties"]["name"]): f["geometry"] for f in features(DATA / f"base/{layer}.geojson")}
    members: dict[str, dict[str, Point]] = defaultdict(dict)
    for row in json.loads((RECIPES / "layout_members.json").read_text(encoding="utf-8"))["members"]:
        place = Point(row["point"]) if "point" in row else shape(points[row["layer"], row["key"]])
        members[row["element"]][row["name"]] = to_metres(place)
    return dict(members)


# --- shapes ----------------------------------------------------------------------------------------------------


def road(ground: Ground, *names: str) -> BaseGeometry:
    """Return all pieces of the named roads as one geometry."""
    return shapely.union_all([piece for name in names for piece in ground.roads[name]])


def corner(ground: Ground, one: str, other: str) -> Point:
    """Return where two roads cross (middle of the crossing), else the middle of where they come nearest."""
    a, b = road(ground, one), road(ground, other)
    if a.intersects(b):
        return a.intersection(b).centroid
    return LineString(nearest_points(a, b)).centroid


def half_way(ground: Ground, name: str, one: str, other: str) -> Point:
    """Return the point of the named road nearest to the middle between its corners with two others."""
    middle = LineString([corner(ground, name, one), corner(ground, name, other)]).centroid
    return nearest_points(road(ground, name), middle)[0]


def end_of(ground: Ground, name: str, east: float, north: float) -> Point:
    """Return the vertex of a named road that lies farthest towards the direction (`east`, `north`)."""
    vertices = [c for piece in ground.roads[name] for c in piece.coords]
    return Point(max(vertices, key=lambda c: (c[0] * east + c[1] * north, c)))


def street_graph(pieces: Iterable[LineString], *ends: Point) -> Graph:
    """Return the pieces and the `ends` of a journey as a graph of vertices at most `STEP_M` apart.

    One-way rules are ignored. At a higher cost vertices within `STEP_M` are linked too, and the pieces' ends and the
    `ends` to every vertex within `GAP_M`: over gaps in the data and from one carriageway to the other.
    """
    chains = [[tuple(c) for c in shapely.segmentize(piece, STEP_M).coords] for piece in pieces]
    graph: Graph = defaultdict(dict)
    for chain in chains:
        for a, b in pairwise(chain):
            graph[a][b] = graph[b][a] = dist(a, b)
    vertices = list(graph)
    tree = shapely.STRtree(shapely.points(vertices))
    loose = [*(chain[end] for chain in chains for end in (0, -1)), *(tuple(*end.coords) for end in ends)]
    for places, reach in ((vertices, STEP_M), (loose, GAP_M)):
        for i, j in tree.query(shapely.points(places), "dwithin", reach).T:
            a, b = places[i], vertices[j]
            if a != b and b not in graph[a]:
                graph[a][b] = graph[b][a] = dist(a, b) * GAP_COST
    return graph


def way(ground: Ground, names: Iterable[str], start: Point, end: Point) -> LineString:
    """Return the shortest way from `start` to `end` along the named roads.

    On a dual carriageway it keeps to one carriageway, so it runs some 10 m beside the middle.
    """
    graph = street_graph((piece for name in names for piece in ground.roads[name]), start, end)
    first, last = tuple(*start.coords), tuple(*end.coords)
    queue, came_from = [(0.0, first, first)], {}
    while last not in came_from:
        cost, vertex, before = heapq.heappop(queue)
        if vertex not in came_from:
            came_from[vertex] = before
            for neighbour, length in graph[vertex].items():
                heapq.heappush(queue, (cost + length, neighbour, vertex))
    path = [last]
    while path[-1] != first:
        path.append(came_from[path[-1]])
    return LineString(path[::-1]).simplify(SIMPLIFY_M)


def joined(*parts: LineString | Point) -> LineString:
    """Return one line through the parts, in order."""
    return LineString([c for part in parts for c in part.coords])


def ring(*parts: LineString | Point) -> Polygon:
    """Return the block inside the parts, taken in order round it, without spurs from crossing carriageways."""
    return shapely.make_valid(Polygon(joined(*parts))).buffer(-5).buffer(5, join_style="mitre")


def closed_by(line: LineString, *corners: tuple[float, float]) -> Polygon:
    """Return the ground between a line and far corners (x, y in metres), given in turn from its end."""
    return shapely.make_valid(Polygon([*line.coords, *corners]))


def hull(points: Iterable[Point], distance: float) -> Polygon:
    """Return the convex hull of the points, widened by `distance` metres."""
    return MultiPoint(list(points)).convex_hull.buffer(distance)


def open_edge(area: BaseGeometry, edge: BaseGeometry) -> float:
    """Return the length (m) of the area's outline that runs along `edge` (within 15 m)."""
    return area.boundary.intersection(edge.buffer(15)).length


def guessed_outline(ground: Ground, area: BaseGeometry) -> float:
    """Return the length (m) of the area's outline that is neither shore nor district boundary."""
    return area.boundary.difference(ground.land.boundary.buffer(1)).length


# --- the ten elements ------------------------------------------------------------------------------------------


def axis(ground: Ground) -> Sketch:
    """长春路, then 八一路's south-western branch, with straight ends to the quay and to the shore."""
    roads = ("长春路", "八一广场环岛", "八一路")
    north = end_of(ground, "长春路", 0, 1)
    south = corner(ground, "八一路", "滨海西路")
    line = way(ground, roads, north, south)
    quay, beach = (nearest_points(ground.shore, Point(line.coords[end]))[0] for end in (0, -1))
    lengths = {"north": quay.distance(north), "south": beach.distance(Point(line.coords[-1]))}
    return Sketch(joined(quay, line, beach), lengths)


def bay_north(ground: Ground) -> Sketch:
    """Land between the quays and 海防街–疏港路; on the west 东北路 and 东北快速路, which is our choice."""
    west_corner, east_corner = corner(ground, "海防街", "东北路"), corner(ground, "海防街", "疏港路")
    top, tail = end_of(ground, "东北快速路", 0, 1), end_of(ground, "疏港路", 1, 0)
    west = way(ground, ("东北快速路", "东北路"), top, west_corner)
    south = joined(way(ground, ("海防街",), west_corner, east_corner), way(ground, ("疏港路",), east_corner, tail))
    seaward = closed_by(joined(west, south), (tail.x + FAR_M, tail.y), (tail.x + FAR_M, top.y))
    area = ground.land & seaward
    return Sketch(area, {"west": open_edge(area, west)})


def bay_south(ground: Ground) -> Sketch:
    """Land from the shore to 150 m inland of 滨海西路."""
    west, east = end_of(ground, "滨海西路", -1, 0), end_of(ground, "滨海中路", 1, 0)
    coast_road = way(ground, ("滨海西路", "滨海中路"), west, east)
    seaward = closed_by(coast_road, (east.x, east.y - FAR_M), (west.x, east.y - FAR_M))
    area = ground.land & (seaward | road(ground, "滨海西路").buffer(150))
    return Sketch(area, {"inland": guessed_outline(ground, area)})


def street_dongguan(ground: Ground) -> Sketch:
    """The block 长江路 – 英华街 – 黄河路, open to the west half-way between 新开路 and 北京街."""
    north_east, south_east = corner(ground, "英华街", "长江路"), corner(ground, "英华街", "黄河路")
    north_west, south_west = (half_way(ground, name, "新开路", "北京街") for name in ("长江路", "黄河路"))
    north = way(ground, ("长江路",), north_west, north_east)
    east = way(ground, ("英华街",), north_east, south_east)
    south = way(ground, ("黄河路",), south_east, south_west)
    west = LineString([south.coords[-1], north.coords[0]])
    return Sketch(ring(north, east, south) & ground.land, {"west": west.length})


def street_fengming(ground: Ground) -> Sketch:
    """The strip between 水仙街 and 高尔基路 from 花园广场 to 长春路; 水仙街 is known for its eastern half only."""
    square = road(ground, "花园广场").centroid
    south = way(ground, ("高尔基路",), square, corner(ground, "高尔基路", "长春路"))
    known_end = end_of(ground, "水仙街", -1, 0)
    north = way(ground, ("水仙街",), known_end, square)
    across = nearest_points(road(ground, "长春路"), known_end)[0]
    return Sketch(ring(south, across, north) & ground.land, {"west": across.distance(known_end)})


def street_shengliqiaobei(ground: Ground) -> Sketch:
    """150 m around a line from the northern head of 胜利桥 by 俄罗斯风情街, 500 m long."""
    head = end_of(ground, "胜利桥", -1, 1)
    pin = ground.members["street-shengliqiaobei"]["俄罗斯风情街"]
    reach = 500 / head.distance(pin)
    far = Point(head.x + (pin.x - head.x) * reach, head.y + (pin.y - head.y) * reach)
    area = LineString([head, far]).buffer(150) & ground.land
    return Sketch(area, {"outline": guessed_outline(ground, area)})


def around_members(ground: Ground, element: str, distance: float) -> Sketch:
    """The hull of the element's members, widened by `distance` metres, on the district's land."""
    area = hull(ground.members[element].values(), distance) & ground.land
    return Sketch(area, {"outline": guessed_outline(ground, area)})


def district_zhanbei(ground: Ground) -> Sketch:
    """The members' hull, cut at 建设街 on the south and at 菜市街 on the east."""
    wide = around_members(ground, "district-zhanbei", 250).shape
    meeting = corner(ground, "建设街", "菜市街")
    south_west, north = end_of(ground, "建设街", -1, 0), end_of(ground, "菜市街", 0, 1)
    edge = joined(way(ground, ("建设街",), south_west, meeting), way(ground, ("菜市街",), meeting, north))
    inside = closed_by(
        edge, (north.x, north.y + FAR_M), (south_west.x - FAR_M, north.y + FAR_M), (south_west.x - FAR_M, south_west.y)
    )
    area = wide & inside
    return Sketch(area, {"outline": area.boundary.length - open_edge(area, edge)})


DRAW: dict[str, Callable[[Ground], Sketch]] = {
    "axis": axis,
    "bay-north": bay_north,
    "bay-south": bay_south,
    "street-dongguan": street_dongguan,
    "street-fengming": street_fengming,
    "street-shengliqiaobei": street_shengliqiaobei,
    "district-xianglujiao": partial(around_members, element="district-xianglujiao", distance=250),
    "district-olympic": partial(around_members, element="district-olympic", distance=150),
    "district-zhanbei": district_zhanbei,
    "district-129": partial(around_members, element="district-129", distance=250),
}


# --- the file --------------------------------------------------------------------------------------------------


def finished(drawn: BaseGeometry, land: BaseGeometry) -> BaseGeometry:
    """Return the shape simplified, areas on land and without slivers, in degrees with 6 decimals, rings ccw."""
    drawn = drawn.simplify(SIMPLIFY_M)
    if drawn.geom_type != "LineString":
        drawn = drawn & land
        parts = [part for part in shapely.get_parts(drawn) if part.geom_type == "Polygon" and part.area > SLIVER_M2]
        drawn = MultiPolygon(sorted(parts, key=lambda part: -part.area)) if len(parts) > 1 else parts[0]
    return shapely.orient_polygons(shapely.set_precision(to_degrees(drawn), 1e-6))


def element_feature(words: dict[str, Any], sketch: Sketch, land: BaseGeometry) -> dict[str, Any]:
    """Return one GeoJSON feature; the words are checked against the `Element` model on the way."""
    edges = [{"side": edge["side"], "length_m": round(sketch.open_m[edge["key"]], -1)} for edge in words["open_edges"]]
    properties = Element.model_validate(words | {"open_edges": edges, "schematic": True}).model_dump(mode="json")
    return {
        "type": "Feature",
        "id": properties.pop("id"),
        "geometry": rounded(finished(sketch.shape, land)),
        "properties": properties,
    }


def rounded(geometry: BaseGeometry) -> dict[str, Any]:
    """Return the geometry as GeoJSON with coordinates of at most 6 decimals."""
    return json.loads(json.dumps(mapping(geometry)), parse_float=lambda text: round(float(text), 6))


def layout() -> str:
    """Return the whole of ``data/layout.geojson``, one feature a line."""
    texts = json.loads((RECIPES / "layout_texts.json").read_text(encoding="utf-8"))
    ground = load_ground()
    rows = [element_feature(words, DRAW[words["id"]](ground), ground.land) for words in texts.pop("elements")]
    head = json.dumps({"type": "FeatureCollection", **texts}, ensure_ascii=False, indent=1).removesuffix("\n}")
    body = ",\n".join("  " + json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return f'{head},\n "features": [\n{body}\n ]\n}}\n'


if __name__ == "__main__":
    (DATA / "layout.geojson").write_text(layout(), encoding="utf-8")
