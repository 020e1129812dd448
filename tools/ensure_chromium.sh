#!/bin/sh
# Print the path of a Chromium for the browser tests; install one where that needs no password.
# Fails, saying why, where there is none. CHROMIUM names one of your own.
set -u
. "$(dirname -- "$0")/apt.sh"

found() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}

found && exit 0
install "the browser tests" chromium && found && exit 0
say "No Chromium: the browser tests will be skipped. Install Chromium or Chrome, or set CHROMIUM to its path."
exit 1
