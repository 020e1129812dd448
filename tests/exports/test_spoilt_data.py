"""A data folder in which files are missing: every data format still writes what there is."""

import dataclasses

import pyogrio
import pytest

from exports.geojson import write_geojson
from exports.kml import write_kml, write_kmz
from exports.request import ExportRequest
from exports.spreadsheet import write_csv, write_xlsx
from exports.vector import write_geopackage, write_shapefile
from geo.load import load_dataset
from geo.whole_file import write_whole
from tests.data.odd_projects import odd_dataset
from tests.data.samples import sample_files, write

WRITERS = {
    ".geojson": write_geojson,
    ".kml": write_kml,
    ".kmz": write_kmz,
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".gpkg": write_geopackage,
    ".zip": write_shapefile,
}
READ_BY_GDAL = (".geojson", ".kml", ".kmz", ".gpkg", ".zip")


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("missing", [{"layout.geojson"}, {"projects.geojson"}, {"layout.geojson", "projects.geojson"}])
def test_what_there_is_is_written(suffix, missing, tmp_path):
    files = {name: content for name, content in sample_files().items() if name not in missing}
    dataset = load_dataset(write(tmp_path / "data", files))
    path = write_whole(tmp_path / f"x{suffix}", lambda file: WRITERS[suffix](dataset, ExportRequest(), file))
    if suffix in READ_BY_GDAL and len(missing) == 1:
        assert len(pyogrio.list_layers(path)) >= 1
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_odd_texts_never_stop_a_format(suffix, language, tmp_path):
    dataset = odd_dataset(tmp_path / "data")
    request = ExportRequest(language=language, title="<b>=1+1</b> \x00👷 & Приморский 서구", crs="EPSG:4550")
    path = write_whole(tmp_path / f"x{suffix}", lambda file: WRITERS[suffix](dataset, request, file))
    assert path.stat().st_size > 1000


def test_an_element_of_an_unknown_group_is_still_written(tmp_path):
    dataset = load_dataset(write(tmp_path, sample_files()))
    without_groups = dataclasses.replace(dataset, district=dataset.district.model_copy(update={"groups": ()}))
    path = tmp_path / "x.kml"
    write_kml(without_groups, ExportRequest(), path)
    assert "一轴" in path.read_text("utf-8")
