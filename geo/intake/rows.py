"""One row as a project's record: its cells over what is known, the import's own word where the row says nothing.

An empty cell never takes anything away.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from math import cos, radians
from typing import Any, Final

import shapely
from shapely.geometry import shape

from geo.intake.cells import EMPTY, Cell
from geo.intake.evidence import ImportDefaults
from geo.intake.mapping import FIELDS, name_key
from geo.intake.shapes import parcel_geometry
from geo.intake.table import FeatureProblem
from geo.phase import PHASE_OF_HEADING, latest_phase
from geo.project import Mention
from geo.vocabulary import PLACED_GRADES, Grade

SAME_M: Final = 1.0
"""No further apart are two records of one place: GCJ-02 is only taken back that well."""
METRES_PER_DEG: Final = 111_320
CUT_BYTES: Final = range(245, 255)
"""How long a text is that a DBF table of 254 bytes has cut, no character in two."""
LETTERS: Final = (
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ru", re.compile("[\u0410-\u044f]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
)
NAMES: Final = ("en", "ja", "ko", "ru")
SENTENCES_OF_OFFER: Final = ("land_use", "investment_sought", "contact")
NUMBERS_OF_OFFER: Final = ("site_area_m2", "plot_ratio")
DATES: Final = tuple(each.path for each in FIELDS if each.kind == "date")
GRADES: Final = tuple(map(str, Grade))
"""The best first."""
EVIDENCE: Final = ("location.grade", "location.accuracy_m")
DEFAULTED: Final = ("sector", "phase", *EVIDENCE)
WORD_OF_PHASE: Final = {str(phase): heading for heading, phase in PHASE_OF_HEADING.items()}
Record = dict[str, Any]
Geometry = tuple[float, float, Any]
"""Longitude, latitude, and the parcel as a shape or None."""


@dataclass(frozen=True)
class RowNote(FeatureProblem):
    """A repair of a row or what is wrong with it, the row by the number that it is seen as.

    `field` is the path of the field at fault, if it is one.
    """

    field: str = ""


@dataclass
class RowDraft:
    """A row in the making: what its cells say, and what was found on the way."""

    where: str
    number: int
    cells: Mapping[str, Cell]
    defaults: ImportDefaults
    notes: list[RowNote] = field(default_factory=list)
    rejected: bool = False

    def note(self, code: str, detail: str = "", path: str = "") -> None:
        """Add a repair."""
        self.notes.append(RowNote(code, self.where, detail, self.number, path))

    def reject(self, code: str, detail: str = "", path: str = "") -> None:
        """Reject the row and say why."""
        self.rejected = True
        self.note(code, detail, path)

    def value(self, path: str) -> Any:
        """Return what the row's cell says, else what the whole record beside it says, None where neither does."""
        cell = self.cells.get(path)
        return cell.value if cell is not None and cell.value is not None else self._whole(path)

    def tell_future(self) -> None:
        """Reject the row for each of its dates that is still to come: all are of what somebody has seen or said."""
        for path in DATES:
            day = self.value(path)
            if isinstance(day, str) and day > self.defaults.last_day:
                self.reject("import_date_future", day, path)

    def _whole(self, path: str) -> Any:
        """Return a field of the record that our own files carry beside their columns."""
        if "record" not in self.cells:
            return None
        value = self.cells["record"].value
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    # ---- over a project that there is ----

    def over(self, current: Record, geometry: Geometry | None, crs_name: str) -> Record:
        """Return a project's feature with what the row says in place of what it said."""
        wanted = deepcopy(current)
        properties = wanted["properties"]
        for path in ("name", "sector", "group", "element"):
            self._put(properties, path)
        self._put_names(properties["names"])
        self._put_sentence(properties, "element_basis", "element_basis")
        if properties["element"] and not properties["element_basis"]:
            properties["element_basis"] = self.defaults.basis()
        self._put_sentence(properties, "summary", "summary")
        self._put_phase(properties)
        self._put_status(properties)
        self._put_offer(properties)
        self._put_dated(properties, "added", {})
        if mentions := self._whole("mentions"):
            properties["mentions"] = mentions
            properties["phase"] = _phase_of(mentions) or properties["phase"]
        self._put_place(wanted, geometry, crs_name)
        return wanted

    def _put(self, holder: dict[str, Any], path: str, key: str = "") -> None:
        value, key = self.value(path), key or path
        if value is not None and not self._is_same(value, holder.get(key), path):
            holder[key] = value

    def _is_same(self, value: Any, current: Any, path: str) -> bool:
        """Return whether a cell says what is known already, or the start of it because its file had no more room."""
        if value == current:
            return True
        if not (isinstance(value, str) and isinstance(current, str)):
            return False
        if path == "name":
            return name_key(value) == name_key(current)
        cut = current.startswith(value) and len(value.encode()) in CUT_BYTES
        if cut:
            self.note("import_text_cut", value[:60], path)
        return cut

    def _put_names(self, names: dict[str, Any]) -> None:
        for language in NAMES:
            self._put(names, f"names.{language}", language)

    def _put_sentence(self, holder: dict[str, Any], key: str, path: str) -> None:
        """Put a sentence that may stand in any language to those there are."""
        known = holder.get(key) or {}
        texts = {**known, **(self._whole(path) or {})}
        if not texts and path not in self.cells and f"{path}.en" not in self.cells:
            return
        said, english = self.cells.get(path, EMPTY).value, self.cells.get(f"{path}.en", EMPTY).value
        if said is not None and not any(self._is_same(said, text, path) for text in texts.values()):
            language = language_of(said)
            if language == "zh" and not english and texts.get("en"):
                self.note("import_english_kept", texts["en"][:60], path)
            texts[language] = said
        if english is not None and not self._is_same(english, texts.get("en"), path):
            texts["en"] = english
        if texts:
            holder[key] = self._in_both(texts, path)

    def _in_both(self, texts: dict[str, Any], path: str) -> dict[str, Any]:
        """Return the texts with the Chinese or the English one standing in for the other where it is missing."""
        if "zh" in texts and "en" in texts:
            return texts
        present = texts.get("zh") or texts.get("en") or next(iter(texts.values()))
        self.note("import_english_missing" if "zh" in texts else "import_chinese_missing", str(present)[:60], path)
        return {"zh": texts.get("zh", present), "en": texts.get("en", present), **texts}

    def _put_phase(self, properties: dict[str, Any]) -> None:
        """Put the phase, or say it as the present state where the plan's own phase is another, which stays."""
        phase = self.value("phase")
        if phase is None or phase == properties["phase"]:
            return
        if not properties["mentions"]:
            properties["phase"] = phase
        elif self._whole("mentions") is None and self.value("current_status.value") is None:
            word = self.cells["phase"].detail if "phase" in self.cells else phase
            self._put_dated(properties, "current_status", {"value": WORD_OF_PHASE.get(word, word)})
            self.note("import_phase_as_status", WORD_OF_PHASE.get(word, word), "phase")

    def _put_status(self, properties: dict[str, Any]) -> None:
        value = self.value("current_status.value")
        self._put_dated(properties, "current_status", {} if value is None else {"value": value})

    def _put_offer(self, properties: dict[str, Any]) -> None:
        known = properties.get("offer") or {}
        told: dict[str, Any] = {key: known[key] for key in SENTENCES_OF_OFFER if key in known}
        for key in SENTENCES_OF_OFFER:
            self._put_sentence(told, key, f"offer.{key}")
        for key in NUMBERS_OF_OFFER:
            if (number := self.value(f"offer.{key}")) is not None:
                told[key] = number
        self._put_dated(properties, "offer", told)

    def _put_dated(self, properties: dict[str, Any], key: str, told: dict[str, Any]) -> None:
        """Put what the office fills in, which has a date and a source: the row's own, else the import's."""
        known = properties.get(key) or {}
        wanted = {**known, **told}
        if wanted == known and not known:
            return
        for part, default in (("date", self.defaults.day), ("source", self.defaults.source)):
            said = self.value(f"{key}.{part}")
            if said is not None and not self._is_same(said, known.get(part), f"{key}.{part}"):
                wanted[part] = said
            elif wanted.get(part) is None or {**known, **told} != known:
                wanted[part] = default if said is None else said
        properties[key] = wanted

    # ---- the place ----

    def _put_place(self, wanted: Record, geometry: Geometry | None, crs_name: str) -> None:
        properties = wanted["properties"]
        location = properties["location"]
        parcel = self._whole("parcel")
        if parcel and not _same_outline(parcel, properties.get("parcel")):
            properties["parcel"] = parcel
        if geometry is None or _same_place(geometry, wanted):
            for key in ("grade", "accuracy_m", "address", "source", "source_crs", "checked"):
                self._put(location, f"location.{key}", key)
            self._put_sentence(location, "basis", "location.basis")
            self._hold_grade(location, placed=wanted["geometry"] is not None)
            return
        if self._is_worse(location["grade"]):
            self._keep_place(wanted, geometry)
        else:
            self._move(wanted, geometry, crs_name)

    def _is_worse(self, known: str | None) -> bool:
        """Whether it is the import, not the row, that says how well its place is known, and less well than ours is."""
        said, default = self.value("location.grade"), self.defaults.grade
        if said is not None or default is None or known is None:
            return False
        return GRADES.index(known) < GRADES.index(default)

    def _keep_place(self, wanted: Record, geometry: Geometry) -> None:
        """Keep the better known place; a parcel around it is taken where there was none."""
        self._put(wanted["properties"]["location"], "location.address", "address")
        lon, lat = wanted["geometry"]["coordinates"][:2]
        parcel = geometry[2]
        if parcel is not None and "parcel" not in wanted["properties"] and parcel.covers(shapely.Point(lon, lat)):
            wanted["properties"]["parcel"] = self._parcel(parcel)
        else:
            self.note("import_place_kept", "", "location.grade")

    def _parcel(self, parcel: Any) -> dict[str, Any]:
        return {"geometry": parcel_geometry(parcel), **self.defaults.added}

    def _move(self, wanted: Record, geometry: Geometry, crs_name: str) -> None:
        """Put the project to a new place; what was known of the old one is no evidence for it."""
        self.tell_missing(EVIDENCE)
        if self.rejected:
            return
        lon, lat, parcel = geometry
        properties = wanted["properties"]
        old = properties["location"]
        wanted["geometry"] = {"type": "Point", "coordinates": [lon, lat]}
        fresh: dict[str, Any] = {
            "grade": self._needed("location.grade"),
            "accuracy_m": self.value("location.accuracy_m") or self.defaults.accuracy_m,
            "basis": {},
            "address": self.value("location.address") or old.get("address"),
        }
        for key, default in (
            ("source", self.defaults.source),
            ("source_crs", crs_name),
            ("checked", self.defaults.day),
        ):
            said = self.value(f"location.{key}")
            fresh[key] = default if said is None or said == old.get(key) else said
        known = old.get("basis") or {}
        said, english = self.cells.get("location.basis", EMPTY).value, self.cells.get("location.basis.en", EMPTY).value
        whole = self._whole("location.basis")
        if (
            (said and said not in known.values())
            or (english and english not in known.values())
            or (whole and whole != known)
        ):
            self._put_sentence(fresh, "basis", "location.basis")
        fresh["basis"] = fresh["basis"] or self.defaults.basis()
        properties["location"] = fresh
        self._hold_grade(fresh, placed=True)
        if parcel is not None:
            properties["parcel"] = self._parcel(parcel)
        elif not self._whole("parcel"):
            properties.pop("parcel", None)

    def _hold_grade(self, location: dict[str, Any], *, placed: bool) -> None:
        grade = location["grade"]
        if grade is not None and (Grade(grade) in PLACED_GRADES) != placed:
            self.reject("import_grade_needs_point" if not placed else "import_grade_without_point", grade,
                        "location.grade")  # fmt: skip

    # ---- a project that there is not yet ----

    def tell_missing(self, paths: Iterable[str]) -> None:
        """Reject the row for each of the fields that neither it nor the import gives; one misread is told already."""
        for path in paths:
            cell = self.cells.get(path, EMPTY)
            if self.value(path) is None and self._default(path) is None and not cell.bad:
                self.reject("import_name_missing" if path == "name" else "import_value_missing", "", path)

    def _default(self, path: str) -> Any:
        """Return what the import as a whole says of a field."""
        return getattr(self.defaults, path.removeprefix("location."), None) if path in DEFAULTED else None

    def fresh(self, geometry: Geometry | None, crs_name: str) -> Record:
        """Return the feature of a new project, without its identifier."""
        name = self.value("name")
        mentions = self._whole("mentions") or []
        names = {language: text for language in NAMES if (text := self.value(f"names.{language}"))}
        if "en" not in names:
            self.note("import_english_missing", str(name)[:60], "names.en")
        properties: dict[str, Any] = {
            "name": name,
            "names": {"en": name, **names},
            "sector": self._needed("sector"),
            "phase": (_phase_of(mentions) if mentions else None) or self._needed("phase"),
            "group": self.value("group"),
            "element": self.value("element"),
            "element_basis": None,
            "current_status": None,
            "mentions": mentions,
            "location": {},
            "summary": {},
        }
        record: Record = {"type": "Feature", "id": "", "geometry": None, "properties": properties}
        self._put_sentence(properties, "summary", "summary")
        properties["summary"] = properties["summary"] or self.defaults.summary()
        if properties["element"]:
            self._put_sentence(properties, "element_basis", "element_basis")
            properties["element_basis"] = properties["element_basis"] or self.defaults.basis()
        self._put_status(properties)
        self._put_offer(properties)
        if parcel := self._whole("parcel"):
            properties["parcel"] = parcel
        if geometry is None:
            self._leave_unplaced(properties)
        else:
            self._move(record, geometry, crs_name)
        if not mentions:
            said = {"source": self.value("added.source"), "date": self.value("added.date")}
            properties["added"] = {key: said[key] or default for key, default in self.defaults.added.items()}
        return record

    def _needed(self, path: str) -> str:
        return str(self.value(path) or self._default(path))

    def _leave_unplaced(self, properties: dict[str, Any]) -> None:
        location: dict[str, Any] = {
            "grade": self.value("location.grade") or str(Grade.UNLOCATED),
            "accuracy_m": None,
            "basis": {},
            "address": self.value("location.address"),
            "source": self.value("location.source"),
            "source_crs": None,
            "checked": self.value("location.checked") or self.defaults.day,
        }
        self._put_sentence(location, "basis", "location.basis")
        location["basis"] = location["basis"] or self.defaults.no_place()
        properties["location"] = location
        self._hold_grade(location, placed=False)


