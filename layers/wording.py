"""What screens and files say of a project, a place or a filter, in one wording; plain text, not yet escaped."""

import datetime
from collections.abc import Iterable, Sequence
from itertools import chain

from geo.district import YEARS, District, Source
from geo.filter import FACETS, NO_PLACE, Facet, ProjectFilter
from geo.layout import Element
from geo.load import Dataset
from geo.names import CHINESE, name_in
from geo.nearby import Distance
from geo.parcel import areas_m2
from geo.project import Mention, Project
from geo.reference.provenance import basis_from
from geo.vocabulary import Grade, Phase, Sector
from layers.shape_grade import graded, layer_grade
from layers.words import Words

PLACE_KINDS = frozenset(
    {"metro", "street", "station", "airport", "square", "office", "hospital", "mall", "park", "school", "port"}
)
OTHER_PLACE = "other"
OSM = "OpenStreetMap"
STRUCTURE_FILE = "layout.geojson"
_TEN, _HAN_TEENS = 10, [f"十{digit}" for digit in "一二三四五六七八九"]
_ORDER: dict[Facet, Sequence[str]] = {"phase": list(Phase), "sector": list(Sector), "grade": list(Grade)}


def plan_terms(words: Words, district: District) -> dict[str, object]:
    """Return what the plan and the one before are called, their first years, the plan's last and the year before it."""
    number, first = district.plan.five_year, district.plan.first_year
    plan, before = (
        words("plan.term", n=_HAN_TEENS[n - _TEN - 1] if words.language == CHINESE else n) for n in (number, number - 1)
    )
    return {"plan": plan, "before": before, "first": first, "last": first + YEARS - 1, "base": first - 1,
            "first_before": first - YEARS}  # fmt: skip


def title_of(words: Words, district: District, identifier: str = "app.title") -> str:
    """Return what the map, a sheet or an atlas of the district is called."""
    name = name_in(words.language, district.short_name, district.short_names)
    return words(identifier, district=name, **plan_terms(words, district))


def layer_name(data: Dataset, words: Words, code: str) -> str:
    """Return what a layer of the map is called by its grade, with the year where its file says from when it is."""
    name = words(graded(f"layer.{code}", layer_grade(data, code)))
    year = str(data.base.get(code, {}).get("date") or "")[:4]
    return words("format.of_year", name=name, year=year) if year else name


def layer_names(data: Dataset, words: Words) -> dict[str, str]:
    """Return the names of the layers that the data hold, by identifier."""
    codes = ["structure", *data.base]
    return {f"layer.{code}": layer_name(data, words, code) for code in codes if f"layer.{code}" in words.catalogue}


def credit_in_words(data: Dataset, words: Words) -> str:
    """Return whose the base map and the structure's shapes are.

    The credit of OpenStreetMap is a duty wherever its data are shown; others are named where their source asks for it.
    """
    from_osm = {name for name, layer in data.base.items() if layer["features"] and OSM in str(layer.get("attribution"))}
    roads_and_shore = {"land", "roads"} <= from_osm
    credits = [words("map.credit")] if roads_and_shore else [words("print.credit_osm")] if from_osm else []
    if not credits and _structure_is_derived(data):
        credits = [words("table.credit")]
    return words("format.phrases").join(dict.fromkeys([*credits, *_credits(words, data.sources)]))


def structure_credit(data: Dataset, words: Words) -> str:
    """Return whose the structure's shapes are, in the data that are exported."""
    credits = [words("table.credit")] if _structure_is_derived(data) else []
    credits += _credits(words, [source for source in data.sources if STRUCTURE_FILE in source.files])
    return words("format.phrases").join(credits) or credit_in_words(data, words)


def element_credit(data: Dataset, words: Words, element: Element) -> str:
    """Return whose the shape of one element is, in the data that are exported."""
    own = _credits(words, [source for source in data.sources if basis_from(source.source.zh) == element.basis.zh])
    if not own and _structure_is_derived(data):
        return words("table.credit")
    return words("format.phrases").join(own) or structure_credit(data, words)


def _credits(words: Words, sources: Iterable[Source]) -> list[str]:
    """Return what these sources want to be credited as, each once."""
    return list(dict.fromkeys(source.credit.in_language(words.language) for source in sources if source.credit))


def _structure_is_derived(data: Dataset) -> bool:
    """Return whether the structure's shapes were drawn from OpenStreetMap's roads and shore."""
    return any(OSM in source.licence.en and STRUCTURE_FILE in source.files for source in data.sources)


