"""A process that draws for the app: ``python -m exports.worker`` takes jobs on its input until that ends.

A job is a pickled triple: a function, the data (none where they are those of the job before) and what else it takes.
The answer is whether it went well, and the result or the exception.
"""

import contextvars
import os
import pickle
import sys
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
                answer = False, error
            answers.write(_pickled(answer))
            answers.flush()


def _pickled(answer: tuple[bool, Any]) -> bytes:
    try:
        return pickle.dumps(answer)
    except Exception as error:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}; {answer[1]!r}")))


if __name__ == "__main__":
    main()
