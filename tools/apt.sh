# Read by the ensure_*.sh: say, and install where that needs no password.

say() { echo "$*" >&2; }

# install WHAT_FOR PACKAGE...
install() {
    what_for=$1
    shift
    command -v apt-get >/dev/null || { say "No apt-get to install $* with."; return 1; }
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        say "Installing needs root: apt-get install $*"
        return 1
    fi
    say "Installing $* for $what_for ..."
    $as_root apt-get update -q >&2 || say "The package lists could not be refreshed; trying with the old ones."
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2
}