def ranges_in_words(words: Words, numbers: Iterable[int]) -> str:
    """Return numbers as a list, three and more that follow each other as a range."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [[f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run) for run in runs]
    return words("format.list").join(chain.from_iterable(parts))


def place_name(data: Dataset, words: Words, code: str) -> str:
    """Return the name of a structure group or element, or the words for "none"."""
    if code == NO_PLACE:
        return words("filter.no_place")
    for group in data.district.groups:
        if group.id == code:
            return name_in(words.language, group.name, group.names)
    placed = data.element(code)
    return placed.element.name_in(words.language) if placed else code


def code_name(data: Dataset, words: Words, facet: Facet, code: str) -> str:
    """Return the name of one code of a facet."""
    return place_name(data, words, code) if facet == "place" else words(f"{facet}.{code}")


def filter_in_words(data: Dataset, words: Words, wanted: ProjectFilter) -> list[str]:
    """Return what `wanted` asks for, one phrase a facet; empty where it asks for nothing."""
    phrases = [words("library.picked", n=len(wanted.only))] if wanted.only else []
    for facet in FACETS:
        picked = wanted.codes(facet)
        codes = [code for code in _ORDER.get(facet, sorted(picked)) if code in picked]
        if codes:
            value = words("format.list").join(code_name(data, words, facet, code) for code in codes)
            phrases.append(words("format.term", term=words(f"filter.{facet}"), value=value))
    if wanted.any_wording and wanted.phases:
        phrases.append(words("filter.any_wording"))
    if wanted.text.strip():
        phrases.append(words("filter.text_in_words", text=wanted.text.strip()))
    return phrases


def site_name(words: Words, project: Project) -> str:
    """Return a project's name, with a mark behind it where the plan does not name the project."""
    name = project.name_in(words.language)
    return name + words("map.added_short") if project.added else name


def added_in_words(words: Words, project: Project) -> str:
    """Return that the plan does not name a project and who added it, empty where the plan does."""
    added = project.added
    return words("detail.added", source=added.source, date=words.date(added.date)) if added else ""


def currency_in_words(data: Dataset, words: Words, projects: Iterable[Project]) -> str:
    """Return of when the plan's wording is, and how many of these projects the plan does not name."""
    return with_added(words, words("map.currency", month=words.month(data.district.plan.date)), projects)


def with_added(words: Words, said: str, projects: Iterable[Project]) -> str:
    """Return what is said of the plan, with how many of these projects the office added where it added any."""
    added = sum(project.added is not None for project in projects)
    return words("format.sentence").join([said, words("print.with_added", n=added)]) if added else said


def project_currency(data: Dataset, words: Words, project: Project) -> str:
    """Return of when the plan's wording of one project is, or that the plan does not name it."""
    return words("library.added") if project.added else currency_in_words(data, words, [project])


def phases_in_words(words: Words, project: Project) -> str:
    """Return the latest phase and its stage, with the earlier wordings where there are others."""
    stage = words(f"stage.{project.stage}")
    latest = words(f"phase.{project.phase}")
    text = latest if project.phase is Phase.UNSTATED else words("detail.phase_and_stage", phase=latest, stage=stage)
    earlier = [words(f"phase.{phase}") for phase in Phase if phase in project.phases_in_any_wording - {project.phase}]
    return text + (words("detail.earlier", phases=words("format.list").join(earlier)) if earlier else "")


def structure_in_words(data: Dataset, words: Words, project: Project) -> str:
    """Return the element that the plan ties the project to, else its group, else that there is none."""
    if project.element:
        return place_name(data, words, project.element)
    for group in data.district.groups:
        if group.name == project.group:
            return words("detail.group_only", group=place_name(data, words, group.id))
    return words("detail.no_element")


def grade_in_words(words: Words, project: Project) -> str:
    """Return the location grade, with its accuracy where there is a point."""
    grade = words(f"grade.{project.location.grade}")
    if project.location.accuracy_m is None:
        return grade
    return words("detail.accuracy", grade=grade, accuracy_m=words.number(project.location.accuracy_m))


def length_in_words(words: Words, length_m: float) -> str:
    """Return a length in metres, from a kilometre on in kilometres."""
    if length_m < 1000:
        return words("measure.metres", n=words.number(round(length_m)))
    return words("measure.kilometres", n=words.number(length_m / 1000, "#,##0.00"))


def area_in_words(words: Words, area_m2: float) -> str:
    """Return an area in hectares, from a square kilometre on in square kilometres as well; a small one in m²."""
    if area_m2 < 10_000:
        return words("measure.square_metres", n=words.number(round(area_m2)))
    hectares = words("measure.hectares", n=words.number(area_m2 / 10_000, "#,##0.00"))
    if area_m2 < 1_000_000:
        return hectares
    return words(
        "measure.both", a=words("measure.square_kilometres", n=words.number(area_m2 / 1e6, "#,##0.00")), b=hectares
    )


