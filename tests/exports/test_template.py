"""The organisation's own look: really on the sheet; a broken folder is reported and never stops an export."""

import json

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from PIL import Image

from exports.request import ExportRequest
from exports.sheet import make_sheet
from exports.template import MAX_LOGO_BYTES, Template, template_of
from geo.load import load_dataset
from tests.exports.readers import ROOT
from tests.exports.test_sheet import all_text, children, overlap, rectangle, text_boxes

CONTACT = "西岗区发展和改革局 0411-12345678"


@pytest.fixture(scope="module")
def data():
    return load_dataset(ROOT / "data")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    Image.new("RGB", (300, 100), "#FF00FF").save(tmp_path / "logo.png")
    settings = {"title_colour": "#7A1F1F", "contact": CONTACT}
    (tmp_path / "template.json").write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.setenv("XIGANG_TEMPLATE_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("size", ["slide", "a4-portrait"])
def test_logo_contact_and_colour_are_on_the_sheet(data, folder, size):
    sheet = make_sheet(data, ExportRequest(size=size))
    assert CONTACT in all_text(sheet)
    title = children(sheet.figure, "title")[0]
    assert to_hex(title.get_color()) == "#7a1f1f"
    canvas = FigureCanvasAgg(sheet.figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    assert (np.abs(pixels - (255, 0, 255)).sum(axis=2) < 30).sum() > 200


def test_the_logo_covers_no_text(data, folder):
    sheet = make_sheet(data, ExportRequest(title="长" * 120))
    [image] = [child for child in children(sheet.figure, "title") if isinstance(child, AxesImage)]
    left, right, bottom, top = image.get_extent()
    logo = rectangle(left, bottom, right, top)
    assert [child.get_text() for child, box in text_boxes(sheet, "title") if overlap(box, logo)] == []


def test_no_folder_is_no_template(tmp_path):
    assert template_of(tmp_path / "none") == Template()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{broken", "file_unreadable"),
        ("[]", "field_invalid"),
        ('{"title_colour": "red"}', "field_invalid"),
        ('{"contact": 7}', "field_invalid"),
        ('{"unknown": 1}', "field_invalid"),
        (b"\xff\xfe\x00", "file_unreadable"),
    ],
)
def test_broken_settings_are_reported_and_the_sheet_is_made(data, folder, text, code):
    (folder / "template.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    template = template_of()
    assert [problem.code for problem in template.problems] == [code]
    assert template.title_colour is None and template.logo
    make_sheet(data, ExportRequest())


@pytest.mark.parametrize("broken", [b"not a picture", b"\x89PNG\r\n\x1a\n", b""])
def test_a_broken_logo_is_reported_and_left_out(data, folder, broken):
    (folder / "logo.png").write_bytes(broken)
    template = template_of()
    assert template.logo is None and [problem.where for problem in template.problems] == ["logo.png"]
    make_sheet(data, ExportRequest())


def test_a_huge_logo_is_reported_and_left_out(folder):
    (folder / "logo.png").write_bytes(b"\0" * (MAX_LOGO_BYTES + 1))
    template = template_of()
    assert template.logo is None and [problem.code for problem in template.problems] == ["file_too_large"]


def test_the_deck_master_is_found(folder):
    assert template_of().deck is None
    (folder / "master.pptx").write_bytes(b"PK")
    assert template_of().deck == folder / "master.pptx"
