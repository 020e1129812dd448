"""The made-up projects of the bench and of the tests with many: valid, of all kinds, and the same each time."""

from collections import Counter

from geo.load import load_dataset
from geo.vocabulary import Grade, Phase, Sector
from tests.made_up import DATA, write_many

COUNT = 600


def test_made_up_projects_are_valid_of_every_kind_and_the_same_each_time(tmp_path):
    one, two = (write_many(tmp_path / name, COUNT) / "projects.geojson" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    shipped, data = load_dataset(DATA), load_dataset(one.parent)
    assert data.problems == shipped.problems == ()
    assert len(data.projects) == COUNT
    assert data.projects[: len(shipped.projects)] == shipped.projects
    made_up = data.projects[len(shipped.projects) :]
    for kind, of in ((Grade, "grade"), (Phase, "phase"), (Sector, "sector")):
        counted = Counter(p.location.grade if of == "grade" else getattr(p, of) for p in made_up)
        assert set(counted) == set(kind), of