def place_kind_in_words(words: Words, kind: str) -> str:
    """Return what kind of place it is; kinds that the map has no word for are places."""
    return words(f"place.{kind if kind in PLACE_KINDS else OTHER_PLACE}")


def source_in_words(data: Dataset, words: Words, layer: str) -> str | None:
    """Return where a layer of the base map comes from, of what date and with what gaps; None where nothing says so."""
    source = next((source for source in data.sources if f"base/{layer}.geojson" in source.files), None)
    if source is None:
        return None
    title, name, gaps = (text.in_language(words.language) for text in (source.title, source.source, source.gaps))
    return words("format.source_note", title=title, source=name, gaps=gaps)


def distance_in_words(words: Words, distance: Distance | None) -> str:
    """Return a straight-line distance: a figure, a range where the site is only known so well, a dash where unknown."""
    if distance is None:
        return "—"
    if distance.within_m is None:
        return length_in_words(words, distance.metres)
    return words(
        "measure.range", least=length_in_words(words, distance.least_m), most=length_in_words(words, distance.most_m)
    )


def coordinate_in_words(project: Project) -> str | None:
    """Return the project's point as printed, None where it has none."""
    if project.lon is None or project.lat is None:
        return None
    return f"{project.lon:.5f}° E, {project.lat:.5f}° N (WGS 84)"


def mention_place(data: Dataset, words: Words, mention: Mention) -> str:
    """Return the box, or the chapter and section, that a mention stands in."""
    if mention.box is None:
        return words("mention.text", chapter=mention.chapter, section=mention.section)
    box = data.district.boxes.get(mention.box)
    title = name_in(words.language, box.title, box.titles) if box else ""
    return words("mention.box", box=mention.box, title=title)


def mention_printed_under(mention: Mention) -> tuple[str, ...]:
    """Return the group and heading that the plan prints above a mention, in Chinese as they stand."""
    return tuple(part for part in (mention.group, mention.heading) if part)


def mention_in_words(data: Dataset, words: Words, mention: Mention) -> str:
    """Return a mention verbatim, with the place in the plan where it stands and what is printed above it."""
    place = " · ".join([mention_place(data, words, mention), *mention_printed_under(mention)])
    return words("format.mention", name=mention.name, place=place)


def site_facts(data: Dataset, words: Words, project: Project) -> list[tuple[str, str]]:
    """Return what the plan says of a project as (term, value) pairs, mentions left out; every value is filled."""
    facts = [
        (words("detail.phase"), phases_in_words(words, project)),
        (words("detail.sector"), words(f"sector.{project.sector}")),
        (words("detail.structure"), structure_in_words(data, words, project)),
    ]
    return [*facts, *office_facts(data, words, project)]


def office_facts(data: Dataset, words: Words, project: Project) -> list[tuple[str, str]]:
    """Return what the office has filled in as (term, value) pairs.

    That it added the project, its plot, the present state, and what it offers investors.
    """
    facts = [(words("detail.in_plan"), added_in_words(words, project))] if project.added else []
    if parcel := project.parcel:
        crs = data.district.metric_crs
        (area,) = areas_m2([parcel.geometry], crs=crs)
        measured = words("detail.parcel_measured", area=area_in_words(words, area), crs=crs)
        facts.append((words("detail.parcel_area"), _as_of(words, measured, parcel.date, parcel.source)))
    if status := project.current_status:
        facts.append((words("detail.current"), _as_of(words, status.value, status.date, status.source)))
    if offer := project.offer:
        said = [
            ("offer.site_area", area_in_words(words, offer.site_area_m2) if offer.site_area_m2 else None),
            ("offer.plot_ratio", words.number(offer.plot_ratio) if offer.plot_ratio else None),
            *((f"offer.{name}", text.in_language(words.language) if (text := getattr(offer, name)) else None)
              for name in ("land_use", "investment_sought", "contact")),
        ]  # fmt: skip
        facts += [(words(term), _as_of(words, value, offer.date, offer.source)) for term, value in said if value]
    return facts


def _as_of(words: Words, value: str, date: datetime.date, source: str) -> str:
    return words("format.as_of", value=value, date=words.date(date), source=source)


def evidence_facts(words: Words, project: Project) -> list[tuple[str, str]]:
    """Return where a project is, how well that is known and from what, as (term, value) pairs without empty values."""
    location = project.location
    source = location.source
    if source and location.source_crs:
        source = words("format.phrases").join([source, words("detail.source_crs", crs=location.source_crs)])
    facts = [
        (words("detail.grade"), grade_in_words(words, project)),
        (words("detail.coordinate"), coordinate_in_words(project)),
        (words("detail.address"), location.address),
        (words("detail.basis"), location.basis.in_language(words.language)),
        (words("detail.source"), source),
        (words("detail.checked"), words.date(location.checked)),
    ]
    return [(term, value) for term, value in facts if value]
