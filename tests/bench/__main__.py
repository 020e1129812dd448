"""Measure the app beside its peers, print figures and ratios, and fail where a bar is missed."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench import exports, many, map, pages
from tests.bench.driver import ARGS

PARTS = ("map", "pages", "exports", "many")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure one part")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    arguments = parser.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("Chromium is needed: see tools/ensure_chromium.sh")
    figures: dict[str, object] = {}
    passed, start = True, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        if arguments.only in (None, "map"):
            results, good = map.run(browser, Path(folder))
            figures["map"] = {setting: {name: vars(f) for name, f in by.items()} for setting, by in results.items()}
            passed &= good
        for name, part in (("pages", pages), ("exports", exports), ("many", many)):
            if arguments.only in (None, name):
                figures[name], good = part.run(browser)
                passed &= good
        browser.close()
    print(f"\nmeasured in {(time.perf_counter() - start) / 60:.1f} minutes")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
