"""Fetch static/ and exports/fonts/ anew: Leaflet and the fonts, from npm packages of fixed version and checksum.

``python -m tools.vendor`` (needs npm); running it twice gives the same bytes. A changed text in data/ or locales/
may need new characters in the font: run it again then.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"
PRINT_FONTS = ROOT / "exports" / "fonts"
AXE_HOME = ROOT / "tests" / "browser"
TEXTS = ("data/**/*.geojson", "data/**/*.json", "data/**/*.csv", "data/**/*.po", "locales/**/*.po")


@dataclass(frozen=True)
class Package:
    """An npm package at one version, `sha512` being that of its archive in base64."""

    name: str
    version: str
    sha512: str


LEAFLET = Package(
    "leaflet",
    "1.9.4",
    "nxS1ynzJOmOlHp+iL3FyWqK89GtNL8U8rvlMOsQdTTssxZwCXh8N2NB3GDQOL+YR3XnWyZAxwQixURb+FA74PA==",
)
NOTO_SANS_SC = Package(
    "@expo-google-fonts/noto-sans-sc",
    "0.4.3",
    "9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ==",
)
NOTO_SANS_KR = Package(
    "@expo-google-fonts/noto-sans-kr",
    "0.4.3",
    "EVS/uJPcf1TgJtjmQmrFr0oGdcl7ml09CSu0E/AyGzR0UfzdR2pBbzWWPsnuzZiGUl643ODYwYiXK5+B+fLjhQ==",
)
NOTO_SANS_JP = Package(
    "@expo-google-fonts/noto-sans-jp",
    "0.4.3",
    "Fl+Z6vtD24HFAYsvzB0S9Nery1ly16B9PesdY0wBd+wEHAvkNglnkTUspU0HqGOubkmoa8zusJrKv6vDx1o70A==",
)
GEOMAN = Package(
    "@geoman-io/leaflet-geoman-free",
    "2.20.2",
    "KQpSe0VKyuVCudq/08rMjJW1vvIwFldTwBny2wZ7ABcyyUAP7/eoFo967hCu9yRqAAHb4QOxC6gY5dGqttY68g==",
)
AXE = Package(
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)
# The pictures that leaflet.css refers to.
LEAFLET_FILES = (
    "dist/leaflet.js",
    "dist/leaflet.css",
    "dist/images/layers.png",
    "dist/images/layers-2x.png",
    "dist/images/marker-icon.png",
)
FONTS = {"SC": NOTO_SANS_SC, "JP": NOTO_SANS_JP, "KR": NOTO_SANS_KR}
HANGUL = (0xAC00, 0xD7A3)
JAMO = (0x3131, 0x318E)
MARKS = ((0x0020, 0x007E), (0x00A0, 0x00FF), (0x2000, 0x206F), (0x3000, 0x303F))

# Beside GB 2312 and the common kanji: first and last character of each further block.
BLOCKS = (
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x017F),  # Latin-1, Latin Extended-A
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x2000, 0x206F),  # General punctuation
    (0x2070, 0x209F),  # Superscripts and subscripts
    (0x20A0, 0x20BF),  # Currency
    (0x2100, 0x214F),  # Letter-like: ℃ № ™
    (0x2150, 0x218F),  # Fractions, Roman numerals
    (0x2190, 0x21FF),  # Arrows
    (0x2200, 0x22FF),  # Mathematical: − ≈ ≤ ≥
    (0x2460, 0x2473),  # ① to ⑳
    (0x2500, 0x25FF),  # Box drawing, blocks, geometric shapes
    (0x2605, 0x2606),  # ★ ☆
    (0x3000, 0x303F),  # CJK punctuation: 、。「」〔〕〇
    (0x3040, 0x30FF),  # Kana
    (0x3380, 0x33DF),  # Units: ㎡ ㎞ ㏊
    (0xFF00, 0xFFEF),  # Full-width forms
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        vendor_leaflet(fetch(LEAFLET, Path(folder)))
        vendor_geoman(fetch(GEOMAN, Path(folder)))
        vendor_axe(fetch(AXE, Path(folder)))
        packages = {script: fetch(package, Path(folder)) for script, package in FONTS.items()}
        vendor_web_fonts(packages)
        vendor_print_fonts(packages)
    for path in sorted((*STATIC.rglob("*"), *PRINT_FONTS.rglob("*"))):
        if path.is_file():
            print(f"{path.stat().st_size:>9,}  {path.relative_to(ROOT)}")


def fetch(package: Package, into: Path) -> Path:
    """Return the folder that the package's archive is unpacked in, once its checksum is right."""
    wanted = f"{package.name}@{package.version}"
    packed = subprocess.run(
        ["npm", "pack", wanted, "--silent", "--pack-destination", str(into)],
        cwd=into,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    archive = into / packed.stdout.split()[-1]
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.sha512:
        raise SystemExit(f"{wanted} is not the archive it was: its sha512 is {found}")
    with tarfile.open(archive) as tar:
        tar.extractall(archive.with_suffix(""), filter="data")
    return archive.with_suffix("") / "package"


def vendor_leaflet(package: Path) -> None:
    for old in STATIC.glob("leaflet-*"):
        shutil.rmtree(old)
    target = STATIC / f"leaflet-{LEAFLET.version}"
    for name in LEAFLET_FILES:
        path = target / Path(name).relative_to("dist")
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / name, path)
    shutil.copyfile(package / "LICENSE", target / "LICENSE")


