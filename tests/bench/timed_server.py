"""Run Streamlit with every rerun's duration written to the file in RERUN_LOG, a line each, in milliseconds."""

import os
import sys
import time

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.web import cli

run_script = ScriptRunner._run_script


def timed(self, *args, **kwargs):
    start = time.perf_counter()
    try:
        return run_script(self, *args, **kwargs)
    finally:
        with open(os.environ["RERUN_LOG"], "a") as log:
            log.write(f"{(time.perf_counter() - start) * 1000:.1f}\n")


ScriptRunner._run_script = timed
sys.exit(cli.main(["run", *sys.argv[1:]]))
