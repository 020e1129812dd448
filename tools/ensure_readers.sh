#!/bin/sh
# Find or install the programs with which the tests open our files: poppler, GDAL and LibreOffice.
# Installs what is missing where that needs no password; fails, saying why, where something stays missing.
set -u
. "$(dirname -- "$0")/apt.sh"

# The program that a package brings, for each of them.
missing_packages() {
    command -v pdftotext >/dev/null || printf '%s ' poppler-utils
    command -v gdalinfo >/dev/null || printf '%s ' gdal-bin
    command -v soffice >/dev/null || printf '%s ' libreoffice-impress libreoffice-calc
}

packages=$(missing_packages)
[ -z "$packages" ] && exit 0
# shellcheck disable=SC2086 # several words are meant
install "the tests of files" $packages
packages=$(missing_packages)
[ -z "$packages" ] && exit 0
say "Missing: $packages: the tests that need them will be skipped, and say so."
exit 1
