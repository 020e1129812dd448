#!/bin/sh
exec "$(dirname -- "$(readlink -f -- "$0")")/launch/run.sh" @COMMAND@ "$@"
