"""The short form of the soak, in a process of its own: it forks, which a process with threads should not."""

import subprocess
import sys


def test_nothing_is_lost_in_the_short_form():
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--short"], capture_output=True, text=True, check=False, timeout=600
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASS") >= 3
