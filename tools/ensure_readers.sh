#!/bin/sh
# Find or install the programs with which the tests open our files: poppler, GDAL and LibreOffice.
# Installs what is missing where that needs no password; fails, saying why, where something stays missing.
set -u

say() { echo "$*" >&2; }

# The program that a package brings, for each of them.
missing_packages() {
    command -v pdftotext >/dev/null || printf '%s ' poppler-utils
    command -v gdalinfo >/dev/null || printf '%s ' gdal-bin
    command -v soffice >/dev/null || printf '%s ' libreoffice-impress libreoffice-calc
}

install() {
    command -v apt-get >/dev/null || { say "No apt-get to install them with."; return 1; }
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        say "Installing them needs root: apt-get install $*"
        return 1
    fi
    say "Installing $* for the tests of files ..."
    $as_root apt-get update -q >&2 || say "The package lists could not be refreshed; trying with the old ones."
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
}

packages=$(missing_packages)
[ -z "$packages" ] && exit 0
# shellcheck disable=SC2086 # several words are meant
install $packages
packages=$(missing_packages)
[ -z "$packages" ] && exit 0
say "Missing: $packages: the tests that need them will be skipped, and say so."
exit 1
