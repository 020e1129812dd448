"""What a browser is told when a part of a page is drawn anew before all of its last drawing has left."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import create_reference_msg, populate_hash_if_needed
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from server.messages import Messages

PART, INNER, OTHER = "part", "inner", "other"


def message(*path, of="", block=False):
    made = ForwardMsg()
    made.metadata.delta_path.extend(path)
    made.delta.fragment_id = of
    if block:
        made.delta.add_block.allow_empty = True
    else:
        made.delta.new_element.markdown.body = "text"
    return made


def repeated(*path):
    large = message(*path)
    large.delta.new_element.markdown.body *= 10_000
    populate_hash_if_needed(large)
    return create_reference_msg(large)


def event(**field):
    made = ForwardMsg()
    for name, value in field.items():
        setattr(made, name, value)
    return made


FINISHED = event(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
# A page of a large element and two parts with one each; the first part has another part in it.
BEFORE = [message(0, 0, block=True), repeated(0, 0, 0)]
OF_PART = [
    message(0, 1, of=PART, block=True),
    message(0, 1, 0, of=PART, block=True),
    message(0, 1, 0, 0, of=PART),
    repeated(0, 1, 0, 1),
    message(0, 1, 1, of=INNER, block=True),
    message(0, 1, 1, 0, of=INNER),
]
AFTER = [message(0, 2, of=OTHER, block=True), repeated(0, 2, 0), FINISHED]


def told(queue):
    return [(tuple(each.metadata.delta_path), each.WhichOneof("type")) for each in queue.flush()]


def as_told(messages):
    return [(tuple(each.metadata.delta_path), each.WhichOneof("type")) for each in messages]


def after_a_part_was_asked_for_again(queue, sent):
    """Return what is told in two goes, where the part is asked for again after the first `sent` messages have left."""
    page = [*BEFORE, *OF_PART, *AFTER]
    for each in page[:sent]:
        queue.enqueue(each)
    first = told(queue)
    for each in page[sent:]:
        queue.enqueue(each)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[PART])
    return first, told(queue)


@pytest.mark.parametrize("sent", range(len(BEFORE) + len(OF_PART) + 1))
def test_a_part_is_dropped_whole_and_nothing_else_is(sent):
    first, then = after_a_part_was_asked_for_again(Messages(), sent)
    assert first == as_told([*BEFORE, *OF_PART][:sent])
    assert then == as_told([*BEFORE[sent:], *AFTER])


def test_what_a_part_says_once_is_not_lost():
    queue, said = Messages(), message(2, 0, of=PART)
    said.delta.new_element.toast.body = "saved"
    for each in [*OF_PART, said]:
        queue.enqueue(each)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[PART])
    assert told(queue) == as_told([said])


def test_streamlit_still_needs_this():
    _, then = after_a_part_was_asked_for_again(ForwardMsgQueue(), len(BEFORE) + 2)
    assert ((0, 1, 0, 1), "ref_hash") in then, "Streamlit has mended it: delete server/messages.py"


def test_a_whole_run_anew_leaves_only_that_the_last_is_over_and_may_put_parts_elsewhere():
    queue = Messages()
    for each in [*BEFORE, *OF_PART, *AFTER]:
        queue.enqueue(each)
    queue.clear(retain_lifecycle_msgs=True)
    assert told(queue) == as_told([FINISHED])
    new = ForwardMsg()
    new.new_session.name = "app"
    new.metadata.run.script_run_id = "2"
    moved = [new, message(0, 1, block=True), repeated(0, 1, 0), message(0, 3, of=PART, block=True), repeated(0, 3, 0)]
    for each in moved:
        queue.enqueue(each)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=[PART])
    assert told(queue) == as_told(moved[:3])
