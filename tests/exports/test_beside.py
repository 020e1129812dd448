"""Drawing in processes beside the app: what comes back, and what becomes of a process that ends or takes too long."""

import io
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from exports import beside, fonts
from exports.beside import DrawingFailedError, Worker, Workers, drawing_beside, drawn
from exports.preview import preview_picture
from exports.request import ExportRequest, Extent, UnknownExtentError
from geo.load import load_dataset

DATA = Path(__file__).parents[2] / "data"
FAR = 32
"""Of 255: a wrong letter, font or colour is farther."""


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made.end()


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def test_a_picture_drawn_beside_is_the_one_drawn_here():
    dataset = load_dataset(DATA)
    here = drawn(preview_picture, dataset, ExportRequest(language="ja"), "png")
    with drawing_beside(1):
        beside = drawn(preview_picture, dataset, ExportRequest(language="ja"), "png")
        # Letters drawn before at another size leave a trace at the edges of a few.
        assert np.abs(pixels(beside) - pixels(here)).max() < FAR
        nowhere = ExportRequest(extent=Extent(kind="site", id="no-such-site"))
        with pytest.raises(UnknownExtentError):
            drawn(preview_picture, dataset, nowhere, "png")


def test_the_language_of_one_job_is_not_that_of_the_next(worker):
    usual = worker.make(fonts.font, 10, ()).get_family()
    worker.make(fonts.set_in_fonts_of, "ja", ())
    assert worker.make(fonts.font, 10, ()).get_family() == usual


def test_the_next_job_finds_a_new_process_where_the_last_one_ended(worker):
    with pytest.raises(DrawingFailedError, match="3"):
        worker.make(os._exit, 3, ())
    assert worker.make(abs, -1, ()) == 1
    worker._process.send_signal(signal.SIGKILL)
    worker._process.wait()
    assert worker.make(abs, -2, ()) == 2, "whoever comes next does not hear of it"


def test_a_job_that_takes_too_long_is_ended(worker, monkeypatch):
    monkeypatch.setattr(beside, "TIMEOUT_S", 0.3)
    began = time.monotonic()
    with pytest.raises(DrawingFailedError):
        worker.make(time.sleep, 60, ())
    assert time.monotonic() - began < 10
    monkeypatch.undo()
    assert worker.make(abs, -1, ()) == 1


def test_many_who_ask_at_once_get_each_their_own():
    workers, got = Workers(2), {}
    asking = [threading.Thread(target=lambda n=n: got.update({n: workers.make(pow, n, (2,))})) for n in range(12)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(30)
    processes = [each._process for each in workers._all]
    workers.end()
    assert got == {n: n**2 for n in range(12)}
    assert all(each is None or each.returncode is not None for each in processes)


def test_who_leaves_does_not_wait_and_a_job_not_yet_begun_is_dropped(tmp_path):
    class LeftError(Exception):
        pass

    def leave():
        raise LeftError

    workers, left = Workers(1), tmp_path / "left"
    began = time.monotonic()
    try:
        with pytest.raises(LeftError):
            workers.make(time.sleep, 2, (), leave)
        with pytest.raises(LeftError):
            workers.make(Path.touch, left, (), leave)
        assert time.monotonic() - began < 2, "neither was waited for"
        assert workers.make(abs, -1, (), lambda: None) == 1, "what was begun came to its end"
        assert not left.exists()
    finally:
        workers.end()


def test_what_ends_with_the_app_is_not_begun_again():
    workers, ended = Workers(1), []
    assert workers.make(abs, -1, ()) == 1, "so that its process has been used"

    def ask():
        try:
            workers.make(time.sleep, 60, ())
        except DrawingFailedError:
            ended.append(True)

    asking = [threading.Thread(target=ask) for _ in range(2)]  # one is drawn for, one waits
    for each in asking:
        each.start()
    while workers._free.qsize() or not workers._waiting._work_queue.qsize():
        time.sleep(0.01)
    workers.end()
    for each in asking:
        each.join(10)
    [worker] = workers._all
    assert ended == [True, True] and worker._process is None
    with pytest.raises(DrawingFailedError):
        worker.make(abs, -1, ())
    assert worker._process is None


class OfTwoWordsError(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one, other):
        super().__init__(f"{one} {other}")


def fail():
    raise OfTwoWordsError("the", "reason")


def test_what_went_wrong_comes_back_with_where_it_did(worker):
    with pytest.raises(ValueError, match="invalid literal") as caught:
        worker.make(int, "no number", ())
    assert "Traceback" in caught.value.__notes__[0] and "exports/worker.py" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="the reason") as caught:
        worker.make(drawn_wrong, None, ())
    assert "in fail" in caught.value.__notes__[0]


def drawn_wrong(_):
    fail()


def test_no_file_is_left_of_a_process_that_is_ended(worker):
    half_written = Path(worker.make(tempfile.mkdtemp, "", ()))
    (half_written / "half").write_text("of a file")
    worker.end()
    assert not half_written.parent.exists() and half_written.parent.name.startswith("xigang-drawing-")
    left = Path(worker.make(tempfile.mkdtemp, "", ())).parent
    process, worker._process = worker._process, None
    process.communicate(timeout=10)  # closes its input, as where the app is killed
    assert not left.exists()


def test_what_a_job_prints_is_no_answer(worker, capfd):
    assert worker.make(print, "a word", ()) is None
    assert worker.make(abs, -1, ()) == 1
    worker.end()
    assert "a word" in capfd.readouterr().err
