"""The fields of each table in the data files: names, headings, kinds and widths, in the order of the columns."""

from dataclasses import dataclass, replace
from typing import Final, Literal

Kind = Literal["text", "integer", "number", "date"]
SHORT_NAME_BYTES: Final = 10


@dataclass(frozen=True)
class Field:
    """A column: its name in files, the identifiers of its heading and meaning, and its name in a DBF table.

    `width` is that of its column in a spreadsheet, in characters. A `code` column repeats in codes what others
    say in words. An `optional` one is left out while no row of the whole data set fills it. The `printed` ones come
    first; a sheet of paper has no room for more.
    """

    name: str
    label: str
    kind: Kind = "text"
    width: int = 14
    short: str = ""
    meaning: str = ""
    code: bool = False
    optional: bool = False
    printed: bool = True

    @property
    def short_name(self) -> str:
        """The name in a DBF table, ASCII of at most 10 bytes."""
        return self.short or self.name[:SHORT_NAME_BYTES]


FURTHER_NAMES: Final = (
    Field("name_ja", "table.name_ja", width=34, optional=True, printed=False),
    Field("name_ko", "table.name_ko", width=34, optional=True, printed=False),
    Field("name_ru", "table.name_ru", width=34, optional=True, printed=False),
)
PROJECT_FIELDS: Final = (
    Field("id", "table.id", width=22, meaning="table.id_meaning"),
    Field("name", "table.name", width=30, meaning="table.name_meaning"),
    Field("name_en", "table.name_en", width=30),
    Field("phase_word", "table.phase", width=12, short="phase_w", meaning="table.phase_meaning"),
    Field("sector_word", "table.sector", width=16, short="sector_w", meaning="table.sector_meaning"),
    Field("group_word", "table.group", width=10, short="group_w", meaning="table.group_meaning"),
    Field("element_word", "table.element", width=18, short="element_w", meaning="table.element_meaning"),
    Field("grade_word", "table.grade", width=14, short="grade_w", meaning="table.grade_meaning"),
    Field("accuracy_m", "table.accuracy_m", "integer", width=9, meaning="table.accuracy_meaning"),
    Field("basis", "table.basis", width=42),
    Field("address", "table.address", width=18),
    Field("source", "table.source", width=22),
    Field("checked", "table.checked", "date", width=11),
    Field("mentions", "table.mentions", width=44, meaning="table.mentions_meaning"),
    *FURTHER_NAMES,
    Field("stage_word", "table.stage", width=10, short="stage_w", printed=False),
    Field("element_basis", "table.element_basis", width=28, short="elem_basis", printed=False),
    Field("source_crs", "table.source_crs", width=11, meaning="table.source_crs_meaning", printed=False),
    Field("lon", "table.lon", "number", width=11, meaning="table.lon_meaning", printed=False),
    Field("lat", "table.lat", "number", width=10, meaning="table.lat_meaning", printed=False),
    Field("mention_count", "table.mention_count", "integer", width=8, short="n_mentions", printed=False),
    Field("summary", "table.summary", width=50, printed=False),
    Field("status", "table.status", width=20, optional=True, meaning="table.status_meaning", printed=False),
    Field("status_date", "table.status_date", "date", width=11, short="stat_date", optional=True, printed=False),
    Field("status_source", "table.status_source", width=24, short="stat_src", optional=True, printed=False),
    Field(
        "site_area_m2",
        "table.offer_area",
        "number",
        width=12,
        short="area_m2",
        optional=True,
        meaning="table.offer_meaning",
        printed=False,
    ),
    Field("plot_ratio", "offer.plot_ratio", "number", width=9, optional=True, printed=False),
    Field("land_use", "offer.land_use", width=24, optional=True, printed=False),
    Field("investment_sought", "offer.investment_sought", width=24, short="investment", optional=True, printed=False),
    Field("contact", "offer.contact", width=30, optional=True, printed=False),
    Field("offer_date", "table.offer_date", "date", width=11, optional=True, printed=False),
    Field("offer_source", "table.offer_source", width=24, short="offer_src", optional=True, printed=False),
    Field("parcel_area_m2", "table.parcel_area", "number", width=12, short="parcel_m2", optional=True, printed=False),
    Field("parcel_date", "table.parcel_date", "date", width=11, short="parcl_date", optional=True, printed=False),
    Field("parcel_source", "table.parcel_source", width=24, short="parcel_src", optional=True, printed=False),
    Field("added_source", "table.added_source", width=24, short="added_src", optional=True, printed=False),
    Field("added_date", "table.added_date", "date", width=11, short="added_date", optional=True, printed=False),
    Field("as_worded", "table.as_worded", width=24, meaning="table.as_worded_meaning", printed=False),
    Field("phase", "table.phase_code", width=12, code=True),
    Field("phases_any", "table.phases_any", width=18, code=True, meaning="table.phases_any_meaning"),
    Field("stage", "table.stage_code", width=11, code=True),
    Field("sector", "table.sector_code", width=15, code=True),
    Field("group", "table.group_code", width=11, code=True),
    Field("element", "table.element_code", width=22, code=True),
    Field("grade", "table.grade_code", width=13, code=True),
    Field("data_version", "table.data_version", width=12, short="version", code=True),
)
RECORD_FIELD: Final = Field("record", "table.record", meaning="table.record_meaning", code=True, printed=False)
"""The whole record of a project as JSON, for the files that can hold it, so that it can be read back as it is."""
_FIELD_OF_PROJECT: Final = {each.name: each for each in PROJECT_FIELDS}


