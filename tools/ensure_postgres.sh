#!/bin/sh
# Find or install the PostgreSQL server that the tests of the record start by themselves.
# Installs it where that needs no password; fails, saying why, where it stays missing.
set -u
. "$(dirname -- "$0")/apt.sh"

found() {
    command -v postgres >/dev/null && command -v initdb >/dev/null && return 0
    for program in /usr/lib/postgresql/*/bin/postgres; do
        [ -x "$program" ] && return 0
    done
    return 1
}

found && exit 0
install "the tests of the record" postgresql
found && exit 0
say "No PostgreSQL: the tests that need it will be skipped, and say so."
exit 1
