"""A large import, from the file to the confirmed change and its report, beside ogr2ogr into a database of the kind."""

import json
import multiprocessing
import random
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import geopandas
import shapely

from exports.import_report import report_csv
from geo.crs_doctor import diagnose, reference_of
from geo.intake.draft import draft_import
from geo.intake.evidence import ImportDefaults
from geo.intake.file import read_file
from geo.intake.mapping import suggest_mapping
from geo.load import load_dataset
from geo.store.author import Author, Role
from geo.store.changes import Edit, Kind, Source
from geo.store.store import Store
from geo.vocabulary import Grade, Phase, Sector
from layers.words import words_in

DATA = Path(__file__).resolve().parents[2] / "data"
FEATURES = 100_000
MAX_S, MAX_MIB = 30, 1024
DEFAULTS = ImportDefaults(
    "made-up survey", date(2026, 11, 25), Grade.EXACT, 5, sector=Sector.LAND, phase=Phase.PROPOSED
)
# Within the district whatever the seed.
CENTRE, SPREAD = (121.612, 38.912), 0.006


def made_file(path: Path) -> Path:
    """Write a GeoPackage of points in a 3-degree zone of CGCS2000, with two names, a number and a text each."""
    chance = random.Random(6)
    points = [shapely.Point(*(middle + chance.uniform(-SPREAD, SPREAD) for middle in CENTRE)) for _ in range(FEATURES)]
    columns = {
        "项目名称": [f"测点{number}号" for number in range(FEATURES)],
        "英文名称": [f"Survey point {number}" for number in range(FEATURES)],
        "面积": [round(chance.uniform(50, 5000), 1) for _ in range(FEATURES)],
        "地址": [f"某街{number % 500}号" for number in range(FEATURES)],
    }
    frame = geopandas.GeoDataFrame(columns, geometry=points, crs="EPSG:4326").to_crs("EPSG:4549")
    frame.to_file(path, layer="points", driver="GPKG")
    return path


def import_file(path: Path, url: str) -> dict[str, float]:
    """Import a file as the page does, and return the seconds of each step."""
    data, store = load_dataset(DATA), Store(url)
    times = {"": time.perf_counter()}

    def done(step: str) -> None:
        times[step] = time.perf_counter()

    content = path.read_bytes()
    table = read_file(path.name, content)
    done("read")
    candidate = diagnose(table, reference_of(data)).best.candidate
    mapping = suggest_mapping(table, data)
    done("diagnose")
    draft = draft_import(table, candidate, mapping, data, DEFAULTS)
    done("validate")
    report = report_csv(draft, words_in("zh"))
    done("report")
    edits = [Edit(row.record["id"], row.record, 0) for row in draft.rows if row.record]
    change = store.save(Author("importer", Role.EDITOR), edits, why="soak", kind=Kind.IMPORT, source=Source(path.name))
    done("save")
    assert change and len(edits) == FEATURES and report.count(b"\n") > FEATURES, (len(edits), draft.counts)
    return {step: times[step] - times[before] for before, step in pairwise(times)}


def measured(path: Path, url: str, pipe) -> None:
    began = time.perf_counter()
    steps = import_file(path, url)
    total = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    pipe.send((total, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, steps))


def run(folder: Path) -> bool:
    source, url = made_file(folder / "points.gpkg"), f"sqlite:///{folder / 'import.sqlite'}"
    Store(url).follow(DATA)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    # A process of its own, so that its memory is the import's alone.
    process = multiprocessing.get_context("spawn").Process(target=measured, args=(source, url, theirs))
    process.start()
    theirs.close()
    try:
        total, cpu_s, peak_mib, steps = ours.recv()
    except EOFError:
        print("FAIL  import: it broke off", flush=True)
        return False
    process.join()
    good = total <= MAX_S and peak_mib <= MAX_MIB
    told = ", ".join(f"{step} {seconds:.1f}" for step, seconds in steps.items())
    peer = f"; ogr2ogr {(peer_s := ogr2ogr_s(source, folder)):.1f} s, ratio {total / peer_s:.1f}" if _has_peer() else ""
    what = f"import of {FEATURES:,} points"
    figures = f"{total:.1f} s ({told}; CPU {cpu_s:.1f}), peak {peak_mib:.0f} MiB{peer}"
    print(f"{'PASS' if good else 'FAIL'}  {what:<36} {figures}", flush=True)
    return good


def _has_peer() -> bool:
    return shutil.which("ogr2ogr") is not None


def ogr2ogr_s(source: Path, folder: Path) -> float:
    """Return how long ogr2ogr takes from the same file into an SQLite database, reprojecting, in one transaction."""
    began = time.perf_counter()
    command = ["ogr2ogr", "-f", "SQLite", "-t_srs", "EPSG:4326", "-gt", "unlimited", folder / "peer.sqlite", source]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(print(json.dumps(import_file(Path(sys.argv[1]), sys.argv[2]))))
