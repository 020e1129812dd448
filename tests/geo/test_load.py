"""The loader keeps what is right, names what is not, and repairs nothing."""

import json
import shutil
from pathlib import Path

import pytest

from geo.check import main
from geo.load import UnreadableDistrictError, load_dataset

ROOT = Path(__file__).resolve().parents[2]
TOTAL = 113


@pytest.fixture
def data(tmp_path):
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


def spoil(data, change):
    path = data / "projects.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    change(collection["features"])
    path.write_text(json.dumps(collection), encoding="utf-8")
    return load_dataset(data)


def first_placed(features):
    return next(f for f in features if f["geometry"])


@pytest.mark.parametrize(
    ("change", "code", "kept"),
    [
        (lambda fs: fs[0]["properties"].pop("name"), "field_missing", TOTAL - 1),
        (lambda fs: fs[0]["properties"].update(sector="gardening"), "field_invalid", TOTAL - 1),
        (lambda fs: fs[0]["properties"].update(surprise=1), "field_unknown", TOTAL - 1),
        (lambda fs: fs[0]["properties"].update(phase="proposed"), "rule_broken", TOTAL - 1),
        (lambda fs: first_placed(fs).update(geometry=None), "rule_broken", TOTAL - 1),
        (lambda fs: first_placed(fs)["geometry"].update(coordinates=[float("nan"), 38.9]), None, TOTAL - 1),
        (lambda fs: first_placed(fs)["geometry"].update(coordinates=[float("inf"), 38.9]), None, TOTAL - 1),
        (lambda fs: first_placed(fs)["geometry"].update(coordinates=["a", "b"]), None, TOTAL - 1),
        (lambda fs: fs.append(fs[0]), "id_repeated", TOTAL),
        (lambda fs: fs.append("not a feature"), "not_a_feature", TOTAL),
        (lambda fs: fs[0]["properties"].update(element="atlantis", element_basis={"zh": "x", "en": "x"}),
         "element_unknown", TOTAL),
    ],
    ids=["no name", "unknown sector", "unknown field", "other phase", "no point", "nan", "infinite", "text", "same id",
         "no feature", "unknown element"],
)  # fmt: skip
def test_one_bad_feature_is_named_and_the_others_stay(data, change, code, kept):
    dataset = spoil(data, change)
    assert len(dataset.projects) == kept
    assert len(dataset.problems) == 1
    assert code is None or dataset.problems[0].code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "file_missing"),
        ("{", "file_unreadable"),
        ("[]", "not_a_feature_collection"),
        ('{"a": 1}', "not_a_feature_collection"),
    ],
)
def test_a_bad_file_is_named_and_the_other_files_are_read(data, content, code):
    path = data / "projects.geojson"
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    dataset = load_dataset(data)
    assert [p.code for p in dataset.problems] == [code]
    assert dataset.projects == () and len(dataset.elements) == 10


def test_a_byte_order_mark_does_no_harm(data):
    path = data / "projects.geojson"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert len(load_dataset(data).projects) == TOTAL


def test_without_its_district_file_nothing_can_be_read(data):
    (data / "district.json").unlink()
    with pytest.raises(UnreadableDistrictError):
        load_dataset(data)


def test_the_shipped_data_passes_the_check(capsys):
    assert main([str(ROOT / "data")]) == 0, capsys.readouterr().out


def test_the_check_fails_on_what_the_loader_cannot_see(data, capsys):
    def swap_to_known_place(features):
        known = [f for f in features if f["properties"]["location"]["grade"] == "exact"]
        known[1]["geometry"] = known[0]["geometry"]

    spoil(data, swap_to_known_place)
    assert main([str(data)]) == 1
    assert "point shared" in capsys.readouterr().out
