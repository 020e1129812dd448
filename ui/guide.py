"""The guide on the help page: its sections and entries, each with a term and a sentence in the catalogues."""

from typing import Final

from markupsafe import Markup

from layers.shape_grade import boundary_grade, graded, structure_grade
from ui.desk import Desk
from ui.text import html, joined

GUIDE: Final = {
    "look": ("filter", "search", "pick", "list", "layers"),
    "read": ("fill", "circle", "stack", "schematic", "unplaced"),
    "tour": ("steps", "present"),
    "show": ("open", "step", "language"),
    "library": ("tick", "matrix", "more"),
    "invest": ("cards", "paper"),
    "measure": ("draw", "inside", "near", "find", "keep"),
    "compare": ("collect", "side", "send"),
    "take": ("view", "formats", "sheet", "public", "presets", "link"),
    "data": ("verify", "edit", "clash", "import", "changes", "who"),
    "keys": ("tab", "arrows", "escape", "map"),
}


def guide(desk: Desk) -> Markup:
    """Return the whole guide as HTML, by what a reader comes to do."""
    words = desk.words
    sections = [
        html(
            "<section><h2>{title}</h2><dl>{entries}</dl></section>",
            title=words(f"help.{section}"),
            entries=joined([_entry(desk, f"help.{section}_{entry}") for entry in entries]),
        )
        for section, entries in GUIDE.items()
    ]
    return html('<div class="guide"><p>{intro}</p>{all}</div>', intro=words("help.intro"), all=joined(sections))


def _entry(desk: Desk, code: str) -> Markup:
    words, grade = desk.words, structure_grade(desk.data)
    stamp = words(graded("print.internal", boundary_grade(desk.data)))
    term, text = (graded(identifier, grade) for identifier in (code, f"{code}_text"))
    return html("<dt>{term}</dt><dd>{text}</dd>", term=words(term), text=words(text, stamp=stamp))