def vendor_geoman(package: Path) -> None:
    """Take the drawing tools; their own buttons are not used, so only script and style."""
    for old in STATIC.glob("geoman-*"):
        shutil.rmtree(old)
    target = STATIC / f"geoman-{GEOMAN.version}"
    target.mkdir(parents=True)
    for name in ("leaflet-geoman.min.js", "leaflet-geoman.css"):
        text = (package / "dist" / name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines(keepends=True) if "sourceMappingURL" not in line]
        (target / name).write_text("".join(lines), encoding="utf-8")
    shutil.copyfile(package / "LICENSE", target / "LICENSE")


def vendor_axe(package: Path) -> None:
    """Take the accessibility checker that the browser tests run; it is not part of the app."""
    for old in AXE_HOME.glob("axe-*"):
        shutil.rmtree(old)
    target = AXE_HOME / f"axe-{AXE.version}"
    target.mkdir(parents=True)
    for name in ("axe.min.js", "LICENSE"):
        shutil.copyfile(package / name, target / name)


def vendor_web_fonts(packages: Mapping[str, Path]) -> None:
    """Cut the fonts of the screen; a browser fetches the Japanese and Korean ones only where they are wanted."""
    target = STATIC / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("noto-sans-*"):
        old.unlink()
    for script, wanted in (("SC", characters()), ("JP", kanji()), ("KR", hangul() | marks())):
        for weight, path in weights(packages[script], script):
            font = TTFont(path, recalcTimestamp=False)
            if script == "SC":
                warn_of_missing(font, weight)
            subset(font, wanted, flavor="woff2")
            font.save(target / f"noto-sans-{script.lower()}-{version_of(font)}-{weight}.woff2")
    shutil.copyfile(packages["SC"] / "LICENSE_FONT", target / "OFL.txt")


def vendor_print_fonts(packages: Mapping[str, Path]) -> None:
    """Cut the fonts that maps and decks are printed with: static TTF, which every PDF reader draws right."""
    shutil.rmtree(PRINT_FONTS, ignore_errors=True)
    PRINT_FONTS.mkdir(parents=True)
    for script, wanted in (("SC", characters() | rare_hanzi()), ("JP", kanji()), ("KR", hangul() | marks())):
        for weight, path in weights(packages[script], script):
            font = TTFont(path, recalcTimestamp=False)
            subset(font, wanted, flavor=None)
            font.save(PRINT_FONTS / f"NotoSans{script}-{weight}.ttf")
    shutil.copyfile(packages["SC"] / "LICENSE_FONT", PRINT_FONTS / "OFL.txt")


def weights(package: Path, script: str) -> list[tuple[int, Path]]:
    names = {400: "400Regular", 700: "700Bold"}
    return [(weight, package / name / f"NotoSans{script}_{name}.ttf") for weight, name in names.items()]


def hangul() -> set[str]:
    return {chr(code) for first, last in (HANGUL, JAMO) for code in range(first, last + 1)}


def marks() -> set[str]:
    """Return the marks and Latin letters that are to look of a piece with Kana or Hangul."""
    return {chr(code) for first, last in MARKS for code in range(first, last + 1)}


def kanji() -> set[str]:
    """Return the characters of Japanese: kana, the common kanji, and what the Japanese catalogues hold."""
    paths = [ROOT / "data" / "translations" / "ja.po", *(ROOT / "locales" / "ja_JP").rglob("*.po")]
    ours = {character for path in paths for character in path.read_text(encoding="utf-8") if character.isprintable()}
    kana = {chr(code) for code in range(0x3040, 0x3100)}
    return kana | marks() | set(standard_characters("euc_jp", last_row=47)) | (ours - hangul())


def rare_hanzi() -> set[str]:
    """Return the hanzi of GBK, which names of people and places are written with."""
    found = set()
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                found.add(bytes([first, second]).decode("gbk"))
            except UnicodeDecodeError:
                continue
    return found


def subset(font: TTFont, wanted: set[str], *, flavor: str | None) -> None:
    """Cut the font to the characters `wanted`."""
    options = Options()
    options.flavor = font.flavor = flavor
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.drop_tables += ["BASE", "vhea", "vmtx"]
    if flavor is None:  # print sets text by itself and needs no shaping tables
        options.layout_features = []
        options.hinting = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=map(ord, wanted))
    subsetter.subset(font)


def version_of(font: TTFont) -> str:
    """Return the font's own version, e.g. 2.004."""
    match = re.match(r"Version (\d+\.\d+)", font["name"].getDebugName(5))
    if match is None:
        raise SystemExit("the font does not state its version")
    return match[1]


def characters() -> set[str]:
    """Return the characters that the web font is to hold."""
    blocks = {chr(code) for first, last in BLOCKS for code in range(first, last + 1)}
    gb2312 = standard_characters("gb2312", last_row=87)
    common_kanji = standard_characters("euc_jp", last_row=47)  # JIS X 0208, level 1
    return blocks | set(gb2312) | set(common_kanji) | project_characters()


def standard_characters(encoding: str, last_row: int) -> Iterator[str]:
    """Yield the characters of a national standard of 94 by 94 cells, row by row."""
    for row in range(1, last_row + 1):
        for cell in range(1, 95):
            try:
                yield bytes([0xA0 + row, 0xA0 + cell]).decode(encoding)
            except UnicodeDecodeError:
                continue


def project_characters() -> set[str]:
    """Return every printable character of the project's data and catalogues but Hangul, which has its own font."""
    paths = (path for pattern in TEXTS for path in ROOT.glob(pattern))
    texts = (path.read_text(encoding="utf-8-sig") for path in paths)
    return {character for text in texts for character in text if character.isprintable()} - hangul()


def warn_of_missing(font: TTFont, weight: int) -> None:
    missing = project_characters() - set(map(chr, font.getBestCmap()))
    if missing:
        print(f"Not in weight {weight}, so shown in the reader's own: {''.join(sorted(missing))}")


if __name__ == "__main__":
    main()
