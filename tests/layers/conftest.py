"""The shipped data, read once."""

from pathlib import Path

import pytest

from geo.load import load_dataset
from layers.webmap import map_html


@pytest.fixture(scope="session")
def shipped():
    return load_dataset(Path(__file__).resolve().parents[2] / "data")


@pytest.fixture(scope="session")
def page(shipped):
    return map_html(shipped, language="zh")
