"""The long parts of an import: two at once, the rest wait; each can be called off, and none takes the app down."""

import threading

import pytest

from ui.import_job import MOST_AT_ONCE, WAITING, CancelledError, ImportJob

WAIT_S = 20


class Work:
    """Work that goes on, step by step, until it is let go."""

    def __init__(self):
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, job):
        job.at("draft")
        self.begun.set()
        while not self.go_on.wait(0.01):
            job.step(3, 10)
        return "done"


@pytest.fixture
def started():
    """Start jobs that are all ended afterwards."""
    made = []

    def start(work, take=lambda job: None):
        made.append(ImportJob("draft", work, take).start())
        return made[-1]

    yield start
    for job in made:
        job.cancel()
        assert job.ended(WAIT_S)


def test_a_job_tells_how_far_it_is_and_what_came_of_it(started):
    work = Work()
    job = started(work)
    assert work.begun.wait(WAIT_S)
    assert not job.ended(0.1)
    assert (job.stage, job.done, job.total, job.result) == ("draft", 3, 10, None)
    work.go_on.set()
    assert job.ended(WAIT_S)
    assert (job.result, job.error) == ("done", None)


def test_a_job_that_is_called_off_ends_at_its_next_step(started):
    work = Work()
    job = started(work)
    assert work.begun.wait(WAIT_S)
    job.cancel()
    assert job.ended(WAIT_S)
    assert isinstance(job.error, CancelledError) and job.result is None


def test_whatever_the_work_raises_is_kept_for_the_page(started):
    def broken(job):
        raise MemoryError

    job = started(broken)
    assert job.ended(WAIT_S)
    assert isinstance(job.error, MemoryError)


def test_a_third_job_waits_until_one_of_two_has_ended(started):
    works = [Work() for _ in range(MOST_AT_ONCE)]
    jobs = [started(work) for work in works]
    assert all(work.begun.wait(WAIT_S) for work in works)
    late = Work()
    waiting = started(late)
    assert not late.begun.wait(0.5) and waiting.stage == WAITING
    works[0].go_on.set()
    assert jobs[0].ended(WAIT_S) and late.begun.wait(WAIT_S)
    assert waiting.stage == "draft" and not any(job.ended() for job in jobs[1:])


def test_a_waiting_job_can_be_called_off_and_takes_no_place(started):
    works = [Work() for _ in range(MOST_AT_ONCE)]
    for work in works:
        started(work)
    assert all(work.begun.wait(WAIT_S) for work in works)
    late = Work()
    waiting = started(late)
    waiting.cancel()
    assert waiting.ended(WAIT_S) and not late.begun.is_set()
    works[0].go_on.set()
    assert started(lambda job: "next").ended(WAIT_S)


def test_a_job_that_has_ended_keeps_nothing_of_the_file(started):
    class File:
        pass

    import weakref

    file = File()
    seen = weakref.ref(file)
    job = started(lambda job, file=file: "read")
    assert job.ended(WAIT_S)
    del file
    assert seen() is None and job.result == "read"
