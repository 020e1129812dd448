#!/bin/sh
# Find a Python that will do and let launch.py go on: run.sh COMMAND ...
here=$(dirname -- "$(readlink -f -- "$0")")
reasons=
for python in "${XIGANG_PYTHON:-python3}" $(printf 'python%s ' @PYTHONS@); do
    command -v "$python" >/dev/null 2>&1 || continue
    if reason=$("$python" "$here/launch.py" suits 2>/dev/null); then
        exec "$python" "$here/launch.py" "$@"
    fi
    reasons="$reasons$reason
"
done
cat "$here/no-python.txt" >&2
printf '%s' "$reasons" >&2
exit 1