def opportunity_fields(language: str) -> tuple[Field, ...]:
    """Return the fields of the opportunities: on paper what an investor asks for, behind it the rest."""
    foreign = ["name_en", "name_ja", "name_ko", "name_ru"]
    foreign.sort(key=lambda name: name != f"name_{language}")
    names = [_FIELD_OF_PROJECT[name] for name in ("name", *foreign)]
    behind = ("address", "site_area_m2", "plot_ratio", "land_use", "investment_sought", "contact",
              "offer_date", "offer_source", "as_worded", "lon", "lat", "id", "phase", "sector", "group", "element",
              "grade")  # fmt: skip
    return (
        *(replace(name, printed=True, optional=False) for name in names[:2]),
        Field("opening_word", "opportunity.opening", width=12),
        *(_FIELD_OF_PROJECT[name] for name in ("phase_word", "sector_word")),
        Field("area", "table.structure", width=26),
        Field("functions", "detail.functions", width=30),
        Field("leading_sectors", "detail.leading_sectors", width=30),
        Field("wording", "opportunity.wording", width=34, meaning="table.wording_meaning"),
        *(_FIELD_OF_PROJECT[name] for name in ("grade_word", "accuracy_m")),
        Field("neighbours", "opportunity.neighbours", width=90, printed=False),
        replace(_FIELD_OF_PROJECT["basis"], width=90, printed=False),
        *(replace(_FIELD_OF_PROJECT[name], printed=False) for name in (*foreign[1:], *behind)),
    )


