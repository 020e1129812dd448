"""The short forms of the soak, in processes of their own: they fork, which a process with threads should not."""

import subprocess
import sys


def soak(*options: str) -> str:
    command = [sys.executable, "-m", "tests.soak", "--short", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_nothing_is_lost_in_the_short_form():
    assert soak().count("PASS") >= 3


def test_readers_at_once_get_right_answers():
    assert "PASS" in soak("--only", "sessions")
