"""The list of projects as data: one row a project, in words, for every list that ``layers/web/site_list.js`` draws."""

from geo.filter import places_of
from geo.load import Dataset
from geo.project import Project
from layers import style
from layers.symbols import svg_symbol
from layers.wording import place_name, site_name
from layers.words import Words


def list_symbol(project: Project) -> str:
    """Return the project's marker as an inline SVG, empty where it has no place."""
    if not project.placed:
        return ""
    sector, stage = style.SECTORS[project.sector], style.STAGES[project.stage]
    fill = sector.colour if project.location.grade in style.FILLED_GRADES else "none"
    return svg_symbol(
        sector.shape, fill=fill, outline=stage.colour or sector.outline, width=stage.width, dash=stage.dash, size=20
    )


def list_row(data: Dataset, words: Words, project: Project) -> dict[str, str]:
    """Return one row of the list: id, names, what the plan says in short, grade and symbol."""
    elements = {placed.element.id: placed.element for placed in data.elements}
    place = project.element or min(places_of(project, data.district.groups, elements))
    parts = [words(f"phase.{project.phase}"), words(f"sector.{project.sector}"), place_name(data, words, place)]
    return {
        "id": project.id,
        "name": site_name(words, project),
        "chinese": "" if words.language == "zh" else project.name,
        "note": " · ".join(parts),
        "grade": words(f"grade.{project.location.grade}"),
        "symbol": list_symbol(project),
    }
