"""The filter panel as data: its menus in words, the engine's table of codes, the filter as the browser writes it."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from geo.filter import FACETS, NO_PLACE, Mask, ProjectFilter, ProjectIndex
from geo.load import Dataset
from geo.vocabulary import PHASES_OF_STAGE, Grade, Phase, Sector, Stage
from layers import style
from layers.shape_grade import graded, structure_grade
from layers.symbols import svg_symbol
from layers.tiles import NO_TILES, TileSource
from layers.wording import layer_name, place_name
from layers.words import Words

SHORTCUT_STAGES: Final = (Stage.DONE, Stage.ACTIVE, Stage.PIPELINE)
MAX_TEXT: Final = 100
Option = dict[str, Any]
Section = dict[str, Any]


def engine_data(index: ProjectIndex) -> dict[str, Any]:
    """Return the table that the browser filters by: each code's projects as base64 bits, and the searched texts.

    Read by ``planFilters.engine`` in ``layers/web/filters.js``.
    """
    return {
        "count": len(index),
        "facets": {
            facet: {code: bit_string(its.member[:, i]) for i, code in enumerate(its.codes)}
            for facet, its in index.memberships.items()
        },
        "text": list(index.searched_texts),
    }


def bit_string(mask: Mask) -> str:
    """Return a bool array as base64, one bit each, the first one highest."""
    return base64.b64encode(np.packbits(mask).tobytes()).decode("ascii")


def panel_data(data: Dataset, words: Words) -> dict[str, Any]:
    """Return the four facets' menus and the panel's own words; ``layers_menu`` makes the fifth."""
    return {
        "max_text": MAX_TEXT,
        "menus": [_phase_menu(words), _sector_menu(words), _place_menu(data, words), _grade_menu(words)],
        "words": {
            "search": words("filter.search"),
            "clear": words("filter.clear"),
            "shown": words("count.shown"),
            "term": words("format.term"),
            "list": words("format.list"),
            "any_wording": words("filter.any_wording"),
            "text": words("filter.text_in_words"),
        },
    }


def layers_menu(data: Dataset, words: Words, layers: Sequence[str], tiles: Sequence[TileSource] = ()) -> dict[str, Any]:
    """Return the menu of the map's layers and, where any are offered, of base maps of pictures."""
    sections: list[Section] = [
        {
            "kind": "many",
            "facet": "hidden",
            "inverted": True,
            "label": words("layers.title") if tiles else "",
            "options": _options(layers, lambda code: layer_name(data, words, code)),
        }
    ]
    if tiles:
        local = [source.is_local for source in tiles]
        told = [*(["tiles.help"] if not all(local) else []), *(["tiles.help_local"] if any(local) else [])]
        names = {NO_TILES: words("tiles.none"), **{source.id: source.name_in(words) for source in tiles}}
        sections.append(
            {
                "kind": "one",
                "key": "tiles",
                "label": words("tiles.title_local" if any(local) else "tiles.title"),
                "help": " ".join(map(words, told)),
                "options": _options(names, names.__getitem__),
            }
        )
    return {"id": "layers", "label": words("layers.title"), "sections": sections}


def result_data(index: ProjectIndex, wanted: ProjectFilter, mask: Mask) -> dict[str, Any]:
    """Return what the panel prints of a filter: counts of each option, and how many projects pass.

    Parameters
    ----------
    mask : bool array, (n,), whether each project passes
    """
    shown = int(mask.sum())
    return {
        "counts": {facet: index.counts(facet, wanted) for facet in FACETS},
        "shown": shown,
        "total": len(mask),
        "unplaced": shown - int((mask & index.placed).sum()),
    }


def filter_values(wanted: ProjectFilter) -> dict[str, Any]:
    """Return the filter as ``planFilters`` keeps it."""
    return {
        **{facet: sorted(wanted.codes(facet)) for facet in FACETS},
        "any_wording": wanted.any_wording,
        "text": wanted.text,
    }


def filter_from_values(values: Mapping[str, Any], known_places: Iterable[str]) -> ProjectFilter:
    """Return the filter that the browser asks for; codes that do not exist are left out.

    Raises
    ------
    TypeError : if `values` has another form than ``filter_values`` gives
    """
    places = frozenset(known_places)

    def codes(facet: str, known: Iterable[Any]) -> frozenset[Any]:
        asked = set(values.get(facet) or ())
        return frozenset(code for code in known if code in asked)

    return ProjectFilter(
        phases=codes("phase", Phase),
        sectors=codes("sector", Sector),
        places=codes("place", places),
        grades=codes("grade", Grade),
        any_wording=bool(values.get("any_wording")),
        text=str(values.get("text") or "")[:MAX_TEXT],
    )


def _options(codes: Iterable[str], name: Callable[[str], str]) -> list[Option]:
    return [{"code": str(code), "label": name(code)} for code in codes]


def _phase_menu(words: Words) -> dict[str, Any]:
    stages = [
        {"label": words(f"stage.{stage}"), "codes": [phase.value for phase in Phase if phase in PHASES_OF_STAGE[stage]]}
        for stage in SHORTCUT_STAGES
    ]
    sections: list[Section] = [
        {"kind": "shortcuts", "facet": "phase", "label": words("filter.stage"), "options": stages},
        {"kind": "many", "facet": "phase", "options": _options(Phase, lambda code: words(f"phase.{code}"))},
        {
            "kind": "toggle",
            "key": "any_wording",
            "label": words("filter.any_wording"),
            "help": words("filter.any_wording_help"),
        },
    ]
    return {"id": "phase", "label": words("filter.phase"), "sections": sections}


def _sector_menu(words: Words) -> dict[str, Any]:
    options = _options(Sector, lambda code: words(f"sector.{code}"))
    for option in options:
        looks = style.SECTORS[Sector(option["code"])]
        option["svg"] = svg_symbol(looks.shape, fill=looks.colour, outline=looks.outline, width=1.2)
    note = {"kind": "note", "text": words("filter.sector_note")}
    return {
        "id": "sector",
        "label": words("filter.sector"),
        "sections": [{"kind": "many", "facet": "sector", "options": options}, note],
    }


def _place_menu(data: Dataset, words: Words) -> dict[str, Any]:
    options: list[Option] = []
    for group in data.district.groups:
        parts = [p.element.id for p in data.elements if p.element.group == group.name and p.element.id != group.id]
        options += _options([group.id], lambda code: place_name(data, words, code))
        options += [{**part, "indent": True} for part in _options(parts, lambda code: place_name(data, words, code))]
    options += _options([NO_PLACE], lambda code: place_name(data, words, code))
    return {
        "id": "place",
        "label": words("filter.place"),
        "sections": [
            {"kind": "many", "facet": "place", "options": options},
            {"kind": "note", "text": words(graded("filter.place_note", structure_grade(data)))},
        ],
    }


def _grade_menu(words: Words) -> dict[str, Any]:
    options = _options(Grade, lambda code: words(f"grade.{code}"))
    note = {"kind": "note", "text": words("filter.grade_note")}
    return {
        "id": "grade",
        "label": words("filter.grade"),
        "sections": [{"kind": "many", "facet": "grade", "options": options}, note],
    }
