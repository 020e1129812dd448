#!/bin/sh
# Find or install nginx, behind which a test puts several processes of the app.
# Installs it where that needs no password; fails, saying why, where it stays missing.
set -u
. "$(dirname -- "$0")/apt.sh"

found() {
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]
}

found && exit 0
install "the test of the proxy" nginx-light
found && exit 0
say "No nginx: the test of the proxy will be skipped, and says so."
exit 1