def language_of(text: str) -> str:
    """Return the language that a sentence is written in, by its letters."""
    return next((language for language, letters in LETTERS if letters.search(text)), "en")


def _phase_of(mentions: list[Any]) -> str | None:
    try:
        return str(latest_phase([Mention.model_validate(mention) for mention in mentions]))
    except (ValueError, TypeError):
        return None  # the model says what is wrong with them


def _same_place(geometry: Geometry, record: Record) -> bool:
    lon, lat, parcel = geometry
    if parcel is not None:
        known = record["properties"].get("parcel")
        return known is not None and _same_outline({"geometry": parcel_geometry(parcel)}, known)
    if record["geometry"] is None:
        return False
    known_lon, known_lat = record["geometry"]["coordinates"][:2]
    return _apart_m(shapely.Point(lon, lat), shapely.Point(known_lon, known_lat)) <= SAME_M


def _same_outline(parcel: dict[str, Any], known: dict[str, Any] | None) -> bool:
    if known is None:
        return False
    mine, theirs = shape(parcel["geometry"]), shape(known["geometry"])
    return parcel == known or _apart_m(mine, theirs) <= SAME_M


def _apart_m(one: Any, other: Any) -> float:
    """Return how far two shapes in degrees lie apart at most, near enough for a metre."""
    scale = (METRES_PER_DEG * cos(radians(one.centroid.y)), METRES_PER_DEG)
    in_metres = shapely.transform([one, other], lambda degrees: degrees * scale)
    return float(shapely.hausdorff_distance(*in_metres))
