"""A process that draws for the app: ``python -m exports.worker FOLDER`` takes jobs on its input until that ends.

A job is a pickled triple: a function, the data (none where they are those of the job before) and what else it takes.
The answer is whether it went well, and the result or the exception. The folder is its own, for passing files.
"""

import contextvars
import os
import pickle
import shutil
import sys
import traceback
from contextlib import suppress
from typing import Any, Final

NICENESS: Final = 5
"""Readers' clicks go before pictures."""


def main() -> None:
    """Draw until nobody asks any more."""
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed is no answer
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    data: Any = None
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            function, new, more = pickle.load(jobs)
            data = data if new is None else new
            try:
                # In a context of its own: the fonts of one job's language are not those of the next.
                answer = True, contextvars.copy_context().run(function, data, *more)
            except Exception as error:
                error.add_note(traceback.format_exc())  # which a pickle leaves behind
                answer = False, error
            answers.write(_pickled(answer))
            answers.flush()


def _pickled(answer: tuple[bool, Any]) -> bytes:
    went_well, result = answer
    try:
        pickled = pickle.dumps(answer)
        if not went_well:
            pickle.loads(pickled)  # not every exception can be made again
        return pickled
    except Exception as error:
        instead = RuntimeError(f"{type(error).__name__}: {error}; {result!r}")
        for note in getattr(result, "__notes__", ()):
            instead.add_note(note)
        return pickle.dumps((False, instead))


if __name__ == "__main__":
    main()
    shutil.rmtree(sys.argv[1], ignore_errors=True)  # where the app was killed, nobody else does
