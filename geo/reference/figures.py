"""A layer before and after: how many features, how long or large, and what no longer fits together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import shapely
from geopandas import GeoSeries
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from geo.check import PROJECT_MARGIN_M
from geo.load import Dataset, FeatureCollection, read_geometry
from geo.metric import STORAGE_CRS, area_m2, length_m, to_metric
from geo.project import Localised
from geo.reference.content import OUTLINE, key_of, shapes_by_key
from geo.reference.draft import Draft
from geo.reference.layers import AREAS, BOUNDARY, LAYERS, LINES, STRUCTURE

SHOWN: Final = 8
LEAST_OVERLAP_KM2: Final = 0.01
FAR_M: Final = 1000


def compared(
    name: str, former: FeatureCollection, becoming: FeatureCollection, dataset: Dataset, draft: Draft
) -> Iterator[Localised]:
    """Yield what changes with a layer, a line each.

    Parameters
    ----------
    name : the layer's
    former, becoming : its file before and after (EPSG:4326)
    """
    if name == STRUCTURE:
        yield from _elements(former, becoming, dataset, draft)
        return
    yield from _sizes(name, former, becoming, dataset)
    if name == BOUNDARY:
        yield from _boundaries(former, becoming, dataset)


def _metric(geometries: Sequence[BaseGeometry], dataset: Dataset) -> GeoSeries:
    return to_metric(GeoSeries(list(geometries), crs=STORAGE_CRS), crs=dataset.district.metric_crs)


def _geometries(collection: FeatureCollection, kind: str | None = None) -> list[BaseGeometry]:
    features = collection.get("features", ())
    return [read_geometry(each) for each in features if kind in (None, each["properties"].get("kind"))]


def _sizes(name: str, former: FeatureCollection, becoming: FeatureCollection, dataset: Dataset) -> Iterator[Localised]:
    kind = OUTLINE if name == BOUNDARY else None
    before, after = _geometries(former, kind), _geometries(becoming, kind)
    yield Localised(zh=f"图形：{len(before)} → {len(after)} 个", en=f"features: {len(before)} → {len(after)}")
    crs = dataset.district.metric_crs
    if LAYERS[name].kinds == AREAS:
        was, is_now = (area_m2(_metric(each, dataset), crs=crs).sum() / 1e6 for each in (before, after))
        yield Localised(zh=f"面积：{was:,.2f} → {is_now:,.2f} 平方公里", en=f"area: {was:,.2f} → {is_now:,.2f} km²")
    if LAYERS[name].kinds == LINES:
        was, is_now = (length_m(_metric(each, dataset), crs=crs).sum() / 1e3 for each in (before, after))
        yield Localised(zh=f"长度：{was:,.1f} → {is_now:,.1f} 公里", en=f"length: {was:,.1f} → {is_now:,.1f} km")
        yield from _by_class(former, becoming, dataset)


def _by_class(former: FeatureCollection, becoming: FeatureCollection, dataset: Dataset) -> Iterator[Localised]:
    was, is_now = _lengths_km(former, dataset), _lengths_km(becoming, dataset)
    for code in sorted(was.keys() | is_now.keys()):
        figures = f"{was.get(code, 0):,.1f} → {is_now.get(code, 0):,.1f}"
        yield Localised(zh=f"其中 {code}：{figures} 公里", en=f"of these {code}: {figures} km")


def _lengths_km(collection: FeatureCollection, dataset: Dataset) -> dict[str, float]:
    features = collection.get("features", ())
    lengths = length_m(_metric(_geometries(collection), dataset), crs=dataset.district.metric_crs)
    total: dict[str, float] = {}
    for feature, metres in zip(features, lengths, strict=True):
        code = str(feature["properties"].get("class"))
        total[code] = total.get(code, 0.0) + float(metres) / 1e3
    return total


def _boundaries(former: FeatureCollection, becoming: FeatureCollection, dataset: Dataset) -> Iterator[Localised]:
    before, after = _geometries(former, OUTLINE), _geometries(becoming, OUTLINE)
    neighbours = _geometries(dataset.base.get("neighbours", {}))
    placed = [project for project in dataset.projects if project.placed]
    points = [Point(project.lon, project.lat) for project in placed]
    metric = _metric([*before[:1], after[0], *neighbours, *points], dataset)
    shapes = [*metric]
    was, is_now = (shapes[0], shapes[1]) if before else (None, shapes[0])
    rest = shapes[2 if before else 1 :]
    if was is not None:
        yield from _shifted(was, is_now)
    overlap = is_now.intersection(shapely.union_all(shapely.make_valid(rest[: len(neighbours)]))).area / 1e6
    if overlap > LEAST_OVERLAP_KM2:
        yield Localised(
            zh=f"注意：与相邻各区（neighbours）重叠 {overlap:,.2f} 平方公里",
            en=f"note: it overlaps the neighbours by {overlap:,.2f} km²",
        )
    outside = [
        project.name
        for project, point in zip(placed, rest[len(neighbours) :], strict=True)
        if point.distance(is_now) > PROJECT_MARGIN_M + (project.location.accuracy_m or 0)
    ]
    if outside:
        yield Localised(
            zh=f"注意：{len(outside)} 个项目落在新区界以外：{_some(outside, '、')}",
            en=f"note: {len(outside)} projects lie outside: {_some(outside, ', ')}",
        )


def _shifted(was: BaseGeometry, is_now: BaseGeometry) -> Iterator[Localised]:
    shared, apart_m = was.intersection(is_now).area, was.centroid.distance(is_now.centroid)
    of_was, of_is = shared / was.area, shared / is_now.area
    line_m = was.boundary.hausdorff_distance(is_now.boundary)
    lines = f"the lines are up to {line_m:,.0f} m apart"
    yield Localised(
        zh=f"与原区界重合：原来的 {of_was:.1%}，新的 {of_is:.1%}；边线相差最多 {line_m:,.0f} 米",
        en=f"shared with the former: {of_was:.1%} of that, {of_is:.1%} of this; {lines}",
    )
    if apart_m > FAR_M or not shared:
        yield Localised(
            zh=f"注意：新旧区界的中心相距 {apart_m / 1e3:,.1f} 公里",
            en=f"note: the centres of the former and this are {apart_m / 1e3:,.1f} km apart",
        )


def _some(names: Sequence[str], between: str) -> str:
    return between.join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


# ---- the structure ----


def _elements(
    former: FeatureCollection, becoming: FeatureCollection, dataset: Dataset, draft: Draft
) -> Iterator[Localised]:
    shapes = shapes_by_key(draft, former["features"])
    used = {key_of(each, shapes) for each in former["features"]}
    changed = [pair for pair in zip(former["features"], becoming["features"], strict=True) if key_of(pair[0], shapes)]
    before = _metric([read_geometry(was) for was, _ in changed], dataset)
    after = _metric([read_geometry(is_now) for _, is_now in changed], dataset)
    for (feature, _), was, is_now in zip(changed, before, after, strict=True):
        name, moved_m = feature["properties"]["name"], was.centroid.distance(is_now.centroid)
        zh, en = _size(feature["properties"], was, is_now)
        yield Localised(
            zh=f"{name}：{zh}，中心移动 {moved_m:,.0f} 米", en=f"{name}: {en}, its middle moved {moved_m:,.0f} m"
        )
    yield from _not_matched(former, shapes)
    spare = _unused(draft, used)
    if spare:
        yield Localised(
            zh=f"注意：{len(spare)} 个图形不是任何要素的：{_some(spare, '、')}",
            en=f"note: {len(spare)} shapes are no element's: {_some(spare, ', ')}",
        )


def _size(properties: Mapping[str, object], was: BaseGeometry, is_now: BaseGeometry) -> tuple[str, str]:
    if properties["kind"] == "line":
        figures = f"{was.length / 1e3:,.2f} → {is_now.length / 1e3:,.2f}"
        return f"长 {figures} 公里", f"length {figures} km"
    figures = f"{was.area / 1e6:,.2f} → {is_now.area / 1e6:,.2f}"
    return f"面积 {figures} 平方公里", f"area {figures} km²"


def _not_matched(former: FeatureCollection, shapes: Mapping[str, BaseGeometry]) -> Iterator[Localised]:
    without = [str(each["properties"]["name"]) for each in former["features"] if not key_of(each, shapes)]
    if without:
        yield Localised(
            zh=f"没有对应图形、保持原样的要素：{'、'.join(without)}",
            en=f"elements without a fitting shape, which stay as they are: {', '.join(without)}",
        )


def _unused(draft: Draft, used: Iterable[str | None]) -> list[str]:
    taken = set(used)
    told = [[text for text in (each.properties["id"], each.properties["name"]) if text] for each in draft.shapes]
    return ["/".join(keys) or "—" for keys in told if not taken & set(keys)]
