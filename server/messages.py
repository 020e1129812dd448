"""What the app tells a browser: nothing that lies in a place of which the browser does not hear."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue, _is_toast_delta

Path = tuple[int, ...]


class Messages(ForwardMsgQueue):
    """Streamlit's queue to a browser, in which a part of a page that is dropped is dropped whole.

    When a part (a fragment) is drawn anew before the browser was told all of its last drawing, Streamlit drops the
    rest of that; but not the large elements that the browser has kept and is only reminded of, as these reminders do
    not say to which part they belong. The browser then finds no place for them, and ends with a white page. Here they
    belong to the part in whose place they lie.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, set[Path]] = {}  # the outermost, by part

    def enqueue(self, msg: ForwardMsg) -> None:
        """Take in a message."""
        if msg.HasField("new_session") and not msg.metadata.run.fragment_ids:
            self._places.clear()
        if msg.HasField("delta") and msg.delta.fragment_id and not _is_toast_delta(msg):  # no run tells a toast anew
            places = self._places.setdefault(msg.delta.fragment_id, set())
            if not _lies_in(msg, places):
                places.add(tuple(msg.metadata.delta_path))
        super().enqueue(msg)

    def clear(self, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None) -> None:
        """Drop what the run to come will tell anew."""
        super().clear(retain_lifecycle_msgs, fragment_ids_this_run)
        anew = {place for part in fragment_ids_this_run or () for place in self._places.get(part, ())}
        self._queue = [each for each in self._queue if not _lies_in(each, anew)]


def _lies_in(message: ForwardMsg, places: set[Path]) -> bool:
    path = tuple(message.metadata.delta_path)
    return any(path[:depth] in places for depth in range(1, len(path) + 1))


def use_whole_messages() -> None:
    """Let every session have such a queue; Streamlit has no way to ask for one."""
    app_session.ForwardMsgQueue = Messages  # type: ignore[attr-defined]
