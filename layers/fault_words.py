"""What the readers of files say of a fault in English, in the words of the screens; the coordinates are kept."""

import re
from typing import Final

from geo.problem import Problem
from layers.words import Words

SHAPE_FAULT: Final = re.compile(r"([A-Z][A-Za-z -]+)\[([^\]]*)\]")
SHAPE_FAULTS: Final = {
    "Self-intersection": "fault.self_crossing",
    "Ring Self-intersection": "fault.self_crossing",
    "Hole lies outside shell": "fault.hole_outside",
    "Holes are nested": "fault.rings_overlap",
    "Nested shells": "fault.rings_overlap",
    "Duplicate Rings": "fault.rings_overlap",
    "Interior is disconnected": "fault.interior_split",
}
"""What GEOS calls the faults of a shape; of the further ones only that its ring is not sound is said."""
SHAPE_CODES: Final = frozenset({"import_invalid_shape", "import_shape_repaired"})
PARSER_CODES: Final = frozenset({"import_broken", "import_geometry_unreadable"})
AT: Final = re.compile(r"line (\d+),? column (\d+)")
CONTENTS: Final = {
    "image": "fault.image",
    "text": "fault.text",
    "binary dxf": "fault.binary_dxf",
    "rar": "fault.archive",
}


def detail_in_words(words: Words, problem: Problem) -> str:
    """Return the detail of a problem without a word that another program wrote."""
    detail = problem.detail
    if problem.code in SHAPE_CODES and (found := SHAPE_FAULT.match(detail)):
        return f"{words(SHAPE_FAULTS.get(found[1], 'fault.ring_unsound'))} [{found[2]}]"
    if problem.code in PARSER_CODES:
        at = AT.search(detail)
        return words("fault.at", line=at[1], column=at[2]) if at else words("fault.unreadable")
    if problem.code == "import_wrong_suffix":
        return words(CONTENTS[detail]) if detail in CONTENTS else detail.upper()
    return detail
