#!/bin/sh
# Find or install the PostgreSQL server that the tests of the record start by themselves.
# Installs it where that needs no password; fails, saying why, where it stays missing.
set -u

say() { echo "$*" >&2; }

found() {
    command -v postgres >/dev/null && command -v initdb >/dev/null && return 0
    for program in /usr/lib/postgresql/*/bin/postgres; do
        [ -x "$program" ] && return 0
    done
    return 1
}

install() {
    command -v apt-get >/dev/null || { say "No PostgreSQL, and no apt-get to install it with."; return 1; }
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        say "No PostgreSQL, and installing it needs root: apt-get install postgresql"
        return 1
    fi
    say "Installing PostgreSQL for the tests of the record ..."
    $as_root apt-get update -q >&2 || say "The package lists could not be refreshed; trying with the old ones."
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql >&2
}

found && exit 0
install
found && exit 0
say "No PostgreSQL: the tests that need it will be skipped, and say so."
exit 1
