"""Three main sheets beside their pictures of last time, at low resolution; a change of drawing is seen and meant.

XIGANG_NEW_BASELINES=1 pytest tests/exports/test_baselines.py draws the pictures anew: look at them before committing.
"""

import datetime
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exports.picture import save_png
from exports.request import ExportRequest, Extent
from exports.sheet import make_sheet
from geo.load import load_dataset
from tests.exports.readers import ROOT

BASELINES = Path(__file__).parent / "baselines"
DPI = 60
MADE_ON = datetime.date(2026, 1, 5)
SHEETS = {
    "overview-slide-zh": ExportRequest(made_on=MADE_ON),
    "overview-a3-landscape-en": ExportRequest(size="a3-landscape", language="en", made_on=MADE_ON),
    "site-a4-portrait-zh": ExportRequest(
        size="a4-portrait", extent=Extent(kind="site", id="huizhi-yunding"), made_on=MADE_ON
    ),
}
# Other builds of FreeType draw edges a little otherwise; a label that moves or a colour that changes goes beyond this.
FAR = 48
MOST_FAR_SHARE = 0.004


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_looks_as_it_did(name, tmp_path):
    fresh, baseline = tmp_path / f"{name}.png", BASELINES / f"{name}.png"
    save_png(make_sheet(load_dataset(ROOT / "data"), SHEETS[name]).figure, fresh, dpi=DPI)
    if os.environ.get("XIGANG_NEW_BASELINES"):
        BASELINES.mkdir(exist_ok=True)
        with Image.open(fresh) as picture:
            picture.convert("RGB").quantize(256).save(baseline, optimize=True)
    now, then = pixels(fresh), pixels(baseline)
    assert now.shape == then.shape
    far = np.abs(now - then).max(axis=2) > FAR
    assert far.mean() <= MOST_FAR_SHARE, f"{far.mean():.2%} of {name} differ; see the head of this file"


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)
