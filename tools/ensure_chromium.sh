#!/bin/sh
# Print the path of a Chromium for the browser tests; install one where that needs no password.
# Fails, saying why, where there is none. CHROMIUM names one of your own.
set -u

say() { echo "$*" >&2; }

find_chromium() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}

install_chromium() {
    command -v apt-get >/dev/null || { say "No Chromium, and no apt-get to install it with."; return 1; }
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        say "No Chromium, and installing it needs root: apt-get install chromium"
        return 1
    fi
    say "Installing Chromium for the browser tests ..."
    $as_root apt-get update -q >&2 || say "The package lists could not be refreshed; trying with the old ones."
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium >&2
}

find_chromium && exit 0
install_chromium && find_chromium && exit 0
say "No Chromium: the browser tests will be skipped. Install Chromium or Chrome, or set CHROMIUM to its path."
exit 1
