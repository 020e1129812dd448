"""The loader keeps what is right, names what is not, and repairs nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.load import BASE_LAYERS, UnreadableDistrictError, fingerprint_of, load_dataset, parse_project
from geo.problem import Problem
from tests.data.samples import collection, element_feature, line, project_feature, sample_files, square, write

SHIPPED = Path(__file__).resolve().parents[2] / "data"
NAN, INFINITY = float("nan"), float("inf")
NOT_A_POINT = "geometry is neither null nor a Point of finite lon, lat"
HOSTILE = '<img src=x onerror=alert(1)></script><!-- & "quoted" ![x](y) {name}'


@pytest.fixture
def files():
    return sample_files()


def loaded_ids(dataset):
    return [project.id for project in dataset.projects]


def with_project(files, folder, spoilt):
    """Put a spoilt second project between good ones, and read the folder."""
    features = files["projects.geojson"]["features"]
    features.insert(1, spoilt)
    return load_dataset(write(folder, files))


def test_the_sample_has_no_problems(files, tmp_path):
    dataset = load_dataset(write(tmp_path, files))
    assert dataset.problems == ()
    assert loaded_ids(dataset) == ["park", "pier", "clinic"]
    assert [placed.element.id for placed in dataset.elements] == ["axis", "bay-north"]
    assert tuple(dataset.base) == BASE_LAYERS
    assert dataset.version == "1"


def test_the_shipped_data_has_no_problems():
    assert load_dataset(SHIPPED).problems == ()


# ---- one bad feature among good ones ----


def without(field):
    feature = project_feature("bad")
    del feature["properties"][field]
    return feature


def at(*coordinates, **geometry):
    return {**project_feature("bad"), "geometry": {"type": "Point", "coordinates": coordinates, **geometry}}


BAD = project_feature("bad")
CONTRADICTION = "stored phase completed differs from the mentions' latest, key"
SPOILT = {
    "a text": ("text", "not_a_feature", "#2", ""),
    "null": (None, "not_a_feature", "#2", ""),
    "another type": ({**BAD, "type": "feature"}, "not_a_feature", "#2 (bad)", ""),
    "no properties": ({**BAD, "properties": None}, "field_missing", "#2 (bad)", "properties"),
    "listed properties": ({**BAD, "properties": []}, "field_missing", "#2 (bad)", "properties"),
    "no name": (without("name"), "field_missing", "#2 (bad)", "name"),
    "unknown field": (project_feature("bad", surprise=1), "field_unknown", "#2 (bad)", "surprise"),
    "unknown sector": (project_feature("bad", sector="parks"), "field_invalid", "#2 (bad)", "sector = 'parks'"),
    "listed sector": (project_feature("bad", sector=[]), "field_invalid", "#2 (bad)", "sector = []"),
    "name a number": (project_feature("bad", name=7), "field_invalid", "#2 (bad)", "name = 7"),
    "mentions a text": (project_feature("bad", mentions="x"), "field_invalid", "#2 (bad)", "mentions = 'x'"),
    "id not kebab": (project_feature("Bad Id"), "field_invalid", "#2 (Bad Id)", "id = 'Bad Id'"),
    "no id": ({**BAD, "id": None}, "field_invalid", "#2", "id = None"),
    "id a number": ({**BAD, "id": 7}, "field_invalid", "#2 (7)", "id = 7"),
    "id repeated": (project_feature("park"), "id_repeated", "#2 (park)", "park"),
    "another phase": (project_feature("bad", phase="completed"), "rule_broken", "#2 (bad)", CONTRADICTION),
    "no point": ({**BAD, "geometry": None}, "rule_broken", "#2 (bad)", "geometry and grade disagree: grade is street"),
    "NaN": (at(NAN, 38.91), "rule_broken", "#2 (bad)", NOT_A_POINT),
    "infinity": (at(121.61, INFINITY), "rule_broken", "#2 (bad)", NOT_A_POINT),
    "400 digits": (at(10**400, 38.91), "field_invalid", "#2 (bad)", f"lon = {10**400}"[:120]),
    "texts as numbers": (at("121.61", "38.91"), "rule_broken", "#2 (bad)", NOT_A_POINT),
    "truths as numbers": (at(True, False), "rule_broken", "#2 (bad)", NOT_A_POINT),
    "one number": (at(121.61), "rule_broken", "#2 (bad)", NOT_A_POINT),
    "no Point": (at(121.61, 38.91, type="LineString"), "rule_broken", "#2 (bad)", NOT_A_POINT),
    "latitude first": (at(38.91, 121.61), "field_invalid", "#2 (bad)", "lat = 121.61"),
}


@pytest.mark.parametrize(("spoilt", "code", "where", "detail"), SPOILT.values(), ids=SPOILT)
def test_one_bad_project_is_named_and_the_others_stay(files, tmp_path, spoilt, code, where, detail):
    dataset = with_project(files, tmp_path, spoilt)
    assert loaded_ids(dataset) == ["park", "pier", "clinic"]
    assert dataset.problems == (Problem(code, f"projects.geojson {where}", detail),)


def test_features_keep_their_numbers_after_a_bad_one(files, tmp_path):
    files["projects.geojson"]["features"] = ["text", project_feature("park"), project_feature("park")]
    problems = load_dataset(write(tmp_path, files)).problems
    assert problems == (
        Problem("not_a_feature", "projects.geojson #1"),
        Problem("id_repeated", "projects.geojson #3 (park)", "park"),
    )


def test_an_unknown_element_is_named_and_the_project_kept(files, tmp_path):
    basis = {"zh": "第六章", "en": "chapter 6"}
    dataset = with_project(files, tmp_path, project_feature("lost", element="atlantis", element_basis=basis))
    assert dataset.problems == (Problem("element_unknown", "projects.geojson (lost)", "atlantis"),)
    assert "lost" in loaded_ids(dataset)


def test_html_in_a_text_stays_text(files, tmp_path):
    mention = {"box": 4, "heading": "重点实施", "group": "两湾", "name": HOSTILE}
    dataset = with_project(files, tmp_path, project_feature("odd", name=HOSTILE, mentions=[mention]))
    assert dataset.problems == ()
    assert (dataset.project("odd").name, dataset.project("odd").mentions[0].name) == (HOSTILE, HOSTILE)


BOWTIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # Shapely's own, on NaN
@pytest.mark.parametrize(
    ("geometry", "detail"),
    [
        (None, "not a GeoJSON geometry"),
        ({"type": "Blob", "coordinates": []}, "not a GeoJSON geometry"),
        ({"type": "Polygon", "coordinates": "ring"}, "not a GeoJSON geometry"),
        ({"type": "Polygon", "coordinates": []}, "no finite coordinates"),
        (square(121.60, 38.9, NAN, 38.92), "no finite coordinates"),
        (square(121.60, 38.9, INFINITY, 38.92), "no finite coordinates"),
        (BOWTIE, "Self-intersection[0.5 0.5]"),
        (line((121.60, 38.9), (121.61, 38.9)), "a LineString is no area"),
    ],
    ids=str,
)
def test_one_bad_element_is_named_and_the_others_stay(files, tmp_path, geometry, detail):
    files["layout.geojson"]["features"].append({**element_feature("bad"), "geometry": geometry})
    dataset = load_dataset(write(tmp_path, files))
    assert dataset.problems == (Problem("geometry_invalid", "layout.geojson #3 (bad)", detail),)
    assert len(dataset.elements) == 2


def test_an_element_stands_only_once(files, tmp_path):
    files["layout.geojson"]["features"].append(element_feature("axis"))
    dataset = load_dataset(write(tmp_path, files))
    assert dataset.problems == (Problem("id_repeated", "layout.geojson #3 (axis)", "axis"),)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"geometry": None}, Problem("geometry_invalid", "roads.geojson #2", "not a GeoJSON geometry")),
        (
            {"geometry": line((NAN, 1), (2, 3))},
            Problem("geometry_invalid", "roads.geojson #2", "no finite coordinates"),
        ),
        ({"properties": None}, Problem("field_missing", "roads.geojson #2", "properties")),
        ({"properties": {"name": 7}}, Problem("field_invalid", "roads.geojson #2", "name = 7")),
        ({"properties": {"names": "Road"}}, Problem("field_invalid", "roads.geojson #2", "names = 'Road'")),
        ({"properties": {"class": []}}, Problem("field_invalid", "roads.geojson #2", "class = []")),
    ],
    ids=str,
)
def test_one_bad_base_feature_is_named_and_the_others_stay(files, tmp_path, changes, problem):
    roads = files["base/roads.geojson"]["features"]
    roads.append({**roads[0], **changes})
    dataset = load_dataset(write(tmp_path, files))
    assert dataset.problems == (problem,)
    assert len(dataset.base["roads"]["features"]) == 1


# ---- one bad file among good ones ----


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file_missing"),
        (b"", "file_unreadable"),
        (b"{", "file_unreadable"),
        (b'{"a": ' + b"9" * 5000 + b"}", "file_unreadable"),
        (b"[" * 100_000, "file_unreadable"),
        ("{}".encode("utf-16"), "file_unreadable"),
        (b"null", "not_a_feature_collection"),
        (b"[]", "not_a_feature_collection"),
        (b'{"features": {}}', "not_a_feature_collection"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, bytes) else str(value),
)
@pytest.mark.parametrize("name", ["projects.geojson", "layout.geojson", "base/roads.geojson"])
def test_a_bad_file_is_named_and_the_others_are_read(files, tmp_path, name, content, code):
    path = write(tmp_path, files) / name
    path.unlink() if content is None else path.write_bytes(content)
    dataset = load_dataset(tmp_path)
    code = "layer_missing" if (code, path.stem) == ("file_missing", "roads") else code
    assert [(problem.code, problem.where) for problem in dataset.problems] == [(code, path.name)]
    assert bool(dataset.projects) == (name != "projects.geojson")
    assert bool(dataset.elements) == (name != "layout.geojson")
    assert ("roads" in dataset.base) == (name != "base/roads.geojson")
    assert len(dataset.base) >= len(BASE_LAYERS) - 1


def test_a_folder_in_place_of_a_file_is_named(files, tmp_path):
    path = write(tmp_path, files) / "layout.geojson"
    path.unlink()
    path.mkdir()
    assert [problem.code for problem in load_dataset(tmp_path).problems] == ["file_unreadable"]


def test_a_file_beyond_the_limit_is_not_read(files, tmp_path, monkeypatch):
    monkeypatch.setattr("geo.load.MAX_FILE_BYTES", 1500)
    problems = load_dataset(write(tmp_path, files)).problems
    assert Problem("file_too_large", "projects.geojson") in problems


def test_a_byte_order_mark_does_no_harm(files, tmp_path):
    for path in write(tmp_path, files).rglob("*json"):
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    dataset = load_dataset(tmp_path)
    assert dataset.problems == ()
    assert loaded_ids(dataset) == ["park", "pier", "clinic"]


def test_an_empty_collection_is_no_problem(files, tmp_path):
    dataset = load_dataset(write(tmp_path, {**files, "projects.geojson": collection()}))
    assert (dataset.projects, dataset.problems) == ((), ())


@pytest.mark.parametrize("sources", [{}, [{"title": "x"}], None], ids=str)
def test_bad_sources_hide_nothing_else(files, tmp_path, sources):
    dataset = load_dataset(write(tmp_path, {**files, "sources.json": sources}))
    assert dataset.sources == () and len(dataset.projects) == 3
    assert dataset.problems and {problem.where.split()[0] for problem in dataset.problems} == {"sources.json"}


@pytest.mark.parametrize("district", [None, [], {}, {"id": "x"}], ids=str)
def test_without_its_district_nothing_can_be_read(files, tmp_path, district):
    with pytest.raises(UnreadableDistrictError) as caught:
        load_dataset(write(tmp_path, {**files, "district.json": district}))
    assert caught.value.problem.where == "district.json"


def test_an_empty_folder_says_that_the_district_is_missing(tmp_path):
    with pytest.raises(UnreadableDistrictError) as caught:
        load_dataset(tmp_path)
    assert caught.value.problem == Problem("file_missing", "district.json")


# ---- whatever comes ----

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(project_feature()["properties"])), json_values)
def test_any_value_in_any_field_is_read_or_refused(field, value):
    feature = project_feature()
    feature["properties"][field] = value
    try:
        assert parse_project(feature).id == "park"
    except ValueError:
        return


@given(json_values)
def test_any_geometry_is_read_or_refused(coordinates):
    feature = {**project_feature(), "geometry": {"type": "Point", "coordinates": coordinates}}
    try:
        parsed = parse_project(feature)
    except ValueError:
        return
    assert (parsed.lon, parsed.lat) == tuple(coordinates[:2])


def test_the_base_stays_the_same_while_projects_change(files, tmp_path):
    before = load_dataset(write(tmp_path, files))
    files["projects.geojson"]["features"].pop()
    after = load_dataset(write(tmp_path, files))
    assert (after.base_fingerprint, after.fingerprint != before.fingerprint) == (before.base_fingerprint, True)
    files["layout.geojson"]["features"].pop()
    assert load_dataset(write(tmp_path, files)).base_fingerprint != before.base_fingerprint


def test_the_fingerprint_changes_with_any_byte(files, tmp_path):
    before = fingerprint_of(write(tmp_path, files))
    assert fingerprint_of(tmp_path) == before
    (tmp_path / "base" / "metro.geojson").write_text("{} ", encoding="utf-8")
    assert fingerprint_of(tmp_path) != before
