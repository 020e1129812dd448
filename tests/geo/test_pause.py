"""A big record is read without the garbage collector, which runs again afterwards, whatever happened."""

import gc
import threading

import pytest

from geo.pause import garbage_kept
from geo.store.current import RecordOfFiles
from tests.made_up import write_many


@pytest.fixture
def runs():
    """The collector's runs, counted by itself; eager, so that any work at all would make it run."""
    counted, before = [], gc.get_threshold()

    def count(phase, _):
        if phase == "start":
            counted.append(phase)

    gc.callbacks.append(count)
    gc.set_threshold(50, 5, 5)
    yield counted
    gc.callbacks.remove(count)
    gc.set_threshold(*before)


def test_a_record_is_opened_and_read_without_the_collector_which_runs_again_after(tmp_path, runs):
    folder = write_many(tmp_path / "data", 300)
    runs.clear()
    record = RecordOfFiles(folder, f"sqlite:///{tmp_path / 'record.sqlite'}")
    data = record.dataset()
    assert len(data.projects) == 300
    # The question to the database whether it has changed is not part of the block.
    assert len(runs) < 30
    assert gc.isenabled()
    runs.clear()
    _ = [[] for _ in range(1000)]
    assert runs


def test_the_collector_runs_again_after_a_failure():
    with pytest.raises(ZeroDivisionError), garbage_kept():
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()


def test_of_two_at_once_the_last_lets_it_run_again():
    inside, leave = threading.Event(), threading.Event()

    @garbage_kept()
    def other():
        inside.set()
        leave.wait(10)

    thread = threading.Thread(target=other)
    with garbage_kept():
        thread.start()
        assert inside.wait(10)
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()
