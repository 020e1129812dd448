"""A project as its feature: the inverse of ``geo.load.parse_project``."""

from typing import Any, Final, get_args

from geo.names import ForeignLanguage
from geo.project import Mention, Project

_WITHOUT_NULLS: Final = ("names", "element_basis", "summary", "offer")
"""What leaves out the fields that it does not fill; all else says of each that it is null."""
_LEFT_OUT_WHEN_NONE: Final = ("offer", "parcel", "added")


def feature_of(project: Project) -> dict[str, Any]:
    """Return a project as its canonical GeoJSON feature (EPSG:4326), as ``data/projects.geojson`` holds it."""
    properties = project.model_dump(mode="json", exclude={"id", "lon", "lat"})
    for key in _LEFT_OUT_WHEN_NONE:
        if properties[key] is None:
            del properties[key]
    for key in _WITHOUT_NULLS:
        if properties.get(key):
            properties[key] = _filled(properties[key])
    # The only object without an order of its own: whoever adds a name and takes it out again leaves no trace.
    properties["names"] = {each: project.names[each] for each in get_args(ForeignLanguage) if each in project.names}
    properties["location"]["basis"] = _filled(properties["location"]["basis"])
    properties["mentions"] = [_mention(mention) for mention in project.mentions]
    return {
        "type": "Feature",
        "id": project.id,
        "geometry": {"type": "Point", "coordinates": [project.lon, project.lat]} if project.placed else None,
        "properties": properties,
    }


def _mention(mention: Mention) -> dict[str, Any]:
    """Return a mention; one in a box says so where it stands under no heading."""
    keys = {"box", "heading"} if mention.box is not None else set()
    return {key: value for key, value in mention.model_dump(mode="json").items() if value is not None or key in keys}


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _filled(value) if isinstance(value, dict) else value for key, value in record.items() if value is not None
    }