MENTION_FIELDS: Final = (
    Field("project_id", "table.id", width=24, meaning="table.id_meaning"),
    Field("project_name", "table.name", width=34, short="project", meaning="table.name_meaning"),
    Field("number", "table.mention_number", "integer", width=8),
    Field("wording", "table.wording", width=44, meaning="table.wording_meaning"),
    Field("place", "table.mention_place", width=36),
    Field("printed_under", "table.printed_under", width=20, short="under", meaning="table.printed_under_meaning"),
    Field("phase_word", "table.mention_phase", width=14, short="phase_w"),
    Field("box", "table.box", "integer", width=8, code=True),
    Field("chapter", "table.chapter", "integer", width=8, code=True),
    Field("section", "table.section", "integer", width=8, code=True),
    Field("group", "table.group_printed", width=12, code=True),
    Field("heading", "table.heading", width=12, code=True),
    Field("phase", "table.phase_code", width=12, code=True),
)
ELEMENT_FIELDS: Final = (
    Field("id", "table.id", width=24),
    Field("name", "table.element_name", width=30),
    Field("name_en", "table.name_en", width=34),
    Field("group_word", "table.group", width=10, short="group_w"),
    Field("functions", "table.functions", width=34),
    Field("leading_sectors", "table.leading_sectors", width=34, short="sectors"),
    Field("summary", "table.summary", width=50),
    Field("plan_place", "table.plan_place", width=24),
    Field("schematic", "table.schematic", width=20, meaning="table.schematic_meaning"),
    Field("basis", "table.shape_basis", width=50),
    Field("open_edges", "table.open_edges", width=40),
    Field("credit", "table.credit_label", width=34),
    *FURTHER_NAMES,
    Field("kind", "table.kind", width=8, code=True),
    Field("group", "table.group_code", width=11, code=True),
)
INDICATOR_FIELDS: Final = (
    Field("annex", "indicator.annex", "integer", width=11),
    Field("number", "indicator.number", "integer", width=7),
    Field("category", "indicator.category", width=12),
    Field("name", "indicator.name_zh", width=36, meaning="indicator.name_meaning"),
    Field("name_en", "table.name_en", width=40),
    Field("unit", "indicator.unit", width=9),
    Field("base_year", "indicator.base_year", "integer", width=9),
    Field("base", "indicator.base", width=12, meaning="indicator.value_meaning"),
    Field("target_year", "indicator.target_year", "integer", width=9, short="targetyear"),
    Field("target_absolute", "indicator.target_absolute", width=15, short="target_abs"),
    Field("target_growth", "indicator.target_growth", width=15, short="target_grw"),
    Field("result_year", "indicator.result_year", "integer", width=9, short="resultyear"),
    Field("result_absolute", "indicator.result_absolute", width=15, short="result_abs"),
    Field("result_growth", "indicator.result_growth", width=15, short="result_grw"),
    Field("attribute_word", "indicator.attribute", width=14, short="attribute"),
    Field("verdict_word", "indicator.verdict", width=14, short="verdict", meaning="indicator.verdict_meaning"),
    Field("reason_word", "indicator.reason", width=22, short="reason"),
    *FURTHER_NAMES,
    Field("category_word", "indicator.category_word", width=24, short="categ_w", printed=False),
    Field("unit_word", "indicator.unit_word", width=22, printed=False),
    Field("values_word", "indicator.values_word", width=30, printed=False),
    Field("attribute", "indicator.attribute_code", width=14, short="attr_code", code=True),
    Field("verdict", "indicator.verdict_code", width=16, short="verd_code", code=True),
)
PROGRAMME_FIELDS: Final = (
    Field("box", "table.box", "integer", width=11),
    Field("number", "programme.number", "integer", width=7),
    Field("box_title", "programme.box_title", width=30),
    Field("name", "programme.name_zh", width=44, meaning="programme.name_meaning"),
    Field("name_en", "table.name_en", width=54),
    *FURTHER_NAMES,
    Field("box_title_word", "programme.box_title_word", width=40, short="box_w", printed=False),
)
SOURCE_FIELDS: Final = (
    Field("files", "table.files", width=26),
    Field("title", "about.data", width=22),
    Field("source", "about.source", width=60),
    Field("licence", "about.licence", width=40),
    Field("edits", "about.edits", width=50),
    Field("gaps", "about.gaps", width=50),
)
ABOUT_FIELDS: Final = (
    Field("item", "table.item", width=20, code=True),
    Field("label", "table.label", width=20),
    Field("value", "table.value", width=100),
)
LOSS_FIELDS: Final = (
    Field("table", "table.loss_table", width=16),
    Field("record", "table.id", width=28),
    Field("field", "table.loss_field", width=16),
    Field("what", "table.loss_what", width=24),
    Field("kept_bytes", "table.loss_kept", "integer", width=10, short="kept"),
    Field("all_bytes", "table.loss_all", "integer", width=10, short="all"),
    Field("full_text", "table.loss_text", width=60, short="text"),
)
