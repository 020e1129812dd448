"""Serve the app or a plain Streamlit script, with each rerun's milliseconds written to the file in RERUN_LOG."""

import os
import sys
import time

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web import cli

from server import __main__ as server

run_script = ScriptRunner._run_script


def timed(self, *args, **kwargs):
    start = time.perf_counter()
    try:
        return run_script(self, *args, **kwargs)
    finally:
        with open(os.environ["RERUN_LOG"], "a") as log:
            log.write(f"{(time.perf_counter() - start) * 1000:.1f}\n")


ScriptRunner._run_script = timed
script, port = sys.argv[1:]
if script == "app.py":
    sys.exit(server.main(["--port", port]))
sys.exit(cli.main(["run", script, "--server.port", port, "--server.headless", "true"]))
