"""Which sites are open, against the headings in the file, counted here on their own."""

import json
from collections import Counter

from geo.load import load_dataset
from geo.opportunity import Opening, opening_of, opportunities
from tests.data.odd_projects import SHIPPED

OPEN_HEADINGS, UNDER_WAY_HEADING = ("拟推进", "力争盘活", "前期推进"), "重点实施"
OTHER_HEADINGS = ("完工达效", "实施建设")


def latest_headings():
    """Return the heading of each project's last box that prints a phase, None where none does."""
    found = {}
    for feature in json.loads((SHIPPED / "projects.geojson").read_text(encoding="utf-8"))["features"]:
        known = (*OPEN_HEADINGS, UNDER_WAY_HEADING, *OTHER_HEADINGS)
        stated = {m["box"]: m["heading"] for m in feature["properties"]["mentions"] if m.get("heading") in known}
        found[feature["id"]] = stated[max(stated)] if stated else None
    return found


def test_the_opportunities_are_what_the_headings_say():
    headings, data = latest_headings(), load_dataset(SHIPPED)
    found = {project.id: opening_of(project) for project in data.projects}
    assert {i for i in found if found[i] is Opening.OPEN} == {i for i in headings if headings[i] in OPEN_HEADINGS}
    assert {i for i in found if found[i] is Opening.UNDER_WAY} == {i for i in headings if headings[i] == "重点实施"}
    assert Counter(found.values()) == {Opening.OPEN: 25, Opening.UNDER_WAY: 20, None: 68}


def test_the_open_ones_come_first_and_can_stand_alone():
    data, headings = load_dataset(SHIPPED), latest_headings()
    everything = opportunities(data.projects)
    order = ["拟推进", "力争盘活", "前期推进", "重点实施"]
    places = [order.index(headings[project.id]) for project in everything]
    assert places == sorted(places) and len({project.id for project in everything}) == 45
    alone = opportunities(data.projects, open_only=True)
    assert alone == everything[: len(alone)] and len(alone) == 25
    assert opportunities([]) == []
