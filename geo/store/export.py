"""The projects of record as the file they are delivered in, of today or of any earlier day."""

import json
from typing import Any

from geo.feature import feature_of
from geo.load import parse_project
from geo.store.changes import Kind
from geo.store.record import Record
from geo.store.store import Store


def geojson_at(store: Store, change_id: int) -> str:
    """Return the projects as they were just after change `change_id`, in the form of ``data/projects.geojson``.

    Notes
    -----
    Retired projects are left out. The version is that of the delivered file that the record had followed by then.
    """
    entries = store.entries(at=change_id)
    versions = (one.why for one in store.changes() if one.kind is Kind.SHIPPED and one.id <= change_id)
    collection = {
        "type": "FeatureCollection",
        "name": "projects",
        "version": next(versions, ""),
        "features": [_feature(entry.record) for entry in entries.values() if not entry.retired],
    }
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def _feature(record: Record) -> dict[str, Any]:
    """Return a record as its feature, its fields in their order; as it is where today's model refuses it."""
    try:
        return feature_of(parse_project(record))
    except ValueError:
        return {"type": "Feature", **record}
