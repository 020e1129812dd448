"""What may import what, and which words the shipped files may not hold (DESIGN: architecture)."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each may import those before it and itself; pages are an exception, no page imports another.
LAYERS = ("geo", "layers", "exports", "ui", "pages", "app", "server")
NOT_SHIPPED = {"tests", "tools", "data"}
WEB = {"streamlit", "streamlit_folium"}
BANNED = {
    "geo": WEB | {"folium", "branca", "matplotlib"},
    "layers": WEB,
    "exports": WEB,
}
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "misc", "common"}
MAX_PAGE_LINES = 80

# The one file that may name hosts: tile services and credits.
NAMES_HOSTS = "layers/tiles.py"
# Names of vocabularies that look like addresses and are never asked for; and this machine.
NOT_OUTSIDE = {"www.w3.org", "schemas.openxmlformats.org", "purl.org", "www.opengis.net", "localhost", "127.0.0.1"}
HOST = re.compile(r"""(?:https?:|["'(=])//([a-z0-9{][a-z0-9.{}-]*)""", re.IGNORECASE)


def files_of(*suffixes: str, folders: tuple[str, ...]) -> list[Path]:
    """Return the files with these suffixes: all in `folders`, and those at the top of the repository."""
    nested = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return sorted(path for path in (*ROOT.iterdir(), *nested) if path.is_file() and path.suffix in suffixes)


SHIPPED_PYTHON = files_of(".py", folders=LAYERS)
SHIPPED_TEXT = files_of(".py", ".html", ".toml", ".js", ".css", folders=(*LAYERS, "data", "tools", ".streamlit"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_modules(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted name of every module that the source imports, inside functions and by name too."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = [*package[: len(package) - level + 1], *([module] if module else [])] if level else [module]
                yield from (".".join([*base, alias.name]) for alias in names)
            case ast.Call(
                func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def imported_by(path: Path) -> set[str]:
    package = path.relative_to(ROOT).parent.parts
    return {module.split(".")[0] for module in imported_modules(path.read_text(encoding="utf-8"), package)}


def is_allowed(importer: str, imported: str) -> bool:
    if imported not in LAYERS:
        return imported not in NOT_SHIPPED | BANNED.get(importer, set())
    if importer == imported:
        return importer != "pages"
    return LAYERS.index(imported) < LAYERS.index(importer)


def code_lines(source: str) -> int:
    """Count the lines that hold code: neither empty nor only comment or docstring."""
    ignored = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in ignored:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(source))


def docstring_lines(source: str) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=int(last)):
                lines.update(range(first, last + 1))
    return lines


@pytest.mark.parametrize("path", SHIPPED_PYTHON, ids=name_of)
def test_imports_run_one_way(path):
    wrong = {module for module in imported_by(path) if not is_allowed(layer_of(path), module)}
    assert not wrong, f"{name_of(path)} may not import {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", SHIPPED_PYTHON, ids=name_of)
def test_modules_have_names_that_say_something(path):
    parts = {part.removesuffix(".py").strip("_") for part in path.relative_to(ROOT).parts}
    assert not parts & VAGUE_NAMES


@pytest.mark.parametrize("path", SHIPPED_TEXT, ids=name_of)
def test_no_file_names_an_outside_host(path):
    if name_of(path) == NAMES_HOSTS:
        return
    hosts = set(HOST.findall(path.read_text(encoding="utf-8"))) - NOT_OUTSIDE
    assert not hosts, f"hosts stand in {NAMES_HOSTS} only, not in {name_of(path)}: {', '.join(sorted(hosts))}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_are_thin(path):
    assert code_lines(path.read_text(encoding="utf-8")) <= MAX_PAGE_LINES


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import folium", {"folium"}),
        ("from folium.plugins import Draw", {"folium.plugins.Draw"}),
        ("def build():\n    if True:\n        import streamlit as st", {"streamlit"}),
        ("from .. import layers", {"layers"}),
        ("from . import filters", {"ui.filters"}),
        ("from .filters import show", {"ui.filters.show"}),
        ("import importlib\nimportlib.import_module('pages.map')", {"importlib", "pages.map"}),
        ("__import__('streamlit')", {"streamlit"}),
    ],
)
def test_the_walk_sees_every_kind_of_import(source, modules):
    assert set(imported_modules(source, package=("ui",))) == modules


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("layers", "geo", True),
        ("app", "geo", True),
        ("geo", "layers", False),
        ("ui", "pages", False),
        ("pages", "pages", False),
        ("ui", "ui", True),
        ("geo", "folium", False),
        ("layers", "folium", True),
        ("exports", "streamlit", False),
        ("ui", "streamlit", True),
        ("geo", "tests", False),
    ],
)
def test_the_arrows(importer, imported, allowed):
    assert is_allowed(importer, imported) is allowed


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("url = 'https://cdn.example.com/leaflet.js'", ["cdn.example.com"]),
        ('<script src="//cdn.example.com/a.js">', ["cdn.example.com"]),
        ("https://t{s}.example.cn/x", ["t{s}.example.cn"]),
        ("half = width // 2  // comment", []),
        ("app/static/leaflet-1.9.4/leaflet.js", []),
    ],
)
def test_the_search_finds_hosts(text, hosts):
    assert HOST.findall(text) == hosts


def test_code_lines_are_lines_of_code():
    source = '"""Title.\n\nMore."""\n\n# why\nx = """a\nb"""\n\n\ndef f():\n    """Say."""\n    return x\n'
    assert code_lines(source) == 4
