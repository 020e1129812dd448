"""What all tests share: property tests' settings, a folder of state, Chromium, nginx and PostgreSQL or a loud word."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres

# The names that tools/ensure_chromium.sh looks for.
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The folders whose files take longest: begun first, they leave no worker idle in the end.
LONGEST = [Path(__file__).parent / name for name in ("browser", "soak", "deploy", "upkeep", "exports")]
# What is skipped, by the program that is missing.
SKIPPED_TESTS = pytest.StashKey[dict[str, list[str]]]()

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory):
    """Keep every test, and every app it starts, away from what the office has stored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XIGANG_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        yield


def find_chromium() -> str | None:
    names = (os.environ.get("CHROMIUM"), *CHROMIUM_NAMES)
    return next((path for name in names if name and (path := shutil.which(name))), None)


def find_nginx() -> str | None:
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser, for ``playwright.chromium.launch(executable_path=...)``."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium")
    return path


def pytest_collection_modifyitems(config, items):
    items.sort(key=lambda item: min((n for n, at in enumerate(LONGEST) if item.path.is_relative_to(at)), default=99))
    for item in items:
        if item.get_closest_marker("browser"):  # a busy machine can outlast any wait; a second try is told of
            item.add_marker(pytest.mark.flaky(reruns=1))
    config.stash[SKIPPED_TESTS] = {}
    needed = (
        ("browser", "Chromium", find_chromium),
        ("nginx", "nginx", find_nginx),
        ("postgresql", "PostgreSQL", postgres.can_run),
    )
    for marker, program, is_there in needed:
        if is_there():
            continue
        skipped = [item for item in items if item.get_closest_marker(marker)]
        for item in skipped:
            item.add_marker(pytest.mark.skip(reason=f"no {program}"))
        config.stash[SKIPPED_TESTS][program] = [item.nodeid for item in skipped]


def pytest_terminal_summary(terminalreporter):
    tried_again = [report.nodeid for report in terminalreporter.getreports("rerun")]
    if tried_again:
        line = f"RUN A SECOND TIME after a failure ({len(tried_again)}): {', '.join(tried_again)}"
        terminalreporter.write_line(line, yellow=True, bold=True)


def pytest_unconfigure(config):
    for program, skipped in config.stash.get(SKIPPED_TESTS, {}).items():
        if skipped:
            line = f"NOT RUN for want of {program} ({len(skipped)}): {', '.join(skipped)}"
            config.get_terminal_writer().line(line, red=True, bold=True)


def pytest_make_parametrize_id(config, val, argname):
    """Name parameters with sets in them the same in every process, whatever the order of their members."""
    return in_order(val)[:120] if isinstance(val, dict | set | frozenset) else None


def in_order(value) -> str:
    """Return a value as text, the members of sets sorted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_order(its)}" for key, its in value.items()) + "}"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}"
    return str(value)
